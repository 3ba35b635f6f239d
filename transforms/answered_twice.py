"""Answers of the same people in two rounds: who answered both times under one code, and how each of them changed.

Only measures of single answers can be paired: a mean of scores, and a share of answers of which each has one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from transforms.calendar import Window
from transforms.definitions import Measure
from transforms.disclosure_profiles import SIDES
from transforms.practice_months import Facts, months_that_count
from transforms.selection import selected
from transforms.sources import INDIVIDUAL

PERSON = ("practice_id", "questionnaire", "respondent")
"""A code is a person's own only within a practice and a questionnaire."""


@dataclass(frozen=True)
class Rounds:
    """One row per person of `people` who answered in either window: what and how much.

    Columns: practice_id, questionnaire, respondent, and for both of before_ and now_: `answers` (how many count in the
    figure of all, null: none), `codes` (the questions they are to) and `value` (the mean score, or 1 or 0 for a share;
    null where there is not exactly one answer to a share).
    """

    people: pl.DataFrame

    @property
    def pairs(self) -> pl.DataFrame:
        """Those who have a value in both windows, and of the same questions."""
        both = pl.all_horizontal(pl.col(f"{side}_value").is_not_null() for side in SIDES)
        return self.people.filter(both, pl.col("before_codes") == pl.col("now_codes"))

    def rest(self, side: str) -> pl.DataFrame:
        """Who answered in the window `side` and is no pair: with the pairs, they are all who answered then."""
        pairs = self.pairs.select(PERSON)
        return self.people.filter(pl.col(f"{side}_answers").is_not_null()).join(pairs, on=PERSON, how="anti")


def can_be_paired(measure: Measure) -> bool:
    """Whether the measure is of single answers of one kind, so that a person's two can be set against each other."""
    if measure.kind == "mean":
        return measure.individual
    parts = (measure.numerator, measure.denominator)
    return measure.kind == "proportion" and all(part.model in INDIVIDUAL for part in parts)


def rounds(measure: Measure, windows: tuple[Window, Window], facts: Facts, practices: Collection[str]) -> Rounds:
    """Who of `practices` answered in the earlier and in the later window. Needs the facts of the measure's source."""
    before, now = (
        _answered(measure, window, facts, practices).select(*PERSON, pl.exclude(PERSON).name.prefix(f"{side}_"))
        for side, window in zip(SIDES, windows, strict=True)
    )
    return Rounds(before.join(now, on=PERSON, how="full", coalesce=True).sort(PERSON))


def _answered(measure: Measure, window: Window, facts: Facts, practices: Collection[str]) -> pl.DataFrame:
    """One row per person with an answer that counts in the window: PERSON, answers, codes, value."""
    months = months_that_count(measure, window, facts).filter(pl.col("practice_id").is_in(list(practices))).lazy()
    there, codes = ["practice_id", "period"], pl.col("code").unique().sort().alias("codes")
    inside = selected(measure.denominator, facts.by_source, facts.codes).join(months, on=there, how="semi")
    if measure.kind == "mean":
        scored = inside.filter(pl.col("score").is_not_null())
        # Sorted: the same scores in another order give the same last digit.
        value = pl.col("score").cast(pl.Float64).sort().mean().alias("value")
        return scored.group_by(PERSON).agg(pl.lit(1.0).alias("answers"), codes, value).collect()
    counted = inside.group_by(PERSON).agg(pl.col("answers").sum().cast(pl.Float64), codes)
    met = selected(measure.numerator, facts.by_source, facts.codes).join(months, on=there, how="semi")
    both = counted.join(met.group_by(PERSON).agg(pl.col("answers").sum().alias("met")), on=PERSON, how="left")
    one = pl.when(pl.col("answers") == 1).then(pl.col("met").fill_null(0).cast(pl.Float64))
    return both.select(*PERSON, "answers", "codes", one.alias("value")).collect()
