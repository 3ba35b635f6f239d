"""`klyngeflow serve` for real: server, page, schedules and runs, one server for all. The dearest file of this room."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.states import Running, Scheduled
from small_workspace import own_copy
from test_requests import registry_alone, with_data  # noqa: F401 - fixtures

from flows import watching
from flows.scheduled import CAUGHT_UP
from flows.schedules import NIGHTLY, SCHEDULES
from flows.serving import ServingError, serve
from flows.settings import Workspace, load_workspace
from warehouse import requests, runs, scheduled_days
from warehouse.connection import reading
from warehouse.workspace import Store

pytestmark = [
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes as Linux shows them"),
]
GUARD = Path(__file__).parents[1] / "guard"
SOON = date.today() + timedelta(days=3)
RUN = f"request-K1-smerter-{SOON}"
LONG = 600.0
"""Seconds that anything may take on a machine that has other work."""


@dataclass(frozen=True)
class Served:
    """A workspace that is served: its process, and where its page is."""

    workspace: Workspace
    process: subprocess.Popen[str]
    page: str
    missed: datetime
    attempts: Path

    @property
    def client(self) -> SyncPrefectClient:
        return SyncPrefectClient(f"{self.page}/api")

    def ask(self, what: str, **filters: Any) -> list[dict[str, Any]]:
        found = httpx.post(f"{self.page}/api/{what}/filter", json=filters, trust_env=False, timeout=60)
        return found.raise_for_status().json()

    def run(self, name: str) -> dict[str, Any]:
        found = [each for each in self.ask("flow_runs") if each["name"] == name]
        return found[0] if found else {"state": {"type": "none"}}


def wait_until(happened: Callable[[], bool], seconds: float = LONG) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.5)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def started(workspace: Workspace, port: int, notes: Path) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    guarded = {"PYTHONPATH": str(GUARD), "KLYNGEFLOW_GUARD": str(notes), "PREFECT_SERVER_ANALYTICS_ENABLED": "true"}
    command = [str(Path(sys.executable).with_name("klyngeflow")), "serve", "--port", str(port)]
    with (workspace.root / "printed.txt").open("w") as printed:
        return subprocess.Popen(
            [*command, "--workspace", str(workspace.root)],
            env=kept | guarded,
            stdout=printed,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


@pytest.fixture(scope="module")
def served(with_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:  # noqa: F811
    """A region that was last served five days ago, served now."""
    home = tmp_path_factory.mktemp("served")
    workspace, port, notes = own_copy(with_data, home), free_port(), home / "attempts.txt"
    for path in workspace.inbox.glob("*"):
        path.unlink()
    now = datetime.now(UTC)
    for each in SCHEDULES.values():
        missed = 5 if each is NIGHTLY else 0
        scheduled_days.done(workspace.store, each.name, each.due(now) - timedelta(days=missed), "r")
    notes.touch()
    process = started(workspace, port, notes)
    page = f"http://127.0.0.1:{port}"
    with answering(Served(workspace, process, page, now, notes)) as made:
        yield made


@contextmanager
def answering(made: Served) -> Iterator[Served]:
    """What is served, once its page and its deployments are there; ended as Ctrl-C ends it."""
    process = made.process
    try:
        wait_until(lambda: process.poll() is not None or is_up(made.page))
        assert process.poll() is None, (made.workspace.root / "printed.txt").read_text()
        wait_until(lambda: len(made.ask("deployments")) == 5)
        yield made
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(120)


def is_up(page: str) -> bool:
    try:
        return httpx.get(f"{page}/api/health", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def asked(served: Served) -> dict[str, Any]:
    """A pack asked for as the page asks for one: a run of the deployment `request`, when it has ended.

    The nights that were missed come first: whichever run is at work on a pack makes it, and the other leaves it alone.
    """
    wait_until(lambda: _nights_are_done(served))
    deployment = next(each for each in served.ask("deployments") if each["entrypoint"] == "flows.scheduled.request")
    wish = {"cluster": "K1", "package": "smerter", "meeting": str(SOON), "who": "kvalitetsenheden"}
    wish |= {"level": "cluster", "formats": ["html"], "allow_draft": True}
    address = f"{served.page}/api/deployments/{deployment['id']}/create_flow_run"
    asked = httpx.post(address, json={"parameters": wish, "state": {"type": "SCHEDULED"}}, trust_env=False)
    number = asked.raise_for_status().json()["id"]

    def ended() -> bool:
        address = f"{served.page}/api/flow_runs/{number}"
        return httpx.get(address, trust_env=False).json()["state"]["type"] in ("COMPLETED", "FAILED", "CRASHED")

    wait_until(ended)
    return httpx.get(f"{served.page}/api/flow_runs/{number}", trust_env=False).json()


def _nights_are_done(served: Served) -> bool:
    due = NIGHTLY.due(served.missed)
    return scheduled_days.last_done(served.workspace.store, "nightly", due) == due


def test_a_deployment_run_from_the_api_makes_the_pack_it_asks_for(served: Served, asked: dict[str, Any]) -> None:
    assert asked["state"]["type"] == "COMPLETED", asked["state"]
    assert asked["name"] == RUN
    (request,) = requests.every(served.workspace.store)
    assert (request.state, request.requested_by, request.formats) == ("rendered", "kvalitetsenheden", ("html",))
    assert (served.workspace.store.outbox / request.pack_id / "klyngerapport.html").exists()
    with reading(served.workspace.store.database) as connection:
        rows = connection.execute("select flow_run_id, state from ledger.run where flow = 'request'").fetchall()
    assert rows == [(asked["id"], "done")]


def test_its_page_tells_what_was_done_without_a_figure(served: Served, asked: dict[str, Any]) -> None:
    pages = {each["key"]: each["data"] for each in served.ask("artifacts") if each["flow_run_id"] == asked["id"]}
    assert f"R0001 (K1, smerter, baseline, meeting {SOON}) is rendered." in pages["request"]
    assert f"- K1_smerter_baseline_{SOON}: made" in pages["render"]
    assert pages["render-progress"] == 100.0
    words = "".join(str(page) for page in pages.values())
    assert not re.search(r"\d,\d|\d %|Praksis 0", words)


def test_five_missed_nights_are_caught_up_once(served: Served, asked: dict[str, Any]) -> None:
    wait_until(lambda: _nights_are_done(served))
    (number,) = [each["id"] for each in served.ask("deployments") if each["entrypoint"] == "flows.scheduled.nightly"]

    def nights(*, to_come: bool) -> list[dict[str, Any]]:
        every = [each for each in served.ask("flow_runs") if each["deployment_id"] == number]
        return [each for each in every if (each["state"]["type"] == "SCHEDULED") is to_come]

    begun = nights(to_come=False)
    assert [each["tags"].count("caught up") for each in begun] == [1]
    with served.client as client:
        assert watching.catch_up(client, served.workspace.store, served.missed, timedelta(0)) == []
    wait_until(lambda: bool(nights(to_come=True)))  # Prefect's scheduler enters them in its own time
    assert all(each["expected_start_time"] > served.missed.isoformat() for each in nights(to_come=True))


@flow(name="elsewhere")
def elsewhere() -> None:
    """A flow that nobody runs."""


def begin_and_die(root: Path, number: str) -> None:
    with runs.recorded(Store(root), "packs", number):
        os._exit(9)


def test_a_run_that_was_killed_is_put_right_within_two_minutes(served: Served) -> None:
    with served.client as client:
        left = client.create_flow_run(elsewhere, name="left-running", state=Running())
    child = multiprocessing.get_context("forkserver").Process(
        target=begin_and_die, args=(served.workspace.root, str(left.id))
    )
    child.start()
    child.join(60)
    wait_until(lambda: served.run("left-running")["state"]["type"] == "CRASHED", 120)
    assert "the next run goes on" in served.run("left-running")["state"]["message"]


def test_a_backlog_of_late_runs_is_forgotten(served: Served) -> None:
    now = datetime.now(UTC)
    with served.client as client:
        for days in range(1, 4):
            planned = Scheduled(scheduled_time=now - timedelta(days=days))
            client.create_flow_run(elsewhere, name="late", state=planned, tags=[CAUGHT_UP])
        assert watching.forget_late(client, now - timedelta(hours=12)) == 3
        assert watching.forget_late(client, now - timedelta(hours=12)) == 0
    assert [each for each in served.ask("flow_runs") if each["name"] == "late"] == []


def test_a_second_server_and_a_port_in_use_are_refused_with_a_sentence(served: Served, tmp_path: Path) -> None:
    with pytest.raises(ServingError, match="served already"):
        serve(served.workspace, free_port())
    port = int(served.page.rpartition(":")[2])
    (tmp_path / "klyngeflow.toml").write_text('name = "En anden"\n', encoding="utf-8")
    with pytest.raises(ServingError, match=rf"Port {port} .+ is in use.+--port {port + 1}"):
        serve(load_workspace(tmp_path), port)


def test_its_run_is_seen_in_the_page_by_a_browser(served: Served, asked: dict[str, Any], tmp_path: Path) -> None:
    browsers = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = next((p for p in map(Path, ("/usr/bin/chromium", "/usr/bin/google-chrome")) if p.exists()), None)
    if chromium is None:
        pytest.skip("there is no Chromium on this machine")
    with browsers.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.goto(f"{served.page}/runs", timeout=LONG * 1000)
        page.get_by_text(RUN).first.wait_for(timeout=LONG * 1000)
        assert page.get_by_text(RUN).first.is_visible()
        page.screenshot(path=tmp_path / "runs.png")
        page.goto(f"{served.page}/runs/flow-run/{asked['id']}?tab=Artifacts", timeout=LONG * 1000)
        page.get_by_text("Completed").first.wait_for(timeout=LONG * 1000)
        assert page.get_by_text(asked["name"]).first.is_visible()
        page.wait_for_timeout(3000)
        page.screenshot(path=tmp_path / "run.png")
        browser.close()


def of(root: Path) -> list[int]:
    """The processes that work for the workspace."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"PREFECT_HOME={root.resolve()}/".encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def test_ctrl_c_ends_it_and_all_it_began_and_nothing_left_the_machine(served: Served) -> None:
    assert of(served.workspace.root)
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(120) in (0, 130)
    wait_until(lambda: of(served.workspace.root) == [], 60)
    printed = (served.workspace.root / "printed.txt").read_text()
    assert f"The page: {served.page}" in printed
    assert "nightly  each day at 03:10" in printed
    assert "Caught up: nightly." in printed
    assert "Traceback" not in printed
    assert served.attempts.read_text() == ""
    assert runs.end_crashed(served.workspace.store) == 0
