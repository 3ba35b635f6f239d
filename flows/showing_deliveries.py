"""What was handed over, for a reader at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from flows.delivering import Told
from flows.handing_over import channel_of
from flows.mailing import Sent
from flows.settings import Workspace

_WAYS = {"digital_post": "by Digital Post", "letter": "by letter", "coordinator": "in a folder"}


def pack_lines(workspace: Workspace, told: Told, *, dry: bool) -> Iterator[str]:
    """What became of one pack: who got it which way, who got nothing and why, where it lies, what is left to do."""
    title = f"{told.request.request_id} ({told.request.title})"
    if told.refused is not None or told.plan is None:
        yield f"{title} was not handed over: {told.refused.shown() if told.refused else ''}"
        return
    members = [each for each in told.plan.due if each.parcel.recipient == "member"]
    rest = [each.parcel.recipient for each in told.plan.due if each.parcel.recipient != "member"]
    ways = [_WAYS[channel_of(each.contact)] for each in members]
    named = [f"{ways.count(way)} practices {way}" for way in dict.fromkeys(ways)]
    named += [f"the {each}'s folder" for each in rest]
    verb = "would be handed over" if dry else "handed over"
    yield f"{title}: {verb} to {'; '.join(named)}." if named else f"{title}: everybody has what there is."
    if told.plan.standing and named:
        yield f"  {told.plan.standing} recipients have had it already, as it is."
    for unit, why in told.plan.withheld.items():
        yield f"  {unit} gets nothing: {why}."
    for path in told.paths:
        shown = path.relative_to(workspace.root) if path.is_relative_to(workspace.root) else path
        yield f"  {shown}"
    for hint in told.plan.hints:
        yield f"  {hint}"


def mail_lines(sent: Sent) -> Iterator[str]:
    """How many notices went off, and what somebody has to decide about."""
    counts = {"sent": sent.sent, "waiting": sent.waiting, "unknown": sent.unknown, "refused": sent.refused}
    if any(counts.values()) or sent.dropped:
        dropped = {"dropped": sent.dropped} if sent.dropped else {}
        yield "Notices: " + ", ".join(f"{number} {name}" for name, number in (counts | dropped).items()) + "."
    yield from (f"  {each}" for each in sent.told)
    if sent.stopped:
        yield f"  {sent.stopped}"
    if sent.unknown or sent.refused:
        yield "  Say what you found out: klyngeflow deliver --settle MESSAGE sent|again|drop."
