"""All figures of a package over one or two windows: the rows of mart.measure and mart.comparison."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import polars as pl

from transforms.calendar import Window
from transforms.case_mix import expectations, expected_by, standardised
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

POOLED = ("cluster", "region")
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
    # What takes time is kept in `once`: a cached_property has one lock for all instances until Python 3.12, and runs
    # that are made side by side would wait for each other.

    @cached_property
    def practices(self) -> pl.DataFrame:
        """One row per practice of the registry."""
        return self.facts.practices.sort("practice_id").collect()

    @cached_property
    def regions(self) -> pl.DataFrame:
        """One row per cluster: its region."""
        return self.facts.clusters.select("cluster_id", "region_id").collect()

    @property
    def before(self) -> pl.DataFrame:
        """The baseline's counted months, with whether the practice consented."""
        return self.once.get(lambda: self._counted(self.baseline), "before")

    @property
    def now(self) -> pl.DataFrame:
        """The follow-up's counted months; the baseline's where there is no follow-up."""
        followup = self.followup
        return self.once.get(lambda: self._counted(followup), "now") if followup else self.before

    @cached_property
    def matching(self) -> pl.DataFrame:
        """One row per practice: why it cannot be compared, or null. Without a follow-up nobody is compared."""
        windows = (self.baseline, self.followup or self.baseline)
        found = comparability(self.before, self.now, self.practices, windows)
        return found.join(self.practices.select("practice_id", "consented"), on="practice_id")

    @property
    def pooled(self) -> pl.DataFrame:
        """One row per window, set of practices (all that count; at a follow-up also those matched), level and unit."""
        return self.once.get(self._pooled, "pooled")

    def _pooled(self) -> pl.DataFrame:
        # Put together before anything is worked out of the sums, so that it is worked out once.
        sums = [
            self._sums_of(window, self._matched(months, same_cluster=level == "cluster") if matched else months, level)
            .with_columns(level=pl.lit(level), matched=pl.lit(matched), window_start=pl.lit(window.start))
            .sort("unit_id")
            for window, months, _ in self._sides()[: 2 if self.followup else 1]
            for matched in ((False, True) if self.followup else (False,))
            for level in POOLED
        ]
        every = pl.concat(sums, how="diagonal_relaxed").with_columns(open_months=pl.lit(1))
        found = figures(self.measure, every, self.minimum_events)
        return found.select("level", "unit_id", "matched", "window_start", *PARTS)

    def figures(self) -> pl.DataFrame:
        """The measure's rows of mart.measure: practices, clusters (then, now, matched) and regions, per window."""
        sides = self._sides()[: 2 if self.followup else 1]
        rows = [part for window, _, _ in sides for part in (self._alone(window), self._pooled_in(window))]
        expected = [part for window, months, _ in sides for part in self._expected_in(window, months)]
        found = standardised(self.measure, pl.concat(rows), pl.concat(expected))
        placed = found.join(self._windows(), on="window_start", maintain_order="left")
        in_sets = placed.with_columns(
            compared_with=pl.when("matched").then("compared_with"),
            practice_set=pl.when("matched").then(pl.lit("matched")).otherwise("practice_set"),
        )
        return self._named(in_sets.drop("matched"))

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
        return self._named(judged(self.measure, changes(self.measure, held)))

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
        moved = self._named(contributions(sides[0], sides[1], self.measure.per))
        # A median and a ratio of two rates are no sum over practices: nothing tells their parts.
        return moved.clear() if self.measure.kind == "median" or self.measure.numerator_base else moved

    def _held_against(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`rows` with what each unit's change is held against."""
        return held_against(self.measure, rows, self._comparable(rows))

    def _comparable(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The practices that others are held against, with cluster (none: it moved or is in no report) and region."""
        known = rows.filter(
            pl.col("level") == "practice",
            pl.col("before_value").is_not_null() & pl.col("now_value").is_not_null(),
            pl.col("reason").is_null()
            | ((pl.col("reason") == "moved") & pl.col("unit_id").is_in(self._of_one_region())),
        )
        placed = known.join(self.regions, on="cluster_id", how="left").join(
            self.practices.select(unit_id="practice_id", consented="consented"), on="unit_id"
        )
        counted = pl.col("consented") & pl.col("reason").is_null()
        return placed.with_columns(cluster_id=pl.when(counted).then("cluster_id"))

    def _counted(self, window: Window) -> pl.DataFrame:
        return self._with_places(counted_months(self.measure, window, self.facts))

    def _with_places(self, months: pl.DataFrame) -> pl.DataFrame:
        known = months.join(self.practices.select("practice_id", "consented"), on="practice_id")
        return known.join(self.regions, on="cluster_id", how="left")

    def _practice_figures(self, window: Window) -> pl.DataFrame:
        return practice_figures(self.measure, window, self.facts, self.minimum_events)

    def _expectations(self, window: Window, months: pl.DataFrame) -> pl.DataFrame:
        return expectations(self.measure, window, months, self.facts)

    def _named(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`rows` with what the measure is called."""
        return rows.with_columns(
            measure_id=pl.lit(self.measure.id), category=pl.lit(self.measure.category, dtype=pl.String)
        )

    def _windows(self) -> pl.DataFrame:
        """One row per window: its ends, what everybody in it is called, and the window it is compared with."""
        schema = {"window_start": pl.Date, "window_end": pl.Date, "practice_set": pl.String, "compared_with": pl.Date}
        if self.followup is None:
            rows = [(self.baseline.start, self.baseline.end, "then", None)]
        else:
            rows = [
                (self.baseline.start, self.baseline.end, "then", self.followup.start),
                (self.followup.start, self.followup.end, "now", self.baseline.start),
            ]
        return pl.DataFrame(rows, schema, orient="row")

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

    def _sums_of(self, window: Window, months: pl.DataFrame, level: str) -> pl.DataFrame:
        kept = self._shown_at(months, level)
        sums = summed(self.measure, window, kept.filter(pl.col(f"{level}_id").is_not_null()), f"{level}_id")
        return sums.rename({f"{level}_id": "unit_id"})

    def _shown_at(self, months: pl.DataFrame, level: str) -> pl.DataFrame:
        """A cluster holds those who consented, a region everybody."""
        return months.filter("consented") if level == "cluster" else months

    def _alone(self, window: Window) -> pl.DataFrame:
        """One row per practice, in the columns of `pooled`."""
        return self._practice_figures(window).select(
            pl.lit("practice").alias("level"),
            pl.col("practice_id").alias("unit_id"),
            pl.lit(value=False).alias("matched"),
            pl.lit(window.start).alias("window_start"),
            *PARTS,
        )

    def _pooled_in(self, window: Window) -> pl.DataFrame:
        return self.pooled.filter(window_start=window.start)

    def _expected_in(self, window: Window, months: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """What is expected of each unit of the window and its set, of the practices that are pooled in it."""
        expected = self._expectations(window, months)
        sets = [("practice", False, None)] + [(level, False, months) for level in POOLED]
        if self.followup:
            sets += [(level, True, self._matched(months, same_cluster=level == "cluster")) for level in POOLED]
        for level, matched, kept in sets:
            practices = None if kept is None else self._shown_at(kept, level).select("practice_id").unique()
            inside = expected if practices is None else expected.join(practices, on="practice_id", how="semi")
            yield expected_by(inside, level).with_columns(
                level=pl.lit(level), matched=pl.lit(matched), window_start=pl.lit(window.start)
            )

    def _practice_pairs(self) -> pl.DataFrame:
        sides: list[pl.DataFrame] = []
        for window, _, prefix in self._sides():
            alone = self._practice_figures(window)
            sides.append(alone.select(pl.col("practice_id").alias("unit_id"), pl.col(PARTS).name.prefix(prefix)))
        pairs = sides[0].join(sides[1], on="unit_id")
        reasons = self.matching.select(pl.col("practice_id").alias("unit_id"), "reason")
        return pairs.join(reasons, on="unit_id").with_columns(level=pl.lit("practice"))

    def _own_cluster(self) -> pl.DataFrame:
        cluster = pl.coalesce("cluster_now", "cluster_before").alias("cluster_id")
        return self.matching.select(pl.lit("practice").alias("level"), pl.col("practice_id").alias("unit_id"), cluster)

    def _pooled_pairs(self, level: str) -> pl.DataFrame:
        """One row per cluster or region: both windows of its set `matched`."""
        same = self.pooled.filter(level=level, matched=True)
        sides = [
            same.filter(window_start=window.start).select("level", "unit_id", pl.col(PARTS).name.prefix(prefix))
            for window, _, prefix in self._sides()
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
        return (
            either.sort("unit_id")
            .join(pairs, on="unit_id", how="anti", maintain_order="left")
            .select(
                pl.lit("cluster").alias("level"),
                "unit_id",
                pl.lit("not_computable").alias("before_state"),
                pl.lit("not_computable").alias("now_state"),
                reason.alias("reason"),
            )
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
