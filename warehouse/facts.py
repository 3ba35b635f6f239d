"""Reading what is known: facts, submissions and the registry, as of a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

import polars as pl

from transforms.codes import CodeSystem
from transforms.errors import UserError
from transforms.practice_months import Facts
from transforms.sources import QUANTITIES
from warehouse.connection import reading
from warehouse.queries import one_value, run
from warehouse.workspace import Store

TABLES = {
    "prescriptions": "fact.prescription",
    "services": "fact.service",
    "list_sizes": "fact.list_size",
    "care_plans": "fact.care_plan",
    "questionnaire": "fact.answer",
    "dose_dispensing": "fact.patient_count",
    "patient_counts": "fact.patient_count",
    "registrations": "fact.registration",
    "municipal": "fact.municipal",
    "benchmarks": "fact.benchmark",
}
"""Where the facts of each shipped source lie. A workspace's own source names one of these tables."""


def quantities_of(table: str) -> tuple[str, ...]:
    """What can be counted in a fact table."""
    return next(QUANTITIES[source] for source, name in TABLES.items() if name == table)


class NothingLoadedError(UserError):
    """No extract has been accepted yet."""


def last_known(store: Store) -> datetime:
    """When the newest accepted extract became known.

    Raises:
        NothingLoadedError: none has been accepted.
    """
    if not store.database.exists():
        raise NothingLoadedError(
            "The warehouse is empty. Bring extracts in first: klyngeflow ingest or klyngeflow run."
        )
    with reading(store.database) as connection:
        moment = one_value(connection, "last_known")
    if moment is None:
        raise NothingLoadedError("No extract has been accepted yet. `klyngeflow status` says why each was refused.")
    return moment


def read_facts(
    store: Store,
    span: tuple[date, date],
    known_at: datetime,
    *,
    silence_is_consent: bool,
    codes: Mapping[str, CodeSystem] | None = None,
) -> Facts:
    """Everything between the first and the last day of `span`, as it was known at `known_at`; codes as received."""
    ground = read_ground(store, span, known_at, silence_is_consent=silence_is_consent)
    others = {source: read_source(store, source, span, known_at) for source in QUANTITIES if source != "list_sizes"}
    return replace(ground, by_source={**ground.by_source, **others}, codes=codes or {})


def read_source(store: Store, source: str, span: tuple[date, date], known_at: datetime) -> pl.LazyFrame:
    """The facts of one source between the first and the last day of `span`, as they were known at `known_at`."""
    values = {"known_at": known_at, "start": span[0], "end": span[1], "source": source}
    with reading(store.database) as connection:
        return run(connection, "read_facts", values, table=TABLES[source]).pl().lazy()


def read_submissions(store: Store, span: tuple[date, date], known_at: datetime) -> pl.DataFrame:
    """One row per practice, source, month and slice submitted within `span`, as was known at `known_at`."""
    values = {"known_at": known_at, "start": span[0], "end": span[1]}
    with reading(store.database) as connection:
        return run(connection, "read_submissions", values).pl()


def read_ground(store: Store, span: tuple[date, date], known_at: datetime, *, silence_is_consent: bool) -> Facts:
    """Who submitted what, who belongs where and how many are listed; the facts of no other source."""
    known = {"known_at": known_at}
    inside = known | {"start": span[0], "end": span[1]}
    listed = read_source(store, "list_sizes", span, known_at)
    submitted = read_submissions(store, span, known_at)
    with reading(store.database) as connection:
        return Facts(
            by_source={"list_sizes": listed},
            submissions=submitted.lazy(),
            memberships=run(connection, "read_memberships", known).pl().lazy(),
            clusters=run(connection, "read_clusters", inside).pl().lazy(),
            practices=run(connection, "read_practices", known | {"silence": silence_is_consent}).pl().lazy(),
        )
