"""Our values for mean.csv and quantile.csv."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from transforms.means import mean_interval, mean_of
from transforms.quantiles import quantile_of

Columns = dict[str, pl.Series]
LEVELS = {"95": 0.95, "998": 0.998}


def means(frame: pl.DataFrame) -> Columns:
    """From sums of the values' distances to the first of their set, so that values far from 0 keep their digits."""
    x = pl.col("x")
    away = x - x.first()
    sums = frame.group_by("set_id", maintain_order=True).agg(
        n=x.count(), first=x.first(), total=away.sum(), squares=(away**2).sum(), mean=mean_of(x).value, sd=x.std()
    )
    counts = [pl.col(name) for name in ("n", "total", "squares")]
    limits = [
        (limit + pl.col("first")).name.suffix(tag)
        for tag, level in LEVELS.items()
        for limit in mean_interval(*counts, level)
    ]
    ours = sums.select("set_id", "n", "mean", "sd", *limits)
    return _row_by_row(frame, ours, ["set_id"])


def quantiles(frame: pl.DataFrame) -> Columns:
    ways = {"quantile_1_is_highest": True, "quantile_1_is_lowest": False}
    value, groups = pl.col("value"), pl.col("nquantiles")
    found = frame.select(quantile_of(value, groups, way).over("set_id").alias(name) for name, way in ways.items())
    return {name: found[name] for name in ways}


def _row_by_row(frame: pl.DataFrame, ours: pl.DataFrame, keys: list[str]) -> Columns:
    rows = frame.select(keys).join(ours, on=keys, how="left", maintain_order="left", nulls_equal=True)
    return {name: rows[name] for name in ours.columns if name not in keys}


RECOMPUTED: dict[str, Callable[[pl.DataFrame], Columns]] = {"mean": means, "quantile": quantiles}
TOLERANCE: dict[str, float] = {}
