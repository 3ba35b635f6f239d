"""What clusters agreed on at their meetings, kept until the follow-up asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
import polars as pl

from transforms.goals import Goal
from transforms.pack import Meeting
from transforms.published import GOAL
from warehouse.connection import reading, writing
from warehouse.ledger import utc_now
from warehouse.queries import one_value, run
from warehouse.workspace import Store


@dataclass(frozen=True)
class Held:
    """One meeting of one cluster on one package."""

    cluster_id: str
    package_id: str
    meeting_date: date

    @property
    def key(self) -> dict[str, Any]:
        """Its parts by their columns."""
        return {"cluster_id": self.cluster_id, "package_id": self.package_id, "meeting_date": self.meeting_date}


def meetings_held(store: Store, cluster_id: str, package_id: str) -> list[tuple[date, str]]:
    """Day and kind of the cluster's meetings on the package, as far as packs were made for them; the newest last."""
    with reading(store.database) as connection:
        return run(connection, "read_meetings_held", _topic(cluster_id, package_id)).fetchall()


def add(store: Store, held: Held, goal: Goal) -> int:
    """Record one goal more; returns its number."""
    with writing(store.database) as connection:
        number: int = one_value(connection, "next_goal_number", held.key)
        _enter(connection, held, number, goal, utc_now())
    return number


def replace(store: Store, held: Held, goals: Sequence[Goal], sha256: str) -> int:
    """Record `goals` as those of the meeting, in the place of what it had; returns how many it had.

    `sha256` is of the form they came by.
    """
    with writing(store.database) as connection:
        had = run(connection, "read_goals", held.key).fetchall()
        run(connection, "forget_goals", held.key | {"number": None})
        now = utc_now()
        for number, goal in enumerate(goals, start=1):
            _enter(connection, held, number, goal, now)
        run(connection, "enter_goal_form", held.key | {"sha256": sha256, "recorded_at": now})
    return len(had)


def remove(store: Store, held: Held, number: int) -> bool:
    """Delete one goal, words and all; whether there was one of that number. The others keep theirs."""
    with writing(store.database) as connection:
        had = held.key | {"number": number}
        there = any(row[3] == number for row in run(connection, "read_goals", had).fetchall())
        run(connection, "forget_goals", had)
    return there


def is_recorded(store: Store, sha256: str) -> bool:
    """Whether a form of these bytes was recorded before."""
    with reading(store.database) as connection:
        return bool(one_value(connection, "count_goal_forms", {"sha256": sha256}))


def listed(
    store: Store, cluster_id: str | None, package_id: str | None, meeting_date: date | None = None
) -> pl.DataFrame:
    """One row per goal, in the order of cluster, package, meeting and number; None asks for all of a kind."""
    values = _topic(cluster_id, package_id) | {"meeting_date": meeting_date}
    with reading(store.database) as connection:
        return run(connection, "read_goals", values).pl()


def goals_of(store: Store, meeting: Meeting, package_id: str) -> pl.DataFrame:
    """The rows of report.goal: what the cluster agreed on at its newest meeting before this one that has goals.

    A baseline pack has none: there is no outcome to set beside them.
    """
    if meeting.followup is None:
        return GOAL.to_frame()
    values = _topic(meeting.cluster_id, package_id) | {"before": meeting.meeting_date}
    with reading(store.database) as connection:
        found = run(connection, "read_goals_before", values).pl()
    named = found.with_columns(pack_id=pl.lit(meeting.pack_id))
    return named.select(pl.col(name).cast(dtype) for name, dtype in GOAL.items())


def _topic(cluster_id: str | None, package_id: str | None) -> dict[str, Any]:
    return {"cluster_id": cluster_id, "package_id": package_id}


def _enter(connection: duckdb.DuckDBPyConnection, held: Held, number: int, goal: Goal, now: datetime) -> None:
    hope = goal.hope
    row = {
        "number": number,
        "what": goal.what,
        "who": goal.who,
        "by_when": goal.by_when,
        "measure_id": goal.measure,
        "direction": hope and hope.direction,
        "amount": hope and hope.amount,
        "amount_is": hope and hope.amount_is,
        "recorded_at": now,
    }
    run(connection, "enter_goal", held.key | row)
