"""Requests in the warehouse: none moves but as it may, and each move is in the audit trail, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import duckdb

from transforms.audit import Event
from transforms.errors import UserError
from transforms.pack import Meeting
from transforms.requests import FIRST, STANDING, Cause, Request, State, require_move
from warehouse import audit
from warehouse.connection import reading, writing
from warehouse.ledger import utc_now
from warehouse.queries import one_value, run
from warehouse.workspace import Store

PROGRAM = "klyngeflow"
"""Who moves a request when nobody asked for it by hand."""


class CalledOffError(UserError):
    """A pack that nobody asks for any more."""


def every(store: Store) -> list[Request]:
    """All requests, in the order in which they were asked for."""
    with reading(store.database) as connection:
        return _every(connection)


def standing(store: Store, pack_id: str) -> Request | None:
    """The request for a pack that is neither cancelled nor failed, if there is one."""
    with reading(store.database) as connection:
        return _standing(connection, pack_id)


def enter(store: Store, request: Request) -> Request:
    """Enter a request under a number of its own; its `requested_by` asked."""
    with writing(store.database) as connection:
        return _enter(connection, request)


def move(store: Store, request: Request, cause: Cause, who: str) -> None:
    """Let the request stand as `request` says, from the state that it is in now.

    Raises:
        IllegalMoveError: it cannot come there from where it is; nothing was changed.
    """
    with writing(store.database) as connection:
        _move(connection, request, cause, who)


def assessed(store: Store, before: Request, found: Request) -> Request:
    """Let a request that was read as `before` stand as it was found: moved, or with a newer reason where it stays.

    One that somebody moved meanwhile, such as by calling it off, is left as it stands, and returned so.
    """
    with writing(store.database) as connection:
        now = next(each for each in _every(connection) if each.request_id == before.request_id)
        if now.state != before.state:
            return now
        if found.state != now.state:
            _move(connection, found, "assessment", PROGRAM)
        elif found != now:
            run(connection, "move_request", asdict(found))
    return found


def planned(
    connection: duckdb.DuckDBPyConnection, meeting: Meeting, package_id: str, who: str, asked: str | None = None
) -> None:
    """The pack's request is ready: the standing one, or, where nobody asked, one that `who` enters now.

    Raises:
        CalledOffError: it was made for the request `asked`, and none stands any more.
    """
    request = _standing(connection, meeting.pack_id)
    if request is None and asked is not None:
        raise CalledOffError(f"The request {asked} was called off while its pack was being made. Nothing came of it.")
    request = request or _enter(connection, _of_plan(meeting, package_id, who))
    if request.state in ("ready", "rendered", "delivered"):
        return
    later = meeting.followup.start if meeting.followup else None
    ready = replace(request, state="ready", reason="", waits_until=None, baseline_from=meeting.baseline.start)
    _move(connection, replace(ready, followup_from=later), "assessment", PROGRAM)


def rendered(connection: duckdb.DuckDBPyConnection, pack_id: str) -> None:
    """The pack lies in the outbox. One that was rendered before has been asked for no second time."""
    request = _standing(connection, pack_id)
    if request is not None and request.state == "ready":
        _move(connection, replace(request, state="rendered", reason=""), "rendering", PROGRAM)


def make_again(connection: duckdb.DuckDBPyConnection, request_id: str, why: str) -> None:
    """A rendered pack that was not sent is to be made anew; the next run that makes packs does."""
    request = next(each for each in _every(connection) if each.request_id == request_id)
    _move(connection, replace(request, state="ready", reason=why), "assessment", PROGRAM)


def rendered_of(connection: duckdb.DuckDBPyConnection, pack_id: str) -> str | None:
    """The number of the pack's request that is rendered and not delivered, if there is one."""
    standing_one = _standing(connection, pack_id)
    return standing_one.request_id if standing_one and standing_one.state == "rendered" else None


def deliver(connection: duckdb.DuckDBPyConnection, request: Request, who: str) -> None:
    """The pack of a rendered request has been handed over; inside the transaction that says to whom."""
    _move(connection, replace(request, state="delivered", reason=""), "person", who)


def is_taken(store: Store, sha256: str) -> bool:
    """Whether an order form of these bytes has become requests before."""
    with reading(store.database) as connection:
        return one_value(connection, "count_order_forms", {"sha256": sha256}) > 0


def take(store: Store, sha256: str, file_name: str, who: str) -> None:
    """Remember that an order form was taken, also where nothing in it could become a request."""
    row = {"sha256": sha256, "file_name": file_name, "received_at": utc_now(), "received_by": who}
    with writing(store.database) as connection:
        run(connection, "enter_order_form", row)
        audit.append(connection, Event(row["received_at"], who, "order form", detail=file_name))


def _of_plan(meeting: Meeting, package_id: str, who: str) -> Request:
    return Request(
        request_id="",
        pack_id=meeting.pack_id,
        cluster_id=meeting.cluster_id,
        package_id=package_id,
        meeting_date=meeting.meeting_date,
        kind="followup" if meeting.followup else "baseline",
        mode=None,
        level="practice",
        formats=(),
        allow_draft=True,
        data_until=None,
        requested_at=utc_now(),
        requested_by=who,
    )


def _enter(connection: duckdb.DuckDBPyConnection, request: Request) -> Request:
    number = one_value(connection, "count_requests") + 1  # none is ever deleted
    entered = replace(request, request_id=f"R{number:04}", state=FIRST)
    run(connection, "enter_request", asdict(entered) | {"formats": ",".join(entered.formats)})
    _tell(connection, entered, FIRST, entered.requested_by, entered.title)
    return entered


def _move(connection: duckdb.DuckDBPyConnection, request: Request, cause: Cause, who: str) -> None:
    before = next(each.state for each in _every(connection) if each.request_id == request.request_id)
    require_move(request.request_id, before, request.state, cause)
    run(connection, "move_request", asdict(request))
    _tell(connection, request, request.state, who, request.reason)


def _tell(connection: duckdb.DuckDBPyConnection, request: Request, state: State, who: str, detail: str) -> None:
    event = Event(utc_now(), who, "request", request.request_id, request.pack_id, state, detail)
    audit.append(connection, event)


def _standing(connection: duckdb.DuckDBPyConnection, pack_id: str) -> Request | None:
    of_pack = [each for each in _every(connection) if each.pack_id == pack_id and each.state in STANDING]
    return of_pack[-1] if of_pack else None


def _every(connection: duckdb.DuckDBPyConnection) -> list[Request]:
    return [_request(row) for row in run(connection, "read_requests").fetchall()]


def _request(row: Sequence[Any]) -> Request:
    request = Request(*row)
    return replace(request, formats=tuple(filter(None, str(request.formats).split(","))))
