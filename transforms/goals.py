"""What a cluster agrees on at a meeting: its own words, fit to be printed beside the figures later."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Literal

from transforms.calendar import month_after
from transforms.definitions import Measure, Package
from transforms.errors import UserError
from transforms.naming import unknown
from transforms.person_number import first_finding, plain

Direction = Literal["lower", "higher"]
AmountIs = Literal["percent", "unit", "level"]
Counted = Literal["percent", "points", "unit", "level"]
"""How an amount is written; percentage points are the unit of a share."""
Field = Literal["what", "who", "by_when", "measure", "hope"]

LONGEST: dict[Field, int] = {"what": 160, "who": 80}
MOST_MONTHS = 36
"""A goal for a day later than this is taken for a slip of the pen: packages are followed up within two years."""
_SIGNED = re.compile(r"([-+\u2212\u2013])\s*(\d+(?:[.,]\d+)?)\s*(%|percent|procent|points?|procentpoint|)")
_LEVEL = re.compile(r"(?:to|til)\s*(\d+(?:[.,]\d+)?)\s*%?")
_WAYS: dict[str, Direction] = {"lower": "lower", "lavere": "lower", "higher": "higher", "højere": "higher"}
_COUNTED: dict[str, Counted] = {"": "unit", "%": "percent", "percent": "percent", "procent": "percent"}


class GoalError(UserError):
    """A goal cannot be recorded as it is written; `field` says which part of it."""

    def __init__(self, field: Field, sentence: str, *, value: str | None = None) -> None:
        super().__init__(sentence, value=value)
        self.field: Field = field


@dataclass(frozen=True)
class Hope:
    """What was hoped for: a direction, a number, or both. `level` is a value to come to, the others are differences."""

    direction: Direction | None
    amount: float | None = None
    counted: Counted | None = None

    @property
    def amount_is(self) -> AmountIs | None:
        """What the amount is, as it is kept."""
        return "unit" if self.counted == "points" else self.counted


@dataclass(frozen=True)
class Goal:
    """One goal: what, who and by when, and, where the package counts it, the measure and the hoped-for change."""

    what: str
    who: str
    by_when: date
    measure: str | None = None
    hope: Hope | None = None


def checked(goal: Goal, package: Package, meeting: date, today: date) -> Goal:
    """`goal` with clean words and the id of its measure.

    Raises:
        GoalError: a part is missing, too long, holds a person number, or is not possible; the sentence says what to do.
    """
    what, who = _words("what", goal.what, today), _words("who", goal.who, today)
    _require_time(goal.by_when, meeting)
    if goal.measure is None:
        if goal.hope is not None:
            raise GoalError("measure", "a change is hoped for, but of no measure. Name the measure, or leave it out.")
        return Goal(what, who, goal.by_when)
    measure = _measure(goal.measure, package, today)
    if goal.hope is not None:
        _require_sense(goal.hope, measure)
    return Goal(what, who, goal.by_when, measure.id, goal.hope)


def is_share(measure: Measure) -> bool:
    """Whether values of `measure` are per cent themselves, so that a change of them is told in percentage points."""
    return measure.unit.da == "%"


def hope_of(written: str, today: date) -> Hope:
    """`lower`, `higher`, `-10 %`, `+3 points`, `-20` (in the measure's unit) or `to 36` as a hope.

    Raises:
        GoalError: it is none of these.
    """
    words = " ".join(written.casefold().split())
    if words in _WAYS:
        return Hope(_WAYS[words])
    if found := _SIGNED.fullmatch(words):
        return Hope("higher" if found[1] == "+" else "lower", number_of(found[2]), _COUNTED.get(found[3], "points"))
    if found := _LEVEL.fullmatch(words):
        return Hope(None, number_of(found[1]), "level")
    raise GoalError(
        "hope",
        "the hoped-for change cannot be read. Write lower, higher, '-10 %', '+3 points', '-20' (in the measure's unit) "
        "or 'to 36'.",
        value=None if _is_personal(written, today) else written,
    )


def number_of(written: str) -> float:
    """A number with a point or a comma."""
    return float(written.replace(",", "."))


def _words(field: Field, written: str, today: date) -> str:
    words = " ".join("".join(sign if sign.isprintable() else " " for sign in written).split())
    if not words:
        raise GoalError(field, "nothing is written. Say what is to be done, who does it, and by when.")
    if len(words) > LONGEST[field]:
        raise GoalError(field, f"{len(words)} characters are too many to be printed. Use {LONGEST[field]} at most.")
    if _is_personal(words, today):
        raise GoalError(field, "it holds a person number, and nothing was recorded. Take the person out.")
    return words


def _is_personal(written: str, today: date) -> bool:
    return first_finding(plain(written), today) is not None


def _require_time(by_when: date, meeting: date) -> None:
    last = month_after(meeting, MOST_MONTHS)
    if not meeting <= by_when <= last:
        said = "before the meeting" if by_when < meeting else f"more than {MOST_MONTHS // 12} years after the meeting"
        raise GoalError("by_when", f"{by_when} is {said} on {meeting}. Write a day between {meeting} and {last}.")


def _measure(named: str, package: Package, today: date) -> Measure:
    wanted = " ".join(named.casefold().split())
    for measure in package.measures:
        if wanted in (measure.id.casefold(), measure.title.da.casefold(), measure.title.en.casefold()):
            return measure
    if _is_personal(named, today):
        raise GoalError("measure", "it holds a person number, and nothing was recorded. Take the person out.")
    known = [measure.id for measure in package.measures]
    if not re.fullmatch(r"[a-z0-9_]+", wanted):
        known = [measure.title.da for measure in package.measures]
    raise GoalError("measure", f"{unknown(f'measure in {package.id} called', named[:60], known)}.")


def _require_sense(hope: Hope, measure: Measure) -> None:
    title, share = measure.title.in_language("en"), is_share(measure)
    if hope.amount is None:
        return
    if not isfinite(hope.amount) or not 0 < hope.amount < 1e6:
        raise GoalError("hope", "the number is not above 0. Write how much, and leave the sign to the direction.")
    if share and hope.counted == "percent":
        raise GoalError("hope", f"{title} is in per cent itself, so per cent of it is read two ways. Write points.")
    if not share and hope.counted == "points":
        raise GoalError("hope", f"{title} is no percentage. Write per cent, or a number in its unit.")
    most = 100 if share or (hope.counted == "percent" and hope.direction == "lower") else None
    if most and hope.amount > most:
        raise GoalError("hope", f"{hope.amount:g} cannot be: {title} goes no further than {most} per cent.")
    if hope.counted != "level" and hope.direction is None:
        raise GoalError("hope", "a number needs a direction. Say whether lower or higher is hoped for.")
