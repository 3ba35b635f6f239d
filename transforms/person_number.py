"""Finding civil registration numbers (CPR) in text before anything else reads it.

A number is looked for in every form it takes in files: with or without a separator, shortened by a spreadsheet that ate
the leading zero, as a float or with an exponent, and with letters in place of digits (the replacement numbers of
hospitals). A hit is a candidate whose first six digits are a real date of somebody alive. The control digit clears
nothing: numbers given since 2007 need not have one. The value itself never leaves this module.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain

OLDEST_AGE = 115

_START = r"(?<![0-9])(?<![0-9][.,])"
_END = r"(?:[.,]0+)?(?![0-9])(?![.,][0-9])"
_FORMS: dict[str, re.Pattern[str]] = {
    "with a separator": re.compile(_START + r"([0-9]{6}) ?[-_/.:+ ] ?([0-9]{4})(?![0-9])"),
    "as a date with four digits": re.compile(
        _START + r"([0-9]{2})[./-]([0-9]{2})[./-]([0-9]{2}) ?- ?([0-9]{4})(?![0-9])"
    ),
    "as a date with spaces": re.compile(_START + r"([0-9]{2}) ([0-9]{2}) ([0-9]{2})[ -]([0-9]{4})(?![0-9])"),
    "ten digits": re.compile(_START + r"([0-9]{10})" + _END),
    "nine digits": re.compile(_START + r"([0-9]{9})" + _END),
    "with an exponent": re.compile(_START + r"([0-9])[.,]([0-9]{7,9})[eE]\+?0?([89])(?![0-9])"),
    "with letters": re.compile(_START + r"([0-9]{6})[-_ ]?([01567][A-Za-zÆØÅæøå]{2}[0-9])(?![0-9])"),
}
_TELLTALE = re.compile(
    r"(?<![a-zæøå])(cpr[-_ ]?(nr|nummer|no)?|personnummer|pnr|patient[-_ ]?id|f(ø|oe|o)dselsdato|fornavn|efternavn)"
    r"(?![a-zæøå])",
    re.IGNORECASE,
)
# Cheap to scan for, and part of every form above: the full rules are asked only around its hits.
_SUSPECT = re.compile(
    r"[0-9]{6}(?:[0-9]{3}| ?[-_/.:+ ] ?[0-9]{4}|[-_ ]?[01567][A-Za-zÆØÅæøå]{2})"
    r"|[0-9]{2}[./-][0-9]{2}[./-][0-9]{2} ?-|[0-9]{2} [0-9]{2} [0-9]{2}[ -][0-9]{4}|[0-9][.,][0-9]{7,9}[eE]"
)
_AROUND = 24
_REST_OF_NUMBER = re.compile(r"[0-9.,]{0,24}")  # a number cut short would look like another one
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_MINUS = "\N{MINUS SIGN}"  # a mathematical sign; all other dashes are of Unicode's category Pd


@dataclass(frozen=True)
class Finding:
    """One place that holds a person number: where, and in which form; never the value."""

    offset: int
    form: str


def plain(text: str) -> str:
    """`text` with look-alikes of digits, dashes and spaces made plain, and invisible characters taken out."""
    if text.isascii():
        return text
    return _FOREIGN.sub(lambda run: _plain_run(run[0]), text)


@lru_cache(maxsize=4096)
def _plain_run(run: str) -> str:
    return "".join(map(_plain_character, unicodedata.normalize("NFKC", run)))


def _plain_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category == "Pd" or character == _MINUS:
        return "-"
    return " " if category == "Zs" else character


def first_finding(text: str, today: date) -> Finding | None:
    """The first person number in `text` (made `plain` before), or None."""
    for suspect in _SUSPECT.finditer(text):
        start = max(0, suspect.start() - _AROUND)
        rest = _REST_OF_NUMBER.match(text, min(len(text), suspect.end() + _AROUND))
        end = rest.end() if rest else len(text)
        if found := min(_findings(text, (start, end), today), key=lambda finding: finding.offset, default=None):
            return found
    return None


def names_a_person(label: str) -> bool:
    """Whether a header, sheet or file name says that it holds persons."""
    return bool(_TELLTALE.search(plain(label)))


def _findings(text: str, span: tuple[int, int], today: date) -> Iterator[Finding]:
    return chain.from_iterable(_findings_of(form, text, span, today) for form in _FORMS)


def _findings_of(form: str, text: str, span: tuple[int, int], today: date) -> Iterator[Finding]:
    for match in _FORMS[form].finditer(text, *span):
        if _is_born_alive(_ten_characters(form, match), today):
            yield Finding(match.start(), form)
            return


def _ten_characters(form: str, match: re.Match[str]) -> str:
    if form == "with an exponent":
        whole = match[1] + match[2]
        length = int(match[3]) + 1
        return whole.ljust(length, "0").zfill(10) if len(whole) <= length else ""
    return "".join(match.groups()).zfill(10)


def _is_born_alive(number: str, today: date) -> bool:
    return any(0 <= today.year - born.year <= OLDEST_AGE and born <= today for born in _birth_dates(number))


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
