"""The only place that knows which database is attached: the writer's file, the staged files and the public copy."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from transforms.errors import UserError
from warehouse.faults import cause_of, damaged, failure
from warehouse.head import (
    Head,
    acknowledge,
    acknowledged,
    move_head,
    read_head,
    require_newest,
    require_present,
)
from warehouse.locks import LOCK_WAIT_SECONDS, WarehouseBusyError, busy, writer_lock
from warehouse.queries import StatementError, one_value, quoted_name, quoted_text
from warehouse.spill import spilling

STORAGE_VERSION = "v1.4.0"  # from here on a file refuses another file's write-ahead log
WAREHOUSE = "klyngeflow"
# Two processes of this size and the flow's own fit into 4 GB; what needs more goes to encrypted files.
MEMORY_LIMIT = "1500MB"
_PAUSE_SECONDS = 0.05
# The engine tells by its words alone that a file is in use, by another process or elsewhere in this one.
_TAKEN = re.compile("Could not set lock on file|Unique file handle conflict")
_HOLDER = re.compile(r"PID ([0-9]+)")
_OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "memory_limit": MEMORY_LIMIT,
    # Nothing is spilled where the engine could not encrypt it: see warehouse/spill.py.
    "temp_directory": "",
}
_QUIET = "set enable_progress_bar = false"  # what a run prints is its own; not an option of `connect`
_idle: list[duckdb.DuckDBPyConnection] = []


def in_memory(spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A connection with no file attached, that never downloads anything.

    `spill`: a folder for what does not fit into memory, written encrypted. Without it too much work is an error; with
    it, opening takes a fifth of a second longer.
    """
    connection = duckdb.connect(config=_OFFLINE)
    connection.execute(_QUIET)
    if spill is not None:
        spilling(connection, spill)
    return connection


