"""Packages: what is refused, what is filled in, and that every shipped one parses."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from small_region import RATE, SHARE, package

from transforms.definitions import Measure, Package, Selection, parse_package
from transforms.model import Text

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "klyngepakker").glob("*/package.toml"))
DESCRIBED: dict[str, Any] = package().model_dump(mode="json")


def changed(path: str, value: Any) -> dict[str, Any]:
    """A package's description with the setting at `path` (`measures.0.kind`) set to `value`."""
    described = copy.deepcopy(DESCRIBED)
    *parents, last = path.split(".")
    place: Any = described
    for step in parents:
        place = place[int(step) if step.isdigit() else step]
    place[last] = value
    return described


def test_packages_are_shipped() -> None:
    assert SHIPPED


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_every_shipped_package_parses_and_is_named_as_its_folder(path: Path) -> None:
    parsed = parse_package(path)
    assert parsed.id == path.parent.name
    assert parsed == parse_package(path)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_every_word_of_a_shipped_package_is_in_both_languages(path: Path) -> None:
    parsed = parse_package(path)
    named = ("title", "definition", "unit", "events", "pitfalls", "national_aim", "draft_why")
    texts = [parsed.title, parsed.focus, *parsed.questions]
    texts += [text for measure in parsed.measures for name in named if (text := getattr(measure, name))]
    assert [text.da for text in texts if not text.da or not text.en] == []


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("colour", "red", "Extra inputs"),
        ("measures.0.colour", "red", "Extra inputs"),
        ("measures.0.numerator.atc", ["J01"], "Extra inputs"),
        ("windows.weeks", 4, "Extra inputs"),
        ("title.sv", "ord", "Extra inputs"),
        ("id", "Antibiotika", "pattern"),
        ("measures.0.id", "per 1000", "pattern"),
        ("status", "final", "reviewed"),
        ("measures", [], "has no measures; write one"),
        ("minimum_events", 0, "greater than or equal to 1"),
        ("windows.months", 0, "greater than or equal to 1"),
        ("windows.months", 37, "less than or equal to 36"),
        ("windows.followup_after_months", 0, "greater than or equal to 12"),
        ("windows.followup_after_months", 18, "multiple of 12"),
        ("measures.0.kind", "meen", "the nearest name is mean; write one of: rate, proportion"),
        ("measures.0.direction", "up", "lower"),
        ("measures.0.per", 0, "greater than"),
        ("measures.0.numerator.source", "laboratory", "prescriptions"),
        ("measures.0.numerator.quantity", "patients", "not in prescriptions; write one of: items, ddd"),
        ("measures.0.denominator.quantity", "items", "not in list_sizes; write one of: patients"),
        ("measures.0.numerator.sex", "K", "female"),
        ("measures.0.numerator.age", "18", "neither like '18\\+' nor like '0-5'"),
        ("measures.0.numerator.age", "voksne", "neither like"),
        ("measures.0.numerator.age", "64-18", "ends before it begins"),
        ("measures.0.denominator.codes", ["J01"], "nothing to choose by codes"),
        ("measures.0.denominator.indications", ["uti"], "nothing to choose by indications"),
        ("measures.0.kind", "proportion", "are a rate, not a proportion"),
        ("measures.0.draft", True, "draft_why must say why"),
        ("measures.1.id", "items_per_1000", "more than one measure called items_per_1000"),
    ],
)
def test_a_package_that_says_something_unknown_is_refused(path: str, value: Any, said: str) -> None:
    Package.model_validate(DESCRIBED)
    with pytest.raises(ValidationError, match=said):
        Package.model_validate(changed(path, value))


@pytest.mark.parametrize(
    ("age", "expected"), [(None, None), ("18+", (18, None)), ("0-5", (0, 5)), ("65-79", (65, 79)), ("7-7", (7, 7))]
)
def test_an_age_is_its_lowest_and_highest_year(age: str | None, expected: Any) -> None:
    assert Selection(source="list_sizes", quantity="patients", age=age).age_range == expected


def test_a_share_of_the_listed_patients_is_a_proportion() -> None:
    listed = {"source": "list_sizes", "quantity": "patients"}
    described = RATE.model_dump() | {"kind": "proportion", "numerator": listed | {"age": "65+"}, "denominator": listed}
    assert Measure.model_validate(described).kind == "proportion"


def test_nothing_parsed_can_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        package().owner = "dem"  # pyright: ignore[reportAttributeAccessIssue]


def test_the_digest_follows_the_meaning_and_not_the_writing() -> None:
    assert package().sha256 == package().sha256
    spelled_out = changed("measures.0.direction", "none")
    assert Package.model_validate(spelled_out).sha256 == package().sha256
    assert Package.model_validate(changed("measures.0.direction", "lower")).sha256 != package().sha256


def test_a_measure_is_found_by_its_id() -> None:
    assert package(RATE, SHARE).measure("penicillin_share") == SHARE


def test_missing_english_falls_back_to_danish() -> None:
    assert [Text(da="ord").in_language(language) for language in ("da", "en")] == ["ord", "ord"]
    assert [Text(da="ord", en="words").in_language(language) for language in ("da", "en")] == ["ord", "words"]


def test_a_package_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "package.toml"
    text = (ROOT / "klyngepakker" / "antibiotika" / "package.toml").read_text(encoding="utf-8")
    text = text.replace("review_due = 2027-11-01", "review_due = 2028-02-29")
    path.write_text(text, encoding="utf-8")
    assert parse_package(path).review_due == date(2028, 2, 29)
