"""Our values for wilson.csv, byar.csv and exact_poisson.csv."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
from by_level import Columns, by_level

from transforms.intervals import EXACT_BELOW, Interval, byar, exact_poisson, poisson, wilson

COUNT = pl.col("count")
PER = pl.col("multiplier") / pl.col("denominator")


def wilsons(frame: pl.DataFrame) -> Columns:
    x, n = pl.col("x"), pl.col("n")
    return by_level(frame, lambda level: [(x / n).alias("proportion"), *wilson(x, n, level)])


def byars(frame: pl.DataFrame) -> Columns:
    method = pl.when(COUNT < EXACT_BELOW).then(pl.lit("Exact")).otherwise(pl.lit("Byars"))
    return by_level(frame, lambda level: [*_rate(poisson(COUNT, level)), method.alias("method"), *_byar_only(level)])


def exact_poissons(frame: pl.DataFrame) -> Columns:
    return by_level(frame, lambda level: _rate(exact_poisson(COUNT, level)))


def _rate(interval: Interval) -> list[pl.Expr]:
    return [(COUNT * PER).alias("rate"), *(limit * PER for limit in interval)]


def _byar_only(level: float) -> list[pl.Expr]:
    lower, upper = byar(COUNT, level)
    # The package gives no lower limit where the formula gives none or less than 0; ours is 0 there.
    given = pl.when(lower > 0).then(lower * PER)
    return [given.alias("byar_only_lower"), (upper * PER).alias("byar_only_upper")]


RECOMPUTED: dict[str, Callable[[pl.DataFrame], Columns]] = {
    "wilson": wilsons,
    "byar": byars,
    "exact_poisson": exact_poissons,
}
TOLERANCE: dict[str, float] = {}
