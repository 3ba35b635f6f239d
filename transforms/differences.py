"""Comparisons of two proportions or two rates, as expressions: the first minus, or over, the second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl
from scipy.special import betainccinv, betaincinv  # pyright: ignore[reportMissingTypeStubs]

from transforms.binomial import minimum_likelihood_p
from transforms.intervals import is_count, is_size, poisson, tail_probability, wilson


class Estimate(NamedTuple):
    """A value and the limits of its interval, named `value`, `lower` and `upper` when used as columns."""

    value: pl.Expr
    lower: pl.Expr
    upper: pl.Expr


def newcombe(x1: pl.Expr, n1: pl.Expr, x2: pl.Expr, n2: pl.Expr, confidence: float = 0.95) -> Estimate:
    """Difference of two independent proportions, `x1 / n1 - x2 / n2`, as fractions of 1, with its interval.

    Null where either proportion has no Wilson interval (see `intervals.wilson`).
    Raises ValueError unless 0 < confidence < 1.
    Source: hybrid score of Newcombe 1998, Stat Med 17:873-90, method 10 (no continuity correction).
    """
    first, second = (Estimate(x / n, *wilson(x, n, confidence)) for x, n in ((x1, n1), (x2, n2)))
    return square_and_add(first, second)


def rate_difference(x1: pl.Expr, t1: pl.Expr, x2: pl.Expr, t2: pl.Expr, confidence: float = 0.95) -> Estimate:
    """Difference of two independent rates, `x1 / t1 - x2 / t2`, in events per unit of person-time, with its interval.

    Null where a count is null, negative or not finite, or a person-time is null, not finite or not above 0.
    Raises ValueError unless 0 < confidence < 1.
    Source: square-and-add of Zou & Donner 2008, Stat Med 27:1693-702 (MOVER), from each rate's own interval
    (`intervals.poisson`): the construction of Newcombe's hybrid score.
    """
    first, second = (_rate(x, t, confidence) for x, t in ((x1, t1), (x2, t2)))
    return square_and_add(first, second)


def rate_ratio(x1: pl.Expr, t1: pl.Expr, x2: pl.Expr, t2: pl.Expr, confidence: float = 0.95) -> Estimate:
    """Ratio of two independent rates, `(x1 / t1) / (x2 / t2)`, without unit, with its exact conditional interval.

    No events in the first: lower limit 0. None in the second: ratio and upper limit infinite. None in either: the ratio
    is null and the interval runs from 0 to infinity. All three are null where a count is null, negative or not finite,
    or a person-time is null, not finite or not above 0. Raises ValueError unless 0 < confidence < 1.
    Source: given the total, x1 is binomial (Przyborowski & Wilenski 1940, Biometrika 31:313-23); the limits are
    those of Clopper & Pearson 1934, Biometrika 26:404-13, turned into odds.
    """
    tail = tail_probability(confidence)
    valid = is_count(x1) & is_count(x2) & is_size(t1) & is_size(t2)
    value = ((x1 / t1) / (x2 / t2)).fill_nan(None)
    lower = _lowest_odds(x1, x2, tail) * (t2 / t1)
    upper = 1 / _lowest_odds(x2, x1, tail) * (t2 / t1)
    return _estimate(valid, value, lower, upper)


def rate_ratio_p(x1: pl.Expr, t1: pl.Expr, x2: pl.Expr, t2: pl.Expr) -> pl.Expr:
    """Exact two-sided p of two independent rates being the same. 1 where neither has events.

    Its tail is what is no likelier than what was seen, while the interval of `rate_ratio` leaves half the error on
    either side: near the edge the two may differ on whether a ratio of 1 can be ruled out.
    Null where a count is null, negative, not finite or not whole, or a person-time is null, not finite or not above 0.
    Source: given the total, x1 is binomial (Przyborowski & Wilenski 1940, Biometrika 31:313-23).
    """
    whole = pl.all_horizontal(*(is_count(count) & (count == count.cast(pl.Float64).floor()) for count in (x1, x2)))
    valid = whole & is_size(t1) & is_size(t2)
    return minimum_likelihood_p(*(pl.when(valid).then(column) for column in (x1, x2, t1, t2)))


def _rate(events: pl.Expr, time: pl.Expr, confidence: float) -> Estimate:
    exposed = pl.when(is_size(time)).then(time)
    lower, upper = poisson(events, confidence)
    return Estimate(events / exposed, lower / exposed, upper / exposed)


def square_and_add(first: Estimate, second: Estimate) -> Estimate:
    """The difference of two estimates, each limit as far from it as the square root of two squared arms."""
    value = first.value - second.value
    below = ((first.value - first.lower) ** 2 + (second.upper - second.value) ** 2).sqrt()
    above = ((first.upper - first.value) ** 2 + (second.value - second.lower) ** 2).sqrt()
    return _estimate(below.is_not_null(), value, value - below, value + above)


def _estimate(valid: pl.Expr, value: pl.Expr, lower: pl.Expr, upper: pl.Expr) -> Estimate:
    named = {"value": value, "lower": lower, "upper": upper}
    return Estimate(*(pl.when(valid).then(number.cast(pl.Float64)).alias(name) for name, number in named.items()))


def _lowest_odds(events: pl.Expr, others: pl.Expr, tail: float) -> pl.Expr:
    """Clopper and Pearson's lower limit for `events` of `events + others`, as odds. 0 where there are no events."""

    def of_batch(columns: Sequence[pl.Series]) -> pl.Series:
        x, y = (column.to_numpy() for column in columns)
        # 1 - p by its own quantile, not by subtraction: p may be so near 1 that nothing is left of the difference.
        return pl.Series(betaincinv(x, y + 1, tail) / betainccinv(y + 1, x, tail)).fill_nan(None)

    counts = [pl.when(is_count(count)).then(count.cast(pl.Float64)) for count in (events, others)]
    odds = pl.map_batches(counts, of_batch, return_dtype=pl.Float64, is_elementwise=True)
    return pl.when(events == 0).then(0.0).otherwise(odds)
