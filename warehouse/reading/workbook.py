"""A workbook's sheet as rows of text in the contract's notation, read cell by cell and never held as a whole."""

from __future__ import annotations

import csv
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser

from transforms.contract import Contract, FileFormat
from transforms.errors import UserError
from warehouse.extract_file import UnreadableFileError
from warehouse.reading.heading import FIRST_ROWS, MOST_COLUMNS, heading_of
from warehouse.reading.prepared import Prepared

MOST_MEMBERS = 2000
MOST_UNPACKED = 2 * 2**30
MOST_RATIO = 300
SMALL = 20 * 2**20  # a small workbook of one repeated cell packs very well
MOST_CELLS = 50_000_000
_ZEROS = re.compile("0{2,}")
Row = tuple[int, list[str]]


class _FormulaError(Exception):
    """A formula whose result was not saved: row and column."""


class _Parser(WorkSheetParser):
    """openpyxl's parser of one sheet, that notices a formula without its value and codes padded by their format."""

    padded: dict[int, int]

    def parse_cell(self, element: Any) -> dict[str, Any]:
        if element.get("t") == "s" and not element.findtext(VALUE_TAG):
            element.set("t", "n")  # a shared text that names none is an empty cell
        cell = super().parse_cell(element)
        if cell["value"] is None and element.find(FORMULA_TAG) is not None and element.get("t") != "str":
            raise _FormulaError(cell["row"], cell["column"])
        cell["width"] = self.padded.get(cell["style_id"], 0)
        return cell


@dataclass(frozen=True)
class Workbook:
    """An open workbook: the names of its sheets, those that are shown, and the rows of one."""

    name: str
    book: Any

    def sheets(self) -> list[str]:
        """The visible sheets of cells."""
        return [sheet.title for sheet in self.book.worksheets if sheet.sheet_state == "visible"]

    def rows(self, sheet: str, decimal: str) -> Iterator[Row]:
        """Row number and cells of every row that has a filled cell, hidden ones too."""
        cells_read = 0
        chosen = self.book[sheet]
        with chosen._get_source() as source:
            parser = _Parser(
                source,
                chosen._shared_strings,
                data_only=True,
                epoch=self.book.epoch,
                date_formats=self.book._date_formats,
                timedelta_formats=self.book._timedelta_formats,
            )
            parser.padded = _padded_formats(self.book)
            for number, cells in parser.parse():
                cells_read += len(cells)
                if cells_read > MOST_CELLS:
                    raise UnreadableFileError(
                        f"{self.name}: the sheet has more than {MOST_CELLS} cells. Send it as CSV."
                    )
                written = _row(self.name, number, cells, decimal)
                if any(written):
                    yield number, written


