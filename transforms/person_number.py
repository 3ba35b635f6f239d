"""The rule that tells a civil registration number (CPR) from other digits, wherever text comes from.

A number is looked for in every form it takes in files: with or without a separator, shortened by a spreadsheet that ate
the leading zero, as a float, with thousands signs or an exponent, and with letters in place of digits (the replacement
numbers of hospitals). A hit is a candidate whose first six digits are a real date of somebody alive. The control digit
clears nothing: numbers given since 2007 need not have one. The value itself never leaves the code that searches.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Literal

from transforms.person_number_labels import names_a_person
from transforms.person_number_plain import plain

__all__ = [
    "GATE",
    "OLDEST_AGE",
    "POINTED",
    "Candidate",
    "Finding",
    "candidates",
    "first_finding",
    "names_a_person",
    "passes_mod11",
    "plain",
]
OLDEST_AGE = 115
POINTED = "with a point"

_START = r"(?<![0-9])(?<![0-9][.,])"
_END = r"(?:[.,]0+)?(?![0-9])(?![.,][0-9])"
_SEPARATOR = r"[-_/.:+ ]{1,3}"
_FORMS: dict[str, re.Pattern[str]] = {
    POINTED: re.compile(_START + r"([0-9]{6})\.([0-9]{4})(?![0-9])"),
    "with a separator": re.compile(_START + rf"([0-9]{{6}})(?!\.[0-9]){_SEPARATOR}([0-9]{{4}})(?![0-9])"),
    "as a date with four digits": re.compile(
        # Not the end of a date that begins with its year.
        rf"(?<![0-9]{{4}}[-./]){_START}([0-9]{{2}})([-./_ ])([0-9]{{2}})\2([0-9]{{2}}){_SEPARATOR}([0-9]{{4}})(?![0-9])"
    ),
    "ten digits": re.compile(_START + r"([0-9]{10})" + _END),
    "nine digits": re.compile(_START + r"([0-9]{9})" + _END),
    "with thousands signs": re.compile(
        r"(?<![0-9])(?<![0-9][.,'])([0-9]{1,3})([ .,'])([0-9]{3})\2([0-9]{3})(?:\2([0-9]{3}))?"
        r"(?:[.,]0+)?(?![0-9])(?!\2[0-9])(?![.,][0-9])"
    ),
    "with an exponent": re.compile(_START + r"([0-9])[.,]([0-9]{1,16})[eE]\+?0{0,2}([89])(?![0-9])"),
    "with letters": re.compile(_START + r"([0-9]{6})[-_ ]?([01567][A-Za-zÆØÅæøå]{2}[0-9])(?![0-9])"),
}

_DAY = "(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])"
_MONTH = "(?:0[1-9]|1[0-2])"
_AFTER = "(?:$|[^0-9])"
_LETTER = r"(?:[A-Za-z]|\xc3?[\x80-\xff])"
# Every candidate with a day and a month matches this, for engines without look-around over bytes (RE2). What it lets
# through is asked again by the rule itself; what it stops is none.
GATE = (
    "(?:^|[^0-9.,]|(?:^|[^0-9])[.,])(?:"
    + "|".join(
        (
            rf"{_DAY}{_MONTH}[0-9]{{2}}[-_/.:+ ]{{0,3}}[0-9]{{4}}{_AFTER}",
            rf"[1-9]{_MONTH}[0-9]{{6}}{_AFTER}",
            rf"{_DAY}[-./_ ]{_MONTH}[-./_ ][0-9]{{2}}[-_/.:+ ]{{1,3}}[0-9]{{4}}{_AFTER}",
            rf"[1-9]{_MONTH}(?:[ .,'][0-9]{{3}}){{2}}{_AFTER}",
            rf"[0-36-9][ .,'][0-9]{_MONTH}(?:[ .,'][0-9]{{3}}){{2}}{_AFTER}",
            rf"[0-9][.,][0-9]{{1,16}}[eE]\+?0{{0,2}}[89]{_AFTER}",
            rf"{_DAY}{_MONTH}[0-9]{{2}}[-_ ]?[01567]{_LETTER}{{2}}[0-9]{_AFTER}",
        )
    )
    + ")"
)


@dataclass(frozen=True)
class Finding:
    """One place that holds a person number: where, and in which form; never the value."""

    offset: int
    form: str


@dataclass(frozen=True)
class Candidate:
    """Ten characters with a real date of birth: of somebody who may live, or of somebody too old to."""

    offset: int
    end: int
    form: str
    age: Literal["living", "old"]
    number: str = field(repr=False)


def candidates(text: str, today: date) -> Iterator[Candidate]:
    """What in `text` (made `plain` before) is written like a person number with a real date, form by form."""
    return chain.from_iterable(_candidates_of(form, text, today) for form in _FORMS)


def first_finding(text: str, today: date) -> Finding | None:
    """The first person number in `text` (made `plain` before), or None."""
    living = (candidate for candidate in candidates(text, today) if candidate.age == "living")
    first = min(living, key=lambda candidate: candidate.offset, default=None)
    return first and Finding(first.offset, first.form)


def passes_mod11(number: str) -> bool:
    """Whether the control digit fits: nearly always in a column of person numbers, in one of eleven other numbers."""
    weights = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
    return (
        number.isdigit() and sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % 11 == 0
    )


def _candidates_of(form: str, text: str, today: date) -> Iterator[Candidate]:
    for match in _FORMS[form].finditer(text):
        number = _ten_characters(form, match)
        births = [born for born in _birth_dates(number) if born <= today]
        if births:
            age = "living" if today.year - max(births).year <= OLDEST_AGE else "old"
            yield Candidate(match.start(), match.end(), form, age, number)


def _ten_characters(form: str, match: re.Match[str]) -> str:
    if form == "with an exponent":
        whole = (match[1] + match[2]).rstrip("0")
        length = int(match[3]) + 1
        return whole.ljust(length, "0").zfill(10) if len(whole) <= length else ""
    characters = "".join(group for group in match.groups() if group and group[0].isdigit())
    return characters.zfill(10) if len(characters) >= 9 else ""


def _birth_dates(number: str) -> Iterator[date]:
    if len(number) != 10:
        return
    day, month, year = int(number[:2]), int(number[2:4]), int(number[4:6])
    for century in _centuries(number[6], year, number[7:9].isdigit()):
        for candidate in (day, day - 60):
            try:
                yield date(century + year, month, candidate)
            except ValueError:
                continue


def _centuries(seventh: str, year: int, only_digits: bool) -> tuple[int, ...]:
    if not only_digits:
        return (1900, 2000)
    if seventh in "0123":
        return (1900,)
    if seventh in "49":
        return (2000,) if year <= 36 else (1900,)
    return (2000,) if year <= 57 else (1800,)
