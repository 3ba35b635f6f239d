"""The warehouse written anew: what was deleted is then in no byte of its file, which a deletion alone does not do."""

from __future__ import annotations

from warehouse.connection import attach, checkpoint, engine_failures, reading
from warehouse.files import sync_file, sync_folder
from warehouse.locks import LOCK_WAIT_SECONDS, writer_lock
from warehouse.spill import spill_for
from warehouse.workspace import Store


def compact(store: Store) -> None:
    """Put a copy of what the warehouse holds in its place; at every moment the name stands for a whole file.

    Only whoever holds the command lock may call this.

    Raises:
        NoSpaceError: there is no room for the copy; the old file stands.
    """
    database = store.database
    aside = database.with_name(f"{database.name}.aside")
    log = aside.with_name(f"{aside.name}.wal")
    checkpoint(database)
    for left_over in (aside, log):
        left_over.unlink(missing_ok=True)
    try:
        with writer_lock(database, LOCK_WAIT_SECONDS):
            with reading(database, spill=spill_for(store)) as connection, engine_failures(aside):
                attach(connection, aside, "compacted", read_only=False)
                connection.execute("copy from database klyngeflow to compacted")
                connection.execute("checkpoint compacted")
                connection.execute("detach compacted")
            sync_file(aside)
            aside.replace(database)
            sync_folder(database.parent)
    finally:
        for left_over in (aside, log):
            left_over.unlink(missing_ok=True)
