"""Reminding practices that have not delivered: as often as their cluster chose, and nobody who need not be."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from flows.assessing import assess, members_of, sources_of
from flows.delivery_settings import MailSettings
from flows.notifying import notice
from flows.recipients import Contacts, practice_contact, read_contacts
from flows.reminded_sheets import Lacks, asks_practices, lacking_blanks, lay_out
from flows.settings import Workspace
from flows.sheets import Blank
from transforms.calendar import last_day
from transforms.meeting_plan import due_dates
from transforms.notices import Notice, Occasion
from transforms.requests import OPEN, Request
from warehouse import notices, requests

_Due = tuple[Request, str, tuple[str, ...]]
"""A practice that is reminded now: the request that its reminder is about, and the sources that lack."""


@dataclass
class Reminded:
    """What was decided on a day: the notices that are queued now, and who lacks data and has no address.

    `with_sheet` of the notices carry a blank sheet; `sheets_laid_out` wait to be sent to those without an address.
    """

    queued: int = 0
    without_address: list[str] = field(default_factory=list[str])
    with_sheet: int = 0
    sheets_laid_out: int = 0


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
    due: list[_Due] = []
    for request in sorted(requests.every(workspace.store), key=lambda each: (each.meeting_date, each.request_id)):
        if not _is_time(workspace, request, today):
            continue
        for practice, sources in _lacking(workspace, request, today).items():
            key, days = (request.cluster_id, practice), workspace.definition.reminders.days_for(request.cluster_id)
            if key in last and (today - last[key]).days < days:
                continue
            last[key] = today
            due.append((request, practice, tuple(sources)))
    sheets = carried(workspace, {(request.cluster_id, practice) for request, practice, _ in due}, today)
    new: list[Notice] = []
    by_hand: dict[str, list[Blank]] = {}
    for each in due:
        blank = sheets.get((each[0].cluster_id, each[1]), [])
        made = _reminder(workspace, mail, contacts, (*each, today, len(blank)))
        if made is None:
            found.without_address.append(each[1])
            by_hand.setdefault(each[1], []).extend(blank)
        else:
            new.append(made)
            found.with_sheet += bool(blank)
    found.sheets_laid_out = lay_out(workspace, by_hand)
    if new:
        notices.enter_all(workspace.store, new, who)
    found.queued = len(new)
    return found


def carried(
    workspace: Workspace, wanted: Collection[tuple[str, str]], today: date
) -> dict[tuple[str, str], list[Blank]]:
    """By cluster and practice, of those `wanted`: the blank sheets that a reminder of today carries.

    Of every request that it is time for, whichever the reminder's words are about; none that has come back. Asked again
    when the mail goes off, for a sheet may have come in since it was queued.
    """
    found: dict[tuple[str, str], list[Blank]] = {}
    clusters = {cluster for cluster, _ in wanted}
    for request in sorted(requests.every(workspace.store), key=lambda each: (each.meeting_date, each.request_id)):
        if request.cluster_id not in clusters or not _is_time(workspace, request, today):
            continue
        if not asks_practices(workspace, request):
            continue
        lacking = _lacking(workspace, request, today)
        asked = {each: lacking[each] for each in lacking if (request.cluster_id, each) in wanted}
        for practice, blanks in (lacking_blanks(workspace, request, asked, today) if asked else {}).items():
            held = found.setdefault((request.cluster_id, practice), [])
            held.extend(each for each in blanks if each not in held)
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


def _lacking(workspace: Workspace, request: Request, today: date) -> dict[str, Lacks]:
    """By practice that consents: the sources of which a month that the pack is made of has not been delivered.

    Each with those months. Where nothing has come from anybody there are none yet: everybody lacks every source of the
    package.
    """
    found = assess(workspace, request, today)
    if found.matrix is None and found.state == "waiting for data":
        sources = sources_of(workspace.package(request.package_id, request.cluster_id))
        return {each: {source: [] for source in sources} for each in _consenting(workspace, request)}
    if found.matrix is None:
        return {}
    lacking: dict[str, Lacks] = {}
    for row in found.matrix.filter(found.matrix["state"] == "not_submitted").iter_rows(named=True):
        lacking.setdefault(row["practice_id"], {}).setdefault(row["source"], []).append(row["period"])
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
    workspace: Workspace, mail: MailSettings, contacts: Contacts, about: tuple[Request, str, Sequence[str], date, int]
) -> Notice | None:
    request, practice, sources, today, sheets = about
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
        sheets=sheets,
    )
    return notice(mail, "reminder", occasion, (request, "member", practice, 0), (contact.email, today))
