"""Intervals for one proportion and for one count, as expressions: they work row by row on any frame, eager or lazy."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import polars as pl
from scipy.special import gammainccinv, gammaincinv  # pyright: ignore[reportMissingTypeStubs]

EXACT_BELOW = 10
"""From this count on Byar's approximation stands in for the exact interval (PHEindicatormethods does the same)."""


class Interval(NamedTuple):
    """The limits of an interval, named `lower` and `upper`: `frame.with_columns(*wilson(...))` adds both columns."""

    lower: pl.Expr
    upper: pl.Expr


def wilson(numerator: pl.Expr, denominator: pl.Expr, confidence: float = 0.95) -> Interval:
    """Wilson score interval without continuity correction for `numerator / denominator`, as fractions of 1.

    Null where either is null or not finite, the denominator is not above 0, or the numerator lies outside
    0..denominator. A numerator of 0 has lower limit exactly 0, a full one has upper limit exactly 1.
    Raises ValueError unless 0 < confidence < 1.
    Source: Wilson 1927, J Am Stat Assoc 22:209-12; the form of Newcombe 1998, Stat Med 17:857-72 (method 3).
    """
    z = z_score(confidence)
    x, n = numerator.cast(pl.Float64), denominator.cast(pl.Float64)
    valid = is_size(n) & x.is_between(0, n)
    larger_root = 2 * x + z**2 + z * (z**2 + 4 * x * (n - x) / n).sqrt()
    # The usual lower limit subtracts two nearly equal numbers when x is small; the product of the roots avoids that.
    lower = 2 * x**2 / (n * larger_root)
    upper = pl.when(x == n).then(1.0).otherwise(larger_root / (2 * (n + z**2)))
    return _interval(valid, lower, upper)


def poisson(events: pl.Expr, confidence: float = 0.95) -> Interval:
    """Interval for the expected number of events: exact below 10 events, Byar from 10 on.

    In events; divide both limits by person-time for a rate. Weighted counts need not be whole.
    Null where events is null, negative or not finite. Raises ValueError unless 0 < confidence < 1.
    Source: see `exact_poisson` and `byar`.
    """
    few = events < EXACT_BELOW
    exact = exact_poisson(pl.when(few).then(events), confidence)
    approximate = byar(events, confidence)
    pairs = zip(exact, approximate, strict=True)
    lower, upper = (pl.when(few).then(small).otherwise(large) for small, large in pairs)
    return Interval(lower.alias("lower"), upper.alias("upper"))


def exact_poisson(events: pl.Expr, confidence: float = 0.95) -> Interval:
    """Exact (chi-square) interval for the expected number of events. In events; 0 events has lower limit 0.

    Null where events is null, negative or not finite. Raises ValueError unless 0 < confidence < 1.
    Source: Garwood 1936, Biometrika 28:437-42. Half a chi-square quantile at 2x degrees of freedom is the gamma
    quantile of shape x, which is what is computed.
    """
    tail = tail_probability(confidence)
    x = events.cast(pl.Float64)
    x = pl.when(is_count(x)).then(x)
    lower = pl.when(x == 0).then(0.0).otherwise(_gamma_quantile(x, gammaincinv, tail))
    return _interval(is_count(x), lower, _gamma_quantile(x + 1, gammainccinv, tail))


def byar(events: pl.Expr, confidence: float = 0.95) -> Interval:
    """Byar's approximate interval for the expected number of events. In events.

    The lower limit is 0 at 0 events and where the formula falls below 0 (1 event at 99.8 %).
    Null where events is null, negative or not finite. Raises ValueError unless 0 < confidence < 1.
    Source: Breslow & Day 1987, Statistical Methods in Cancer Research vol. II, IARC Sci Publ 82.
    """
    z = z_score(confidence)
    x = events.cast(pl.Float64)
    root = pl.when(x > 0).then(1 - 1 / (9 * x) - z / (3 * x.sqrt())).otherwise(0.0)
    after = x + 1
    upper = after * (1 - 1 / (9 * after) + z / (3 * after.sqrt())) ** 3
    return _interval(is_count(x), x * root.clip(lower_bound=0) ** 3, upper)


def z_score(confidence: float) -> float:
    """The standard normal quantile of a two-sided confidence: 1.96 for 0.95."""
    return -NormalDist().inv_cdf(tail_probability(confidence))


def tail_probability(confidence: float) -> float:
    """What a two-sided confidence leaves in each tail: 0.025 for 0.95."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; write a fraction between 0 and 1, such as 0.95")
    return (1 - confidence) / 2


def is_count(events: pl.Expr) -> pl.Expr:
    """Whether a number can be a count of events: finite and not negative."""
    return events.is_between(0, math.inf, closed="left")


def is_size(size: pl.Expr) -> pl.Expr:
    """Whether a number can be divided by, as a denominator or person-time: finite and above 0."""
    return size.is_between(0, math.inf, closed="none")


def _interval(valid: pl.Expr, lower: pl.Expr, upper: pl.Expr) -> Interval:
    return Interval(pl.when(valid).then(lower).alias("lower"), pl.when(valid).then(upper).alias("upper"))


def _gamma_quantile(shape: pl.Expr, inverse: np.ufunc, tail: float) -> pl.Expr:
    def of_batch(batch: pl.Series) -> pl.Series:
        return pl.Series(batch.name, inverse(batch.to_numpy(), tail), dtype=pl.Float64).fill_nan(None)

    return shape.map_batches(of_batch, return_dtype=pl.Float64, is_elementwise=True)
