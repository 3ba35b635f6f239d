"""Bringing one extract in: the steps behind the tasks, each able to run again."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Literal

from expectations.process import Validator
from flows.checking import checked, contract_of_part
from flows.delivery_checks import delivery_results
from flows.inbox import finished_files
from flows.refusals import refused_by_checks, refused_cell, refused_rows
from flows.settings import Workspace
from transforms.contract import Contract
from transforms.errors import MachineError, UserError
from warehouse import bad_rows, consents, erasing, ledger, supplements
from warehouse.landing import Landed, is_personal, land
from warehouse.promotion import promote
from warehouse.reading.process import shared_reader
from warehouse.registry import checked_registry
from warehouse.schema import migrate


@dataclass(frozen=True)
class Delivery:
    """One file in the inbox and the source that takes it."""

    source: str
    path: Path
    again: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one delivery, or why a pack or a package's packs were not made (`blocked`, `left_out`).

    A form of goals is `recorded`.

    `sentence` says why; `shown` also has the value found.

    `shown` is for the terminal of the person who sent the file; it is never stored.
    """

    file_name: str
    state: Literal["accepted", "known", "refused", "blocked", "left_out", "recorded"]
    rows: int = 0
    sentence: str = ""
    shown: str = ""
    exit_code: int = 0


def deliveries(workspace: Workspace) -> tuple[list[Delivery], list[Path]]:
    """The inbox's files with their sources, in the order of bringing in, and those that no contract takes.

    Registry first, then by source; provisional deliveries before final ones, so that a correction comes last.
    """
    files = finished_files(workspace.inbox)
    taken: list[Delivery] = []
    for contract in workspace.contracts:
        own = [path for path in files if any(fnmatch(path.name, pattern) for pattern in contract.file.patterns)]
        mark = contract.file.provisional_in_name
        own.sort(key=lambda path: (not (mark and mark in path.name), path.name.partition(".")[0], path.name))
        taken += [Delivery(contract.source, path) for path in own]
    claimed = {delivery.path for delivery in taken}
    return taken, [path for path in files if path not in claimed]


def by_name(claimed: Sequence[Delivery]) -> tuple[list[Delivery], list[Delivery]]:
    """Those whose very names hold a person number, and the others."""
    personal = [delivery for delivery in claimed if is_personal(delivery.path.name)]
    return personal, [delivery for delivery in claimed if delivery not in personal]


def prepare(workspace: Workspace) -> None:
    """Make the warehouse, or bring it to the newest schema."""
    migrate(workspace.store.database)


def land_delivery(workspace: Workspace, delivery: Delivery) -> Landed:
    """The extract as it stands in the ledger."""
    contract = workspace.contract(delivery.source)
    return land(workspace.store, contract, delivery.path, getpass.getuser(), again=delivery.again)


def turn_away(workspace: Workspace, named_after_persons: Iterable[Delivery]) -> list[Outcome]:
    """Refuse files whose very names hold a person number, before anything that remembers names is told of them."""
    outcomes: list[Outcome] = []
    for delivery in named_after_persons:
        try:
            land_delivery(workspace, delivery)
        except UserError as error:
            outcomes.append(Outcome("(a file)", "refused", 0, str(error), error.shown(), error.exit_code))
    return outcomes


def stage_extract(workspace: Workspace, extract_id: int) -> tuple[str, ...]:
    """Type the rows; refuse the extract when a cell cannot be read. Returns what is to be said of unused columns.

    Raises:
        UserError: the ledger has the extract as refused, and why.
    """
    contract, entry = _extract(workspace, extract_id)
    landed = workspace.store.landed(entry.source, entry.sha256)
    with _refusing(workspace, extract_id):
        staged = shared_reader().stage(
            entry.file_name, landed, contract, workspace.store.staged(entry.source, entry.sha256)
        )
        ledger.record_staged(workspace.store, contract, extract_id, staged)
        rejected = ledger.first_rejected(workspace.store, entry.source, entry.sha256)
        if rejected is not None and not contract.bad_rows.most:
            raise refused_cell(entry.file_name, contract, *rejected)
    return _unused(contract, staged.ignored_columns)


