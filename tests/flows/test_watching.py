"""What is forgotten of the runs that were due while nobody served: those of schedules, and nothing of a person's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from prefect.client.orchestration import SyncPrefectClient

from flows.scheduled import CAUGHT_UP
from flows.watching import forget_late

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
