"""The audit trail for a reader: its lines, and whether it is whole and still what manifests were made with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from flows.settings import Workspace
from flows.starting import require_warehouse
from reports.manifest import NAME
from transforms.audit import Entry, Head, in_one_line
from transforms.errors import DataRefusedError
from warehouse import audit, requests

HEAD = "audit_head"
"""What the head is called in a manifest: the number of entries, a space, and the digest of the last one."""

_NUMBERED = re.compile(r"R\d+")
"""Requests of before there was a trail are not numbered."""


class BrokenTrailError(DataRefusedError):
    """The audit trail is not as it was written."""


def head_for_manifest(workspace: Workspace) -> dict[str, str]:
    """The trail's head as it stands in a manifest."""
    head = audit.head(workspace.store)
    return {HEAD: f"{head.entries} {head.digest}".rstrip()}


def trail(workspace: Workspace, request: str | None = None, pack: str | None = None) -> list[Entry]:
    """The trail, or what of it is about one request or one pack; the oldest first."""
    require_warehouse(workspace)
    found = audit.entries(workspace.store)
    if request is not None:
        found = [entry for entry in found if entry.event.request_id == request]
    return [entry for entry in found if pack in (None, entry.event.pack_id)]


def lines(entries: Sequence[Entry]) -> Iterator[str]:
    """One line per entry: number, time, who, what, about which request or pack."""
    for entry in entries:
        event = entry.event
        about = " ".join(filter(None, (event.request_id, event.pack_id)))
        what = event.what if event.state is None else f"{event.what}: {event.state}"
        told = f". {in_one_line(event.detail)}" if event.detail else ""
        yield f"{entry.sequence:>5} {event.happened_at:%Y-%m-%d %H:%M:%S} {event.who:12} {what}, {about}{told}"


def as_dicts(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The same for a program to read."""
    return [
        {"sequence": each.sequence, **vars(each.event), "previous": each.previous, "digest": each.digest}
        for each in entries
    ]


def checked(workspace: Workspace) -> str:
    """One sentence: the trail is whole, how long it is and its head.

    Raises:
        BrokenTrailError: says at which entry it is not what was written, or which manifest or request it does not fit.
    """
    require_warehouse(workspace)
    found = audit.fault(workspace.store) or next(_elsewhere(workspace), None)
    if found is not None:
        raise BrokenTrailError(
            f"The audit trail is broken. {found} Put the newest backup of the folder warehouse/ beside this one and "
            "compare: klyngeflow audit."
        )
    head = audit.head(workspace.store)
    return f"The audit trail is whole: {head.entries} entries, head {head.digest or '(none yet)'}."


def _elsewhere(workspace: Workspace) -> Iterator[str]:
    """What of the trail stands outside of it and says otherwise."""
    entries = audit.entries(workspace.store)
    moved = {entry.event.request_id: entry.event.state for entry in entries if entry.event.state is not None}
    every = requests.every(workspace.store)
    yield from (
        f"The trail tells of the request {gone}, and there is none."
        for gone in sorted(filter(None, moved.keys() - {each.request_id for each in every}))
    )
    for each in every:
        if each.request_id not in moved and _NUMBERED.fullmatch(each.request_id):
            yield f"The request {each.request_id} is {each.state}, and no entry of the trail says who asked for it."
        elif moved.get(each.request_id, each.state) != each.state:
            yield (
                f"The request {each.request_id} is {each.state}, and the trail's last move of it is to "
                f"{moved[each.request_id]}."
            )
    digests = {entry.sequence: entry.digest for entry in entries}
    for pack, head in _heads_of_manifests(workspace):
        if head.entries and digests.get(head.entries) != head.digest:
            yield f"The manifest of {pack} was made when entry {head.entries} was another."


def _heads_of_manifests(workspace: Workspace) -> Iterator[tuple[str, Head]]:
    outbox = workspace.store.outbox
    for path in sorted((*outbox.glob(f"*/{NAME}"), *outbox.glob(f"modtagere/*/{NAME}"))):
        try:
            said = str(json.loads(path.read_bytes())["run"][HEAD]).partition(" ")
            yield path.parent.name, Head(int(said[0]), said[2])
        except (ValueError, KeyError, TypeError, OSError):
            continue  # of before there was a trail, or none that anybody can read: klyngeflow verify tells of that
