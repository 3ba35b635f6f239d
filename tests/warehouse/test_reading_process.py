"""The reading process: what kills, hangs or swells a reader becomes a sentence, and the next file is read."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_store import HEADERS, contract_of, prescription, rows_of

from warehouse.extract_file import UnreadableFileError
from warehouse.reading.process import Reader

CONTRACT = contract_of("prescriptions")
TEXT = f"{HEADERS['prescriptions']}\n{prescription()}\n"


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader(wall_seconds=60.0)
    yield made
    made.stop()


def child_of(reader: Reader) -> int:
    assert reader._child is not None
    assert reader._child.pid is not None
    return reader._child.pid


def test_one_child_reads_file_after_file_and_a_new_one_follows_a_dead_one(reader: Reader, tmp_path: Path) -> None:
    landed, target = tmp_path / "landed", tmp_path / "staged.duckdb"
    landed.write_text(TEXT, encoding="utf-8")
    assert reader.stage("recepter.csv", landed, CONTRACT, target).rows_staged == 1
    first = child_of(reader)
    landed.write_text(f"{TEXT}x\n", encoding="utf-8")
    with pytest.raises(UnreadableFileError, match=r"^recepter\.csv, row 3: the row has fewer columns"):
        reader.stage("recepter.csv", landed, CONTRACT, target)
    assert child_of(reader) == first
    os.kill(first, signal.SIGKILL)
    landed.write_text(TEXT + TEXT.splitlines()[1], encoding="utf-8")
    # The end of the child may be seen before the file is handed over, or only after.
    try:
        staged = reader.stage("recepter.csv", landed, CONTRACT, target)
    except UnreadableFileError:
        staged = reader.stage("recepter.csv", landed, CONTRACT, target)
    assert (len(rows_of(staged.path, "staged")), child_of(reader) != first) == (2, True)


def test_a_reader_that_takes_too_long_is_ended_with_a_sentence(tmp_path: Path) -> None:
    # Nobody writes to the other end: opening it waits for ever.
    os.mkfifo(tmp_path / "landed")
    reader = Reader(wall_seconds=2.0)
    with pytest.raises(UnreadableFileError, match=r"^waiting\.csv: .+ was not done after 2 seconds"):
        reader.stage("waiting.csv", tmp_path / "landed", CONTRACT, tmp_path / "staged.duckdb")
    reader.stop()


def test_a_file_that_needs_more_memory_than_it_may_have_is_refused(tmp_path: Path) -> None:
    reader = Reader(wall_seconds=60.0, memory_bytes=150 * 2**20)
    (tmp_path / "landed").write_text(HEADERS["prescriptions"] + "\n" + f"{prescription()}\n" * 300_000)
    with pytest.raises(UnreadableFileError, match=r"^large\.csv: "):
        reader.stage("large.csv", tmp_path / "landed", CONTRACT, tmp_path / "staged.duckdb")
    reader.stop()
    assert [path.name for path in tmp_path.iterdir()] == ["landed"]
