"""What the tests of this room share: small extracts of three practices, and the way from a file to facts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from transforms.contract import Contract, parse_contract
from warehouse.connection import reading
from warehouse.landing import Landed, land
from warehouse.ledger import entry, record_staged
from warehouse.promotion import promote
from warehouse.queries import quoted_name
from warehouse.staging import Staged, stage
from warehouse.workspace import Store

CONTRACTS = Path(__file__).parents[2] / "expectations" / "contracts"
HEADERS = {
    "prescriptions": "Ydernummer;Måned;ATC;Indikation;Køn;Aldersgruppe;Recepter;DDD",
    "services": "Ydernummer;Måned;Ydelseskode;Køn;Aldersgruppe;Antal",
    "list_sizes": "Ydernummer;Måned;Køn;Aldersgruppe;Tilmeldte",
    "registry": "Ydernummer;Praksisnavn;Klyngekode;Klyngenavn;Regionskode;Regionsnavn;"
    "Medlem fra;Medlem til;Åbnet;Lukket;Efterfølger;Samtykke",
}
NAMES = {"prescriptions": "recepter_2025K1.csv", "services": "ydelser_2025K1.csv", "list_sizes": "tilmeldte_2025K1.csv"}
FACTS = ("fact.prescription", "fact.service", "fact.list_size", "ledger.submission")
DELIVERIES = [
    ("recepter_2025K1_foreloebig.csv", "1"),
    ("recepter_2025K1.csv", "2"),
    ("recepter_2025K1_rettet.csv", "3"),
    ("recepter_2025K1_rettet2.csv", "4"),
]
REGISTERED = {
    "010101": "010101;Ved Åen;K1;Søklyngen;R1;Regionen;01-01-2020;;;;;ja",
    "020202": "020202;Torvet;K1;Søklyngen;R1;Regionen;01-01-2020;;;;;",
    "030303": "030303;Havnen;K1;Søklyngen;R1;Regionen;01-01-2020;;;;;nej",
}


def contract_of(source: str, *, file: dict[str, Any] | None = None, **changes: Any) -> Contract:
    """The shipped contract, with other settings of its file or of itself."""
    contract = parse_contract(CONTRACTS / f"{source}.toml")
    changes["file"] = contract.file.model_copy(update=file or {})
    return contract.model_copy(update=changes)


def extract_bytes(contract: Contract, *rows: str) -> bytes:
    """A file of the source's shipped header and `rows`, encoded as its contract says."""
    return "".join(f"{row}\r\n" for row in (HEADERS[contract.source], *rows)).encode(contract.file.encoding)


def landed(store: Store, contract: Contract, name: str, content: bytes) -> int:
    """Deliver the file and land it; its number in the ledger."""
    return delivered(store, contract, name, content).extract_id


def delivered(store: Store, contract: Contract, name: str, content: bytes) -> Landed:
    """Put the file in the inbox and land it."""
    inbox = store.root / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / name).write_bytes(content)
    return land(store, contract, inbox / name, "analyst")


def brought_in(store: Store, contract: Contract, name: str, *rows: str) -> int:
    """Land, stage and promote a file of `rows`, without its checks; its number in the ledger. In use already: no-op."""
    arrived = delivered(store, contract, name, extract_bytes(contract, *rows))
    if not arrived.already_promoted:
        staged = staged_again(store, contract, arrived.extract_id)
        promote(store, contract, arrived.extract_id, staged.path)
    return arrived.extract_id


def staged_again(store: Store, contract: Contract, extract_id: int) -> Staged:
    """Stage what was landed as `extract_id`, and enter the counts."""
    row = entry(store, extract_id)
    path = store.landed(row.source, row.sha256)
    staged = stage(row.file_name, path, contract, store.staged(row.source, row.sha256))
    record_staged(store, contract, extract_id, staged)
    return staged


def prescription(practice: str = "010101", month: str = "2025-01", items: str = "3", code: str = "J01CA04") -> str:
    """One line of prescriptions."""
    return f"{practice};{month};{code};;K;0-5;{items};1,5"


def rows_of(database: Path, table: str) -> list[tuple[Any, ...]]:
    """Every row of `table`, sorted."""
    with reading(database) as connection:
        return sorted(connection.execute(f"from {quoted_name(table)}").fetchall(), key=repr)


def figures(store: Store, table: str = "fact.prescription") -> dict[tuple[str, date], float]:
    """What is known now: the table's quantity by practice and month."""
    quantity = {"fact.prescription": "items", "fact.service": "services", "fact.list_size": "patients"}[table]
    with reading(store.database) as connection:
        known = connection.execute(
            f"select practice_id, period, sum({quantity}) from {table} where known_to is null group by all"
        )
        return {(practice, period): float(total) for practice, period, total in known.fetchall()}


def bring_all_in(store: Store) -> None:
    """Four deliveries of one quarter, each replacing the one before; those in use already are left alone."""
    for name, items in DELIVERIES:
        brought_in(store, contract_of("prescriptions"), name, prescription(items=items), prescription("020202"))
