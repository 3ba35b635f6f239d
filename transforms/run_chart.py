"""Run charts: whether a series of points varies about its centre as chance alone would have it (the Anhøj rules)."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from transforms.binomial import fair_coin_quantile

LONGER_THAN_EXPECTED = 3
"""A run may be this much longer than log2 of the useful points, about its expected length (Schilling 2012)."""
FEWEST_CROSSINGS = 0.05
"""Fewer crossings than this quantile of a binomial are too few (Chen 2010)."""


def run_charts(points: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """One row per series, named by the columns `by`: its centre and whether its points hold a signal of change.

    `points` has a row per point: `by`, `point` (its order) and `value` (any unit; null and not-a-number: missing). A
    series judged apart before and after a known change has the part in `by`. Optional columns, the same on all rows of
    a series: `centre`, when it is not to be the median, and `freeze`, of how many first points (missing ones too) the
    median is taken.

    Columns: `centre` (unit of the value), `n_obs` points with missing ones, `n_useful` points that are neither missing
    nor on the centre, `longest_run` on one side, `longest_run_max` that chance allows, `n_crossings` of the centre,
    `n_crossings_min` that chance asks for, `signal`: a longer run or fewer crossings than that. Without a useful point
    the four measures are null and there is no signal.
    Source: Anhøj & Olesen 2014, PLoS ONE 9:e113825; Schilling 2012, Math Mag 85:141-9; Chen 2010, TU Delft.
    """
    placed = points.sort(*by, "point").with_columns(pl.col("value").cast(pl.Float64).fill_nan(None))
    charts = placed.group_by(*by, maintain_order=True).agg(_centre(points.columns), pl.col("value"))
    sides = charts.explode("value").with_columns(side=(pl.col("value") - pl.col("centre")).sign())
    useful = sides.filter(pl.col("side") != 0)
    runs = useful.group_by(*by, maintain_order=True).agg(
        n_useful=pl.len(), runs=pl.col("side").rle().struct.field("len")
    )
    joined = charts.with_columns(n_obs=pl.col("value").list.len()).drop("value")
    return _judged(joined.join(runs, on=list(by), how="left", nulls_equal=True, maintain_order="left"))


def _centre(columns: Sequence[str]) -> pl.Expr:
    value, freeze, given = pl.col("value"), pl.col("freeze").first(), pl.col("centre").drop_nulls().first()
    # `point` need not count from 1: a frozen centre takes the first rows.
    frozen = value.head(pl.coalesce(freeze, pl.len())) if "freeze" in columns else value
    median = frozen.median()
    centre = pl.coalesce(given, median) if "centre" in columns else median
    return centre.cast(pl.Float64).alias("centre")


def _judged(charts: pl.DataFrame) -> pl.DataFrame:
    useful, runs = pl.col("n_useful").cast(pl.Int64), pl.col("runs").list
    measured = charts.with_columns(
        pl.col("n_obs").cast(pl.Int64),
        useful.fill_null(0),
        longest_run=runs.max().cast(pl.Int64),
        longest_run_max=(useful.cast(pl.Float64).log(2).round() + LONGER_THAN_EXPECTED).cast(pl.Int64),
        n_crossings=runs.len().cast(pl.Int64) - 1,
        n_crossings_min=fair_coin_quantile(useful - 1, FEWEST_CROSSINGS),
    ).drop("runs")
    long = pl.col("longest_run") > pl.col("longest_run_max")
    few = pl.col("n_crossings") < pl.col("n_crossings_min")
    return measured.with_columns(signal=(long | few).fill_null(False))
