"""Five days through the flows of a real Prefect server: the same rows, mails and folders as through the steps alone."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import time_machine
from mail_servers import Postbox, mail_server
from prefect.client.orchestration import SyncPrefectClient
from prefect.settings import PREFECT_API_URL, temporary_settings
from small_place import PLACES, counted, make_place, register
from small_workspace import own_copy
from two_years import FIRST, Order, Script, Story

from flows import delivering, scheduled
from flows.auditing import trail
from flows.own_server import OwnServer
from flows.schedules import DAILY, MONTHLY, NIGHTLY
from warehouse import requests
from warehouse.connection import reading

MEETING = date(2024, 6, 12)
ORDERED, COMPLETED, HANDED_OVER, HELD, ANSWERED = DAYS = (
    date(2024, 3, 4),
    date(2024, 4, 15),
    date(2024, 6, 7),
    date(2024, 6, 13),
    date(2024, 7, 1),
)
QUARTER = (2023, 4)
OF_K1 = [code for code, cluster in PLACES.items() if cluster == "K1"]
pytestmark = [
    pytest.mark.timeout(1800),
    pytest.mark.skipif("KLYNGEFLOW_YEARS" not in os.environ, reason="a minute of processor time: `make years` alone"),
]
OF_RUNS = {"ledger.run", "ledger.lease", "ledger.scheduled_day", "ledger.head"}
"""Tables that tell of runs, and how often something was written, and not of what was done."""
OTHER_EACH_TIME = {"run_id", "message_id", "digest", "previous"}
FORMS = ("meeting.order_form", "landing/order_forms/")
"""The bytes of what people send in are the test's own, and a workbook holds the second in which it was saved."""


class Outcome(NamedTuple):
    """What the five days left behind."""

    rows: dict[str, list[tuple[Any, ...]]]
    mails: list[tuple[str, str, str]]
    files: dict[str, str]


class Lived(NamedTuple):
    """The same days lived through twice, and the flow runs of the second time as its server has them."""

    steps: Outcome
    flows: Outcome
    story: Story
    runs: dict[str, str]


def script() -> Script:
    late = OF_K1[-1]
    files: dict[date, list[tuple[str, Callable[[], bytes]]]] = {FIRST: [("register_2024-01-01.csv", register)]}
    for source, name in (("list_sizes", "tilmeldte"), ("prescriptions", "recepter")):
        first = partial(counted, source, [each for each in PLACES if each != late], QUARTER)
        files[FIRST].append((f"{name}_2023K4.csv", first))
        whole = partial(counted, source, list(PLACES), QUARTER)
        files.setdefault(COMPLETED, []).append((f"{name}_2023K4_rettet.csv", whole))
    files[COMPLETED].append(("tilmeldte_2024K1.csv", lambda: b"Ydernummer;\xff\n"))
    return Script(files, (Order("K1", "smerter", MEETING, level="Klynge og praksis"),), {"K1": "Ja"})


def through_steps(story: Story) -> None:
    for day in DAYS:
        story.live([day], (*NIGHTLY.steps, *DAILY.steps, *(MONTHLY.steps if day.day == 1 else ())))


def through_flows(story: Story) -> None:
    root = str(story.workspace.root)
    for day in DAYS:
        seven = datetime.combine(day, time(7), UTC)
        with time_machine.travel(seven, tick=False):
            story.people(day)
        with time_machine.travel(seven, tick=True):  # Prefect waits for its server
            scheduled.nightly(root)
            scheduled.daily_check(root)
            if day.day == 1:
                scheduled.monthly(root)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PREFECT_HOME", str(tmp_path_factory.mktemp("prefect")))
        begun = OwnServer()
    try:
        begun.wait(600)
        yield begun
    finally:
        begun.end()


