"""Numbers and dates as a reader of Danish or English expects them: 1.072 and 35,7 %, or 1,072 and 35.7%."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal

from transforms.definitions import Measure

NBSP = "\u00a0"
MINUS = "\u2212"
DASH = "–"


@dataclass(frozen=True)
class Numbers:
    """How numbers are written in one language."""

    language: str

    def decimal(self, number: float, decimals: int, *, signed: bool = False) -> str:
        """A minus sign, not a hyphen; a plus only where asked for; never a minus before a rounded zero."""
        rounded = round(number, decimals)
        digits = _digits(abs(rounded), decimals, self.language)
        sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
        return sign + digits

    def axis(self, places: Sequence[float]) -> list[str]:
        """Ticks with as few decimals as tell them apart."""
        decimals = max((_decimals(place) for place in places), default=0)
        return [self.decimal(place, decimals) for place in places]

    def count(self, number: float) -> str:
        return self.decimal(number, 0)

    @property
    def percent_sign(self) -> str:
        """With the space that goes before it."""
        return "%" if self.language == "en" else f"{NBSP}%"

    def percent(self, number: float, decimals: int = 0, *, signed: bool = False) -> str:
        """`number` is per hundred already."""
        return f"{self.decimal(number, decimals, signed=signed)}{self.percent_sign}"

    def figure(self, measure: Measure, number: float) -> str:
        """A value of `measure` without its unit, as in a chart. Nought is `0`, however fine the others are written."""
        if number == 0:
            return "0"
        return self.decimal(number, measure.decimals)

    def with_unit(self, measure: Measure, number: float) -> str:
        """A value of `measure` with its unit, as in a sentence or a table."""
        unit = measure.unit.in_language(self.language)
        if unit == "%":
            return self.shared(measure, number)
        return f"{self.figure(measure, number)}{NBSP}{unit.replace(' ', NBSP)}"

    def shared(self, measure: Measure, number: float) -> str:
        """A value beside others of its kind: a share keeps its percent sign, any other unit has been named already."""
        if measure.unit.in_language(self.language) != "%":
            return self.figure(measure, number)
        return f"{self.figure(measure, number)}{self.percent_sign}"

    def change(self, measure: Measure, number: float) -> str:
        return self.decimal(number, measure.decimals, signed=True)

    def interval(self, measure: Measure, lower: float, upper: float) -> str:
        return f"{self.figure(measure, lower)}{DASH}{self.figure(measure, upper)}"

    def short_day(self, day: date) -> str:
        return format_date(day, "d. MMM y" if self.language == "da" else "d MMM y", locale=self.language)

    def short_month(self, day: date) -> str:
        """`jan. 25`: under an axis."""
        return format_date(day, "MMM yy", locale=self.language)

    def period(self, start: date, end: date) -> str:
        """Whole months: `jan.–jun. 2025`, or with both years where they differ."""
        first = "MMM" if start.year == end.year else "MMM y"
        if (start.year, start.month) == (end.year, end.month):
            return format_date(end, "MMMM y", locale=self.language)
        return DASH.join((self._date(start, first), self._date(end, "MMM y")))

    def _date(self, day: date, pattern: str) -> str:
        return format_date(day, pattern, locale=self.language)


@lru_cache(maxsize=8192)
def _digits(number: float, decimals: int, language: str) -> str:
    """Kept, since a cluster's figures are written again in every member's report."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(number, format=pattern, locale=language)


def _decimals(number: float) -> int:
    return next((count for count in range(6) if abs(round(number, count) - number) < 1e-9), 6)