@contextmanager
def _engine(spill: Path | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection like that of `in_memory`, alone in an engine that is kept: one step opens files a dozen times.

    To start and to end an engine takes four times as long as to attach a file. What a connection makes for itself ends
    with it, and what it attached is let go of; an engine in which anything failed is not used again.
    """
    engine = _idle_one() if spill is None else in_memory(spill)
    connection = engine.cursor()
    try:
        connection.execute(_QUIET)
        yield connection
    except BaseException:
        connection.close()
        engine.close()
        raise
    connection.close()
    if spill is None and _detached(engine):
        _idle.append(engine)
    else:
        engine.close()


def _idle_one() -> duckdb.DuckDBPyConnection:
    try:
        return _idle.pop()
    except IndexError:
        return in_memory()


def _detached(engine: duckdb.DuckDBPyConnection) -> bool:
    """Let go of every file, which brings a log into its own; whether that worked. What was committed stands anyway."""
    with suppress(duckdb.Error):
        for (name,) in engine.execute("show databases").fetchall():
            if name != "memory":
                engine.execute(f"detach {quoted_name(name)}")
        return True
    return False


def attach(connection: duckdb.DuckDBPyConnection, path: Path, alias: str, *, read_only: bool) -> None:
    """Attach the DuckDB file `path` as `alias`."""
    options = "read_only" if read_only else f"storage_version {quoted_text(STORAGE_VERSION)}"
    connection.execute(f"attach {quoted_text(str(path))} as {alias} ({options})")


def attach_when_free(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    alias: str,
    *,
    read_only: bool = True,
    wait_seconds: float = LOCK_WAIT_SECONDS,
) -> None:
    """Attach `path` as `alias` as soon as no other process has it: the engine itself does not wait.

    Raises:
        WarehouseBusyError: another process had it for `wait_seconds`.
    """
    until = time.monotonic() + wait_seconds
    while True:
        try:
            return attach(connection, path, alias, read_only=read_only)
        except (duckdb.InternalException, duckdb.FatalException, duckdb.SerializationException):
            # In a query this may be a fault of the engine or of ours; while opening it is the file.
            raise damaged(path) from None
        except (duckdb.IOException, duckdb.BinderException) as error:
            if not _TAKEN.search(str(error)):
                raise
            if time.monotonic() >= until:
                holder = _HOLDER.search(str(error))
                raise busy(path, f"process {holder[1] if holder else os.getpid()}") from None
        time.sleep(_PAUSE_SECONDS)


@contextmanager
def engine_failures(database: Path) -> Iterator[None]:
    """Give what the engine says while `database` is in use a sentence of our own; its words may repeat the data.

    Raises:
        MachineError: a full disk, too little memory, a damaged file.
        StatementError: anything else, named by its kind alone.
    """
    try:
        yield
    except duckdb.Error as error:
        ours = failure(cause_of(error), database) or StatementError(f"{database.name}: {type(error).__name__}")
    except StatementError as error:
        ours = failure(error.cause, database) or error
    else:
        return
    raise ours from None


@contextmanager
def writing(
    database: Path, wait_seconds: float = LOCK_WAIT_SECONDS, *, spill: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The one writer's connection to `database`: a transaction that is committed whole or not at all.

    What was committed is then acknowledged in runs.log. `spill` is for work that may not fit into memory.

    Raises:
        WarehouseBusyError: another process held the lock for `wait_seconds`.
        HeadLostError: the file is not the one that was last acknowledged.
        MachineError: a full disk, too little memory, a damaged file; nothing was changed.
    """
    with _opened(database, wait_seconds, spill) as connection:
        connection.begin()
        yield connection
        head = move_head(connection)
        connection.commit()
        if head is not None:
            acknowledge(database, head)


@contextmanager
def _opened(database: Path, wait_seconds: float, spill: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    database.parent.mkdir(parents=True, exist_ok=True)
    with writer_lock(database, wait_seconds), engine_failures(database):
        require_present(database)
        if _log_of_engine(database).exists():
            # To open it for writing would bring the log into the file, and with it what shows that the log was cut.
            with reading(database, wait_seconds=wait_seconds):
                pass
        with _engine(spill) as connection:
            attach_when_free(connection, database, WAREHOUSE, read_only=False, wait_seconds=wait_seconds)
            connection.execute(f"use {WAREHOUSE}")
            head = read_head(connection)
            if require_newest(database, head) and head is not None:
                acknowledge(database, head, "mended")
            yield connection


def _log_of_engine(database: Path) -> Path:
    return database.with_name(f"{database.name}.wal")


def _require_whole(connection: duckdb.DuckDBPyConnection, database: Path) -> None:
    """The engine notices an end that was cut off only when it comes to read there."""
    if not _log_of_engine(database).exists() and database.stat().st_size < one_value(connection, "read_size"):
        raise damaged(database)


def checkpoint(database: Path) -> None:
    """Bring the write-ahead log into the file."""
    with _opened(database, LOCK_WAIT_SECONDS) as connection:
        connection.execute(f"checkpoint {WAREHOUSE}")


@contextmanager
def reading(
    database: Path, alias: str = WAREHOUSE, wait_seconds: float = LOCK_WAIT_SECONDS, *, spill: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that can only read the DuckDB file `database`, attached as `alias`.

    Raises:
        WarehouseBusyError: another process was writing for `wait_seconds`.
        HeadLostError: it is the warehouse, and not as it was last acknowledged.
    """
    with _engine(spill) as connection, engine_failures(database):
        attach_when_free(connection, database, alias, wait_seconds=wait_seconds)
        connection.execute(f"use {alias}")
        if database.stem == WAREHOUSE:
            _require_whole(connection, database)
            require_newest(database, read_head(connection))
        yield connection


def accept_head(database: Path) -> tuple[int, int]:
    """Go on with the database as it is, older or other than what was acknowledged; the log says so from then on.

    Returns how many commits the log had, and how many the database has.
    """
    if not database.exists():
        raise UserError(f"There is no {database.name} to accept. Put a copy of it back first.")
    with writer_lock(database, LOCK_WAIT_SECONDS), engine_failures(database):
        connection = in_memory()
        try:
            attach_when_free(connection, database, WAREHOUSE)
            connection.execute(f"use {WAREHOUSE}")
            found = read_head(connection) or Head()
        finally:
            connection.close()
        before = acknowledged(database)
        acknowledge(database, found, "accepted")
    return before.sequence, found.sequence


__all__ = [
    "LOCK_WAIT_SECONDS",
    "WarehouseBusyError",
    "accept_head",
    "attach",
    "attach_when_free",
    "checkpoint",
    "engine_failures",
    "in_memory",
    "reading",
    "writing",
]
