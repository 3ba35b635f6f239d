"""Timelines: what held for one thing from when to when, grown from dated sightings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Generic, TypeVar

Value = TypeVar("Value")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stay(Generic[Value]):
    """One value and its first and last day. No first day: as far back as is known; no last day: it runs."""

    value: Value
    first: date | None = None
    last: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the value holds on `day`."""
        return (self.first is None or self.first <= day) and (self.last is None or self.last >= day)


def held(line: Iterable[Stay[Value]], day: date) -> Value | None:
    """What holds on `day`, or None."""
    return next((stay.value for stay in line if stay.covers(day)), None)


def sighted(line: tuple[Stay[Value], ...], value: Value | None, day: date) -> tuple[Stay[Value], ...]:
    """`line` after `value` was found on `day` (None: nothing was).

    What goes on is left as it is, with what was announced for later. What differs ends the day before, and nothing that
    was announced for after it is kept: a change that falls between two sightings is dated on the later one.
    """
    if held(line, day) == value:
        return line
    earlier = [stay for stay in line if stay.first is None or stay.first < day]
    ended = [replace(stay, last=day - _DAY) if stay.covers(day) else stay for stay in earlier]
    return (*ended, Stay(value, day)) if value is not None else tuple(ended)


def chained(stays: Iterable[Stay[Value]]) -> tuple[Stay[Value], ...]:
    """`stays` in order, each ending the day before the next begins where it has no last day of its own."""
    line = sorted(stays, key=lambda stay: stay.first or date.min)
    following = [*(stay.first for stay in line[1:]), None]
    return tuple(
        stay if stay.last or later is None else replace(stay, last=later - _DAY)
        for stay, later in zip(line, following, strict=True)
    )


def overlapping(stays: Iterable[Stay[Value]]) -> list[tuple[Stay[Value], Stay[Value]]]:
    """Neighbours in the order of their first days that share a day."""
    line = sorted(stays, key=lambda stay: (stay.first or date.min, stay.last or date.max))
    pairs: list[tuple[Stay[Value], Stay[Value]]] = []
    reaching: Stay[Value] | None = None
    for stay in line:
        if reaching and (reaching.last or date.max) >= (stay.first or date.min):
            pairs.append((reaching, stay))
        if reaching is None or (stay.last or date.max) >= (reaching.last or date.max):
            reaching = stay
    return pairs
