"""Promotion: the staged rows of a checked extract become facts, in one transaction."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from transforms.contract import Contract
from warehouse.connection import attach, writing
from warehouse.delivery_name import correction_number, delivery_kind
from warehouse.facts import quantities_of
from warehouse.queries import run
from warehouse.registry import promote_registry
from warehouse.spill import spill_for
from warehouse.standing import Moment, next_moment, settle
from warehouse.workspace import Store


def promote(store: Store, contract: Contract, extract_id: int, staged: Path) -> None:
    """Enter the extract's rows as facts; what they replace keeps its figures and gets an end to its being known.

    An extract that was promoted already is left as it is.
    """
    with writing(store.database, spill=spill_for(store, staged)) as connection:
        attach(connection, staged, "staging", read_only=True)
        moment = Moment(extract_id, next_moment(connection))
        entered = run(connection, "find_coverage", moment.values()).fetchone()
        run(connection, "mark_promoted", {"extract_id": extract_id, "now": entered[0] if entered else moment.now})
        if contract.source == "registry":
            promote_registry(connection, contract, extract_id, moment.now)
        elif all(column.name != "practice_id" for column in contract.columns):
            _promote_published(connection, contract, moment)
        elif not entered:
            _promote_facts(connection, contract, moment)


def _promote_facts(connection: duckdb.DuckDBPyConnection, contract: Contract, moment: Moment) -> None:
    period = _accept(connection, contract, moment.extract_id)
    outranked = settle(connection, contract, moment)
    columns = {column.name for column in contract.columns}
    run(
        connection,
        "promote_facts",
        moment.values() | {"period_start": period[0], "period_end": period[1]},
        table=contract.table,
        key=contract.key,
        quantities=[name for name in quantities_of(contract.table) if name in columns],
        net=contract.corrections == "net",
        months_held=contract.months_held,
        outranked=outranked,
        slice=contract.slice,
    )


def _promote_published(connection: duckdb.DuckDBPyConnection, contract: Contract, moment: Moment) -> None:
    """Enter figures that belong to no practice: each replaces the figure of the same key, and nobody submitted them."""
    parts = {"table": contract.table, "key": contract.key}
    run(connection, "supersede_published", {"now": moment.now, "source": contract.source}, **parts)
    columns = {column.name for column in contract.columns}
    quantities = [name for name in quantities_of(contract.table) if name in columns]
    run(connection, "promote_published", moment.values(), quantities=quantities, **parts)


def _accept(connection: duckdb.DuckDBPyConnection, contract: Contract, extract_id: int) -> tuple[date, date]:
    """Fill `incoming` and `touched` with what the extract decides; returns the period it covers."""
    row = run(connection, "read_standing", {"extract_id": extract_id}).fetchall()[0]
    name, mended = row[1], row[4]
    kind = "supplement" if mended is not None else delivery_kind(contract, name)
    values = {"extract_id": extract_id, "kind": kind, "correction": correction_number(contract, name)}
    run(connection, "mark_kind", values)
    # A supplement belongs to the period of the extract it mends, whatever its own name says.
    period = run(connection, "extract_period", {"extract_id": mended or extract_id}).fetchall()[0][:2]
    by = contract.submission.by if contract.submission else "any_row"
    run(
        connection,
        "accept",
        {"period_start": period[0], "period_end": period[1]},
        listed=by == "listed" and kind == "full",
        in_month=by == "row_in_month",
        difference=kind == "difference",
        months_held=contract.months_held,
        slice=contract.slice,
    )
    run(connection, "touch_incoming")
    return period
