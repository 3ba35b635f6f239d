"""Files written whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from warehouse.faults import is_full, no_space
from warehouse.spill import FOLDER
from warehouse.workspace import Store

ANEW = "anew"
"""The folder beside the database for its rows while it is written anew."""
_HALF_WRITTEN = (".part", ".part.wal", ".utf8", ".aside", ".aside.wal")


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path`; see `written_whole`."""
    with written_whole(path) as file:
        file.write(content)


@contextmanager
def written_whole(target: Path) -> Iterator[IO[bytes]]:
    """A file to write to that stands at `target` once all of it is forced to the disk.

    Raises:
        NoSpaceError: the disk is full; nothing of the file is left.
    """
    aside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        if is_full(error):
            raise no_space(target.parent) from None
        raise
    finally:
        aside.unlink(missing_ok=True)


def sync_file(path: Path) -> None:
    """Force what another library wrote into `path` to disk."""
    # Windows flushes only what was opened for writing.
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Force the names in `folder` to disk; a file system that cannot is left alone."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def clear_leftovers(store: Store) -> None:
    """Remove what a killed command left half written. Only whoever holds the command lock may call this."""
    for folder in (store.spill, *store.root.glob(f"staged/*/{FOLDER}")):
        shutil.rmtree(folder, ignore_errors=True)
    for folder in (store.database.parent, store.landing, store.root / "staged"):
        for path in folder.rglob("*") if folder.is_dir() else ():
            if path.name.endswith(_HALF_WRITTEN) and path.is_file():
                path.unlink(missing_ok=True)
    for name in ("returned", ANEW):  # what sheets held, on its way in, and rows on their way into a new file
        shutil.rmtree(store.database.with_name(name), ignore_errors=True)
    store.database.with_suffix(".writer").unlink(missing_ok=True)
    _settle_outbox(store.outbox)


def _settle_outbox(outbox: Path) -> None:
    """A pack whose place was empty when the kill came is put back; half rendered ones go."""
    for old in outbox.glob(".*.old"):
        final = old.with_name(old.name[1 : -len(".old")])
        if final.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.replace(final)
    for aside in outbox.glob(".*.part"):
        shutil.rmtree(aside, ignore_errors=True)
