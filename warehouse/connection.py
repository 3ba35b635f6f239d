"""The only place that knows which database is attached: the writer's file, the staged files and the public copy."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from transforms.errors import UserError
from warehouse.queries import quoted_text
from warehouse.workspace import Store

STORAGE_VERSION = "v1.4.0"  # from here on a file refuses another file's write-ahead log
LOCK_WAIT_SECONDS = 60.0
_PAUSE_SECONDS = 0.05
# The engine tells by its words alone that a file is in use, by another process or elsewhere in this one.
_TAKEN = re.compile("Could not set lock on file|Unique file handle conflict")
_HOLDER = re.compile(r"PID ([0-9]+)")
_OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


class WarehouseBusyError(UserError):
    """Another process is writing."""


def in_memory() -> duckdb.DuckDBPyConnection:
    """A connection with no file attached, that never downloads anything."""
    return duckdb.connect(config=_OFFLINE)


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
        except (duckdb.IOException, duckdb.BinderException) as error:
            if not _TAKEN.search(str(error)):
                raise
            if time.monotonic() >= until:
                holder = _HOLDER.search(str(error))
                raise _busy(path, f"process {holder[1] if holder else os.getpid()}") from None
        time.sleep(_PAUSE_SECONDS)


def _busy(database: Path, holder: str) -> WarehouseBusyError:
    return WarehouseBusyError(
        f"The warehouse {database.name} is in use by another process ({holder}). "
        "Wait until it is done, or close that program, and run this again."
    )


@contextmanager
def _writer_lock(database: Path, wait_seconds: float) -> Iterator[None]:
    note = database.with_suffix(".writer")
    lock = FileLock(database.with_suffix(".lock"))
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout:
        holder = note.read_text(encoding="utf-8").strip() if note.exists() else "unknown"
        raise _busy(database, holder) from None
    try:
        note.write_text(f"process {os.getpid()}", encoding="utf-8")
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


@contextmanager
def one_command(store: Store, wait_seconds: float = LOCK_WAIT_SECONDS) -> Iterator[None]:
    """One command at a time works in a workspace: two would render into the same folders.

    Raises:
        WarehouseBusyError: another was still at work after `wait_seconds`.
    """
    store.database.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(store.database.with_name("command.lock"), timeout=wait_seconds):
            yield
    except Timeout:
        raise WarehouseBusyError(
            "Another klyngeflow command is at work in this workspace. Wait until it is done and run this again."
        ) from None


@contextmanager
def writing(database: Path, wait_seconds: float = LOCK_WAIT_SECONDS) -> Iterator[duckdb.DuckDBPyConnection]:
    """The one writer's connection to `database`: a transaction that is committed whole or not at all.

    Raises:
        WarehouseBusyError: another process held the lock for `wait_seconds`.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    with _writer_lock(database, wait_seconds):
        connection = in_memory()
        try:
            attach_when_free(connection, database, "klyngeflow", read_only=False, wait_seconds=wait_seconds)
            connection.execute("use klyngeflow")
            connection.begin()
            yield connection
            connection.commit()
        finally:
            connection.close()


def checkpoint(database: Path) -> None:
    """Bring the write-ahead log into the file."""
    with _writer_lock(database, LOCK_WAIT_SECONDS):
        connection = in_memory()
        try:
            attach_when_free(connection, database, "klyngeflow", read_only=False)
            connection.execute("checkpoint klyngeflow")
        finally:
            connection.close()


@contextmanager
def reading(
    database: Path, alias: str = "klyngeflow", wait_seconds: float = LOCK_WAIT_SECONDS
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that can only read the DuckDB file `database`, attached as `alias`.

    Raises:
        WarehouseBusyError: another process was writing for `wait_seconds`.
    """
    connection = in_memory()
    try:
        attach_when_free(connection, database, alias, wait_seconds=wait_seconds)
        connection.execute(f"use {alias}")
        yield connection
    finally:
        connection.close()
