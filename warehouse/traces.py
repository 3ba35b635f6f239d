"""Where a practice is still named: a search through the bytes of every file below a folder, inside packed ones too."""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

_ENCODINGS = ("utf-8", "cp1252", "utf-16-le", "utf-16-be")
_PIECE = 4 * 2**20
_OVERLAP = 400
_LOCKS = (".lock", ".holder", ".writer")


def traces(folder: Path, words: Sequence[str], left_out: Iterable[Path] = ()) -> list[Path]:
    """The files below `folder` that hold one of `words`, a number as a word of its own; what is compressed by other
    ways than zip and gzip (the streams of a PDF) is not looked into.
    """
    if not words:
        return []
    wanted = re.compile(b"|".join(sorted({_pattern(word, codec) for word in words for codec in _ENCODINGS})))
    out = set(left_out)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    return [path for path in files if path not in out and not path.name.endswith(_LOCKS) and _holds(path, wanted)]


def _pattern(word: str, codec: str) -> bytes:
    found = re.escape(word.encode(codec, "replace"))
    if word.isdigit() and not codec.startswith("utf-16"):
        return rb"(?<![0-9A-Za-z])" + found + rb"(?![0-9A-Za-z])"
    return found


def _holds(path: Path, wanted: re.Pattern[bytes]) -> bool:
    with path.open("rb") as file:
        if _found(file, wanted):
            return True
    try:
        return any(_found(file, wanted) for file in _inside(path))
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return False  # no such packing after all; its own bytes were looked through


def _inside(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        begins = file.read(4)
    if begins[:2] == b"\x1f\x8b":
        with gzip.open(path) as packed:
            yield packed  # type: ignore[misc]
    elif begins == b"PK\x03\x04":
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                with archive.open(name) as member:
                    yield member


def _found(file: IO[bytes], wanted: re.Pattern[bytes]) -> bool:
    rest = b""
    while piece := file.read(_PIECE):
        if wanted.search(rest + piece):
            return True
        rest = piece[-_OVERLAP:]
    return False
