"""Requests: the states one can be in, and every move between them with who causes it. What is not here is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal, get_args

from transforms.disclosure_profiles import Mode
from transforms.errors import UserError

State = Literal[
    "requested",
    "waiting for registry",
    "waiting for consent",
    "waiting for data",
    "ready",
    "rendered",
    "delivered",
    "cancelled",
    "failed",
]
Cause = Literal["assessment", "rendering", "person"]
"""`assessment`: klyngeflow held the request against what is known, when it was asked for, after an ingest, on a new
day. `rendering`: its pack was made. `person`: somebody with the workspace at hand."""

STATES: tuple[State, ...] = get_args(State)
FIRST: State = "requested"
WAITING: tuple[State, ...] = ("waiting for registry", "waiting for consent", "waiting for data")
OPEN: tuple[State, ...] = ("requested", *WAITING, "ready")
"""What is not decided yet: each assessment looks at these."""
STANDING: tuple[State, ...] = (*OPEN, "rendered", "delivered")
"""In the way of a second request for the same pack."""

_ASSESSED: dict[State, Cause] = {
    "waiting for registry": "assessment",
    "waiting for consent": "assessment",
    "waiting for data": "assessment",
    "ready": "assessment",
    "failed": "assessment",
    "cancelled": "person",
}


def _looked_at(state: State) -> dict[State, Cause]:
    """A request that waits may come to wait for something else, be ready, or fail; never move to where it is."""
    return {to: cause for to, cause in _ASSESSED.items() if to != state}


MOVES: Mapping[State, Mapping[State, Cause]] = MappingProxyType(
    {
        "requested": _looked_at("requested"),
        "waiting for registry": _looked_at("waiting for registry"),
        "waiting for consent": _looked_at("waiting for consent"),
        "waiting for data": _looked_at("waiting for data"),
        # Between being ready and being rendered an extract may be withdrawn, or a practice take its consent back.
        "ready": {**_looked_at("ready"), "rendered": "rendering"},
        # A practice that takes its consent back, or is erased, stands in no pack that has not been sent.
        "rendered": {"ready": "assessment", "delivered": "person", "cancelled": "person"},
        "delivered": {},
        "cancelled": {},
        "failed": {},
    }
)
"""By state: where a request may go from it, and what causes that. `delivered`, `cancelled` and `failed` are ends."""


class IllegalMoveError(UserError):
    """A request cannot go from the state it is in to the one that was asked for."""


def require_move(request: str, before: State, after: State, cause: Cause) -> None:
    """Nothing, where the move is in the table and `cause` is what may cause it.

    Raises:
        IllegalMoveError: says what `request` is, and where it can go from there.
    """
    onward = {to for to, causes in MOVES[before].items() if causes == cause}
    if after not in onward:
        can = f"from there it can become {' or '.join(sorted(onward))}" if onward else "nothing can be done to it"
        again = "" if before in OPEN else ". Ask for a pack anew: klyngeflow request"
        raise IllegalMoveError(f"The request {request} is {before} and cannot become {after}; {can}{again}.")


Level = Literal["practice", "cluster"]
FORMATS = ("html", "pdf", "docx", "pptx", "xlsx")
"""What a pack's files can be; figures as CSV go with xlsx."""


@dataclass(frozen=True)
class Request:
    """One request as it stands.

    `pack_id` names the pack in the outbox. `mode` None: as the registry says. `formats` empty: all there are.
    `data_until` is the first day of the last month that the figures must hold; None: the newest that is delivered.
    `waits_until` is the day on which it no longer waits for what `reason` says. `baseline_from` and `followup_from` are
    known once it is ready.
    """

    request_id: str
    pack_id: str
    cluster_id: str
    package_id: str
    meeting_date: date
    kind: Literal["baseline", "followup"]
    mode: Mode | None
    level: Level
    formats: tuple[str, ...]
    allow_draft: bool
    data_until: date | None
    requested_at: datetime
    requested_by: str
    state: State = FIRST
    reason: str = ""
    waits_until: date | None = None
    baseline_from: date | None = None
    followup_from: date | None = None

    @property
    def title(self) -> str:
        """What it is about, in one line."""
        kind = "follow-up" if self.kind == "followup" else "baseline"
        return f"{self.cluster_id}, {self.package_id}, {kind}, meeting {self.meeting_date}"
