"""How few heads so many tosses of a fair coin may give: what run charts and medians are judged by."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.special import bdtr, bdtrik  # pyright: ignore[reportMissingTypeStubs]

SLACK = 1e-12
"""A cumulative probability this near to what was asked for, relative to it, is rounding of the same number."""


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
