"""What is to be handed over of a pack, to whom, and who gets nothing: looked at before anything is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from flows.assessing import members_of
from flows.keys import FOLDER as KEYS
from flows.parcel_folders import SEALED, NotAsRenderedError, require_as_rendered
from flows.recipients import FILE, Contacts, coordinator_contact, practice_contact, read_contacts
from flows.settings import Workspace
from transforms.cluster_standing import Member
from transforms.errors import DataRefusedError, UserError
from transforms.parcels import Delivery, Parcel, PrintedFile, Recipient, allotted, next_version
from transforms.recipients import Contact
from transforms.requests import Request
from warehouse import coordinator_keys, deliveries


class NotDeliverableError(UserError):
    """The pack cannot be handed over as things are; nothing was."""


class ConsentTakenBackError(DataRefusedError):
    """The pack holds figures of a practice that no longer consents."""


@dataclass(frozen=True)
class Due:
    """One recipient that is to get something now: in which version, and where it goes."""

    parcel: Parcel
    version: int
    before: Delivery | None
    contact: Contact

    @property
    def corrects(self) -> bool:
        """Whether the recipient has had another version of it."""
        return self.before is not None and self.before.state == "delivered"


@dataclass(frozen=True)
class Plan:
    """What handing a pack over would do. `withheld`: practices that get nothing, with the reason."""

    due: tuple[Due, ...]
    withheld: Mapping[str, str]
    standing: int
    newest: Mapping[tuple[Recipient, str], Delivery]
    hints: tuple[str, ...]


def planned(workspace: Workspace, request: Request) -> Plan:
    """What is to be done about a pack that was rendered.

    Raises:
        UserError: it is not whole, or recipients cannot be read.
    """
    files = deliveries.printed(workspace.store, request.pack_id)
    _require_owners(request, files)
    found = read_contacts(workspace)
    members = {each.practice_id: each for each in members_of(workspace, request)}
    has_key = _key(workspace, request, files) is not None
    coordinator = coordinator_contact(found, request.cluster_id)
    parcels = allotted(request.cluster_id, files)
    if has_key and coordinator.public_key:
        parcels = [_with_key(workspace, request, each) for each in parcels]
    withheld = _withheld(workspace, parcels, members)
    newest = {each.key: each for each in deliveries.of_pack(workspace.store, request.pack_id)}
    due: list[Due] = []
    for parcel in (each for each in parcels if each.unit_id not in withheld):
        before = newest.get(parcel.key)
        if (version := next_version(parcel, before)) is not None:
            due.append(Due(parcel, version, before, _contact(parcel, found, members)))
    standing = len(parcels) - len(due) - sum(each.unit_id in withheld for each in parcels)
    hints = _hints(workspace, request, due, has_key=has_key)
    return Plan(tuple(due), withheld, standing, newest, tuple(hints))


def require_consent(request: Request, plan: Plan, files: Sequence[PrintedFile]) -> None:
    """Refuse a pack in which a practice stands that gets nothing: the others would read its figures.

    Raises:
        ConsentTakenBackError: says how to make it anew.
    """
    inside = sorted(plan.withheld.keys() & {file.audience for file in files})
    if inside:
        raise ConsentTakenBackError(
            f"{request.pack_id} was rendered with {len(inside)} practice(s) that no longer consent ({inside[0]}"
            f"{' and others' if len(inside) > 1 else ''}), and nothing of it was handed over. {_anew(request)}"
        )


def _anew(request: Request) -> str:
    if request.state == "delivered":
        return "It was delivered before: those who have it keep what they have, and a pack for a new day is asked for."
    return f"Make it anew: klyngeflow cancel {request.request_id}, then klyngeflow request."


def require_right_letters(workspace: Workspace, request: Request, plan: Plan) -> None:
    """Nothing, where every file is whole and the key in the outbox is the one that the files were made with.

    Raises:
        UserError: a file was changed, the letters have ended, or the coordinator is another.
    """
    for each in plan.due:
        require_as_rendered(workspace, request.pack_id, each.parcel)
    files = deliveries.printed(workspace.store, request.pack_id)
    key = _key(workspace, request, files)
    if key is None:
        return
    held = coordinator_keys.current_letters(workspace.store, request.cluster_id, request.package_id)
    by_file = {row["Fil"]: row["Ydernummer"] for row in key}
    strangers = [each for each in files if by_file.get(Path(each.name).stem, each.audience) != each.audience]
    if strangers or any(held.get(row["Ydernummer"]) != row["Bogstav"] for row in key):
        raise NotAsRenderedError(
            f"The letters of {request.cluster_id} have changed since {request.pack_id} was rendered, so its key would "
            f"not open it. {_anew(request)}"
        )


def require_same_coordinator(workspace: Workspace, request: Request, plan: Plan) -> str | None:
    """The key that is to be remembered as the first coordinator's; None where it is known, or nothing is sealed.

    Raises:
        NotDeliverableError: modtagere.csv has another key than the one that was handed over to.
    """
    public = next((each.contact.public_key for each in plan.due if each.parcel.recipient == "coordinator"), "")
    known = coordinator_keys.known_key(workspace.store, request.cluster_id)
    if public and known and public != known:
        raise NotDeliverableError(
            f"{FILE} has another age key for the coordinator of {request.cluster_id} than before. Is there a new one, "
            f'the letters have to change: klyngeflow letters handover --cluster {request.cluster_id} --why "...".'
        )
    return public if public and known is None else None


def _require_owners(request: Request, files: Sequence[PrintedFile]) -> None:
    if files and all(file.audience is not None for file in files):
        return
    why = "nothing of it has been rendered" if not files else "it was rendered before klyngeflow kept whose a file is"
    raise NotDeliverableError(
        f"{request.pack_id} cannot be handed over: {why}. Run klyngeflow render --pack {request.pack_id}."
    )


def _withheld(workspace: Workspace, parcels: Sequence[Parcel], members: Mapping[str, Member]) -> dict[str, str]:
    silence = workspace.definition.consent.default == "given"
    told = {
        each.practice_id: "it does not consent"
        for each in members.values()
        if not (silence if each.consent is None else each.consent)
    }
    reported = {each.unit_id for each in parcels if each.recipient == "member"}
    gone = reported - members.keys()
    come = members.keys() - reported - told.keys() if reported else set[str]()
    return {
        **told,
        **dict.fromkeys(sorted(gone), "it is not in the cluster on the day of the meeting"),
        **dict.fromkeys(sorted(come), "it came to the cluster after the months shown: there is no report of its own"),
    }


def _with_key(workspace: Workspace, request: Request, parcel: Parcel) -> Parcel:
    """The coordinator's parcel with the key to the letters, which is sealed on its way; any other as it is."""
    if parcel.recipient != "coordinator":
        return parcel
    path = _key_path(workspace, request)
    return replace(parcel, files={**parcel.files, f"{path.name}{SEALED}": sha256(path.read_bytes()).hexdigest()})


