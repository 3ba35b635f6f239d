"""`klyngeflow serve` killed with -9 while a run makes packs: nothing of it stays, and a second serve carries on."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from small_workspace import own_copy
from test_daily import rendered
from test_requests import registry_alone, wish, with_data  # noqa: F401 - fixtures
from test_serving import SOON, Served, answering, free_port, of, started, wait_until

from flows.clock import today
from flows.requesting import ask
from flows.schedules import SCHEDULES
from flows.settings import Workspace
from warehouse import requests, runs, scheduled_days
from warehouse.connection import reading

pytestmark = [
    pytest.mark.timeout(1800),
    pytest.mark.skipif("KLYNGEFLOW_YEARS" not in os.environ, reason="two servers start: `make years` alone"),
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes as Linux shows them"),
]


@contextmanager
def served(workspace: Workspace, home: Path) -> Iterator[Served]:
    port, notes = free_port(), home / "attempts.txt"
    notes.touch()
    process = started(workspace, port, notes)
    with answering(Served(workspace, process, f"http://127.0.0.1:{port}", datetime.now(UTC), notes)) as made:
        yield made


def begun(workspace: Workspace) -> list[tuple[str, str]]:
    """Flow and state of each run that makes packs; none while the warehouse is in other hands."""
    with reading(workspace.store.database) as connection:
        return connection.execute("select flow, state from ledger.run where flow = 'render'").fetchall()


def at_work(workspace: Workspace) -> bool:
    return ("render", "running") in begun(workspace)


def ask_for_packs(made: Served) -> str:
    (number,) = [each["id"] for each in made.ask("deployments") if each["entrypoint"] == "flows.scheduled.render"]
    address = f"{made.page}/api/deployments/{number}/create_flow_run"
    asked = httpx.post(address, json={"state": {"type": "SCHEDULED"}}, trust_env=False, timeout=60)
    return asked.raise_for_status().json()["id"]


def state_of(made: Served, number: str) -> str:
    (found,) = [each for each in made.ask("flow_runs") if each["id"] == number]
    return found["state"]["type"]


def test_a_serve_that_is_killed_leaves_nothing_and_the_next_one_carries_on(with_data: Path, tmp_path: Path) -> None:  # noqa: F811
    workspace = own_copy(with_data, tmp_path)
    assert ask(workspace, wish(meeting=SOON, formats=("html",)), "jm", today()).state == "ready"
    for each in SCHEDULES.values():  # nothing is missed, so that the asked run is the only one
        scheduled_days.done(workspace.store, each.name, each.due(datetime.now(UTC)), "r")
    with served(workspace, tmp_path) as first:
        asked = ask_for_packs(first)
        wait_until(lambda: at_work(workspace))
        assert len(of(workspace.root)) >= 2  # its server and the run
        first.process.send_signal(signal.SIGKILL)
        assert first.process.wait(60) == -signal.SIGKILL
        wait_until(lambda: of(workspace.root) == [], 120)
    assert begun(workspace) == [("render", "running")]
    assert {each.state for each in requests.every(workspace.store)} == {"ready"}

    with served(workspace, tmp_path) as second:
        wait_until(lambda: state_of(second, asked) == "CRASHED", 120)
        assert begun(workspace) == [("render", "crashed")]
        again = ask_for_packs(second)
        wait_until(lambda: state_of(second, again) in ("COMPLETED", "FAILED", "CRASHED"))
        assert state_of(second, again) == "COMPLETED"
    assert "1 run(s) had ended without being done" in (workspace.root / "printed.txt").read_text()
    assert {each.state for each in requests.every(workspace.store)} == {"rendered"}
    assert set(rendered(workspace).values()) == {1}
    assert Counter(begun(workspace))["render", "crashed"] == 1
    assert runs.end_crashed(workspace.store) == 0
    wait_until(lambda: of(workspace.root) == [], 120)
    assert (tmp_path / "attempts.txt").read_text() == ""
