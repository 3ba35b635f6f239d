"""Two proportions of the same people, as expressions: the difference, its interval and an exact test.

Every function takes four counts of people: `a` have both, `b` only the first, `c` only the second, `d` neither. The
difference is that of the first proportion minus the second, (b - c) / (a + b + c + d), as a fraction of 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import betainc  # pyright: ignore[reportMissingTypeStubs]

from transforms.differences import Estimate
from transforms.intervals import is_count, wilson, z_score

Counts = tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr]
Numbers = NDArray[np.float64]

HALVINGS = 60
"""Of an interval 2 wide: what is left, 2e-18, is finer than a float can tell apart near any limit that matters."""


def newcombe_paired(a: pl.Expr, b: pl.Expr, c: pl.Expr, d: pl.Expr, confidence: float = 0.95) -> Estimate:
    """The paired difference with its hybrid score interval, the correlation corrected for continuity.

    Null where a count is null, negative or not finite, or nobody is counted.
    Raises ValueError unless 0 < confidence < 1.
    Source: Newcombe 1998, Stat Med 17:2635-50, method 10.
    """
    counts = a, b, c, d = _floats(a, b, c, d)
    product, half = a * d - b * c, (a + b + c + d) / 2
    corrected = pl.when(product > 0).then((product - half).clip(lower_bound=0)).otherwise(product)
    return _hybrid_score(counts, corrected, confidence)


def newcombe_paired_uncorrected(a: pl.Expr, b: pl.Expr, c: pl.Expr, d: pl.Expr, confidence: float = 0.95) -> Estimate:
    """The paired difference with its hybrid score interval, the correlation as observed.

    Null where a count is null, negative or not finite, or nobody is counted.
    Raises ValueError unless 0 < confidence < 1.
    Source: Newcombe 1998, Stat Med 17:2635-50, method 8.
    """
    counts = a, b, c, d = _floats(a, b, c, d)
    return _hybrid_score(counts, a * d - b * c, confidence)


def tango(a: pl.Expr, b: pl.Expr, c: pl.Expr, d: pl.Expr, confidence: float = 0.95) -> Estimate:
    """The paired difference with its score interval: the differences that a score test would not reject.

    Null where a count is null, negative or not finite, or nobody is counted.
    Raises ValueError unless 0 < confidence < 1.
    Source: Tango 1998, Stat Med 17:891-908.
    """
    z, counts = z_score(confidence), _floats(a, b, c, d)

    def lowest(columns: Sequence[pl.Series]) -> pl.Series:
        first, second, size = (column.to_numpy() for column in columns)
        return pl.Series(_lowest_not_rejected(first, second, size, z)).fill_nan(None)

    def limit(first: pl.Expr, second: pl.Expr) -> pl.Expr:
        size = pl.sum_horizontal(counts, ignore_nulls=False)
        columns = [first, second, pl.when(size > 0).then(size)]
        return pl.map_batches(columns, lowest, return_dtype=pl.Float64, is_elementwise=True)

    # Seen from the other side the difference changes its sign and its limits change places.
    return _estimate(counts, limit(counts[1], counts[2]), -limit(counts[2], counts[1]))


def mcnemar_exact(b: pl.Expr, c: pl.Expr) -> pl.Expr:
    """Two-sided exact p of no change, from the `b` and `c` people who have only the first or only the second.

    1 where both are 0: nobody changed. Null where one is null, negative or not finite.
    Source: McNemar 1947, Psychometrika 12:153-7; the exact binomial form, the tail of the smaller count doubled.
    """

    def tail(columns: Sequence[pl.Series]) -> pl.Series:
        fewer, more = (column.to_numpy() for column in columns)
        return pl.Series(betainc(more, fewer + 1, 0.5)).fill_nan(None)

    fewer, more = (at(b, c).cast(pl.Float64) for at in (pl.min_horizontal, pl.max_horizontal))
    doubled = 2 * pl.map_batches([fewer, more], tail, return_dtype=pl.Float64, is_elementwise=True)
    p = pl.when(b == c).then(1.0).otherwise(doubled.clip(upper_bound=1))
    return pl.when(is_count(b) & is_count(c)).then(p)


def _floats(a: pl.Expr, b: pl.Expr, c: pl.Expr, d: pl.Expr) -> Counts:
    """As floats, because a product of two counts can be more than a narrow integer holds."""
    return a.cast(pl.Float64), b.cast(pl.Float64), c.cast(pl.Float64), d.cast(pl.Float64)


def _hybrid_score(counts: Counts, product: pl.Expr, confidence: float) -> Estimate:
    """Square and add with the correlation `product` over the root of the four margins, 0 where a margin is empty."""
    a, b, c, d = counts
    size = a + b + c + d
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    correlation = pl.when(margins > 0).then(product / margins.sqrt()).otherwise(0.0)
    (below1, above1), (below2, above2) = (_arms(x, size, confidence) for x in (a + b, a + c))
    value = (b - c) / size
    lower = value - _third_side(below1, above2, correlation)
    upper = value + _third_side(above1, below2, correlation)
    return _estimate(counts, lower, upper)


def _arms(x: pl.Expr, size: pl.Expr, confidence: float) -> tuple[pl.Expr, pl.Expr]:
    """How far a proportion's Wilson limits lie below and above it."""
    lower, upper = wilson(x, size, confidence)
    return x / size - lower, upper - x / size


def _third_side(one: pl.Expr, other: pl.Expr, correlation: pl.Expr) -> pl.Expr:
    squared = one**2 - 2 * correlation * one * other + other**2
    return squared.clip(lower_bound=0).sqrt()


def _estimate(counts: Counts, lower: pl.Expr, upper: pl.Expr) -> Estimate:
    a, b, c, d = counts
    size = a + b + c + d
    valid = pl.all_horizontal(*(is_count(count) for count in counts)) & (size > 0)
    named = {"value": (b - c) / size, "lower": lower, "upper": upper}
    return Estimate(*(pl.when(valid).then(number.cast(pl.Float64)).alias(name) for name, number in named.items()))


def _lowest_not_rejected(first: Numbers, second: Numbers, size: Numbers, z: float) -> Numbers:
    """The difference below the observed one at which the score is z. The score only falls, so halving finds it."""
    low, high = np.full(size.shape, -1.0), (first - second) / size
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        rejected = _score_excess(middle, first, second, size, z) > 0
        low, high = np.where(rejected, middle, low), np.where(rejected, high, middle)
    return (low + high) / 2


def _score_excess(difference: Numbers, first: Numbers, second: Numbers, size: Numbers, z: float) -> Numbers:
    """Above 0 where the score test rejects `difference` as too low. In people."""
    spread = difference * (1 - difference)
    middle = (2 * size - first + second) * difference - first - second
    root = np.sqrt(np.maximum(middle**2 + 8 * size * second * spread, 0))
    # The larger root of 2 n q^2 + middle q - second spread = 0, in the form that does not subtract equal numbers.
    # The most likely share of people who have the second alone, were `difference` true.
    constant = 2 * second * spread
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(middle > 0, constant / (middle + root), (root - middle) / (4 * size))
    variance = size * (2 * share + spread)
    return first - second - size * difference - z * np.sqrt(np.maximum(variance, 0))
