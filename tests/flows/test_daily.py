"""What runs by itself, as plain steps: killed in the middle and by two workers the same packs, each made once."""

from __future__ import annotations

import os
import signal
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from killed_workers import KILLED_AT, worker
from small_workspace import delivered, extract, own_copy, registered
from test_requests import (
    MEETING,
    TODAY,
    asked,
    bring_quarter_in,
    registry_alone,  # noqa: F401 - a fixture
    with_data,  # noqa: F401 - a fixture
)

from flows import auditing, daily
from flows.clock import ZONE
from flows.schedules import DAILY, MONTHLY, NIGHTLY, SCHEDULES, Schedule
from flows.settings import Workspace, load_workspace
from reports.fonts import cut_fonts
from warehouse import leases, requests
from warehouse.connection import reading


@pytest.fixture(scope="module")
def waiting(with_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    """Two requests of K1 that are ready, each for its meeting, with letters drawn from a seed."""
    made = own_copy(with_data, tmp_path_factory.mktemp("waiting"))
    toml = made.root / "klyngeflow.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + "[letters]\nseed = 7\n", encoding="utf-8")
    opened = load_workspace(made.root)
    cut_fonts(opened.store.cache / "fonts")  # once for all workers of all tests
    for later in (0, 1):
        asked(opened, meeting=MEETING + timedelta(days=later), level="cluster", formats=("html",))
    return made.root


def packs_of(workspace: Workspace) -> dict[str, str]:
    """Every file of the outbox but the manifests, which name the run."""
    files = [path for path in workspace.store.outbox.rglob("*") if path.is_file() and path.name != "manifest.json"]
    return {str(path.relative_to(workspace.root)): sha256(path.read_bytes()).hexdigest() for path in files}


def rendered(workspace: Workspace) -> Counter[str]:
    """How often each pack has become rendered."""
    trail = auditing.trail(workspace)
    return Counter(entry.event.pack_id for entry in trail if entry.event.state == "rendered" and entry.event.pack_id)


@pytest.fixture(scope="module")
def undisturbed(waiting: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    workspace = own_copy(waiting, tmp_path_factory.mktemp("undisturbed"))
    one = worker(workspace.root)
    one.join(300)
    assert one.exitcode == 0
    found = packs_of(workspace)
    assert len(found) > 4
    assert set(rendered(workspace).values()) == {1}
    return found


@pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9")
def test_a_worker_killed_in_each_state_is_picked_up_with_the_same_bytes(
    waiting: Path, undisturbed: dict[str, str], tmp_path: Path
) -> None:
    workspace = own_copy(waiting, tmp_path)
    for kill_at in KILLED_AT:
        killed = worker(workspace.root, kill_at)
        killed.join(300)
        assert killed.exitcode == -signal.SIGKILL, kill_at
        assert leases.taken(workspace.store) == []
    last = worker(workspace.root)
    last.join(300)
    assert last.exitcode == 0
    assert packs_of(workspace) == undisturbed
    assert sorted(rendered(workspace).values()) == [1, 1]
    with reading(workspace.store.database) as connection:
        assert connection.execute("from ledger.lease").fetchall() == []


def test_two_workers_make_what_one_makes_and_nothing_twice(
    waiting: Path, undisturbed: dict[str, str], tmp_path: Path
) -> None:
    workspace = own_copy(waiting, tmp_path)
    for each in [worker(workspace.root), worker(workspace.root)]:
        each.join(300)
        assert each.exitcode == 0
    assert packs_of(workspace) == undisturbed
    assert sorted(rendered(workspace).values()) == [1, 1]


def test_what_another_worker_is_making_is_left_to_it(waiting: Path, tmp_path: Path) -> None:
    workspace = own_copy(waiting, tmp_path)
    for each in requests.every(workspace.store):
        assert leases.take(workspace.store, f"pack {each.pack_id}")
    assert daily.render_ready(workspace, TODAY) == daily.Told()
    assert {each.state for each in requests.every(workspace.store)} == {"ready"}


def test_the_night_brings_the_inbox_in_and_a_second_night_does_nothing(registry_alone: Path, tmp_path: Path) -> None:  # noqa: F811
    workspace = own_copy(registry_alone, tmp_path)
    for path in workspace.inbox.glob("*"):
        path.unlink()
    first = asked(workspace)
    delivered(workspace, "register_2026-01-01.csv", extract("registry", registered("010101"), registered("020202")))
    delivered(workspace, "tilmeldte_2026K1.csv", extract("list_sizes", "010101;2026-01;K;0-5;few"))
    for path in workspace.inbox.glob("*"):
        os.utime(path, (1, 1))
    told = daily.bring_inbox_in(workspace, TODAY)
    assert told.done == ("register_2026-01-01.csv: accepted",)
    assert len(told.mind) == 1
    assert "tilmeldte_2026K1.csv: tilmeldte_2026K1.csv, row" in told.mind[0]
    assert "few" not in daily.page({"inbox": told}, "Night")
    bring_quarter_in(workspace, "2025K4")
    moved = daily.look_at_requests(workspace, TODAY)
    assert moved.done == (f"R0001 ({first.title}): waiting for data -> ready",)
    assert daily.look_at_requests(workspace, TODAY) == daily.Told()
    # The registry, and the two files of the quarter.
    assert daily.bring_inbox_in(workspace, TODAY).done == ("3 files were known already",)


def test_deadlines_and_the_trail_are_told(waiting: Path, tmp_path: Path) -> None:
    workspace = own_copy(waiting, tmp_path)
    told = daily.check_deadlines(workspace, MEETING - timedelta(days=3))
    assert told.done == ("2 meetings to come were looked at",)
    assert any(line.endswith("To act: klyngeflow.") and "pack rendered was due" in line for line in told.mind)
    assert daily.check_trail(workspace, TODAY).done[0].startswith("The audit trail is whole")
    page = daily.page({"deadlines": told, "look": daily.Told()}, "Morning")
    assert page.startswith("# Morning\n\n## Deadlines\n\n- 2 meetings")
    assert page.endswith("## Requests\n\nNothing to do.\n")


def test_every_schedule_is_made_of_steps_there_are() -> None:
    assert {name for each in SCHEDULES.values() for name in each.steps} == set(daily.STEPS) == set(daily.TITLES)
    assert [(each.name, each.cron) for each in SCHEDULES.values()] == [
        ("nightly", "10 3 * * *"),
        ("daily", "30 6 * * *"),
        ("monthly", "30 4 1 * *"),
    ]


@pytest.mark.parametrize(
    ("schedule", "now", "due"),
    [
        (NIGHTLY, datetime(2026, 3, 29, 1, 9, tzinfo=UTC), date(2026, 3, 28)),  # 03:09, the clock went on that night
        (NIGHTLY, datetime(2026, 3, 29, 1, 10, tzinfo=UTC), date(2026, 3, 29)),
        (NIGHTLY, datetime(2026, 10, 25, 2, 9, tzinfo=UTC), date(2026, 10, 24)),  # 03:09, it went back
        (DAILY, datetime(2026, 7, 1, 4, 30, tzinfo=UTC), date(2026, 7, 1)),
        (MONTHLY, datetime(2026, 3, 1, 3, 29, tzinfo=UTC), date(2026, 2, 1)),
        (MONTHLY, datetime(2026, 1, 1, 3, 29, tzinfo=UTC), date(2025, 12, 1)),
        (MONTHLY, datetime(2026, 3, 1, 3, 30, tzinfo=UTC), date(2026, 3, 1)),
    ],
)
def test_the_day_that_is_due_is_the_one_in_denmark(schedule: Schedule, now: datetime, due: date) -> None:
    assert schedule.due(now) == due


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), st.sampled_from(sorted(SCHEDULES)))
def test_what_is_due_has_been_and_the_next_has_not(moment: datetime, name: str) -> None:
    schedule, now = SCHEDULES[name], moment.replace(tzinfo=UTC)
    due = schedule.due(now)
    following = due + timedelta(days=1)
    while schedule.day_of_month and following.day != schedule.day_of_month:
        following += timedelta(days=1)
    assert datetime.combine(due, schedule.at, ZONE) <= now < datetime.combine(following, schedule.at, ZONE)
    assert schedule.since(now) >= timedelta(0)
    assert schedule.at >= time(3), "before three a night in March has no such hour, and one in October two"
