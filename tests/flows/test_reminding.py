"""Reminders: to those who have not delivered, as often as their cluster chose, and to nobody else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from delivery_world import REFUSES, everybody, practice, rows, with_mail, write_contacts
from small_workspace import bring_in, delivered, extract
from test_requests import bring_quarter_in, definition
from whole_package import write_package

from flows.mailing import send_due
from flows.reminding import remind_due
from flows.requesting import Wish, ask, by_person
from flows.settings import Workspace
from warehouse.ledger import utc_now

MEETING, ASKED = date(2026, 9, 23), date(2026, 6, 1)
BEGINS, ENDS = MEETING - timedelta(days=45), date(2026, 9, 2)
LATE = "040404"


@pytest.fixture
def waiting(rendered: Workspace) -> Workspace:
    """A request of which one practice has delivered everything, two nothing, and one does not consent."""
    write_package(rendered.root, "smerter", definition())
    opened = with_mail(rendered, 25)
    bring_quarter_in(opened, "2025K4", ["010101", "020202"])
    asked = ask(opened, _wish(), "ak", ASKED)
    assert asked.state == "waiting for data", asked.reason
    return opened


def _wish(data_until: date | None = None) -> Wish:
    return Wish(
        cluster="K1",
        package="smerter",
        meeting=MEETING,
        kind="baseline",
        allow_draft=True,
        data_until=data_until,
    )


def reminded(workspace: Workspace) -> list[tuple[str, date]]:
    return rows(workspace, "meeting.notice where state != 'dropped'", "unit_id", "noticed_on")


def test_day_by_day_those_who_lack_data_are_reminded_every_fortnight_until_it_is_too_late(waiting: Workspace) -> None:
    before, after = BEGINS - timedelta(days=1), (ENDS, ENDS + timedelta(days=5), MEETING, MEETING + timedelta(days=9))
    for day in (before, *(BEGINS + timedelta(days=each) for each in range(16)), *after):
        remind_due(waiting, day)
    days = [BEGINS + timedelta(days=each) for each in (0, 14)]
    assert reminded(waiting) == [(LATE, day) for day in days]
    assert days[-1] + timedelta(days=14) > ENDS
    (text,) = set(rows(waiting, "meeting.notice", "body"))
    assert "- Indløste recepter" in text[0]
    assert "senest den 2. september 2026" in text[0]
    assert "Kære Havnen" in text[0]
    assert LATE not in text[0]


def test_who_has_delivered_since_and_whose_request_is_over_hear_no_more(waiting: Workspace) -> None:
    assert remind_due(waiting, BEGINS).queued == 1
    bring_quarter_in(waiting, "2025K4", ["010101", "020202", LATE])
    assert remind_due(waiting, BEGINS + timedelta(days=14)).queued == 0


@pytest.mark.parametrize("over", ["cancelled", "refuses", "never"])
def test_nobody_is_reminded_of_what_is_called_off_or_not_agreed_to(waiting: Workspace, over: str) -> None:
    if over == "cancelled":
        by_person(waiting, "R0002", "cancelled", "ak")
    elif over == "refuses":
        line = f"{LATE};Havnen;K1;Søklyngen;R1;Regionen;01-01-2020;;;;;nej"
        bring_in(waiting, "registry", delivered(waiting, "register_2026-05-01.csv", extract("registry", line)))
    else:
        waiting = with_mail(waiting, 25, "[reminders.clusters]", "K1 = 0")
    assert remind_due(waiting, BEGINS).queued == 0


def test_a_cluster_that_chose_a_week_is_reminded_each_week(waiting: Workspace) -> None:
    chosen = with_mail(waiting, 25, "[reminders.clusters]", "K1 = 7")
    for each in range(15):
        remind_due(chosen, BEGINS + timedelta(days=each))
    assert [(day - BEGINS).days for _, day in reminded(chosen)] == [0, 7, 14]


def test_a_reminder_that_could_not_be_sent_is_decided_on_anew(waiting: Workspace) -> None:
    closed = with_mail(waiting, 1)
    remind_due(closed, BEGINS)
    assert send_due(closed, BEGINS, utc_now()).waiting == 1
    assert send_due(closed, BEGINS + timedelta(days=1), utc_now()).dropped == 1
    assert remind_due(closed, BEGINS + timedelta(days=1)).queued == 1


def test_one_without_an_address_is_named_and_the_one_who_refuses_never(waiting: Workspace) -> None:
    write_contacts(waiting, *(each for each in everybody() if each["Kode"] != LATE), practice(REFUSES))
    found = remind_due(waiting, BEGINS)
    assert (found.queued, found.without_address) == (0, [LATE])


def test_nothing_at_all_delivered_reminds_every_practice_that_consents(rendered: Workspace) -> None:
    write_package(rendered.root, "smerter", definition())
    opened = with_mail(rendered, 25)
    ask(opened, _wish(), "ak", ASKED)
    assert remind_due(opened, BEGINS).queued == 3
    assert REFUSES not in {unit for unit, _ in reminded(opened)}


def test_nobody_is_reminded_of_a_month_that_has_not_ended(rendered: Workspace) -> None:
    write_package(rendered.root, "smerter", definition())
    opened = with_mail(rendered, 25)
    ask(opened, _wish(date(2026, 8, 1)), "ak", ASKED)
    days = [BEGINS, date(2026, 8, 31), date(2026, 9, 1)]
    assert [remind_due(opened, day).queued for day in days] == [0, 0, 3]
