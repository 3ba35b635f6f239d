"""What the tests of this room share: a workspace of three practices in one cluster, and small extracts for it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from expectations.process import Validator
from flows.ingesting import Delivery, Outcome, land_delivery, prepare, promote_extract, stage_extract, validate_extract
from flows.settings import Workspace, load_workspace
from warehouse.connection import reading

HEADERS = {
    "registry": "Ydernummer;Praksisnavn;Klyngekode;Klyngenavn;Regionskode;Regionsnavn;"
    "Medlem fra;Medlem til;Åbnet;Lukket;Efterfølger;Samtykke",
    "prescriptions": "Ydernummer;Måned;ATC;Indikation;Køn;Aldersgruppe;Recepter;DDD",
    "services": "Ydernummer;Måned;Ydelseskode;Køn;Aldersgruppe;Antal",
    "list_sizes": "Ydernummer;Måned;Køn;Aldersgruppe;Tilmeldte",
}
ENCODINGS = {"registry": "windows-1252", "services": "windows-1252"}
PRACTICES = ("010101", "020202", "030303")
SETTINGS = 'name = "Prøven"\ninbox = "../inbox"\n[consent]\ndefault = "given"\n'
OWN_INBOX = SETTINGS.replace("../inbox", "inbox")
"""With the inbox inside, so that it goes with a copy of the workspace."""
FACTS = ("fact.prescription", "fact.service", "fact.list_size", "ledger.submission")
KEPT = (*FACTS, *(f"registry.{table}" for table in ("practice", "cluster", "region", "membership", "consent")))


def registered(practice: str, cluster: str = "K1") -> str:
    """One line of the registry."""
    return f"{practice};Praksis {practice[:2]};{cluster};Søklyngen;R1;Regionen;01-01-2020;;;;;ja"


def prescribed(**cells: str) -> str:
    """One line of prescriptions, some of whose cells are `cells`."""
    usual = ("010101", "2025-01", "J01CA04", "", "K", "0-5", "3", "1,5")
    return ";".join((dict(zip(HEADERS["prescriptions"].split(";"), usual, strict=True)) | cells).values())


def extract(source: str, *rows: str) -> bytes:
    """A file of `source`, as its shipped contract wants it."""
    return "".join(f"{row}\n" for row in (HEADERS[source], *rows)).encode(ENCODINGS.get(source, "utf-8"))


def bring_in(workspace: Workspace, source: str, path: Path, validator: Validator | None = None) -> Outcome:
    """What the flow `ingest` does with one file, without Prefect; without a validator, no check is asked."""
    landed = land_delivery(workspace, Delivery(source, path))
    extract_id, known = landed.extract_id, landed.already_promoted
    if known:
        return Outcome(path.name, "known")
    stage_extract(workspace, extract_id)
    if validator is not None:
        validate_extract(workspace, extract_id, validator)
    return promote_extract(workspace, extract_id)


def delivered(workspace: Workspace, name: str, content: bytes | None) -> Path:
    """The file in the workspace's inbox; None: it is not there."""
    workspace.inbox.mkdir(parents=True, exist_ok=True)
    path = workspace.inbox / name
    if content is not None:
        path.write_bytes(content)
    return path


def with_registry_alone(root: Path, *rows: str, settings: str = SETTINGS) -> Workspace:
    """A new workspace in the folder `root`, with the lines `rows` of the registry and nothing else."""
    root.mkdir(parents=True)
    (root / "klyngeflow.toml").write_text(settings, encoding="utf-8")
    opened = load_workspace(root)
    prepare(opened)
    bring_in(opened, "registry", delivered(opened, "register_2024-01-01.csv", extract("registry", *rows)))
    return opened


def own_copy(made: Path, folder: Path) -> Workspace:
    """The workspace `made`, which is made once for many tests, once more in `folder`."""
    return load_workspace(Path(shutil.copytree(made, folder / "workspace")))


def rows_of(workspace: Workspace, tables: Iterable[str]) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of `tables`."""
    with reading(workspace.store.database) as connection:
        return {table: connection.execute(f"from {table} order by all").fetchall() for table in tables}
