"""What stands in a small workbook that people filled in, cell by cell; what would be lost or misread refuses it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from transforms.sheet_layout import MARK_SHEET
from warehouse.extract_file import UnreadableFileError
from warehouse.person_scan import is_personal

MOST_PACKED, MOST_UNPACKED = 5_000_000, 50_000_000
"""Bytes. A form is 10 kB; with somebody's logo on it, it is still far below."""
MOST_ROWS, MOST_COLUMNS = 120, 20
_FIELDS_FROM = 11
"""The first row in which no form that is sent out has merged cells."""


def require_small(path: Path) -> None:
    """Nothing, where the file is no larger than a filled form can be: it is read in this process, and whole.

    Raises:
        UnreadableFileError: it is larger, packed or unpacked; a name that holds a person number is not repeated.
    """
    if path.stat().st_size <= MOST_PACKED and _unpacked(path) <= MOST_UNPACKED:
        return
    name = "A file" if is_personal(path.name, datetime.now(UTC).date()) else path.name
    raise UnreadableFileError(
        f"{name}: the file is far larger than the sheet that was sent out. Fill in a fresh one, without pictures."
    )


def _unpacked(path: Path) -> int:
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(each.file_size for each in archive.infolist())
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return 0  # no workbook: who reads it says so


def first_sheet(name: str, book: Any) -> Any:
    """The one sheet of `book` that is filled in.

    Raises:
        UnreadableFileError: there is none, something stands on another sheet too, or its fields are merged.
    """
    there = [sheet for sheet in book.worksheets if sheet.title != MARK_SHEET]
    shown = [sheet for sheet in there if sheet.sheet_state == "visible"]
    if not shown:
        raise UnreadableFileError(f"{name}: the workbook has no sheet to read. Take a fresh one and fill that in.")
    chosen = shown[0]
    for other in (sheet for sheet in there if sheet is not chosen):
        if filled := next(cells_with_something(other), None):
            raise UnreadableFileError(
                f"{name}, sheet {other.title}, cell {filled.coordinate}: only the sheet {chosen.title} is read. Fill "
                "in a copy of the whole file for another person or month, and delete the sheet here."
            )
    for merged in chosen.merged_cells.ranges:
        if merged.max_row >= _FIELDS_FROM:
            raise UnreadableFileError(
                f"{name}, sheet {chosen.title}, cell {merged.coord}: these cells are merged, and only one of them can "
                "be read. Fill in a fresh one, with a number or an answer in each cell."
            )
    return chosen


def cells_with_something(sheet: Any) -> Iterator[Any]:
    """The filled cells of a sheet, row by row, as far as any form goes."""
    for row in sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS):
        yield from (cell for cell in row if cell.value not in (None, ""))


def is_formula(cell: Any) -> bool:
    """Whether a cell reckons; one that holds the text `=1+1` does not."""
    return cell.data_type == "f"


def value_of(cell: Any) -> object:
    """What a cell holds: a formula as it is written, a share as the spreadsheet shows it, for 100 % is stored as 1."""
    value = cell.value
    if is_formula(cell):
        written = str(getattr(value, "text", value) or "")
        return written if written.startswith("=") else f"={written}"
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in str(cell.number_format):
        return f"{value * 100:g} %"
    return value