def _key_path(workspace: Workspace, request: Request) -> Path:
    return workspace.store.outbox / KEYS / f"{request.pack_id}.csv"


def _key(workspace: Workspace, request: Request, files: Sequence[PrintedFile]) -> list[dict[str, str]] | None:
    """The rows of the pack's key; None where its reports have names on them, or it never had one."""
    path = _key_path(workspace, request)
    if not path.is_file():
        return None
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";"))
    return rows if {row["Fil"] for row in rows} & {Path(file.name).stem for file in files} else None


def _contact(parcel: Parcel, found: Contacts, members: Mapping[str, Member]) -> Contact:
    if parcel.recipient != "member":
        return coordinator_contact(found, parcel.unit_id)
    contact = practice_contact(found, parcel.unit_id)
    return contact if contact.name else replace(contact, name=members[parcel.unit_id].name or parcel.unit_id)


def _hints(workspace: Workspace, request: Request, due: Sequence[Due], *, has_key: bool) -> list[str]:
    """What a person can do so that the next round reaches more."""
    coordinator = next((each for each in due if each.parcel.recipient == "coordinator"), None)
    hints: list[str] = []
    if has_key and coordinator and not coordinator.contact.public_key:
        hints.append(
            f"The key to the letters is not sealed: {FILE} has no age key for the coordinator of {request.cluster_id}. "
            "klyngeflow letters keypair makes one."
        )
    members = [each for each in due if each.parcel.recipient == "member"]
    nowhere = [each for each in members if not each.contact.cvr and not each.contact.street]
    if nowhere:
        hints.append(
            f"{len(nowhere)} of {len(members)} practices have neither CVR nor address in {FILE}: their letters have a "
            "name and no street."
        )
    if workspace.definition.mail is None:
        hints.append("Nobody is told by e-mail: klyngeflow.toml names no mail server ([mail]).")
    elif unnamed := [each for each in members if not each.contact.email]:
        hints.append(f"{len(unnamed)} of {len(members)} practices have no e-mail in {FILE} and are not told by it.")
    return hints
