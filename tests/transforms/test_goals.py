"""Goals: what may be written, what is refused with which sentence, and hopes as a person writes them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.definitions import parse_package
from transforms.goals import Goal, GoalError, Hope, checked, hope_of

PACKAGE = parse_package(Path(__file__).parents[2] / "klyngepakker" / "antibiotika" / "package.toml")
MEETING, TODAY = date(2025, 9, 17), date(2026, 1, 1)
SOUND = Goal("Se tiden an", "alle", date(2025, 12, 1))
PERSON = "0101" + "80" + "-1234"


def refused(goal: Goal) -> GoalError:
    with pytest.raises(GoalError) as error:
        checked(goal, PACKAGE, MEETING, TODAY)
    return error.value


def changed(**parts: object) -> Goal:
    return Goal(**({"what": SOUND.what, "who": SOUND.who, "by_when": SOUND.by_when} | parts))  # type: ignore[arg-type]


@pytest.mark.parametrize("named", ["penicillin_v_share", "Penicillin V", " penicillin  v "])
def test_a_measure_is_known_by_its_code_and_its_title(named: str) -> None:
    assert checked(changed(measure=named), PACKAGE, MEETING, TODAY).measure == "penicillin_v_share"


@pytest.mark.parametrize(
    ("goal", "field", "said"),
    [
        (changed(what="  \n"), "what", "nothing is written"),
        (changed(what="x" * 161), "what", "161 characters"),
        (changed(who=f"ring til {PERSON}"), "who", "person number"),
        (changed(by_when=date(2025, 9, 16)), "by_when", "before the meeting on 2025-09-17"),
        (changed(by_when=date(2029, 1, 1)), "by_when", "3 years"),
        (changed(hope=Hope("lower")), "measure", "of no measure"),
        (changed(measure="penicilin_v_share"), "measure", "the nearest name is penicillin_v_share"),
        (changed(measure="Penicilin V"), "measure", "the nearest name is Penicillin V"),
        (changed(measure="penicillin_v_share", hope=Hope("lower", 10, "percent")), "hope", "Write points"),
        (changed(measure="antibiotics_per_1000", hope=Hope("lower", 3, "points")), "hope", "no percentage"),
        (changed(measure="antibiotics_per_1000", hope=Hope("lower", 120, "percent")), "hope", "no further than 100"),
        (changed(measure="antibiotics_per_1000", hope=Hope(None, 10, "unit")), "hope", "needs a direction"),
        (changed(measure="antibiotics_per_1000", hope=Hope("lower", 0, "unit")), "hope", "not above 0"),
        (changed(measure="antibiotics_per_1000", hope=Hope("lower", float("nan"), "unit")), "hope", "not above 0"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(goal: Goal, field: str, said: str) -> None:
    error = refused(goal)
    assert (error.field, said in str(error)) == (field, True)
    assert PERSON not in error.shown()


@pytest.mark.parametrize(
    ("written", "hope"),
    [
        ("lower", Hope("lower")),
        ("Højere", Hope("higher")),
        ("-10 %", Hope("lower", 10, "percent")),
        ("\u221210%", Hope("lower", 10, "percent")),
        ("+3 points", Hope("higher", 3, "points")),
        ("+2,5 procentpoint", Hope("higher", 2.5, "points")),
        ("-20", Hope("lower", 20, "unit")),
        ("to 36 %", Hope(None, 36, "level")),
        ("til 36", Hope(None, 36, "level")),
    ],
)
def test_a_hope_is_read_as_it_is_written(written: str, hope: Hope) -> None:
    assert hope_of(written, TODAY) == hope


@pytest.mark.parametrize("written", ["", "10 %", "mere", "-", "to", PERSON])
def test_another_hope_is_refused_and_a_person_never_shown(written: str) -> None:
    with pytest.raises(GoalError) as error:
        hope_of(written, TODAY)
    assert PERSON not in error.value.shown()


def test_points_are_kept_as_the_unit_of_a_share() -> None:
    assert Hope("higher", 3, "points").amount_is == "unit"
    assert Hope("lower", 3, "percent").amount_is == "percent"


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.text(max_size=200))
def test_words_are_one_printable_line_or_refused(words: str) -> None:
    try:
        found = checked(changed(what=words), PACKAGE, MEETING, TODAY).what
    except GoalError:
        return
    assert found.isprintable()
    assert found == " ".join(found.split())
    assert 0 < len(found) <= 160
