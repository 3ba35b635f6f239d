"""What only a whole column can tell: many old dates, control digits that fit, a number split over two columns."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np

FEWEST_ROWS = 3
FEWEST_SHARE = 0.5
_EXEMPT_VALUES = 10
_EXEMPT_SHARE = 0.3
_Numbers = np.ndarray
_MONTH_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@dataclass
class Tally:
    """How many candidates a column has that do not stop the file by themselves, and the row of the first."""

    number: int = 0
    first_row: int = 0

    def add(self, row: int) -> None:
        """One more, in `row`."""
        self.first_row = self.first_row or row
        self.number += 1


@dataclass
class ExemptColumn:
    """The values of a column that the contract exempts: how many there were, how many pass the control digit."""

    values: int = 0
    passing: int = 0

    @property
    def holds_persons(self) -> bool:
        """Whether more of them pass than other numbers would."""
        return self.values >= _EXEMPT_VALUES and self.passing >= _EXEMPT_SHARE * self.values


@dataclass
class _Pair:
    shaped: int = 0
    valid: int = 0
    first_row: int = 0
    dates: set[int] = field(default_factory=set)


class NeighbourColumns:
    """Two columns side by side that hold a date of birth and four more digits.

    A practice's number or a count may look like a date in some rows: half of the rows that are shaped like this must,
    and in a column that the contract describes in front (`described`), with three dates or more. Five digits are also
    what a large practice's patients come to (10100 to 11299 are all dates): alone, they must name three days or more.
    """

    def __init__(self, delimiter: bytes, described: set[int]) -> None:
        self._delimiter, self._described = delimiter[0], described
        self._pairs: dict[int, _Pair] = defaultdict(_Pair)

    def gate(self) -> str:
        """Lets through every row that counts; for the engine of the byte gate."""
        sign = rf"\x{self._delimiter:02x}" if chr(self._delimiter) in ";|" else r"\t"
        start, end = rf'(?:^|[\n{sign}])"?', rf'"?[\n{sign}]'
        return rf"{start}[0-9]?[0-9][01][0-9]{{3}}{end}\"?[0-9]{{1,4}}(?:{end}|\"?$)"

    def read(self, lines: bytes, first_row: int) -> tuple[int, int] | None:
        """Row and column of a number split in two in `lines`, or None."""
        here: dict[int, _Pair] = defaultdict(_Pair)
        columns, rows, dates, valid = _shaped(lines, self._delimiter)
        for column in np.unique(columns[valid]).tolist():
            own = columns == column
            births = dates[own & valid]
            row = first_row + int(rows[own & valid][0])
            for pair in (here[column], self._pairs[column]):
                pair.valid += len(births)
                pair.first_row = pair.first_row or row
                pair.dates |= set(births[:1000].tolist())
        for column, number in Counter(columns.tolist()).items():
            here[column].shaped += number
            self._pairs[column].shaped += number
        for pairs in (here, self._pairs):
            for column, pair in pairs.items():
                if self._holds_persons(column, pair):
                    return pair.first_row, column
        return None

    def _holds_persons(self, column: int, pair: _Pair) -> bool:
        if pair.valid < FEWEST_ROWS or pair.valid < FEWEST_SHARE * pair.shaped:
            return False
        long = any(born >= 100_000 for born in pair.dates)
        several_days = len({born // 10_000 for born in pair.dates}) >= FEWEST_ROWS
        return (long or several_days) and (column not in self._described or len(pair.dates) >= FEWEST_ROWS)


def _shaped(lines: bytes, delimiter: int) -> tuple[_Numbers, _Numbers, _Numbers, _Numbers]:
    """Of each cell of 5-6 digits before one of 1-4: column, row, its digits as a number, and if they are a date."""
    signs = np.frombuffer(lines if lines.endswith(b"\n") else lines + b"\n", np.uint8)
    ends = np.flatnonzero((signs == delimiter) | (signs == 10))
    starts = np.concatenate(([0], ends[:-1] + 1))
    quoted = (ends - starts >= 2) & (signs[starts] == 34) & (signs[ends - 1] == 34)
    lengths = ends - starts - 2 * quoted
    last = signs[ends] == 10
    found = np.flatnonzero(
        ((lengths[:-1] == 5) | (lengths[:-1] == 6)) & ~last[:-1] & (lengths[1:] >= 1) & (lengths[1:] <= 4)
    )
    found = found[_are_digits(signs, (starts + quoted)[found], lengths[found])]
    found = found[_are_digits(signs, (starts + quoted)[found + 1], lengths[found + 1])]
    row_of = np.concatenate(([0], np.cumsum(last)[:-1]))
    first_cell = np.concatenate(([0], np.flatnonzero(last) + 1))
    dates = _numbers(signs, (starts + quoted)[found], lengths[found])
    day, month = dates // 10000, dates // 100 % 100
    day = np.where(day > 60, day - 60, day)
    valid = (month >= 1) & (month <= 12) & (day >= 1)
    valid &= day <= _MONTH_DAYS[np.where(valid, month, 0)]
    return found - first_cell[row_of[found]] + 1, row_of[found], dates, valid


def _are_digits(signs: _Numbers, starts: _Numbers, lengths: _Numbers) -> _Numbers:
    digits = np.ones(len(starts), bool)
    for place in range(6):
        sign = signs[np.minimum(starts + place, len(signs) - 1)]
        digits &= (place >= lengths) | ((sign >= 48) & (sign <= 57))
    return digits


def _numbers(signs: _Numbers, starts: _Numbers, lengths: _Numbers) -> _Numbers:
    numbers = np.zeros(len(starts), np.int64)
    for place in range(6):
        inside = place < lengths
        sign = signs[np.minimum(starts + place, len(signs) - 1)].astype(np.int64) - 48
        numbers = np.where(inside, numbers * 10 + sign, numbers)
    return numbers
