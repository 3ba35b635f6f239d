"""modtagere.csv: read for a delivery, and written with a row for everybody whom the registry knows."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from flows.clock import today
from flows.settings import Workspace
from flows.starting import require_warehouse
from transforms.cluster_standing import valid_on
from transforms.recipients import COLUMNS, Contact, RecipientError, Role, contacts
from warehouse import meetings
from warehouse.facts import last_known
from warehouse.files import write_whole
from warehouse.registry import registry_known
from warehouse.sealed import SealError, require_public

FILE = "modtagere.csv"
Contacts = Mapping[tuple[Role, str], Contact]


def read_contacts(workspace: Workspace) -> Contacts:
    """Who gets what where, by role and code; empty where there is no file.

    Raises:
        RecipientError: the file, a row or a key in it cannot be used.
    """
    path = workspace.root / FILE
    if not path.exists():
        return {}
    found = contacts(_rows(path.read_bytes()))
    for contact in found.values():
        if contact.public_key:
            try:
                require_public(contact.public_key)
            except SealError as error:
                raise RecipientError(f"{FILE}, Age-nøgle of {contact.role} {contact.code}: {error}") from None
    return found


def practice_contact(found: Contacts, practice_id: str) -> Contact:
    """The practice's row, or an empty one. A spreadsheet takes the zeros off a number's front: they do not count."""
    bare = practice_id.lstrip("0")
    same = [each for (role, code), each in found.items() if role == "praksis" and code.lstrip("0") == bare]
    exact = [each for each in same if each.code == practice_id]
    return (exact or same or [Contact("praksis", practice_id)])[0]


def coordinator_contact(found: Contacts, cluster_id: str) -> Contact:
    """The coordinator's row, or an empty one."""
    return found.get(("koordinator", cluster_id), Contact("koordinator", cluster_id))


def add_missing(workspace: Workspace) -> tuple[int, int]:
    """Write a row for every practice and cluster that has none; returns how many were added and how many lack e-mail.

    What stands in the file stays as it is.
    """
    require_warehouse(workspace)
    known = read_contacts(workspace)
    tables = registry_known(workspace.store, last_known(workspace.store))
    names = dict(tables["practice"].select("practice_id", "practice_name").iter_rows())
    inside = valid_on(tables["membership"], today()).sort("cluster_id", "practice_id")["practice_id"].to_list()
    clusters = sorted(meetings.clusters(workspace.store).items())
    new = [Contact("koordinator", code) for code, _ in clusters if ("koordinator", code) not in known]
    new += [
        Contact("praksis", each, names.get(each) or "")
        for each in inside
        if practice_contact(known, each) not in known.values()
    ]
    every = [*known.values(), *new]
    if new:
        write_whole(workspace.root / FILE, _written(every))
        (workspace.root / FILE).chmod(0o600)
    return len(new), sum(not each.email for each in every)


def _written(every: list[Contact]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(COLUMNS)
    for each in every:
        place = (each.street, each.postcode, each.town)
        writer.writerow([each.role, each.code, each.name, each.email, each.cvr, *place, each.public_key])
    return text.getvalue().encode("utf-8-sig")


def _rows(content: bytes) -> list[dict[str, str]]:
    """The rows of a file as a spreadsheet saves it: UTF-8 or Windows-1252, semicolons or commas."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    header = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if ";" in header else ",", restval="")
    names = [name.strip() for name in reader.fieldnames or ()]
    if lacking := [each for each in ("Rolle", "Kode") if each not in names]:
        raise RecipientError(
            f"{FILE} has no column {lacking[0]}. Its columns are {', '.join(COLUMNS)}: klyngeflow recipients "
            "writes them."
        )
    reader.fieldnames = names
    return [row for row in reader if any((cell or "").strip() for cell in row.values() if isinstance(cell, str))]
