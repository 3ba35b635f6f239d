"""A text file's bytes as UTF-8, in pieces: unpacked, in whatever encoding they came, and never held as a whole."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from transforms.contract import FileFormat
from warehouse.extract_file import UnreadableFileError

PIECE = 4 * 2**20
MOST_UNPACKED_RATIO = 300  # real extracts pack to a tenth or a thirtieth; a bomb to a thousandth
LEAST_UNPACKED = 256 * 2**20
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def received_pieces(name: str, path: Path, *, packed: bool) -> Iterator[bytes]:
    """The bytes of the file, unpacked.

    Raises:
        UnreadableFileError: the gzip is cut, damaged or far larger inside than outside.
    """
    if not packed:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
        return
    most = max(LEAST_UNPACKED, MOST_UNPACKED_RATIO * path.stat().st_size)
    read = 0
    try:
        with gzip.open(path) as file:
            while piece := file.read(PIECE):
                read += len(piece)
                if read > most:
                    raise UnreadableFileError(
                        f"{name}: the packed file is more than {MOST_UNPACKED_RATIO} times as large inside as outside, "
                        "which no extract is. Send it unpacked."
                    )
                yield piece
    except (OSError, EOFError, zlib.error):
        raise UnreadableFileError(f"{name}: the packed file is cut or damaged. Ask the sender for it again.") from None


def encoding_of(name: str, path: Path, form: FileFormat, *, packed: bool) -> str:
    """The codec that reads the file: the contract's, or what the file shows where the contract says `auto`.

    Raises:
        UnreadableFileError: the file is UTF-8 with letters and the contract says an encoding of one byte each.
    """
    head = next(received_pieces(name, path, packed=packed), b"")
    marked = next((codec for mark, codec in _MARKS.items() if head.startswith(mark)), None)
    if form.encoding == "auto":
        if marked or (marked := _without_mark(head)):
            return marked
        return "utf-8" if _shows_utf8(name, path, packed=packed) is not False else "windows-1252"
    codec = codecs.lookup(form.encoding).name
    if codec == "utf-16" and not marked:
        return _without_mark(head) or codec
    if codec.startswith("utf"):
        return "utf-8-sig" if codec == "utf-8" and marked == "utf-8-sig" else codec
    if _shows_utf8(name, path, packed=packed):
        raise UnreadableFileError(
            f"{name}: the file is UTF-8, the contract says {form.encoding}: letters such as æ and å would be "
            f"spoilt. Save the file as {form.encoding}, or set `encoding` in the workspace's contract."
        )
    return codec


def _without_mark(head: bytes) -> str | None:
    """UTF-16 without its mark: mostly Latin letters leave every other byte null."""
    sample = head[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 4 < len(sample):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _shows_utf8(name: str, path: Path, *, packed: bool) -> bool | None:
    """Whether the file is UTF-8 with letters beyond ASCII; None where all is ASCII."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    plain = True
    try:
        for piece in received_pieces(name, path, packed=packed):
            plain = plain and piece.isascii()
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return None if plain else True


def utf8_pieces(name: str, path: Path, form: FileFormat, codec: str, *, packed: bool) -> Iterator[bytes]:
    """The file's characters as UTF-8 without a mark.

    Raises:
        UnreadableFileError: with its row, a byte that does not belong to the encoding, or a null character.
    """
    decoder = codecs.getincrementaldecoder(codec)()
    plain = codec in {"utf-8", "utf-8-sig"}
    row, first = 1, True
    for piece in _with_end(received_pieces(name, path, packed=packed)):
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeError as error:
            raise _misencoded(name, form, row + _lines_before(error, codec)) from None
        if "\0" in text:
            raise _null_character(name, form, row + text.count("\n", 0, text.index("\0")))
        row += text.count("\n")
        if not plain:
            yield text.encode()
        else:
            yield piece.removeprefix(codecs.BOM_UTF8) if first and codec == "utf-8-sig" else piece
        first = False


def _with_end(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """`pieces` and an empty one, for a decoder to learn that nothing follows."""
    yield from pieces
    yield b""


def _lines_before(error: UnicodeError, codec: str) -> int:
    if not isinstance(error, UnicodeDecodeError):
        return 0
    return error.object[: error.start].decode(codec, "ignore").count("\n")


def _misencoded(name: str, form: FileFormat, row: int) -> UnreadableFileError:
    said = "in an encoding that is read" if form.encoding == "auto" else form.encoding
    return UnreadableFileError(
        f"{name}, row {row}: a character is not {said}. "
        "Save the file in that encoding, or set `encoding` in the workspace's contract."
    )


def _null_character(name: str, form: FileFormat, row: int) -> UnreadableFileError:
    # Text of two bytes a character reads as one-byte text full of them, and hides its digits from every scan.
    said = "" if form.encoding == "auto" else f"{form.encoding} "
    return UnreadableFileError(
        f"{name}, row {row}: the file is not {said}text, it holds null characters. Save the file as "
        f"{said or 'UTF-8 '}text."
    )
