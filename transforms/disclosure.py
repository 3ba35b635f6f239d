"""What each reader may see: the one place where exact figures become printed ones.

Profile `sds`: counts are rounded to 5, nothing under 5 is shown, no unit under 30, no nested difference under 5, and
rates and shares are computed from the rounded counts. The reader's own practice is exact. In the mode `letters` another
practice is a dot: its rounded value and nothing that gives its size away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from transforms.comparison import changes
from transforms.definitions import Measure
from transforms.disclosure_kinds import hidden_together, printed_averages, to_decimals
from transforms.kinds import AVERAGES, COUNTS, SHARES, with_figures
from transforms.verdict import FIGURES, judged

Mode = Literal["letters", "open", "own_only"]

ROUNDING = 5
SMALLEST_COUNT = 5
SMALLEST_UNIT = 30
SMALLEST_CLUSTER = 5
"""Practices: with fewer delivered, one can be worked out from the total and one's own."""
SIDES = ("before", "now")
_COUNTED = ("value", "zero", "too_few")
_FIGURES = ("value", "lower", "upper")


@dataclass(frozen=True)
class View:
    """Who reads: a practice, or the cluster (None), how the others are shown to it, and when a figure is too few."""

    reader: str | None
    mode: Mode
    minimum_events: int


def shown(measure: Measure, exact: pl.DataFrame, view: View) -> pl.DataFrame:
    """`exact` as `view` may see it, one row per unit, with changes and ratio.

    `exact` has level, unit_id, label, reason, practices and, under before_ and now_, state, numerator and denominator.
    Rows of other practices are left out where fewer than five delivered (or the mode is `own_only`).
    """
    own = (pl.col("level") == "practice") & (pl.col("unit_id") == (view.reader or ""))
    marked = exact.with_columns(own=own.fill_null(False))
    visible = _without_small_clusters(marked, view)
    own_rows = _with_values(measure, visible.filter("own"))
    others = _fit_to_print(measure, visible.filter(~pl.col("own")), view.minimum_events)
    every = pl.concat([own_rows, others], how="diagonal_relaxed")
    return _blanked(_printed(measure, judged(measure, changes(measure, every)), view), view)


def _without_small_clusters(rows: pl.DataFrame, view: View) -> pl.DataFrame:
    is_practice = pl.col("level") == "practice"
    delivered = rows.filter(pl.col("now_state").is_in(_COUNTED) & is_practice)["unit_id"].n_unique()
    if view.mode == "open" or (view.mode == "letters" and delivered >= SMALLEST_CLUSTER):
        return rows
    return rows.filter(~is_practice | pl.col("own"))


def _rounded(measure: Measure, rows: pl.DataFrame, minimum_events: int) -> pl.DataFrame:
    observed = "denominator" if measure.kind in SHARES else "numerator"
    counts = [part for part in COUNTS if f"now_{part}" in rows.columns]
    for side in SIDES:
        numerator, denominator = pl.col(f"{side}_numerator"), pl.col(f"{side}_denominator")
        few_units = (pl.col("level") != "practice") & (pl.col("practices") < SMALLEST_CLUSTER)
        small = few_units | _gives_away(measure, numerator, denominator) | _few_in_a_base(side, counts)
        hidden = pl.col(f"{side}_state").is_in(_COUNTED) & small
        state = pl.when(hidden).then(pl.lit("suppressed")).otherwise(f"{side}_state")
        kept = state.is_in(_COUNTED)
        rows = rows.with_columns(
            state.alias(f"{side}_state"),
            *(pl.when(kept).then(rounded(pl.col(f"{side}_{part}"))).alias(f"{side}_{part}") for part in counts),
        )
        # From the rounded count too: "20, too few" would say that it is 18 or 19.
        few = pl.when(pl.col(f"{side}_{observed}") < minimum_events).then(pl.lit("too_few")).otherwise(pl.lit("value"))
        readable = pl.col(f"{side}_state").is_in(["value", "too_few"])
        rows = rows.with_columns(pl.when(readable).then(few).otherwise(f"{side}_state").alias(f"{side}_state"))
    return rows


