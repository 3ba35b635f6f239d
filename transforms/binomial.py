"""What a binomial says exactly: the quantile that run charts and medians are judged by, and the test behind a ratio."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrik, betainc, betaln  # pyright: ignore[reportMissingTypeStubs]

Numbers = NDArray[np.float64]

SLACK = 1e-12
"""A cumulative probability this near to what was asked for, relative to it, is rounding of the same number."""
AS_LIKELY = 1e-7
"""Outcomes whose probabilities differ by less, relative to them, count as equally likely, so that rounding does not
decide whether the mirror image of what was seen belongs to the tail (R's `binom.test` does the same)."""


def fair_coin_quantile(tosses: pl.Expr, probability: float) -> pl.Expr:
    """The smallest k with P(at most k heads in `tosses` tosses of a fair coin) >= `probability`; 0 in no tosses.

    Null where tosses is null or negative. For 0 < probability < 0.5.
    """

    enough = probability * (1 - SLACK)

    def of_batch(batch: pl.Series) -> pl.Series:
        size = batch.fill_null(0).clip(0).to_numpy()
        # The inverse of the continuous cumulative function is right to within one step: the exact one decides.
        guess = np.ceil(np.nan_to_num(bdtrik(probability, size, 0.5)))
        below = bdtr(guess - 1, size, 0.5) >= enough
        short = bdtr(guess, size, 0.5) < enough
        return pl.Series(batch.name, guess - below + short, dtype=pl.Float64)

    counted = tosses.cast(pl.Int64).map_batches(of_batch, return_dtype=pl.Float64, is_elementwise=True)
    return pl.when(tosses >= 0).then(counted).cast(pl.Int64)


def minimum_likelihood_p(heads: pl.Expr, tails: pl.Expr, weight1: pl.Expr, weight2: pl.Expr) -> pl.Expr:
    """Exact two-sided p of `heads` and `tails`, were the chance of heads `weight1 / (weight1 + weight2)`.

    The probability of all outcomes that are no likelier than the one seen; 1 in no tosses. Null where a column is.
    For whole counts and weights above 0.
    Source: Freeman & Halton 1951, Biometrika 38:141-9, for a binomial.
    """

    def of_batch(columns: Sequence[pl.Series]) -> pl.Series:
        known = ~np.any([column.is_null().to_numpy() for column in columns], axis=0)
        x, y, w1, w2 = (column.fill_null(1).to_numpy() for column in columns)
        p, q = w1 / (w1 + w2), w2 / (w1 + w2)
        # Too few heads are too many tails: both are judged as too many.
        many = x > (x + y) * p
        found = _many_p(np.where(many, x, y), x + y, np.where(many, p, q), np.where(many, q, p))
        return pl.Series(np.where(known, found, np.nan)).fill_nan(None)

    columns = [column.cast(pl.Float64) for column in (heads, tails, weight1, weight2)]
    return pl.map_batches(columns, of_batch, return_dtype=pl.Float64, is_elementwise=True)


def _many_p(heads: Numbers, tosses: Numbers, p: Numbers, q: Numbers) -> Numbers:
    """The p of at least as many heads as are to be expected."""
    enough = _log_likelihood(heads, tosses, p, q) + np.log1p(AS_LIKELY)
    # Up to what is expected, more heads are likelier: halving finds the first count that is likelier than the one seen.
    low, high = np.zeros(heads.shape), np.floor(tosses * p) + 1
    while (low < high).any():
        middle = np.floor((low + high) / 2)
        likelier = _log_likelihood(middle, tosses, p, q) > enough
        low, high = np.where(likelier, low, np.minimum(middle + 1, high)), np.where(likelier, middle, high)
    few = np.where(low > 0, betainc(tosses - low + 1, np.maximum(low, 1), q), 0)
    many = np.where(heads > 0, betainc(np.maximum(heads, 1), tosses - heads + 1, p), 1)
    return np.minimum(few + many, 1)


def _log_likelihood(heads: Numbers, tosses: Numbers, p: Numbers, q: Numbers) -> Numbers:
    """Of so many heads, but for what only depends on the tosses."""
    return heads * np.log(p) + (tosses - heads) * np.log(q) - betaln(heads + 1, tosses - heads + 1)
