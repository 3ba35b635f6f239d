"""Empirical Bayes: a unit's value drawn towards its group's mean, the more the less its own events can tell.

Frame functions over units, one row each, with the columns `numerator` and `denominator`; a group is the units alike in
the columns `by`. All add `mean` and `variance` (of the true values in the group), `weight` (of the unit's own value,
from 0, all mean, to 1, all its own) and `shrunk`, which lies between the unit's own value and the mean.
What one expects of a unit, if nothing happens, is its shrunk value: regression to the mean is in it already.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from transforms.funnel import Frame, within
from transforms.intervals import is_count, is_size

Numbers = NDArray[np.float64]

MOST_ROUNDS = 500
CLOSE = 1e-12
"""When Clayton & Kaldor's moments have settled: relative change of both. Some 20 rounds are usual."""
X, N, OWN, SQUARES = (pl.col(name) for name in ("_events", "_size", "_dispersion", "_squares"))
MEAN, VARIANCE = pl.col("mean"), pl.col("variance")


def marshall(units: Frame, by: Sequence[str] = (), dispersion: pl.Expr | float = 1.0) -> Frame:
    """Rates, or ratios of observed to expected events, drawn to their pooled mean: one row per unit.

    In events per unit of the denominator (person-time or expected events). `dispersion` is how many times the Poisson
    variance a unit's events vary by themselves (1.5-3 for repeat prescriptions): one number, or one per unit.
    A variance below 0 is set to 0: all units are then shrunk to the mean. All four columns are null, and the unit is
    left out of the mean, where the numerator is null, negative or not finite, or the denominator or dispersion null,
    not finite or not above 0.
    Source: Marshall 1991, Appl Stat 40:283-94 (the global estimator): variance s² - d·b/n̄, weight A/(A + d·b/n).
    """
    counted = _counted(units, pl.lit(True), dispersion)
    squared = _with_moments(counted, by)
    # What chance explains, weighted by size as the squares are: of d·b/n the sizes cancel.
    chance = MEAN * within(OWN.sum() / N.sum(), by)
    between = (SQUARES - chance).clip(lower_bound=0)
    return _shrunk(squared.with_columns(between.alias("variance")), VARIANCE / (VARIANCE + OWN * MEAN / N))


def binomial(units: Frame, by: Sequence[str] = ()) -> Frame:
    """Proportions drawn to their pooled mean, in fractions of 1: one row per unit.

    A variance below 0 is set to 0, and one above that of units which are always all or nothing to that one. Null as in
    `marshall`, and where the numerator exceeds the denominator.
    Source: Martuzzi & Elliott 1996, Stat Med 15:1867-73, with the variance between units written out.
    """
    squared = _with_moments(_counted(units, pl.col("numerator") <= pl.col("denominator")), by)
    all_or_nothing, typical = MEAN * (1 - MEAN), within(N.mean(), by)
    between = pl.when(typical > 1).then((typical * SQUARES - all_or_nothing) / (typical - 1)).otherwise(0.0)
    varied = squared.with_columns(pl.when(X.is_not_null()).then(between.clip(0, all_or_nothing)).alias("variance"))
    return _shrunk(varied, N * VARIANCE / ((N - 1) * VARIANCE + all_or_nothing))


def gamma(units: Frame, by: Sequence[str] = ()) -> Frame:
    """Ratios of observed to expected events drawn to their mean, the true ratios taken as gamma: one row per unit.

    The prior gamma has the shape ν = mean²/variance and the rate α = mean/variance; the shrunk value is
    (O + ν)/(E + α), the mean not weighted by size. Where the units vary no more than chance, the variance is 0 and all
    are shrunk to the pooled mean. Null as in `marshall`.
    Source: Clayton & Kaldor 1987, Biometrics 43:671-81, by iterated moments.
    """
    fields = ("mean", "variance")
    prior = pl.map_batches([X, N], _gamma_prior, return_dtype=pl.Struct(dict.fromkeys(fields, pl.Float64)))
    settled = _counted(units, pl.lit(True)).with_columns(within(prior, by).alias("_prior"))
    known = pl.when(X.is_not_null())
    moments = settled.with_columns(known.then(pl.col("_prior").struct.field(name)).alias(name) for name in fields)
    return _shrunk(moments, VARIANCE * N / (VARIANCE * N + MEAN))


def _counted(units: Frame, also: pl.Expr, dispersion: pl.Expr | float = 1.0) -> Frame:
    """Units with their counts and dispersion as numbers, all null where they make no figure."""
    own = dispersion if isinstance(dispersion, pl.Expr) else pl.lit(dispersion)
    figure = pl.when(is_count(pl.col("numerator")) & is_size(pl.col("denominator")) & is_size(own) & also)
    numbers = {"_events": pl.col("numerator"), "_size": pl.col("denominator"), "_dispersion": own}
    return units.with_columns(figure.then(number.cast(pl.Float64)).alias(name) for name, number in numbers.items())


def _with_moments(counted: Frame, by: Sequence[str]) -> Frame:
    """Counted units with the pooled mean, and the mean square about it weighted by size."""
    pooled = counted.with_columns(pl.when(X.is_not_null()).then(within(X.sum() / N.sum(), by)).alias("mean"))
    squares = (N * (X / N - MEAN) ** 2).sum() / N.sum()
    return pooled.with_columns(within(squares, by).alias("_squares"))


def _shrunk(moments: Frame, weight: pl.Expr) -> Frame:
    # 0/0 where nothing varies at all: the mean says it.
    weighted = moments.with_columns(weight.fill_nan(0.0).alias("weight"))
    drawn = weighted.with_columns((MEAN + pl.col("weight") * (X / N - MEAN)).alias("shrunk"))
    return drawn.drop("_events", "_size", "_dispersion", "_squares", "_prior", strict=False)


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
