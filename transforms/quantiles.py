"""Quantiles: which of so many groups of equal size, by value, a practice is in."""

from __future__ import annotations

import polars as pl


def quantile_of(values: pl.Expr, quantiles: pl.Expr | int, highest_first: bool = False) -> pl.Expr:
    """Each value's quantile, 1 up to `quantiles`, among all values of the column; `.over(...)` for sets of their own.

    Quantile 1 holds the lowest values, or the highest with `highest_first`. Equal values share the quantile of
    the first of them. Null where the value is null or not a number (such values do not count), and where there
    are fewer values than quantiles.
    Source: the ranks of `phe_quantile` in PHEindicatormethods 2.1.0 (UK Health Security Agency), in whole numbers.
    """
    present = values.cast(pl.Float64).fill_nan(None)
    before = present.rank("min", descending=highest_first).cast(pl.Int64) - 1
    count = present.count().cast(pl.Int64)
    return pl.when(count >= quantiles).then(before * quantiles // count + 1)
