"""Whether a share's numerator is in its denominator, against every single fact that either lets through."""

from __future__ import annotations

from datetime import date
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.definitions import Package, Selection
from transforms.lint import Subject
from transforms.lint_denominators import within_its_denominator

LEAVES = ["".join(letters) for letters in product("ABC", repeat=3)]
PREFIXES = ["A", "B", "AB", "AC", "ABC", "BA", "ABA"]
INDICATIONS = ("uti", "pneumonia", "bronchitis")
FACTS = list(product(LEAVES, ("female", "male"), (3, 10, 40, 90), INDICATIONS))
WORDS = {"da": "x", "en": "x"}


class NoPlaces:
    def line(self, *path: str | int, value: str | None = None) -> int:
        return 1


def lets_through(selection: Selection, fact: tuple[str, str, int, str]) -> bool:
    """One fact at a time, as docs/measures.md describes filters."""
    code, sex, age, indication = fact
    if selection.codes and not any(code.startswith(each) for each in selection.codes):
        return False
    if any(code.startswith(each) for each in selection.exclude_codes):
        return False
    low, _, high = (selection.age or "0+").replace("+", "-200").partition("-")
    wanted = selection.indications or INDICATIONS
    return int(low) <= age <= int(high) and selection.sex in (None, sex) and indication in wanted


selections = st.fixed_dictionaries(
    {
        "source": st.just("prescriptions"),
        "quantity": st.just("items"),
        "codes": st.lists(st.sampled_from(PREFIXES), max_size=2, unique=True),
        "exclude_codes": st.lists(st.sampled_from(PREFIXES), max_size=1),
        "indications": st.lists(st.sampled_from(INDICATIONS), max_size=2, unique=True),
        "sex": st.sampled_from([None, "female"]),
        "age": st.sampled_from([None, "0-5", "0+", "18+", "80+"]),
    }
)


def package(numerator: dict[str, object], denominator: dict[str, object]) -> Package:
    measure = {"id": "share", "kind": "proportion", "numerator": numerator, "denominator": denominator}
    named = dict.fromkeys(("title", "definition", "unit", "events"), WORDS)
    described = {"id": "x", "version": "1", "status": "draft", "owner": "o", "review_due": date(2030, 1, 1)}
    said = {"title": WORDS, "focus": WORDS, "windows": {"months": 12}, "measures": [measure | named]}
    return Package.model_validate(described | said)


@given(selections, selections)
@settings(derandomize=True, deadline=None, max_examples=400)
def test_nothing_is_found_only_where_every_fact_of_the_numerator_is_in_the_denominator(
    numerator: dict[str, object], denominator: dict[str, object]
) -> None:
    parsed = package(numerator, denominator)
    told = list(within_its_denominator(Subject(parsed, NoPlaces(), "x", date(2026, 1, 1))))
    share = parsed.measures[0]
    part = [fact for fact in FACTS if lets_through(share.numerator, fact)]
    beyond = [fact for fact in part if not lets_through(share.denominator, fact)]
    if beyond:
        assert [finding.rule for finding in told] == ["numerator-outside"]
    elif not share.numerator.exclude_codes and part:
        assert told == []


@given(selections)
@settings(derandomize=True, deadline=None, max_examples=50)
def test_a_selection_is_always_within_itself(selection: dict[str, object]) -> None:
    subject = Subject(package(selection, selection), NoPlaces(), "x", date(2026, 1, 1))
    assert list(within_its_denominator(subject)) == []
