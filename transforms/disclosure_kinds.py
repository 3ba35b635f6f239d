"""What disclosure does to kinds that are not one rounded count over another: averages, ratios of two rates."""

from __future__ import annotations

import polars as pl

from transforms.definitions import Measure
from transforms.disclosure_profiles import SIDES
from transforms.kinds import AVERAGES

FIGURES = ("value", "lower", "upper")


def is_estimate(measure: Measure) -> bool:
    """Whether a value is something else than one printed count over another, so that its decimals are cut instead."""
    return measure.kind in AVERAGES or measure.numerator_base is not None


def averages_fit_to_print(measure: Measure, rows: pl.DataFrame) -> pl.DataFrame:
    """Means and medians to the measure's decimals, without the sum behind them: together they would give the number.

    `rows` have exact values, rounded counts, and the states that the rules have left.
    """
    for side in SIDES:
        shown = pl.col(f"{side}_denominator").is_not_null()
        rows = rows.with_columns(
            pl.lit(None, dtype=pl.Float64).alias(f"{side}_numerator"),
            *(pl.when(shown).then(f"{side}_{part}").alias(f"{side}_{part}") for part in FIGURES),
        )
    return to_decimals(measure, rows)


def to_decimals(measure: Measure, rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with values and limits as they are printed: from all their decimals exact figures can be found."""
    return rows.with_columns(pl.col(f"{side}_{part}").round(measure.decimals) for side in SIDES for part in FIGURES)