def _unused(contract: Contract, columns: tuple[str, ...]) -> tuple[str, ...]:
    """A word about each column that the contract leaves out, and one about those that it does not mention."""
    why = {ignored.header: ignored.why.en for ignored in contract.ignore}
    said = [f"column {name} is left out: {why[name].rstrip('.')}" for name in columns if name in why]
    others = [name for name in columns if name not in why]
    if others:
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        said.append(f"not used: {', '.join(others[:3])}{more}")
    return tuple(said)


def validate_extract(workspace: Workspace, extract_id: int, validator: Validator) -> None:
    """Ask every check of the contract; refuse the extract when a critical one does not pass, or too many rows do not.

    Raises:
        UserError: the ledger has the extract as refused, and why.
    """
    contract, entry = _extract(workspace, extract_id)
    staged = workspace.store.staged(entry.source, entry.sha256)
    with _refusing(workspace, extract_id):
        mended = supplements.recognised(workspace.store, contract, entry)
        asked = contract_of_part(contract, entry, mended)
        results = checked(validator, staged, asked, ledger.reference(workspace.store, extract_id))
        if contract.table == "registry":
            results += checked_registry(workspace.store, contract, extract_id, staged)
        results += delivery_results(workspace, asked, extract_id, staged, entry.rows_staged or 0)
        ledger.record_checks(workspace.store, asked, extract_id, results)
        rows = bad_rows.record(workspace.store, extract_id, staged)
        refusal = refused_rows(entry, asked, rows, results) or refused_by_checks(entry.file_name, asked, results)
        if refusal is not None:
            raise refusal
        if mended is not None:
            supplements.refuse_foreign_rows(workspace.store, contract, entry)


def promote_extract(workspace: Workspace, extract_id: int) -> Outcome:
    """Enter the rows as facts."""
    contract, entry = _extract(workspace, extract_id)
    sent = len(consents.sent_before(workspace.store))
    promote(workspace.store, contract, extract_id, workspace.store.staged(entry.source, entry.sha256))
    sent = len(consents.sent_before(workspace.store)) - sent
    parts = _emptied(workspace, entry) + _told(entry, sent, erasing.left_out(workspace.store, extract_id))
    said = f"{entry.rows_staged or 0:,} rows; {'; '.join(parts)}." if parts else ""
    return Outcome(entry.file_name, "accepted", entry.rows_staged or 0, said)


def _emptied(workspace: Workspace, entry: ledger.Entry) -> list[str]:
    """A word where figures went away: a file with one month of a practice speaks for every month of its name."""
    months, practices = ledger.emptied_months(workspace.store, entry.source, entry.extract_id)
    if not months:
        return []
    many = "a practice" if practices == 1 else f"{practices} practices"
    what = "a month of a practice" if months == 1 else f"{months} months of {many}"
    again = f"klyngeflow withdraw --extract {entry.extract_id} --why TEXT"
    return [f"{what} had figures and count as nought now, since the file has none of them; if that is wrong: {again}"]


def _told(entry: ledger.Entry, sent: int, left_out: int) -> list[str]:
    """What an accepted file is told besides its rows; `sent`: packs that went out with a practice that now says no."""
    parts: list[str] = []
    if left_out:
        parts.append(f"{left_out:,} rows of an erased practice were left out: ask the sender to send no more of them")
    if sent:
        parts.append(f"{sent} sent packs hold practices that have taken their consent back: klyngeflow consent sent")
    if entry.rows_rejected:
        parts.append(
            f"{entry.rows_rejected:,} rows are left out: klyngeflow rejected {entry.extract_id} --out FILE writes them"
        )
    if entry.supplement_to is not None:
        parts.append(f"added to extract {entry.supplement_to}, whose rejected rows they were")
    return parts


def _extract(workspace: Workspace, extract_id: int) -> tuple[Contract, ledger.Entry]:
    entry = ledger.entry(workspace.store, extract_id)
    return workspace.contract(entry.source), entry


class _refusing:  # noqa: N801 - reads as a word in `with _refusing(...)`
    """Enters a refusal in the ledger before it goes on its way."""

    def __init__(self, workspace: Workspace, extract_id: int) -> None:
        self.workspace = workspace
        self.extract_id = extract_id

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, UserError) and not isinstance(error, MachineError):
            ledger.refuse(self.workspace.store, self.extract_id, str(error))
