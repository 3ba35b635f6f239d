"""public.duckdb: a copy that any DuckDB client may hold open without getting in the writer's way."""

from __future__ import annotations

from pathlib import Path

from warehouse.connection import WarehouseBusyError, attach, engine_failures, reading
from warehouse.files import sync_file, sync_folder
from warehouse.spill import spill_for
from warehouse.workspace import Store


def publish(store: Store) -> Path:
    """Swap in a fresh copy of the warehouse; a client that holds the old one keeps it until it opens again.

    The copy is built aside and forced to disk before it takes the name: at every moment the name stands for a whole
    copy, the old or the new.

    Raises:
        WarehouseBusyError: the system does not let go of the old copy (Windows, while a client has it open).
        NoSpaceError: there is no room for the copy; the old one stands.
    """
    aside = store.public.with_suffix(".part")
    _forget(aside)
    try:
        _copy(store, aside)
        sync_file(aside)
        _swap(aside, store.public)
    finally:
        _forget(aside)
    return store.public


def _copy(store: Store, aside: Path) -> None:
    with reading(store.database, spill=spill_for(store)) as connection, engine_failures(aside):
        attach(connection, aside, "public", read_only=False)
        connection.execute("copy from database klyngeflow to public")
        connection.execute("checkpoint public")
        connection.execute("detach public")


def _swap(aside: Path, public: Path) -> None:
    # The log of a client that wrote into the old copy belongs to it alone, and would keep the new one shut: it goes
    # first, for a kill between the two must not leave it beside the new one.
    public.with_name(f"{public.name}.wal").unlink(missing_ok=True)
    try:
        aside.replace(public)
    except PermissionError:
        raise WarehouseBusyError(
            f"{public.name} is held open by another program, so the new copy could not be put in its place. "
            "Close that program and run this again."
        ) from None
    sync_folder(public.parent)


def _forget(aside: Path) -> None:
    aside.unlink(missing_ok=True)
    aside.with_name(f"{aside.name}.wal").unlink(missing_ok=True)
