"""Two and a half years in a small place: each pack in time or a reason, each follow-up proposed, nothing twice."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from delivery_world import rows
from mail_servers import Postbox, mail_server
from small_place import PLACES, counted, make_place, register
from two_years import DELAY, FIRST, Order, Script, Story, every_day

from flows import auditing
from flows.settings import Workspace
from flows.showing_requests import next_step
from transforms.audit import Event
from transforms.calendar import last_day, month_after
from transforms.meeting_plan import due_dates
from transforms.requests import MOVES, Request
from warehouse import deliveries, follow_ups, requests

QUARTERS = [(year, quarter) for year in (2023, 2024, 2025) for quarter in (1, 2, 3, 4)] + [(2026, 1), (2026, 2)]
LATE = ("050505", (2024, 1))
"""A practice that delivered a quarter only four months after the others."""
ORDERS = (
    Order("K1", "smerter", date(2024, 6, 12), level="Klynge og praksis"),
    # Before the next quarter comes.
    Order("K2", "smerter", date(2024, 8, 21), level="Klynge og praksis"),
    # Its month comes two months after the meeting.
    Order("K2", "smerter", date(2025, 12, 10), until="2025-11"),
    Order("K2", "smerter", date(2026, 3, 11), called_off=date(2026, 2, 2)),
)
ANSWERS = {"K1": "Ja", "K2": "Nej"}


class Lived(NamedTuple):
    """The workspace afterwards, the days that were lived through, and the mails that came."""

    story: Story
    box: Postbox

    @property
    def requests(self) -> list[Request]:
        return requests.every(self.story.workspace.store)


def deliveries_of(quarter: tuple[int, int]) -> Iterator[tuple[date, str, Callable[[], bytes]]]:
    ended = last_day(date(quarter[0], quarter[1] * 3, 1))
    # History is there on the first day.
    day = max(FIRST, ended + timedelta(days=DELAY))
    late = LATE[0] if LATE[1] == quarter else None
    for source, name in (("list_sizes", "tilmeldte"), ("prescriptions", "recepter")):
        stem = f"{name}_{quarter[0]}K{quarter[1]}"
        first = [each for each in PLACES if each != late]
        yield day, f"{stem}.csv", partial(counted, source, first, quarter)
        if late:
            yield day + timedelta(days=120), f"{stem}_rettet.csv", partial(counted, source, list(PLACES), quarter)


def script() -> Script:
    files: dict[date, list[tuple[str, Callable[[], bytes]]]] = {}
    files[FIRST] = [("register_2024-01-01.csv", register)]
    for quarter in QUARTERS:
        for day, name, content in deliveries_of(quarter):
            files.setdefault(day, []).append((name, content))
    return Script(files, ORDERS, ANSWERS)


pytestmark = [
    pytest.mark.timeout(7200),
    pytest.mark.skipif("KLYNGEFLOW_YEARS" not in os.environ, reason="it takes some minutes: `make years` alone"),
]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    root = tmp_path_factory.mktemp("years") / "workspace"
    with mail_server() as (port, box):
        opened = make_place(root, port)
        story = Story(opened, script())
        story.live(day for day in every_day() if story.matters(day))
        yield Lived(story, box)


def of(lived: Lived, cluster: str, meeting: date) -> Request:
    (found,) = [each for each in lived.requests if (each.cluster_id, each.meeting_date) == (cluster, meeting)]
    return found


def moved_on(lived: Lived, request: Request, state: str) -> date:
    (entry,) = [
        entry for entry in auditing.trail(lived.story.workspace, request.request_id) if entry.event.state == state
    ]
    return entry.event.happened_at.date()


def members_of(request: Request) -> list[str]:
    return [code for code, cluster in PLACES.items() if cluster == request.cluster_id]


def recipients(workspace: Workspace) -> Path:
    return workspace.store.outbox / "modtagere"


def parcels_of(lived: Lived, request: Request) -> Counter[str]:
    """How many folders with files each unit was handed for `request`."""
    found = deliveries.of_pack(lived.story.workspace.store, request.pack_id)
    assert all(list((recipients(lived.story.workspace) / each.folder).glob("*.html")) for each in found)
    return Counter(each.unit_id for each in found)


def told_of(lived: Lived, what: str) -> list[Event]:
    return [entry.event for entry in auditing.trail(lived.story.workspace) if entry.event.what == what]


def test_every_meeting_gets_its_pack_in_time_or_a_reason(lived: Lived) -> None:
    states = {(each.cluster_id, each.meeting_date): each.state for each in lived.requests if each.kind == "baseline"}
    assert states == {
        ("K1", date(2024, 6, 12)): "delivered",
        ("K2", date(2024, 8, 21)): "delivered",
        ("K2", date(2025, 12, 10)): "failed",
        ("K2", date(2026, 3, 11)): "cancelled",
    }
    plan = lived.story.workspace.definition.plan
    for each in lived.requests:
        if each.state == "delivered":
            assert moved_on(lived, each, "rendered") <= due_dates(each.meeting_date, plan)["delivered"]
            assert moved_on(lived, each, "delivered") <= each.meeting_date
            assert parcels_of(lived, each) == Counter({**dict.fromkeys(members_of(each), 1), each.cluster_id: 2})
        elif each.state == "failed":
            assert "The figures are to hold 2025-11" in each.reason
            assert "prescriptions until 2025-09" in each.reason
            assert "klyngeflow request" in next_step(each)


def test_a_practice_that_is_late_is_waited_for_until_the_day_and_the_pack_is_made_without_it(lived: Lived) -> None:
    waited = of(lived, "K2", date(2024, 8, 21))
    plan = lived.story.workspace.definition.plan
    assert moved_on(lived, waited, "rendered") >= due_dates(waited.meeting_date, plan)["validated"]
    missing = rows(lived.story.workspace, f"report.missing where pack_id = '{waited.pack_id}'", "practice_id")
    assert {practice for (practice,) in missing} == {LATE[0]}


def test_each_baseline_that_was_held_has_one_follow_up_and_each_yes_became_a_pack(lived: Lived) -> None:
    found = {each.baseline: each.state for each in follow_ups.every(lived.story.workspace.store)}
    assert {(key.cluster_id, key.meeting_date): state for key, state in found.items()} == {
        ("K1", date(2024, 6, 12)): "confirmed",
        ("K2", date(2024, 8, 21)): "declined",
    }
    proposed = [event for event in told_of(lived, "follow-up") if event.detail.endswith("is proposed")]
    days = [event.happened_at.date() for event in proposed]
    assert days == [key.meeting_date + timedelta(days=1) for key in found]
    (second,) = [each for each in lived.requests if each.kind == "followup"]
    assert second.state == "delivered"
    assert second.baseline_from == of(lived, "K1", date(2024, 6, 12)).baseline_from == date(2023, 10, 1)
    assert second.followup_from == month_after(date(2023, 10, 1), 12)
    assert timedelta(days=180) < second.meeting_date - date(2024, 6, 12) < timedelta(days=366)


def test_nothing_is_sent_twice(lived: Lived) -> None:
    workspace = lived.story.workspace
    columns = ("message_id", "address", "kind", "pack_id", "state")
    entered = {number: notice for number, *notice in rows(workspace, "meeting.notice", *columns)}
    # What the server took, against what was to be sent: each once, and nothing else.
    came = [(message["Message-ID"], address) for address, message in lived.box.taken]
    assert Counter(came) == Counter((number, address) for number, (address, *_) in entered.items())
    assert {state for *_, state in entered.values()} == {"sent"}
    ready = Counter((address, pack) for address, kind, pack, _ in entered.values() if kind == "ready")
    delivered = [each for each in lived.requests if each.state == "delivered"]
    assert ready == Counter((f"p{code}@example.test", each.pack_id) for each in delivered for code in members_of(each))


def test_each_hand_over_has_one_folder_and_nothing_lies_beside_them(lived: Lived) -> None:
    workspace = lived.story.workspace
    handed = [row for each in lived.requests for row in deliveries.of_pack(workspace.store, each.pack_id)]
    assert {each.pack_id for each in handed} == {each.pack_id for each in lived.requests if each.state == "delivered"}
    assert {each.version for each in handed} == {1}
    assert sorted(each.folder for each in handed) == sorted(each.name for each in recipients(workspace).iterdir())


def test_only_those_who_lacked_data_were_reminded_and_before_it_was_too_late(lived: Lived) -> None:
    workspace = lived.story.workspace
    reminded = rows(workspace, "meeting.notice where kind = 'reminder'", "unit_id", "noticed_on", "request_id")
    waited = of(lived, "K2", date(2024, 8, 21))
    last = due_dates(waited.meeting_date, workspace.definition.plan)["validated"]
    of_waited = [(unit, day) for unit, day, request in reminded if request == waited.request_id]
    assert {unit for unit, _ in of_waited} == {LATE[0]}
    # The month that it asks for has not ended when its plan is over: nobody can deliver it.
    assert of(lived, "K2", date(2025, 12, 10)).request_id not in {request for *_, request in reminded}
    days = sorted(day for _, day in of_waited)
    assert days[-1] <= last
    assert all(later - sooner >= timedelta(days=14) for sooner, later in pairwise(days))


def test_the_trail_is_whole_and_in_order(lived: Lived) -> None:
    workspace = lived.story.workspace
    assert "whole" in auditing.checked(workspace)
    moments = [entry.event.happened_at for entry in auditing.trail(workspace)]
    assert moments == sorted(moments)


def test_the_trail_alone_tells_what_became_of_each_request(lived: Lived) -> None:
    told: dict[str, list[Event]] = {}
    for event in told_of(lived, "request"):
        told.setdefault(str(event.request_id), []).append(event)
    assert told.keys() == {each.request_id for each in lived.requests}
    for each in lived.requests:
        asked, *moves = told[each.request_id]
        assert (asked.state, asked.detail, asked.pack_id) == ("requested", each.title, each.pack_id)
        assert (asked.who, asked.happened_at) == (each.requested_by, each.requested_at)
        for before, after in pairwise([asked, *moves]):
            assert after.state in MOVES[before.state]  # type: ignore[index] - a word of the trail
        assert (moves[-1].state, moves[-1].detail) == (each.state, each.reason)


def test_the_trail_alone_tells_who_got_what_and_what_became_of_follow_ups(lived: Lived) -> None:
    workspace = lived.story.workspace
    handed = rows(workspace, "meeting.delivery", "pack_id", "recipient", "unit_id", "version", "state")
    told = [(event.pack_id, event.detail) for event in told_of(lived, "delivery")]
    assert sorted(told) == sorted((pack, f"{who} {unit}, version {n}, {state}") for pack, who, unit, n, state in handed)
    sent = [event.detail for event in told_of(lived, "mail") if event.detail.endswith(", sent")]
    mails = rows(workspace, "meeting.notice", "notice_id", "kind", "recipient", "unit_id")
    assert sorted(sent) == [f"{number}, {kind} to {who} {unit}, sent" for number, kind, who, unit in mails]
    last = {event.detail.partition(",")[0]: event.detail for event in told_of(lived, "follow-up")}
    found = follow_ups.every(workspace.store)
    assert last.keys() == {each.follow_up_id for each in found}
    for each in found:
        as_what = f" as {each.request_id}" if each.request_id else ""
        assert last[each.follow_up_id].endswith(f"is {each.state}{as_what}")
