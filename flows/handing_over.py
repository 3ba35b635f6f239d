"""What leaves by other ways than the outbox: letters to print, and a folder for whoever sends Digital Post."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from flows.parcel_folders import folder_of
from flows.settings import Workspace
from transforms.notices import Channel, day
from transforms.parcels import Delivery
from transforms.recipients import Contact
from warehouse.deliveries import FileMade
from warehouse.files import sync_folder, write_whole

LETTERS, DIGITAL_POST = "kuverter", "digital_post"
COLUMNS = ("CVR", "Titel", "Fil", "SHA256", "Udgave")


@dataclass(frozen=True)
class Handed:
    """What one member got, and the way it goes from here."""

    delivery: Delivery
    files: tuple[FileMade, ...]
    contact: Contact

    @property
    def pdfs(self) -> list[FileMade]:
        """What can be read on paper and in a mailbox."""
        return [file for file in self.files if file.name.endswith(".pdf")]


def channel_of(contact: Contact) -> Channel:
    """Digital Post for a practice whose CVR number is known, else a letter."""
    if contact.role == "koordinator":
        return "coordinator"
    return "digital_post" if contact.cvr else "letter"


def hand_over(workspace: Workspace, pack_id: str, meeting: date, members: Sequence[Handed]) -> list[Path]:
    """Write the letters and the Digital Post folder of a round; returns what there is now."""
    if not members:
        return []
    name = _name_of(pack_id, members)
    by_way: dict[Channel, list[Handed]] = {"letter": [], "digital_post": []}
    for each in members:
        if each.pdfs:
            by_way[channel_of(each.contact)].append(each)
    found = [_letters(workspace, name, by_way["letter"])] if by_way["letter"] else []
    return found + ([_digital_post(workspace, name, meeting, by_way["digital_post"])] if by_way["digital_post"] else [])


def _name_of(pack_id: str, members: Sequence[Handed]) -> str:
    """A name that the same round has again after a kill, and that no other round of the pack has."""
    of_round = ",".join(sorted(f"{each.delivery.folder} {each.delivery.version}" for each in members))
    corrected = "_rettet" if any(each.delivery.version > 1 for each in members) else ""
    return f"{pack_id}{corrected}_{sha256(of_round.encode()).hexdigest()[:6]}"


def _letters(workspace: Workspace, name: str, members: Sequence[Handed]) -> Path:
    from reports.envelopes import Address, Letter, write_letters
    from reports.fonts import cut_fonts

    letters = [
        Letter(
            Address(each.contact.name, each.contact.street, each.contact.postcode, each.contact.town),
            tuple(folder_of(workspace, each.delivery) / file.name for file in each.pdfs),
        )
        for each in members
    ]
    rules = workspace.definition
    made = write_letters(letters, rules.name, rules.language, cut_fonts(workspace.store.cache / "fonts"))
    folder = _own_folder(workspace, LETTERS)
    write_whole(folder / f"{name}.pdf", made)
    (folder / f"{name}.pdf").chmod(0o600)
    return folder / f"{name}.pdf"


def _digital_post(workspace: Workspace, name: str, meeting: date, members: Sequence[Handed]) -> Path:
    """A table and the files beside it, whose names tell neither letter nor practice."""
    final = _own_folder(workspace, DIGITAL_POST) / name
    aside, old = final.with_name(f".{name}.part"), final.with_name(f".{name}.old")
    for left in (aside, old):
        shutil.rmtree(left, ignore_errors=True)
    aside.mkdir(mode=0o700)
    title = _title(workspace, meeting, corrected=any(each.delivery.version > 1 for each in members))
    rows: list[dict[str, str]] = []
    for each in members:
        for at, file in enumerate(each.pdfs, start=1):
            told = f"{each.delivery.folder}_{at}.pdf"
            write_whole(aside / told, (folder_of(workspace, each.delivery) / file.name).read_bytes())
            cells = (each.contact.cvr, title, told, file.sha256, str(each.delivery.version))
            rows.append(dict(zip(COLUMNS, cells, strict=True)))
    write_whole(aside / "modtagere.csv", as_csv(rows))
    write_whole(aside / "modtagere.json", f"{json.dumps(rows, ensure_ascii=False, indent=2)}\n".encode())
    if final.exists():
        final.replace(old)
    aside.replace(final)
    sync_folder(final.parent)
    shutil.rmtree(old, ignore_errors=True)
    return final


def _title(workspace: Workspace, meeting: date, *, corrected: bool) -> str:
    """What stands in the mailbox: neither topic nor figure."""
    language = workspace.definition.language
    when = day(meeting, language)
    if language == "en":
        return f"{'Corrected material' if corrected else 'Material'} for the cluster meeting on {when}"
    return f"{'Rettet materiale' if corrected else 'Materiale'} til klyngemødet den {when}"


def as_csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    """The table of a Digital Post folder."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _own_folder(workspace: Workspace, name: str) -> Path:
    folder = workspace.store.outbox / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder
