"""Order forms that came back: searched for person numbers, kept as received, and read cell by cell."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from transforms import follow_up_form
from transforms.contract import Contract, FileFormat
from transforms.errors import UserError
from transforms.model import Text
from transforms.order_form import COLUMNS, HEAD_ROW, PATTERN, ROWS, WORDS, Column, FormWords, cell_name, is_filled
from warehouse.extract_file import UnreadableFileError
from warehouse.files import write_whole
from warehouse.person_scan import is_personal, scan_file
from warehouse.sheet_cells import cells_with_something, require_small
from warehouse.workspace import Store

SOURCE = "order_forms"
_TAKE_A_NEW_ONE = "Fill in a new form: klyngeflow forms."
_NAME = Text(da="Bestillinger", en="Order forms")


class FormLayoutError(UserError):
    """The form is not laid out as it was sent out."""


@dataclass(frozen=True)
class Filled:
    """A form as it was filled in: its digest, its language's words, and the cells of each row that holds something.

    `follow_ups` has the rows of the sheet that asks about them, which a form need not have.
    """

    sha256: str
    words: FormWords
    rows: Mapping[int, Mapping[Column, object]]
    sheet_words: follow_up_form.SheetWords
    follow_ups: Mapping[int, Mapping[follow_up_form.Column, object]]


def receive(store: Store, path: Path) -> Filled:
    """Search the form for person numbers, keep its bytes, and read it.

    Raises:
        PersonNumberError: nothing of it was kept.
        UnreadableFileError, FormLayoutError: it is no workbook, far too large, or not laid out as the form is.
    """
    require_small(path)
    scan_file(path, path.name, _contract(), datetime.now(UTC).date())
    content = path.read_bytes()
    digest = sha256(content).hexdigest()
    write_whole(store.landed(SOURCE, digest), content)
    return _read(path, digest)


def require_file(path: Path) -> None:
    """Nothing, where the form is a file of its own that can be opened.

    Raises:
        UnreadableFileError: it is not; a name that holds a person number is not repeated.
    """
    name = "A file" if is_personal(path.name, datetime.now(UTC).date()) else path.name
    if path.is_symlink():
        raise UnreadableFileError(f"{name}: this is a link to another place. Put the file itself into the inbox.")
    try:
        path.open("rb").close()
    except OSError:
        raise UnreadableFileError(f"{name}: the file cannot be opened. Check that you may read it.") from None


def digest_of(path: Path) -> str:
    """The digest of a file's bytes."""
    return sha256(path.read_bytes()).hexdigest()


def _read(path: Path, digest: str) -> Filled:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(BytesIO(path.read_bytes()), data_only=False)
    except Exception:  # what a damaged workbook makes its reader raise is in no list
        raise UnreadableFileError(f"{path.name}: this is no workbook. Fill in the form itself and save it.") from None
    for language, words in WORDS.items():
        if any(each.title == words.sheet for each in book.worksheets):
            sheet = book[words.sheet]
            _refuse_more_sheets(path.name, book, words)
            heads = {cell_name(column, HEAD_ROW): words.heads[column] for column in COLUMNS}
            _require_heads(path.name, sheet, heads)
            asking = follow_up_form.WORDS[language]
            return Filled(digest, words, dict(_rows(sheet)), asking, _answers(path.name, book, asking))
    named = " or ".join(words.sheet for words in WORDS.values())
    raise FormLayoutError(
        f"{path.name}: there is no sheet {named}. Take a new form (klyngeflow forms) and fill that in."
    )


def _refuse_more_sheets(name: str, book: Any, words: FormWords) -> None:
    """A copy of the sheet, made for more lines, would be lost; a hidden one is the form's own."""
    known = {words.sheet, words.packages, *(each.sheet for each in follow_up_form.WORDS.values())}
    for sheet in book.worksheets:
        if sheet.title not in known and sheet.sheet_state == "visible":
            filled = next(cells_with_something(sheet), None)
            if filled is not None:
                raise FormLayoutError(
                    f"{name}, sheet {sheet.title}, cell {filled.coordinate}: only the sheet {words.sheet} is read. "
                    "Write more lines on another form, and delete the sheet here."
                )


def _require_heads(name: str, sheet: Any, heads: Mapping[str, str]) -> None:
    for cell, heading in heads.items():
        found = sheet[cell].value
        if str(found or "").strip() != heading:
            wanted = f"the heading is to be {heading!r}. {_TAKE_A_NEW_ONE}"
            raise FormLayoutError(f"{name}, sheet {sheet.title}, cell {cell}: {wanted}", value=str(found or ""))


def _answers(
    name: str, book: Any, words: follow_up_form.SheetWords
) -> dict[int, Mapping[follow_up_form.Column, object]]:
    """The rows about follow-ups, by their number; none where the form was sent out without that sheet."""
    if words.sheet not in book.sheetnames:
        return {}
    sheet, columns, at = book[words.sheet], follow_up_form.COLUMNS, follow_up_form.cell_of
    _require_heads(name, sheet, {at(column, follow_up_form.HEAD_ROW): words.heads[column] for column in columns})
    return {row: {column: sheet[at(column, row)].value for column in columns} for row in follow_up_form.ROWS}


def _rows(sheet: Any) -> Iterator[tuple[int, Mapping[Column, object]]]:
    for row in ROWS:
        cells: dict[Column, object] = {name: sheet[cell_name(name, row)].value for name in COLUMNS}
        if is_filled(cells):
            yield row, cells


def _contract() -> Contract:
    """What the search for person numbers wants to know of a file: no column may hold a long number."""
    return Contract(
        source=SOURCE,
        table="",
        title=_NAME,
        one_row=Text(da="Én bestilling", en="One request"),
        file=FileFormat(patterns=(PATTERN,), decimal=",", delimiter=";"),
        columns=(),
        key=(),
        checks=(),
    )
