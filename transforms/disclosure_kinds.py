"""What disclosure does to kinds of measure that are not one rounded count over another: averages, parts of a whole."""

from __future__ import annotations

import polars as pl

from transforms.definitions import Measure

ROUNDING = 5
SMALLEST_UNIT = 30
SMALLEST_CLUSTER = 5
SIDES = ("before", "now")
COUNTED = ("value", "zero", "too_few")
FIGURES = ("value", "lower", "upper")


def printed_averages(measure: Measure, rows: pl.DataFrame) -> pl.DataFrame:
    """Means and medians of at least 30 (of at least 5 practices), to the measure's decimals; how many to the nearest 5.

    `rows` have their exact values. No sum is left beside a mean: together they would give the number away.
    """
    for side in SIDES:
        few = (pl.col("level") != "practice") & (pl.col("practices") < SMALLEST_CLUSTER)
        few |= pl.col(f"{side}_denominator") < SMALLEST_UNIT
        hidden = pl.col(f"{side}_state").is_in(COUNTED) & few
        state = pl.when(hidden).then(pl.lit("suppressed")).otherwise(f"{side}_state")
        parts = [f"{side}_{part}" for part in ("denominator", *FIGURES)]
        rows = rows.with_columns(
            state.alias(f"{side}_state"),
            pl.lit(None, dtype=pl.Float64).alias(f"{side}_numerator"),
            *(pl.when(~hidden).then(part).alias(part) for part in parts),
        ).with_columns(
            ((pl.col(f"{side}_denominator") / ROUNDING + 0.5).floor() * ROUNDING).alias(f"{side}_denominator")
        )
    return to_decimals(measure, rows)


def to_decimals(measure: Measure, rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with values and limits as they are printed: from all their decimals exact figures can be found."""
    return rows.with_columns(pl.col(f"{side}_{part}").round(measure.decimals) for side in SIDES for part in FIGURES)


def hidden_together(rows: pl.DataFrame) -> pl.DataFrame:
    """Categories make up a whole: where one of a unit is hidden, the others would tell it, so they are hidden too."""
    for side in SIDES:
        state = f"{side}_state"
        hidden = (pl.col(state) == "suppressed").any().over("level", "unit_id") & pl.col(state).is_in(COUNTED)
        counts = [f"{side}_{part}" for part in ("numerator", "denominator")]
        rows = rows.with_columns(
            pl.when(hidden).then(pl.lit("suppressed")).otherwise(state).alias(state),
            *(pl.when(~hidden).then(count).alias(count) for count in counts),
        )
    return rows
