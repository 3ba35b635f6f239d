"""Landing: the person-number scan, then the received bytes kept by content, and a row in the ledger."""

from __future__ import annotations

import logging
import stat
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from transforms.contract import Contract
from transforms.errors import MachineError, UserError
from warehouse import person_scan
from warehouse.connection import reading, writing
from warehouse.delivery_name import declared_period, delivery_status
from warehouse.erased import ErasedList, erased_list
from warehouse.extract_file import UnreadableFileError
from warehouse.files import written_whole
from warehouse.person_scan import PersonNumberError, Scanned, read_pieces, scan_file
from warehouse.queries import one_value, run
from warehouse.workspace import Store

__all__ = ["Landed", "PersonNumberError", "is_personal", "land"]
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Landed:
    """One landed extract: its number in the ledger, its digest, and whether the same bytes were accepted before.

    `replaced_by` names the file that has come in their place since.
    """

    extract_id: int
    sha256: str
    already_promoted: bool
    replaced_by: str | None = None


@dataclass(frozen=True)
class _Received:
    """A file as it lies in the inbox."""

    path: Path
    sha256: str
    size: int
    written_at: int

    @property
    def name(self) -> str:
        return self.path.name


def land(store: Store, contract: Contract, path: Path, received_by: str, *, again: bool = False) -> Landed:
    """Keep the file at `path` as received; the same bytes twice are one extract.

    `again`: bytes that another file has replaced since are a new delivery, and replace it in turn.

    Raises:
        PersonNumberError: nothing of the file was kept.
        UnreadableFileError: it cannot be opened or searched, or it changed while it was.
    """
    received = _received(path)
    erased = erased_list(store.root)
    try:
        erased.refuse(path.name, received.sha256)
        scanned = scan_file(path, path.name, contract, datetime.now(UTC).date())
        declared_period(contract, path.name)
        kept = _kept_without(store, contract, received, erased) if erased.numbers else None
        if kept is None:
            _keep(received, store.landed(contract.source, received.sha256))
        received = kept or received
    except MachineError:
        raise
    except UserError as refusal:
        _remember_refused(store, contract, received, refusal, received_by)
        raise
    _log_exemptions(contract, scanned, received)
    return _entered(store, contract, received, received_by, again=again)


def is_personal(name: str) -> bool:
    """Whether a file's name holds a person number or is named after one."""
    return person_scan.is_personal(name, datetime.now(UTC).date())


def _received(path: Path) -> _Received:
    """The file at `path`: a file of its own that can be read and is not empty.

    Raises:
        UnreadableFileError: it is none, with what to do.
    """
    name = "A file" if is_personal(path.name) else path.name
    try:
        kind = path.lstat().st_mode
        if stat.S_ISLNK(kind):
            raise UnreadableFileError(f"{name}: this is a link to another place. Put the file itself into the inbox.")
        if stat.S_ISDIR(kind):
            raise UnreadableFileError(f"{name}: this is a folder. Send the files in it one by one.")
        if not stat.S_ISREG(kind):
            raise UnreadableFileError(f"{name}: this is not a file. Put the file itself into the inbox.")
        digest, size, written_at = sha256(), 0, path.stat().st_mtime_ns
        for piece in read_pieces(path):
            digest.update(piece)
            size += len(piece)
    except OSError:
        raise UnreadableFileError(
            f"{name}: the file cannot be opened. Check that it exists and that you may read it."
        ) from None
    if not size:
        raise UnreadableFileError(f"{name}: the file is empty. Ask the sender for it again.")
    return _Received(path, digest.hexdigest(), size, written_at)


def _keep(received: _Received, target: Path) -> None:
    """Copy the bytes to `target`, whole or not at all, if they are still those that were searched.

    Raises:
        UnreadableFileError: the file changed after it was searched.
    """
    changed = UnreadableFileError(
        f"{received.name}: the file is still being written. Wait until it is whole and send it again."
    )
    if received.path.stat().st_mtime_ns != received.written_at:
        raise changed
    digest = sha256()
    with written_whole(target) as file:
        for piece in read_pieces(received.path):
            digest.update(piece)
            file.write(piece)
        if digest.hexdigest() != received.sha256:
            raise changed


