"""A delivery beside what is known already: the ground on which it is judged whether all of it came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from transforms.calendar import Window, month_after

ROWS = "rows"
FEWEST_PRACTICES = 5
"""With fewer practices in common with its history, an extract is not judged by it: chance would look like a fault."""
NEAR_MONTHS = 3
YEAR = 12


@dataclass(frozen=True)
class Yardstick:
    """What one month, or the whole delivery, is held against: `came` over `expected` in the same practices."""

    came: float
    expected: float

    @property
    def ratio(self) -> float | None:
        """1: as expected. None where nothing was expected."""
        return self.came / self.expected if self.expected > 0 else None


@dataclass(frozen=True)
class Delivery:
    """One extract and what is known beside it.

    `months` one row per practice and month of the extract, `history` the same of the facts known outside the
    extract's window, both with `rows` and each quantity added up; `submitted` one row per practice and month that was
    submitted before, inside the window too; `practices` one row per practice of the registry with its opening and
    closing day and, at the window's end, its cluster and region; `coded` one row per practice, group of codes and side
    (`now`, `near`, `year`) with the quantities over the window and over the months it is held against.
    """

    window: Window
    months: pl.DataFrame
    history: pl.DataFrame
    submitted: pl.DataFrame
    practices: pl.DataFrame
    coded: pl.DataFrame

    @cached_property
    def came(self) -> frozenset[str]:
        """Practices with a row in the extract."""
        return frozenset(self.months["practice_id"].drop_nulls())

    @cached_property
    def by_month(self) -> dict[date, frozenset[str]]:
        """The practices that submitted each month before, the window's own months included."""
        return submitters(self.submitted)

    def matched(self, months: Iterable[date]) -> frozenset[str]:
        """Practices of the extract that had submitted every one of `months`; none where there are too few of them."""
        held = [self.by_month.get(month, frozenset[str]()) for month in months]
        both = self.came.intersection(*held) if held else frozenset[str]()
        return both if len(both) >= FEWEST_PRACTICES else frozenset()

    @cached_property
    def near(self) -> tuple[date, ...]:
        """The months before the window, as many as it has but at least three; after it where none before are known."""
        return near_months(self.window, self.by_month)

    @cached_property
    def year(self) -> tuple[date, ...]:
        """The same calendar months a year before; a year after where that alone is known."""
        return year_months(self.window.months, self.by_month)

    def total(self, months: Iterable[date], practices: frozenset[str], quantity: str, *, known: bool) -> float:
        """`quantity` added up, in the extract or in what is `known`."""
        frame = self.history if known else self.months
        inside = frame.filter(pl.col("period").is_in(list(months)), pl.col("practice_id").is_in(list(practices)))
        return float(inside[quantity].sum() or 0)

    def yardsticks(self, month: date, quantity: str) -> list[Yardstick]:
        """One for the same month of another year and one for the nearest months, as far as each is known.

        The nearest months' is the median of each practice, added up: a practice's one odd month does not move it.
        """
        found: list[Yardstick] = []
        year = year_months((month,), self.by_month, self.window)
        if year and (both := self.matched(year)):
            found.append(self._yardstick(month, year, both, quantity))
        if self.near and (both := self.matched(self.near)):
            came = self.total((month,), both, quantity, known=False)
            found.append(Yardstick(came, self._usual(both, quantity)))
        return found

    def _yardstick(self, month: date, other: Sequence[date], practices: frozenset[str], quantity: str) -> Yardstick:
        came = self.total((month,), practices, quantity, known=False)
        return Yardstick(came, self.total(other, practices, quantity, known=True))

    def _usual(self, practices: frozenset[str], quantity: str) -> float:
        # A submitted month without a row is a zero, and counts in the median.
        every = pl.DataFrame({"practice_id": sorted(practices)}).join(pl.DataFrame({"period": self.near}), how="cross")
        known = every.join(self.history, on=["practice_id", "period"], how="left")
        medians = known.group_by("practice_id").agg(pl.col(quantity).fill_null(0).median())
        return float(medians[quantity].sum())


def submitters(submitted: pl.DataFrame) -> dict[date, frozenset[str]]:
    """The practices that submitted, by month."""
    grouped = submitted.group_by("period").agg(pl.col("practice_id").unique())
    return {month: frozenset(practices) for month, practices in grouped.iter_rows()}


def near_months(window: Window, known: Iterable[date]) -> tuple[date, ...]:
    """The known months nearest to `window`, as many as it has or three: those of the year before, else after."""
    count, every = max(NEAR_MONTHS, len(window.months)), set(known)
    before = [month for back in range(1, YEAR + 1) if (month := month_after(window.start, -back)) in every]
    after = [month for on in range(1, YEAR + 1) if (month := month_after(window.months[-1], on)) in every]
    return tuple(sorted((before or after)[:count]))


def year_months(months: Sequence[date], known: Iterable[date], outside: Window | None = None) -> tuple[date, ...]:
    """`months` a year before, else a year after: all of them known, and none of them in `outside`."""
    every = set(known)
    inside = set(outside.months) if outside else set(months)
    for shift in (-YEAR, YEAR):
        moved = tuple(month_after(month, shift) for month in months)
        if every.issuperset(moved) and inside.isdisjoint(moved):
            return moved
    return ()
