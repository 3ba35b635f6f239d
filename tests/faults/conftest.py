"""The small job undisturbed, once: what every disturbed one must come to."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random
from typing import Any

import pytest
import small_job
from small_job import Child, calls_made, do_job, fill_inbox, outcome


@pytest.fixture(scope="session")
def with_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose registry is in, and whose inbox has a quarter and its correction yet to come."""
    root = tmp_path_factory.mktemp("faults") / "with_registry"
    fill_inbox(root)
    waiting = root.with_name("waiting")
    waiting.mkdir()
    for path in (root / "inbox").glob("*recepter*"):
        path.replace(waiting / path.name)
    do_job(root)
    for path in waiting.iterdir():
        path.replace(root / "inbox" / path.name)
    return root


@pytest.fixture(scope="session")
def undisturbed(with_registry: Path) -> tuple[float, dict[str, Any]]:
    """How many seconds the job takes in a child, and what it leaves."""
    root = Path(shutil.copytree(with_registry, with_registry.with_name("undisturbed")))
    child = Child(root)
    began = child.begin()
    assert child.end() == 0
    return small_job.time.monotonic() - began, outcome(root)


@pytest.fixture
def root(with_registry: Path, tmp_path: Path) -> Path:
    """A workspace of the test's own."""
    return Path(shutil.copytree(with_registry, tmp_path / "workspace"))


@pytest.fixture(scope="session")
def calls(with_registry: Path) -> dict[str, list[int]]:
    """Which of the calls that change a disk to be killed at, for each kind: the first, the last, others by a seed."""
    chosen: dict[str, list[int]] = {}
    for call, wanted in (("pwrite64", 6), ("fsync", 6), ("rename", 4), ("unlink", 4)):
        root = Path(shutil.copytree(with_registry, with_registry.with_name(f"counted_{call}")))
        made = calls_made(root, call)
        between = Random(call).sample(range(2, made), wanted - 2) if made else []
        chosen[call] = [1, *sorted(between), made] if made else []
    return chosen
