"""One writer, many who wait, and a kill at any moment: the warehouse is as before or as after, never in between."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import polars as pl
import pytest
from small_store import FACTS, bring_all_in, rows_of

from warehouse.connection import WarehouseBusyError, attach, reading, writing
from warehouse.locks import one_command
from warehouse.queries import StatementError
from warehouse.workspace import Store

HERE = Path(__file__).parent
HOLD_AS_WRITER = """
with writing(store.database) as connection:
    connection.execute("insert into ledger.run (run_id) values ('half')")
    print("ready", flush=True)
    time.sleep(60)
"""
HOLD_AS_CLIENT = """
with duckdb.connect(store.database):
    print("ready", flush=True)
    time.sleep(60)
"""
BRING_ALL_IN = """
from small_store import bring_all_in
print("ready", flush=True)
bring_all_in(store)
"""

MADE_BY_A_STEP = """
select table_name from duckdb_tables() where temporary
union all select view_name from duckdb_views() where temporary and not internal
"""


@contextmanager
def another_process(store: Store, code: str) -> Iterator[subprocess.Popen[str]]:
    """A process that runs `code` and has said that it is ready; killed at the end."""
    begin = (
        f"import sys, time, duckdb; sys.path[:0] = [{str(HERE)!r}, {str(HERE.parents[1])!r}]\n"
        "from warehouse.connection import writing\n"
        f"from warehouse.workspace import Store\nfrom pathlib import Path\nstore = Store(Path({str(store.root)!r}))\n"
    )
    with subprocess.Popen([sys.executable, "-c", begin + code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def what_is_known(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every fact, submission and extract; of times only whether there is one."""
    tables = {table: rows_of(store.database, table) for table in (*FACTS, "ledger.extract")}
    return {
        table: sorted((tuple(hasattr(cell, "hour") or cell for cell in row) for row in rows), key=repr)
        for table, rows in tables.items()
    }


@pytest.mark.parametrize("code", [HOLD_AS_WRITER, HOLD_AS_CLIENT], ids=["writer", "somebody's client"])
@pytest.mark.parametrize("opened", [writing, reading])
def test_who_comes_second_waits_and_is_then_told_which_process_has_it(store: Store, code: str, opened: Any) -> None:
    with another_process(store, code) as first:
        began = time.monotonic()
        with (
            pytest.raises(WarehouseBusyError, match=rf"\(process {first.pid}\)\. Wait"),
            opened(store.database, wait_seconds=0.4),
        ):
            pytest.fail("two have it at once")
        assert time.monotonic() - began >= 0.4


@pytest.mark.parametrize("opened", [writing, reading])
def test_who_waits_goes_on_as_soon_as_the_first_is_gone(store: Store, opened: Any) -> None:
    with another_process(store, HOLD_AS_WRITER) as first, ThreadPoolExecutor() as waiting:
        done = waiting.submit(count_runs, store, opened)
        time.sleep(0.3)
        assert not done.done()
        first.kill()
        assert done.result(timeout=20) == 0


def count_runs(store: Store, opened: Any) -> int:
    with opened(store.database, wait_seconds=20) as connection:
        (count,) = connection.execute("select count(*) from ledger.run").fetchone()
        return count


def test_many_writers_of_one_process_take_turns(store: Store) -> None:
    def write(number: int) -> None:
        with writing(store.database) as connection:
            connection.execute("insert into ledger.run (run_id) select count(*) from ledger.run")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(12)))
    assert {row[0] for row in rows_of(store.database, "ledger.run")} == {str(number) for number in range(12)}


def test_an_error_inside_a_transaction_takes_all_of_it_back(store: Store) -> None:
    def half_way() -> None:
        with writing(store.database) as connection:
            connection.execute("delete from registry.practice")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        half_way()
    assert len(rows_of(store.database, "registry.practice")) == 3


def test_reading_cannot_write(store: Store) -> None:
    with pytest.raises(StatementError, match="InvalidInputException"), reading(store.database) as connection:
        connection.execute("delete from registry.practice")


