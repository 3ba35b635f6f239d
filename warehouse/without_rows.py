"""A received file once more, without the rows of some practices: the same format, encoding and dialect, other rows."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import polars as pl
from openpyxl import load_workbook

from transforms.contract import Contract
from warehouse.extract_file import UnreadableFileError
from warehouse.reading.characters import encoding_of
from warehouse.reading.heading import FIRST_ROWS, heading_of
from warehouse.reading.kind import kind_of

Covers = Callable[[str], bool]
"""Whether a practice, by its number as it is staged, is one whose rows go."""
_EMPTIED = "successor_id"


@dataclass(frozen=True)
class _Places:
    """Where in a row the practice stands, where its successor does, and how a cell becomes a practice's number."""

    owners: tuple[int, ...]
    successors: tuple[int, ...]
    first_row: int
    pattern: re.Pattern[str] | None
    width: int

    def number(self, cell: object) -> str:
        text = "" if cell is None else str(cell).strip()
        match = self.pattern.fullmatch(text) if self.pattern else None
        if match is not None and match[1]:
            return match[1].rjust(self.width, "0")
        return text

    def named(self, cells: Sequence[object], covers: Covers) -> bool:
        return any(place < len(cells) and covers(self.number(cells[place])) for place in self.owners)

    def emptied(self, cells: Sequence[object], covers: Covers) -> list[int]:
        """The places of successors that are covered."""
        return [place for place in self.successors if place < len(cells) and covers(self.number(cells[place]))]


def without_rows(name: str, path: Path, contract: Contract, covers: Covers, target: Path) -> list[int] | None:
    """Write the file at `path` to `target` without the rows whose practice is covered; None: there is nothing to do.

    A row that names one as its successor alone stays, with that cell empty. Returns the numbers of the rows left out.

    Raises:
        UnreadableFileError, MissingColumnError: the file cannot be read by the contract.
    """
    if all(column.name != "practice_id" for column in contract.columns):
        return None
    kind = kind_of(name, path)
    if kind == "workbook":
        return _workbook(name, path, contract, covers, target)
    if kind == "parquet":
        return _parquet(name, path, contract, covers, target)
    return _text(name, path, contract, covers, target)


def _places(name: str, rows: Sequence[Sequence[str]], contract: Contract) -> _Places:
    heading = heading_of(name, rows, contract)
    column = contract.column("practice_id")

    def of(which: str) -> tuple[int, ...]:
        headers = {label.casefold() for each in contract.columns if each.name == which for label in each.headers}
        return tuple(place for place, label in enumerate(heading.names) if label.strip().casefold() in headers)

    spelling = column.spelling
    pattern = re.compile(spelling.pattern) if spelling else None
    return _Places(of("practice_id"), of(_EMPTIED), heading.first_row, pattern, spelling.width if spelling else 0)


def _text(name: str, path: Path, contract: Contract, covers: Covers, target: Path) -> list[int] | None:
    packed = kind_of(name, path) == "packed text"
    codec = encoding_of(name, path, contract.file, packed=packed)
    places = _places(name, _first(path, codec, contract, packed=packed), contract)
    removed: list[int] = []
    changed = False
    with _writing(target, codec, packed=packed) as out, _reading(path, codec, packed=packed) as text:
        for number, (cells, raw) in enumerate(_records(name, text, contract), 1):
            if number >= places.first_row and places.named(cells, covers):
                removed.append(number)
                continue
            emptied = places.emptied(cells, covers) if number >= places.first_row else []
            changed = changed or bool(emptied)
            out.write(_rewritten(cells, raw, emptied, contract) if emptied else raw)
    return removed if removed or changed else None


def _first(path: Path, codec: str, contract: Contract, *, packed: bool) -> list[list[str]]:
    with _reading(path, codec, packed=packed) as text:
        records = _records(path.name, text, contract)
        return [[cell.strip() for cell in cells] for (cells, _), _ in zip(records, range(FIRST_ROWS + 2), strict=False)]


def _reading(path: Path, codec: str, *, packed: bool) -> io.TextIOWrapper:
    file: IO[bytes] = gzip.open(path) if packed else path.open("rb")  # type: ignore[assignment]  # noqa: SIM115
    return io.TextIOWrapper(file, encoding=codec, newline="")


