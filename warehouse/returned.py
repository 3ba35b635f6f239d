"""Counting sheets and answer forms that came back: searched for person numbers, kept as received, read cell by cell."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fnmatch import fnmatch
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from transforms.contract import Contract, FileFormat
from transforms.model import Text
from transforms.sheet_layout import MARK_SHEET, Mark
from warehouse.connection import reading, writing
from warehouse.extract_file import UnreadableFileError
from warehouse.files import write_whole
from warehouse.ledger import utc_now
from warehouse.order_forms import digest_of, require_file
from warehouse.person_scan import scan_file
from warehouse.queries import one_value, run
from warehouse.sheet_cells import cells_with_something, first_sheet, is_formula, require_small, value_of
from warehouse.workspace import Store

FOLDER = "returned_sheets"
PATTERNS = ("taelleark_*.xlsx", "svarark_*.xlsx", "evaluering_*.xlsx")
"""How they are called when they are sent out. One under another name is known by its hidden mark."""
_TITLE = Text(da="Ark fra praksis", en="Sheets of practices")

Cells = Mapping[tuple[int, int], object]
"""Row and column, from 1, of every cell that holds something."""


@dataclass(frozen=True)
class Received:
    """A workbook that came back: its digest, what its hidden sheet holds, and its first visible sheet.

    `formulas` are the cells that reckon. `nobody` is made of the bytes and of nothing that is written down anywhere, so
    that who answers without a code is not found again by the digest.
    """

    name: str
    sha256: str
    mark: Mapping[str, str]
    sheet: str
    cells: Cells
    formulas: frozenset[tuple[int, int]] = frozenset()
    nobody: str = ""


def is_returned(path: Path) -> bool:
    """Whether a file of the inbox is one of them, by its name or else by the name of its hidden sheet."""
    if any(fnmatch(path.name.casefold(), pattern) for pattern in PATTERNS):
        return True
    if path.suffix.casefold() != ".xlsx" or not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive, archive.open("xl/workbook.xml") as listed:
            return f'name="{MARK_SHEET}"'.encode() in listed.read(1_000_000)
    except (KeyError, OSError, zipfile.BadZipFile):
        return False


def looked_at(path: Path) -> Received:
    """Search the workbook for person numbers, and read it; nothing of it is kept yet.

    Raises:
        PersonNumberError: it holds one.
        UnreadableFileError: it is no workbook that can be opened, or part of what is filled in could not be read.
    """
    require_file(path)
    require_small(path)
    scan_file(path, path.name, _contract(), datetime.now(UTC).date())
    return _read(path, digest_of(path))


def keep(store: Store, path: Path, received: Received) -> None:
    """Keep the workbook's bytes as they came."""
    write_whole(store.landed(FOLDER, received.sha256), path.read_bytes())


def landed_of(store: Store, practice: str) -> list[str]:
    """The digests of the workbooks that were taken of a practice."""
    with reading(store.database) as connection:
        return [digest for (digest,) in run(connection, "read_returned_of", {"practice_id": practice}).fetchall()]


def is_taken(store: Store, digest: str) -> bool:
    """Whether a workbook of these bytes was taken before."""
    with reading(store.database) as connection:
        return one_value(connection, "count_returned_sheets", {"sha256": digest}) > 0


def take(store: Store, received: Received, mark: Mark, who: str) -> None:
    """Remember that a workbook was taken."""
    with writing(store.database) as connection:
        run(connection, "enter_returned_sheet", _row(received, mark, who))


Counted = Mapping[tuple[str, str, date], Mapping[str, Any]]
"""By code, group and month what is known to have been counted: count, out_of, minutes, extract_id."""


def counted(store: Store, practice: str, span: tuple[date, date]) -> Counted:
    """What the practice's own registrations are known to be between the first and the last day of `span`."""
    values = {"practice_id": practice, "start": span[0], "end": span[1]}
    with reading(store.database) as connection:
        rows = run(connection, "read_counted", values).fetchall()
    names = ("count", "out_of", "minutes", "extract_id")
    return {row[:3]: dict(zip(names, row[3:], strict=True)) for row in rows}


def _read(path: Path, digest: str) -> Received:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(BytesIO(path.read_bytes()), data_only=False)
    except Exception:
        raise UnreadableFileError(
            f"{path.name}: this is no workbook. Fill in the sheet itself and save it as XLSX."
        ) from None
    sheet = first_sheet(path.name, book)
    mark = {}
    if any(each.title == MARK_SHEET for each in book.worksheets):
        mark = {str(row[0]): str(row[1]) for row in book[MARK_SHEET].iter_rows(max_row=20, max_col=2, values_only=True)}
    filled = {(int(cell.row), int(cell.column)): cell for cell in cells_with_something(sheet)}
    cells = {place: value_of(cell) for place, cell in filled.items()}
    formulas = frozenset(place for place, cell in filled.items() if is_formula(cell))
    nobody = sha256(b"nobody:" + path.read_bytes()).hexdigest()
    return Received(path.name, digest, mark, sheet.title, cells, formulas, nobody)


def _contract() -> Contract:
    """What the search for person numbers wants to know of a file: no column may hold a long number."""
    return Contract(
        source=FOLDER,
        table="",
        title=_TITLE,
        one_row=Text(da="Et felt", en="A cell"),
        file=FileFormat(patterns=PATTERNS, decimal=",", delimiter=";"),
        columns=(),
        key=(),
        checks=(),
    )


def answered(store: Store, practice: str, questionnaire: str, month: date) -> dict[str, dict[str, str]]:
    """By respondent what is known of their answers in the month: by question the short name chosen."""
    values = {"practice_id": practice, "questionnaire": questionnaire, "period": month}
    with reading(store.database) as connection:
        rows = run(connection, "read_answered", values).fetchall()
    found: dict[str, dict[str, str]] = {}
    for respondent, code, answer in rows:
        found.setdefault(respondent, {})[code] = answer
    return found


def take_feedback(store: Store, received: Received, mark: Mark, given: Mapping[str, str], who: str) -> None:
    """Keep the answers of an evaluation and remember its workbook, both or neither."""
    row = _row(received, mark, who)
    with writing(store.database) as connection:
        for question, answer in given.items():
            told = {"question_id": question, "answer": answer, "cluster_id": mark.cluster}
            run(connection, "enter_feedback", row | told)
        run(connection, "enter_returned_sheet", row)


def feedback(store: Store) -> list[dict[str, Any]]:
    """Every answer of every evaluation: package_id, version, form, practice_id, question_id, answer."""
    with reading(store.database) as connection:
        return run(connection, "read_feedback").pl().to_dicts()


def _row(received: Received, mark: Mark, who: str) -> dict[str, Any]:
    # What people call their copy of a form may be their own name, and stands beside the practice and the day it came.
    name = received.name if mark.kind == "count" else None
    row = {"sha256": received.sha256, "kind": mark.kind, "file_name": name, "received_by": who}
    row |= {"package_id": mark.package, "version": mark.version, "practice_id": mark.practice}
    return {**row, "period": mark.first_month, "received_at": utc_now()}