def leave_things_behind(store: Store, other: Path) -> None:
    """What a step may make for itself: a table of its own, a frame, a second file, another place to look in."""
    with duckdb.connect(other) as connection:
        connection.execute("create table kept as select 1 as one")
    with writing(store.database) as connection:
        attach(connection, other, "staging", read_only=True)
        connection.register("frame", pl.DataFrame({"one": [1]}))
        connection.execute("create temp table own as from frame union all from staging.kept")
        connection.execute("insert into ledger.run (run_id) values ('kept')")


def test_what_a_step_makes_for_itself_ends_with_it(store: Store, tmp_path: Path) -> None:
    other = tmp_path / "other.duckdb"
    for opened in (reading, writing):
        leave_things_behind(store, other)
        assert sorted(path.name for path in tmp_path.rglob("*.wal")) == []
        with opened(store.database) as connection:
            assert connection.execute(MADE_BY_A_STEP).fetchall() == []
            databases = connection.execute("show databases").fetchall()
            assert databases == [("klyngeflow",), ("memory",)]
        other.unlink()


def test_between_two_steps_other_processes_may_have_the_files(store: Store, tmp_path: Path) -> None:
    leave_things_behind(store, tmp_path / "other.duckdb")
    with another_process(store, HOLD_AS_WRITER):
        duckdb.connect(str(tmp_path / "other.duckdb")).close()
        with pytest.raises(WarehouseBusyError), reading(store.database, wait_seconds=0.1):
            pass
    assert ("kept",) in {row[:1] for row in rows_of(store.database, "ledger.run")}


def test_an_engine_that_failed_is_not_used_again(store: Store) -> None:
    for _ in range(2):
        with pytest.raises(StatementError), reading(store.database) as connection:
            connection.execute("create temp table own as select 1; from nowhere")
    assert len(rows_of(store.database, "registry.practice")) == 3


def test_nothing_is_downloaded(store: Store) -> None:
    with reading(store.database) as connection:
        names = "'autoinstall_known_extensions', 'autoload_known_extensions'"
        settings = connection.execute(f"select value from duckdb_settings() where name in ({names})").fetchall()
    assert settings == [("false",), ("false",)]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9")
def test_a_kill_inside_a_transaction_leaves_the_state_before_it(store: Store) -> None:
    before = what_is_known(store)
    with another_process(store, HOLD_AS_WRITER) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert what_is_known(store) == before
    assert rows_of(store.database, "ledger.run") == []


@pytest.fixture(scope="module")
def undisturbed(registered_store: Store, tmp_path_factory: pytest.TempPathFactory) -> tuple[float, dict[str, Any]]:
    """How long bringing everything in takes in a process of its own, and what is known then."""
    store = Store(tmp_path_factory.mktemp("undisturbed"))
    shutil.copytree(registered_store.root, store.root, dirs_exist_ok=True)
    with another_process(store, BRING_ALL_IN) as process:
        began = time.monotonic()
        process.wait()
        return time.monotonic() - began, what_is_known(store)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9")
@pytest.mark.parametrize("seed", range(4))
def test_killed_anywhere_and_run_again_the_result_is_that_of_a_run_undisturbed(
    store: Store, undisturbed: tuple[float, dict[str, Any]], seed: int
) -> None:
    seconds, expected = undisturbed
    with another_process(store, BRING_ALL_IN) as process:
        time.sleep(seconds * (seed + Random(seed).random()) / 4)
        process.send_signal(signal.SIGKILL)
        process.wait()
    bring_all_in(store)
    assert what_is_known(store) == expected
    assert [path.name for path in (store.root / "staged").rglob("*.part")] == []


def test_a_second_command_in_a_workspace_waits_and_then_says_why(tmp_path: Path) -> None:
    place = Store(tmp_path)
    with one_command(place):
        pass
    with (
        one_command(place),
        pytest.raises(WarehouseBusyError, match="Another klyngeflow command"),
        one_command(place, 0.1),
    ):
        pass
