"""What each recipient of a pack gets, and whether it is to be handed over now. A member gets a member's files alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Literal

Recipient = Literal["member", "coordinator", "cluster"]
DeliveryState = Literal["prepared", "delivered", "replaced", "withheld", "withdrawn"]
"""`prepared`: its folder has a name. `replaced`: a later version was delivered. `withheld`: nothing was sent, `reason`
says why. `withdrawn`: it was sent, and the consent was taken back since."""

CLUSTER, COORDINATOR = "cluster", "coordinator"
"""Audiences of a file that are not a practice's number; as reports name them."""


@dataclass(frozen=True)
class Delivery:
    """One version of what one recipient of a pack gets, and how far it has come.

    `unit_id` is the practice of a member, else the cluster. `folder` is the name below the outbox that nobody can
    guess, None where nothing is made. `content_sha256` is that of `Parcel.content_sha256`.
    """

    pack_id: str
    request_id: str | None
    recipient: Recipient
    unit_id: str
    version: int
    folder: str | None
    content_sha256: str
    state: DeliveryState
    reason: str
    changed_at: datetime

    @property
    def key(self) -> tuple[Recipient, str]:
        """Who it is for."""
        return self.recipient, self.unit_id


@dataclass(frozen=True)
class PrintedFile:
    """One rendered file: whose it is is None where it was rendered before that was kept."""

    name: str
    sha256: str
    audience: str | None


@dataclass(frozen=True)
class Parcel:
    """The files of one recipient by name, with their sha256; a sealed file stands with that of what is sealed."""

    recipient: Recipient
    unit_id: str
    files: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def key(self) -> tuple[Recipient, str]:
        """Who it is for."""
        return self.recipient, self.unit_id

    @property
    def content_sha256(self) -> str:
        """The same for the same files, whatever a seal makes of their bytes."""
        return sha256("\n".join(f"{name} {self.files[name]}" for name in sorted(self.files)).encode()).hexdigest()


def allotted(cluster_id: str, files: Sequence[PrintedFile]) -> list[Parcel]:
    """One parcel per recipient that has files: what all may see, the coordinator's, and each member's own."""
    found: dict[tuple[Recipient, str], dict[str, str]] = {}
    for file in files:
        if file.audience is not None:
            found.setdefault(_key(file.audience, cluster_id), {})[file.name] = file.sha256
    return [Parcel(recipient, unit, named) for (recipient, unit), named in sorted(found.items())]


def _key(audience: str, cluster_id: str) -> tuple[Recipient, str]:
    if audience == CLUSTER:
        return "cluster", cluster_id
    return ("coordinator", cluster_id) if audience == COORDINATOR else ("member", audience)


def next_version(parcel: Parcel, newest: Delivery | None) -> int | None:
    """The version in which the parcel is to be handed over; None where it has been, as it is.

    What was prepared and never handed over keeps its number, and so does nothing else: a number once delivered names
    those files for good.
    """
    if newest is None or newest.state == "prepared":
        return newest.version if newest else 1
    if newest.state == "delivered" and newest.content_sha256 == parcel.content_sha256:
        return None
    return newest.version + 1
