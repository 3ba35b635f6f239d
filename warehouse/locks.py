"""Who may work: one writer of a database, one command in a workspace. A process that dies lets go of both."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from transforms.errors import MachineError
from warehouse.workspace import Store

LOCK_WAIT_SECONDS = 60.0


class WarehouseBusyError(MachineError):
    """Another process is writing."""


def busy(database: Path, holder: str) -> WarehouseBusyError:
    """Names who has the database."""
    return WarehouseBusyError(
        f"The warehouse {database.name} is in use by another process ({holder}). "
        "Wait until it is done, or close that program, and run this again."
    )


@contextmanager
def writer_lock(database: Path, wait_seconds: float) -> Iterator[None]:
    """Hold the writer's lock of `database`.

    Raises:
        WarehouseBusyError: another held it for `wait_seconds`.
    """
    try:
        with _held(database.with_suffix(".lock"), wait_seconds):
            yield
    except _HeldError as error:
        raise busy(database, error.holder) from None


@contextmanager
def one_command(store: Store, wait_seconds: float = LOCK_WAIT_SECONDS) -> Iterator[None]:
    """One command at a time works in a workspace: two would render into the same folders.

    Raises:
        WarehouseBusyError: another was still at work after `wait_seconds`.
    """
    store.database.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _held(store.database.with_name("command.lock"), wait_seconds):
            yield
    except _HeldError as error:
        raise WarehouseBusyError(
            f"Another klyngeflow command is at work in this workspace ({error.holder}). Wait until it is done and run "
            "this again."
        ) from None


class _HeldError(Exception):
    def __init__(self, holder: str) -> None:
        self.holder = holder


@contextmanager
def _held(path: Path, wait_seconds: float) -> Iterator[None]:
    note = path.with_suffix(".writer" if path.stem != "command" else ".holder")
    lock = FileLock(path)
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout:
        holder = note.read_text(encoding="utf-8").strip() if note.exists() else "unknown"
        raise _HeldError(holder) from None
    try:
        note.write_text(f"process {os.getpid()}", encoding="utf-8")
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()
