"""Which facts a definition lets through, and the sentence where the extracts cannot tell."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from small_region import BEFORE, SCHEMAS, SmallRegion

from transforms.definitions import Selection
from transforms.errors import UserError
from transforms.selection import DefinitionError, band_limits, monthly_sums

MONTH = BEFORE[0]
ROWS: list[dict[str, Any]] = [
    {"items": 1, "code": "J01CE02", "indication": "uti", "sex": "female", "age_band": "0-5"},
    {"items": 2, "code": "J01CA04", "indication": None, "sex": "male", "age_band": "6-17"},
    {"items": 4, "code": "J01XX05", "indication": "skin", "sex": "female", "age_band": "18-64"},
    {"items": 8, "code": "A02BC01", "indication": "uti", "sex": "male", "age_band": "65-79"},
    {"items": 16, "code": "J01CE02", "indication": "other", "sex": "female", "age_band": "80+"},
]


def facts(rows: list[dict[str, Any]]) -> dict[str, pl.LazyFrame]:
    region = SmallRegion()
    for row in rows:
        region.prescribes("a", MONTH, **row)
    return {"prescriptions": region.facts().by_source["prescriptions"]}


def total(rows: list[dict[str, Any]] = ROWS, **filters: Any) -> float:
    selection = Selection(source="prescriptions", quantity="items", **filters)
    return monthly_sums(selection, facts(rows)).collect()["total"].sum()


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, 31),
        ({"codes": ("J01",)}, 23),
        ({"codes": ("J01CE", "A02BC01")}, 25),
        ({"codes": ("J01", "J01CE02")}, 23),
        ({"codes": ("01CE",)}, 0),
        ({"codes": ("J01CE0222",)}, 0),
        ({"codes": ("J01",), "exclude_codes": ("J01XX05",)}, 19),
        ({"exclude_codes": ("J01", "A")}, 0),
        ({"indications": ("uti",)}, 9),
        ({"indications": ("uti", "skin")}, 13),
        ({"sex": "female"}, 21),
        ({"sex": "male"}, 10),
        ({"age": "0-5"}, 1),
        ({"age": "0-17"}, 3),
        ({"age": "18+"}, 28),
        ({"age": "65-79"}, 8),
        ({"age": "0+"}, 31),
        ({"codes": ("J01",), "sex": "female", "age": "18+"}, 20),
    ],
)
def test_each_filter_lets_its_own_rows_through(filters: dict[str, Any], expected: int) -> None:
    assert total(**filters) == expected


@pytest.mark.parametrize(
    ("age", "band"),
    [("0-10", "6-17"), ("10+", "6-17"), ("70+", "65-79"), ("0-85", "80+"), ("18-60", "18-64"), ("3-3", "0-5")],
)
def test_an_age_that_cuts_through_a_band_is_refused_with_both_named(age: str, band: str) -> None:
    with pytest.raises(
        DefinitionError, match=rf"age group {age.replace('+', '.')} cuts through the band {band[:2]}.*package.toml"
    ):
        total(age=age)


@pytest.mark.parametrize(("filters", "column"), [({"age": "18+"}, "age_band"), ({"sex": "male"}, "sex")])
@pytest.mark.parametrize("kept", [[], ROWS], ids=["all", "some"])
def test_rows_that_are_not_split_are_refused_where_a_part_is_asked_for(
    kept: list[dict[str, Any]], filters: dict[str, Any], column: str
) -> None:
    unsplit = [*kept, ROWS[0] | {column: None}]
    with pytest.raises(DefinitionError, match=f"not split by {column}.*package.toml"):
        total(unsplit, **filters)
    assert total(unsplit) == sum(row["items"] for row in unsplit)


def test_a_prescription_without_indication_is_in_no_measure_that_asks_for_one() -> None:
    assert total(indications=("uti", "skin", "other")) == 31 - ROWS[1]["items"]


def test_extracts_that_give_no_indication_at_all_are_refused_where_one_is_asked_for() -> None:
    with pytest.raises(DefinitionError, match=r"indication.*package.toml"):
        total([row | {"indication": None} for row in ROWS], indications=("uti",))


@pytest.mark.parametrize(
    "filters", [{}, {"age": "18+"}, {"sex": "male"}, {"indications": ("uti",)}, {"codes": ("J01",)}]
)
def test_no_facts_are_no_rows_and_no_error(filters: dict[str, Any]) -> None:
    empty = {"prescriptions": pl.LazyFrame(schema=SCHEMAS["prescriptions"])}
    found = monthly_sums(Selection(source="prescriptions", quantity="items", **filters), empty).collect()
    assert found.height == 0


def test_the_quantity_is_the_one_asked_for() -> None:
    doses = monthly_sums(Selection(source="prescriptions", quantity="ddd"), facts(ROWS)).collect()
    assert doses.rows() == [("a", MONTH, 7.0 * 31)]


def test_practices_and_months_are_kept_apart() -> None:
    region = SmallRegion().prescribes("a", MONTH, 1).prescribes("a", BEFORE[1], 2).prescribes("b", MONTH, 4)
    found = monthly_sums(Selection(source="prescriptions", quantity="items"), region.facts().by_source).collect()
    assert sorted(found.rows()) == [("a", MONTH, 1), ("a", BEFORE[1], 2), ("b", MONTH, 4)]


@pytest.mark.parametrize(
    ("band", "limits"), [("0-5", (0, 5)), ("18-64", (18, 64)), ("80+", (80, None)), ("100+", (100, None))]
)
def test_a_band_has_a_lowest_and_maybe_a_highest_year(band: str, limits: tuple[int, int | None]) -> None:
    assert band_limits(band) == limits


def test_what_the_extracts_do_not_tell_apart_is_for_the_user_to_mend() -> None:
    assert issubclass(DefinitionError, UserError)
    assert DefinitionError.exit_code == 2
