"""Owners: processes that live, known by a file that each holds locked. The system lets go of it when a process dies.

That is a lease without a clock: nothing is taken from a process that is slow, and what a killed one had is free at
once. Only of a process on another machine, where a lock may not be seen, the age of its file decides.
"""

from __future__ import annotations

import os
import platform
import re
import threading
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from warehouse.workspace import Store

BEAT_SECONDS = 15.0
LAPSE_SECONDS = 90.0
"""Within this the file of a process elsewhere must have been touched: six beats."""
_LOOK_SECONDS = 0.2
"""Whoever else looks at the same time holds the lock for a moment, and is not its owner."""
_own: dict[tuple[int, Path], FileLock] = {}
_opening = threading.Lock()


def owner(store: Store) -> str:
    """The name of this process in the workspace, held from the first call until the process ends."""
    with _opening:
        mine = (os.getpid(), store.root.resolve())
        if mine not in _own:
            _own[mine] = _begin(store)
        return Path(_own[mine].lock_file).stem


def _begin(store: Store) -> FileLock:
    folder = store.at_work
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{_host()}--{os.getpid()}-{uuid4().hex[:8]}.owner")
    lock.acquire()
    threading.Thread(target=_beat, args=(Path(lock.lock_file),), daemon=True).start()
    return lock


def is_gone(store: Store, name: str | None) -> bool:
    """Whether the process of that name has ended. One that nobody can name has."""
    if name is None:
        return True
    file = store.at_work / f"{name}.owner"
    try:
        touched = file.stat().st_mtime
    except OSError:
        return True
    if name.partition("--")[0] != _host():
        return time.time() - touched > LAPSE_SECONDS
    if name == _name_here(store):
        return False
    lock = FileLock(file)
    try:
        lock.acquire(timeout=_LOOK_SECONDS, poll_interval=_LOOK_SECONDS / 5)
    except Timeout:
        return False
    lock.release()
    return True


def forget_gone(store: Store) -> None:
    """Remove the files of processes that have ended."""
    for file in store.at_work.glob("*.owner"):
        if is_gone(store, file.stem):
            with suppress(OSError):
                file.unlink()


def _name_here(store: Store) -> str | None:
    lock = _own.get((os.getpid(), store.root.resolve()))
    return Path(lock.lock_file).stem if lock else None


def _host() -> str:
    return re.sub(r"[^\w.]+", "-", platform.node()) or "here"


def _beat(file: Path) -> None:
    while True:
        time.sleep(BEAT_SECONDS)
        with suppress(OSError):  # a workspace that was taken away has nothing to be seen in
            os.utime(file)
