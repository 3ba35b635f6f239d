"""The audit trail in the warehouse: who did what, and when. Rows are appended and never changed."""

from __future__ import annotations

from dataclasses import asdict, replace

import duckdb

from transforms.audit import Entry, Event, Head, first_break, following, in_one_line
from warehouse.connection import reading, writing
from warehouse.queries import run
from warehouse.workspace import Store


def append(connection: duckdb.DuckDBPyConnection, event: Event) -> Entry:
    """Enter `event`, inside the transaction of what it tells of; who did it stands in one line, whatever was typed."""
    event = replace(event, who=in_one_line(event.who))
    entry = following(_head(connection), event)
    row = asdict(event) | {"sequence": entry.sequence, "previous": entry.previous, "digest": entry.digest}
    run(connection, "enter_audit", row)
    run(connection, "move_audit_head", row)
    return entry


def tell(store: Store, event: Event) -> None:
    """Enter `event` where nothing else changes with it."""
    with writing(store.database) as connection:
        append(connection, event)


def head(store: Store) -> Head:
    """How long the trail is, and its last digest."""
    with reading(store.database) as connection:
        return _head(connection)


def entries(store: Store) -> list[Entry]:
    """The whole trail, the oldest first."""
    with reading(store.database) as connection:
        return _entries(connection)


def fault(store: Store) -> str | None:
    """Where the trail is broken, in one sentence; None where it is whole."""
    with reading(store.database) as connection:
        return first_break(_entries(connection), _head(connection))


def _head(connection: duckdb.DuckDBPyConnection) -> Head:
    row = run(connection, "read_audit_head").fetchone()
    # Somebody may have emptied the table: a trail with entries and without a head is told as broken.
    return Head() if row is None else Head(*row)


def _entries(connection: duckdb.DuckDBPyConnection) -> list[Entry]:
    rows = run(connection, "read_audit").fetchall()
    return [Entry(row[0], Event(*row[1:8]), row[8], row[9]) for row in rows]
