"""Every place of a received file searched for person numbers before a byte of it is kept.

`scan_file` depends on nothing but the file, the contract and the day, keeps nothing, and may run in a process of its
own. Memory is bounded: text is read in pieces, spreadsheets row by row, Parquet in batches.
"""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from transforms.contract import Contract
from transforms.errors import DataRefusedError
from transforms.person_number import first_finding, names_a_person, plain
from warehouse.extract_file import UnreadableFileError
from warehouse.person_bytes import PIECE
from warehouse.person_text import Hit, Pieces, TextScan

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_PARQUET = b"PAR1"
_CLOSED = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Excel file (.xls) or a locked one",
    b"PK\x05\x06": "an empty zip file",
    b"\xfd7zXZ\x00": "packed with xz",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"7z\xbc\xaf\x27\x1c": "packed with 7-Zip",
    b"Rar!\x1a\x07": "packed with RAR",
    b"BZh": "packed with bzip2",
    b"%PDF-": "a PDF",
    b"SQLite format 3\x00": "a database",
}
_WIDE = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
MOST_UNPACKED = 32 << 30
_FREE_UNPACKED = 64 << 20
MOST_RATIO = 250
_KEPT_NOTHING = "Nothing of the file was kept."
_TAKE_OUT = "Take persons out of the extract and send it again."


class PersonNumberError(DataRefusedError):
    """A person number, or a column made for one, is in the file: nothing of it was kept."""


@dataclass(frozen=True)
class Scanned:
    """A file in which nothing was found; `exempted` names the columns in which the contract let long numbers pass."""

    exempted: frozenset[str] = frozenset()


def scan_file(path: Path, name: str, contract: Contract, today: date) -> Scanned:
    """Search the name and every place of the file at `path`.

    Raises:
        PersonNumberError: says where and in which form, never the value.
        UnreadableFileError: the file is damaged, unpacks to too much, or is of a kind that cannot be searched.
    """
    if is_personal(name, today):
        raise PersonNumberError(
            "A file was refused: its name holds a person number or is named after one. Nothing of it was kept. "
            "Take persons out of the extract and name the file anew."
        )
    with path.open("rb") as file:
        head = file.read(PIECE)
    _refuse_closed(name, head)
    if head.startswith(_ZIP):
        from warehouse.person_workbook import scan_workbook

        return Scanned(scan_workbook(path, name, contract, today))
    if head.startswith(_PARQUET):
        from warehouse.person_parquet import scan_parquet

        return Scanned(scan_parquet(path, name, contract, today))
    if head.startswith(_GZIP):
        _refuse_packed_names(path, name, today)
        return _scan_text(lambda: _unpacked(path, name), name, contract, today)
    return _scan_text(lambda: read_pieces(path), name, contract, today)


def is_personal(name: str, today: date) -> bool:
    """Whether a file's name holds a person number or is named after one."""
    return names_a_person(name) or first_finding(plain(name), today) is not None


def refusal(name: str, hit: Hit, place: str) -> PersonNumberError:
    """The refusal of the file `name` for what was found at `place`."""
    if hit.form == "header":
        return PersonNumberError(
            f"{name}, {place}: the header names a person's data. {_KEPT_NOTHING} "
            "Send counts per practice, never persons."
        )
    if hit.form == "pseudonyms":
        return PersonNumberError(
            f"{name}, {place}: a column of pseudonyms that the contract does not know. {_KEPT_NOTHING} {_TAKE_OUT}"
        )
    return PersonNumberError(f"{name}, {place}: a person number ({hit.form}). {_KEPT_NOTHING} {_TAKE_OUT}")


def place_of(hit: Hit) -> str:
    """Row and column, the column by the contract's name where it has one."""
    if hit.form == "header":
        return f"row {hit.row}, column {hit.column}"
    column = hit.header or f"number {hit.column}"
    return f"row {hit.row}, column {column}" if hit.column else f"row {hit.row}"


