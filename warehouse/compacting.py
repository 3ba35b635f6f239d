"""The warehouse written anew: what was deleted is then in no byte of its file, which a deletion alone does not do."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

from warehouse.connection import attach, checkpoint, engine_failures, in_memory, reading
from warehouse.files import ANEW, sync_file, sync_folder
from warehouse.locks import LOCK_WAIT_SECONDS, writer_lock
from warehouse.own_process import in_own_process
from warehouse.queries import quoted_text
from warehouse.spill import spill_for
from warehouse.workspace import Store


def compact(store: Store) -> None:
    """Put a copy of what the warehouse holds in its place; at every moment the name stands for a whole file.

    The engine leaves in the gaps of the blocks that it writes what its memory held, and of what it reads it takes in
    the gaps as well. So the rows go through files that have no gaps into a process that never saw the old ones.
    Only whoever holds the command lock may call this.

    Raises:
        NoSpaceError: there is no room for the copy; the old file stands.
        ProcessEndedError: the process that writes the copy ended; the old file stands.
    """
    database = store.database
    aside, rows = database.with_name(f"{database.name}.aside"), database.with_name(ANEW)
    checkpoint(database)
    _forget(aside, rows)
    try:
        with writer_lock(database, LOCK_WAIT_SECONDS):
            spill = spill_for(store)
            with reading(database, spill=spill) as connection, engine_failures(rows):
                connection.execute(f"export database klyngeflow to {quoted_text(str(rows))} (format parquet)")
            in_own_process(_write, rows, aside, spill)
            sync_file(aside)
            aside.replace(database)
            sync_folder(database.parent)
    finally:
        _forget(aside, rows)


def _write(rows: Path, aside: Path, spill: Path | None) -> None:
    with closing(in_memory(spill)) as connection, engine_failures(aside):
        attach(connection, aside, "compacted", read_only=False)
        connection.execute("use compacted")
        connection.execute(f"import database {quoted_text(str(rows))}")
        connection.execute("checkpoint compacted")


def _forget(aside: Path, rows: Path) -> None:
    aside.unlink(missing_ok=True)
    aside.with_name(f"{aside.name}.wal").unlink(missing_ok=True)
    shutil.rmtree(rows, ignore_errors=True)
