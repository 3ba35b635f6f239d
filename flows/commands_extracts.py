"""What the commands about single extracts do: taking one back, and writing what was rejected from one."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path

from polars import DataFrame

from flows.code_systems import code_systems
from flows.settings import Workspace
from flows.starting import require_warehouse
from transforms.errors import UserError
from transforms.person_number import first_finding, plain
from warehouse import ledger
from warehouse.bridge import bridge, printed_packs
from warehouse.locks import one_command
from warehouse.publishing import publish
from warehouse.rejected_rows import write_rejected
from warehouse.withdrawal import Withdrawal
from warehouse.withdrawal import withdraw as take_back


class UnknownExtractError(UserError):
    """There is no extract of that number."""


class UnknownPackError(UserError):
    """No such pack was printed."""


class UnsuitableReasonError(UserError):
    """A reason that must not be kept."""


def write_rejected_rows(workspace: Workspace, extract_id: int, out: Path) -> tuple[Path, int]:
    """Write the extract's rejected rows to `out`, or into the folder `out`; returns the file and how many rows."""
    entry = _entry(workspace, extract_id)
    name = entry.file_name.removesuffix(".gz")
    stem, dot, ending = name.rpartition(".")
    path = out / f"{stem or ending}_afvist{dot and '.' + ending}" if out.is_dir() else out
    return path, write_rejected(workspace.store, workspace.contract(entry.source), extract_id, path)


def withdraw_extract(workspace: Workspace, extract_id: int, why: str, practice: str | None) -> str:
    """Take the extract back, or one practice's part of it; returns what was done, in a sentence.

    Raises:
        UnsuitableReasonError: the reason is empty or has a person number in it.
    """
    if not why.strip() or first_finding(plain(why), datetime.now(UTC).date()):
        raise UnsuitableReasonError(
            "The reason is kept in the ledger: write one in words, without a person number. Nothing was withdrawn."
        )
    entry = _entry(workspace, extract_id)
    with one_command(workspace.store):
        taken_back = Withdrawal(extract_id, why.strip(), getpass.getuser(), practice)
        take_back(workspace.store, workspace.contract(entry.source), taken_back)
        publish(workspace.store)
    what = f"{entry.file_name} (extract {extract_id})"
    part = f"What {what} says of practice {practice}" if practice else what
    return f"{part} is withdrawn; what it had replaced is in use again. Older moments read as before."


def _entry(workspace: Workspace, extract_id: int) -> ledger.Entry:
    require_warehouse(workspace)
    found = ledger.entry_if_any(workspace.store, extract_id)
    if found is None:
        raise UnknownExtractError(f"There is no extract {extract_id}. `klyngeflow status` lists them all.")
    return found


def bridges(workspace: Workspace, pack_id: str | None) -> dict[str, DataFrame]:
    """By pack, the figures that are others now than when the pack was first printed.

    Raises:
        UnknownPackError: no such pack was printed.
    """
    require_warehouse(workspace)
    silence = workspace.definition.consent.default == "given"
    printed = printed_packs(workspace.store, code_systems(workspace), silence_is_consent=silence)
    chosen = [each for each in printed if pack_id in (None, each.pack_id)]
    if pack_id is not None and not chosen:
        named = ", ".join(each.pack_id for each in printed[:6]) or "none was printed"
        raise UnknownPackError(f"No pack {pack_id} was printed. Write the name of its folder in the outbox: {named}.")
    package = {each.pack_id: workspace.package(each.package_id, each.cluster_id) for each in chosen}
    return {each.pack_id: bridge(workspace.store, package[each.pack_id], each) for each in chosen}
