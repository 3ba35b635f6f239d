"""Promotion: the staged rows of a checked extract become facts, in one transaction."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from transforms.contract import Contract
from warehouse.connection import attach, writing
from warehouse.facts import quantities_of
from warehouse.queries import one_value, run
from warehouse.workspace import Store


def promote(store: Store, contract: Contract, extract_id: int, staged: Path) -> None:
    """Enter the extract's rows as facts; what they replace keeps its figures and gets an end to its being known."""
    with writing(store.database) as connection:
        attach(connection, staged, "staging", read_only=True)
        now = _now(connection)
        if contract.source == "registry":
            run(connection, "promote_registry", now=now.isoformat(), extract_id=extract_id)
        elif all(column.name != "practice_id" for column in contract.columns):
            _promote_published(connection, contract, extract_id, now)
        else:
            _promote_facts(connection, contract, extract_id, now)
        run(connection, "mark_promoted", {"extract_id": extract_id, "now": now})


def _now(connection: duckdb.DuckDBPyConnection) -> datetime:
    # The order of promotion decides what was known when; the clock only labels it, and may have been set back.
    last = one_value(connection, "last_known")
    now = datetime.now(UTC).replace(tzinfo=None)
    return now if last is None or now > last else last + timedelta(microseconds=1)


def _promote_facts(connection: duckdb.DuckDBPyConnection, contract: Contract, extract_id: int, now: datetime) -> None:
    _accept(connection, contract, extract_id)
    known = {"extract_id": extract_id, "now": now}
    run(connection, "supersede_facts", {"now": now, "source": contract.source}, table=contract.table)
    columns = {column.name for column in contract.columns}
    run(
        connection,
        "promote_facts",
        known,
        table=contract.table,
        key=contract.key,
        quantities=[name for name in quantities_of(contract.table) if name in columns],
        net=contract.corrections == "net",
        months_held=contract.months_held,
    )
    run(connection, "supersede_submissions", {"now": now, "source": contract.source})
    run(connection, "enter_submissions", known | {"source": contract.source})


def _promote_published(
    connection: duckdb.DuckDBPyConnection, contract: Contract, extract_id: int, now: datetime
) -> None:
    """Enter figures that belong to no practice: each replaces the figure of the same key, and nobody submitted them."""
    parts = {"table": contract.table, "key": contract.key}
    run(connection, "supersede_published", {"now": now, "source": contract.source}, **parts)
    columns = {column.name for column in contract.columns}
    quantities = [name for name in quantities_of(contract.table) if name in columns]
    run(connection, "promote_published", {"extract_id": extract_id, "now": now}, quantities=quantities, **parts)


def _accept(connection: duckdb.DuckDBPyConnection, contract: Contract, extract_id: int) -> None:
    start, end, status = run(connection, "extract_period", {"extract_id": extract_id}).fetchall()[0]
    listed = contract.submission is not None and contract.submission.by == "listed"
    run(
        connection,
        "accept",
        {"period_start": start, "period_end": end},
        listed=listed,
        provisional=status == "provisional",
        source=contract.source,
    )
