"""Consent taken back by hand: on each day it is what a plain loop over days and rows says."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.consent import without_taken_back

SCHEMA = {"practice_id": pl.String, "given": pl.Boolean, "valid_from": pl.Date, "valid_to": pl.Date}
FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(30)]
Line = list[tuple[bool, date | None, date | None]]


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """A practice's consent over time: stays that follow each other, the first from ever or from a day on."""
    starts = sorted(draw(st.sets(st.sampled_from(DAYS[1:]), max_size=3)))
    firsts = [None if draw(st.booleans()) else DAYS[0], *starts]
    lasts = [first - timedelta(days=1) for first in starts] + [None]
    return [(draw(st.booleans()), first, last) for first, last in zip(firsts, lasts, strict=True)]


def answer(line: Line, day: date) -> bool | None:
    """What the rows say of a day; a no counts before a yes."""
    found = [given for given, first, last in line if (first or day) <= day <= (last or day)]
    return None if not found else all(found)


@given(lines(), st.sampled_from(DAYS))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_a_yes_counts_before_the_day_or_when_it_begins_after_it(line: Line, taken_back: date) -> None:
    told = pl.DataFrame([("A", *row) for row in line] + [("B", *row) for row in line], SCHEMA, orient="row")
    found = without_taken_back(told, {"A": taken_back, "C": taken_back})
    rows = {name: list(part.iter_rows()) for (name,), part in found.group_by("practice_id")}
    assert sorted(rows["B"], key=repr) == sorted([("B", *row) for row in line], key=repr)
    assert rows["C"] == [("C", False, taken_back, None)]
    mine = [row[1:] for row in rows["A"]]
    later = [first for given, first, _ in line if given and first and first > taken_back]
    for day in DAYS:
        before = answer(line, day)
        expected = before if day < taken_back else False
        if later and day >= min(later):
            expected = before
        assert answer(mine, day) == expected
