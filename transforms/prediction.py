"""Between what limits a figure is to be expected, when it is known how sure the expectation is.

A count does not scatter about its expectation as a normal on the logarithm does: its lower tail is shorter there, its
upper tail longer on its own scale. Rates and ratios scatter as a gamma, shares as a beta, means as a normal, each with
the mean that is expected and the variance of the error. Counts that repeat per patient about a level that is itself
uncertain lie between Poisson and gamma, and the more they repeat the nearer to gamma.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import (  # pyright: ignore[reportMissingTypeStubs]
    betainccinv,
    betaincinv,
    gammainccinv,
    gammaincinv,
    ndtr,
)

from transforms import scales
from transforms.definitions import Kind

Numbers = npt.NDArray[np.float64]
_LEAST = 1e-3
"""Below such a size of a beta everything from 0 to 1 is to be expected; its quantiles are 0 and 1 to any accuracy."""


def limits(kind: Kind, middle: pl.Expr, error: pl.Expr, critical: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Lower and upper limit of a value expected at `middle`, all as fractions of 1. Null where one of the three is.

    `error` is the standard error on the measure's scale (`transforms.scales`), `critical` how many of them a normal
    value would have to lie away: what lies beyond it in a normal lies beyond each limit here.
    Source: moments of the gamma and the beta distribution; Poisson counts with gamma levels are those of Greenwood &
    Yule 1920, J R Stat Soc 83:255-79.
    """
    if scales.link(kind) == "identity":
        return middle - critical * error, middle + critical * error
    of_batch = _gamma if scales.link(kind) == "log" else _beta
    return _mapped(of_batch, (middle, error, critical), 0), _mapped(of_batch, (middle, error, critical), 1)


def _mapped(of_batch: Callable[..., tuple[Numbers, Numbers]], parts: Sequence[pl.Expr], which: int) -> pl.Expr:
    def quantiles(columns: Sequence[pl.Series]) -> pl.Series:
        with np.errstate(all="ignore"):
            found = of_batch(*(column.to_numpy().astype(np.float64) for column in columns))[which]
        return pl.Series(np.where(np.isfinite(found), found, np.nan), dtype=pl.Float64).fill_nan(None)

    return pl.map_batches(list(parts), quantiles, return_dtype=pl.Float64, is_elementwise=True)


def _gamma(middle: Numbers, error: Numbers, critical: Numbers) -> tuple[Numbers, Numbers]:
    shape, tail = 1 / error**2, ndtr(-critical)
    # So unsure that hardly anything but 0 is left of the gamma: the mean itself stays inside.
    upper = np.maximum(gammainccinv(shape, tail) / shape, 1)
    return middle * gammaincinv(shape, tail) / shape, middle * upper


def _beta(middle: Numbers, error: Numbers, critical: Numbers) -> tuple[Numbers, Numbers]:
    size, tail = 1 / (error**2 * middle * (1 - middle)) - 1, ndtr(-critical)
    some = np.maximum(size, _LEAST)
    inside = (middle * some, (1 - middle) * some, tail)
    told = size > _LEAST
    known = np.isfinite(size) & np.isfinite(tail)
    # A quantile that cannot be found lies nearer to 0 (or 1) than a number can say.
    lower, upper = np.nan_to_num(betaincinv(*inside), nan=0.0), np.nan_to_num(betainccinv(*inside), nan=1.0)
    return np.where(known, np.where(told, lower, 0.0), np.nan), np.where(known, np.where(told, upper, 1.0), np.nan)
