"""A small workbook, such as a filled form, as texts by cell: looked at in full, and nothing of it is kept."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

from transforms.errors import UserError
from warehouse.extract_file import UnreadableFileError
from warehouse.reading.workbook import open_workbook

MOST_ROWS = 500
Cells = Mapping[tuple[int, int], str]
"""Row and column, from 1, of every cell that is filled."""


def cells_of(path: Path) -> dict[str, Cells]:
    """By the name of each visible sheet its filled cells: dates in ISO, numbers with a point.

    Raises:
        UnreadableFileError: it is no workbook, is damaged, holds macros, or is far larger than a form.
    """
    if path.suffix.casefold() != ".xlsx":
        raise UnreadableFileError(f"{path.name} is no XLSX file. Save the form as XLSX and send it again.")
    workbook = open_workbook(path.name, path)
    try:
        if _has_macros(path):
            raise UnreadableFileError(f"{path.name}: the workbook holds macros. Save it as XLSX without them.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found: dict[str, Cells] = {}
            for sheet in workbook.sheets():
                cells: dict[tuple[int, int], str] = {}
                for number, row in workbook.rows(sheet, "."):
                    if number > MOST_ROWS:
                        raise UnreadableFileError(
                            f"{path.name}, sheet {sheet}: more than {MOST_ROWS} rows are filled, which no form has. "
                            "Fill in the form of the pack and send that."
                        )
                    cells |= {(number, at): text for at, text in enumerate(row, start=1) if text.strip()}
                found[sheet] = cells
            return found
    except UserError:
        raise
    except Exception:
        raise UnreadableFileError(
            f"{path.name}: a cell cannot be read, such as a formula without its result. Write words and numbers in the "
            "form, save it and send it again."
        ) from None
    finally:
        workbook.book.close()


def _has_macros(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        return any(name.casefold().endswith("vbaproject.bin") for name in archive.namelist())
