"""An extract as it lies in the inbox: its bytes, its text, its header, and what its name says."""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from transforms.contract import FileFormat
from transforms.errors import UserError

# Python's own limit for a cell is 128 kB and ends in an error of the library's; a longer cell gets a sentence of ours.
csv.field_size_limit(2**31 - 1)
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


class UnreadableFileError(UserError):
    """The file cannot be read as its contract describes it."""


@dataclass(frozen=True)
class Extract:
    """One file that was received: its name, its bytes and their digest."""

    name: str
    content: bytes
    sha256: str

    @property
    def packed(self) -> bool:
        """Whether the bytes are gzip."""
        return self.content[:2] == b"\x1f\x8b"


def read_extract(path: Path) -> Extract:
    """The file at `path`.

    Raises:
        UnreadableFileError: there is no such file, it cannot be opened, or it is empty.
    """
    try:
        content = path.read_bytes()
    except OSError:
        raise UnreadableFileError(
            f"{path.name}: the file cannot be opened. Check that it exists and that you may read it."
        ) from None
    if not content:
        raise UnreadableFileError(f"{path.name}: the file is empty. Ask the sender for it again.")
    return Extract(path.name, content, sha256(content).hexdigest())


def text_of(extract: Extract, form: FileFormat) -> str:
    """The extract's characters.

    Raises:
        UnreadableFileError: the gzip is broken, or a byte does not belong to the contract's encoding.
    """
    try:
        content = gzip.decompress(extract.content) if extract.packed else extract.content
    except (OSError, EOFError, zlib.error):
        raise UnreadableFileError(
            f"{extract.name}: the packed file is cut or damaged. Ask the sender for it again."
        ) from None
    encoding = "utf-8-sig" if form.encoding.lower() in {"utf-8", "utf8"} else form.encoding
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise UnreadableFileError(
            f"{extract.name}, row {row}: a character is not {form.encoding}. "
            "Save the file in that encoding, or set `encoding` in the workspace's contract."
        ) from None
    if "\0" in text:
        # Text of two bytes a character reads as one-byte text full of them, and hides its digits from every scan.
        row = text.count("\n", 0, text.index("\0")) + 1
        raise UnreadableFileError(
            f"{extract.name}, row {row}: the file is not {form.encoding} text, it holds null characters. "
            f"Save the file as {form.encoding} text."
        )
    if not encoding.startswith("utf") and _is_utf8(content):
        raise UnreadableFileError(
            f"{extract.name}: the file is UTF-8, the contract says {form.encoding}: letters such as æ and å would be "
            f"spoilt. Save the file as {form.encoding}, or set `encoding` in the workspace's contract."
        )
    return text


def _is_utf8(content: bytes) -> bool:
    """Whether there are letters beyond ASCII, all of them written as UTF-8: by chance that hardly happens."""
    try:
        return not content.isascii() and bool(content.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def with_plain_line_ends(text: str) -> str:
    """`text` with every line end, Windows' and the old Mac's too, as a line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def cells_of(line: str, form: FileFormat) -> list[str]:
    """The cells of one line."""
    return next(csv.reader([line], delimiter=form.delimiter, quotechar=form.quote), [])


def header_of(name: str, text: str, form: FileFormat) -> list[str]:
    """The cells of the first line.

    Raises:
        UnreadableFileError: the first line is written with another delimiter than the contract's.
    """
    first = re.split("[\r\n]", text, maxsplit=1)[0]
    cells = cells_of(first, form)
    others = [sign for sign in DELIMITERS if sign != form.delimiter and first.count(sign) > 0]
    if len(cells) <= 1 and others:
        found = max(others, key=first.count)
        raise UnreadableFileError(
            f"{name}, row 1: the columns are separated by {DELIMITERS[found]}, the contract says "
            f"{DELIMITERS.get(form.delimiter, repr(form.delimiter))}. Save the file with the contract's separator, "
            "or set `delimiter` in the workspace's contract."
        )
    return [cell.strip() for cell in cells]
