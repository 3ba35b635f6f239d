"""prefect.yaml on a work pool as docs/schedules.md says: Prefect's own commands, server and worker, on this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.states import Scheduled
from small_workspace import SETTINGS
from test_serving import GUARD, free_port, is_up, wait_until

from flows.clock import ZONE
from flows.schedules import SCHEDULES
from flows.settings import Workspace, load_workspace
from warehouse import scheduled_days
from warehouse.connection import reading

pytestmark = [
    pytest.mark.timeout(1800),
    pytest.mark.skipif("KLYNGEFLOW_YEARS" not in os.environ, reason="starts half a dozen programs: `make years` alone"),
    pytest.mark.skipif(os.name == "nt", reason="ends whole groups of processes"),
]
PROJECT = Path(__file__).parents[2]
ENDED = ("COMPLETED", "FAILED", "CRASHED")


@dataclass(frozen=True)
class Pool:
    """A workspace, and the Prefect server to which prefect.yaml was deployed for it."""

    workspace: Workspace
    api: str
    attempts: Path

    def ask(self, what: str, **filters: Any) -> list[dict[str, Any]]:
        found = httpx.post(f"{self.api}/{what}/filter", json=filters, trust_env=False, timeout=60)
        return found.raise_for_status().json()

    def runs_of(self, name: str) -> list[dict[str, Any]]:
        """The runs of the deployment of the flow `name`, the next first."""
        numbers = {each["id"] for each in self.ask("flows") if each["name"] == name}
        found = [each for each in self.ask("flow_runs") if each["flow_id"] in numbers]
        return sorted(found, key=lambda each: each["expected_start_time"])

    def ended(self, number: str) -> dict[str, Any]:
        """The run, when it has ended."""
        found: list[dict[str, Any]] = []

        def has() -> bool:
            found[:] = [each for each in self.ask("flow_runs") if each["id"] == number]
            return found[0]["state"]["type"] in ENDED

        wait_until(has)
        return found[0]


def begun(*arguments: str, env: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """One of Prefect's programs, in a group of its own."""
    command = [str(Path(sys.executable).with_name("prefect")), *arguments]
    with log.open("wb") as told:
        return subprocess.Popen(command, env=env, cwd=PROJECT, stdout=told, stderr=told, start_new_session=True)


def end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(60)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """The three commands of docs/schedules.md, after a server of Prefect's own."""
    home = tmp_path_factory.mktemp("pool")
    (home / "region").mkdir()
    (home / "region" / "klyngeflow.toml").write_text(SETTINGS, encoding="utf-8")
    port, notes = free_port(), home / "attempts.txt"
    notes.touch()
    env = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    env |= {"PREFECT_HOME": str(home / "prefect"), "PREFECT_API_URL": f"http://127.0.0.1:{port}/api"}
    env |= {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT_CLI_PROMPT": "false", "DO_NOT_TRACK": "1"}
    env |= {"PYTHONPATH": str(GUARD), "KLYNGEFLOW_GUARD": str(notes), "KLYNGEFLOW_WORKSPACE": str(home / "region")}
    processes = [begun("server", "start", "--no-ui", "--port", str(port), env=env, log=home / "server.log")]
    made = Pool(load_workspace(home / "region"), env["PREFECT_API_URL"], notes)
    try:
        wait_until(lambda: is_up(f"http://127.0.0.1:{port}"))
        worker = ("worker", "start", "--pool", "klyngeflow", "--type", "process", "--limit", "2")
        processes.append(begun(*worker, env=env, log=home / "worker.log"))
        wait_until(lambda: bool(made.ask("work_pools")))
        deploying = begun("deploy", "--all", env=env, log=home / "deploy.log")
        assert deploying.wait(600) == 0, (home / "deploy.log").read_text()
        yield made
    finally:
        for each in reversed(processes):
            end(each)


def test_all_of_prefect_yaml_is_deployed_to_the_pool_that_its_worker_made(pool: Pool) -> None:
    (made,) = pool.ask("work_pools")
    assert (made["name"], made["type"]) == ("klyngeflow", "process")
    deployed = {each["entrypoint"]: each for each in pool.ask("deployments")}
    assert len(deployed) == 5
    assert {each["work_pool_name"] for each in deployed.values()} == {"klyngeflow"}
    root = str(pool.workspace.root)
    assert {each["parameters"]["workspace"] for each in deployed.values()} == {root}


@pytest.mark.parametrize("name", sorted(SCHEDULES))
def test_its_coming_runs_are_entered_at_their_hour_in_denmark(pool: Pool, name: str) -> None:
    wait_until(lambda: bool(pool.runs_of(name)))
    coming = pool.runs_of(name)
    assert all(each["auto_scheduled"] and each["state"]["type"] == "SCHEDULED" for each in coming)
    hours = {datetime.fromisoformat(each["expected_start_time"]).astimezone(ZONE).time() for each in coming}
    assert hours == {SCHEDULES[name].at}
    assert len({each["expected_start_time"] for each in coming}) == len(coming) >= 3


def test_a_coming_night_is_done_by_the_worker_once_and_the_next_of_that_day_does_nothing(pool: Pool) -> None:
    wait_until(lambda: len(pool.runs_of("nightly")) > 1)
    first, second = (each["id"] for each in pool.runs_of("nightly")[:2])
    before = datetime.now(UTC)
    with SyncPrefectClient(pool.api) as client:
        for number in (first, second):  # its hour has come
            client.set_flow_run_state(number, Scheduled(scheduled_time=datetime.now(UTC)), force=True)
            assert pool.ended(number)["state"]["type"] == "COMPLETED"
    due = {SCHEDULES["nightly"].due(moment) for moment in (before, datetime.now(UTC))}
    assert scheduled_days.last_done(pool.workspace.store, "nightly", max(due)) in due
    with reading(pool.workspace.store.database) as connection:
        rows = connection.execute("select flow_run_id, flow, state from ledger.run").fetchall()
    assert rows[0] == (first, "nightly", "done")
    if len(due) == 1:  # 03:10 did not come in between
        assert len(rows) == 1
        pages = [each["data"] for each in pool.ask("artifacts") if each["flow_run_id"] == second]
        assert [page.partition(":")[0] for page in pages] == ["Nothing was done"]


def test_a_run_that_is_asked_for_completes(pool: Pool) -> None:
    (number,) = [each["id"] for each in pool.ask("deployments") if each["entrypoint"] == "flows.scheduled.render"]
    address = f"{pool.api}/deployments/{number}/create_flow_run"
    asked = httpx.post(address, json={"state": {"type": "SCHEDULED"}}, trust_env=False).raise_for_status().json()
    assert pool.ended(asked["id"])["state"]["type"] == "COMPLETED"
    with reading(pool.workspace.store.database) as connection:
        rows = connection.execute("select flow, state from ledger.run where flow_run_id = $1", [asked["id"]]).fetchall()
    assert rows == [("packs", "done")]


def test_nothing_of_it_asked_for_anything_beyond_this_machine(pool: Pool) -> None:
    assert pool.attempts.read_text() == ""
