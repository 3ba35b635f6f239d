"""A filled counting sheet, read: what is not as the sheet has it is told with sheet, cell, value and remedy."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date

from flows.settings import Workspace
from reports.count_sheet import HEAD_ROW, grid, places
from reports.sheet_paper import Cell, Grid
from reports.wording import voice
from transforms.definitions import Package
from transforms.errors import UserError
from transforms.sheet_layout import Line, Mark, lines_of, shares_of
from warehouse.returned import Received

MOST = 100_000
"""More of anything in a month of one practice is a slip of the keyboard."""
_WRITTEN = re.compile(r"[0-9]{1,6}([.,][0-9]{1,2})?")


class SheetError(UserError):
    """A sheet cannot be taken as it is filled in; nothing of it was entered."""


@dataclass(frozen=True)
class Counts:
    """What stands on one sheet, by line and month; months that are wholly empty are not among them."""

    lines: tuple[Line, ...]
    figures: dict[tuple[Line, date], float]
    cells: dict[tuple[Line, date], Cell]

    @property
    def months(self) -> list[date]:
        """The months that are filled in."""
        return sorted({month for _, month in self.figures})


def cell_fault(received: Received, cell: Cell, said: str, value: object = None) -> SheetError:
    """What is wrong with one cell, as a spreadsheet names it."""
    shown = None if value is None else str(value)
    return SheetError(f"{received.name}, sheet {received.sheet}, cell {cell.name}: {said}", value=shown)


def counts_of(workspace: Workspace, received: Received, mark: Mark) -> Counts:
    """The figures of a counting sheet.

    Raises:
        SheetError: the layout was changed, a value cannot be, or a line is not of the package as it is now.
        UserError: there is no such package.
    """
    package = workspace.package(mark.package, mark.cluster)
    lines = {line.key: line for line in lines_of(package)}
    _require_layout(received, package, mark)
    if lacking := [line for key, line in lines.items() if key not in mark.asked]:
        raise SheetError(
            f"{received.name}: the sheet is of version {mark.version} of {package.id}, and version {package.version} "
            f"also counts {lacking[0].code}. Write its figures on a fresh sheet: klyngeflow sheets {package.id}."
        )
    require_asked(received, mark, package, tuple(lines))
    figures: dict[tuple[Line, date], float] = {}
    cells: dict[tuple[Line, date], Cell] = {}
    for (at, month), cell in places(mark.asked, mark.months).items():
        value = received.cells.get(cell)
        line = lines.get(mark.asked[at])
        if value is None or str(value).strip() == "":
            continue
        if line is None:
            said = f"version {package.version} of {package.id} does not count this. Clear the line and send it again."
            raise cell_fault(received, cell, said, value)
        key = (line, mark.window.months[month])
        figures[key], cells[key] = _figure(received, cell, value, line), cell
    found = Counts(tuple(lines.values()), figures, cells)
    _require_whole(received, mark, found)
    _refuse_more_than_all(received, package, found)
    return found


def require_grid(received: Received, expected: Grid) -> None:
    """Nothing, where every word of `expected` stands in its cell.

    Raises:
        SheetError: the first that does not.
    """
    for (row, column), words in expected.items():
        there = str(received.cells.get((row, column), ""))
        if there.split() != words.split():
            said = f"{words.splitlines()[0]!r} stands here on the sheet that was sent out. Fill in a fresh one."
            raise cell_fault(received, Cell(row, column), said, there or "nothing")


def require_asked(received: Received, mark: Mark, package: Package, asked: tuple[str, ...]) -> None:
    """Nothing, where the mark of a sheet of the package as it is now says in which order its lines or questions stand.

    Raises:
        SheetError: it says otherwise; a figure or an answer would be taken for another's.
    """
    if mark.version == package.version and mark.asked != asked:
        raise SheetError(
            f"{received.name}: the sheet does not have what version {package.version} of {package.id} asks, in its "
            f"order. Fill in a fresh one: klyngeflow sheets {package.id}."
        )


def _require_layout(received: Received, package: Package, mark: Mark) -> None:
    expected = grid(package, mark, voice(mark.language))
    if mark.version != package.version:  # its words may have been others
        expected = {place: words for place, words in expected.items() if place[0] == HEAD_ROW}
    require_grid(received, expected)


def _figure(received: Received, cell: Cell, value: object, line: Line) -> float:
    text = str(value).strip()
    if cell in received.formulas or text.startswith("="):
        raise cell_fault(received, cell, "this is a formula. Write the number itself.")
    number = _number(value)
    if not 0 <= number <= MOST:
        raise cell_fault(received, cell, f"this is no number from 0 to {MOST:,}. Write one, such as 12.", text)
    if line.quantity != "minutes" and number != int(number):
        raise cell_fault(received, cell, "things are counted in whole numbers. Write one, such as 12.", text)
    return number


def _number(value: object) -> float:
    """The number that a cell holds or that is written in it as text, not a number where there is none.

    Three digits after a point or comma are refused: 1.000 is one to some and a thousand to others.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return abs(float(value)) if value == 0 else float(value)
    text = str(value).strip()
    return float(text.replace(",", ".")) if _WRITTEN.fullmatch(text) else math.nan


def _require_whole(received: Received, mark: Mark, found: Counts) -> None:
    """A month is counted whole or not at all: an empty cell is not a nought, and nobody may take it for one."""
    if not found.figures:
        raise SheetError(
            f"{received.name}, sheet {received.sheet}: no month is filled in. Write the figures, and 0 for none."
        )
    place = places(mark.asked, mark.months)
    for month in found.months:
        for line in found.lines:
            if (line, month) not in found.figures:
                cell = place[mark.asked.index(line.key), mark.window.months.index(month)]
                said = "this is empty while others of the month are filled in. Write 0 where it did not happen."
                raise cell_fault(received, cell, said)
            _refuse_too_many(received, found, line, month)


def _refuse_too_many(received: Received, found: Counts, line: Line, month: date) -> None:
    if line.quantity != "out_of":
        return
    count = next(
        each for each in found.lines if (each.code, each.group, each.quantity) == (line.code, line.group, "count")
    )
    if found.figures[count, month] > found.figures[line, month]:
        said = "more were counted than they were counted out of. Mend one of the two."
        raise cell_fault(received, found.cells[count, month], said, found.figures[count, month])


def _refuse_more_than_all(received: Received, package: Package, found: Counts) -> None:
    """A share of what was counted cannot be more than all of it."""
    by_key = {line.key: line for line in found.lines}
    for part, whole in shares_of(package):
        for month in found.months:
            count, most = (found.figures[by_key[key], month] for key in (part, whole))
            if count > most:
                other = found.cells[by_key[whole], month].name
                said = f"this is a part of what {other} counts, and more than it. Mend one of the two."
                raise cell_fault(received, found.cells[by_key[part], month], said, f"{count:g}")