def _writing(target: Path, codec: str, *, packed: bool) -> io.TextIOWrapper:
    # No name and no time in a packed file: the same rows give the same bytes.
    file: IO[bytes] = gzip.GzipFile(target, "wb", mtime=0) if packed else target.open("wb")  # type: ignore[assignment]
    return io.TextIOWrapper(file, encoding=codec, newline="")


def _records(name: str, text: io.TextIOWrapper, contract: Contract) -> Iterator[tuple[list[str], str]]:
    """Each record with its characters as they stand in the file."""
    form, raw = contract.file, list[str]()

    def lines() -> Iterator[str]:
        for line in text:
            raw.append(line)
            yield line

    quoting = csv.QUOTE_MINIMAL if form.quote else csv.QUOTE_NONE
    reader = csv.reader(lines(), delimiter=form.delimiter, quotechar=form.quote or None, quoting=quoting)
    try:
        for cells in reader:
            yield cells, "".join(raw)
            raw.clear()
    except (csv.Error, UnicodeError):
        raise UnreadableFileError(f"{name}: its rows cannot be read as its contract says.") from None


def _rewritten(cells: Sequence[str], raw: str, emptied: Sequence[int], contract: Contract) -> str:
    form = contract.file
    line = io.StringIO(newline="")
    quoting = csv.QUOTE_MINIMAL if form.quote else csv.QUOTE_NONE
    quote = form.quote or None
    end = raw[len(raw.rstrip("\r\n")) :]
    writer = csv.writer(line, delimiter=form.delimiter, quotechar=quote, quoting=quoting, lineterminator=end)
    writer.writerow(["" if place in emptied else cell for place, cell in enumerate(cells)])
    return line.getvalue()


def _workbook(name: str, path: Path, contract: Contract, covers: Covers, target: Path) -> list[int] | None:
    from warehouse.reading.workbook import chosen_sheet, open_workbook

    workbook = open_workbook(name, path)
    try:
        sheet = chosen_sheet(workbook, contract.file)
        rows = list(workbook.rows(sheet, contract.file.decimal))
    finally:
        workbook.book.close()
    lines: list[list[str]] = [[] for _ in range(min(FIRST_ROWS + 2, rows[-1][0] if rows else 0))]
    for number, cells in rows:
        if number <= len(lines):
            lines[number - 1] = [cell.strip() for cell in cells]
    places = _places(name, lines, contract)
    body = [(number, cells) for number, cells in rows if number >= places.first_row]
    removed = [number for number, cells in body if places.named(cells, covers)]
    emptied = [(number, place) for number, cells in body for place in places.emptied(cells, covers)]
    if not removed and not emptied:
        return None
    book = load_workbook(io.BytesIO(path.read_bytes()), data_only=True)
    for number, place in emptied:
        book[sheet].cell(number, place + 1).value = None
    for number, many in reversed(_runs(removed)):
        book[sheet].delete_rows(number, many)
    book.save(target)
    return removed


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Numbers that follow each other, as the first and how many."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and sum(runs[-1]) == number:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((number, 1))
    return runs


def _parquet(name: str, path: Path, contract: Contract, covers: Covers, target: Path) -> list[int] | None:
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError):
        raise UnreadableFileError(f"{name}: the Parquet file cannot be read.") from None
    form = contract.file.model_copy(update={"header": (), "header_rows": 1})
    places = _places(name, [frame.columns], contract.model_copy(update={"file": form}))

    def covered(place: int) -> pl.Series:
        cells = frame.to_series(place)
        values = {value: covers(places.number(value)) for value in cells.unique().to_list()}
        return pl.Series([values[value] for value in cells.to_list()], dtype=pl.Boolean)

    goes = pl.Series([False] * frame.height, dtype=pl.Boolean)
    for place in places.owners:
        goes = goes | covered(place)
    emptied = {frame.columns[place]: covered(place) for place in places.successors}
    if not goes.any() and not any(each.any() for each in emptied.values()):
        return None
    blanked = [pl.when(each).then(None).otherwise(pl.col(column)).alias(column) for column, each in emptied.items()]
    frame.with_columns(blanked).filter(~goes).write_parquet(target)
    return [number + 1 for number in goes.arg_true().to_list()]
