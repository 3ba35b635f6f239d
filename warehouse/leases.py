"""Leases: what one process at a time may do, such as making the pack of a request. See `warehouse.owners`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from warehouse.connection import reading, writing
from warehouse.ledger import utc_now
from warehouse.owners import is_gone, owner
from warehouse.queries import run
from warehouse.workspace import Store


def take(store: Store, name: str) -> bool:
    """Whether this process now has the lease `name`: it was free, or whoever had it has ended."""
    mine = owner(store)
    with writing(store.database) as connection:
        there = run(connection, "read_lease", {"name": name}).fetchone()
        if there is not None and (there[0] == mine or not is_gone(store, there[0])):
            return False
        run(connection, "forget_lease", {"name": name})
        run(connection, "enter_lease", {"name": name, "owner": mine, "taken_at": utc_now()})
    return True


def give_back(store: Store, name: str) -> None:
    """Let go of the lease `name`."""
    with writing(store.database) as connection:
        run(connection, "forget_lease", {"name": name})


@contextmanager
def kept(store: Store, name: str) -> Iterator[None]:
    """Give the lease `name`, which this process has taken, back after the block, however it ends."""
    try:
        yield
    finally:
        give_back(store, name)


def taken(store: Store) -> list[tuple[str, str]]:
    """What is being worked on, and by whom: leases whose owner lives."""
    with reading(store.database) as connection:
        rows = run(connection, "read_leases").fetchall()
    return [(name, of) for name, of, _ in rows if not is_gone(store, of)]
