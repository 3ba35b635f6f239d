"""Whole runs through the command line, once for all tests that look at them: guarded, and with telemetry asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
MANCHESTER = DATA / "manchester"
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
    notes = workspace.parent / "attempts.txt"
    notes.touch()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment = kept | TELEMETRY_ASKED_FOR
    environment |= {"PYTHONPATH": str(ROOT / "tests" / "guard"), "KLYNGEFLOW_GUARD": str(notes)}
    if server is not None:
        environment["PREFECT_API_URL"] = server
    command = [str(KLYNGEFLOW), *arguments, "--workspace", str(workspace)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=workspace.parent, timeout=600)
    return Run(workspace, done.stdout + done.stderr, done.returncode, notes.read_text())
