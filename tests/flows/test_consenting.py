"""A practice takes its consent back: by a command or a registry, told in the audit trail, undone by no old list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import pytest
from small_workspace import PRACTICES, bring_in, delivered, extract, registered

from flows.assessing import members_of
from flows.consenting import sent_lines, withdraw
from flows.settings import Workspace
from transforms.requests import Request
from warehouse import audit, consents, requests
from warehouse.consents import UnknownPracticeError
from warehouse.facts import last_known, read_ground

MEETING = date(2026, 5, 14)
GONE = PRACTICES[0]


def asked(workspace: Workspace, pack: str, *states: str) -> Request:
    """A request that has gone through `states`."""
    request = Request(
        request_id="",
        pack_id=pack,
        cluster_id="K1",
        package_id="antibiotika",
        meeting_date=MEETING,
        kind="baseline",
        mode=None,
        level="practice",
        formats=(),
        allow_draft=True,
        data_until=None,
        requested_at=datetime(2026, 1, 2, 12),
        requested_by="jm",
        baseline_from=date(2025, 1, 1),
    )
    entered = requests.enter(workspace.store, request)
    causes = {"ready": "assessment", "rendered": "rendering", "delivered": "person"}
    for state in states:
        requests.move(workspace.store, replace(entered, state=state), causes[state], "jm")  # type: ignore[arg-type]
    return entered


def consenting(workspace: Workspace) -> set[str]:
    known = last_known(workspace.store)
    ground = read_ground(workspace.store, (MEETING, MEETING), known, silence_is_consent=True)
    return set(ground.practices.filter("consented").collect()["practice_id"])


def states_of(workspace: Workspace) -> dict[str, str]:
    return {each.pack_id: each.state for each in requests.every(workspace.store)}


def told_of_consent(workspace: Workspace) -> list[str]:
    return [each.event.detail for each in audit.entries(workspace.store) if each.event.what == consents.CONSENT]


def registry(workspace: Workspace, name: str, answers: Sequence[str]) -> str:
    rows = [registered(practice)[: -len("ja")] + answer for practice, answer in zip(PRACTICES, answers, strict=True)]
    return bring_in(workspace, "registry", delivered(workspace, name, extract("registry", *rows))).sentence


def test_by_hand_it_holds_against_a_registry_that_still_says_yes(workspace: Workspace) -> None:
    packs = {"waiting": (), "made": ("ready", "rendered"), "sent": ("ready", "rendered", "delivered")}
    entered = {name: asked(workspace, name, *states) for name, states in packs.items()}
    assert consenting(workspace) == set(PRACTICES)
    _, sent = withdraw(workspace, GONE, date(2026, 2, 1), "jm")
    assert consenting(workspace) == set(PRACTICES[1:])
    assert [each.pack_id for each in sent] == ["sent"]
    assert "by jm" in next(sent_lines(sent))
    assert states_of(workspace)["sent"] == "delivered"
    assert states_of(workspace)["made"] != "rendered"
    registry(workspace, "register_2025-06-01.csv", ("ja", "ja", "ja"))
    assert consenting(workspace) == set(PRACTICES[1:])
    member = next(each for each in members_of(workspace, entered["waiting"]) if each.practice_id == GONE)
    assert member.consent is False
    assert audit.fault(workspace.store) is None
    assert any(GONE in told and "taken back" in told for told in told_of_consent(workspace))
    count = len(told_of_consent(workspace))
    assert [each.pack_id for each in withdraw(workspace, GONE, date(2026, 2, 1), "jm")[1]] == ["sent"]
    assert len(told_of_consent(workspace)) == count


def test_a_registry_that_says_no_does_the_same(workspace: Workspace) -> None:
    asked(workspace, "made", "ready", "rendered")
    asked(workspace, "sent", "ready", "rendered", "delivered")
    said = registry(workspace, "register_2025-06-01.csv", ("nej", "ja", "ja"))
    assert "klyngeflow consent sent" in said
    assert consenting(workspace) == set(PRACTICES[1:])
    assert states_of(workspace) == {"made": "ready", "sent": "delivered"}
    assert [each.practice_id for each in consents.sent_before(workspace.store)] == [GONE]
    assert told_of_consent(workspace)[0] == f"given by {', '.join(PRACTICES)}"


def test_an_unknown_practice_is_refused(workspace: Workspace) -> None:
    with pytest.raises(UnknownPracticeError, match="999999"):
        withdraw(workspace, "999999", date(2026, 2, 1), "jm")
