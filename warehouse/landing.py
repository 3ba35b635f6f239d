"""Landing: the person-number scan, then the received bytes kept by content, and a row in the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from transforms.contract import Contract
from transforms.errors import DataRefusedError, UserError
from transforms.person_number import first_finding, names_a_person, plain
from warehouse.connection import writing
from warehouse.delivery_name import declared_period, delivery_status
from warehouse.extract_file import (
    Extract,
    cells_of,
    header_of,
    read_extract,
    text_of,
    with_plain_line_ends,
)
from warehouse.files import write_whole
from warehouse.queries import one_value, run
from warehouse.workspace import Store


class PersonNumberError(DataRefusedError):
    """A person number, or a column made for one, is in the file: nothing of it was kept."""


@dataclass(frozen=True)
class Landed:
    """One landed extract: its number in the ledger, its digest, and whether the same bytes were accepted before.

    `replaced_by` names the file that has come in their place since.
    """

    extract_id: int
    sha256: str
    already_promoted: bool
    replaced_by: str | None = None


def land(store: Store, contract: Contract, path: Path, received_by: str, *, again: bool = False) -> Landed:
    """Keep the file at `path` as received; the same bytes twice are one extract.

    `again`: bytes that another file has replaced since are a new delivery, and replace it in turn.

    Raises:
        PersonNumberError: nothing of the file was kept.
        UnreadableFileError: it cannot be read as the contract says.
    """
    extract = read_extract(path)
    try:
        refuse_person_numbers(extract, contract)
        declared_period(contract, extract.name)
    except UserError as refusal:
        _remember_refused(store, contract, extract, refusal, received_by)
        raise
    write_whole(store.landed(contract.source, extract.sha256), extract.content)
    return _entered(store, contract, extract, received_by, again=again)


def refuse_person_numbers(extract: Extract, contract: Contract) -> None:
    """Scan name, header and every character of the extract.

    Raises:
        PersonNumberError: says where and in which form, never the value.
    """
    today = datetime.now(UTC).date()
    if is_personal(extract.name):
        raise PersonNumberError(
            "A file was refused: its name holds a person number or is named after one. Nothing of it was kept. "
            "Take persons out of the extract and name the file anew."
        )
    # A packed file carries names of its own, which the unpacked text does not show.
    if extract.packed and first_finding(plain(extract.content.decode("latin-1")), today):
        raise PersonNumberError(
            f"{extract.name}: the name inside the packed file holds a person number. Nothing of the file was kept. "
            "Name the file anew before it is packed."
        )
    text = with_plain_line_ends(plain(text_of(extract, contract.file)))
    header = header_of(extract.name, text, contract.file)
    if column := next((index for index, cell in enumerate(header, 1) if names_a_person(cell)), None):
        raise PersonNumberError(
            f"{extract.name}, row 1, column {column}: the header names a person's data. Nothing of the file was kept. "
            "Send counts per practice, never persons."
        )
    _refuse_hit(extract, contract, text, header, today)


def is_personal(name: str) -> bool:
    """Whether a file's name holds a person number or is named after one."""
    return names_a_person(name) or first_finding(plain(name), datetime.now(UTC).date()) is not None


def _refuse_hit(extract: Extract, contract: Contract, text: str, header: list[str], today: date) -> None:
    # The comma between two cells must not look like the comma of a decimal; the length stays, and so do the places.
    finding = first_finding(text.replace(contract.file.delimiter, ";"), today)
    if finding is None:
        return
    row = text.count("\n", 0, finding.offset) + 1
    before = text[text.rfind("\n", 0, finding.offset) + 1 : finding.offset]
    cells = cells_of(before, contract.file) or [""]
    column = header[len(cells) - 1] if row > 1 and 0 < len(cells) <= len(header) else f"number {len(cells)}"
    raise PersonNumberError(
        f"{extract.name}, row {row}, column {column}: a person number ({finding.form}). Nothing of the file was kept. "
        "Take persons out of the extract and send it again."
    )


def _remember_refused(store: Store, contract: Contract, extract: Extract, refusal: UserError, received_by: str) -> None:
    """A ledger row for a file that was turned away at the door: its digest and the reason, nothing of its content."""
    stopped = isinstance(refusal, PersonNumberError)
    row = {
        "source": contract.source,
        "file_name": "(a person number in the name)" if stopped and is_personal(extract.name) else extract.name,
        "sha256": extract.sha256,
        "bytes": len(extract.content),
        "state": "stopped_cpr" if stopped else "refused",
        "reason": str(refusal),
        "received_at": datetime.now(UTC).replace(tzinfo=None),
        "received_by": received_by,
    }
    with writing(store.database) as connection:
        run(connection, "forget_refused", row)
        run(connection, "enter_refused", row)


def _entered(store: Store, contract: Contract, extract: Extract, received_by: str, *, again: bool) -> Landed:
    period = declared_period(contract, extract.name) or (None, None)
    row = {
        "source": contract.source,
        "file_name": extract.name,
        "sha256": extract.sha256,
        "bytes": len(extract.content),
        "period_start": period[0],
        "period_end": period[1],
        "status": delivery_status(contract, extract.name),
        "received_at": datetime.now(UTC).replace(tzinfo=None),
        "received_by": received_by,
    }
    with writing(store.database) as connection:
        known = run(connection, "find_extract", row).fetchone()
        if known is not None:
            extract_id, state, promoted_at = known
            held = row | {"extract_id": extract_id, "promoted_at": promoted_at}
            accepted = state in {"promoted", "withdrawn"}  # withdrawn bytes do not come back by themselves either
            replacing = run(connection, "replaced_by", held).fetchone() if accepted else None
            if not (again and replacing):
                return Landed(extract_id, extract.sha256, accepted, replacing and replacing[0])
        return Landed(one_value(connection, "enter_extract", row), extract.sha256, False)
