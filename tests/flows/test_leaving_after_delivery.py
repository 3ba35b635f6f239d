"""A practice that takes its consent back, or is erased, after its pack was handed over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from delivery_world import NAMES, PACK, TODAY, rows, with_mail

from flows import auditing
from flows.consenting import withdraw
from flows.delivering import deliver_due
from flows.erasing import erase
from flows.settings import Workspace
from warehouse import deliveries, notices
from warehouse.connection import writing
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
    (table,) = (opened.store.outbox / "digital_post").glob(f"{PACK}*/modtagere.csv")
    assert len(table.read_text(encoding="utf-8-sig").splitlines()) == 1 + len(NAMES) - 1


def test_an_erased_practice_is_in_nothing_that_lies_ready_and_has_no_address(rendered: Workspace) -> None:
    opened = handed_over(rendered)
    (opened.root / "modtagere.csv").unlink()  # the quality unit's own list: what is left of it would be told
    handed, post = opened.store.outbox / "modtagere", opened.store.outbox / "digital_post"
    assert traces(handed, [GONE, "Torvet"])
    assert erase(opened, GONE) == []
    assert not traces(opened.root, [GONE, "Torvet"])
    # What the others have is theirs, and goes off as it was to.
    folders = {row.unit_id: handed / str(row.folder) for row in deliveries.of_pack(opened.store, PACK)}
    assert {unit: any(folder.glob("*.pdf")) for unit, folder in folders.items() if unit in NAMES} == {
        each: True for each in NAMES if each != GONE
    }
    (table,) = post.glob(f"{PACK}*/modtagere.csv")
    assert len(table.read_text(encoding="utf-8-sig").splitlines()) == 1 + len(NAMES) - 1
    assert len(list(table.parent.glob("*.pdf"))) == len(NAMES) - 1
    assert not rows(opened, f"meeting.notice where address like '%{GONE}%'", "notice_id")
    members = {unit for (unit,) in rows(opened, "meeting.delivery where recipient = 'member'", "unit_id")}
    assert "(erased)" in members
    assert GONE not in members
    assert "whole" in auditing.checked(opened)


def test_the_number_of_an_erased_notice_is_not_given_again(rendered: Workspace) -> None:
    opened = handed_over(rendered)
    before = {number for (number,) in rows(opened, "meeting.notice", "notice_id")}
    erase(opened, GONE)
    (one, *_) = [each for each in notices.every(opened.store) if each.unit_id in NAMES]
    with writing(opened.store.database) as connection:
        new = notices.enter(connection, replace(one, message_id="<new@example.test>"))
    assert new.notice_id not in before
