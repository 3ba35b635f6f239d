"""Months: the unit of every period here."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date


def month_after(month: date, count: int) -> date:
    """The first day of the month `count` months after (before, where negative) the one `month` lies in."""
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def last_day(month: date) -> date:
    """The last day of the month that `month` lies in."""
    return month.replace(day=monthrange(month.year, month.month)[1])


@dataclass(frozen=True)
class Window:
    """Whole months from the first to the last, both included. `start` is a month's first day, `end` a month's last."""

    start: date
    end: date

    @classmethod
    def of(cls, first_month: date, months: int) -> Window:
        """`months` months from the month that `first_month` lies in."""
        start = first_month.replace(day=1)
        return cls(start, last_day(month_after(start, months - 1)))

    @property
    def months(self) -> tuple[date, ...]:
        """The first day of each month."""
        count = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1
        return tuple(month_after(self.start, index) for index in range(count))

    def shifted(self, months: int) -> Window:
        """The window of the same length `months` months later."""
        return Window.of(month_after(self.start, months), len(self.months))
