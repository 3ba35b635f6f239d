"""Two and a half years in a small place: each pack in time or a reason, each follow-up proposed, nothing twice."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import pytest
from delivery_world import practice, rows, write_contacts
from mail_servers import Postbox, mail_server
from small_workspace import SETTINGS, extract, registered
from test_requests import definition
from two_years import DELAY, FIRST, Order, Script, Story, every_day
from whole_package import write_package

from flows import auditing
from flows.ingesting import prepare
from flows.settings import load_workspace
from transforms.calendar import last_day, month_after
from transforms.meeting_plan import due_dates
from transforms.requests import Request
from warehouse import deliveries, follow_ups, requests

PLACES = {"010101": "K1", "020202": "K1", "030303": "K1", "040404": "K2", "050505": "K2"}
QUARTERS = [(year, quarter) for year in (2023, 2024, 2025) for quarter in (1, 2, 3, 4)] + [(2026, 1), (2026, 2)]
LATE = ("050505", (2024, 1))
"""A practice that delivered a quarter only four months after the others."""
ORDERS = (
    Order("K1", "smerter", date(2024, 6, 12), level="Klynge og praksis"),
    Order("K2", "smerter", date(2024, 9, 11), level="Klynge og praksis"),
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


def counted(source: str, practices: list[str], quarter: tuple[int, int]) -> bytes:
    year, last = quarter[0], quarter[1] * 3
    months = [f"{year}-{month:02}" for month in range(last - 2, last + 1)]
    pairs = [(each, month) for each in practices for month in months]
    if source == "list_sizes":
        return extract(source, *(f"{each};{month};K;0-5;{400 + 10 * int(each[:2])}" for each, month in pairs))
    codes = (("J01CA04", 30), ("M01AE01", 45))
    return extract(source, *(f"{each};{month};{code};;K;0-5;{n};15,5" for each, month in pairs for code, n in codes))


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
    register = [registered(each, cluster) for each, cluster in PLACES.items()]
    files[FIRST] = [("register_2024-01-01.csv", lambda: extract("registry", *register))]
    for quarter in QUARTERS:
        for day, name, content in deliveries_of(quarter):
            files.setdefault(day, []).append((name, content))
    return Script(files, ORDERS, ANSWERS)


pytestmark = pytest.mark.skipif(
    "KLYNGEFLOW_YEARS" not in os.environ, reason="some minutes of it are lived through by `make years` alone"
)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    root = tmp_path_factory.mktemp("years") / "workspace"
    root.mkdir(parents=True)
    write_package(root, "smerter", definition())
    with mail_server() as (port, box):
        mail = [
            "[mail]",
            'host = "127.0.0.1"',
            f"port = {port}",
            "starttls = false",
            'sender = "kvalitet@example.test"',
        ]
        (root / "klyngeflow.toml").write_text("\n".join([SETTINGS, *mail, ""]), encoding="utf-8")
        opened = load_workspace(root)
        prepare(opened)
        write_contacts(opened, *(practice(each, CVR=cvr) for each, cvr in zip(PLACES, CVRS, strict=True)))
        story = Story(opened, script())
        story.live(day for day in every_day() if story.matters(day))
        yield Lived(story, box)


CVRS = ("31000009", "31000017", "31000025", "31000033", "31000041")


def of(lived: Lived, cluster: str, meeting: date) -> Request:
    (found,) = [each for each in lived.requests if (each.cluster_id, each.meeting_date) == (cluster, meeting)]
    return found


def moved_on(lived: Lived, request: Request, state: str) -> date:
    (entry,) = [
        entry for entry in auditing.trail(lived.story.workspace, request.request_id) if entry.event.state == state
    ]
    return entry.event.happened_at.date()


def test_every_meeting_gets_its_pack_in_time_or_a_reason(lived: Lived) -> None:
    states = {(each.cluster_id, each.meeting_date): each.state for each in lived.requests if each.kind == "baseline"}
    assert states == {
        ("K1", date(2024, 6, 12)): "delivered",
        ("K2", date(2024, 9, 11)): "delivered",
        ("K2", date(2025, 12, 10)): "failed",
        ("K2", date(2026, 3, 11)): "cancelled",
    }
    plan = lived.story.workspace.definition.plan
    for each in lived.requests:
        if each.state == "delivered":
            assert moved_on(lived, each, "rendered") <= due_dates(each.meeting_date, plan)["delivered"]
            assert moved_on(lived, each, "delivered") <= each.meeting_date
        elif each.state == "failed":
            assert "2025-11" in each.reason


def test_a_practice_that_is_late_is_waited_for_until_the_day_and_the_pack_is_made_without_it(lived: Lived) -> None:
    waited = of(lived, "K2", date(2024, 9, 11))
    plan = lived.story.workspace.definition.plan
    assert moved_on(lived, waited, "rendered") >= due_dates(waited.meeting_date, plan)["validated"]
    missing = rows(lived.story.workspace, f"report.missing where pack_id = '{waited.pack_id}'", "practice_id")
    assert {practice for (practice,) in missing} == {LATE[0]}


def test_each_baseline_that_was_held_has_one_follow_up_and_each_yes_became_a_pack(lived: Lived) -> None:
    found = {each.baseline: each.state for each in follow_ups.every(lived.story.workspace.store)}
    assert {(key.cluster_id, key.meeting_date): state for key, state in found.items()} == {
        ("K1", date(2024, 6, 12)): "confirmed",
        ("K2", date(2024, 9, 11)): "declined",
    }
    (second,) = [each for each in lived.requests if each.kind == "followup"]
    assert second.state == "delivered"
    assert second.baseline_from == of(lived, "K1", date(2024, 6, 12)).baseline_from == date(2023, 10, 1)
    assert second.followup_from == month_after(date(2023, 10, 1), 12)
    assert timedelta(days=180) < second.meeting_date - date(2024, 6, 12) < timedelta(days=366)


def test_nothing_is_sent_twice(lived: Lived) -> None:
    workspace = lived.story.workspace
    mails = Counter((address, message["Message-ID"]) for address, message in lived.box.taken)
    assert mails
    assert set(mails.values()) == {1}
    told = Counter(
        (address, subject, pack)
        for address, subject, pack, kind in rows(workspace, "meeting.notice", "address", "subject", "pack_id", "kind")
        if kind == "ready"
    )
    assert set(told.values()) == {1}
    for each in lived.requests:
        if each.state == "delivered":
            versions = [row.version for row in deliveries.of_pack(workspace.store, each.pack_id)]
            assert set(versions) == {1}


def test_only_those_who_lacked_data_were_reminded_and_before_it_was_too_late(lived: Lived) -> None:
    workspace = lived.story.workspace
    reminded = rows(workspace, "meeting.notice where kind = 'reminder'", "unit_id", "noticed_on", "request_id")
    waited = of(lived, "K2", date(2024, 9, 11))
    last = due_dates(waited.meeting_date, workspace.definition.plan)["validated"]
    of_waited = [(unit, day) for unit, day, request in reminded if request == waited.request_id]
    assert {unit for unit, _ in of_waited} == {LATE[0]}
    days = sorted(day for _, day in of_waited)
    assert days[-1] <= last
    assert all(later - sooner >= timedelta(days=14) for sooner, later in pairwise(days))


def test_the_trail_tells_the_whole_story(lived: Lived) -> None:
    workspace = lived.story.workspace
    assert "whole" in auditing.checked(workspace)
    entries = auditing.trail(workspace)
    assert [entry.event.happened_at for entry in entries] == sorted(entry.event.happened_at for entry in entries)
    for each in lived.requests:
        states = [entry.event.state for entry in entries if entry.event.request_id == each.request_id]
        assert [state for state in states if state][-1] == each.state
