"""A warehouse that is not what was acknowledged is refused with a sentence, and nothing of it is touched."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from small_job import marks, outcome

from warehouse import connection as connecting
from warehouse.connection import accept_head, reading, writing
from warehouse.faults import DamagedFileError
from warehouse.head import HeadLostError, acknowledged
from warehouse.workspace import Store

ENTER = "insert into ledger.run (run_id) select 'x' from range(1000)"
Damage = Callable[[Path], None]


def wal(database: Path) -> Path:
    return database.with_name(f"{database.name}.wal")


def _commit_and_die(root: Path) -> None:
    acknowledge = connecting.acknowledge

    def then_die(*arguments: Any) -> None:
        acknowledge(*arguments)
        os._exit(9)  # before the engine brings its log into the file

    connecting.acknowledge = then_die
    with writing(Store(root).database) as connection:
        connection.execute(ENTER)


@pytest.fixture(scope="module")
def with_log(with_registry: Path) -> Path:
    """A workspace whose last acknowledged commit lies in the write-ahead log alone."""
    root = Path(shutil.copytree(with_registry, with_registry.with_name("with_log")))
    child = multiprocessing.get_context("spawn").Process(target=_commit_and_die, args=(root,))
    child.start()
    child.join()
    assert child.exitcode == 9
    assert wal(Store(root).database).stat().st_size > 0
    return root


@pytest.fixture
def database(with_log: Path, tmp_path: Path) -> Path:
    """The database of a copy of the test's own."""
    return Store(Path(shutil.copytree(with_log, tmp_path / "workspace"))).database


def kept(database: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in database.parent.glob("klyngeflow.duckdb*")}


def rows(database: Path) -> tuple[Any, ...]:
    with reading(database) as connection:
        return tuple(connection.execute(f"from {table}").fetchall() for table in ("ledger.run", "registry.practice"))


def change_bit(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 4]))


def refused_and_left_alone(database: Path, error: type[Exception]) -> None:
    before = kept(database)
    for opened in (reading, writing):
        with pytest.raises(error, match="Nothing was changed") as told, opened(database):
            pytest.fail("it was opened")
        assert told.value.__cause__ is None
        assert "Error:" not in str(told.value)
    assert kept(database) == before


def test_a_log_left_by_a_kill_is_brought_in(database: Path) -> None:
    with writing(database):
        pass
    assert len(rows(database)[0]) == 1001
    assert marks(database.parents[1])[0] == acknowledged(database).sequence


def test_a_copy_without_its_log_is_refused(database: Path) -> None:
    wal(database).unlink()
    refused_and_left_alone(database, HeadLostError)


@pytest.mark.parametrize("part", range(1, 20, 4))
def test_a_log_that_was_cut_off_is_refused(database: Path, part: int) -> None:
    os.truncate(wal(database), wal(database).stat().st_size * part // 20)
    refused_and_left_alone(database, HeadLostError)


@pytest.mark.parametrize("seed", range(5))
def test_a_log_with_a_changed_bit_is_refused(database: Path, seed: int) -> None:
    change_bit(wal(database), Random(seed).randrange(wal(database).stat().st_size))
    refused_and_left_alone(database, DamagedFileError)


def test_an_old_copy_put_back_is_refused(database: Path, with_registry: Path) -> None:
    wal(database).unlink()
    shutil.copyfile(Store(with_registry).database, database)
    refused_and_left_alone(database, HeadLostError)


def test_another_warehouse_with_as_many_commits_is_refused(database: Path, with_registry: Path, tmp_path: Path) -> None:
    other = Store(Path(shutil.copytree(with_registry, tmp_path / "other"))).database
    with writing(other) as connection:
        connection.execute(ENTER)
    wal(database).unlink()
    shutil.copyfile(other, database)
    with pytest.raises(HeadLostError, match="another workspace"), reading(database):
        pytest.fail("it was opened")


def test_the_log_of_another_file_is_refused(database: Path, with_registry: Path) -> None:
    shutil.copyfile(Store(with_registry).public, database)
    refused_and_left_alone(database, DamagedFileError)


def test_a_warehouse_that_is_gone_is_not_begun_anew(database: Path) -> None:
    database.unlink()
    wal(database).unlink()
    with pytest.raises(HeadLostError, match="is not there"), writing(database):
        pytest.fail("it was opened")
    assert not database.exists()


@pytest.mark.parametrize("seed", range(8))
def test_a_changed_bit_or_a_cut_end_is_refused_or_touches_nothing_that_is_read(database: Path, seed: int) -> None:
    expected = rows(database)
    place = Random(seed).randrange(database.stat().st_size)
    if seed % 2:
        change_bit(database, place)
    else:
        os.truncate(database, place)
    try:
        found = rows(database)
    except DamagedFileError:
        return
    assert found == expected


def test_what_was_accepted_on_purpose_is_gone_on_with(database: Path) -> None:
    wal(database).unlink()
    was, found = accept_head(database)
    assert was == found + 1
    with writing(database) as connection:
        connection.execute(ENTER)
    assert marks(database.parents[1])[:2] == (found + 1, found + 1)


def test_a_line_that_a_kill_cut_off_is_mended(database: Path) -> None:
    log = database.with_name("runs.log")
    os.truncate(log, log.stat().st_size - 20)
    with writing(database):
        pass
    head, last, _ = marks(database.parents[1])
    assert head == last
    assert b'"event": "mended"' in log.read_bytes()


def test_a_lost_runs_log_is_told(database: Path) -> None:
    database.with_name("runs.log").unlink()
    with pytest.raises(HeadLostError, match=r"does not belong to the runs\.log"), reading(database):
        pytest.fail("it was opened")


def test_a_whole_job_leaves_the_two_marks_equal(with_registry: Path) -> None:
    head, log, states = marks(with_registry)
    assert head == log > 0
    assert states == {"done"}
    assert "klyngeflow.duckdb.wal" not in outcome(with_registry)["beside"]
