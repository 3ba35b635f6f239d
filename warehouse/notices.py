"""The outbox of e-mails: each is a row before it is sent, and says what became of it."""

from __future__ import annotations

from dataclasses import asdict, replace

import duckdb

from transforms.audit import Event
from transforms.notices import Notice
from warehouse import audit
from warehouse.connection import reading, writing
from warehouse.ledger import utc_now
from warehouse.queries import one_value, run
from warehouse.workspace import Store


def every(store: Store) -> list[Notice]:
    """All that were ever entered, in that order."""
    with reading(store.database) as connection:
        return _every(connection)


def enter(connection: duckdb.DuckDBPyConnection, notice: Notice) -> Notice:
    """Enter a notice under a number of its own, inside the transaction of what it tells of."""
    number = one_value(connection, "count_notices") + 1  # none is ever deleted
    numbered = replace(notice, notice_id=f"M{number:05}")
    run(connection, "enter_notice", asdict(numbered))
    return numbered


def enter_all(store: Store, found: list[Notice], who: str) -> None:
    """Enter notices that belong to no other change, with a row of the audit trail each."""
    with writing(store.database) as connection:
        for each in found:
            _tell(connection, enter(connection, each), who)


def settle(store: Store, notice: Notice, who: str, told: str | None = None) -> None:
    """Let the notice stand as `notice` says. `told` stands in the audit trail instead of its state and reason."""
    with writing(store.database) as connection:
        mark(connection, notice, who, told)


def mark(connection: duckdb.DuckDBPyConnection, notice: Notice, who: str, told: str | None = None) -> None:
    """As `settle`, inside a transaction."""
    marked = replace(notice, changed_at=utc_now())
    run(connection, "mark_notice", asdict(marked))
    _tell(connection, marked, who, told)


def open_of(connection: duckdb.DuckDBPyConnection, unit_id: str) -> list[Notice]:
    """The notices to a practice that are still to be sent."""
    return [each for each in _every(connection) if each.unit_id == unit_id and each.state == "queued"]


def _every(connection: duckdb.DuckDBPyConnection) -> list[Notice]:
    return [Notice(*row) for row in run(connection, "read_notices").fetchall()]


def _tell(connection: duckdb.DuckDBPyConnection, notice: Notice, who: str, told: str | None = None) -> None:
    stands = f"{notice.state}: {notice.reason}" if notice.reason else notice.state
    words = f"{notice.notice_id}, {notice.kind} to {notice.recipient} {notice.unit_id}, {told or stands}"
    audit.append(connection, Event(utc_now(), who, "mail", notice.request_id, notice.pack_id or None, None, words))
