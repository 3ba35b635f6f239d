"""Follow-ups in the warehouse: which baseline meetings ask for one, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import duckdb

from transforms.audit import Event
from transforms.errors import UserError
from transforms.follow_ups import MOVES, FollowUp, Held, Reach, Rhythm
from warehouse import audit
from warehouse.connection import reading, writing
from warehouse.ledger import utc_now
from warehouse.queries import one_value, run
from warehouse.requests import PROGRAM
from warehouse.workspace import Store

MOST_DELAY = 120
"""Days after its last month within which an extract came as it usually does; what came later was history."""


class FollowUpError(UserError):
    """A follow-up cannot go from the state it is in to the one that was asked for."""


def baselines_held(store: Store, today: date) -> list[Held]:
    """The newest baseline meeting before `today` of each cluster on each package."""
    with reading(store.database) as connection:
        return [Held(*row) for row in run(connection, "read_baselines_held", {"today": today}).fetchall()]


def rhythms(store: Store, sources: Sequence[str]) -> dict[str, Rhythm]:
    """How the extracts of each source usually come; a source that never came in time is left out."""
    asked = {"sources": list(sources), "most": MOST_DELAY}
    with reading(store.database) as connection:
        return {source: Rhythm(*row) for source, *row in run(connection, "read_rhythms", asked).fetchall()}


def every(store: Store) -> list[FollowUp]:
    """All follow-ups, in the order in which they were proposed."""
    with reading(store.database) as connection:
        return _every(connection)


def reach(store: Store, follow_up_id: str) -> list[Reach]:
    """What the figures of the follow-up could show, by measure; empty where that could not be said."""
    with reading(store.database) as connection:
        return [Reach(*row) for row in run(connection, "read_reach", {"follow_up_id": follow_up_id}).fetchall()]


def enter(store: Store, follow_up: FollowUp, measures: Sequence[Reach]) -> FollowUp:
    """Enter a follow-up that is proposed, under a number of its own, with what its figures could show."""
    with writing(store.database) as connection:
        number = one_value(connection, "count_follow_ups") + 1  # none is ever deleted
        entered = replace(follow_up, follow_up_id=f"F{number:04}")
        run(connection, "enter_follow_up", _row(entered) | {"proposed_at": utc_now()})
        for each in measures:
            run(connection, "enter_reach", asdict(each) | {"follow_up_id": entered.follow_up_id})
        _tell(connection, entered, PROGRAM)
    return entered


def move(store: Store, follow_up: FollowUp, who: str) -> None:
    """Let the follow-up stand as it says, from the state that it is in now.

    Raises:
        FollowUpError: it cannot come there from where it is; nothing was changed.
    """
    with writing(store.database) as connection:
        there = {each.follow_up_id: each for each in _every(connection)}
        before = there[follow_up.follow_up_id]
        if follow_up.state not in MOVES[before.state]:
            asked = before.request_id
            already = f" by {asked}" if asked else ""
            first = f" Call that request off first: klyngeflow cancel {asked}." if asked else ""
            raise FollowUpError(
                f"The follow-up {before.follow_up_id} is {before.state}{already} and cannot become {follow_up.state}."
                f"{first}"
            )
        run(connection, "move_follow_up", _row(follow_up) | {"decided_at": utc_now(), "decided_by": who})
        _tell(connection, follow_up, who)


def _tell(connection: duckdb.DuckDBPyConnection, follow_up: FollowUp, who: str) -> None:
    became = f" as {follow_up.request_id}" if follow_up.request_id else ""
    detail = f"{follow_up.follow_up_id}, {follow_up.title}, is {follow_up.state}{became}"
    audit.append(connection, Event(utc_now(), who, "follow-up", detail=detail))


def _every(connection: duckdb.DuckDBPyConnection) -> list[FollowUp]:
    rows = run(connection, "read_follow_ups").fetchall()
    return [FollowUp(row[0], Held(*row[1:4]), *row[4:]) for row in rows]


def _row(follow_up: FollowUp) -> dict[str, Any]:
    held = follow_up.baseline
    about = {"cluster_id": held.cluster_id, "package_id": held.package_id, "baseline_meeting": held.meeting_date}
    rest = {"state": follow_up.state, "request_id": follow_up.request_id}
    return {"follow_up_id": follow_up.follow_up_id, **about, **rest}
