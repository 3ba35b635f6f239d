"""Patients do not add up: a count of them is for one named group and exactly the window asked, or it is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from transforms.calendar import Window
from transforms.definitions import Selection
from transforms.selection import DefinitionError, monthly_sums, refuse_adding_patients

YEAR = Window.of(date(2025, 1, 1), 12)
ROW: dict[str, Any] = {
    "practice_id": "a",
    "period": date(2025, 12, 1),
    "window_months": 12,
    "condition": "copd",
    "patient_group": "mrc_recorded",
    "sex": "female",
    "age_band": "40-64",
    "patients": 7,
    "out_of": 20,
}
ASKED = {"source": "care_plans", "quantity": "patients", "groups": ("mrc_recorded",), "window_months": 12}


def refuse(*changes: dict[str, Any], window: Window = YEAR, **asked: Any) -> pl.DataFrame:
    facts = {"care_plans": pl.LazyFrame([ROW | change for change in ({}, *changes)])}
    selection = Selection.model_validate(ASKED | asked)
    refuse_adding_patients(selection, facts, window)
    return monthly_sums(selection, facts).collect()


@pytest.mark.parametrize(
    "others",
    [
        [],
        [{"sex": "male"}],
        [{"age_band": "65+"}],
        [{"practice_id": "b"}],
        [{"patient_group": "bmi_recorded"}],
        [{"window_months": 6}],
        [{"period": date(2024, 12, 1)}],
    ],
    ids=["alone", "men beside women", "ages apart", "two practices", "another group", "another length", "before"],
)
def test_counts_in_which_nobody_is_twice_are_let_through(others: list[dict[str, Any]]) -> None:
    expected = 14 if others in ([{"sex": "male"}], [{"age_band": "65+"}]) else 7
    assert refuse(*others).filter(practice_id="a", period=date(2025, 12, 1))["total"].to_list() == [expected]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"period": date(2025, 11, 1)}, "several months"),
        ({"condition": "hypertension"}, "several conditions"),
        ({"sex": None}, "both sexes and everybody"),
        ({"age_band": None}, "overlapping ages"),
        ({"age_band": "40+"}, "overlapping ages"),
        ({"age_band": "60-79"}, "overlapping ages"),
    ],
)
def test_counts_that_may_hold_somebody_twice_are_refused(other: dict[str, Any], said: str) -> None:
    with pytest.raises(DefinitionError, match=f"patients of care_plans over {said}.*counted twice"):
        refuse(other)


def test_a_count_over_another_window_than_the_one_asked_is_refused() -> None:
    with pytest.raises(DefinitionError, match=r"over 12 months in a window of 6.*exactly the window's months"):
        refuse(window=Window.of(date(2025, 7, 1), 6))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"groups": ()}, "name exactly one of groups"),
        ({"groups": ("mrc_recorded", "bmi_recorded")}, "name exactly one of groups"),
        ({"conditions": ("copd", "hypertension")}, "one of conditions"),
        ({"window_months": None}, "write window_months"),
        ({"codes": ("J01",)}, "nothing to choose by codes"),
        ({"source": "services", "quantity": "services", "groups": ()}, "leave window_months out"),
    ],
)
def test_a_definition_that_would_add_patients_up_is_refused_when_it_is_read(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Selection.model_validate(ASKED | change)


def test_an_age_is_asked_of_the_named_group_alone() -> None:
    """One file holds groups that are split by age and groups that are not."""
    unsplit = {"patient_group": "bmi_recorded", "age_band": None}
    assert refuse({"age_band": "65+"}, unsplit, age="65+")["total"].to_list() == [7]
    with pytest.raises(DefinitionError, match="not split by age_band"):
        refuse(unsplit, groups=("bmi_recorded",), age="65+")


def test_what_adds_up_is_not_looked_at() -> None:
    # Without any facts to look at, looking would fail.
    assert refuse_adding_patients(Selection(source="services", quantity="services"), {}, YEAR) is None
