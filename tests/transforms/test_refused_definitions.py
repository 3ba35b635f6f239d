"""What a definition may not say: each refusal names what is unknown and the nearest right name."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from small_region import RATE, SHARE, package

from transforms.codes import parse_code_system
from transforms.definitions import Package, Selection
from transforms.sources import FILTERS, QUANTITIES, Known

CODES = Path(__file__).parents[2] / "klyngepakker" / "codes"
ATC, SERVICES = (parse_code_system([CODES / f"{name}.toml"]) for name in ("atc", "services"))
KNOWN = Known(
    own={"laboratory": "services", "nursing_homes": "care_plans"},
    systems={"prescriptions": ATC, "services": SERVICES},
    values={
        "prescriptions": {"indication": ("uti", "skin")},
        "care_plans": {"condition": ("copd", "hypertension"), "patient_group": ("mrc_recorded", "bmi_recorded")},
    },
)
ITEMS = {"source": "prescriptions", "quantity": "items"}
SCORE = {"source": "questionnaire", "quantity": "score"}
PLANS = {"source": "care_plans", "quantity": "patients", "window_months": 12, "groups": ["mrc_recorded"]}


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (
            {"source": "prescription"},
            "no source 'prescription'; the nearest name is prescriptions; write one",
        ),
        ({"source": "laboratry"}, "the nearest name is laboratory"),
        ({"source": "benchmarks", "quantity": "value"}, "no source 'benchmarks'"),
        ({"quantity": "item"}, "not in prescriptions; write one of: items, ddd; the nearest name is items"),
        ({"source": "laboratory", "quantity": "tests"}, "not in laboratory; write one of: services"),
        (
            {"codes": ["j01ce02"]},
            "no code of atc, the code system of prescriptions; the nearest is J01CE02",
        ),
        ({"codes": ["JO1CE02"]}, "the nearest is J01CE02"),
        ({"exclude_codes": ["J01CE02X"]}, "the nearest is J01CE02"),
        ({"codes": ["7156"]}, "'7156' is no code of atc"),
        ({"source": "services", "quantity": "services", "codes": ["J01"]}, "no code of services"),
        ({"indications": ["uit"]}, "prescriptions, indications: there is no indication 'uit'; the nearest name"),
        (PLANS | {"conditions": ["cop"]}, "no condition 'cop'; the nearest name is copd; write one of: copd"),
        (PLANS | {"groups": ["mcr_recorded"]}, "no patient_group 'mcr_recorded'; the nearest name is mrc_recorded"),
        (SCORE | {"sex": "female"}, "nothing to choose by sex; leave sex out, or use: codes, exclude_codes, answers"),
        ({"answers": ["ofte"]}, "nothing to choose by answers"),
        ({"source": "nursing_homes", "quantity": "patients"}, "patients do not add up: name exactly one of groups"),
        ({"source": "laboratory", "quantity": "services", "window_months": 3}, "leave window_months out"),
    ],
)
def test_a_selection_that_names_something_unknown_is_told_the_nearest_name(
    selection: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        Selection.model_validate(ITEMS | selection, context=KNOWN)


@pytest.mark.parametrize(
    ("selection", "model"),
    [
        ({"codes": ["J", "J01", "J01C", "J01CE", "J01CE0", "J01CE02"]}, "prescriptions"),
        ({"source": "services", "quantity": "services", "codes": ["71", "7156"]}, "services"),
        ({"source": "laboratory", "quantity": "services", "codes": ["NPU"]}, "services"),
        (PLANS | {"source": "nursing_homes", "groups": ["anybody"]}, "care_plans"),
        (SCORE | {"questionnaires": ["trivsel_2026"]}, "questionnaire"),
    ],
)
def test_what_is_known_is_let_through(selection: dict[str, Any], model: str) -> None:
    assert Selection.model_validate(ITEMS | selection, context=KNOWN).model == model


def test_a_source_that_nobody_told_of_is_unknown() -> None:
    with pytest.raises(ValidationError, match="no source 'laboratory'"):
        Selection(source="laboratory", quantity="services")


def test_every_source_says_what_it_holds_and_is_chosen_by() -> None:
    assert QUANTITIES.keys() == FILTERS.keys()


def band(name: str, value: str) -> dict[str, Any]:
    return {"id": name, "values": [value]}


def ratio(*names: str) -> dict[str, Any]:
    """Of one measure's numerator, or two measures."""
    return {"kind": "ratio"} | dict(
        zip(("numerator", "denominator"), [{"measure": name} for name in names], strict=False)
    )


