"""A second reader that only counts rows, to hold the engine's count against: bytes in, in pieces, at memory speed.

A quotation mark opens a cell only at its start and closes it only at its end; as long as every mark stands so, which
cell is quoted follows from the parity of the marks before it. Where one does not, the exact reader takes over.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from transforms.contract import FileFormat
from warehouse.extract_file import UnreadableFileError

LONGEST_ROW = 4 * 2**20
_LF, _CR = 10, 13
_EMPTY = re.compile(rb"(?:\r\n|\n|\r(?!\n))(?=[\r\n])")
_END = re.compile(rb"\r\n|\n|\r")


class IrregularQuotesError(Exception):
    """A quotation mark stands inside a cell: parity does not tell which cells are quoted."""


@dataclass(frozen=True)
class Counted:
    """How many rows there are, and what the engine has to be told about them.

    `line_ends` in quoted cells: the engine must not read in parallel; `padded`: there are spaces beside a delimiter.
    """

    rows: int
    line_ends: bool
    padded: bool
    lone_returns: bool


class RowCounter:
    """Counts the rows of the pieces it is fed; `first_row` is the number of the first one in its file.

    `heading_end` is the line end before it, where the engine reads that as well.
    """

    def __init__(self, name: str, form: FileFormat, first_row: int, heading_end: bytes = b"") -> None:
        self.name = name
        self.form = form
        self.first_row = first_row
        self.rows = 0
        self.delimiter, self.quote = form.delimiter.encode(), form.quote.encode()
        self.marks = [
            mark for sign in (self.delimiter, b"\n", b"\r", self.quote) if sign for mark in (sign + b" ", b" " + sign)
        ]
        self.padded = self.line_ends = self.inside = False
        self.feeds, self.pairs, self.returns = (int(heading_end == end) for end in (b"\n", b"\r\n", b"\r"))
        self.rest = b""
        self.opened = first_row
        self.empty_row: int | None = None

    def feed(self, piece: bytes) -> None:
        """Count the rows that end in `piece`.

        Raises:
            UnreadableFileError: a row is empty and another follows, or one is longer than the engine reads.
            IrregularQuotesError: see `count_exactly`.
        """
        block = self.rest + piece
        cut = block.rfind(b"\n") + 1 or block.rfind(b"\r", 0, -1) + 1
        self.rest = block[cut:]
        if len(self.rest) > LONGEST_ROW:
            raise UnreadableFileError(
                f"{self.name}, row {self.first_row + self.rows}: the row is longer than 4 MB. Look for a quotation "
                "mark without its pair, mend the row and send the file again."
            )
        self._count(block[:cut])

    def finish(self) -> Counted:
        """What was counted, with a last row that has no line end.

        Raises:
            UnreadableFileError: a quotation mark is not closed, or lines end in different ways.
        """
        last, self.rest = self.rest, b""
        self._count(last if not last or last.endswith(b"\r") else last + self._usual_end())
        if self.inside:
            raise _unclosed(self.name, self.opened)
        if sum(count > 0 for count in (self.feeds, self.pairs, self.returns)) > 1:
            raise UnreadableFileError(
                f"{self.name}: its rows end in more than one kind of line end. Save the file with one kind of line end "
                "and send it again."
            )
        return Counted(self.rows, self.line_ends, self.padded, self.returns > 0)

    def _usual_end(self) -> bytes:
        return b"\r\n" if self.pairs else b"\r" if self.returns else b"\n"

    def _count(self, block: bytes) -> None:
        if not block:
            return
        if not self.padded:
            self.padded = block.startswith(b" ") or any(mark in block for mark in self.marks)
        if self.inside or (self.quote and self.quote in block):
            self._count_quoted(block)
        else:
            self._count_plain(block)

    def _count_plain(self, block: bytes) -> None:
        body = block.rstrip(b"\r\n")
        returns = block.count(b"\r")
        pairs = block.count(b"\r\n") if returns else 0
        feeds = block.count(b"\n") - pairs
        self._note_ends(feeds, pairs, returns - pairs)
        if body:
            self._fill(body.startswith((b"\n", b"\r")))
            # Only a return can make the plain search miss one.
            gap = _EMPTY.search(body) if returns else re.search(b"\n\n", body)
            if gap is not None:
                self.rows += len(_END.findall(body, 0, gap.start())) + 1
                raise self._empty(self.first_row + self.rows)
        ends = feeds + returns
        trailing = len(_END.findall(block[len(body) :])) - bool(body)
        self.rows += ends - trailing
        if trailing and self.empty_row is None:
            self.empty_row = self.first_row + self.rows

    def _count_quoted(self, block: bytes) -> None:
        if len(self.quote) > 1 or len(self.delimiter) > 1:
            raise IrregularQuotesError
        cells = np.frombuffer(block, dtype=np.uint8)
        quotes = np.flatnonzero(cells == self.quote[0])
        self._refuse_irregular(cells, quotes)
        feeds, returns = np.flatnonzero(cells == _LF), np.flatnonzero(cells == _CR)
        lone = returns[(returns + 1 >= len(cells)) | (cells[np.minimum(returns + 1, len(cells) - 1)] != _LF)]
        ends = np.sort(np.concatenate((feeds, lone)))
        outside = ((np.searchsorted(quotes, ends) + self.inside) & 1) == 0
        self.line_ends = self.line_ends or not bool(outside.all())
        ends = ends[outside]
        paired = (cells[ends] == _LF) & (ends > 0) & (cells[np.maximum(ends - 1, 0)] == _CR)
        lone_ends = int((cells[ends] == _CR).sum())
        self._note_ends(len(ends) - int(paired.sum()) - lone_ends, int(paired.sum()), lone_ends)
        starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
        empty = (ends - paired) == starts
        if self.inside and len(empty):
            empty[0] = False
        self._count_filled(empty)
        if (len(quotes) + self.inside) % 2:
            self.opened = self.opened if self.inside and not len(ends) else self.first_row + self.rows
        self.inside = bool((len(quotes) + self.inside) % 2)

    def _count_filled(self, empty: NDArray[np.bool_]) -> None:
        filled = np.flatnonzero(~empty)
        last = int(filled[-1]) + 1 if len(filled) else 0
        if last:
            self._fill(bool(empty[0]))
            gaps = np.flatnonzero(empty[:last])
            if len(gaps):
                raise self._empty(self.first_row + self.rows + int(gaps[0]))
        self.rows += last
        if last < len(empty) and self.empty_row is None:
            self.empty_row = self.first_row + self.rows

    def _refuse_irregular(self, cells: NDArray[np.uint8], quotes: NDArray[np.intp]) -> None:
        opening = ((np.arange(len(quotes)) + self.inside) & 1) == 0
        sides = np.array([self.delimiter[0], _LF, _CR, self.quote[0]], dtype=np.uint8)
        before, after = quotes[opening] - 1, quotes[~opening] + 1
        good_before = (before < 0) | np.isin(cells[np.maximum(before, 0)], sides)
        good_after = (after >= len(cells)) | np.isin(cells[np.minimum(after, len(cells) - 1)], sides)
        if not (good_before.all() and good_after.all()):
            raise IrregularQuotesError

    def _note_ends(self, feeds: int, pairs: int, returns: int) -> None:
        self.feeds, self.pairs, self.returns = self.feeds + feeds, self.pairs + pairs, self.returns + returns

    def _fill(self, empty_first: bool) -> None:
        """A row with something in it has come: rows that were empty until now are not at the file's end."""
        if self.empty_row is not None:
            raise self._empty(self.empty_row)
        if empty_first:
            raise self._empty(self.first_row + self.rows)

    def _empty(self, row: int) -> UnreadableFileError:
        return UnreadableFileError(f"{self.name}, row {row}: the row is empty. Take it out and send the file again.")


