"""Killed at any moment and run again, a job leaves exactly what one leaves that nothing disturbed. Thirty kills."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from random import Random
from typing import Any

import pytest
from small_job import do_job, fill_inbox, killed_after, killed_at_call, marks, outcome

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9")
CALLS = [("pwrite64", 6), ("fsync", 6), ("rename", 4), ("unlink", 4)]
MOMENTS = 10


def require_recovered(root: Path, expected: dict[str, Any]) -> None:
    """Run again; all is as if nothing had happened, and the two marks agree."""
    do_job(root)
    assert outcome(root) == expected
    head, log, states = marks(root)
    assert head == log
    assert states <= {"done", "crashed"}


@pytest.mark.parametrize("case", [(call, which) for call, many in CALLS for which in range(many)], ids=str)
def test_killed_as_it_changes_the_disk(
    root: Path,
    with_registry: Path,
    undisturbed: tuple[float, dict[str, Any]],
    calls: dict[str, list[int]],
    case: tuple[str, int],
) -> None:
    call, which = case
    if not calls[call]:
        pytest.skip("strace is not here, or may not look into a process")
    number = calls[call][which]
    while not killed_at_call(root, call, number):
        # Calls are counted by thread, and threads share the work anew each time: this one did not come so often.
        assert number > 1
        number //= 2
        shutil.rmtree(root)
        shutil.copytree(with_registry, root)
    require_recovered(root, undisturbed[1])


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_killed_at_a_moment(root: Path, undisturbed: tuple[float, dict[str, Any]], moment: int) -> None:
    seconds, expected = undisturbed
    killed_after(root, seconds * (moment + Random(moment).random()) / MOMENTS)
    require_recovered(root, expected)


def test_killed_in_a_migration_the_schema_is_made_by_the_next_run(
    tmp_path: Path, undisturbed: tuple[float, dict[str, Any]]
) -> None:
    fill_inbox(tmp_path / "workspace")
    killed_at_call(tmp_path / "workspace", "fsync", 8)
    require_recovered(tmp_path / "workspace", undisturbed[1])


def test_what_is_recovered_is_compared_in_earnest(root: Path, undisturbed: tuple[float, dict[str, Any]]) -> None:
    do_job(root)
    shutil.rmtree(root / "landing" / "prescriptions")
    assert outcome(root) != undisturbed[1]
