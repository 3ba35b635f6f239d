"""The calendar of all requests: each step of each meeting's plan, for the terminal and as an iCalendar file.

Days, states and whose turn it is: no figure, no practice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from flows.clock import ZONE
from flows.progress import DISPLAY
from flows.settings import Workspace
from flows.showing_requests import STEPS, steps_of
from flows.starting import require_warehouse
from transforms.meeting_plan import Step
from transforms.requests import Request
from warehouse import audit, meetings, requests
from warehouse.files import write_whole

if TYPE_CHECKING:
    from icalendar import Event

_WORDS: Mapping[str, Mapping[str, str]] = {
    "da": {
        "meeting": "Klyngemøde",
        "confirmed": "Frist for at bekræfte medlemmer og samtykke",
        "extract": "Frist for at levere data fra praksis",
        "validated": "Frist for at kontrollere data",
        "rendered": "Frist for at lave materialet",
        "delivered": "Frist for at sende materialet ud",
        "coordinator": "klyngekoordinatoren",
        "practices": "praksis",
        "quality unit": "kvalitetsenheden",
        "klyngeflow": "klyngeflow",
        "acts": "Næste skridt er hos {}.",
        "is done": "Det er gjort.",
        "request": "Bestilling",
    },
    "en": {
        "meeting": "Cluster meeting",
        "confirmed": "Due: membership and consent confirmed",
        "extract": "Due: data delivered by the practices",
        "validated": "Due: data checked",
        "rendered": "Due: pack made",
        "delivered": "Due: pack sent out",
        "coordinator": "the coordinator",
        "practices": "the practices",
        "quality unit": "the quality unit",
        "klyngeflow": "klyngeflow",
        "acts": "It is for {} to act.",
        "is done": "This is done.",
        "request": "Request",
    },
}


@dataclass(frozen=True)
class Planned:
    """One request with its plan; `moved_at` is when it last moved (UTC), `moves` how often it has."""

    request: Request
    steps: tuple[Step, ...]
    moved_at: datetime
    moves: int


def planned(workspace: Workspace, today: date) -> list[Planned]:
    """The newest request of each pack whose meeting is not over, by the day of the meeting."""
    require_warehouse(workspace)
    moves: dict[str | None, list[datetime]] = {}
    for entry in audit.entries(workspace.store):
        moves.setdefault(entry.event.request_id, []).append(entry.event.happened_at)
    newest = {each.pack_id: each for each in requests.every(workspace.store) if each.meeting_date >= today}
    ordered = sorted(newest.values(), key=lambda each: (each.meeting_date, each.request_id))
    return [_planned(workspace, each, moves.get(each.request_id, [each.requested_at]), today) for each in ordered]


def _planned(workspace: Workspace, request: Request, moved: list[datetime], today: date) -> Planned:
    return Planned(request, steps_of(workspace, request, today)[1], max(moved), len(moved))


def show(workspace: Workspace, found: list[Planned]) -> None:
    """A table on a terminal, a line for each step elsewhere; what is late stands out."""
    names = meetings.clusters(workspace.store)
    if not found:
        DISPLAY.say("No meeting is coming up that a pack was asked for. Ask for one: klyngeflow request.")
    elif DISPLAY.lively:
        DISPLAY.console.print(_table(found, names))
    else:
        for line in _lines(found):
            DISPLAY.say(line)
    for each in found:
        for step in each.steps:
            if step.state == "late":
                DISPLAY.say(
                    f"Late: {each.request.request_id} {STEPS[step.name]}, due {step.due}, by {step.days_late} days. "
                    f"To act: {step.who}."
                )


def _table(found: list[Planned], names: Mapping[str, str]) -> Table:
    heads = ("confirmed", "extract", "validated", "rendered", "delivered")
    table = Table("", "cluster", "package", *heads, "meeting", "state", box=None, padding=(0, 2, 0, 0))
    for each in found:
        request = each.request
        cluster = f"{request.cluster_id} {names.get(request.cluster_id, '')}".strip()
        dates = [_STYLES[step.state].format(f"{step.due:%d %b}") for step in each.steps]
        table.add_row(request.request_id, cluster, request.package_id, *dates, str(request.meeting_date), request.state)
    table.caption = "[green]✓[/] done   [bold red]![/] late   - called off"
    table.caption_justify = "left"
    return table


_STYLES = {"done": "[green]✓ {}[/]", "due": "  {}", "late": "[bold red]! {}[/]", "off": "[dim]- {}[/]"}


def _lines(found: list[Planned]) -> Iterator[str]:
    for each in found:
        for step in each.steps:
            yield (
                f"{step.due}  {each.request.request_id}  {each.request.cluster_id}  {each.request.package_id}  "
                f"{STEPS[step.name]}: {step.state}"
            )
        yield f"{each.request.meeting_date}  {each.request.request_id}  {each.request.title}: {each.request.state}"


def write_ics(workspace: Workspace, found: list[Planned], target: Path) -> int:
    """Write the calendar to `target`, whole or not at all; returns how many events it has.

    All of them last a whole day, so that they stand on that day in Denmark wherever the reader's clock is. The same
    state of the requests gives the same bytes, and an event keeps its UID for as long as its pack is asked for.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//klyngeflow//meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", workspace.definition.name)
    calendar.add("x-wr-timezone", str(ZONE))
    events = [event for each in found for event in _events(workspace, each)]
    for event in events:
        calendar.add_component(event)
    write_whole(target, calendar.to_ical())
    return len(events)


def _events(workspace: Workspace, each: Planned) -> Iterator[Event]:
    words = _WORDS[workspace.definition.language]
    yield _event(workspace, each, "meeting", each.request.meeting_date)
    for step in each.steps:
        turn = {"done": words["is done"], "off": ""}.get(step.state, words["acts"].format(words[step.who]))
        yield _event(workspace, each, step.name, step.due, turn)


def _event(workspace: Workspace, each: Planned, what: str, day: date, turn: str = "") -> Event:
    from icalendar import Event

    words, request = _WORDS[workspace.definition.language], each.request
    home = re.sub(r"[^a-z0-9]+", "-", workspace.definition.name.casefold()).strip("-") or "workspace"
    event = Event()
    event.add("uid", f"{request.pack_id}.{what}@{home}.klyngeflow")
    event.add("dtstamp", each.moved_at.replace(tzinfo=UTC, microsecond=0))
    event.add("sequence", each.moves)
    event.add("summary", f"{words[what]}: {request.cluster_id}, {request.package_id}")
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("status", "CANCELLED" if request.state in ("cancelled", "failed") else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("description", f"{words['request']} {request.request_id}. {turn}".strip())
    return event
