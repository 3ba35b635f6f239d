"""Empirical Bayes: a unit's value drawn towards its group's mean, the more the less its own events can tell.

Expressions over the rows of a frame: `frame.with_columns(*marshall(x, n))` adds `mean`, `variance`, `weight` and
`shrunk`; put `.over("measure")` on each (`over(shrinkage, "measure")`) to treat each group of rows on its own.
What one expects of a unit, if nothing happens, is its shrunk value: regression to the mean is in it already.
In all forms a weight lies in 0..1, so a shrunk value lies between the crude one and the mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.intervals import is_count, is_size

Numbers = NDArray[np.float64]

MOST_ROUNDS = 500
CLOSE = 1e-12
"""When Clayton & Kaldor's moments have settled: relative change of both. Some 20 rounds are usual."""


class Shrinkage(NamedTuple):
    """What a unit is shrunk to and how far: `mean` and `variance` of the true values of the group, `weight` of the
    unit's own value, from 0 (all mean) to 1 (all its own), and the `shrunk` value."""

    mean: pl.Expr
    variance: pl.Expr
    weight: pl.Expr
    shrunk: pl.Expr


def over(shrinkage: Shrinkage, *by: str) -> Shrinkage:
    """The same shrinkage within each group of rows alike in the columns `by`."""
    return Shrinkage(*(number.over(*by) for number in shrinkage))


def marshall(events: pl.Expr, size: pl.Expr, dispersion: pl.Expr | float = 1.0) -> Shrinkage:
    """Rates, or ratios of observed to expected events, drawn to their pooled mean: one unit per row.

    In events per unit of `size` (person-time or expected events). `dispersion` is how many times the Poisson variance
    a unit's events vary by themselves (1.5-3 for repeat prescriptions), one number or one per unit.
    A variance below 0 is set to 0: all units are then shrunk to the mean. All four are null, and the unit is left out
    of the mean, where events is null, negative or not finite, or size or dispersion null, not finite or not above 0.
    Source: Marshall 1991, Appl Stat 40:283-94 (the global estimator): variance s² - d·b/n̄, weight A/(A + d·b/n).
    """
    spread = pl.lit(dispersion) if isinstance(dispersion, float | int) else dispersion
    figure = pl.when(is_count(events) & is_size(size) & is_size(spread))
    x, n, d = (figure.then(number.cast(pl.Float64)) for number in (events, size, spread))
    mean, squares = _moments(x, n)
    # The variance that chance explains, weighted by size as the squares are: the sizes cancel.
    between = (squares - mean * d.sum() / n.sum()).clip(lower_bound=0)
    return _shrinkage(x / n, mean, between, between / (between + d * mean / n))


def binomial(events: pl.Expr, size: pl.Expr) -> Shrinkage:
    """Proportions drawn to their pooled mean: one unit per row. In fractions of 1.

    A variance below 0 is set to 0, and one above that of a unit which is always all or nothing to that one. Nulls as
    in `marshall`, and where events exceed size.
    Source: Martuzzi & Elliott 1996, Stat Med 15:1867-73, with the variance between units written out.
    """
    figure = pl.when(is_count(events) & is_size(size) & (events <= size))
    x, n = (figure.then(number.cast(pl.Float64)) for number in (events, size))
    mean, squares = _moments(x, n)
    within, typical = mean * (1 - mean), n.mean()
    between = pl.when(typical > 1).then((typical * squares - within) / (typical - 1)).otherwise(0.0)
    between = between.clip(0, within)
    return _shrinkage(x / n, mean, between, n * between / ((n - 1) * between + within))


def gamma(observed: pl.Expr, expected: pl.Expr) -> Shrinkage:
    """Ratios of observed to expected events drawn to their mean, the true ratios taken as gamma: one unit per row.

    The prior gamma has the shape ν = mean²/variance and the rate α = mean/variance; the shrunk value is
    (O + ν)/(E + α), the mean not weighted by size. Where the units vary no more than chance the variance is 0 and all
    are shrunk to the mean. Nulls as in `marshall`.
    Source: Clayton & Kaldor 1987, Biometrics 43:671-81, by iterated moments.
    """
    figure = pl.when(is_count(observed) & is_size(expected))
    o, e = (figure.then(number.cast(pl.Float64)) for number in (observed, expected))
    fields = {"mean": pl.Float64, "variance": pl.Float64}
    prior = pl.map_batches([o, e], _gamma_prior, return_dtype=pl.Struct(fields))
    mean, variance = (figure.then(prior.struct.field(name)) for name in fields)
    return _shrinkage(o / e, mean, variance, variance * e / (variance * e + mean))


def _moments(x: pl.Expr, n: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The pooled mean, and the mean square about it weighted by size."""
    mean = x.sum() / n.sum()
    return mean, (n * (x / n - mean) ** 2).sum() / n.sum()


def _shrinkage(crude: pl.Expr, mean: pl.Expr, variance: pl.Expr, weight: pl.Expr) -> Shrinkage:
    known = pl.when(crude.is_not_null())
    # 0/0 where nothing varies at all: the mean says it.
    own = weight.fill_nan(0.0)
    numbers = {"mean": mean, "variance": variance, "weight": own, "shrunk": mean + own * (crude - mean)}
    return Shrinkage(*(known.then(number).alias(name) for name, number in numbers.items()))


def _gamma_prior(columns: Sequence[pl.Series]) -> pl.Series:
    observed, expected = (column.to_numpy() for column in columns)
    known = ~np.isnan(observed)
    mean, variance = _iterated_moments(observed[known], expected[known])
    size = len(observed)
    return pl.DataFrame({"mean": np.full(size, mean), "variance": np.full(size, variance)}).to_struct()


def _iterated_moments(observed: Numbers, expected: Numbers) -> tuple[float, float]:
    """Mean and variance of the true ratios: each round shrinks with the last moments and takes those of the shrunk."""
    if len(observed) < 2:
        return (float(observed.sum() / expected.sum()) if len(observed) else np.nan), 0.0
    ratio = observed / expected
    mean, variance = float(ratio.mean()), float(ratio.var(ddof=1))
    for _ in range(MOST_ROUNDS):
        if variance <= CLOSE * mean**2:
            # No variance: the moments' own equation for the mean is then that of the pooled one.
            return float(observed.sum() / expected.sum()), 0.0
        last_mean, last_variance = mean, variance
        shrunk = (variance * observed + mean**2) / (variance * expected + mean)
        left = 1 + mean / (variance * expected)
        mean = float(shrunk.mean())
        variance = float((left * (shrunk - mean) ** 2).sum()) / (len(observed) - 1)
        if _near(mean, last_mean) and _near(variance, last_variance):
            break
    return mean, variance


def _near(now: float, before: float) -> bool:
    return abs(now - before) <= CLOSE * (now + before)
