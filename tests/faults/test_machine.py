"""What the machine lacks - room, memory - ends a step with a sentence, leaves nothing half done, and passes."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from small_job import Child, do_job, do_limited_job, marks, outcome, with_everything_imported

from warehouse.connection import in_memory
from warehouse.faults import NoSpaceError, cause_of
from warehouse.spill import encryption_extension

PLANTED = "hemmeligt-indhold"
# Some thirty times the memory allowed below.
TOO_MUCH = f"create temp table t as select '{PLANTED}-' || hash(i) as s from range(1500000) r(i) order by hash(i)"
needs_limits = pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on a process's files")


def snapshots(folder: Path, over: threading.Event) -> Iterator[bytes]:
    while not over.wait(0.02):
        for path in folder.rglob("*"):
            try:
                yield path.read_bytes()
            except OSError:
                continue


def spilled(folder: Path, *, encrypted: bool) -> tuple[int, int]:
    """How many bytes were seen to be spilled at most, and how often the planted words were among them."""
    connection = in_memory(folder if encrypted else None)
    if not encrypted:
        folder.mkdir()
        connection.execute(f"set temp_directory = '{folder}'; set max_temp_directory_size = '5GB'")
    connection.execute("set memory_limit = '60MB'; set threads = 1")
    over, seen = threading.Event(), [0, 0]

    def look() -> None:
        for content in snapshots(folder, over):
            seen[:] = max(seen[0], len(content)), seen[1] + content.count(PLANTED.encode())

    looking = threading.Thread(target=look)
    looking.start()
    try:
        connection.execute(TOO_MUCH)
    finally:
        over.set()
        looking.join()
        connection.close()
    return seen[0], seen[1]


@pytest.mark.skipif(encryption_extension() is None, reason="the engine's cryptography is not installed")
def test_what_is_spilled_cannot_be_read(tmp_path: Path) -> None:
    most, found = spilled(tmp_path / "plain", encrypted=False)
    assert most > 10**6
    assert found > 0
    most, found = spilled(tmp_path / "spill", encrypted=True)
    assert most > 10**6
    assert found == 0


def test_without_a_place_for_it_nothing_is_spilled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    connection = in_memory()
    connection.execute("set memory_limit = '40MB'; set threads = 1")
    with pytest.raises(Exception, match="Out of Memory") as told:
        connection.execute(TOO_MUCH)
    assert cause_of(told.value) == "memory"
    assert list(tmp_path.iterdir()) == []


@needs_limits
@pytest.mark.parametrize(
    ("most_bytes", "place"), [(300, "landing"), (1_200_000, "staged"), (3_300_000, "warehouse")], ids=str
)
def test_a_full_disk_is_told_and_the_job_goes_on_when_there_is_room(
    root: Path, undisturbed: tuple[float, dict[str, Any]], most_bytes: int, place: str
) -> None:
    here, there = multiprocessing.Pipe()
    child = with_everything_imported().Process(target=do_limited_job, args=(root, most_bytes, there))
    child.start()
    kind, sentence = here.recv()
    child.join()
    assert kind == NoSpaceError.__name__, sentence
    assert "There is no space left for" in sentence
    assert "run the same command again" in sentence
    assert list(root.rglob("*.part")) == []
    do_job(root)
    assert outcome(root) == undisturbed[1]
    assert marks(root)[2] <= {"done", "crashed", "refused"}


def test_two_jobs_at_once_double_nothing(root: Path, undisturbed: tuple[float, dict[str, Any]]) -> None:
    both = [Child(root), Child(root)]
    for child in both:
        child.begin()
    assert [child.end(120) for child in both] == [0, 0]
    assert outcome(root) == undisturbed[1]
    head, log, states = marks(root)
    assert (head, states) == (log, {"done"})


def test_what_a_killed_job_left_is_cleared_away(root: Path) -> None:
    left = [
        root / "warehouse" / "public.part",
        root / "warehouse" / "spill" / "duckdb_temp_storage.tmp",
        root / "staged" / "prescriptions" / "x.part",
        root / "staged" / "prescriptions" / "x.utf8",
        root / "landing" / "registry" / ".y.123.part",
        root / "outbox" / ".pack.part" / "half.html",
        root / "outbox" / ".other.old" / "whole.html",
    ]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    do_job(root)
    assert [path for path in left if path.exists()] == []
    assert (root / "outbox" / "other" / "whole.html").exists()