def _few_in_a_base(side: str, counts: list[str]) -> pl.Expr:
    """Whether either side of a ratio of two rates is counted over fewer than 30."""
    bases = [(pl.col(f"{side}_{part}") < SMALLEST_UNIT).fill_null(False) for part in counts[2:]]
    return pl.any_horizontal(pl.lit(value=False), *bases)


def rounded(count: pl.Expr) -> pl.Expr:
    """`count` to the nearest 5, halves upwards."""
    return (count / ROUNDING + 0.5).floor() * ROUNDING


def _gives_away(measure: Measure, numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    small = (numerator > 0) & (numerator < SMALLEST_COUNT)
    small |= denominator < SMALLEST_UNIT
    if measure.kind in SHARES:
        rest = denominator - numerator
        small |= (rest > 0) & (rest < SMALLEST_COUNT)
    return small.fill_null(False)


def _with_values(measure: Measure, rows: pl.DataFrame) -> pl.DataFrame:
    for side in SIDES:
        rows = with_figures(measure.kind, measure.per, rows, f"{side}_")
        known = pl.col(f"{side}_state").is_in(_COUNTED)
        rows = rows.with_columns(pl.when(known).then(f"{side}_{part}").alias(f"{side}_{part}") for part in _FIGURES)
    return rows


def _fit_to_print(measure: Measure, rows: pl.DataFrame, minimum_events: int) -> pl.DataFrame:
    """Rows about others than the reader: counts rounded, and values from the rounded counts."""
    if measure.kind in AVERAGES:
        return printed_averages(measure, _with_values(measure, rows))
    hidden = _rounded(measure, rows, minimum_events)
    hidden = _with_values(measure, hidden_together(hidden) if measure.kind == "distribution" else hidden)
    return to_decimals(measure, hidden) if measure.numerator_base is not None else hidden


def _printed(measure: Measure, rows: pl.DataFrame, view: View) -> pl.DataFrame:
    """Give dots the value that is printed: from all its decimals the rounded counts, and so the size, can be found."""
    if view.mode == "open":
        return rows
    dot = (pl.col("level") == "practice") & ~pl.col("own")
    values = [f"{side}_value" for side in SIDES]
    rows = rows.with_columns(
        pl.when(dot).then(pl.col(value).round(measure.decimals)).otherwise(value).alias(value) for value in values
    )
    before, now = (pl.col(value) for value in values)
    changed = dot & pl.col("change").is_not_null()
    return rows.with_columns(
        change=pl.when(changed).then(now - before).otherwise("change"),
        ratio=pl.when(changed & (before > 0)).then(now / before).when(~dot).then("ratio"),
    )


def _blanked(rows: pl.DataFrame, view: View) -> pl.DataFrame:
    """Take from other practices what gives their size away, and from one that delivered nothing letter and figures.

    Its earlier figure would tell which one it is to everybody who kept the earlier report.
    """
    dot = (pl.col("level") == "practice") & ~pl.col("own")
    if view.mode == "open":
        return rows.with_columns(comparable=pl.col("reason").is_null())
    sizes = [f"{side}_{part}" for side in SIDES for part in ("numerator", "denominator", "lower", "upper")]
    hidden = [*sizes, "change_lower", "change_upper", *FIGURES, "background_ratio", "verdict", "verdict_reason"]
    nameless = dot & ~pl.col("now_state").is_in([*_COUNTED, "suppressed", "not_computable"])
    known = [f"{side}_value" for side in SIDES]
    delivered_before = nameless & pl.col("before_state").is_in(_COUNTED)
    return rows.with_columns(
        *(pl.when(~dot).then(column).alias(column) for column in hidden),
        *(pl.when(~nameless).then(column).alias(column) for column in (*known, "change", "ratio")),
        pl.when(delivered_before).then(pl.lit("suppressed")).otherwise("before_state").alias("before_state"),
        pl.when(~nameless).then("label").otherwise(pl.lit("")).alias("label"),
        pl.when(~dot).then("reason").alias("reason"),
        comparable=pl.col("reason").is_null(),
    )
