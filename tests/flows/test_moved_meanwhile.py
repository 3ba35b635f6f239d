"""A request that a person moves while klyngeflow is at it: the person's word stands, and the trail is whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from small_workspace import own_copy
from test_requests import (  # noqa: F401 - fixtures
    MEETING,
    QUARTERS,
    TODAY,
    asked,
    bring_quarter_in,
    empty,
    full,
    registry_alone,
    with_data,
)

from flows import auditing, building, daily, requesting
from flows.assessing import Assessment, assess
from flows.orders import Order
from flows.requesting import by_person, find, look_at, ready_orders
from flows.settings import Workspace
from flows.showing_requests import story
from reports.render import RenderError
from transforms.requests import Request
from warehouse import meetings, requests
from warehouse.requests import CalledOffError

CELL = "the cell of an extract"


def called_off_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody calls the request off after it was read and before it is written."""

    def slow(workspace: Workspace, request: Request, *rest: Any) -> Assessment:
        found = assess(workspace, request, *rest)
        by_person(workspace, request.request_id, "cancelled", "ak")
        return found

    monkeypatch.setattr(requesting, "assess", slow)


def test_one_called_off_while_its_reason_grew_shorter_stays_called_off(
    registry_alone: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workspace = own_copy(registry_alone, tmp_path)
    bring_quarter_in(workspace, QUARTERS[1], ("010101",))
    waiting = asked(workspace)
    bring_quarter_in(workspace, QUARTERS[1], ("010101", "020202"))
    called_off_meanwhile(monkeypatch)
    assert look_at(workspace, waiting, TODAY).state == "cancelled"
    assert find(workspace, "R0001").state == "cancelled"
    assert "The audit trail is whole" in auditing.checked(workspace)


def test_one_called_off_just_before_it_was_ready_stops_nobody_else(
    empty: Workspace,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked(empty)
    bring_quarter_in(empty, QUARTERS[1])
    called_off_meanwhile(monkeypatch)
    assert ready_orders(empty, TODAY) == []
    assert find(empty, "R0001").state == "cancelled"


def test_one_called_off_while_its_pack_is_made_is_not_asked_for_again_by_the_program(
    full: Workspace,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked(full)
    (order,) = ready_orders(full, TODAY)

    def build(workspace: Workspace, _: object) -> None:
        by_person(workspace, "R0001", "cancelled", "ak")

    monkeypatch.setattr(building, "build_pack", build)
    with pytest.raises(CalledOffError, match="R0001 was called off while its pack was being made"):
        daily._build(full, order)
    assert [each.state for each in requests.every(full.store)] == ["cancelled"]
    assert not meetings.held_before(full.store, "K1", "smerter", order.meeting.replace(year=2027))


@pytest.fixture
def two_ready(full: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:  # noqa: F811
    """Two requests that are ready; nothing is computed, built or published."""

    def nothing(*_: object) -> None:
        """Figures are not what this is about."""

    for name in ("build_pack", "compute_packages"):
        monkeypatch.setattr(building, name, nothing)
    monkeypatch.setattr(daily, "publish_copy", nothing)
    for later in (0, 1):
        asked(full, meeting=MEETING + timedelta(days=later))
    return full


def fault_in_building(monkeypatch: pytest.MonkeyPatch, bad: str) -> None:
    def build(_: Workspace, order: Order) -> None:
        if order.pack_id == bad:
            raise KeyError(CELL)

    monkeypatch.setattr(building, "build_pack", build)
    monkeypatch.setattr("flows.rendering.render_packs", lambda _, packs, *__: [Path(each) for each in packs])


def fault_in_rendering(monkeypatch: pytest.MonkeyPatch, bad: str) -> None:
    def render(_: Workspace, packs: list[str], *__: object) -> list[Path]:
        if bad in packs:
            raise KeyError(CELL)
        return [Path(each) for each in packs]

    monkeypatch.setattr("flows.rendering.render_packs", render)


@pytest.mark.parametrize("fault", [fault_in_building, fault_in_rendering])
@pytest.mark.parametrize("first", [True, False])
def test_a_fault_of_ours_in_one_pack_keeps_no_other_back_and_is_not_hidden(
    two_ready: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[pytest.MonkeyPatch, str], None],
    first: bool,
) -> None:
    good, bad = sorted(requests.every(two_ready.store), key=lambda each: (each.request_id == "R0001") is first)
    fault(monkeypatch, bad.pack_id)
    made: list[str] = []
    monkeypatch.setattr(daily, "_Day", lambda day=daily._Day: day(made=made))
    with pytest.raises(KeyError):
        daily.render_ready(two_ready, TODAY)
    assert made == [good.pack_id]
    stands = find(two_ready, bad.request_id)
    assert stands.state == "ready"
    assert stands.reason.startswith("It could not be made: klyngeflow met a fault of its own (KeyError). The next run")
    assert CELL not in stands.reason


def test_a_fault_of_ours_in_looking_at_one_request_keeps_no_other_back_and_is_not_hidden(
    two_ready: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = requests.every(two_ready.store)

    def faulty(workspace: Workspace, request: Request, today: date) -> Assessment:
        if request.request_id == bad.request_id:
            raise KeyError(CELL)
        return assess(workspace, request, today)

    monkeypatch.setattr(requesting, "assess", faulty)
    monkeypatch.setattr("flows.rendering.render_packs", lambda _, packs, *__: [Path(each) for each in packs])
    said = f"{bad.request_id} ({bad.title}): It could not be looked at: klyngeflow met a fault of its own (KeyError)."
    assert daily.look_at_requests(two_ready, TODAY).mind[0].startswith(said)
    made: list[str] = []
    monkeypatch.setattr(daily, "_Day", lambda day=daily._Day: day(made=made))
    with pytest.raises(KeyError):
        daily.render_ready(two_ready, TODAY)
    assert made == [good.pack_id]
    with pytest.raises(KeyError):
        ready_orders(two_ready, TODAY)
    stands = find(two_ready, bad.request_id)
    assert (stands.state, CELL in stands.reason) == ("ready", False)
    monkeypatch.setattr(requesting, "assess", assess)
    assert {order.pack_id for order in ready_orders(two_ready, TODAY)} == {good.pack_id, bad.pack_id}
    assert find(two_ready, bad.request_id).reason == bad.reason


def test_a_pack_that_cannot_be_rendered_says_why_and_stays_ready(
    two_ready: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def render(_: Workspace, pack_ids: list[str], *__: object) -> list[Path]:
        raise RenderError(f"typst gave no PDF for {len(pack_ids)}")

    monkeypatch.setattr("flows.rendering.render_packs", render)
    told = daily.render_ready(two_ready, TODAY)
    assert (told.done, len(told.mind)) == ((), 2)
    for each in requests.every(two_ready.store):
        assert each.state == "ready"
        assert each.reason.startswith("It could not be rendered: typst gave no PDF for 1. The next run tries again")
    assert "could not be rendered" in "\n".join(story(two_ready, "R0002", TODAY))
