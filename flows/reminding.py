"""Reminding practices that have not delivered: as often as their cluster chose, and nobody who need not be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from flows.assessing import assess, members_of, sources_of
from flows.delivery_settings import MailSettings
from flows.notifying import notice
from flows.recipients import Contacts, practice_contact, read_contacts
from flows.settings import Workspace
from transforms.calendar import last_day
from transforms.meeting_plan import due_dates
from transforms.notices import Notice, Occasion
from transforms.requests import OPEN, Request
from warehouse import notices, requests


@dataclass
class Reminded:
    """What was decided on a day: the notices that are queued now, and who lacks data and has no address."""

    queued: int = 0
    without_address: list[str] = field(default_factory=list[str])


def remind_due(workspace: Workspace, today: date, who: str = "klyngeflow") -> Reminded:
    """Queue a reminder for each practice that a coming meeting lacks months of; `flows.mailing.send_due` sends them.

    One practice gets one mail, whatever many packs wait for it, and none before its cluster's days have gone by since
    the last. Who does not consent has no month to deliver, and gets none.
    """
    mail = workspace.definition.mail
    if mail is None:
        return Reminded()
    found, contacts = Reminded(), read_contacts(workspace)
    last = _last_reminded(notices.every(workspace.store))
    new: list[Notice] = []
    for request in sorted(requests.every(workspace.store), key=lambda each: (each.meeting_date, each.request_id)):
        if not _is_time(workspace, request, today):
            continue
        for practice, sources in _lacking(workspace, request, today).items():
            key, days = (request.cluster_id, practice), workspace.definition.reminders.days_for(request.cluster_id)
            if key in last and (today - last[key]).days < days:
                continue
            made = _reminder(workspace, mail, contacts, (request, practice, sources, today))
            last[key] = today
            if made is None:
                found.without_address.append(practice)
            else:
                new.append(made)
    if new:
        notices.enter_all(workspace.store, new, who)
    found.queued = len(new)
    return found


def _is_time(workspace: Workspace, request: Request, today: date) -> bool:
    """Whether the request waits for data that there can be, the meeting is to come, and the plan lets data come in."""
    rules = workspace.definition.reminders
    if request.state not in OPEN or not rules.days_for(request.cluster_id):
        return False
    if request.data_until is not None and today <= last_day(request.data_until):
        return False  # nobody can deliver a month that has not ended
    begins = request.meeting_date - timedelta(days=rules.begin_days)
    return begins <= today <= _until(workspace, request)


def _until(workspace: Workspace, request: Request) -> date:
    """The last day on which data can be part of the pack."""
    due = due_dates(request.meeting_date, workspace.definition.plan)
    return min(due["validated"], request.meeting_date - timedelta(days=1))


def _lacking(workspace: Workspace, request: Request, today: date) -> Mapping[str, Sequence[str]]:
    """By practice that consents: the sources of which a month that the pack is made of has not been delivered.

    Where nothing has come from anybody there are no months yet: everybody lacks every source of the package.
    """
    found = assess(workspace, request, today)
    if found.matrix is None and found.state == "waiting for data":
        sources = sources_of(workspace.package(request.package_id, request.cluster_id))
        return dict.fromkeys(_consenting(workspace, request), sources)
    if found.matrix is None:
        return {}
    lacking: dict[str, list[str]] = {}
    for row in found.matrix.filter(found.matrix["state"] == "not_submitted").iter_rows(named=True):
        sources = lacking.setdefault(row["practice_id"], [])
        if row["source"] not in sources:
            sources.append(row["source"])
    return lacking


def _consenting(workspace: Workspace, request: Request) -> list[str]:
    silence = workspace.definition.consent.default == "given"
    members = members_of(workspace, request)
    return [each.practice_id for each in members if (silence if each.consent is None else each.consent)]


def _last_reminded(every: Sequence[Notice]) -> dict[tuple[str, str], date]:
    """By cluster and practice: the day of the newest reminder that went off, may have, or is to."""
    found: dict[tuple[str, str], date] = {}
    for each in every:
        if each.kind == "reminder" and each.state != "dropped":
            key = (each.cluster_id, each.unit_id)
            found[key] = max(each.noticed_on, found.get(key, each.noticed_on))
    return found


def _reminder(
    workspace: Workspace, mail: MailSettings, contacts: Contacts, about: tuple[Request, str, Sequence[str], date]
) -> Notice | None:
    request, practice, sources, today = about
    contact = practice_contact(contacts, practice)
    if not contact.email:
        return None
    names = {each.practice_id: each.name for each in members_of(workspace, request)}
    language = mail.language or workspace.definition.language
    occasion = Occasion(
        meeting=request.meeting_date,
        name=contact.name or names.get(practice, ""),
        sender=workspace.definition.name,
        language=language,
        missing=tuple(workspace.contract(source).title.in_language(language) for source in sources),
        until=_until(workspace, request),
    )
    return notice(mail, "reminder", occasion, (request, "member", practice, 0), (contact.email, today))
