"""Handing packs over: a folder for each recipient, letters, Digital Post, notices; then the request is delivered.

Plain functions of the workspace and a day, without Prefect and without the machine's clock; commands hold the lock. A
killed one is run again: names are entered first, folders are put in place whole, and one transaction says that all is
done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from secrets import token_urlsafe

from flows.handing_over import Handed, hand_over
from flows.notifying import notices_for
from flows.parcel_folders import FOLDER, Source, folder_of, write_folder
from flows.parcels import (
    Due,
    NotDeliverableError,
    Plan,
    planned,
    require_consent,
    require_right_letters,
    require_same_coordinator,
)
from flows.recipients import FILE
from flows.requesting import find
from flows.settings import Workspace
from transforms.audit import RESTORED
from transforms.errors import MachineError, UserError
from transforms.meeting_plan import due_dates
from transforms.parcels import Delivery, DeliveryState, Recipient
from transforms.requests import Request
from warehouse import audit, coordinator_keys, deliveries, requests
from warehouse.deliveries import FileMade
from warehouse.ledger import utc_now

NAME_BYTES = 24
"""Of chance in a folder's name: nobody guesses 192 bits."""
FIRST_LETTER = "m"
"""A name that began with a hyphen would be an option to many a program."""
_MADE = ("rendered", "delivered")


@dataclass(frozen=True)
class Round:
    """One going over of the packs: on which day, by whom. `corrected`: also what was delivered and is another now."""

    today: date
    who: str
    corrected: bool = False
    dry: bool = False


@dataclass(frozen=True)
class Told:
    """What became of one pack. `refused` is the sentence of a pack that was not handed over; the rest is then empty."""

    request: Request
    plan: Plan | None = None
    paths: tuple[Path, ...] = ()
    refused: UserError | None = None


def candidates(workspace: Workspace, round_: Round, pack: str | None, cluster: str | None) -> list[Request]:
    """The requests whose packs are to be looked at: the named one, or every rendered one whose meeting is to come.

    Raises:
        NotDeliverableError: the named one is not rendered, or somebody has handed it over by other means.
    """
    if pack is not None:
        request = find(workspace, pack)
        if request.state not in _MADE:
            raise NotDeliverableError(
                f"{request.request_id} ({request.title}) is {request.state}: there is nothing to hand over. See "
                f"klyngeflow requests {request.request_id}."
            )
        if _by_other_means(workspace, request):
            raise NotDeliverableError(
                f"{request.request_id} ({request.title}) was handed over by other means, as somebody said "
                "(klyngeflow requests ID --delivered): nothing of it is sent from here."
            )
        return [request]
    found = [each for each in requests.every(workspace.store) if cluster in (None, each.cluster_id)]
    coming = [each for each in found if each.state in _MADE and each.meeting_date >= round_.today]
    return [each for each in coming if not _by_other_means(workspace, each)]


def _by_other_means(workspace: Workspace, request: Request) -> bool:
    """Whether somebody has said that it was handed over, and nothing of it was from here."""
    from_here = {each.state for each in deliveries.of_pack(workspace.store, request.pack_id)} - {"prepared", "withheld"}
    return request.state == "delivered" and not from_here


def deliver_each(workspace: Workspace, chosen: Sequence[Request], round_: Round) -> Iterator[Told]:
    """Each pack in its turn; one that is refused keeps no other back.

    Raises:
        MachineError: no disk, no memory: that is nothing a pack can help.
    """
    for request in chosen:
        try:
            yield deliver_pack(workspace, request, round_)
        except MachineError:
            raise
        except UserError as error:
            yield Told(request, refused=error)


def deliver_due(workspace: Workspace, today: date, who: str = "klyngeflow") -> list[Told]:
    """Hand over every rendered pack whose day for it has come and whose meeting has not passed.

    A workspace without modtagere.csv hands over when somebody says so, and never by itself. Nothing is corrected. What
    was rendered before a backup was put back may have been handed over since the backup: a person says so.
    """
    if not (workspace.root / FILE).exists():
        return []
    round_ = Round(today, who)
    plan = workspace.definition.plan
    held = _rendered_before_a_restore(workspace)
    chosen = [
        each
        for each in candidates(workspace, round_, None, None)
        if each.state == "rendered" and due_dates(each.meeting_date, plan)["delivered"] <= today
        if each.request_id not in held
    ]
    return list(deliver_each(workspace, chosen, round_))


