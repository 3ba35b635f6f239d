"""Bytes on their way to the search for person numbers: whole lines at a time, and only the blocks worth reading.

A gate asks each block of bytes whether a candidate can be in it, with an engine that reads hundreds of megabytes a
second. It lets some through that hold none, and holds none back that the rule would find.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from transforms.person_number import GATE
from transforms.person_number_plain import plain

PIECE = 1 << 20
LONGEST_LINE = 8 * PIECE
_BLOCK = 1 << 14
_OVERLAP = 64
_NEUTRAL = b';\t|"<>()[]{}='
_ORDINARY = bytes(range(32, 127)) + b"\t\n\r"
# Danish and other common letters, in UTF-8 (their second bytes too) and in Windows-1252: none of them hides a digit.
_LETTERS = b"\xc3\xa6\xb8\xa5\x86\x98\x85\xa9\xb6\xa4\xe6\xf8\xe5\xc6\xd8\xc5\xe9"
_ARABIC_MARK = b"\xd8\x85"  # two such bytes in a row are a letter in neither
_HARMLESS = ";\t|"  # between two cells they look like no part of a number
_QUOTED_THOUSANDS = '"[0-9]{1,3}(?:\t[0-9]{3}){2,3}[".]'
# What often stands between digits, as UTF-8 and as Windows-1252; anything rarer goes the long way round.
_DASHES_AND_SPACES = ((b"\xe2\x80\x93", b"-"), (b"\xc2\xa0", b" "), (b"\xe2\x80\x99", b"'"), (b"\xe2\x89\xa5", b"?"))
_WINDOWS = bytes.maketrans(b"\x92\x96\xa0", b"'- ")


def whole_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes of `pieces` in slices that end with a line, every line end a line feed.

    A line longer than `LONGEST_LINE` is cut where no number stands.
    """
    rest = b""
    for piece in pieces:
        rest += piece
        if len(rest) < PIECE:
            continue
        cut = max(rest.rfind(b"\n"), rest.rfind(b"\r", 0, -1)) + 1
        if not cut and len(rest) > LONGEST_LINE:
            cut = _cut(rest, 0, len(rest) - _OVERLAP)
        if cut:
            yield _with_line_feeds(rest[:cut])
            rest = rest[cut:]
    if rest:
        yield _with_line_feeds(rest)


def _with_line_feeds(lines: bytes) -> bytes:
    return lines.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in lines else lines


def blocks(lines: bytes) -> Iterator[tuple[int, int]]:
    """Where each block of `lines` starts and ends: at the end of a line where there is one."""
    start = 0
    while start < len(lines):
        end = min(start + _BLOCK, len(lines))
        if end < len(lines):
            end = lines.rfind(b"\n", start, end) + 1 or _cut(lines, start, end)
        yield start, min(len(lines), end)
        start = end


def _cut(line: bytes, start: int, end: int) -> int:
    """A place before `end` between two cells, tags or words, so that no number is cut in two."""
    place = max(line.rfind(bytes([sign]), max(start, end - 4096), end) for sign in _NEUTRAL) + 1
    return place if place > start else end


class Gate:
    """Which blocks are worth reading, in a text whose cells are divided by `delimiter` (asked for as a tab).

    `others` are more patterns of the same engine, asked together with the rule's.
    """

    def __init__(self, delimiter: str = "\t", *others: str) -> None:
        import pyarrow
        import pyarrow.compute

        self._binary, self._array = pyarrow.binary(), pyarrow.array
        self._match = pyarrow.compute.match_substring_regex
        self._rule = f"{GATE}|{_QUOTED_THOUSANDS}"
        self._pattern = "|".join((self._rule, *others))
        self._delimiter = delimiter.encode() if delimiter not in _HARMLESS else b""

    def hot(self, lines: bytes) -> list[tuple[int, int]]:
        """The blocks of `lines` that may hold something."""
        places = list(blocks(lines))
        texts = [lines[start:end] for start, end in places]
        found = self._asked(self._written_plainly(texts, strange=_is_strange(lines)), self._pattern)
        return [place for place, is_hot in zip(places, found, strict=True) if is_hot]

    def hot_lines(self, lines: bytes, places: list[tuple[int, int]]) -> list[tuple[int, bool, bytes]]:
        """The lines in the blocks at `places` that may hold a person number.

        With each, how many lines of `lines` stand before it, and whether it is there from its beginning.
        """
        texts: list[bytes] = []
        wheres: list[tuple[int, bool]] = []
        number = last = 0
        for start, end in places:
            number, last = number + lines.count(b"\n", last, start), start
            begun = not start or lines[start - 1 : start] == b"\n"
            for place, text in enumerate(lines[start:end].split(b"\n")):
                texts.append(text)
                wheres.append((number + place, begun or place > 0))
        # One question for all of them: the engine learns its pattern anew each time it is asked.
        found = self._asked(self._written_plainly(texts, strange=_is_strange(lines)), self._rule)
        return [(*where, text) for where, text, is_hot in zip(wheres, texts, found, strict=True) if is_hot]

    def _written_plainly(self, texts: list[bytes], *, strange: bool) -> list[bytes]:
        if strange:
            texts = [_plain_bytes(text) if _is_strange(text) else text for text in texts]
        return list(map(self._divided, texts)) if self._delimiter else texts

    def any_matches(self, lines: bytes, places: list[tuple[int, int]], pattern: str) -> bool:
        """Whether `pattern` is in one of the blocks at `places`, asked of the same engine."""
        return any(self._asked([self._divided(lines[start:end]) for start, end in places], pattern))

    def _divided(self, text: bytes) -> bytes:
        return text.replace(self._delimiter, b"\t") if self._delimiter else text

    def _asked(self, texts: list[bytes], pattern: str) -> list[bool]:
        return self._match(self._array(texts, self._binary), pattern).to_pylist()


def _is_strange(text: bytes) -> bool:
    """Whether something in `text` may hide or stand for digits, dashes or spaces."""
    foreign = text.translate(None, _ORDINARY)
    return bool(foreign.translate(None, _LETTERS)) or _ARABIC_MARK in foreign


def _plain_bytes(text: bytes) -> bytes:
    written = text
    for sign, meant in _DASHES_AND_SPACES:
        text = text.replace(sign, meant)
    text = text.translate(_WINDOWS)
    return plain_text(written).encode() if _is_strange(text) else text


def plain_text(block: bytes) -> str:
    """The characters of a block, made plain: UTF-8 where it is that, else Windows-1252."""
    try:
        text = block.decode("utf-8")
    except UnicodeDecodeError:
        text = block.decode("cp1252", errors="replace")
    return plain(text)
