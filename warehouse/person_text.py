"""The search for person numbers in a text of lines and cells: the whole rule, in bounded memory."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from transforms.contract import Contract
from transforms.person_number import POINTED, Candidate, candidates, passes_mod11
from transforms.person_number_labels import is_a_pseudonym
from warehouse.person_bytes import Gate, plain_text, whole_lines
from warehouse.person_columns import FEWEST_ROWS, FEWEST_SHARE, ExemptColumn, NeighbourColumns, Tally
from warehouse.person_layout import NINE_OR_TEN, POINTED_NUMBER, layout_of, personal_header

Pieces = Callable[[], Iterable[bytes]]
_AROUND = 64
_DIGIT = re.compile(b"[0-9\x80-\xff]")
_THOUSANDS = re.compile(r'"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?"')
_DECIMALS = re.compile(r'"[0-9]+,[0-9]+"')
_SAMPLED_LINES = 50


@dataclass(frozen=True)
class Hit:
    """Where a text must be stopped and why; `column` is 0 where it is not known. Never a value."""

    row: int
    column: int
    header: str
    form: str


class TextScan:
    """The search through one text, that can be read several times.

    `delimiter` is given where cells are divided by it without quotation marks; else it is found out.
    """

    def __init__(self, pieces: Pieces, contract: Contract, today: date, delimiter: str | None = None) -> None:
        self._pieces, self._contract, self._today, self._delimiter = pieces, contract, today, delimiter
        self._tallies: dict[tuple[int, bool], Tally] = defaultdict(Tally)
        self._exempt: dict[int, ExemptColumn] = defaultdict(ExemptColumn)
        self._pseudonyms: dict[int, int] = defaultdict(int)
        self._layout = layout_of(b"", contract, delimiter)

    @property
    def exempted(self) -> set[str]:
        """The columns of the contract whose exemption was used."""
        return {self._layout.described[place].name for place, column in self._exempt.items() if column.values}

    def first_hit(self) -> Hit | None:
        """The first thing for which the text must be stopped, or None."""
        row, before, inside = 1, b"", False
        for lines in whole_lines(self._pieces()):
            if row == 1:
                self._begin(lines)
                if place := personal_header(lines, self._layout):
                    return Hit(*place, "", "header")
            quotes = lines.count(self._quote) if self._quote else 0
            if hit := self._hit_in(lines, row):
                return hit
            if (quotes or inside) and (hit := self._hit_across(before, lines, row, inside)):
                return hit
            row += lines.count(b"\n")
            inside ^= quotes % 2 == 1
            before = lines[-_AROUND:]
        return self._hit_in_columns()

    def _begin(self, lines: bytes) -> None:
        self._layout = layout_of(lines, self._contract, self._delimiter)
        self._neighbours = NeighbourColumns(self._layout.delimiter.encode(), set(self._layout.described))
        self._quote = (self._layout.quote or "").encode()
        self._gate = Gate(self._layout.delimiter, self._neighbours.gate())

    def _hit_in(self, lines: bytes, row: int) -> Hit | None:
        """Anything inside `lines`, the first of which is number `row`."""
        if column := self._column_of_pseudonyms(lines):
            return self._hit(row, column, "pseudonyms")
        hot = self._gate.hot(lines)
        for above, whole, line in self._gate.hot_lines(lines, hot) if hot else ():
            if hit := self._hit_in_line(plain_text(line), row + above):
                # A piece of a very long line does not know how many cells stand before it.
                return hit if whole else Hit(hit.row, 0, "", hit.form)
        if hot and self._gate.any_matches(lines, hot, self._neighbours.gate()):
            place = self._neighbours.read(lines, row)
            return self._hit(*place, "split over two columns") if place else None
        return None

    def _hit_in_line(self, text: str, row: int) -> Hit | None:
        for candidate in candidates(self._divided(text), self._today):
            found = self._judged(text, candidate, row)
            if found is not None:
                return found
        return None

    def _divided(self, text: str) -> str:
        """`text` with its delimiter as a tab: a comma between two cells must not look like that of a decimal."""
        if self._layout.delimiter == "," and '"' in text:
            text = _THOUSANDS.sub(lambda cell: cell[0].replace(",", "'"), text)
            text = _DECIMALS.sub(lambda cell: cell[0].replace(",", "."), text)
        return text.replace(self._layout.delimiter, "\t")

    def _judged(self, text: str, candidate: Candidate, row: int) -> Hit | None:
        """The hit that `candidate` is by itself; else it is counted for its column."""
        column = self._column_of(text, candidate)
        here = row + text.count("\n", 0, candidate.offset)
        described = self._layout.described.get(column)
        if described and described.exempt and described.exempt.covers(self._cell_of(text, candidate)):
            exempt = self._exempt[column]
            exempt.values += 1
            exempt.passing += passes_mod11(candidate.number)
            return self._hit(here, column, "in a column of its own") if exempt.holds_persons else None
        number = candidate.form == POINTED and described and described.type == "number"
        if candidate.age == "living" and not (number and self._contract.file.decimal == "."):
            return self._hit(here, column, candidate.form)
        self._tallies[column, candidate.form == POINTED].add(here)
        return None

    def _column_of(self, text: str, candidate: Candidate) -> int:
        return len(self._layout.cells(text[text.rfind("\n", 0, candidate.offset) + 1 : candidate.offset])) or 1

    def _cell_of(self, text: str, candidate: Candidate) -> str:
        start, end = text.rfind("\n", 0, candidate.offset) + 1, text.find("\n", candidate.end)
        cells = self._layout.cells(text[start : end if end >= 0 else len(text)])
        column = self._column_of(text, candidate)
        return cells[column - 1].strip() if column <= len(cells) else ""

    def _hit_across(self, before: bytes, lines: bytes, row: int, inside: bool) -> Hit | None:
        """A number that goes over the end of a line inside a quoted cell."""
        signs = np.frombuffer(before + lines, np.uint8)
        ends = np.flatnonzero(signs == 10)
        ends = ends[ends >= len(before) - 1]
        quotes = np.flatnonzero(signs[len(before) :] == self._quote[0]) + len(before)
        within = (np.searchsorted(quotes, ends) + inside) % 2 == 1
        text = before + lines
        for place in ends[within].tolist():
            left, right = text[max(0, place - _AROUND) : place], text[place + 1 : place + 1 + _AROUND]
            if _DIGIT.search(left[-8:]) and _DIGIT.search(right[:8]) and self._is_split(left, right):
                return self._hit(row + text.count(b"\n", len(before), place), 0, "split over two lines")
        return None

    def _is_split(self, left: bytes, right: bytes) -> bool:
        first, second = plain_text(left).rpartition("\n")[2], plain_text(right).partition("\n")[0]
        quote = self._layout.quote or ""
        cell, rest = first.rpartition(quote)[2], second.partition(quote)[0]
        return any(
            candidate.age == "living" and candidate.offset < len(cell.rstrip()) < candidate.end
            for between in ("", " ")
            for candidate in candidates(cell.rstrip() + between + rest.lstrip(), self._today)
        )

    def _column_of_pseudonyms(self, lines: bytes) -> int:
        """The column, not in the contract, of whose values several are digests or UUIDs; 0 where there is none."""
        for line in lines[: 1 << 16].split(b"\n")[:_SAMPLED_LINES]:
            if len(line) < 36:
                continue
            for column, cell in enumerate(self._layout.cells(line.decode("latin-1")), 1):
                if len(cell) >= 36 and column not in self._layout.described and is_a_pseudonym(cell):
                    self._pseudonyms[column] += 1
                    if self._pseudonyms[column] >= FEWEST_ROWS:
                        return column
        return 0

    def _hit_in_columns(self) -> Hit | None:
        """A column of which half the long numbers are old dates, or dates with decimals: asked in a second reading."""
        asked = {place for place, tally in self._tallies.items() if tally.number >= FEWEST_ROWS}
        if not asked:
            return None
        values: dict[tuple[int, bool], int] = defaultdict(int)
        for cells in self._rows():
            for column, pointed in asked:
                if column <= len(cells):
                    shape = POINTED_NUMBER if pointed else NINE_OR_TEN
                    values[column, pointed] += bool(shape.fullmatch(cells[column - 1].strip()))
        for place in sorted(asked):
            if self._tallies[place].number >= FEWEST_SHARE * values[place]:
                return self._hit(self._tallies[place].first_row, place[0], "in half of the column's values")
        return None

    def _rows(self) -> Iterator[list[str]]:
        for lines in whole_lines(self._pieces()):
            for line in plain_text(lines).split("\n"):
                yield self._layout.cells(line)

    def _hit(self, row: int, column: int, form: str) -> Hit:
        # Only a name that the contract knows is repeated: a file without a header has persons where names should be.
        known = row > 1 and column in self._layout.described
        return Hit(row, column, self._layout.header[column - 1] if known else "", form)
