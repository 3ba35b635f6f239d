"""The plan back from a meeting's day: what must be done by when, what is late, and who should act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from transforms.model import Strict
from transforms.requests import Request, State

StepName = Literal["confirmed", "extract", "validated", "rendered", "delivered"]
StepState = Literal["done", "due", "late", "off"]
Who = Literal["coordinator", "practices", "quality unit", "klyngeflow"]
STEPS: tuple[StepName, ...] = get_args(StepName)
FRESH_DAYS = 30
"""A registry that came in longer than this before the day on which membership is confirmed has to come in anew."""


class PlanDays(Strict):
    """How many days before the meeting each step is to be done; the nearest working day before that day counts.

    Two months for who belongs and who consents, since answers are waited for; a few days for reading the report.
    """

    confirmed: int = Field(default=60, ge=1)
    extract: int = Field(default=30, ge=1)
    validated: int = Field(default=21, ge=1)
    rendered: int = Field(default=14, ge=1)
    delivered: int = Field(default=5, ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        days = [int(getattr(self, name)) for name in STEPS]
        if days != sorted(days, reverse=True):
            raise ValueError("a step has more days before the meeting than the one before it: " + " >= ".join(STEPS))
        return self


@dataclass(frozen=True)
class Progress:
    """What is known beside the request: `confirmed`, the registry is fresh and every member has answered on consent;
    `complete`, every consenting member has delivered every month."""

    confirmed: bool = False
    complete: bool = False


@dataclass(frozen=True)
class Step:
    """One step of a meeting's plan. `days_late` counts from `due` and is 0 unless it is late; `who` should act."""

    name: StepName
    due: date
    state: StepState
    who: Who
    days_late: int = 0


def due_dates(meeting: date, days: PlanDays) -> dict[StepName, date]:
    """When each step of a meeting is due: a working day, never later than the days before the meeting say."""
    return {name: working_day(meeting - timedelta(days=getattr(days, name))) for name in STEPS}


def working_day(day: date) -> date:
    """`day`, or the nearest day before it that is neither at a weekend nor a holiday in Denmark.

    Days on which public offices are shut by custom (5 June, 24 and 31 December) and 1 May are no working days here: a
    plan that is a day early harms nobody. Holidays are those of the library `holidays`.
    """
    while day.weekday() > 4 or day in _free_days(day.year):
        day -= timedelta(days=1)
    return day


@cache
def _free_days(year: int) -> frozenset[date]:
    from holidays import country_holidays  # slow to import, and wanted by few commands

    return frozenset(country_holidays("DK", years=year, categories=("public", "optional")))


def plan(request: Request, progress: Progress, today: date, days: PlanDays) -> tuple[Step, ...]:
    """The steps of the request's meeting in their order, as they stand on `today`.

    A step is late from the day after it was due; of a request that was cancelled or failed the steps that were not
    done are `off`.
    """
    done = _done(request.state, progress)
    return tuple(_step(request, name, due, today, done) for name, due in due_dates(request.meeting_date, days).items())


def _step(request: Request, name: StepName, due: date, today: date, done: frozenset[StepName]) -> Step:
    if name in done:
        return Step(name, due, "done", _ACTS[name])
    if request.state in ("cancelled", "failed"):
        return Step(name, due, "off", _ACTS[name])
    late = (today - due).days
    return Step(name, due, "late" if late > 0 else "due", _ACTS[name], max(late, 0))


_ACTS: dict[StepName, Who] = {
    "confirmed": "coordinator",
    "extract": "practices",
    "validated": "quality unit",
    "rendered": "klyngeflow",
    "delivered": "quality unit",
}
_REACHED: dict[State, int] = {"ready": 3, "rendered": 4, "delivered": 5}


def _done(state: State, progress: Progress) -> frozenset[StepName]:
    reached: set[StepName] = set(STEPS[: _REACHED.get(state, 0)])
    if progress.confirmed:
        reached.add("confirmed")
    if progress.complete:
        reached.add("extract")
    return frozenset(reached)
