"""Single months behind a measure: what a series over time is made of."""

from __future__ import annotations

import polars as pl

from transforms.calendar import Window
from transforms.definitions import Measure
from transforms.disclosure_kinds import of_single_answers
from transforms.practice_months import Facts, counted_months

OVER_TIME = ("rate", "proportion")
"""Kinds whose months are counts over counts. Averages rest on too few single values in a month."""
MONTHS = pl.Schema(
    {
        "measure_id": pl.String,
        "practice_id": pl.String,
        "period": pl.Date,
        "numerator": pl.Float64,
        "denominator": pl.Float64,
    }
)


def is_monthly(measure: Measure) -> bool:
    """Whether a measure has a figure for each month: not what counts patients once in a window, nor single answers."""
    once = any(selection.counts_patients or selection.individual for selection in measure.selections)
    if of_single_answers(measure):
        return False
    return measure.kind in OVER_TIME and measure.category is None and not once


def practice_months(measure: Measure, span: Window, facts: Facts) -> pl.DataFrame:
    """One row per practice and month of `span` that counts, exact; none for a measure that is not monthly.

    A month is a window of its own: listed patients are those of that month, and a rate is per month. No row: the month
    was not submitted, or nobody was listed. Nought is a numerator of 0.
    """
    if not is_monthly(measure):
        return MONTHS.to_frame()
    denominator = pl.col("denominator") / measure.denominator.share(1)
    months = counted_months(measure, span, facts)
    return months.select(pl.lit(measure.id).alias("measure_id"), "practice_id", "period", "numerator", denominator)


def in_lists(months: pl.DataFrame) -> pl.DataFrame:
    """`months` (rows of MONTHS, in order) with one row per measure and practice: periods, numerators, denominators."""
    lists = {"periods": "period", "numerators": "numerator", "denominators": "denominator"}
    return months.group_by("measure_id", "practice_id", maintain_order=True).agg(**lists)


def listed_on_average(measure: Measure) -> bool:
    """Whether the denominator is how many were listed on average, so that the value is of its months together.

    Other denominators add up over months, those of patient-years too.
    """
    return measure.denominator.is_stock and measure.denominator.share(2) != measure.denominator.share(1)