def _kept_without(store: Store, contract: Contract, received: _Received, erased: ErasedList) -> _Received | None:
    """The file as it is kept where rows of an erased practice came again: without them; None where none did."""
    key = {"source": contract.source, "sha256": received.sha256}
    with reading(store.database) as connection:
        known = run(connection, "find_erased_file", key).fetchone()
    if known is not None and store.landed(contract.source, known[0]).exists():
        return replace(received, sha256=known[0], size=store.landed(contract.source, known[0]).stat().st_size)
    from warehouse.without_rows import without_rows  # what opens workbooks is slow to import

    folder = store.landing / contract.source
    whole, aside = folder / f".{received.sha256}.whole.part", folder / f".{received.sha256}.part"
    try:
        _keep(received, whole)  # the bytes that were searched, whatever becomes of the file meanwhile
        removed = without_rows(received.name, whole, contract, erased.covers, aside)
        if removed is None:
            return None
        cleaned = replace(_received(aside), path=received.path)
        _keep(_received(aside), store.landed(contract.source, cleaned.sha256))
    finally:
        whole.unlink(missing_ok=True)
        aside.unlink(missing_ok=True)
    link = key | {"old_sha256": received.sha256, "new_sha256": cleaned.sha256, "why": "arrival"}
    with writing(store.database) as connection:
        now = datetime.now(UTC).replace(tzinfo=None)
        run(connection, "enter_erased_file", link | {"rows_removed": len(removed), "now": now})
    _LOG.warning("%s: %s rows of erased practices were left out", received.name, len(removed))
    return cleaned


def _log_exemptions(contract: Contract, scanned: Scanned, received: _Received) -> None:
    for column in sorted(scanned.exempted):
        _LOG.warning("%s: long numbers in column %s passed by the contract %s", received.name, column, contract.source)


def _remember_refused(
    store: Store, contract: Contract, received: _Received, refusal: UserError, received_by: str
) -> None:
    """A ledger row for a file that was turned away at the door: its digest and the reason, nothing of its content."""
    stopped = isinstance(refusal, PersonNumberError)
    row = {
        "source": contract.source,
        "file_name": "(a person number in the name)" if stopped and is_personal(received.name) else received.name,
        "sha256": received.sha256,
        "bytes": received.size,
        "state": "stopped_cpr" if stopped else "refused",
        "reason": str(refusal),
        "received_at": datetime.now(UTC).replace(tzinfo=None),
        "received_by": received_by,
    }
    with writing(store.database) as connection:
        run(connection, "forget_refused", row)
        run(connection, "enter_refused", row)


def _entered(store: Store, contract: Contract, received: _Received, received_by: str, *, again: bool) -> Landed:
    period = declared_period(contract, received.name) or (None, None)
    row = {
        "source": contract.source,
        "file_name": received.name,
        "sha256": received.sha256,
        "bytes": received.size,
        "period_start": period[0],
        "period_end": period[1],
        "status": delivery_status(contract, received.name),
        "received_at": datetime.now(UTC).replace(tzinfo=None),
        "received_by": received_by,
    }
    with writing(store.database) as connection:
        known = run(connection, "find_extract", row).fetchone()
        if known is not None:
            extract_id, state = known
            held = row | {"extract_id": extract_id, "known_at": None}
            accepted = state in {"promoted", "withdrawn"}  # withdrawn bytes do not come back by themselves either
            replacing = run(connection, "replaced_by", held).fetchone() if accepted else None
            if not (again and replacing):
                return Landed(extract_id, received.sha256, accepted, replacing and replacing[0])
        return Landed(one_value(connection, "enter_extract", row), received.sha256, False)
