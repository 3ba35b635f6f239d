"""All figures of a package over one or two windows: the rows of mart.measure and mart.comparison."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import polars as pl

from transforms.calendar import Window
from transforms.case_mix import expectations, standardised
from transforms.categories import categories_of
from transforms.comparison import changes, comparability
from transforms.contributions import contributions
from transforms.definitions import Measure
from transforms.held_against import held_against
from transforms.kinds import COUNTS
from transforms.measures import figures, practice_figures, summed
from transforms.once import Once
from transforms.practice_months import Facts, counted_months
from transforms.selection import selected
from transforms.verdict import judged
from transforms.window_rules import WindowReason

BY_PLACE = ("cluster_id", "practice_id")
PARTS = (*COUNTS, "observations", "value", "lower", "upper", "state")


@dataclass(frozen=True)
class MeasureRun:
    """One measure over a baseline and, at a follow-up, a second window. `minimum_events` makes a figure readable.

    `window_reason` says why the two windows cannot be compared at all, if so. `check_bias` is by how much, as a
    logarithm, a failed check of the sources may have moved the figures.
    """

    measure: Measure
    facts: Facts
    baseline: Window
    followup: Window | None
    minimum_events: int
    window_reason: WindowReason | None = None
    check_bias: float = 0.0
    once: Once = field(default_factory=Once, init=False, repr=False, compare=False)

    @cached_property
    def practices(self) -> pl.DataFrame:
        """One row per practice of the registry."""
        return self.facts.practices.sort("practice_id").collect()

    @cached_property
    def before(self) -> pl.DataFrame:
        """The baseline's counted months, with whether the practice consented."""
        return self._counted(self.baseline)

    @cached_property
    def now(self) -> pl.DataFrame:
        """The follow-up's counted months; the baseline's where there is no follow-up."""
        return self._counted(self.followup) if self.followup else self.before

    @cached_property
    def matching(self) -> pl.DataFrame:
        """One row per practice: why it cannot be compared, or null. Without a follow-up nobody is compared."""
        windows = (self.baseline, self.followup or self.baseline)
        found = comparability(self.before, self.now, self.practices, windows)
        return found.join(self.practices.select("practice_id", "consented"), on="practice_id")

    def figures(self) -> pl.DataFrame:
        """The measure's rows of mart.measure: practices, clusters (then, now, matched) and regions, per window."""
        parts = self._window_figures(self.baseline, self.before, "then")
        if self.followup:
            parts += self._window_figures(self.followup, self.now, "now")
        return pl.concat(parts).with_columns(_named(self.measure))

    def compared(self) -> pl.DataFrame:
        """The measure's rows of mart.comparison, with both windows' parts: practices, matched clusters, regions."""
        clusters = self._pooled_pairs("cluster")
        parts = [self._practice_pairs(), clusters, self._clusters_without_a_pair(clusters)]
        rows = pl.concat([*parts, self._pooled_pairs("region")], how="diagonal_relaxed")
        rows = rows.with_columns(reason=pl.coalesce("reason", pl.lit(self.window_reason, dtype=pl.String)))
        placed = rows.join(self._own_cluster(), on=["level", "unit_id"], how="left").with_columns(
            cluster_id=pl.when(pl.col("level") == "cluster").then("unit_id").otherwise("cluster_id")
        )
        held = self._held_against(placed).with_columns(check_bias=pl.lit(self.check_bias))
        return judged(self.measure, changes(self.measure, held)).with_columns(_named(self.measure))

    def months_behind(self, side: Literal["before", "now"], level: str, unit: str) -> pl.DataFrame:
        """The counted months behind a unit's figure: of a cluster, at a follow-up, those matched if any are."""
        every = self.before if side == "before" else self.now
        if level == "practice":
            return every.filter(practice_id=unit)
        inside = pl.col(f"{level}_id") == unit
        own = inside & pl.col("consented") if level == "cluster" else inside
        kept = self._matched(every, same_cluster=level == "cluster") if self.followup else every
        matched = kept.filter(own)
        return matched if matched.height else every.filter(own)

    def contributed(self) -> pl.DataFrame:
        """The measure's rows of mart.contribution: who moved each cluster, from everybody then to everybody now."""
        sides = [
            summed(self.measure, window, months.filter("consented").drop_nulls("cluster_id"), BY_PLACE)
            for window, months, _ in self._sides()
        ]
        moved = contributions(sides[0], sides[1], self.measure.per).with_columns(_named(self.measure))
        # A median and a ratio of two rates are no sum over practices: nothing tells their parts.
        return moved.clear() if self.measure.kind == "median" or self.measure.numerator_base else moved

    def _held_against(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`rows` with what each unit's change is held against."""
        return held_against(self.measure, rows, self._comparable(rows))

    def _comparable(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The practices that others are held against, with cluster (none: it moved or is in no report) and region."""
        regions = self.facts.clusters.select("cluster_id", "region_id").collect()
        known = rows.filter(
            pl.col("level") == "practice",
            pl.col("before_value").is_not_null() & pl.col("now_value").is_not_null(),
            pl.col("reason").is_null()
            | ((pl.col("reason") == "moved") & pl.col("unit_id").is_in(self._of_one_region())),
        )
        placed = known.join(regions, on="cluster_id", how="left").join(
            self.practices.select(unit_id="practice_id", consented="consented"), on="unit_id"
        )
        counted = pl.col("consented") & pl.col("reason").is_null()
        return placed.with_columns(cluster_id=pl.when(counted).then("cluster_id"))

    def _counted(self, window: Window) -> pl.DataFrame:
        months = counted_months(self.measure, window, self.facts)
        regions = self.facts.clusters.select("cluster_id", "region_id").collect()
        known = months.join(self.practices.select("practice_id", "consented"), on="practice_id")
        return known.join(regions, on="cluster_id", how="left")

    def _sides(self) -> tuple[tuple[Window, pl.DataFrame, str], ...]:
        return (self.baseline, self.before, "before_"), (self.followup or self.baseline, self.now, "now_")

    def _matched(self, months: pl.DataFrame, *, same_cluster: bool) -> pl.DataFrame:
        of = (months is self.before, same_cluster)
        return self.once.get(lambda: self._months_of_matched(months, same_cluster=same_cluster), "matched", *of)

    def _months_of_matched(self, months: pl.DataFrame, *, same_cluster: bool) -> pl.DataFrame:
        comparable = pl.col("reason").is_null()
        if not same_cluster:  # a practice that moved is mostly still in its region
            comparable |= (pl.col("reason") == "moved") & pl.col("practice_id").is_in(self._of_one_region())
        return months.join(self.matching.filter(comparable), on="practice_id", how="semi")

    def _of_one_region(self) -> list[str]:
        """Practices all of whose counted months, before and now, lie in the same region."""

        def found() -> list[str]:
            regions = pl.concat([self.before, self.now]).group_by("practice_id").agg(pl.col("region_id").n_unique())
            return regions.filter(pl.col("region_id") == 1)["practice_id"].to_list()

        return self.once.get(found, "of one region")

    def _pooled(self, window: Window, months: pl.DataFrame, level: str) -> pl.DataFrame:
        kept = months.filter("consented") if level == "cluster" else months
        sums = summed(self.measure, window, kept.filter(pl.col(f"{level}_id").is_not_null()), f"{level}_id")
        pooled = figures(self.measure, sums.with_columns(open_months=pl.lit(1)), self.minimum_events)
        pooled = pooled.sort(f"{level}_id")
        return pooled.select(pl.lit(level).alias("level"), pl.col(f"{level}_id").alias("unit_id"), *PARTS)

    def _window_figures(self, window: Window, months: pl.DataFrame, practice_set: str) -> list[pl.DataFrame]:
        expected = expectations(self.measure, window, months, self.facts)
        alone = practice_figures(self.measure, window, self.facts, self.minimum_events)
        alone = alone.select(pl.lit("practice").alias("level"), pl.col("practice_id").alias("unit_id"), *PARTS)
        parts = [standardised(self.measure, alone, expected, "practice")]
        parts += [self._pooled_figures(window, months, level, expected) for level in ("cluster", "region")]
        nobody = pl.lit(None, dtype=pl.Date).alias("compared_with")
        rows = [part.with_columns(nobody, practice_set=pl.lit(practice_set)) for part in parts]
        if self.followup:
            other = self.followup.start if window == self.baseline else self.baseline.start
            for level in ("cluster", "region"):
                same = self._matched(months, same_cluster=level == "cluster")
                matched = self._pooled_figures(window, same, level, expected)
                rows.append(matched.with_columns(pl.lit(other).alias("compared_with"), practice_set=pl.lit("matched")))
        return [row.with_columns(window_start=window.start, window_end=window.end) for row in rows]

    def _pooled_figures(self, window: Window, months: pl.DataFrame, level: str, expected: pl.DataFrame) -> pl.DataFrame:
        """As `_pooled`, with the standardised figure of the practices that are pooled."""
        kept = months.filter("consented") if level == "cluster" else months
        inside = expected.join(kept.select("practice_id").unique(), on="practice_id", how="semi")
        return standardised(self.measure, self._pooled(window, months, level), inside, level)

    def _practice_pairs(self) -> pl.DataFrame:
        sides: list[pl.DataFrame] = []
        for window, _, prefix in self._sides():
            alone = practice_figures(self.measure, window, self.facts, self.minimum_events)
            sides.append(alone.select(pl.col("practice_id").alias("unit_id"), pl.col(PARTS).name.prefix(prefix)))
        pairs = sides[0].join(sides[1], on="unit_id")
        reasons = self.matching.select(pl.col("practice_id").alias("unit_id"), "reason")
        return pairs.join(reasons, on="unit_id").with_columns(level=pl.lit("practice"))

    def _own_cluster(self) -> pl.DataFrame:
        cluster = pl.coalesce("cluster_now", "cluster_before").alias("cluster_id")
        return self.matching.select(pl.lit("practice").alias("level"), pl.col("practice_id").alias("unit_id"), cluster)

    def _pooled_pairs(self, level: str) -> pl.DataFrame:
        """One row per cluster or region: both windows of its set `matched`."""
        sides = [
            self._pooled(window, self._matched(months, same_cluster=level == "cluster"), level).select(
                "level", "unit_id", pl.col(PARTS).name.prefix(prefix)
            )
            for window, months, prefix in self._sides()
        ]
        reason = pl.lit(None, dtype=pl.String).alias("reason")
        return sides[0].join(sides[1], on=["level", "unit_id"]).with_columns(reason)

    def _clusters_without_a_pair(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """One row per cluster none of whose figures can be compared: it has no change, which is not a change of 0."""
        has = {
            prefix: months.filter("consented", pl.col("cluster_id").is_not_null())
            .select(unit_id="cluster_id")
            .unique()
            .with_columns(pl.lit(True).alias(f"{prefix}has"))
            for _, months, prefix in self._sides()
        }
        either = has["before_"].join(has["now_"], on="unit_id", how="full", coalesce=True)
        reason = (
            pl.when(pl.col("before_has").is_null())
            .then(pl.lit("missing_before"))
            .when(pl.col("now_has").is_null())
            .then(pl.lit("missing_now"))
        )
        return either.join(pairs, on="unit_id", how="anti").select(
            pl.lit("cluster").alias("level"),
            "unit_id",
            pl.lit("not_computable").alias("before_state"),
            pl.lit("not_computable").alias("now_state"),
            reason.alias("reason"),
        )


def parts_of(measure: Measure, facts: Facts) -> list[Measure]:
    """The measure itself; of a distribution a part per category, the same ones for every unit and window.

    Each part is computed as a share of the whole by itself.
    """
    if measure.kind != "distribution":
        return [measure]
    chosen = selected(measure.numerator, facts.by_source, facts.codes)
    system = facts.codes.get(measure.numerator.source)
    return [measure.of_category(category) for category in categories_of(measure, chosen, system)]


def _named(measure: Measure) -> list[pl.Expr]:
    return [pl.lit(measure.id).alias("measure_id"), pl.lit(measure.category, dtype=pl.String).alias("category")]
