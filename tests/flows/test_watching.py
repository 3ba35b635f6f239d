"""What is forgotten of the runs that were due while nobody served, and what is begun instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from prefect.client.orchestration import SyncPrefectClient
from prefect.states import Crashed, Scheduled

from flows.scheduled import CAUGHT_UP
from flows.schedules import NIGHTLY
from flows.watching import PATIENCE, catch_up, forget_late
from warehouse import runs, scheduled_days
from warehouse.schema import migrate
from warehouse.workspace import Store

MOST = 2
"""Runs that the server gives at once."""


@dataclass
class Server:
    """Prefect's server as `forget_late` sees it: late runs, some at a time."""

    late: list[Any] = field(default_factory=list)

    def read_flow_runs(self, *, flow_run_filter: object, offset: int) -> list[Any]:
        assert flow_run_filter is not None
        return self.late[offset : offset + MOST]

    def delete_flow_run(self, number: str) -> None:
        self.late = [each for each in self.late if each.id != number]


def left_of(late: Iterable[tuple[str, bool, list[str]]]) -> tuple[int, list[str]]:
    server = Server([SimpleNamespace(id=name, auto_scheduled=auto, tags=tags) for name, auto, tags in late])
    count = forget_late(cast("SyncPrefectClient", server), datetime(2026, 3, 1, tzinfo=UTC))
    return count, [each.id for each in server.late]


def test_what_a_person_asked_for_in_the_page_outlives_a_server_that_was_stopped() -> None:
    planned = [(f"night {number}", True, ["klyngeflow"]) for number in range(3)]
    by_hand = [("request K1", False, ["klyngeflow"]), ("render", False, ["klyngeflow"])]
    mixed = [planned[0], by_hand[0], *planned[1:], ("caught up", False, [CAUGHT_UP]), by_hand[1]]
    assert left_of(mixed) == (4, ["request K1", "render"])
    assert left_of([]) == (0, [])


@dataclass
class Begun:
    """Prefect's server as `catch_up` sees it: the same key gives the run that there is."""

    keys: list[str] = field(default_factory=list)

    def read_deployment_by_name(self, name: str) -> Any:
        return SimpleNamespace(id=name)

    def create_flow_run_from_deployment(self, number: str, *, tags: list[str], idempotency_key: str) -> Any:
        assert tags == [CAUGHT_UP]
        assert number.partition("/")[0] == idempotency_key.partition(" ")[0]
        if idempotency_key in self.keys:
            return SimpleNamespace(state=Crashed())
        self.keys.append(idempotency_key)
        return SimpleNamespace(state=Scheduled())


def test_a_server_begun_again_within_the_hour_picks_up_what_was_cut_off(tmp_path: Path) -> None:
    store, now = Store(tmp_path), datetime(2026, 3, 4, 9, 20, tzinfo=UTC)
    migrate(store.database)
    with runs.recorded(store, "nightly") as run_id:
        scheduled_days.done(store, "nightly", NIGHTLY.due(now), run_id)
    server = Begun()
    client = cast("SyncPrefectClient", server)
    assert catch_up(client, store, now, timedelta(0)) == ["daily", "monthly"]
    assert len(server.keys) == 2
    catch_up(client, store, now + timedelta(minutes=1), PATIENCE)  # while it serves: once an hour
    assert len(server.keys) == 2
    catch_up(client, store, now + timedelta(minutes=2), timedelta(0))
    assert server.keys[2:] == ["daily 2026-03-04 2026-03-04 09:22:00", "monthly 2026-03-01 2026-03-04 09:22:00"]