def _rendered_before_a_restore(workspace: Workspace) -> frozenset[str]:
    entries = audit.entries(workspace.store)
    restored = max((each.sequence for each in entries if each.event.what == RESTORED), default=0)
    before = {each.event.request_id for each in entries if each.sequence < restored and each.event.state == "rendered"}
    after = {each.event.request_id for each in entries if each.sequence > restored and each.event.state == "rendered"}
    return frozenset(each for each in before - after if each is not None)


def deliver_pack(workspace: Workspace, request: Request, round_: Round) -> Told:
    """Hand the pack over to everybody who has not had it as it is; a second time nothing happens.

    Raises:
        UserError: nothing was handed over, and why.
    """
    plan = planned(workspace, request)
    if not round_.corrected:
        plan = replace(plan, due=tuple(each for each in plan.due if not each.corrects), hints=_with_changed(plan))
    if round_.dry:
        _refuse(workspace, request, plan)
        return Told(request, plan)
    if not plan.due and request.state == "delivered":
        _withhold(workspace, request, plan)
        return Told(request, plan)
    _refuse(workspace, request, plan)
    _withhold(workspace, request, plan)
    if first := require_same_coordinator(workspace, request, plan):
        coordinator_keys.first_key(workspace.store, request.cluster_id, first, round_.who)
    prepared = [_prepared(request, each, plan) for each in plan.due]
    deliveries.prepare(workspace.store, [delivery for _, delivery in prepared])
    made = [_made(workspace, due, delivery) for due, delivery in prepared]
    members = [each for each in made if each.delivery.recipient == "member"]
    paths = hand_over(workspace, request.pack_id, request.meeting_date, members)
    mails = notices_for(workspace, request, [(due, delivery) for due, delivery in prepared], round_.today)
    files = [(each.delivery, each.files) for each in made]
    deliveries.finish(workspace.store, request, files, mails, round_.who)
    folders = [workspace.store.outbox / FOLDER] if made else []
    return Told(find(workspace, request.request_id), plan, (*folders, *paths))


def _refuse(workspace: Workspace, request: Request, plan: Plan) -> None:
    """Everything that is in the way, before a byte is written."""
    require_consent(request, plan, deliveries.printed(workspace.store, request.pack_id))
    require_right_letters(workspace, request, plan)
    require_same_coordinator(workspace, request, plan)


def _with_changed(plan: Plan) -> tuple[str, ...]:
    """The hints, and what was delivered and has been made anew since."""
    changed = [each for each in plan.due if each.corrects]
    if not changed:
        return plan.hints
    return (
        f"{len(changed)} recipient(s) have had it, and it has been made anew since. Send the corrected version with "
        "--corrected; until then they keep what they have.",
        *plan.hints,
    )


def _withhold(workspace: Workspace, request: Request, plan: Plan) -> None:
    """Put on record who gets nothing; what was sent before stays as it is told."""
    rows: list[Delivery] = []
    for unit, why in plan.withheld.items():
        before = plan.newest.get(("member", unit))
        if before is None or before.state == "prepared":
            rows.append(_row(request, ("member", unit), before.version if before else 1, "withheld", why))
    deliveries.prepare(workspace.store, rows)


def _prepared(request: Request, due: Due, plan: Plan) -> tuple[Due, Delivery]:
    """The row of what is to be made, with the name its folder has had or gets now."""
    before = plan.newest.get(due.parcel.key)
    named = (before.folder if before else None) or f"{FIRST_LETTER}{token_urlsafe(NAME_BYTES)}"
    row = _row(request, due.parcel.key, due.version, "prepared", "")
    return due, replace(row, folder=named, content_sha256=due.parcel.content_sha256)


def _row(request: Request, key: tuple[Recipient, str], version: int, state: DeliveryState, reason: str) -> Delivery:
    return Delivery(request.pack_id, request.request_id, *key, version, None, "", state, reason, utc_now())


def _made(workspace: Workspace, due: Due, delivery: Delivery) -> Handed:
    files: list[FileMade] = write_folder(workspace, Source(due.parcel, delivery, due.contact.public_key))
    return Handed(delivery, tuple(files), due.contact)


def where(workspace: Workspace, pack_id: str) -> list[tuple[Delivery, Path]]:
    """Who has what of a pack, and the folder it lies in."""
    found = deliveries.of_pack(workspace.store, pack_id)
    return [(each, folder_of(workspace, each)) for each in found]
