"""Successors followed through mergers, forwards and backwards, against a walk through the days."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.successors import SuccessionError, Successions

PRACTICES = tuple("abcdef")
FIRST = date(2024, 1, 1)


def practices(merged: dict[str, tuple[date | None, str | None]]) -> pl.DataFrame:
    rows = [(practice, *merged.get(practice, (None, None))) for practice in PRACTICES]
    return pl.DataFrame(
        rows, schema={"practice_id": pl.String, "closed": pl.Date, "successor_id": pl.String}, orient="row"
    )


@st.composite
def mergers(draw: st.DrawFn) -> dict[str, tuple[date | None, str | None]]:
    """Every practice may be taken over by one that stands later in the row: no circle."""
    days = st.one_of(st.none(), st.dates(FIRST, FIRST + timedelta(30)))
    return {
        practice: (draw(days), draw(st.one_of(st.none(), st.sampled_from(PRACTICES[number + 1 :]))))
        for number, practice in enumerate(PRACTICES[:-1])
    }


@settings(deadline=None, max_examples=60)
@given(merged=mergers(), after=st.integers(-1, 32))
def test_patients_are_carried_on_by_one_practice_that_has_not_been_taken_over(
    merged: dict[str, tuple[date | None, str | None]], after: int
) -> None:
    on = FIRST + timedelta(after)
    found = Successions.of(practices(merged))
    here = {practice: practice for practice in PRACTICES}
    for practice in PRACTICES[:-1]:  # in the order of the row every merger is walked before its successor's
        closed, successor = merged[practice]
        if closed is not None and successor is not None and closed < on:
            here = {each: successor if at == practice else at for each, at in here.items()}
    assert {practice: found.carried_by(practice, on) for practice in PRACTICES} == here
    assert {practice: found.continues(practice, on) for practice in PRACTICES} == {
        practice: {each for each, at in here.items() if at == practice} for practice in PRACTICES
    }


def test_a_practice_carries_its_own_patients_through_its_last_day() -> None:
    found = Successions.of(practices({"a": (date(2024, 6, 30), "b")}))
    assert [found.carried_by("a", date(2024, month, 1)) for month in (6, 7)] == ["a", "b"]
    assert found.carried_by("a", date(2024, 6, 30)) == "a"


def test_a_circle_is_one_sentence_about_what_to_mend() -> None:
    circle = practices({"a": (FIRST, "b"), "b": (FIRST, "c"), "c": (FIRST, "a")})
    with pytest.raises(SuccessionError, match=r"^The successors of the registry go round in a circle"):
        Successions.of(circle)
