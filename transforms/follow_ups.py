"""When a cluster can look again: the window a follow-up is made of, and the first and the proposed day of its meeting.

A follow-up compares the same months before and after, and all of its months lie after the baseline meeting. The months
that were shown at the baseline are taken again where that is possible within a year, since the figures that the
cluster has seen then stand beside the new ones; otherwise the first whole window after the meeting is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from transforms.calendar import Window, last_day, month_after
from transforms.definitions import Windows
from transforms.dry_run import WITHIN_REACH
from transforms.meeting_plan import PlanDays, due_dates, working_day
from transforms.window_rules import clear_baseline, touches_era

SOONEST_MONTHS, USUAL_MONTHS = 6, 12
"""Most clusters look again 6 to 12 months after the first meeting."""
_YEARS_LOOKED_AHEAD = 6
State = Literal["proposed", "confirmed", "declined"]
STATES: tuple[State, ...] = ("proposed", "confirmed", "declined")
MOVES: Mapping[State, frozenset[State]] = {
    "proposed": frozenset({"confirmed", "declined"}),
    "confirmed": frozenset({"proposed"}),  # its request was called off, or failed: the cluster may look again after all
    "declined": frozenset({"confirmed"}),
}
"""Where a follow-up may go: a declined one may still be asked for."""


@dataclass(frozen=True)
class Held:
    """A baseline meeting that was held."""

    cluster_id: str
    package_id: str
    meeting_date: date


@dataclass(frozen=True)
class FollowUp:
    """One follow-up of one baseline meeting. `request_id` is that of the follow-up's request, once there is one."""

    follow_up_id: str
    baseline: Held
    state: State = "proposed"
    request_id: str | None = None

    @property
    def title(self) -> str:
        """What it is about, in one line."""
        held = self.baseline
        return f"{held.cluster_id}, {held.package_id}, baseline meeting {held.meeting_date}"


@dataclass(frozen=True)
class Reach:
    """How large a change of the cluster's figure a follow-up could show, in the measure's unit.

    `value` is the figure of the newest window, `change` the smallest change that would be seen four times of five
    (null: none, or too few data), `room` what there is to change: of a share, up to the nearer end of the scale.
    """

    measure_id: str
    category: str | None
    value: float | None
    change: float | None
    room: float | None

    @property
    def shows(self) -> bool:
        """Whether a change that a cluster may hope for could be seen: at most half of what there is to change."""
        return self.change is not None and self.room is not None and self.change <= WITHIN_REACH * self.room


@dataclass(frozen=True)
class Proposal:
    """`window` is compared with `before`. Before `earliest` its figures cannot lie on the table; `meeting` is proposed.

    `same_months`: the months are those that were shown at the baseline meeting.
    """

    window: Window
    before: Window
    earliest: date
    meeting: date
    same_months: bool


def proposal(rules: Windows, shown: Window | None, held: date, today: date, plan: FollowUpPlan) -> Proposal | None:
    """The follow-up of a baseline meeting on `held` where `shown` was looked at (None: not known).

    None where every window of the coming years touches a period that the package excludes.
    """
    window = _window(rules, shown, held, plan)
    if window is None:
        return None
    earliest = plan.first_day(window)
    soonest = max(earliest, months_later(held, SOONEST_MONTHS), today + timedelta(days=plan.days.confirmed))
    same = shown is not None and window.start.month == shown.start.month
    return Proposal(window, clear_baseline(rules, window), earliest, next_working_day(soonest), same)


@dataclass(frozen=True)
class Rhythm:
    """How a source's extracts come: one ended with the month `last_month`, and they end `months` months apart.

    `days` after its last month an extract is there. April's figures of a source that comes by quarter come with June's.
    """

    days: int
    last_month: date
    months: int

    def there(self, month: date) -> date:
        """The day on which the figures of the month that `month` lies in can be had."""
        ahead = (month.year - self.last_month.year) * 12 + month.month - self.last_month.month
        extracts = -(-ahead // self.months)
        return last_day(month_after(self.last_month, extracts * self.months)) + timedelta(days=self.days)


@dataclass(frozen=True)
class FollowUpPlan:
    """The days of a meeting's plan, and `delay`: how many days after a month its figures can be had at the soonest.

    `rhythms`: of the sources of which it is known when their extracts come.
    """

    days: PlanDays
    delay: int
    rhythms: tuple[Rhythm, ...] = ()

    def first_day(self, window: Window) -> date:
        """The first day of a meeting by whose plan the extract is due when the window's figures can be had."""
        soonest = window.end + timedelta(days=self.delay)
        there = max([soonest, *(each.there(window.end) for each in self.rhythms)])
        day = there + timedelta(days=self.days.extract)
        while due_dates(day, self.days)["extract"] < there:
            day += timedelta(days=1)
        return next_working_day(day)


def _window(rules: Windows, shown: Window | None, held: date, plan: FollowUpPlan) -> Window | None:
    first = Window.of(month_after(held, 1), rules.months)
    candidates = [first.shifted(months) for months in range(12 * _YEARS_LOOKED_AHEAD)]
    clear = [window for window in candidates if not touches_era(rules, window)]
    if not clear:
        return None
    if shown is not None and len(shown.months) == rules.months:
        again = next((window for window in clear if window.start.month == shown.start.month), None)
        if again is not None and plan.first_day(again) <= months_later(held, USUAL_MONTHS):
            return again
    return clear[0]


def next_working_day(day: date) -> date:
    """`day`, or the nearest day after it that is neither at a weekend nor a holiday in Denmark."""
    while working_day(day) != day:
        day += timedelta(days=1)
    return day


def months_later(day: date, months: int) -> date:
    """The same day of the month `months` later, or that month's last where it is shorter."""
    month = month_after(day, months)
    return min(last_day(month), month + timedelta(days=day.day - 1))


@dataclass(frozen=True)
class Change:
    """Who came to a cluster and who left between two days, by code."""

    joined: tuple[str, ...]
    left: tuple[str, ...]
    stayed: tuple[str, ...]


def membership_change(before: frozenset[str], now: frozenset[str]) -> Change:
    """Members on the day of the baseline meeting against those of now."""
    return Change(tuple(sorted(now - before)), tuple(sorted(before - now)), tuple(sorted(before & now)))
