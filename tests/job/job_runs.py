"""Whole runs through the command line, once for all tests that look at them: guarded, and with telemetry asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from flows.ingesting import Delivery, land_delivery, prepare, promote_extract, stage_extract
from flows.settings import Workspace

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
MANCHESTER = DATA / "manchester"
SOON = date.today() + timedelta(days=3)
"""A meeting that is near: a request for it waits for nobody who has not delivered."""
KLYNGEFLOW = Path(sys.executable).with_name("klyngeflow")
# What a user's machine might have set: every one of these must be overruled.
TELEMETRY_ASKED_FOR = {
    "DO_NOT_TRACK": "0",
    "GX_ANALYTICS_ENABLED": "true",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "true",
}


@dataclass(frozen=True)
class Run:
    """One finished command: its workspace, what it printed, how it ended and what it tried to reach."""

    workspace: Path
    printed: str
    code: int
    attempts: str

    def rows(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.workspace / "warehouse" / "public.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()


def guarded(workspace: Path, *arguments: str, server: str | None = None) -> Run:
    """Run a command in its own process, where nothing can leave this machine; `server` is Prefect's, if one runs."""
    return in_own_process(workspace, [str(KLYNGEFLOW), *arguments, "--workspace", str(workspace)], server)


def in_own_process(workspace: Path, command: list[str], server: str | None = None) -> Run:
    """Run `command` for `workspace`; what would have left this machine is noted."""
    notes = workspace.parent / "attempts.txt"
    notes.touch()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment = kept | TELEMETRY_ASKED_FOR
    environment |= {"PYTHONPATH": str(ROOT / "tests" / "guard"), "KLYNGEFLOW_GUARD": str(notes)}
    if server is not None:
        environment["PREFECT_API_URL"] = server
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=workspace.parent, timeout=1800)
    return Run(workspace, done.stdout + done.stderr, done.returncode, notes.read_text())


def taken_in(workspace: Workspace, files: Iterable[Delivery]) -> None:
    """What the flow `ingest` does with files, without Prefect and without asking their checks."""
    prepare(workspace)
    for file in files:
        extract_id = land_delivery(workspace, file).extract_id
        stage_extract(workspace, extract_id)
        promote_extract(workspace, extract_id)
