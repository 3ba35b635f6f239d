"""Who may work: one writer of a database; one command in a workspace, or some workers beside each other.

A process that dies lets go of all it held.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from transforms.errors import MachineError
from warehouse.workspace import Store

LOCK_WAIT_SECONDS = 60.0
WORKERS = 4
"""How many processes at most make packs beside each other; a command waits for all of them."""
_PAUSE_SECONDS = 0.1


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
        with _held(database.with_suffix(".lock"), wait_seconds, ".writer"):
            yield
    except _HeldError as error:
        raise busy(database, error.holder) from None


@contextmanager
def one_command(store: Store, wait_seconds: float = LOCK_WAIT_SECONDS) -> Iterator[None]:
    """One command at a time works in a workspace: two would render into the same folders.

    Raises:
        WarehouseBusyError: another was still at work after `wait_seconds`.
    """
    until = time.monotonic() + wait_seconds
    with ExitStack() as held, _told_as_command():
        held.enter_context(_command(store, wait_seconds))
        for place in _places(store):
            held.enter_context(_held(place, max(0.0, until - time.monotonic())))
        yield


@contextmanager
def beside_others(store: Store, wait_seconds: float = LOCK_WAIT_SECONDS) -> Iterator[None]:
    """Work beside other workers, and while no command does.

    Raises:
        WarehouseBusyError: there was no place within `wait_seconds`.
    """
    with ExitStack() as held:
        with _told_as_command():
            _take_place(store, held, wait_seconds)
        yield


def _take_place(store: Store, held: ExitStack, wait_seconds: float) -> None:
    until = time.monotonic() + wait_seconds
    # Who waits to be the one command keeps new workers out, so that it is not waited for in vain.
    with _command(store, wait_seconds):
        while True:
            for place in _places(store):
                try:
                    held.enter_context(_held(place, 0))
                except _HeldError:
                    continue
                return
            if time.monotonic() >= until:
                raise _HeldError("other workers")
            time.sleep(_PAUSE_SECONDS)


@contextmanager
def one_builder(store: Store, wait_seconds: float = 10 * LOCK_WAIT_SECONDS) -> Iterator[None]:
    """Of the workers one at a time computes and builds; the others render meanwhile, or wait."""
    with _told_as_command(), _held(store.at_work / "building.lock", wait_seconds):
        yield


def _command(store: Store, wait_seconds: float) -> AbstractContextManager[None]:
    store.at_work.mkdir(parents=True, exist_ok=True)
    return _held(store.database.with_name("command.lock"), wait_seconds)


def _places(store: Store) -> list[Path]:
    return [store.at_work / f"worker-{number}.lock" for number in range(1, WORKERS + 1)]


@contextmanager
def _told_as_command() -> Iterator[None]:
    try:
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
def _held(path: Path, wait_seconds: float, note_ending: str = ".holder") -> Iterator[None]:
    note = path.with_suffix(note_ending)
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