BANDS = [band("young", "0-17"), band("old", "18+")]
AGES = {"kind": "distribution", "numerator": ITEMS, "denominator": None, "by": "age_band", "bands": BANDS}


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ({"kind": "proportionn"}, "no kind of measure 'proportionn'; the nearest name is proportion; write one of"),
        ({"kind": "pair"}, r"alternatives are declared on the package, as \[\[pairs\]\]"),
        ({"kind": "median"}, "a median needs every single value, which only score of questionnaire is known by"),
        ({"kind": "mean", "numerator": SCORE}, "every single value is known; leave denominator out"),
        ({"kind": "mean", "denominator": None}, "prescriptions holds sums of items; write the denominator"),
        ({"by": "sex"}, "is no distribution: leave by and bands out"),
        ({"numerator_base": ITEMS}, "is no ratio: leave numerator_base and denominator_base out"),
        ({"kind": "ratio", "numerator_base": ITEMS}, "has both numerator_base and denominator_base"),
        ({"category": "young"}, "leave category out"),
        (AGES | {"by": None}, "write by, one of: code, indication, sex, age_band"),
        (AGES | {"by": "age"}, "no column of prescriptions 'age'; .*write one of: code, indication, sex, age_band"),
        (AGES | {"by": "agebands"}, "the nearest name is age_band"),
        (AGES | {"denominator": ITEMS | {"codes": ["J01"]}}, "parts of a distribution are of its whole"),
        (AGES | {"numerator": PLANS, "by": "patient_group"}, "no column of care_plans 'patient_group'"),
        (AGES | {"bands": [*BANDS, band("middle", "17-20")]}, "'young' and 'middle' overlap in 0-17 and 17"),
        (AGES | {"bands": [*BANDS, band("odd", "grown")]}, "age 'grown' is neither like"),
        (AGES | {"bands": [band("other", "0-5")]}, "given to what is in no band"),
        (AGES | {"bands": [BANDS[0], band("young", "18+")]}, "'young' is named twice"),
        (AGES | {"by": "code", "bands": [band("a", "J01"), band("b", "J01C")]}, "overlap in J01"),
        (AGES | {"by": "sex", "bands": [band("a", "male"), band("b", "male")]}, "overlap in male"),
        (ratio("penicillin", "penicillin_share"), "no measure 'penicillin'; the nearest name is penicillin_share"),
        (ratio("penicillin_share"), "names a measure on both sides, or on neither"),
        (ratio("items_per_1000", "penicillin_share"), "items_per_1000 is neither a rate nor a proportion"),
    ],
)
def test_a_measure_that_cannot_be_is_refused_with_what_to_write(measure: dict[str, Any], said: str) -> None:
    described = package(RATE, SHARE).model_dump(mode="json")
    described["measures"][0] |= measure
    with pytest.raises(ValidationError, match=said):
        Package.model_validate(described, context=KNOWN)


WORDS = {"da": "ord", "en": "words"}


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([["items_per_1000", "penicilin_share"]], "no measure 'penicilin_share'; the nearest name is penicillin_share"),
        ([["items_per_1000", "items_per_1000"]], "items_per_1000 is named more than once"),
        ([["items_per_1000", "penicillin_share"]] * 2, "items_per_1000, penicillin_share is named more than once"),
        ([["items_per_1000"]], "at least 2 items"),
    ],
)
def test_alternatives_are_measures_of_the_package(pairs: list[list[str]], said: str) -> None:
    described: dict[str, Any] = copy.deepcopy(package(RATE, SHARE).model_dump(mode="json"))
    described["pairs"] = [{"measures": names, "title": WORDS, "why": WORDS} for names in pairs]
    with pytest.raises(ValidationError, match=said):
        Package.model_validate(described)


def test_a_ratio_of_measures_over_one_population_is_that_of_their_counts() -> None:
    described = package(RATE, SHARE).model_dump(mode="json")
    other = copy.deepcopy(described["measures"][0]) | {"id": "amoxicillin", "numerator": ITEMS | {"codes": ["J01CA04"]}}
    both = {"numerator": {"measure": "items_per_1000"}, "denominator": {"measure": "amoxicillin"}}
    ratio = other | both | {"id": "ratio", "kind": "ratio", "per": None}
    described["measures"] += [other, ratio]
    found = Package.model_validate(described).measure("ratio")
    assert (found.numerator, found.denominator.codes, found.per) == (RATE.numerator, ("J01CA04",), 1)
    assert (found.numerator_base, found.denominator_base) == (None, None)
