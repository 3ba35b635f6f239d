"""A practice that takes its consent back, or is erased, after its pack was handed over."""

from __future__ import annotations

from datetime import date

from delivery_world import NAMES, PACK, TODAY, rows, with_mail

from flows import auditing
from flows.consenting import withdraw
from flows.delivering import deliver_due
from flows.erasing import erase
from flows.settings import Workspace
from warehouse.traces import traces

GONE = "020202"
# Port 9 of this machine takes no mail: what is queued stays queued.
NOWHERE = 9


def handed_over(workspace: Workspace) -> Workspace:
    opened = with_mail(workspace, NOWHERE)
    (told,) = deliver_due(opened, date(2026, 5, 11))
    assert told.refused is None
    return opened


def test_consent_taken_back_marks_what_was_sent_and_drops_its_mail(rendered: Workspace) -> None:
    opened = handed_over(rendered)
    again, sent = withdraw(opened, GONE, TODAY, "jm")
    assert not again  # a pack that was sent is not made again
    assert [each.pack_id for each in sent] == [PACK]
    states = dict(rows(opened, "meeting.delivery where recipient = 'member'", "unit_id", "state"))
    assert states[GONE] == "withdrawn"
    assert {states[each] for each in NAMES if each != GONE} == {"delivered"}
    mails = dict(rows(opened, "meeting.notice where recipient = 'member'", "unit_id", "state"))
    assert mails[GONE] == "dropped"
    assert {mails[each] for each in NAMES if each != GONE} == {"queued"}
    told = [entry.event.detail for entry in auditing.trail(opened) if GONE in entry.event.detail]
    assert any("withdrawn" in detail for detail in told)
    assert "whole" in auditing.checked(opened)


def test_an_erased_practice_is_in_nothing_that_lies_ready_and_has_no_address(rendered: Workspace) -> None:
    opened = handed_over(rendered)
    (opened.root / "modtagere.csv").unlink()  # the quality unit's own list: what is left of it would be told
    handed = opened.store.outbox / "modtagere"
    assert traces(handed, [GONE, "Torvet"])
    assert erase(opened, GONE) == []
    assert not traces(opened.root, [GONE, "Torvet"])
    assert not [path for path in handed.rglob("*") if path.is_file()]
    assert not list((opened.store.outbox / "digital_post").glob(f"{PACK}*"))
    assert not rows(opened, f"meeting.notice where address like '%{GONE}%'", "notice_id")
    members = {unit for (unit,) in rows(opened, "meeting.delivery where recipient = 'member'", "unit_id")}
    assert "(erased)" in members
    assert GONE not in members
    assert "whole" in auditing.checked(opened)
