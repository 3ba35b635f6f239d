"""Practice-months: the ground every figure stands on. Numerator and denominator cover exactly the same ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from transforms.calendar import Window
from transforms.categories import in_category
from transforms.codes import CodeSystem
from transforms.definitions import Measure
from transforms.filters import Selection
from transforms.individuals import individual_values
from transforms.once import Once
from transforms.selection import added_up, place, refuse_adding_patients, selected


@dataclass(frozen=True)
class Facts:
    """What is known: counted facts by source, who submitted what, and who belongs where.

    `by_source` one row per practice, month, code, sex and age band; `submissions` one row per practice, source, month
    and slice (a part of a source that is delivered by itself: `topics.of_topic` leaves a package its own);
    `memberships` one row per practice and cluster it belonged to; `clusters` one row per cluster, with its region;
    `practices` one row per practice of the registry, with `consented`; `codes` the code system of each source whose
    codes change over time; `once` what measures share of all this.
    """

    by_source: Mapping[str, pl.LazyFrame]
    submissions: pl.LazyFrame
    memberships: pl.LazyFrame
    clusters: pl.LazyFrame
    practices: pl.LazyFrame
    codes: Mapping[str, CodeSystem] = field(default_factory=dict[str, CodeSystem])
    once: Once = field(default_factory=Once, compare=False, repr=False)

    @property
    def listed(self) -> pl.Enum:
        """Every practice that ever listed anybody: only their months count."""
        return self.once.get(self._listed, "listed")

    def _listed(self) -> pl.Enum:
        practices = self.by_source["list_sizes"].select(pl.col("practice_id").cast(pl.String).unique().sort())
        return pl.Enum(practices.drop_nulls().collect()["practice_id"])


def counted_months(measure: Measure, window: Window, facts: Facts) -> pl.DataFrame:
    """One row per practice and month of `window` that counts: it had listed patients and submitted the sources.

    Columns: practice_id, period, cluster_id (null: in no cluster that month), numerator, denominator, of a ratio of two
    rates numerator_base and denominator_base too, and of an average of single values `observations`: those values. No
    fact in a month that counts is a zero. Listed patients are person-months here: `measures.summed` divides them.
    """
    asked = (measure.kind, measure.selections, measure.category, measure.by, measure.bands, window)
    return facts.once.get(lambda: _counted(measure, window, facts), "counted months", *asked)


def _counted(measure: Measure, window: Window, facts: Facts) -> pl.DataFrame:
    months = _submitted(measure, window, facts).filter(pl.col("patients") > 0).drop("patients")
    if measure.individual:
        values = individual_values(measure, months.drop("place").lazy(), facts.by_source, facts.codes)
        return values.sort("practice_id", "period").collect()
    return _with_sums(measure, months, window, facts).drop("place")


def _with_sums(measure: Measure, months: pl.DataFrame, window: Window, facts: Facts) -> pl.DataFrame:
    parts: dict[str, Selection] = {"numerator": measure.numerator, "denominator": measure.denominator}
    if measure.numerator_base is not None and measure.denominator_base is not None:
        parts |= {"numerator_base": measure.numerator_base, "denominator_base": measure.denominator_base}
    for part, selection in parts.items():
        refuse_adding_patients(selection, facts.by_source, window)
        months = _with_part(months, part, measure, window, facts)
    return months.with_columns(pl.col(list(parts)).fill_null(0.0))


def _with_part(months: pl.DataFrame, part: str, measure: Measure, window: Window, facts: Facts) -> pl.DataFrame:
    selection: Selection = getattr(measure, part)
    sums = _sums(measure, part, selection, facts).rename({"total": part})
    months = months.join(sums, on="place", how="left", maintain_order="left")
    if not selection.is_stock or not any(each.counts_patients for each in measure.selections):
        return months
    # Those counted are on the list at the end: what they are out of is that list, held for the whole window.
    at_the_end = pl.when(period=window.months[-1]).then(pl.col(part) * len(window.months))
    return months.with_columns(at_the_end.otherwise(0.0).alias(part))


def listed_months(measure: Measure, window: Window, facts: Facts) -> pl.DataFrame:
    """One row per practice and month that would count if every source had been submitted: with its `denominator`.

    For measures of listed patients (`denominator.is_stock`), whose denominators are known of who has not submitted too.
    Columns as `counted_months`, without the numerator.
    """
    sources = pl.LazyFrame({"source": sorted({each.source for each in measure.selections})})
    everybody = _listed(window, facts).select("practice_id", "period").join(sources, how="cross")
    as_if = replace(facts, submissions=everybody, once=Once())
    months = _submitted(measure, window, as_if).filter(pl.col("patients") > 0).drop("patients")
    with_part = _with_part(months, "denominator", measure, window, as_if).drop("place")
    return with_part.with_columns(pl.col("denominator").fill_null(0.0))


def months_that_count(measure: Measure, window: Window, facts: Facts) -> pl.DataFrame:
    """One row per practice and month of `window` that `counted_months` counts: practice_id, period."""
    return _submitted(measure, window, facts).filter(pl.col("patients") > 0).select("practice_id", "period")


def empty_lists(measure: Measure, window: Window, facts: Facts) -> pl.DataFrame:
    """One row per practice that submitted the measure's sources for a month of `window` and listed nobody in it."""
    months = _submitted(measure, window, facts).filter(pl.col("patients") == 0)
    return months.select(pl.col("practice_id").unique().sort())


