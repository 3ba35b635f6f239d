"""What workbooks that came back hold together: files of their source, brought in as any extract is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path

from flows.filled_sheets import SheetError
from flows.ingesting import Delivery, Outcome
from flows.settings import SettingsError, Workspace
from transforms.contract import Contract
from transforms.sheet_layout import Mark
from warehouse import returned
from warehouse.facts import NothingLoadedError, last_known
from warehouse.files import write_whole
from warehouse.registry import registry_known
from warehouse.returned import Received

Bring = Callable[[list[Delivery]], list[Outcome]]
"""Brings extracts in: the flow `ingest`; an outcome for each, in their order."""
Key = tuple[str, date]
"""The file that rows go into: one for each package or questionnaire and month."""


@dataclass
class Sheet:
    """A workbook that was read and found sound, the files its rows go into, and what is said of it."""

    received: Received
    mark: Mark
    said: str
    into: set[Key] = field(default_factory=set[Key])


@dataclass
class Gathered:
    """What a source's files are to hold: rows by column, in the order in which the workbooks came."""

    source: str
    label: str
    rows: dict[Key, list[dict[str, str]]] = field(default_factory=dict[Key, list[dict[str, str]]])
    sheets: list[Sheet] = field(default_factory=list[Sheet])


def known_practices(workspace: Workspace) -> set[str]:
    """Every practice that the registry knows, closed ones included."""
    try:
        tables = registry_known(workspace.store, last_known(workspace.store))
    except NothingLoadedError:
        return set()
    return set(tables["practice"]["practice_id"])


def require_practice(known: set[str], received: Received, mark: Mark) -> None:
    """Nothing, where the registry knows the practice that the workbook was made for.

    Raises:
        SheetError: it does not.
    """
    if mark.practice not in known:
        raise SheetError(
            f"{received.name}: the sheet was made for a practice that the registry does not know. "
            "Bring the newest registry in first: klyngeflow ingest registry FILE."
        )


def brought(workspace: Workspace, gathered: Gathered, who: str, bring: Bring) -> list[Outcome]:
    """Write the files, bring them in, and remember the workbooks whose rows are in."""
    files = {key: _written(workspace, gathered, key) for key in sorted(gathered.rows)}
    came = bring([Delivery(gathered.source, path) for path in files.values()]) if files else []
    by_key = dict(zip(files, came, strict=True))
    outcomes = list(came)
    for sheet in gathered.sheets:
        if faults := [by_key[key] for key in sorted(sheet.into) if by_key[key].state not in ("accepted", "known")]:
            said = f"{sheet.received.name}: its rows were not entered, for {faults[0].sentence}"
            outcomes.append(Outcome(sheet.received.name, "refused", 0, said, said, faults[0].exit_code))
            continue
        returned.take(workspace.store, sheet.received, sheet.mark, who)
        outcomes.append(Outcome(sheet.received.name, "recorded", sentence=sheet.said))
    for path in files.values():
        path.unlink(missing_ok=True)
    return outcomes


def _written(workspace: Workspace, gathered: Gathered, key: Key) -> Path:
    """The rows as a file of the source, laid out as its contract has it: the same rows, the same bytes."""
    contract = workspace.contract(gathered.source)
    text = _table(contract, gathered.rows[key], key[1])
    encoding = "utf-8" if contract.file.encoding == "auto" else contract.file.encoding
    content = text.encode(encoding)
    name = f"{key[1]:%Y-%m}_{gathered.label}_{key[0]}_{sha256(content).hexdigest()[:8]}"
    path = workspace.store.database.with_name("returned") / contract.file.patterns[0].replace("*", name, 1)
    write_whole(path, content)
    return path


def _table(contract: Contract, rows: list[dict[str, str]], month: date) -> str:
    columns = [column for column in contract.columns if column.constant is None]
    if contract.wide or not all(column.headers for column in columns):
        raise SettingsError(
            f"This workspace has {contract.source} laid out in a way that no sheet can be turned into. Let its "
            "contract have one row a figure and one header a column."
        )
    shape = contract.column("period").format or "%Y-%m"
    period = f"{month:{shape if isinstance(shape, str) else shape[0]}}"
    lines = [[column.headers[0] for column in columns]]
    for row in rows:
        cells = row | {"period": period}
        lines.append([_cell(contract, column.type, cells.get(column.name, "")) for column in columns])
    return "".join(f"{contract.file.delimiter.join(line)}\n" for line in lines)


def _cell(contract: Contract, kind: str, text: str) -> str:
    return text.replace(".", contract.file.decimal) if kind == "number" else text
