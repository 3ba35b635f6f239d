"""Measures: sums of practice-months become figures with an interval and a state."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from transforms.calendar import Window
from transforms.definitions import Measure
from transforms.intervals import poisson, wilson
from transforms.practice_months import Facts, counted_months, empty_lists, open_months


def practice_figures(measure: Measure, window: Window, facts: Facts, minimum_events: int) -> pl.DataFrame:
    """One row per practice of the registry: numerator, denominator, value, its 95 % interval and its state.

    A practice with no month that counts has no figure: `not_applicable` when it was closed all through the window,
    `not_computable` when it submitted and had nobody on its list, else `not_submitted`.
    """
    of = (measure, window, minimum_events)
    return facts.once.get(lambda: _practice_figures(facts, *of), "practice figures", *of)


def _practice_figures(facts: Facts, measure: Measure, window: Window, minimum_events: int) -> pl.DataFrame:
    months = counted_months(measure, window, facts)
    sums = summed(measure, window, months, "practice_id")
    is_open = facts.once.get(lambda: open_months(window, facts.practices), "open months", window)
    every = is_open.join(sums, on="practice_id", how="left")
    nobody_listed = pl.col("practice_id").is_in(empty_lists(measure, window, facts)["practice_id"].to_list())
    state = pl.when((pl.col("state") == "not_submitted") & nobody_listed).then(pl.lit("not_computable"))
    return figures(measure, every, minimum_events).with_columns(state=state.otherwise("state")).sort("practice_id")


def summed(measure: Measure, window: Window, months: pl.DataFrame, unit: str | Sequence[str]) -> pl.DataFrame:
    """One row per `unit` (a column of `months`, or several): sums over its practice-months, never a mean of rates.

    Person-months of listed patients are divided by the window's months once, after the sum: sums of whole numbers are
    the same in any order, so that the same facts give the same bytes.
    """
    shares = {
        part: len(window.months) if selection.source == "list_sizes" else 1
        for part, selection in (("numerator", measure.numerator), ("denominator", measure.denominator))
    }
    sums = [pl.col(part).sum() / share for part, share in shares.items()]
    return months.group_by(unit).agg(*sums, pl.len().alias("months"))


def figures(measure: Measure, sums: pl.DataFrame, minimum_events: int) -> pl.DataFrame:
    """`sums` with value, lower, upper and state. Needs numerator, denominator, months and open_months.

    The value is per `measure.per`; null where there is nothing to divide by. `too_few` has a value that is not to be
    read alone: fewer than `minimum_events` events (rate) or observations (proportion).
    """
    has_ground = pl.col("denominator") > 0
    value = pl.when(has_ground).then(pl.col("numerator") / pl.col("denominator") * measure.per)
    lower, upper = _interval(measure)
    return sums.with_columns(
        value=value,
        lower=pl.when(has_ground).then(lower),
        upper=pl.when(has_ground).then(upper),
        state=_state(measure, minimum_events),
    )


def _interval(measure: Measure) -> tuple[pl.Expr, pl.Expr]:
    numerator, denominator = pl.col("numerator"), pl.col("denominator")
    if measure.kind == "proportion":
        lower, upper = wilson(numerator, denominator)
        return lower * measure.per, upper * measure.per
    lower, upper = poisson(numerator)
    return lower / denominator * measure.per, upper / denominator * measure.per


def _state(measure: Measure, minimum_events: int) -> pl.Expr:
    observations = pl.col("denominator") if measure.kind == "proportion" else pl.col("numerator")
    none_happened = pl.col("numerator") == 0
    if measure.kind == "proportion":
        none_happened &= observations >= minimum_events
    return (
        pl.when(pl.col("months").is_null() & (pl.col("open_months") == 0))
        .then(pl.lit("not_applicable"))
        .when(pl.col("months").is_null())
        .then(pl.lit("not_submitted"))
        .when(pl.col("denominator") <= 0)
        .then(pl.lit("not_computable"))
        .when(none_happened)
        .then(pl.lit("zero"))
        .when(observations < minimum_events)
        .then(pl.lit("too_few"))
        .otherwise(pl.lit("value"))
    )
