"""Consent in the warehouse: each change of it is in the audit trail, and what was sent before it ended is marked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import duckdb
import polars as pl

from transforms.audit import Event
from transforms.consent import without_taken_back
from transforms.errors import UserError
from warehouse import audit, deliveries, requests
from warehouse.connection import reading, writing
from warehouse.queries import one_value, run
from warehouse.requests import PROGRAM
from warehouse.standing import next_moment
from warehouse.workspace import Store

CONSENT = "consent"
"""What an entry of the audit trail about consent is called."""


class UnknownPracticeError(UserError):
    """The registry has no such practice."""


@dataclass(frozen=True)
class Sent:
    """One pack that had been sent when a practice of it took its consent back."""

    practice_id: str
    request_id: str
    pack_id: str
    sent_at: datetime | None
    sent_by: str | None
    withdrawn_at: datetime


def withdraw_consent(store: Store, practice_id: str, first: date, who: str) -> bool:
    """The practice has said no from the day `first` on; whether that is new.

    Raises:
        UnknownPracticeError: the registry has no such practice.
    """
    with writing(store.database) as connection:
        if not one_value(connection, "is_practice", {"practice_id": practice_id}):
            raise UnknownPracticeError(
                f"The registry has no practice {practice_id}. Write its provider number as the registry has it."
            )
        if _taken_back(connection).get(practice_id) == first:
            return False
        now = next_moment(connection)
        values = {"practice_id": practice_id, "valid_from": first, "now": now, "who": who, "extract_id": None}
        run(connection, "enter_withdrawn_consent", values)
        told = run(connection, "read_registry_now", table="consent").pl()
        connection.register("told", laid_over(connection, told))
        run(connection, "promote_registry", values, table="consent", columns=told.columns)
        run(connection, "enter_registry", values, table="consent", columns=told.columns)
        follow_changes(connection, now, who)
        return True


def laid_over(connection: duckdb.DuckDBPyConnection, told: pl.DataFrame) -> pl.DataFrame:
    """What the registry tells of consent, with what was taken back by hand."""
    taken_back = _taken_back(connection)
    return without_taken_back(told, taken_back) if taken_back else told


def follow_changes(connection: duckdb.DuckDBPyConnection, now: datetime, who: str) -> None:
    """Tell the audit trail whose consent changed at `now`, and follow what was taken back, in that transaction."""
    changes: list[tuple[str, bool | None, bool | None]] = run(connection, "consent_changes", {"now": now}).fetchall()
    given = [practice for practice, _, answer in changes if answer]
    if given:
        audit.append(connection, Event(now, who, CONSENT, detail=f"given by {', '.join(given)}"))
    for practice, was, answer in changes:
        if answer is False or (was and answer is None):
            audit.append(connection, Event(now, who, CONSENT, detail=f"not given, or taken back, by {practice}"))
            _follow(connection, practice, now)


def _follow(connection: duckdb.DuckDBPyConnection, practice_id: str, now: datetime) -> None:
    """Packs that were not sent are to be made again; what was sent is marked, and no mail to it goes off."""
    deliveries.withdraw(connection, practice_id, PROGRAM, "consent taken back")
    values = {"practice_id": practice_id, "now": now}
    for request_id, pack_id, state in run(connection, "requests_of_practice", values).fetchall():
        if state == "rendered":
            why = "A practice has taken its consent back: the pack is made again without it."
            requests.make_again(connection, request_id, why)
        else:
            run(connection, "mark_sent", values | {"request_id": request_id, "pack_id": pack_id})
            words = f"sent before {practice_id} took its consent back: ask those who have it to destroy it"
            audit.append(connection, Event(now, PROGRAM, CONSENT, request_id, pack_id, None, words))


def sent_before(store: Store) -> list[Sent]:
    """What had been sent when a practice took its consent back, the newest first."""
    with reading(store.database) as connection:
        return [Sent(*row) for row in run(connection, "read_sent").fetchall()]


def _taken_back(connection: duckdb.DuckDBPyConnection) -> dict[str, date]:
    return dict(run(connection, "read_withdrawn_consents").fetchall())
