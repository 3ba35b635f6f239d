"""The registry in the warehouse: what each delivery said, and the history that all of them tell together."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

import duckdb
import polars as pl

from transforms.checked import CheckResult
from transforms.contract import Contract, RegistryForm
from transforms.errors import UserError
from transforms.registry import DELIVERED, SCHEMAS, Delivery, Shape, history
from transforms.registry_checks import Known, check_registry
from warehouse.connection import attach, reading
from warehouse.consents import follow_changes, laid_over
from warehouse.queries import run
from warehouse.requests import PROGRAM
from warehouse.workspace import Store


class RegistryDayError(UserError):
    """Nothing says on which day a snapshot of the registry holds, or it says several."""


def checked_registry(store: Store, contract: Contract, extract_id: int, staged: Path) -> tuple[CheckResult, ...]:
    """The outcome of the contract's checks that hold a registry against itself and against the one that is known.

    Raises:
        RegistryDayError: the delivery does not say which day it holds.
    """
    with reading(store.database) as connection:
        attach(connection, staged, "staging", read_only=True)
        delivery = _staged_delivery(connection, contract, extract_id)
        practices, members, newest = run(connection, "read_known_registry", {"day": delivery.as_at}).fetchall()[0]
    return check_registry(contract, delivery, Known(frozenset(practices), frozenset(members), newest))


def promote_registry(connection: duckdb.DuckDBPyConnection, contract: Contract, extract_id: int, now: datetime) -> None:
    """Keep what the staged delivery says, and let the tables say what all deliveries together tell."""
    delivery = _staged_delivery(connection, contract, extract_id)
    moment = {"extract_id": extract_id, "now": now}
    run(connection, "forget_delivered", moment)
    connection.register("delivery", delivery.rows)
    run(connection, "enter_delivered", moment | {"shape": delivery.shape, "as_at": delivery.as_at})
    for table, told in history(_deliveries(connection)).items():
        connection.register("told", laid_over(connection, told) if table == "consent" else told)
        run(connection, "promote_registry", moment, table=table, columns=told.columns)
        run(connection, "enter_registry", moment, table=table, columns=told.columns)
    follow_changes(connection, now, PROGRAM)


def _staged_delivery(connection: duckdb.DuckDBPyConnection, contract: Contract, extract_id: int) -> Delivery:
    staged = run(connection, "read_staged_registry").pl()
    name, received = run(connection, "read_received", {"extract_id": extract_id}).fetchall()[0]
    form = contract.registry or RegistryForm()
    day = _day_it_holds(form, name, staged) or received
    rows = staged.select(
        (pl.col(column) if column in staged.columns else pl.lit(None)).cast(dtype).alias(column)
        for column, dtype in DELIVERED.items()
    )
    return Delivery(day, form.shape, extract_id, rows)


def _day_it_holds(form: RegistryForm, name: str, staged: pl.DataFrame) -> date | None:
    days = staged["as_at"].drop_nulls().unique().to_list() if "as_at" in staged.columns else []
    if len(days) > 1:
        raise RegistryDayError(
            f"{name}: its rows say {len(days)} different days on which the registry holds. Send one file for each day."
        )
    if days:
        return _as_date(days[0])
    match = re.search(form.as_at_in_name, name) if form.as_at_in_name else None
    if match is not None:
        return _named_day(match.groupdict(), name)
    if form.shape == "snapshot":
        raise RegistryDayError(
            f"{name}: neither the file's name nor a column as_at says which day this snapshot of the registry holds. "
            "Put the day into the name as the contract's as_at_in_name describes it."
        )
    return None


def _named_day(groups: dict[str, str | None], name: str) -> date:
    """The day named; where month or day is not, the first."""
    try:
        return date(*(int(groups.get(part) or 1) for part in ("year", "month", "day")))
    except ValueError:
        raise RegistryDayError(
            f"{name}: the day in the file's name is none. Give the file the day on which its registry holds."
        ) from None


def _as_date(day: Any) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day


def _deliveries(connection: duckdb.DuckDBPyConnection) -> list[Delivery]:
    rows = run(connection, "read_delivered").pl()
    parts = rows.partition_by("known_from", "extract_id", maintain_order=True)
    shapes: dict[str, Shape] = {shape: shape for shape in get_args(Shape)}
    return [
        Delivery(part["as_at"][0], shapes[part["shape"][0]], order, part.select(list(DELIVERED)))
        for order, part in enumerate(parts)
    ]


def registry_known(store: Store, known_at: datetime) -> dict[str, pl.DataFrame]:
    """The tables of the registry, of all days, as they were known at `known_at`."""
    with reading(store.database) as connection:
        return {
            table: run(connection, "read_registry_known", {"known_at": known_at}, table=table).pl() for table in SCHEMAS
        }


def registry_loads(store: Store) -> pl.DataFrame:
    """One row per delivery of the registry, the newest last: the day it holds, when it came and what it changed."""
    with reading(store.database) as connection:
        return run(connection, "read_registry_loads").pl()


def submitted(store: Store, source: str, month: date, known_at: datetime) -> frozenset[str]:
    """The practices that submitted `source` for `month`."""
    span = {"start": month, "end": month, "known_at": known_at}
    with reading(store.database) as connection:
        rows = run(connection, "read_submissions", span).fetchall()
    return frozenset(practice for practice, of, *_ in rows if of == source)