@pytest.fixture(scope="module")
def lived(server: OwnServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    home = tmp_path_factory.mktemp("five_days")
    with mail_server() as (port, box), pytest.MonkeyPatch.context() as patched:
        first = Story(make_place(home / "first" / "workspace", port), script())
        first.live([FIRST])
        outcomes: list[Outcome] = []
        for name, live in (("steps", through_steps), ("flows", through_flows)):
            numbers = count()
            patched.setattr(delivering, "token_urlsafe", lambda _, numbers=numbers: f"folder{next(numbers)}")
            story = replace(first, workspace=own_copy(first.workspace.root, home / name), said={})
            box.taken.clear()
            with temporary_settings({PREFECT_API_URL: server.address}):
                live(story)
            outcomes.append(outcome(story, box))
        with SyncPrefectClient(server.address) as client:
            runs = {str(each.id): f"{each.name}: {each.state_name}" for each in client.read_flow_runs()}
        yield Lived(outcomes[0], outcomes[1], story, runs)


def outcome(story: Story, box: Postbox) -> Outcome:
    mails = [(address, str(message["Subject"]), message.get_content()) for address, message in box.taken]
    root = story.workspace.root
    found = (path for folder in ("outbox", "landing") for path in (root / folder).rglob("*") if path.is_file())
    named = {path.relative_to(root).as_posix(): path for path in found}
    files = {name: digest(path) for name, path in named.items() if not name.startswith(FORMS)}
    return Outcome(rows_of_all(story.workspace.store.database), sorted(mails), files)


def digest(path: Path) -> str:
    """Of the file's bytes; of a manifest, of what it says beside the run that wrote it."""
    content = path.read_bytes()
    if path.name == "manifest.json":
        told = json.loads(content)
        del told["run"]
        content = json.dumps(told).encode()
    return sha256(content).hexdigest()


def rows_of_all(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table: of times the day, and without what is drawn anew each time."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    with reading(database) as connection:
        columns = connection.execute(
            "select schema_name || '.' || table_name, column_name from duckdb_columns() "
            "where database_name = current_database() and not internal order by all"
        ).fetchall()
        for table in {table for table, _ in columns} - OF_RUNS:
            left_out = OTHER_EACH_TIME | ({"sha256"} if table in FORMS else set())
            kept = [f'"{name}"' for of, name in columns if of == table and name not in left_out]
            schema, _, name = table.partition(".")
            rows = connection.execute(f'select {", ".join(kept)} from "{schema}"."{name}"').fetchall()
            days = [tuple(cell.date() if isinstance(cell, datetime) else cell for cell in row) for row in rows]
            found[table] = sorted(days, key=repr)
    return found


def test_the_days_were_those_of_a_whole_meeting(lived: Lived) -> None:
    workspace = lived.story.workspace
    moves = [(entry.event.request_id, entry.event.state, entry.event.happened_at.date()) for entry in trail(workspace)]
    assert [move for move in moves if move[1] is not None] == [
        ("R0001", "requested", ORDERED),
        ("R0001", "waiting for data", ORDERED),
        ("R0001", "ready", COMPLETED),
        ("R0001", "rendered", COMPLETED),
        ("R0001", "delivered", HANDED_OVER),
        ("R0002", "requested", ANSWERED),
        ("R0002", "waiting for data", ANSWERED),
    ]
    assert [each.kind for each in requests.every(workspace.store)] == ["baseline", "followup"]


def test_the_same_rows_are_in_the_warehouse(lived: Lived) -> None:
    assert lived.flows.rows.keys() == lived.steps.rows.keys()
    for table, rows in lived.steps.rows.items():
        assert lived.flows.rows[table] == rows, table


def test_the_same_mails_came_each_once(lived: Lived) -> None:
    assert lived.flows.mails == lived.steps.mails
    assert len(set(lived.flows.mails)) == len(lived.flows.mails)
    assert {address for address, _, _ in lived.flows.mails} == {f"p{code}@example.test" for code in OF_K1}


def test_the_same_folders_are_there(lived: Lived) -> None:
    assert lived.flows.files == lived.steps.files
    assert sum(name.startswith("outbox/modtagere/") for name in lived.flows.files) > len(OF_K1)


def test_each_day_has_its_runs_in_the_page_and_in_the_ledger(lived: Lived) -> None:
    expected = {"nightly: Completed": len(DAYS), "daily: Completed": len(DAYS), "monthly: Completed": 1}
    assert Counter(lived.runs.values()) == expected
    with reading(lived.story.workspace.store.database) as connection:
        rows = connection.execute("select flow_run_id, state from ledger.run where flow_run_id is not null").fetchall()
    assert {number for number, state in rows if state == "done"} == set(lived.runs)
