"""A mean with Student's t interval, from sums or from values, and a median with an interval free of any distribution."""

from __future__ import annotations

import polars as pl
from scipy.special import stdtrit  # pyright: ignore[reportMissingTypeStubs]

from transforms.binomial import fair_coin_quantile
from transforms.differences import Estimate
from transforms.intervals import Interval, tail_probability


def mean_interval(n: pl.Expr, total: pl.Expr, squares: pl.Expr, confidence: float = 0.95) -> Interval:
    """Student's t interval for the mean `total / n`, in the unit of the values, from three sums per row.

    `n` is how many values there are, `total` their sum, `squares` the sum of their squares. Sums add up over practices,
    so a cluster's interval comes from the cluster's sums. Values far from 0 beside their spread lose digits
    in `squares`: `mean_of` does not.
    Null where one of the three is null or not finite, or with fewer than 2 values, which have no spread.
    Raises ValueError unless 0 < confidence < 1.
    Source: Student 1908, Biometrika 6:1-25.
    """
    size, total, squares = (column.cast(pl.Float64) for column in (n, total, squares))
    # Rounding can leave a sum of squares a hair under what a constant series needs: a spread is never below 0.
    about_mean = (squares - total**2 / size).clip(lower_bound=0)
    mean, margin = total / size, _margin(size, about_mean, confidence)
    valid = (size >= 2) & mean.is_finite() & margin.is_finite()
    return Interval(
        *(pl.when(valid).then(mean + way).alias(name) for name, way in (("lower", -margin), ("upper", margin)))
    )


def mean_of(values: pl.Expr, confidence: float = 0.95) -> Estimate:
    """The mean of a group's values with Student's t interval, in their unit: for `group_by(...).agg(*mean_of(...))`.

    Null and not-a-number do not count. Value null without any value; limits null with fewer than 2.
    Raises ValueError unless 0 < confidence < 1. Source: as `mean_interval`.
    """
    values = _present(values)
    mean, size = values.mean(), values.len()
    margin = _margin(size.cast(pl.Float64), ((values - mean) ** 2).sum(), confidence)
    limit = pl.when(size >= 2)
    return Estimate(
        mean.alias("value"), limit.then(mean - margin).alias("lower"), limit.then(mean + margin).alias("upper")
    )


def median_of(values: pl.Expr, confidence: float = 0.95) -> Estimate:
    """The median of a group's values with its interval, in their unit: for `group_by(...).agg(*median_of(...))`.

    The limits are two of the values themselves, equally far from either end of the sorted values and as near its middle
    as still covers with at least `confidence`, whatever the distribution. Null and not-a-number do not count. Limits are null
    where even the smallest and largest value cover less: under 6 values at 95 %, under 8 at 99 %.
    Raises ValueError unless 0 < confidence < 1.
    Source: Thompson 1936, Ann Math Stat 7:122-8; Conover 1999, Practical Nonparametric Statistics, 3rd ed., section 3.2.
    """
    present = _present(values).sort()
    size = present.len()
    outside = fair_coin_quantile(size, tail_probability(confidence))
    within = pl.when(outside > 0)
    lower = within.then(present.get(outside - 1, null_on_oob=True))
    upper = within.then(present.get(size - outside, null_on_oob=True))
    return Estimate(present.median().alias("value"), lower.alias("lower"), upper.alias("upper"))


def _present(values: pl.Expr) -> pl.Expr:
    return values.cast(pl.Float64).drop_nans().drop_nulls()


def _margin(size: pl.Expr, about_mean: pl.Expr, confidence: float) -> pl.Expr:
    """Half the width of the t interval, from the sum of squared distances to the mean."""
    tail = tail_probability(confidence)
    freedom = pl.when(size >= 2).then(size - 1)

    def quantile(batch: pl.Series) -> pl.Series:
        return pl.Series(batch.name, -stdtrit(batch.to_numpy(), tail), dtype=pl.Float64).fill_nan(None)

    t = freedom.map_batches(quantile, return_dtype=pl.Float64, is_elementwise=True)
    return t * (about_mean / freedom / size).sqrt()