def _sums(measure: Measure, part: str, selection: Selection, facts: Facts) -> pl.DataFrame:
    """One row per practice and month with a fact that the selection lets through: `place`, `total`."""

    def make() -> pl.DataFrame:
        chosen = selected(selection, facts.by_source, facts.codes)
        if category is not None:
            chosen = chosen.filter(in_category(measure, chosen, facts.codes.get(selection.source)))
        return added_up(selection, chosen, place(facts.listed)).collect()

    category = measure.category if part == "numerator" else None
    of_category = () if category is None else (category, measure.by, measure.bands)
    return facts.once.get(make, "monthly sums", selection, *of_category)


def _submitted(measure: Measure, window: Window, facts: Facts) -> pl.DataFrame:
    """One row per practice and month of `window` with a list size and the measure's sources, in order; with `place`.

    Patients counted over the window are those on the practice's list in its last month. The count came with that month
    and stands for every month in which the practice listed somebody, in the cluster that it belonged to at the end; a
    practice that listed nobody then has no count.
    """
    sources = frozenset(selection.source for selection in measure.selections)
    counted_once = {selection.source for selection in measure.selections if selection.counts_patients}

    def make() -> pl.DataFrame:
        months = _listed(window, facts)
        last = pl.col("period") == window.months[-1]
        for source in sorted(sources):
            submitted = facts.submissions.filter(pl.col("source") == source)
            if source in counted_once:
                months = months.join(submitted.filter(last), on="practice_id", how="semi")
            else:
                months = months.join(submitted, on=["practice_id", "period"], how="semi")
        belonging = clusters_by_month(window, facts.memberships)
        if counted_once:
            at_the_end = months.filter(last, pl.col("patients") > 0).select("practice_id")
            months = months.join(at_the_end, on="practice_id", how="semi")
            placed = months.join(belonging.filter(last).drop("period"), on="practice_id", how="left")
        else:
            placed = months.join(belonging, on=["practice_id", "period"], how="left")
        return placed.sort("practice_id", "period").with_columns(place(facts.listed)).collect()

    return facts.once.get(make, "submitted months", sources, window)


def _listed(window: Window, facts: Facts) -> pl.LazyFrame:
    inside = facts.by_source["list_sizes"].filter(pl.col("period").is_between(window.start, window.end))
    return inside.group_by("practice_id", "period").agg(pl.col("patients").sum())


def clusters_by_month(window: Window, memberships: pl.LazyFrame) -> pl.LazyFrame:
    """One row per practice and month of `window` in which it belonged to a cluster.

    A practice that changes cluster within a month counts the whole month for the one it came to.
    """
    months = pl.LazyFrame({"period": window.months}, schema={"period": pl.Date})
    month_end = pl.col("period").dt.month_end()
    overlapping = memberships.join(months, how="cross").filter(
        pl.col("valid_from") <= month_end,
        pl.col("valid_to").is_null() | (pl.col("valid_to") >= pl.col("period")),
    )
    latest = overlapping.sort("practice_id", "period", "valid_from", "cluster_id")
    return latest.group_by("practice_id", "period", maintain_order=True).agg(pl.col("cluster_id").last())


def open_months(window: Window, practices: pl.LazyFrame) -> pl.DataFrame:
    """One row per practice of the registry: in how many months of `window` it was open."""
    months = pl.LazyFrame({"period": window.months}, schema={"period": pl.Date})
    is_open = (pl.col("opened").is_null() | (pl.col("opened") <= pl.col("period").dt.month_end())) & (
        pl.col("closed").is_null() | (pl.col("closed") >= pl.col("period"))
    )
    counted = practices.join(months, how="cross").group_by("practice_id").agg(is_open.sum().alias("open_months"))
    return counted.sort("practice_id").collect()
