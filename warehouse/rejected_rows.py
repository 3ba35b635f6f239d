"""The rejected rows of an extract as a file to send back: in the file's own layout, with what is wrong in each."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from pathlib import Path

from transforms.contract import Contract, FileFormat
from transforms.errors import UserError
from warehouse.connection import reading
from warehouse.extract_file import Extract, text_of
from warehouse.files import write_whole
from warehouse.ledger import entry
from warehouse.queries import run
from warehouse.workspace import Store

TAG = "rejected_row_of_"
_WHAT = "what_is_wrong"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?[0-9][0-9., ]*([eE][+-]?[0-9]+)?")
# A digest in digits could look like a person number; in letters it cannot.
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


class NothingRejectedError(UserError):
    """There are no rejected rows to write, or they cannot be written in their own layout."""


def tag_of(sha256: str) -> str:
    """The header that says which extract the rows were rejected from."""
    return TAG + sha256[:16].translate(_LETTERS)


def write_rejected(store: Store, contract: Contract, extract_id: int, out: Path) -> int:
    """Write the rows that were rejected to `out`, as they came, with two columns more; returns how many.

    The last column but one holds each row's line and, in its header, the extract; the last one says what is wrong.

    Raises:
        NothingRejectedError: the extract has no rejected row, or is no text file.
    """
    row = entry(store, extract_id)
    faults = _faults(store, contract, extract_id)
    if not faults:
        raise NothingRejectedError(f"Extract {extract_id} ({row.file_name}) has no rejected rows.")
    content = store.landed(row.source, row.sha256).read_bytes()
    if content[:2] == b"PK" or content[:4] == b"PAR1":
        raise NothingRejectedError(
            f"{row.file_name} is no text file, so its rows cannot be written in its own layout: `klyngeflow status "
            f"--json` and ledger.rejected_row name row and column of each."
        )
    text = text_of(Extract(row.file_name, content, row.sha256), contract.file)
    delimiter, quote = contract.file.delimiter, contract.file.quote or '"'
    records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote))
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, quotechar=quote, lineterminator="\r\n")
    writer.writerow([*_header(records, contract), tag_of(row.sha256), _WHAT])
    for number, fault in sorted(faults.items()):
        writer.writerow([*map(_harmless, records[number - 1]), str(number), fault])
    write_whole(out, written.getvalue().encode(_encoding(contract.file), "replace"))
    return len(faults)


def _faults(store: Store, contract: Contract, extract_id: int) -> dict[int, str]:
    headers = {column.name: column.headers[0] for column in contract.columns if column.headers}
    with reading(store.database) as connection:
        cells = run(connection, "read_rejected", {"extract_id": extract_id}).fetchall()
    faults: dict[int, list[str]] = defaultdict(list)
    for number, columns, rule in cells:
        named = ", ".join(headers.get(name, name) for name in columns.split(", "))
        faults[number].append(f"{named}: {rule}")
    return {number: _harmless("; ".join(dict.fromkeys(each))) for number, each in faults.items()}


def _header(records: list[list[str]], contract: Contract) -> list[str]:
    """The line of names: the first that has one of the contract's, else the names the contract gives the file."""
    known = {label.casefold() for column in contract.columns for label in column.headers}
    found = next((cells for cells in records if any(cell.strip().casefold() in known for cell in cells)), None)
    return found or list(contract.file.header)


def _harmless(cell: str) -> str:
    """`cell` so that no spreadsheet takes it for a formula; a negative number stays one."""
    return f"'{cell}" if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell) else cell


def _encoding(form: FileFormat) -> str:
    named = form.encoding.lower()
    return "utf-8-sig" if named in {"auto", "utf-8", "utf8"} else form.encoding
