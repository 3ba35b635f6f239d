"""The validating process: born at once, quiet, replaced when it dies, and gone when its parent is."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_extracts import REFERENCE, Stage, contract_with

from expectations import process
from expectations.errors import ValidationUnavailableError
from expectations.process import Validator

CHECK = {"rule": "not_null", "columns": ["practice_id"]}
# A parent that says its child's number and then waits; $1 ends it in the middle of the child's import.
PARENT = """
import multiprocessing, sys, time
from expectations.process import Validator
with Validator():
    print(multiprocessing.active_children()[0].pid, flush=True)
    time.sleep(60)
"""


def children() -> set[int | None]:
    return {child.pid for child in multiprocessing.active_children()}


def is_running(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_until_gone(process_id: int) -> bool:
    for _ in range(100):
        if not is_running(process_id):
            return True
        time.sleep(0.1)
    return False


def test_importing_the_module_imports_no_great_expectations() -> None:
    heavy = "{'great_expectations', 'pandas', 'sqlalchemy', 'duckdb', 'pydantic'}"
    command = f"import sys, expectations.process; print(sorted({heavy} & sys.modules.keys()))"
    assert subprocess.check_output([sys.executable, "-c", command], text=True).strip() == "[]"


def test_child_starts_at_once_and_leaves_nothing_behind() -> None:
    before = children()
    with Validator():
        (child,) = (each for each in multiprocessing.active_children() if each.pid not in before)
    assert children() == before
    # An import of several seconds is cut short, not waited for: a child that came to its end would say 0.
    assert child.exitcode == -signal.SIGTERM


def test_dead_child_is_told_and_replaced(stage: Stage) -> None:
    staged, before = stage(), children()
    with Validator() as validator:
        (child,) = children() - before
        os.kill(child, signal.SIGKILL)
        with pytest.raises(ValidationUnavailableError, match=r"100%\.duckdb ended before it was done"):
            validator.validate(staged, contract_with(CHECK), REFERENCE)
        (result,) = validator.validate(staged, contract_with(CHECK), REFERENCE)
        assert result.outcome == "passed"
    assert children() == before


def test_child_is_quiet_and_untracked_whatever_the_environment_says(stage: Stage) -> None:
    environment = os.environ | {"GX_ANALYTICS_ENABLED": "true", "DO_NOT_TRACK": "0", "PYTHONWARNINGS": "always"}
    script = """
import sys, pickle, os
from expectations.process import Validator
if __name__ == "__main__":
    with Validator() as validator:
        results = validator.validate(*pickle.load(sys.stdin.buffer))
        child = validator._running_child().pool
        told = [child.submit(os.getenv, name).result() for name in ("GX_ANALYTICS_ENABLED", "DO_NOT_TRACK")]
        print(*told, *(result.outcome for result in results))
"""
    checks = (CHECK, {"rule": "between", "columns": ["code"], "minimum": 1})
    given = pickle.dumps((stage({4: {"practice_id": None}}), contract_with(*checks), REFERENCE))
    ran = subprocess.run([sys.executable, "-c", script], input=given, capture_output=True, env=environment, check=True)
    assert ran.stdout.decode().split() == ["false", "1", "failed", "crashed"]
    assert ran.stderr == b""


@pytest.mark.parametrize("wait", [0.0, 1.5], ids=["while the child is born", "while it imports"])
def test_interrupt_of_the_whole_group_shows_no_traceback_of_the_child(wait: float) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    time.sleep(wait)
    os.killpg(parent.pid, signal.SIGINT)
    _, told = parent.communicate(timeout=20)
    # The one traceback is the parent's own, which the command line turns into a sentence.
    assert told.count("Traceback") == 1
    assert "expectations/process.py" not in told
    assert wait_until_gone(child)


def test_child_ends_with_a_parent_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    assert wait_until_gone(child)


def test_own_faults_leave_the_child_without_their_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("hemmelig")

    module = type(sys)("expectations.validate")
    module.validate = fail  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "expectations.validate", module)
    with pytest.raises(ValidationUnavailableError, match="RuntimeError") as caught:
        process._validate(tmp_path / "x.duckdb", contract_with(CHECK), REFERENCE)
    assert "hemmelig" not in str(caught.value)
    assert caught.value.__suppress_context__
