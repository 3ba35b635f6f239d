"""A meeting that is moved, and a clock that is put back: the meeting that was held counts, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from test_requests import MEETING, TODAY, asked, full, registry_alone, with_data  # noqa: F401 - fixtures

from flows import daily
from flows.requesting import by_person, order_of
from flows.settings import Workspace
from transforms.requests import Request
from warehouse import follow_ups, meetings, requests

LATER = MEETING + timedelta(days=400)


def made(workspace: Workspace, request: Request) -> None:
    """Its pack is built, and with it the meeting entered."""
    order = order_of(request)
    meetings.record_request(workspace.store, order.meeting_of(workspace), "smerter", "klyngeflow", order.request)


def test_a_baseline_moved_to_an_earlier_day_counts_from_that_day(full: Workspace) -> None:  # noqa: F811
    made(full, asked(full))
    by_person(full, "R0001", "cancelled", "ak")
    assert meetings.baseline_meeting(full.store, "K1", "smerter", LATER) is None
    assert not meetings.held_before(full.store, "K1", "smerter", LATER)
    earlier = MEETING - timedelta(days=30)
    made(full, asked(full, meeting=earlier))
    assert meetings.baseline_meeting(full.store, "K1", "smerter", LATER) == earlier
    assert [each.meeting_date for each in follow_ups.baselines_held(full.store, LATER)] == [earlier]


def test_a_baseline_still_to_come_is_not_in_the_way_of_an_earlier_follow_up(full: Workspace) -> None:  # noqa: F811
    made(full, asked(full))
    assert meetings.baseline_meeting(full.store, "K1", "smerter", MEETING - timedelta(days=1)) is None


def test_a_clock_put_back_leaves_the_newest_request_the_newest(full: Workspace) -> None:  # noqa: F811
    first = asked(full)
    made(full, first)
    by_person(full, "R0001", "cancelled", "ak")
    again = replace(first, requested_at=first.requested_at - timedelta(days=3))
    assert requests.enter(full.store, again).request_id == "R0002"
    assert [each.request_id for each in requests.every(full.store)] == ["R0001", "R0002"]
    assert [each.meeting_date for each in follow_ups.baselines_held(full.store, LATER)] == [MEETING]


def test_what_fails_is_told_with_its_reason(full: Workspace) -> None:  # noqa: F811
    asked(full, data_until=date(2026, 3, 1))
    told = daily.look_at_requests(full, TODAY)
    assert not [line for line in told.mind if "has failed" in line]
    (failed,) = daily.look_at_requests(full, MEETING + timedelta(days=1)).mind
    assert failed.startswith("R0001 (K1, smerter, baseline, meeting 2026-05-14) has failed: The day of the meeting has")
    assert daily.look_at_requests(full, MEETING + timedelta(days=2)).mind == ()
