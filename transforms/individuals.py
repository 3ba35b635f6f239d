"""Single values behind a mean or a median: one per respondent, known only of sources that hold respondents."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from transforms.codes import CodeSystem
from transforms.definitions import Measure
from transforms.selection import selected

_WHO = ("practice_id", "questionnaire", "respondent")


def individual_values(
    measure: Measure,
    months: pl.LazyFrame,
    facts: Mapping[str, pl.LazyFrame],
    codes: Mapping[str, CodeSystem] | None = None,
) -> pl.LazyFrame:
    """`months` (practice_id, period) with `observations`, their sum as numerator and their number as denominator.

    One value per respondent: the mean of the scores that the measure lets through in those months, since answers of one
    person are not independent of each other. It belongs to the month of the last of them. Answers without a score do
    not count; a month without a respondent has an empty list.
    """
    quantity = measure.numerator.column
    scored = selected(measure.numerator, facts, codes).filter(pl.col(quantity).is_not_null())
    inside = scored.join(months, on=["practice_id", "period"], how="semi")
    each = inside.group_by(_WHO).agg(
        pl.col("period").max(),
        # Sorted: the same scores in another order give the same last digit.
        pl.col(quantity).cast(pl.Float64).sort().mean().alias("value"),
    )
    values = pl.col("value").sort()
    by_month = each.group_by("practice_id", "period").agg(
        numerator=values.sum(), denominator=values.len().cast(pl.Float64), observations=values
    )
    every = months.join(by_month, on=["practice_id", "period"], how="left")
    return every.with_columns(
        pl.col("numerator", "denominator").fill_null(0.0),
        pl.col("observations").fill_null(pl.lit([], dtype=pl.List(pl.Float64))),
    )
