"""The only place that knows which database is attached: the writer's file, the staged files and the public copy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from transforms.errors import UserError
from warehouse.queries import quoted_text

STORAGE_VERSION = "v1.4.0"  # from here on a file refuses another file's write-ahead log
LOCK_WAIT_SECONDS = 60.0


class WarehouseBusyError(UserError):
    """Another process is writing."""


def _extension_path(name: str) -> Path:
    folder = Path(import_module(f"duckdb_extension_{name}").__file__ or "").parent
    return next(folder.glob(f"extensions/v{duckdb.__version__}/{name}.duckdb_extension"))


def in_memory(*extensions: str) -> duckdb.DuckDBPyConnection:
    """A connection with no file attached, that never downloads anything; `extensions` come from installed wheels."""
    connection = duckdb.connect()
    connection.execute("set autoinstall_known_extensions = false")
    connection.execute("set autoload_known_extensions = false")
    connection.execute("set enable_progress_bar = false")
    connection.execute("set timezone = 'UTC'")
    for name in extensions:
        connection.execute(f"load {quoted_text(str(_extension_path(name)))}")
    return connection


def attach(connection: duckdb.DuckDBPyConnection, path: Path, alias: str, *, read_only: bool) -> None:
    """Attach the DuckDB file `path` as `alias`."""
    options = "read_only" if read_only else f"storage_version {quoted_text(STORAGE_VERSION)}"
    connection.execute(f"attach {quoted_text(str(path))} as {alias} ({options})")


@contextmanager
def _writer_lock(database: Path, wait_seconds: float) -> Iterator[None]:
    note = database.with_suffix(".writer")
    lock = FileLock(database.with_suffix(".lock"))
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout:
        holder = note.read_text(encoding="utf-8").strip() if note.exists() else "unknown"
        raise WarehouseBusyError(
            f"The warehouse {database.name} is being written by another process ({holder}). "
            "Wait until it is done and run this again."
        ) from None
    try:
        note.write_text(f"process {os.getpid()}", encoding="utf-8")
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


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
            attach(connection, database, "klyngeflow", read_only=False)
            connection.execute("use klyngeflow")
            connection.begin()
            yield connection
            connection.commit()
        finally:
            connection.close()


@contextmanager
def reading(database: Path, alias: str = "klyngeflow") -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that can only read the DuckDB file `database`, attached as `alias`."""
    connection = in_memory()
    try:
        attach(connection, database, alias, read_only=True)
        connection.execute(f"use {alias}")
        yield connection
    finally:
        connection.close()
