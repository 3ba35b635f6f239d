"""Requests for a reader: the list with the next step of each, and the whole story of one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from rich.table import Table

from flows import auditing
from flows.assessing import Assessment, assess
from flows.progress import DISPLAY
from flows.requesting import find
from flows.settings import Workspace
from flows.starting import require_warehouse
from flows.status import matrix_lines
from transforms.meeting_plan import Step, plan
from transforms.requests import OPEN, Request
from warehouse import requests

_NEXT = {
    "requested": "klyngeflow run looks at it",
    "waiting for registry": "bring the registry in: klyngeflow ingest registry FILE",
    "waiting for consent": "the coordinator asks for the answers, and the registry comes in with them",
    "waiting for data": "ask for the extracts and bring them in: klyngeflow ingest SOURCE FILE, or klyngeflow run",
    "ready": "klyngeflow run renders it",
    "rendered": "hand the pack over, then: klyngeflow requests {id} --delivered",
    "delivered": "nothing",
    "cancelled": "nothing; ask anew if it was a mistake: klyngeflow request",
    "failed": "mend what the reason says and ask anew: klyngeflow request",
}
STEPS = {
    "confirmed": "membership and consent confirmed",
    "extract": "extracts delivered",
    "validated": "data validated",
    "rendered": "pack rendered",
    "delivered": "pack delivered",
}


def listed(workspace: Workspace, *, every: bool) -> list[Request]:
    """The requests that are not at an end, or every one, by the day of the meeting."""
    require_warehouse(workspace)
    found = [each for each in requests.every(workspace.store) if every or each.state in (*OPEN, "rendered")]
    return sorted(found, key=lambda each: (each.meeting_date, each.request_id))


def next_step(request: Request) -> str:
    """What is to be done about it now."""
    until = f" (waits until {request.waits_until})" if request.waits_until else ""
    return _NEXT[request.state].format(id=request.request_id) + until


def show_list(found: Sequence[Request]) -> None:
    """A table on a terminal, a line for each elsewhere."""
    if not found:
        DISPLAY.say("No requests. Ask for a pack: klyngeflow request; or send order forms out: klyngeflow forms.")
        return
    if not DISPLAY.lively:
        for each in found:
            DISPLAY.say(f"{each.request_id}  {each.title}: {each.state}. Next: {next_step(each)}.")
        return
    table = Table("", "meeting", "cluster", "package", "kind", "state", "next", box=None, padding=(0, 2, 0, 0))
    for each in found:
        kind = "follow-up" if each.kind == "followup" else each.kind
        row = (each.request_id, str(each.meeting_date), each.cluster_id, each.package_id, kind, each.state)
        table.add_row(*row, next_step(each))
    DISPLAY.console.print(table)


def steps_of(workspace: Workspace, request: Request, today: date) -> tuple[Assessment, tuple[Step, ...]]:
    """What is known of the request's needs, and its plan back from the day of the meeting."""
    found = assess(workspace, request, today)
    return found, plan(request, found.progress, today, workspace.definition.plan)


def story(workspace: Workspace, named: str, today: date) -> Iterator[str]:
    """Everything about one request: what it is, its plan, its moves, what it lacks and what to do next."""
    request = find(workspace, named)
    found, steps = steps_of(workspace, request, today)
    yield f"{request.request_id}  {request.title}"
    yield f"  asked by {request.requested_by} on {request.requested_at:%Y-%m-%d}; {_wishes(request)}"
    yield f"  {request.state}" + (f": {request.reason}" if request.reason else "")
    yield ""
    yield from (f"  {line}" for line in step_lines(steps))
    yield ""
    for entry in auditing.trail(workspace, request.request_id):
        event = entry.event
        told = f" - {event.detail}" if event.detail else ""
        yield f"  {event.happened_at:%Y-%m-%d %H:%M} {event.who}: {event.state}{told}"
    if found.matrix is not None and not found.matrix.is_empty():
        yield ""
        yield from matrix_lines(found.matrix)
    yield ""
    yield f"Next: {next_step(request)}."


def step_lines(steps: Sequence[Step]) -> Iterator[str]:
    """One line per step: when it is due, how it stands, who should act where it is not done."""
    for step in steps:
        late = f"late by {step.days_late} days" if step.state == "late" else {"off": "called off"}.get(step.state)
        acts = f" - {step.who}" if step.state in ("due", "late") else ""
        yield f"{step.due}  {STEPS[step.name]:34}{late or step.state}{acts}"


def as_dict(workspace: Workspace, request: Request, today: date) -> dict[str, Any]:
    """One request with its plan and what it lacks, for a program to read."""
    found, steps = steps_of(workspace, request, today)
    matrix = [] if found.matrix is None else list(found.matrix.iter_rows(named=True))
    rest = {"next": next_step(request), "plan": [asdict(step) for step in steps], "matrix": matrix}
    return asdict(request) | rest


def _wishes(request: Request) -> str:
    level = "a report for each member" if request.level == "practice" else "for the cluster alone"
    mode = f", {request.mode}" if request.mode else ""
    until = f", figures until {request.data_until:%Y-%m}" if request.data_until else ""
    return f"{level}, {', '.join(request.formats) or 'all formats'}{mode}{until}"
