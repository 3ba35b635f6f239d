"""Where a file's names of columns stand: among its first lines, in one row or two, or nowhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from transforms.contract import Contract, FileFormat
from transforms.errors import UserError
from warehouse.extract_file import DELIMITERS, UnreadableFileError

FIRST_ROWS = 30
MOST_COLUMNS = 5000


class MissingColumnError(UserError):
    """A column that the contract needs is not in the file."""


@dataclass(frozen=True)
class Heading:
    """The names of the columns, the number of the first row below them, and how many rows lie above that."""

    names: tuple[str, ...]
    first_row: int


@dataclass(frozen=True)
class FirstRow:
    """One of the first rows of a text: its cells, and the offset in characters at which the next one begins."""

    cells: tuple[str, ...]
    end: int


def first_rows(text: str, form: FileFormat) -> list[FirstRow]:
    """The rows at the beginning of `text`, which may be cut anywhere."""
    consumed = 0

    def lines() -> Iterator[str]:
        nonlocal consumed
        for line in io.StringIO(text, newline=""):
            consumed += len(line)
            yield line

    quoting = csv.QUOTE_MINIMAL if form.quote else csv.QUOTE_NONE
    reader = csv.reader(lines(), delimiter=form.delimiter, quotechar=form.quote or None, quoting=quoting)
    rows: list[FirstRow] = []
    try:
        for cells in reader:
            rows.append(FirstRow(tuple(cell.strip() for cell in cells), consumed))
            if len(rows) == FIRST_ROWS + 2:
                break
    except csv.Error:
        pass  # what follows the rows so far is for the counting reader to name
    return rows


def wanted_names(contract: Contract) -> frozenset[str]:
    """Every header that the contract may read, in small letters."""
    named = {label for column in contract.columns for label in (*column.headers, *column.parts)}
    named |= {rule.header for rule in contract.exclude}
    named |= {label for entry in contract.wide for label in entry.columns.values()}
    return frozenset(label.casefold() for label in named)


def heading_of(name: str, rows: Sequence[Sequence[str]], contract: Contract) -> Heading:
    """The heading among the first `rows`: the row with most of the contract's names, the first of several.

    Raises:
        MissingColumnError: none of the rows has one of the names.
        UnreadableFileError: the file has another number of columns than the contract names for it, or far too many.
    """
    form = contract.file
    if form.header:
        width = len(rows[0]) if rows else len(form.header)
        if width != len(form.header):
            raise UnreadableFileError(
                f"{name}, row 1: the row has {width} columns, the contract names {len(form.header)}. Compare the file "
                "with `header` in its contract."
            )
        return Heading(tuple(form.header), 1)
    wanted = wanted_names(contract)
    candidates = [_names_at(rows, place, form.header_rows) for place in range(min(len(rows), FIRST_ROWS))]
    scores = [len(wanted & {cell.casefold() for cell in names}) for names in candidates]
    if not any(scores):
        # What stands there may be the cells of a first row, and an error's own text never holds one.
        named = [label for column in contract.columns for label in (*column.headers, *column.parts)]
        raise MissingColumnError(
            f"{name}, row 1: the first line has none of the contract's column names, nor have the lines below it. "
            f"Put a line with them first: {', '.join(named)[:200]}."
        )
    place = scores.index(max(scores))
    if len(candidates[place]) > MOST_COLUMNS:
        raise UnreadableFileError(
            f"{name}, row {place + 1}: the row has more than {MOST_COLUMNS} columns. Compare it with its contract in "
            "expectations/contracts/."
        )
    return Heading(candidates[place], place + form.header_rows + 1)


def _names_at(rows: Sequence[Sequence[str]], place: int, header_rows: int) -> tuple[str, ...]:
    if header_rows == 1 or place + 1 >= len(rows):
        return tuple(rows[place]) if header_rows == 1 else ()
    upper, lower = list(rows[place]), list(rows[place + 1])
    width = max(len(upper), len(lower))
    upper += [""] * (width - len(upper))
    lower += [""] * (width - len(lower))
    names: list[str] = []
    group = ""
    for over, under in zip(upper, lower, strict=True):
        group = over or group
        names.append(" ".join(part for part in (group, under) if part))
    return tuple(names)


def refuse_other_delimiter(name: str, text: str, contract: Contract) -> None:
    """Say so where the file's columns are separated by another sign than the contract's.

    Raises:
        UnreadableFileError: with the sign found and the sign expected.
    """
    form, wanted = contract.file, wanted_names(contract)
    said = DELIMITERS.get(form.delimiter, repr(form.delimiter))
    for sign, found in DELIMITERS.items():
        if sign == form.delimiter:
            continue
        rows = first_rows(text, form.model_copy(update={"delimiter": sign}))
        for number, row in enumerate(rows[:FIRST_ROWS], 1):
            if len(row.cells) > 1 and wanted & {cell.casefold() for cell in row.cells}:
                raise UnreadableFileError(
                    f"{name}, row {number}: the columns are separated by {found}, the contract says {said}. Save the "
                    "file with the contract's separator, or set `delimiter` in the workspace's contract."
                )
