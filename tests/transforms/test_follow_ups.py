"""Follow-ups: windows and days counted by hand, and what holds of every proposal."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.calendar import Window
from transforms.definitions import Era, Windows
from transforms.follow_ups import FollowUpPlan, Rhythm, membership_change, months_later, next_working_day, proposal
from transforms.meeting_plan import PlanDays, due_dates
from transforms.model import Text
from transforms.window_rules import window_reason

PLAN = FollowUpPlan(PlanDays(), 45)
LONG_AGO = date(2000, 1, 1)

# months of a window, first month shown, baseline meeting -> window, the first day of a meeting, the proposed day.
# Days by a paper calendar: 31 Dec 2026 + 45 days is Sun 14 Feb 2027; the extract is due 30 days before the meeting and
# on a working day, so that Mon 15 Feb is the first it can be: a meeting on Wed 17 March has it due on Mon 15. And
# 31 Mar 2027 + 45 days is Sat 15 May, with Whit Monday on the 17th: due on Tue 18 May, for a meeting on Thu 17 June.
BY_HAND = {
    "the months shown, within a year": (
        (6, date(2025, 7, 1), date(2026, 3, 18)),
        (date(2026, 7, 1), date(2026, 12, 31), True),
        (date(2027, 3, 17), date(2027, 3, 17)),
    ),
    "a whole year is too long for the same months": (
        (12, date(2025, 1, 1), date(2026, 3, 18)),
        (date(2026, 4, 1), date(2027, 3, 31), False),
        (date(2027, 6, 17), date(2027, 6, 17)),
    ),
    "never sooner than half a year": (
        (1, date(2025, 4, 1), date(2026, 3, 18)),
        (date(2026, 4, 1), date(2026, 4, 30), True),
        (date(2026, 7, 15), date(2026, 9, 18)),
    ),
}


@pytest.mark.parametrize("case", BY_HAND)
def test_windows_and_days_counted_by_hand(case: str) -> None:
    (months, shown, held), (start, end, same), (earliest, meeting) = BY_HAND[case]
    found = proposal(Windows(months=months), Window.of(shown, months), held, LONG_AGO, PLAN)
    assert found is not None
    assert (found.window, found.same_months) == (Window(start, end), same)
    assert (found.earliest, found.meeting) == (earliest, meeting)


def test_what_was_shown_is_not_known() -> None:
    found = proposal(Windows(months=6), None, date(2026, 3, 18), LONG_AGO, PLAN)
    assert found is not None
    assert found.window == Window.of(date(2026, 4, 1), 6)
    assert found.before == Window.of(date(2025, 4, 1), 6)
    assert not found.same_months


def test_a_proposal_that_nobody_answered_moves_on_with_the_days() -> None:
    today = date(2028, 1, 10)
    found = proposal(Windows(months=6), None, date(2026, 3, 18), today, PLAN)
    assert found is not None
    assert found.meeting == date(2028, 3, 10)
    assert found.earliest < today


def test_windows_that_an_excluded_period_touches_are_passed_over() -> None:
    era = Era(start=date(2026, 5, 1), end=date(2026, 8, 31), why=Text(da="Strejke"))
    found = proposal(Windows(months=3, excluded=(era,)), None, date(2026, 3, 18), LONG_AGO, PLAN)
    assert found is not None
    assert found.window == Window.of(date(2026, 9, 1), 3)
    for_good = Era(start=date(2026, 1, 1), end=date(2099, 12, 31), why=Text(da="Nye koder"))
    assert proposal(Windows(months=3, excluded=(for_good,)), None, date(2026, 3, 18), LONG_AGO, PLAN) is None


def test_months_that_come_by_quarter_are_waited_for_until_their_quarter_has_come() -> None:
    by_quarter = FollowUpPlan(PlanDays(), 40, (Rhythm(40, date(2024, 6, 1), 3), Rhythm(20, date(2024, 8, 1), 1)))
    found = proposal(Windows(months=6), Window.of(date(2023, 10, 1), 6), date(2024, 10, 9), LONG_AGO, by_quarter)
    assert found is not None
    assert found.window == Window.of(date(2024, 11, 1), 6)
    # April comes with June, 40 days after it: Sat 9 August 2025. The extract is due on Mon 11, 30 days before the
    # meeting on Wed 10 September.
    assert found.meeting == date(2025, 9, 10)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    last=st.dates(date(2015, 1, 1), date(2035, 12, 31)),
    month=st.dates(date(2015, 1, 1), date(2035, 12, 31)),
    step=st.integers(1, 12),
    late=st.integers(0, 120),
)
def test_a_month_comes_with_the_first_extract_that_holds_it(last: date, month: date, step: int, late: int) -> None:
    ended = Rhythm(late, last.replace(day=1), step).there(month) - timedelta(days=late)
    behind = (ended.year - month.year) * 12 + ended.month - month.month
    assert 0 <= behind < step
    assert ((ended.year - last.year) * 12 + ended.month - last.month) % step == 0
    assert (ended + timedelta(days=1)).day == 1


days = st.dates(date(2015, 1, 1), date(2035, 12, 31))


@settings(derandomize=True, deadline=None, max_examples=60)
@given(months=st.integers(1, 24), held=days, shown_before=st.integers(1, 30), today=days, delay=st.integers(0, 200))
def test_every_proposal_can_be_kept(months: int, held: date, shown_before: int, today: date, delay: int) -> None:
    rules, plan = Windows(months=months), FollowUpPlan(PlanDays(), delay)
    shown = Window.of(held.replace(day=1) - timedelta(days=28 * shown_before), months)
    found = proposal(rules, shown, held, today, plan)
    assert found is not None
    assert found.window.start > held
    # Windows longer than a year overlap with those a year earlier: the package says `followup_after_months` then.
    assert window_reason(rules, found.before, found.window) == ("overlap" if months > 12 else None)
    assert due_dates(found.meeting, plan.days)["extract"] >= found.window.end + timedelta(days=delay)
    assert found.meeting >= max(found.earliest, today)
    assert next_working_day(found.meeting) == found.meeting


@settings(derandomize=True, deadline=None, max_examples=60)
@given(day=days, months=st.integers(1, 40))
def test_months_later_stays_in_its_month(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_who_came_and_who_left() -> None:
    change = membership_change(frozenset({"101", "102", "103"}), frozenset({"102", "103", "104"}))
    assert (change.joined, change.left, change.stayed) == (("104",), ("101",), ("102", "103"))
