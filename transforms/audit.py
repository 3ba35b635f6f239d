"""The audit trail as a chain: each entry carries the digest of the one before, so that none can be changed alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256

RESTORED = "restored"
"""What the entry is called that says that a backup was put back: what came before it may have been done twice."""
BEGINNING = ""
"""The digest before the first entry."""


@dataclass(frozen=True)
class Event:
    """What happened, when (UTC, without a zone) and who did it.

    `request_id` and `pack_id` say what it is about; `state` is what a request moved to, null where nothing moved;
    `detail` is a sentence for whoever reads the trail.
    """

    happened_at: datetime
    who: str
    what: str
    request_id: str | None = None
    pack_id: str | None = None
    state: str | None = None
    detail: str = ""


@dataclass(frozen=True)
class Entry:
    """One event in its place in the trail: `sequence` counts from 1."""

    sequence: int
    event: Event
    previous: str
    digest: str


def in_one_line(written: str) -> str:
    """What somebody wrote as it can stand in a line: no line break that would look like an entry of the trail."""
    return " ".join("".join(each if each.isprintable() else " " for each in written).split())


@dataclass(frozen=True)
class Head:
    """How long the trail is, and the digest of its last entry; a trail without entries has BEGINNING."""

    entries: int = 0
    digest: str = BEGINNING


ERASURE = "erasure"
"""What an entry about an erased practice is called; its detail ends with the entries whose words it changed."""
_REDACTED = "; words taken out of entries "


def redacting(told: str, sequences: Iterable[int]) -> str:
    """The detail of an erasure: what is `told`, and the entries out of which a practice's number was taken."""
    numbers = ", ".join(map(str, sorted(sequences)))
    return f"{told}{_REDACTED}{numbers}" if numbers else told


def _redacted(entries: Iterable[Entry]) -> set[int]:
    found: set[int] = set()
    for entry in entries:
        if entry.event.what == ERASURE and _REDACTED in entry.event.detail:
            named = entry.event.detail.rpartition(_REDACTED)[2].split(", ")
            found |= {int(number) for number in named if number.isdigit() and int(number) < entry.sequence}
    return found


def canonical(sequence: int, event: Event) -> bytes:
    """The content of an entry as bytes: JSON with sorted keys, times to the microsecond."""
    content = asdict(event) | {
        "happened_at": event.happened_at.isoformat(timespec="microseconds"),
        "sequence": sequence,
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def following(head: Head, event: Event) -> Entry:
    """The entry that carries `event` after `head`: sha256 of the digest before and of the canonical content."""
    sequence = head.entries + 1
    digest = sha256(head.digest.encode() + canonical(sequence, event)).hexdigest()
    return Entry(sequence, event, head.digest, digest)


def first_break(entries: Iterable[Entry], head: Head) -> str | None:
    """Where the trail is not what was written, in one sentence; None where every entry stands as it was.

    `head` is what the trail is known to have come to. An entry out of which an erasure took a practice's number has
    other words than it was written with: it keeps its digest, and a later entry of the trail names it.
    """
    entries = list(entries)
    redacted = _redacted(entries)
    reached = Head()
    for entry in entries:
        expected = entry if entry.sequence in redacted else following(reached, entry.event)
        if entry.sequence in redacted and (entry.sequence, entry.previous) != (reached.entries + 1, reached.digest):
            expected = following(reached, entry.event)
        if entry.sequence != expected.sequence:
            return f"Entry {expected.sequence} is not there: entry {entry.sequence} follows entry {reached.entries}."
        if entry.previous != expected.previous:
            return f"Entry {entry.sequence} does not follow entry {reached.entries}: one of the two was put in later."
        if entry.digest != expected.digest:
            return f"Entry {entry.sequence} ({entry.event.what}, {entry.event.happened_at:%Y-%m-%d %H:%M}) was changed."
        reached = Head(entry.sequence, entry.digest)
    if reached.entries < head.entries:
        return f"Entries {reached.entries + 1} to {head.entries} are not there: the trail was cut off."
    if reached != head:
        return f"The trail ends with entry {reached.entries}, and its head says entry {head.entries} of another digest."
    return None
