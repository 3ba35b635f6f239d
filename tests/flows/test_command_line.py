"""The command line: starts fast, teaches, and ends with the documented exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from flows.starting import make_workspace

KLYNGEFLOW = Path(sys.executable).with_name("klyngeflow")
HEAVY = ("duckdb", "polars", "prefect", "great_expectations", "pandas", "matplotlib", "scipy", "typst")


def klyngeflow(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(KLYNGEFLOW), *arguments], capture_output=True, text=True, cwd=folder, timeout=120)


def test_nothing_heavy_is_imported_to_start() -> None:
    code = f"import sys, flows.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("command", ["init", "doctor", "demo", "run", "ingest", "request", "report", "status"])
def test_every_command_explains_itself(tmp_path: Path, command: str) -> None:
    done = klyngeflow(command, "--help", folder=tmp_path)
    assert done.returncode == 0
    assert len(done.stdout) > 300


@pytest.mark.parametrize("command", ["run", "status"])
def test_without_a_workspace_the_sentence_says_how_to_make_one(tmp_path: Path, command: str) -> None:
    done = klyngeflow(command, folder=tmp_path)
    assert done.returncode == 2
    assert "klyngeflow init" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_new_workspace_is_ready_and_is_not_made_twice(tmp_path: Path) -> None:
    assert klyngeflow("init", "ny", folder=tmp_path).returncode == 0
    assert {path.name for path in (tmp_path / "ny").iterdir()} == {
        "klyngeflow.toml",
        "inbox",
        "contracts",
        "klyngepakker",
    }
    again = klyngeflow("init", "ny", folder=tmp_path)
    assert again.returncode == 2
    assert "is a workspace already" in again.stderr


def test_status_of_an_empty_workspace_says_how_to_begin(tmp_path: Path) -> None:
    make_workspace(tmp_path / "ny")
    done = klyngeflow("status", "--workspace", "ny", folder=tmp_path)
    assert done.returncode == 2
    assert "Begin with: klyngeflow" in done.stderr


def test_the_doctor_finds_everything_on_a_machine_that_was_set_up(tmp_path: Path) -> None:
    done = klyngeflow("doctor", "--json", folder=tmp_path)
    found = {finding["name"]: finding for finding in json.loads(done.stdout)}
    assert done.returncode == 0
    assert all(finding["good"] for finding in found.values())
    assert {"Python", "duckdb", "prefect", "Fonts", "Rendering", "Telemetry", "Prefect server"} <= set(found)


def test_the_doctor_says_what_to_do_about_a_folder_it_cannot_write(tmp_path: Path) -> None:
    from flows.doctor import Finding

    line = Finding("Folder outbox", "not writable", "Give yourself write access.").line()
    assert line == "MISS  Folder outbox: not writable. Give yourself write access."


def test_an_inbox_that_is_not_there_is_named(tmp_path: Path) -> None:
    make_workspace(tmp_path / "ny")
    (tmp_path / "ny" / "inbox").rmdir()
    done = klyngeflow("run", "--workspace", "ny", folder=tmp_path)
    assert done.returncode == 2
    assert "is not there. Make the folder and put extracts into it" in done.stderr
