"""What disclosure does to measures that are more than one rounded count over another.

Averages and ratios of two rates have their decimals cut. What the staff answered is of so few in each practice, and of
people who work together, that it is shown of clusters alone.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

from transforms.definitions import Measure
from transforms.disclosure_profiles import SIDES
from transforms.kinds import AVERAGES
from transforms.sources import INDIVIDUAL

FIGURES = ("value", "lower", "upper")
FEWEST_ANSWERS = 5
FEWEST_CLINICS = 2
"""Fewer answers, or answers from fewer practices, are shown to nobody, whatever the profile."""
MANY_ANSWERS = 30
"""Of fewer that are all alike everybody is told: as many as a small unit (`none_or_all`), in every profile."""


def is_estimate(measure: Measure) -> bool:
    """Whether a value is something else than one printed count over another, so that its decimals are cut instead."""
    return measure.kind in AVERAGES or measure.numerator_base is not None


def of_single_answers(measure: Measure) -> bool:
    """Whether a part of the measure is what single people answered: then it is shown of no practice, to nobody."""
    return any(selection.model in INDIVIDUAL for selection in measure.selections)


def answers_in(measure: Measure) -> Literal["numerator", "denominator"]:
    """Which part of a measure of single answers says how many answered: the widest one that is made of answers."""
    return "denominator" if measure.denominator.model in INDIVIDUAL else "numerator"


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
