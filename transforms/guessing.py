"""What the cells of a column look like: a guess for somebody who begins to describe a file, never for reading one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from transforms.contract import ColumnType

MISSING = frozenset({"", "-", "--", ".", ":", "na", "n/a", "nan", "null", "none", "z", "*", "x", "ikke oplyst", "#n/a"})
_DATE_FORMATS = (
    "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y", "%Y/%m/%d", "%Y%m%d", "%d-%b-%y", "%d%b%Y", "%Y-%m-%d %H:%M:%S",
)  # fmt: skip
_MONTH_FORMATS = ("%Y-%m", "%m-%Y", "%m/%Y", "%Y/%m", "%b %Y", "%b-%y")
_INTEGER = re.compile(r"[+-]?\d+")
_GROUPED = {".": re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+"), ",": re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")}
_SHARE = 0.98
"""A kind is guessed where nearly all cells have it: one bad cell must not hide what the others are."""


@dataclass(frozen=True)
class Guess:
    """One column: its kind, how it is written, which marks stand for nothing, and how many cells have one.

    `decimal` and `thousands` are None where the column does not show them.
    """

    type: ColumnType
    format: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    missing: tuple[str, ...] = ()
    cells_missing: int = 0


def guess_column(cells: Sequence[str]) -> Guess:
    """The guess for one column's cells, as they stand in the file."""
    trimmed = [cell.strip() for cell in cells]
    missing = Counter(cell for cell in trimmed if cell.casefold() in MISSING)
    values = [cell for cell in trimmed if cell not in missing]
    marks, gone = tuple(sorted(missing)), sum(missing.values())
    if not values:
        return Guess("text", missing=marks, cells_missing=gone)
    kinds: tuple[tuple[ColumnType, Sequence[str]], ...] = (("month", _MONTH_FORMATS), ("date", _DATE_FORMATS))
    for kind, formats in kinds:
        if (form := _date_format(values, formats)) is not None:
            return Guess(kind, format=form, missing=marks, cells_missing=gone)
    if _nearly_all(_INTEGER.fullmatch(value) is not None for value in values):
        return Guess("code" if _is_code(values) else "integer", missing=marks, cells_missing=gone)
    if (number := _number(values)) is not None:
        kind, decimal, thousands = number
        return Guess(kind, decimal=decimal, thousands=thousands, missing=marks, cells_missing=gone)
    return Guess("code" if _repeats(values) else "text", missing=marks, cells_missing=gone)


def _nearly_all(found: Iterable[bool]) -> bool:
    answers = list(found)
    return sum(answers) >= _SHARE * len(answers)


def _date_format(values: Sequence[str], formats: Sequence[str]) -> str | None:
    return next((form for form in formats if _nearly_all(_is_date(value, form) for value in values)), None)


def _is_date(value: str, form: str) -> bool:
    if not any(character.isdigit() for character in value):
        return False
    try:
        return 1900 <= datetime.strptime(value, form).year <= 2100
    except ValueError:
        return False


def _is_code(values: Sequence[str]) -> bool:
    """Digits that are a name: of one length, with a zero in front, or none of them small and each often repeated."""
    lengths = {len(value) for value in values}
    led_by_zero = any(value.startswith("0") and len(value) > 1 for value in values)
    return led_by_zero or (len(lengths) == 1 and lengths != {1} and len(set(values)) * 2 <= len(values))


def _number(values: Sequence[str]) -> tuple[ColumnType, str | None, str | None] | None:
    for decimal, thousands in ((",", "."), (".", ",")):
        grouped = _GROUPED[thousands]
        fraction = _fraction(decimal, thousands)
        whole = [_INTEGER.fullmatch(value) or grouped.fullmatch(value) for value in values]
        broken = [fraction.fullmatch(value.lower()) for value in values]
        if not _nearly_all(bool(one) or bool(other) for one, other in zip(whole, broken, strict=True)):
            continue
        with_groups = any(thousands in value for value in values)
        if any(broken) and not all(_looks_grouped(value, decimal) for value in values if decimal in value):
            kind: ColumnType = "integer" if _zero_fractions(values, decimal) else "number"
            return kind, decimal, thousands if with_groups else None
        if with_groups and not any(broken):
            return "integer", None, thousands
    return None


def _fraction(decimal: str, thousands: str) -> re.Pattern[str]:
    whole = rf"(\d+|[1-9]\d{{0,2}}({re.escape(thousands)}\d{{3}})+)"
    return re.compile(rf"[+-]?{whole}{re.escape(decimal)}\d+(e[+-]?\d+)?")


def _looks_grouped(value: str, sign: str) -> bool:
    return _GROUPED[sign].fullmatch(value) is not None


def _zero_fractions(values: Sequence[str], decimal: str) -> bool:
    return all(set(value.rpartition(decimal)[2]) <= {"0"} for value in values if decimal in value)


def _repeats(values: Sequence[str]) -> bool:
    return len(set(values)) * 2 <= len(values) or max(len(value) for value in values) <= 8
