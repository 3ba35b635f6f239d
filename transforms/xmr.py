"""XmR charts: natural limits of a series from its moving ranges, and the points that chance alone would not explain.

Source: Wheeler 2000, Understanding Variation, 2nd ed. Constants and rules are those of NHS England's "Making data
count" in NHSRplotthedots 0.2.2: limits 2.66 mean moving ranges from the mean, and moving ranges from 3.267 of them on
left out, once.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

XMR_FROM = 12
"""Fewer points give limits too uncertain to act on: below, klyngeflow draws a run chart alone."""
LIMIT = 2.66
SCREEN = 3.267
RUN = 7
"""So many points in a row on one side of the mean, or rising or falling, are a shift or a trend."""
ROUNDING = 1e-12
"""A point this near the mean, relative to the size of the numbers, lies on it."""
OPTIONAL: dict[str, pl.Expr] = {
    "direction": pl.lit("none"),
    "screen": pl.lit(True),
    "fix_after": pl.lit(None, pl.Int64),
    "rebase": pl.lit(False),
    "target": pl.lit(None, pl.Float64),
}
RULES = ("outside", "trend", "two_of_three", "shift")
"""The first that holds names a point."""


def xmr_charts(points: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """One row per point of `points`, sorted by the columns `by` that name a series and by `point`.

    `points` has `by`, `point` (its order) and `value` (any unit; null and not-a-number: missing, and no run goes across
    it). Optional columns: `rebase`, true on the first point of a new segment, which is judged on its own; and the same
    on all rows of a series: `direction` of better (none, lower, higher), `screen` (true unless false), `fix_after`
    of how many first points of each segment the limits are made, and `target` in the unit of the value.

    Adds `segment`, `n_points` (values that the segment's limits are made of), `mean`, `lower_limit` and `upper_limit`
    (null without a moving range to make them of; not cut off at 0), `side` of the mean (-1, 0, 1), `near_limit` (inside
    the limit, beyond two thirds of the way to it), the rules `outside`, `trend`, `two_of_three` and `shift` (false
    where nothing can be judged), `special_cause`: the first of them that holds, with `_up` or `_down`, or `none`,
    `meaning` of it (none; improvement, concern; high, low without a direction), and `assurance`: whether the limits of
    the series' last segment keep to the target always, never or sometimes (null without target, direction or limits).
    However few the points: see `only_long_enough`.
    """
    defaults = [value.alias(name) for name, value in OPTIONAL.items() if name not in points.columns]
    placed = points.with_columns(pl.col("value").cast(pl.Float64).fill_nan(None), *defaults).sort(*by, "point")
    segments = placed.with_columns(segment=pl.col("rebase").fill_null(False).cast(pl.Int64).cum_sum().over(*by))
    # One whole number instead of several columns: windows over it cost a tenth.
    charts = _limits(segments.with_columns(stretch=pl.struct(*by, "segment").rle_id()))
    judged = _named(_rules(charts)).with_columns(_assurance(by))
    return judged.drop("stretch", *(default.meta.output_name() for default in defaults))


def only_long_enough(charts: pl.DataFrame) -> pl.DataFrame:
    """`xmr_charts` without limits or judgement where the limits are made of fewer than `XMR_FROM` points."""
    enough = pl.col("n_points") >= XMR_FROM
    numbers = pl.col("mean", "lower_limit", "upper_limit", "side", "special_cause", "meaning", "assurance")
    flags = pl.col("near_limit", *RULES)
    return charts.with_columns(pl.when(enough).then(numbers), pl.when(enough).then(flags).otherwise(False))


def _back(column: pl.Expr, rows: int) -> pl.Expr:
    """A column so many rows earlier (later, below 0) in the same stretch, else null. For sorted rows."""
    return pl.when(pl.col("stretch") == pl.col("stretch").shift(rows)).then(column.shift(rows))


def _limits(placed: pl.DataFrame) -> pl.DataFrame:
    """Mean and limits of each stretch, from its first points only where it is fixed after them."""
    base, moved, length = pl.col("base"), pl.col("moved"), pl.len().over("stretch")
    order = pl.int_range(pl.len()).over("stretch")
    fixed = placed.with_columns(base=pl.when(order < pl.col("fix_after").fill_null(length)).then("value"))
    ranges = fixed.with_columns(moved=(base - _back(base, 1)).abs())
    kept = ~pl.col("screen").fill_null(True) | (moved < SCREEN * moved.mean().over("stretch"))
    screened = ranges.with_columns(moved=pl.when(kept).then(moved))
    mean, reach = base.mean().over("stretch"), LIMIT * moved.mean().over("stretch")
    counted = screened.with_columns(
        n_points=base.count().over("stretch").cast(pl.Int64),
        mean=mean,
        lower_limit=mean - reach,
        upper_limit=mean + reach,
    )
    return counted.drop("base", "moved")


def _rules(charts: pl.DataFrame) -> pl.DataFrame:
    """The four rules, each judged by itself: a point may break several."""
    value, mean, upper, side = pl.col("value"), pl.col("mean"), pl.col("upper_limit"), pl.col("side")
    distance, size = value - mean, value.abs().max().over("stretch")
    outside = (value > upper) | (value < pl.col("lower_limit"))
    placed = charts.with_columns(
        side=pl.when(distance.abs() <= ROUNDING * size).then(0).otherwise(distance.sign()).cast(pl.Int64),
        outside=outside.fill_null(False),
        near_limit=(~outside & (distance.abs() > (upper - mean) * 2 / 3)).fill_null(False),
        step=(value - _back(value, 1)).sign(),
    )
    # A run of seven points is a run of six steps.
    long = placed.with_columns(three=_three_on_one_side(), shift=_in_run("side", RUN), steps=_in_run("step", RUN - 1))
    either = pl.any_horizontal("three", *(_back(pl.col("three"), -rows) for rows in (1, 2)))
    judged = long.with_columns(
        shift=pl.col("shift") & (side != 0).fill_null(False),
        two_of_three=pl.col("near_limit") & either.fill_null(False),
        rising=_part_of_trend(1),
        falling=_part_of_trend(-1),
    )
    return judged.with_columns(trend=pl.col("rising") | pl.col("falling")).drop("step", "steps", "three")


def _three_on_one_side() -> pl.Expr:
    """Of a point and the two before it: all on one side of the mean, at least two of them near the limit."""
    side, near = pl.col("side"), pl.col("near_limit").cast(pl.Int64)
    sides, close = (column + _back(column, 1) + _back(column, 2) for column in (side, near))
    return ((sides.abs() == 3) & (close >= 2)).fill_null(False)


def _in_run(column: str, length: int) -> pl.Expr:
    """Whether at least `length` equal values of the column follow each other in the stretch, this one among them."""
    return pl.len().over(pl.struct("stretch", column).rle_id()) >= length


def _part_of_trend(way: int) -> pl.Expr:
    """A point is in a trend when the step to it is, or the step from it."""
    step = pl.col("steps") & (pl.col("step") == way)
    return step.fill_null(False) | _back(step, -1).fill_null(False)


def _named(rules: pl.DataFrame) -> pl.DataFrame:
    """The first rule that a point breaks, which way, and what that means where a direction is better."""
    # Between two trends, the one that begins at the point names it.
    turns, onwards = pl.col("rising") & pl.col("falling"), _back(pl.col("value"), -1) > pl.col("value")
    rising = pl.when(turns).then(onwards).otherwise("rising").cast(pl.Int64) * 2 - 1
    way = pl.when(~pl.col("outside") & pl.col("trend")).then(rising).otherwise("side")
    rule = pl.coalesce(pl.when(name).then(pl.lit(name)) for name in RULES)
    up = pl.col("way") > 0
    named = rule + pl.when(up).then(pl.lit("_up")).otherwise(pl.lit("_down"))
    better = pl.col("direction").replace_strict({"higher": 1, "lower": -1, "none": 0}, return_dtype=pl.Int64)
    good = pl.when(pl.col("way") == better).then(pl.lit("improvement")).otherwise(pl.lit("concern"))
    plain = pl.when(up).then(pl.lit("high")).otherwise(pl.lit("low"))
    meaning = pl.when(rule.is_not_null()).then(pl.when(better == 0).then(plain).otherwise(good))
    words = {"special_cause": named, "meaning": meaning}
    found = rules.with_columns(way=way).with_columns(word.fill_null("none").alias(name) for name, word in words.items())
    return found.drop("way", "rising", "falling")


def _assurance(by: Sequence[str]) -> pl.Expr:
    target, higher = pl.col("target").last(), pl.col("direction").last() == "higher"
    above, below = target > pl.col("upper_limit").last(), target < pl.col("lower_limit").last()
    missed = pl.when(higher).then(above).otherwise(below)
    passed = pl.when(higher).then(below).otherwise(above)
    word = pl.when(passed).then(pl.lit("always")).when(missed).then(pl.lit("never")).otherwise(pl.lit("sometimes"))
    known = (pl.col("direction").last() != "none") & above.is_not_null()
    return pl.when(known).then(word).over(*by).alias("assurance")
