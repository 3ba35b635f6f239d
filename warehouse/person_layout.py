"""How the lines of a text are divided into cells, as far as the search for person numbers needs to know."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cached_property

from transforms.contract import Column, Contract
from transforms.person_number import names_a_person
from transforms.person_number_labels import is_a_persons_label
from warehouse.person_bytes import plain_text

HEADER_LINES = 30
_DELIMITERS = ";,\t|"
_LONGEST_HEADER = 1 << 16


@dataclass(frozen=True)
class Layout:
    """The sign between cells, the quotation mark, and the cells of the line that names the columns."""

    delimiter: str
    quote: str | None
    header: tuple[str, ...]
    contract: Contract

    @cached_property
    def described(self) -> dict[int, Column]:
        """The contract's columns by their place, counted from 1."""
        columns = {
            name.casefold(): column for column in self.contract.columns for name in (*column.headers, *column.parts)
        }
        places = ((place, columns.get(name.casefold())) for place, name in enumerate(self.header, 1))
        return {place: column for place, column in places if column is not None}

    def cells(self, line: str) -> list[str]:
        """The cells of `line`."""
        if not self.quote:
            return line.split(self.delimiter)
        try:
            return next(csv.reader([line], delimiter=self.delimiter, quotechar=self.quote), [])
        except csv.Error:
            return line.split(self.delimiter)


def layout_of(lines: bytes, contract: Contract, delimiter: str | None = None) -> Layout:
    """The layout of a text that begins with `lines`; `delimiter` where it is known and nothing is quoted."""
    first = [line[:_LONGEST_HEADER] for line in plain_text(lines[: 4 * _LONGEST_HEADER]).split("\n")[:HEADER_LINES]]
    quote = None if delimiter else contract.file.quote
    sign = delimiter or _delimiter(first, contract)
    rough = Layout(sign, quote, (), contract)
    rows = [tuple(cell.strip() for cell in rough.cells(line)) for line in first if line.strip()]
    known = {name.casefold() for column in contract.columns for name in (*column.headers, *column.parts)}
    header = contract.file.header or max(
        rows, key=lambda row: len(known & {cell.casefold() for cell in row}), default=()
    )
    return Layout(sign, quote, tuple(header), contract)


def _delimiter(lines: list[str], contract: Contract) -> str:
    own = contract.file.delimiter
    if any(own in line for line in lines):
        return own
    return max(_DELIMITERS, key=lambda sign: sum(line.count(sign) for line in lines))


def personal_header(lines: bytes, layout: Layout) -> tuple[int, int] | None:
    """Row and column of a cell among the first lines that names a person's data, or None.

    Below the first line only a cell that is such a name and nothing else counts: a sentence may speak of persons.
    """
    above = True
    for row, line in enumerate(plain_text(lines[: 4 * _LONGEST_HEADER]).split("\n")[:HEADER_LINES], 1):
        cells = layout.cells(line[:_LONGEST_HEADER])
        asked = names_a_person if above or tuple(map(str.strip, cells)) == layout.header else is_a_persons_label
        for column, cell in enumerate(cells, 1):
            if len(cell) < 500 and asked(cell):
                return row, column
        above = above and not line.strip()
    return None


NINE_OR_TEN = re.compile(r"[0-9]{9,10}(?:[.,]0+)?")
POINTED_NUMBER = re.compile(r"[0-9]{6}\.[0-9]{4}")
