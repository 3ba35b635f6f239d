"""Which counts lie within which others, and what that hides."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from small_pack import PLENTY, cluster_of, exact
from small_region import RATE, SHARE, measure, package

from transforms.definitions import Measure, Selection
from transforms.disclosure_profiles import profile
from transforms.disclosure_rules import ruled
from transforms.nesting import Count, alike, holds, nested

ALL = {"source": "prescriptions", "quantity": "items"}


def select(**what: Any) -> Selection:
    return Selection.model_validate(ALL | what)


HOLDS = [
    ({}, {"codes": ["J01"]}, True),
    ({"codes": ["J01"]}, {}, False),
    ({"codes": ["J01"]}, {"codes": ["J01CE02"]}, True),
    ({"codes": ["J01CE02"]}, {"codes": ["J01"]}, False),
    ({"codes": ["J01", "J02"]}, {"codes": ["J02A", "J01C"]}, True),
    ({"codes": ["J01"]}, {"codes": ["J01C", "A02"]}, False),
    ({"codes": ["J01"], "exclude_codes": ["J01XX05"]}, {"codes": ["J01CE02"]}, True),
    ({"codes": ["J01"], "exclude_codes": ["J01XX05"]}, {"codes": ["J01XX"]}, False),
    ({"codes": ["J01"], "exclude_codes": ["J01XX05"]}, {"codes": ["J01"], "exclude_codes": ["J01X"]}, True),
    ({"codes": ["J01"], "exclude_codes": ["J01X"]}, {"codes": ["J01"], "exclude_codes": ["J01XX05"]}, False),
    ({}, {"sex": "female"}, True),
    ({"sex": "male"}, {"sex": "female"}, False),
    ({"age": "18+"}, {"age": "65+"}, True),
    ({"age": "18-64"}, {"age": "65+"}, False),
    ({"age": "18+"}, {}, False),
    ({"indications": ["uti"]}, {"indications": ["uti"], "age": "18+"}, True),
    ({"indications": ["uti"]}, {}, False),
    ({}, {"quantity": "ddd"}, False),
    ({}, {"source": "services", "quantity": "services"}, False),
]


@pytest.mark.parametrize(("wide", "narrow", "expected"), HOLDS)
def test_what_a_definition_holds(wide: dict[str, Any], narrow: dict[str, Any], expected: bool) -> None:
    assert holds(select(**wide), select(**narrow)) is expected


BROAD = measure("all_items", numerator=ALL | {"codes": ("J01",)})


def test_the_narrower_numerator_of_two_measures_is_found() -> None:
    assert nested(package(BROAD, RATE)) == [(Count("all_items", "numerator"), Count("items_per_1000", "numerator"))]


LISTED = {"source": "list_sizes", "quantity": "patients"}
ALIKE = [
    ((BROAD, RATE), {("all_items", "items_per_1000")}, "the patients of two rates"),
    ((RATE, SHARE), {("items_per_1000", "penicillin_share")}, "a rate's numerator is a share's"),
    ((RATE, measure("w", denominator=LISTED | {"sex": "female"}, numerator=ALL | {"codes": ("A",)})), set(), "nothing"),
    ((RATE, measure("w", denominator=LISTED | {"sex": "female"})), {("items_per_1000", "w")}, "the numerators alone"),
]


@pytest.mark.parametrize(("two", "expected"), [each[:2] for each in ALIKE], ids=[each[2] for each in ALIKE])
def test_two_measures_that_count_the_same_thing_are_found(
    two: tuple[Measure, Measure], expected: set[tuple[str, str]]
) -> None:
    assert alike(package(*two)) == expected


def rules(broad: tuple[int, int], narrow: tuple[int, int]) -> dict[str, str | None]:
    """The rule on `now` of the sixth practice, by measure."""
    frames = [
        exact(cluster_of(6, (PLENTY[0], counts)), each).with_columns(measure_id=pl.lit(each.id))
        for each, counts in ((BROAD, broad), (RATE, narrow))
    ]
    found = ruled(package(BROAD, RATE), pl.concat(frames), profile("sds")).filter(unit_id="f")
    return dict(found.select("measure_id", "now_rule").iter_rows())


@pytest.mark.parametrize(
    ("broad", "narrow", "expected"),
    [
        (62, 61, "nested"),
        (62, 58, "nested"),
        (62, 57, None),
        (62, 62, None),  # the very same: there is no difference to find
        (3, 3, "small_count"),
        (20, 20, "none_or_all"),
        (20, 0, "none_or_all"),
        (40, 0, None),
    ],
)
def test_two_counts_that_differ_by_few_hide_the_narrower(broad: int, narrow: int, expected: str | None) -> None:
    found = rules((broad, 400), (narrow, 400))
    assert found["items_per_1000"] == expected
    assert found["all_items"] == ("small_count" if broad == 3 else None)


def test_one_hidden_category_hides_all_of_that_unit_and_no_other() -> None:
    frames = [
        exact(cluster_of(6, (PLENTY[0], (count, 400)))).with_columns(measure_id=pl.lit(RATE.id), category=pl.lit(band))
        for band, count in (("0-17", 3), ("18-64", 80), ("65+", 90))
    ]
    found = ruled(package(RATE), pl.concat(frames), profile("sds")).filter(level="practice")
    last = dict(found.filter(unit_id="f").select("category", "now_rule").iter_rows())
    assert last == {"0-17": "small_count", "18-64": "category", "65+": "category"}
    assert found.filter(unit_id="a")["now_rule"].to_list() == [None] * 3
    assert found["before_rule"].null_count() == found.height
