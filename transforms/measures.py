"""Measures: sums of practice-months become figures with an interval and a state."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from transforms.calendar import Window
from transforms.definitions import Measure
from transforms.kinds import COUNTS, completed, state, with_figures
from transforms.practice_months import Facts, counted_months, empty_lists, open_months


def practice_figures(measure: Measure, window: Window, facts: Facts, minimum_events: int) -> pl.DataFrame:
    """One row per practice of the registry: numerator, denominator, value, its 95 % interval and its state.

    A practice with no month that counts has no figure: `not_applicable` when it was closed all through the window,
    `not_computable` when it submitted and had nobody on its list, else `not_submitted`.
    """
    of = (measure, window, minimum_events)
    return facts.once.get(lambda: _practice_figures(facts, *of), "practice figures", *of)


def _practice_figures(facts: Facts, measure: Measure, window: Window, minimum_events: int) -> pl.DataFrame:
    sums = summed(measure, window, counted_months(measure, window, facts), "practice_id")
    every = months_open(window, facts).join(sums, on="practice_id", how="left")
    return figures_of_practices(measure, every, empty_lists(measure, window, facts), minimum_events)


def months_open(window: Window, facts: Facts) -> pl.DataFrame:
    """One row per practice of the registry: in how many months of `window` it was open."""
    return facts.once.get(lambda: open_months(window, facts.practices), "open months", window)


def figures_of_practices(
    measure: Measure, sums: pl.DataFrame, listed_nobody: pl.DataFrame, minimum_events: int
) -> pl.DataFrame:
    """`sums`, one row per practice of the registry, as `figures`; `listed_nobody` submitted, and had no patients."""
    nobody_listed = pl.col("practice_id").is_in(listed_nobody["practice_id"].to_list())
    nobody = pl.when((pl.col("state") == "not_submitted") & nobody_listed).then(pl.lit("not_computable"))
    return figures(measure, sums, minimum_events).with_columns(state=nobody.otherwise("state")).sort("practice_id")


def summed(measure: Measure, window: Window, months: pl.DataFrame, unit: str | Sequence[str]) -> pl.DataFrame:
    """One row per `unit` (a column of `months`, or several): sums over its practice-months, never a mean of rates.

    Of an average the single values are put together, sorted, in `observations`: the numerator is their sum, the
    denominator how many there are.

    Person-months of listed patients are divided by the window's months once, after the sum: sums of whole numbers are
    the same in any order, so that the same facts give the same bytes.
    """
    if measure.individual:
        values = pl.col("observations").list.explode(empty_as_null=False).sort()
        sums = [values.sum().alias("numerator"), values.len().cast(pl.Float64).alias("denominator")]
        return months.group_by(unit).agg(*sums, values.alias("observations"), pl.len().alias("months"))
    shares = {
        part: selection.share(len(window.months))
        for part in COUNTS
        if part in months.columns and (selection := getattr(measure, part)) is not None
    }
    # By the inverse: the engine divides many rows so and a single one otherwise, and who else is in the frame is not to
    # show in the last bit.
    sums = [pl.col(part).sum() * (1 / share) for part, share in shares.items()]
    return months.group_by(unit).agg(*sums, pl.len().alias("months"))


def figures(measure: Measure, sums: pl.DataFrame, minimum_events: int) -> pl.DataFrame:
    """`sums` with value, lower, upper and state. Needs numerator, denominator, months and open_months.

    The value is per `measure.per`; null where there is nothing to divide by. `too_few` has a value that is not to be
    read alone: fewer than `minimum_events` events (rate, ratio) or observations (the other kinds).
    """
    with_values = with_figures(measure.kind, measure.per, completed(sums))
    came = (
        pl.when(pl.col("months").is_null() & (pl.col("open_months") == 0))
        .then(pl.lit("not_applicable"))
        .when(pl.col("months").is_null())
        .then(pl.lit("not_submitted"))
    )
    return with_values.with_columns(state=came.otherwise(state(measure.kind, minimum_events)))
