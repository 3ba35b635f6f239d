"""public.duckdb: a copy that any DuckDB client may hold open without getting in the writer's way."""

from __future__ import annotations

from pathlib import Path

from warehouse.connection import WarehouseBusyError, attach, attach_when_free, in_memory
from warehouse.files import sync_folder
from warehouse.workspace import Store


def publish(store: Store) -> Path:
    """Swap in a fresh copy of the warehouse; a client that holds the old one keeps it until it opens again.

    Raises:
        WarehouseBusyError: the system does not let go of the old copy (Windows, while a client has it open).
    """
    aside = store.public.with_suffix(".part")
    aside.unlink(missing_ok=True)
    connection = in_memory()
    try:
        attach_when_free(connection, store.database, "klyngeflow")
        attach(connection, aside, "public", read_only=False)
        connection.execute("copy from database klyngeflow to public")
        connection.execute("checkpoint public")
    finally:
        connection.close()
    try:
        aside.replace(store.public)
    except PermissionError:
        raise WarehouseBusyError(
            f"{store.public.name} is held open by another program, so the new copy could not be put in its place. "
            "Close that program and run this again."
        ) from None
    # A log that a client left beside the old copy belongs to no file any more, and would keep the new one shut.
    store.public.with_name(f"{store.public.name}.wal").unlink(missing_ok=True)
    sync_folder(store.public.parent)
    return store.public
