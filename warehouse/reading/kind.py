"""What a file is, told by its first bytes and never by its name."""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from pathlib import Path
from typing import Literal

from warehouse.extract_file import UnreadableFileError

Kind = Literal["text", "packed text", "workbook", "parquet"]

_HEAD = 4096
_SAVE = "Save it as CSV, XLSX or Parquet and send that."
_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_REFUSED = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Excel workbook (.xls) or one with a password",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ\x00": "packed with xz",
    b"7z\xbc\xaf\x27\x1c": "packed with 7-Zip",
    b"Rar!": "packed with RAR",
    b"%PDF": "a PDF",
    b"SQLite format 3\x00": "a SQLite database",
    b"PARE": "an encrypted Parquet file",
    b"ARROW1": "an Arrow file",
    b"ORC": "an ORC file",
}
_JSON = re.compile(rb"\s*(\{\s*[\"}]|\[\s*[\[{\"\]])")
_MARKUP = re.compile(rb"\s*<(\?xml|!doctype|html|table)", re.IGNORECASE)


def kind_of(name: str, path: Path) -> Kind:
    """What the file at `path` is; `name` is for the sentence.

    Raises:
        UnreadableFileError: it is empty, or of a kind that is not read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise UnreadableFileError(f"{name}: the file is empty. Ask the sender for it again.")
    if head.startswith(_GZIP):
        _refuse(name, _unpacked_head(name, path), inside=" inside the packed file")
        return "packed text"
    if head.startswith(_ZIP):
        _refuse_all_but_workbooks(name, path)
        return "workbook"
    if head.startswith(b"PAR1"):
        return "parquet"
    _refuse(name, head)
    return "text"


def _refuse(name: str, head: bytes, inside: str = "") -> None:
    text = head.removeprefix(b"\xef\xbb\xbf")
    found = next((kind for magic, kind in _REFUSED.items() if head.startswith(magic)), None)
    if found is None and head[8:12] == b"DUCK":
        found = "a DuckDB database"
    if found is None and _JSON.match(text):
        found = "JSON"
    if found is None and _MARKUP.match(text):
        found = "XML or a web page"
    if found is None and inside and head.startswith((*_ZIP, _GZIP, b"PAR1")):
        found = "packed or binary itself"
    if found is not None:
        raise UnreadableFileError(f"{name}: the file{inside} is {found}, which is not read. {_SAVE}")


def _unpacked_head(name: str, path: Path) -> bytes:
    try:
        with gzip.open(path) as packed:
            head = packed.read(_HEAD)
    except (OSError, EOFError, zlib.error):
        raise UnreadableFileError(f"{name}: the packed file is cut or damaged. Ask the sender for it again.") from None
    if not head:
        raise UnreadableFileError(f"{name}: the packed file is empty. Ask the sender for it again.")
    return head


def _refuse_all_but_workbooks(name: str, path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise UnreadableFileError(
            f"{name}: the file begins like a workbook and is cut or damaged. Ask the sender for it again."
        ) from None
    if "xl/workbook.xml" in members and "xl/vbaProject.bin" not in members:
        return
    found = "a zip archive"
    if "xl/vbaProject.bin" in members:
        found = "a workbook with macros (.xlsm)"
    elif "xl/workbook.bin" in members:
        found = "a binary workbook (.xlsb)"
    elif "content.xml" in members:
        found = "an OpenDocument file (.ods)"
    raise UnreadableFileError(f"{name}: the file is {found}, which is not read. {_SAVE}")
