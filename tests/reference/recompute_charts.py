"""Our values for runchart.csv and xmr.csv, in the words of the packages that made them."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from transforms.run_chart import run_charts
from transforms.xmr import xmr_charts

Columns = dict[str, pl.Series]
DIRECTION = {"increase": "higher", "decrease": "lower", "neutral": "none"}
SPECIAL_CAUSE = {
    "none": "Common Cause",
    "outside_up": "Above UCL",
    "outside_down": "Below LCL",
    "trend_up": "7 Point Trend (Increasing)",
    "trend_down": "7 Point Trend (Decreasing)",
    "two_of_three_up": "2 in 3 Above CL",
    "two_of_three_down": "2 in 3 Below CL",
    "shift_up": "7 Points Above CL",
    "shift_down": "7 Points Below CL",
}
POINT_TYPE = {
    "none": "common_cause",
    "improvement": "special_cause_improvement",
    "concern": "special_cause_concern",
    "high": "special_cause_neutral_high",
    "low": "special_cause_neutral_low",
}


def runs(frame: pl.DataFrame) -> Columns:
    keys = ["series_id", "part"]
    points = frame.select(*keys, "point", "value", pl.col("freeze").cast(pl.Int64), centre="given_centre")
    charts = run_charts(points, keys)
    rows = frame.select(keys).join(charts, on=keys, how="left", maintain_order="left", nulls_equal=True)
    return {name: rows[name] for name in charts.columns if name not in keys}


def charts(frame: pl.DataFrame) -> Columns:
    for word in frame["improvement_direction"].unique().to_list():
        if word not in DIRECTION:
            raise ValueError(f"improvement_direction is {word}; write increase, decrease or neutral")
    points = frame.with_row_index("row").select(
        "row",
        "series_id",
        "point",
        "value",
        "target",
        direction=pl.col("improvement_direction").replace_strict(DIRECTION),
        screen=pl.col("screen_outliers") == 1,
        fix_after=pl.col("fix_after_n_points").cast(pl.Int64),
        rebase=pl.col("rebase") == 1,
    )
    ours = xmr_charts(points, ["series_id"]).sort("row").select(*_numbers(), *_words())
    return {name: ours[name] for name in ours.columns}


def _numbers() -> list[pl.Expr]:
    # A flag cannot be judged without limits: no claim (NaN), whatever the package writes there.
    limited = pl.when(pl.col("upper_limit").is_null() & pl.col("value").is_not_null()).then(float("nan"))
    limited_flags = {
        "close_to_limits": "near_limit",
        "rule_astronomical": "outside",
        "rule_two_of_three": "two_of_three",
    }
    named = {"mean": "mean", "lpl": "lower_limit", "upl": "upper_limit", "relative_to_mean": "side"}
    named |= {"rule_trend7": "trend", "rule_shift7": "shift"}
    return [
        *(pl.col(ours).alias(theirs) for theirs, ours in named.items()),
        *(limited.otherwise(pl.col(ours).cast(pl.Float64)).alias(theirs) for theirs, ours in limited_flags.items()),
    ]


def _words() -> list[pl.Expr]:
    judged = pl.col("target").is_not_null() & (pl.col("direction") != "none")
    word = {"always": "consistent_pass", "never": "consistent_fail", "sometimes": "inconsistent"}
    # The package calls a target inconsistent also where there are no limits to tell by.
    assurance = pl.col("assurance").replace_strict(word).fill_null("inconsistent")
    return [
        pl.col("special_cause").replace_strict(SPECIAL_CAUSE).alias("special_cause_type"),
        pl.col("meaning").replace_strict(POINT_TYPE).alias("point_type"),
        pl.when(judged).then(assurance).alias("assurance_type"),
    ]


RECOMPUTED: dict[str, Callable[[pl.DataFrame], Columns]] = {"runchart": runs, "xmr": charts}
TOLERANCE: dict[str, float] = {}
