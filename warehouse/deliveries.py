"""Deliveries in the warehouse: what each recipient of a pack gets, in which version, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import duckdb

from transforms.audit import Event
from transforms.notices import Notice
from transforms.parcels import Delivery, PrintedFile
from transforms.requests import Request
from warehouse import audit, notices, requests
from warehouse.connection import reading, writing
from warehouse.ledger import utc_now
from warehouse.queries import run
from warehouse.workspace import Store


@dataclass(frozen=True)
class FileMade:
    """A file as it lies in a recipient's folder; `sealed_from` is the sha256 of what a seal hides."""

    name: str
    sha256: str
    sealed_from: str | None = None


def of_pack(store: Store, pack_id: str) -> list[Delivery]:
    """Every version of every recipient of a pack."""
    return _read(store, {"pack_id": pack_id, "unit_id": None})


def of_unit(store: Store, unit_id: str) -> list[Delivery]:
    """Everything that a practice or a cluster ever was to get."""
    return _read(store, {"pack_id": None, "unit_id": unit_id})


def printed(store: Store, pack_id: str) -> list[PrintedFile]:
    """The files that were rendered last, and whose each is."""
    with reading(store.database) as connection:
        rows = run(connection, "read_printed_audiences", {"pack_id": pack_id}).fetchall()
    return [PrintedFile(*row) for row in rows]


def files_of(store: Store, delivery: Delivery) -> dict[str, str]:
    """The files of one version for one recipient, with their sha256."""
    with reading(store.database) as connection:
        return dict(run(connection, "read_delivery_files", asdict(delivery)).fetchall())


def prepare(store: Store, deliveries: Sequence[Delivery]) -> None:
    """Enter what is to be made, or change what was entered before and never handed over."""
    with writing(store.database) as connection:
        for each in deliveries:
            _put(connection, each)


def finish(
    store: Store,
    request: Request,
    made: Sequence[tuple[Delivery, Sequence[FileMade]]],
    mails: Sequence[Notice],
    who: str,
) -> None:
    """All of a pack's recipients have theirs: the rows, the notices to send and the request's move in one step."""
    now = utc_now()
    with writing(store.database) as connection:
        for delivery, files in made:
            _hand_over(connection, replace(delivery, state="delivered", changed_at=now), files, who)
        for each in mails:
            notices.enter(connection, each)
        if request.state == "rendered":
            requests.deliver(connection, request, who)


def withdraw(connection: duckdb.DuckDBPyConnection, practice_id: str, who: str, reason: str) -> list[Delivery]:
    """A practice has taken its consent back: nothing more is sent to it, and what was sent is marked.

    Returns what had been sent. Inside the transaction of the withdrawal.
    """
    rows = run(connection, "read_deliveries", {"pack_id": None, "unit_id": practice_id}).fetchall()
    sent: list[Delivery] = []
    for each in (Delivery(*row) for row in rows):
        if each.recipient != "member" or each.state in ("withheld", "withdrawn"):
            continue
        state = "withheld" if each.state == "prepared" else "withdrawn"
        marked = replace(each, state=state, reason=reason, changed_at=utc_now())
        run(connection, "mark_delivery", asdict(marked))
        _tell(connection, marked, who)
        if state == "withdrawn":
            sent.append(marked)
    for mail in notices.open_of(connection, practice_id):
        notices.mark(connection, replace(mail, state="dropped", reason=reason), who)
    return sent


def _put(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> None:
    there = run(connection, "read_deliveries", asdict(delivery)).fetchall()
    known = any(Delivery(*row).key == delivery.key and row[4] == delivery.version for row in there)
    run(connection, "mark_delivery" if known else "enter_delivery", asdict(delivery))
    if delivery.state == "withheld":
        _tell(connection, delivery, "klyngeflow")


def _hand_over(connection: duckdb.DuckDBPyConnection, delivery: Delivery, files: Sequence[FileMade], who: str) -> None:
    rows = run(connection, "read_deliveries", asdict(delivery)).fetchall()
    for before in (Delivery(*row) for row in rows):
        if before.key == delivery.key and before.state == "delivered" and before.version < delivery.version:
            replaced = replace(before, state="replaced", changed_at=delivery.changed_at)
            run(connection, "mark_delivery", asdict(replaced))
    run(connection, "mark_delivery", asdict(delivery))
    run(connection, "forget_delivery_files", asdict(delivery))
    for file in files:
        row = {"file_name": file.name, "sha256": file.sha256, "sealed_from": file.sealed_from}
        run(connection, "enter_delivery_file", asdict(delivery) | row)
    _tell(connection, delivery, who)


def _tell(connection: duckdb.DuckDBPyConnection, delivery: Delivery, who: str) -> None:
    why = f": {delivery.reason}" if delivery.reason else ""
    words = f"{delivery.recipient} {delivery.unit_id}, version {delivery.version}, {delivery.state}{why}"
    event = Event(delivery.changed_at, who, "delivery", delivery.request_id, delivery.pack_id, None, words)
    audit.append(connection, event)


def _read(store: Store, values: Mapping[str, str | None]) -> list[Delivery]:
    with reading(store.database) as connection:
        return [Delivery(*row) for row in run(connection, "read_deliveries", dict(values)).fetchall()]