def read_pieces(path: Path) -> Iterator[bytes]:
    """The bytes of the file at `path`, a piece at a time."""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _refuse_closed(name: str, head: bytes) -> None:
    for magic, what in _CLOSED.items():
        if head.startswith(magic) and (magic != b"BZh" or head[4:10] == b"1AY&SY"):
            raise UnreadableFileError(
                f"{name}: the file is {what}, which cannot be searched for person numbers. "
                "Send it as CSV, XLSX or Parquet, packed with gzip at most."
            )


def _scan_text(pieces: Pieces, name: str, contract: Contract, today: date) -> Scanned:
    """Search a text in every way in which its bytes can be read as characters."""
    head = next(iter(pieces()), b"")
    if head.startswith((_GZIP, _ZIP, _PARQUET)):
        raise UnreadableFileError(f"{name}: a packed file lies inside the packed file. Send it packed once.")
    exempted: set[str] = set()
    for encoding in (*_encodings(head, contract), None):
        scan = TextScan(_transcoded(pieces, encoding) if encoding else _without_nulls(pieces), contract, today)
        if hit := scan.first_hit():
            raise refusal(name, hit, place_of(hit))
        exempted |= scan.exempted
    return Scanned(frozenset(exempted))


def _encodings(head: bytes, contract: Contract) -> list[str]:
    """The encodings, of those whose digits are not ASCII's, in which a text that begins with `head` may be written."""
    found = [encoding for mark, encoding in _WIDE.items() if head.startswith(mark)][:1]
    if not found and b"\0" in head:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        quarter = len(head) // 8
        found = ["utf-16-be"] if even > quarter >= odd else ["utf-16-le"] if odd > quarter >= even else []
        found += ["utf-32-le", "utf-32-be"] if even > quarter and odd > quarter else []
    own = contract.file.encoding
    try:
        if own != "auto" and "0123456789".encode(own) != b"0123456789":
            found.append(own)
    except LookupError:
        pass
    return found


def _without_nulls(pieces: Pieces) -> Pieces:
    """The bytes without null characters, which hide the digits of text of several bytes a character."""
    return lambda: (piece.replace(b"\0", b"") if b"\0" in piece else piece for piece in pieces())


def _transcoded(pieces: Pieces, encoding: str) -> Pieces:
    def decoded() -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        for piece in pieces():
            yield decoder.decode(piece).encode("utf-8", errors="replace")

    return decoded


def _unpacked(path: Path, name: str) -> Iterator[bytes]:
    size, unpacked = path.stat().st_size, 0
    try:
        with gzip.open(path, "rb") as file:
            while piece := file.read(PIECE):
                unpacked += len(piece)
                if unpacked > max(_FREE_UNPACKED, min(MOST_UNPACKED, MOST_RATIO * size)):
                    raise UnreadableFileError(
                        f"{name}: the packed file unpacks to far more than it should. Send it unpacked, or in parts."
                    )
                yield piece
    except (OSError, EOFError, zlib.error):
        raise UnreadableFileError(f"{name}: the packed file is cut or damaged. Ask the sender for it again.") from None


def _refuse_packed_names(path: Path, name: str, today: date) -> None:
    """A packed file carries names of its own, which the unpacked text does not show."""
    rest = b""
    for piece in read_pieces(path):
        text = rest + piece
        place = text.find(_GZIP + b"\x08")
        while place >= 0:
            if any(is_personal(inner, today) for inner in _names_at(text[place : place + 4096])):
                raise PersonNumberError(
                    f"{name}: the name inside the packed file holds a person number. {_KEPT_NOTHING} "
                    "Name the file anew before it is packed."
                )
            place = text.find(_GZIP + b"\x08", place + 1)
        rest = text[-4096:]


def _names_at(header: bytes) -> Iterator[str]:
    """The texts in the header of a gzip member: extra field, file name, comment."""
    flags, start = header[3] if len(header) > 10 else 0, 10
    if flags & 0xE0:
        return
    if flags & 4:
        length = int.from_bytes(header[10:12], "little")
        yield header[12 : 12 + length].decode("latin-1")
        start = 12 + length
    for flag in (8, 16):
        if flags & flag:
            text, _, rest = header[start:].partition(b"\0")
            yield text.decode("utf-8", errors="replace")
            start = len(header) - len(rest)
