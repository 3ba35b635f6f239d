"""Merged facts answer every selection as the facts themselves do, in figures and in complaints."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_region import BEFORE, RATE, SCHEMAS, SHARE, measure, package

from transforms.codes import CodeSystem
from transforms.definitions import Selection
from transforms.merging import MERGED, STRATA, Merging, asked_by, together
from transforms.selection import DefinitionError, monthly_sums
from transforms.sources import FILTERS

CODES = ["A10BX07", "A10BJ02", "A10BJ", "N02AA01", "N02AJ13", "N02BE51", "N02BE01", "J01CE02"]
KEYS = ["code", "indication", *STRATA]
WORDS = {"what": "", "sure": "source", "seen": "a list"}
# One code that moved for good, one that meant something else until February, and one that was split then.
MOVES = [
    {"old": "A10BX07", "new": ("A10BJ02",), **WORDS},
    {"old": "N02AA01", "new": ("J01CE02",), "until": date(2025, 1, 31), **WORDS},
    {"old": "N02BE51", "new": ("N02BE01", "N02AJ13"), "until": date(2025, 2, 28), **WORDS},
]
SYSTEM = CodeSystem.model_validate(
    {"system": "made", "title": {"da": "Koder"}, "pattern": "[A-Z].*", "levels": (3,), "moves": MOVES}
)
FACTS = st.fixed_dictionaries(
    {
        "practice_id": st.sampled_from("ab"),
        "period": st.sampled_from(BEFORE),
        "code": st.sampled_from(CODES),
        "indication": st.sampled_from(["uti", "skin", None]),
        "sex": st.sampled_from(["female", "male"]),
        "age_band": st.sampled_from(["0-5", "6-17", "18-64", "65+"]),
        "items": st.integers(-3, 9),
        "ddd": st.integers(0, 40).map(lambda quarters: quarters / 4),
    }
)
UNSPLIT = st.sampled_from([{}, {}, {"sex": None}, {"age_band": None}])
PREFIXES = st.lists(st.sampled_from([*CODES, "A10", "N02", "N02BE", "J"]), max_size=2, unique=True).map(tuple)
SELECTIONS = st.builds(
    Selection,
    source=st.just("prescriptions"),
    quantity=st.sampled_from(["items", "ddd"]),
    codes=PREFIXES,
    exclude_codes=PREFIXES,
    indications=st.sampled_from([(), (), ("uti",), ("uti", "skin")]),
    sex=st.sampled_from([None, "female"]),
    age=st.sampled_from([None, None, "0-17", "18+", "0-10"]),
)


def frame_of(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMAS["prescriptions"])


def merging_of(rows: pl.DataFrame, selections: list[Selection], keep: tuple[str, ...] = STRATA) -> Merging:
    return Merging(frozenset(selections), rows.group_by(KEYS).agg(pl.len().alias("rows")), SYSTEM, keep)


def merged(rows: pl.DataFrame, merging: Merging) -> pl.DataFrame:
    """What the engine is to make of `rows`, made with loops."""
    stands_for = {(code, why): (as_code, as_why) for code, why, as_code, as_why in merging.classes().iter_rows()}
    sums: dict[tuple[Any, ...], list[float]] = {}
    for row in rows.iter_rows(named=True):
        if (chosen := (row["code"], row["indication"])) in stands_for:
            strata = (row[name] if name in merging.strata else None for name in STRATA)
            of = sums.setdefault((row["practice_id"], row["period"], *stands_for[chosen], *strata), [0, 0])
            of[:] = of[0] + row["items"], of[1] + row["ddd"]
    made = [
        dict(zip(["practice_id", "period", *KEYS, "items", "ddd"], (*key, *of), strict=True))
        for key, of in sums.items()
    ]
    return pl.concat([frame_of(made), merging.presence()], how="diagonal_relaxed")


def answer(selection: Selection, rows: pl.DataFrame) -> object:
    """The sums by practice and month, or the complaint."""
    try:
        found = monthly_sums(selection, {"prescriptions": rows.lazy()}, {"prescriptions": SYSTEM}).collect()
    except DefinitionError as error:
        return str(error)
    return sorted(found.filter(pl.col("practice_id").is_not_null()).rows())


@given(
    st.lists(FACTS, max_size=25), UNSPLIT, st.lists(SELECTIONS, min_size=1, max_size=5), st.sampled_from([STRATA, ()])
)
@settings(derandomize=True, deadline=None, max_examples=150)
def test_every_selection_is_answered_the_same(
    facts: list[dict[str, Any]], unsplit: dict[str, None], selections: list[Selection], keep: tuple[str, ...]
) -> None:
    rows = frame_of([facts[0] | unsplit, *facts[1:]] if facts else [])
    fewer = merged(rows, merging_of(rows, selections, keep))
    assert [answer(each, fewer) for each in selections] == [answer(each, rows) for each in selections]


def test_codes_that_no_selection_tells_apart_become_one_and_others_are_left_out() -> None:
    rows = frame_of(
        [{"code": code, "indication": why} for code in ("J01A", "J01B", "J02", "N01") for why in ("uti", None)]
    )
    every_j01 = Selection(source="prescriptions", quantity="items", codes=("J01",))
    for_uti = Selection(source="prescriptions", quantity="items", codes=("J02",), indications=("uti",))
    assert merging_of(rows, [every_j01, for_uti]).classes().rows() == [
        ("J01A", None, "J01A", None),
        ("J01A", "uti", "J01A", None),
        ("J01B", None, "J01A", None),
        ("J01B", "uti", "J01A", None),
        ("J02", "uti", "J02", "uti"),
    ]


def test_sex_and_age_stay_apart_where_they_are_kept_or_asked_for() -> None:
    rows = frame_of([])
    plain = Selection(source="prescriptions", quantity="items")
    women = Selection(source="prescriptions", quantity="items", sex="female")
    assert merging_of(rows, [plain]).strata == STRATA
    assert merging_of(rows, [plain], ()).strata == ()
    assert merging_of(rows, [plain, women], ()).strata == ("sex",)


def test_no_more_rows_are_foretold_than_there_are_or_than_classes_have_places() -> None:
    rows = frame_of([{"code": code, "sex": "female", "age_band": "0-5"} for code in ("J01A", "J01B", "N01")] * 10)
    merging = merging_of(rows, [Selection(source="prescriptions", quantity="items", codes=("J",))])
    assert [merging.most_rows(practice_months) for practice_months in (1, 19, 21)] == [1, 19, 20]


def test_a_package_asks_for_the_selections_of_all_its_measures() -> None:
    asked = together([asked_by(package(RATE)), asked_by(package(SHARE))])
    assert asked.selections == {RATE.numerator, RATE.denominator, SHARE.numerator, SHARE.denominator}
    assert asked.merged == ("prescriptions",)


def test_facts_are_left_as_they_are_where_a_measure_is_made_of_more_than_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transforms.merging.ADDED_UP", frozenset({"proportion"}))
    assert asked_by(package(measure())).merged == ()
    assert asked_by(package(SHARE)).merged == ("prescriptions",)


def test_nothing_else_is_asked_of_merged_sources_than_merging_knows_of() -> None:
    known = {"codes", "exclude_codes", "indications", "sex", "age"}
    assert {name for source in MERGED for name in FILTERS[source]} <= known