def open_workbook(name: str, path: Path) -> Workbook:
    """The workbook at `path`, checked for its size unpacked before anything of it is read.

    Raises:
        UnreadableFileError: it is too large inside, damaged or holds no sheet.
    """
    _refuse_bombs(name, path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Its bytes: by path the library asks for an ending, and what has landed is called by its digest alone.
            content = BytesIO(path.read_bytes())
            return Workbook(name, load_workbook(content, read_only=True, data_only=True, keep_links=False))
    except Exception:
        raise _damaged(name) from None


def chosen_sheet(workbook: Workbook, form: FileFormat) -> str:
    """The sheet that the contract names, by its name or a pattern for it, or the only one that is shown.

    Raises:
        UnreadableFileError: none or several fit.
    """
    every = [sheet.title for sheet in workbook.book.worksheets]
    if form.sheet is None:
        found = workbook.sheets()
        said = "the contract names no sheet"
    else:
        pattern = form.sheet
        found = [title for title in every if title == pattern] or [
            title for title in every if re.fullmatch(pattern, title)
        ]
        said = f"the contract reads the sheet {pattern!r}"
    if len(found) != 1:
        raise UnreadableFileError(
            f"{workbook.name}: {said}, and {len(found)} sheets fit. The workbook has: {', '.join(every)[:200]}. Name "
            "one in `sheet` of the workspace's contract."
        )
    return found[0]


def prepare_workbook(name: str, received: Path, contract: Contract, copy: Path) -> Prepared:
    """Write the contract's sheet to `copy`, each row with its number.

    Raises:
        MissingColumnError, UnreadableFileError: with file, row and what to do.
    """
    workbook = open_workbook(name, received)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _written(name, workbook, contract, copy)
    except UserError:
        raise
    except _FormulaError as formula:
        row, column = formula.args
        raise UnreadableFileError(
            f"{name}, row {row}, column number {column}: a formula without its result. Open the workbook, let it "
            "compute, save it and send it again."
        ) from None
    except Exception:
        raise _damaged(name) from None
    finally:
        workbook.book.close()


def _written(name: str, workbook: Workbook, contract: Contract, copy: Path) -> Prepared:
    rows = workbook.rows(chosen_sheet(workbook, contract.file), contract.file.decimal)
    first: list[Row] = []
    for row in rows:
        first.append(row)
        if row[0] >= FIRST_ROWS + 2:
            break
    above = max((number for number, _ in first), default=0)
    lines: list[list[str]] = [[] for _ in range(above if above <= FIRST_ROWS + 2 else FIRST_ROWS + 2)]
    for number, cells in first:
        if number <= len(lines):
            lines[number - 1] = [cell.strip() for cell in cells]
    heading = heading_of(name, lines, contract)
    width, count = len(heading.names), 0
    with copy.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for number, cells in chain(first, rows):
            if number < heading.first_row:
                continue
            if any(cells[width:]):
                raise UnreadableFileError(
                    f"{name}, row {number}: the row has more columns than the header ({width} columns). Mend the row "
                    "and send the file again."
                )
            writer.writerow([number, *cells[:width], *[""] * (width - len(cells))])
            count += 1
    return Prepared(
        copy, "workbook", heading.names, heading.first_row, count, numbered=True, parallel=False, iso_dates=True
    )


def _row(name: str, number: int, cells: list[dict[str, Any]], decimal: str) -> list[str]:
    written: list[str] = []
    for cell in cells:
        column = cell["column"]
        if column > MOST_COLUMNS:
            if cell["value"] is None:
                continue
            raise UnreadableFileError(
                f"{name}, row {number}: the row has more than {MOST_COLUMNS} columns. Send it as CSV."
            )
        written += [""] * (column - len(written))
        written[column - 1] = text_of_cell(cell["value"], decimal, cell["width"])
    return written


def text_of_cell(value: object, decimal: str, width: int = 0) -> str:
    """A cell's value as text: dates in ISO, numbers with the decimal sign `decimal` and no needless fraction.

    `width`: a format of zeros shows a whole number with that many digits.
    """
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case int():
            return f"{value:0{width}d}"
        case float():
            return (
                f"{int(value):0{width}d}"
                if value.is_integer()
                else format(Decimal(repr(value)), "f").replace(".", decimal)
            )
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case _:
            return str(value)


def _padded_formats(book: Any) -> dict[int, int]:
    """Styles whose number format is nothing but zeros, with how many."""
    formats = {164 + place: code for place, code in enumerate(book._number_formats)}
    return {
        place: len(code)
        for place, style in enumerate(book._cell_styles)
        if _ZEROS.fullmatch(code := formats.get(style.numFmtId, ""))
    }


def _refuse_bombs(name: str, path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise _damaged(name) from None
    # The library stops each member at the size it declares, so that what is declared bounds what is unpacked.
    size, packed = sum(member.file_size for member in members), max(1, sum(member.compress_size for member in members))
    if len(members) > MOST_MEMBERS or size > MOST_UNPACKED or (size > SMALL and size > MOST_RATIO * packed):
        raise UnreadableFileError(
            f"{name}: the workbook is far larger inside than a workbook of figures ({size // 2**20} MB in "
            f"{len(members)} parts). Send it as CSV."
        )


def _damaged(name: str) -> UnreadableFileError:
    return UnreadableFileError(
        f"{name}: the workbook is cut, damaged or written in a way that is not read. Open it, save it anew as XLSX or "
        "CSV and send that."
    )