def count_exactly(name: str, path: Path, offset: int, form: FileFormat, first_row: int) -> int:
    """The rows of a UTF-8 file from byte `offset` on, by a reader of cells: slower, and right for any quotation mark.

    Raises:
        UnreadableFileError: a row is empty, or a quotation mark is not closed.
    """
    rows, empty = 0, None
    with path.open("rb") as file:
        file.seek(offset)
        lines = io.TextIOWrapper(file, encoding="utf-8", newline="")
        quoting = csv.QUOTE_MINIMAL if form.quote else csv.QUOTE_NONE
        reader = csv.reader(lines, delimiter=form.delimiter, quotechar=form.quote or None, quoting=quoting, strict=True)
        try:
            for cells in reader:
                if cells and empty is not None:
                    raise UnreadableFileError(
                        f"{name}, row {empty}: the row is empty. Take it out and send the file again."
                    )
                if not cells and empty is None:
                    empty = first_row + rows
                rows += bool(cells)
        except csv.Error:
            raise _unclosed(name, first_row + rows) from None
    return rows


def _unclosed(name: str, row: int) -> UnreadableFileError:
    return UnreadableFileError(
        f"{name}, row {row}: a quotation mark is not closed, or text follows the closing one. "
        "Mend the row and send the file again."
    )
