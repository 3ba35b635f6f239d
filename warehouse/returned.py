"""Counting sheets and answer forms that came back: searched for person numbers, kept as received, read cell by cell."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fnmatch import fnmatch
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
from warehouse.workspace import Store

FOLDER = "returned_sheets"
PATTERNS = ("taelleark_*.xlsx", "svarark_*.xlsx", "evaluering_*.xlsx")
"""How they are called when they are sent out. One under another name is known by its hidden mark."""
MOST_ROWS, MOST_COLUMNS = 120, 20
_TITLE = Text(da="Ark fra praksis", en="Sheets of practices")

Cells = Mapping[tuple[int, int], object]
"""Row and column, from 1, of every cell that holds something."""


@dataclass(frozen=True)
class Received:
    """A workbook that came back: its digest, what its hidden sheet holds, and its first visible sheet."""

    name: str
    sha256: str
    mark: Mapping[str, str]
    sheet: str
    cells: Cells


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
        UnreadableFileError: it is no workbook that can be opened.
    """
    require_file(path)
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
            book = load_workbook(path, data_only=False)
    except Exception:
        raise UnreadableFileError(
            f"{path.name}: this is no workbook. Fill in the sheet itself and save it as XLSX."
        ) from None
    visible = [sheet for sheet in book.worksheets if sheet.title != MARK_SHEET]
    if not visible:
        raise UnreadableFileError(f"{path.name}: the workbook has no sheet to read. Take a fresh one and fill that in.")
    mark = {}
    if MARK_SHEET in book.sheetnames:
        mark = {str(row[0]): str(row[1]) for row in book[MARK_SHEET].iter_rows(max_row=20, max_col=2, values_only=True)}
    rows = visible[0].iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS)
    filled = [cell for row in rows for cell in row if cell.value not in (None, "")]
    cells: dict[tuple[int, int], object] = {(int(cell.row), int(cell.column)): cell.value for cell in filled}
    return Received(path.name, digest, mark, visible[0].title, cells)


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
    row = {"sha256": received.sha256, "kind": mark.kind, "file_name": received.name, "received_by": who}
    row |= {"package_id": mark.package, "version": mark.version, "practice_id": mark.practice}
    return {**row, "period": mark.first_month, "received_at": utc_now()}
