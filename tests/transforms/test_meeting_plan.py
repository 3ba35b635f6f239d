"""The plan back from a meeting: days counted by hand around Easter, Whitsun and Christmas."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pydantic import ValidationError

from transforms.meeting_plan import STEPS, PlanDays, Progress, due_dates, plan, working_day
from transforms.requests import STATES, Request, State

DAYS = PlanDays()


def asked(meeting: date, state: State = "waiting for data") -> Request:
    return Request(
        request_id="R0001",
        pack_id="K1_crp_baseline",
        cluster_id="K1",
        package_id="crp",
        meeting_date=meeting,
        kind="baseline",
        mode=None,
        level="practice",
        formats=(),
        allow_draft=True,
        data_until=None,
        requested_at=datetime(2026, 1, 1),
        requested_by="jm",
        state=state,
    )


# By a paper calendar: Easter Sunday is 5 April 2026 and 28 March 2027, Whit Monday 17 May 2027, Ascension 6 May 2027.
BY_HAND = {
    # 60 days: Sun 15 Mar -> Fri 13; 30: Tue 14 Apr; 21: Thu 23; 14: Thu 30; 5: Sat 9 May -> Fri 8
    date(2026, 5, 14): ("2026-03-13", "2026-04-14", "2026-04-23", "2026-04-30", "2026-05-08"),
    # 60: Tue 9 Feb 2027; 30: Thu 11 Mar; 21: Sat 20 -> Fri 19; 14: Sat 27 Mar, Easter -> Wed 24; 5: Mon 5 Apr
    date(2027, 4, 10): ("2027-02-09", "2027-03-11", "2027-03-19", "2027-03-24", "2027-04-05"),
    # 60: Fri 6 Nov; 30: Sun 6 Dec -> Fri 4; 21: Tue 15; 14: Tue 22; 5: Thu 31 Dec is shut -> Wed 30
    date(2027, 1, 5): ("2026-11-06", "2026-12-04", "2026-12-15", "2026-12-22", "2026-12-30"),
    # 60: Fri 30 Oct; 30: Sun 29 Nov -> Fri 27; 21: Tue 8 Dec; 14: Tue 15; 5: 24 Dec is shut -> Wed 23
    date(2026, 12, 29): ("2026-10-30", "2026-11-27", "2026-12-08", "2026-12-15", "2026-12-23"),
    # 60: Fri 26 Mar is Good Friday -> Wed 24; 30: Sun 25 Apr -> Fri 23; 21: Tue 4 May; 14: Tue 11; 5: Thu 20
    date(2027, 5, 25): ("2027-03-24", "2027-04-23", "2027-05-04", "2027-05-11", "2027-05-20"),
    # 5 days before Sat 22 May 2027 is Whit Monday, and the weekend before it -> Fri 14
    date(2027, 5, 22): ("2027-03-23", "2027-04-22", "2027-04-30", "2027-05-07", "2027-05-14"),
}


@pytest.mark.parametrize("meeting", BY_HAND, ids=str)
def test_the_days_before_a_meeting_are_those_of_a_paper_calendar(meeting: date) -> None:
    assert tuple(str(day) for day in due_dates(meeting, DAYS).values()) == BY_HAND[meeting]


@given(st.dates(date(2020, 1, 1), date(2050, 12, 31)))
@examples(max_examples=60, derandomize=True, deadline=None)
def test_a_due_day_is_a_working_day_never_later_and_in_order(meeting: date) -> None:
    due = list(due_dates(meeting, DAYS).values())
    assert due == sorted(due)
    for name, day in zip(STEPS, due, strict=True):
        asked_for = meeting - timedelta(days=getattr(DAYS, name))
        assert day <= asked_for
        assert day.weekday() < 5
        assert (asked_for - day).days < 7
        assert working_day(day) == day


def test_a_step_is_late_from_the_day_after_and_says_who_should_act() -> None:
    on_time = plan(asked(date(2026, 5, 14)), Progress(confirmed=True), date(2026, 4, 14), DAYS)
    assert [(step.state, step.days_late) for step in on_time][:3] == [("done", 0), ("due", 0), ("due", 0)]
    late = plan(asked(date(2026, 5, 14)), Progress(confirmed=True), date(2026, 4, 17), DAYS)[1]
    assert (late.name, late.state, late.days_late, late.who) == ("extract", "late", 3, "practices")


@pytest.mark.parametrize("state", STATES)
def test_what_a_state_has_reached_is_done_and_what_is_called_off_is_never_late(state: State) -> None:
    steps = plan(asked(date(2026, 5, 14), state), Progress(), date(2026, 6, 1), DAYS)
    done = {"ready": 3, "rendered": 4, "delivered": 5}.get(state, 0)
    rest = "off" if state in ("cancelled", "failed") else "late"
    assert [step.state for step in steps] == ["done"] * done + [rest] * (5 - done)


def test_steps_out_of_order_are_refused() -> None:
    with pytest.raises(ValidationError, match="more days before the meeting than the one before it"):
        PlanDays(extract=10, validated=20)
