"""Funnel limits: between which values a unit of a given size may lie by chance alone, and where each unit lies.

`funnel` is the entry point for a frame of units. Under it lie expressions, which work row by row on any frame:
`proportion_limits` and `count_limits` are the limits we draw and judge by; `arcsine_limits`, `chi_square_limits` and
`expected_on_limit` are the other forms in use, kept for comparison with published packages and for drawing curves.
For limits widened by overdispersion see `transforms.overdispersion`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

import numpy as np
import polars as pl
from scipy.special import (  # pyright: ignore[reportMissingTypeStubs]
    gammainccinv,
    gammaincinv,
    gdtrib,  # pyright: ignore[reportUnknownVariableType]
    pdtrik,  # pyright: ignore[reportUnknownVariableType]
)

from transforms.intervals import Interval, exact_poisson, is_count, is_size, tail_probability, z_score

Kind = Literal["proportion", "rate", "ratio"]
Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)
Quantile = Callable[[np.ndarray], np.ndarray]

INNER, OUTER = 0.95, 0.998
"""The two confidences of a funnel, about two and three standard deviations (Spiegelhalter 2005)."""
NUMERATOR, DENOMINATOR = pl.col("numerator"), pl.col("denominator")
NAMED = tuple(Interval(pl.col(f"lower_{tag}"), pl.col(f"upper_{tag}")) for tag in ("95", "998"))
"""The inner and the outer limits as they stand in a frame."""


def funnel(units: Frame, kind: Kind, by: Sequence[str] = ()) -> Frame:
    """One row per unit, with its baseline, value, limits and position in the funnel.

    Adds `baseline`, `value`, `lower_95`, `upper_95`, `lower_998`, `upper_998` and `position`.
    Reads `numerator` and `denominator`: events of persons (proportion), events of person-time (rate), observed of
    expected events (ratio). The baseline is pooled, sum over sum, within each group of the columns `by`; it is 1 for a
    ratio. Values and limits are fractions of 1, events per unit of person-time, and ratios.
    All are null, and the unit is left out of the baseline, where the numerator is null, negative or not finite, the
    denominator null, not finite or not above 0, or the numerator of a proportion exceeds its denominator. Limits and
    position of a rate are null where its group has no events at all.

    **Outside** means that a unit's own interval does not hold the baseline: the Wilson interval of a proportion, the
    exact interval of a count. The limits are that rule solved for the value, so picture, word and printed interval say
    the same (Byar's interval, printed from 10 events on, is within 0.2 % of the exact one). A value on its limit is
    inside. A unit without events is below only when its expected events exceed what 0 events can come from (3.69 at
    95 %, 6.91 at 99.8 %; 3.84 and 9.55 of a rare proportion): the chi-square form, whose lower limit is never 0, would
    call every such unit low. Source: Spiegelhalter 2005, Stat Med 24:1185-202.
    """
    counted = units.with_columns(pl.when(has_figure(kind)).then(baseline_of(kind, by)).alias("baseline"))
    valued = counted.with_columns(value=pl.when(pl.col("baseline").is_not_null()).then(NUMERATOR / DENOMINATOR))
    limited = valued.with_columns(*named_limits(*(_value_limits(kind, level) for level in (INNER, OUTER))))
    return limited.with_columns(position(pl.col("value"), *NAMED))


def named_limits(inner: Interval, outer: Interval) -> list[pl.Expr]:
    """The four limits of a funnel as the columns `lower_95`, `upper_95`, `lower_998` and `upper_998`."""
    sides = (
        (inner.lower, "lower_95"),
        (inner.upper, "upper_95"),
        (outer.lower, "lower_998"),
        (outer.upper, "upper_998"),
    )
    return [limit.alias(name) for limit, name in sides]


def within(number: pl.Expr, by: Sequence[str]) -> pl.Expr:
    """A number taken over the rows alike in the columns `by`; over all rows when there are none."""
    return number.over(*by) if by else number


def has_figure(kind: Kind) -> pl.Expr:
    """Whether a unit's `numerator` and `denominator` make a figure of this kind. Never null."""
    whole = is_count(NUMERATOR) & is_size(DENOMINATOR)
    return (whole & (NUMERATOR <= DENOMINATOR) if kind == "proportion" else whole).fill_null(False)


def baseline_of(kind: Kind, by: Sequence[str] = ()) -> pl.Expr:
    """The pooled value, sum over sum, of the units that have a figure, within each group; 1 for a ratio."""
    if kind == "ratio":
        return pl.lit(1.0)
    x, n = (column.filter(has_figure(kind)) for column in (NUMERATOR, DENOMINATOR))
    return within(x.sum() / n.sum(), by)


def position(value: pl.Expr, inner: Interval, outer: Interval) -> pl.Expr:
    """Where a value lies: `inside`, `above_95`, `below_95`, `above_998` or `below_998`. On a limit is inside.

    Null where the value or a limit is null: nothing can be said of it.
    """
    known = value.is_not_null()
    for limit in (*inner, *outer):
        known = known & limit.is_not_null()
    return (
        pl.when(~known)
        .then(pl.lit(None, pl.String))
        .when(value > outer.upper)
        .then(pl.lit("above_998"))
        .when(value < outer.lower)
        .then(pl.lit("below_998"))
        .when(value > inner.upper)
        .then(pl.lit("above_95"))
        .when(value < inner.lower)
        .then(pl.lit("below_95"))
        .otherwise(pl.lit("inside"))
        .alias("position")
    )


def proportion_limits(baseline: pl.Expr, denominator: pl.Expr, confidence: float = INNER) -> Interval:
    """Limits of a proportion at its denominator, as fractions of 1: where its Wilson interval just holds the baseline.

    Null where the baseline is null or outside 0..1, or the denominator is null, not finite or not above 0.
    Raises ValueError unless 0 < confidence < 1.
    Source: the score test, p ± z·sqrt(p(1 - p)/n), whose inversion is Wilson's interval (Wilson 1927, J Am Stat Assoc
    22:209-12), clipped to 0..1; drawn as a funnel by Spiegelhalter 2005, Stat Med 24:1185-202.
    """
    p, n = baseline.cast(pl.Float64), denominator.cast(pl.Float64)
    arm = z_score(confidence) * (p * (1 - p) / n).sqrt()
    return _where(_is_share(p) & is_size(n), (p - arm).clip(lower_bound=0), (p + arm).clip(upper_bound=1))


def arcsine_limits(baseline: pl.Expr, denominator: pl.Expr, confidence: float = INNER) -> Interval:
    """Limits of a proportion at its denominator, as fractions of 1, symmetric on the arcsine scale.

    0 or 1 where the angle would leave 0..90 degrees and the curve would fold back. Null and errors as in
    `proportion_limits`.
    Source: sin²(asin √p ± z/(2√n)); Spiegelhalter 2005, Stat Med 24:1185-202, appendix on transformations.
    """
    p, n = baseline.cast(pl.Float64), denominator.cast(pl.Float64)
    angle, arm = p.sqrt().arcsin(), z_score(confidence) / (2 * n.sqrt())
    lower, upper = (angle - arm).clip(lower_bound=0), (angle + arm).clip(upper_bound=math.pi / 2)
    return _where(_is_share(p) & is_size(n), lower.sin() ** 2, upper.sin() ** 2)


def count_limits(expected: pl.Expr, confidence: float = INNER) -> Interval:
    """Limits of a number of events at its expectation, in events: where its exact interval just holds the expectation.

    Over `expected` they are limits of a ratio O/E, over person-time limits of a rate. They run through whole and
    broken numbers of events: a count lies below the lower limit exactly when P(X <= count) < (1 - confidence)/2, and
    above the upper one when P(X >= count) is. The lower limit is 0 where even 0 events are not that rare.
    Null where `expected` is null, not finite or not above 0. Raises ValueError unless 0 < confidence < 1.
    Source: Garwood 1936, Biometrika 28:437-42, solved for the count; Spiegelhalter 2005, Stat Med 24:1185-202.
    """
    tail = tail_probability(confidence)
    size = _size(expected)
    lower = _each(size, lambda mean: pdtrik(tail, mean))
    # The tail from above as a gamma integral, P(X >= x) = P(x, E): it goes on below one event, where pdtrik stops.
    return _where(is_size(expected), lower, _each(size, lambda mean: gdtrib(1.0, tail, mean)))


def chi_square_limits(expected: pl.Expr, confidence: float = INNER) -> Interval:
    """Limits of a number of events at its expectation, in events: the exact interval of that many events itself.

    The form of FunnelPlotR, for comparison only: its lower limit is never 0, so that a unit without events always
    lies below it. Null and errors as in `count_limits`.
    Source: χ²(α/2; 2E)/2 and χ²(1 - α/2; 2E + 2)/2, computed as gamma quantiles of shape E and E + 1.
    """
    tail = tail_probability(confidence)
    size = _size(expected)
    lower = _each(size, lambda mean: gammaincinv(mean, tail))
    return _where(is_size(expected), lower, _each(size, lambda mean: gammainccinv(mean + 1, tail)))


def expected_on_limit(events: pl.Expr, confidence: float = INNER) -> Interval:
    """How many events must be expected for this many to lie on the lower, and on the upper, limit of a funnel.

    Over the baseline rate it is the person-time at which that many events lie on the limit; `events` over it is the
    limit of O/E. A curve is drawn by running through whole numbers of events. 0 events never lie on the upper limit:
    null there. Null where events is null, negative or not finite. Raises ValueError unless 0 < confidence < 1.
    Source: the exact limits of Garwood 1936, Biometrika 28:437-42, read the other way round.
    """
    least, most = exact_poisson(events, confidence)
    return Interval(most.alias("lower"), pl.when(least > 0).then(least).alias("upper"))


def _value_limits(kind: Kind, confidence: float) -> Interval:
    """The limits of a unit's value at its own denominator, from the columns `baseline` and `denominator`."""
    baseline = pl.col("baseline")
    if kind == "proportion":
        return proportion_limits(baseline, DENOMINATOR, confidence)
    lower, upper = count_limits(baseline * DENOMINATOR, confidence)
    return Interval(lower / DENOMINATOR, upper / DENOMINATOR)


def _is_share(p: pl.Expr) -> pl.Expr:
    return p.is_between(0, 1)


def _size(expected: pl.Expr) -> pl.Expr:
    size = expected.cast(pl.Float64)
    return pl.when(is_size(size)).then(size)


def _each(size: pl.Expr, quantile: Quantile) -> pl.Expr:
    def of_batch(batch: pl.Series) -> pl.Series:
        return pl.Series(batch.name, quantile(batch.to_numpy()), dtype=pl.Float64).fill_nan(None)

    return size.map_batches(of_batch, return_dtype=pl.Float64, is_elementwise=True)


def _where(valid: pl.Expr, lower: pl.Expr, upper: pl.Expr) -> Interval:
    return Interval(pl.when(valid).then(lower).alias("lower"), pl.when(valid).then(upper).alias("upper"))
