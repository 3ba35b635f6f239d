"""A look at a file that nobody has described yet: what it is, how it is written, what its columns hold."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from transforms.contract import Column, Contract, FileFormat
from transforms.guessing import Guess, guess_column
from transforms.model import Text
from warehouse.extract_file import DELIMITERS
from warehouse.person_scan import scan_file
from warehouse.reading.characters import encoding_of, utf8_pieces
from warehouse.reading.counting import IrregularQuotesError, RowCounter
from warehouse.reading.heading import first_rows
from warehouse.reading.kind import Kind, kind_of

LOOKED_AT = 1000
_SAMPLE = 2**18
_HEADINGS_LOOKED_FOR = 30
_FIRST = 5
_NAMED = 0.7
"""Share of filled cells from which on a row may be a heading."""


@dataclass(frozen=True)
class ProbedColumn:
    """One column: its header (empty: none) and what its first cells look like."""

    header: str
    guess: Guess


@dataclass(frozen=True)
class Probed:
    """What was found out about one file.

    `rows` counts those below the heading (None: quotation marks stand in odd places, and reading by a contract will
    count). `heading_row` is 0 where no line of names was found.
    """

    name: str
    kind: Kind
    rows: int | None
    heading_row: int
    columns: tuple[ProbedColumn, ...]
    first: tuple[tuple[str, ...], ...]
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    sheets: tuple[str, ...] = ()
    sheet: str | None = None

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.header for column in self.columns)


def probe(name: str, path: Path, sheet: str | None = None) -> Probed:
    """Look at the file at `path`; `sheet` chooses one of a workbook.

    Raises:
        PersonNumberError: it holds a person number, and no cell of it may be shown.
        UnreadableFileError: it cannot be read, with what to do.
    """
    kind = kind_of(name, path)
    if kind == "workbook":
        found = _workbook(name, path, sheet)
    elif kind == "parquet":
        found = _parquet(name, path)
    else:
        found = _text(name, path, kind)
    scan_file(path, name, _as_contract(found), datetime.now(UTC).date())
    return found


def _text(name: str, path: Path, kind: Kind) -> Probed:
    packed = kind == "packed text"
    form = FileFormat(patterns=(name,), encoding="auto")
    codec = encoding_of(name, path, form, packed=packed)
    head = b""
    for piece in utf8_pieces(name, path, form, codec, packed=packed):
        head += piece
        if len(head) > _SAMPLE:
            break
    sample = head[:_SAMPLE].decode("utf-8", "ignore")
    delimiter, quote = _dialect(sample)
    form = form.model_copy(update={"delimiter": delimiter, "quote": quote})
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, quotechar=quote)
    found = _tabled(name, kind, islice(_sound(reader), LOOKED_AT + _HEADINGS_LOOKED_FOR))
    place = found.heading_row
    lead = sample[: first_rows(sample, form)[place - 1].end] if place else ""
    counter = RowCounter(name, form, place + 1, lead[len(lead.rstrip("\r\n")) :].encode())
    rows = _rows_below(counter, utf8_pieces(name, path, form, codec, packed=packed), len(lead.encode()))
    return replace(found, encoding=_spoken(codec), delimiter=delimiter, quote=quote, rows=rows)


def _sound(reader: Iterable[list[str]]) -> Iterable[list[str]]:
    """The rows up to one that cannot be read, which the counter names."""
    try:
        yield from reader
    except csv.Error:
        return


def _rows_below(counter: RowCounter, pieces: Iterable[bytes], lead: int) -> int | None:
    try:
        for piece in pieces:
            if below := piece[lead:]:
                counter.feed(below)
            lead = max(0, lead - len(piece))
        return counter.finish().rows
    except IrregularQuotesError:
        return None


def _spoken(codec: str) -> str:
    return {"utf-8-sig": "utf-8 with a mark", "cp1252": "windows-1252"}.get(codec, codec)


def _dialect(sample: str) -> tuple[str, str]:
    """The delimiter and the quotation mark: a sign that divides nearly all lines alike, else what CleverCSV thinks."""
    scored: list[tuple[float, int, str]] = []
    for sign in DELIMITERS:
        rows = csv.reader(io.StringIO(sample, newline=""), delimiter=sign)
        widths = Counter(len(row) for row in islice(_sound(rows), 200) if row)
        if widths and (usual := widths.most_common(1)[0])[0] > 1:
            scored.append((usual[1] / widths.total(), usual[0], sign))
    if scored and max(scored)[0] >= 0.9:
        return max(scored)[2], '"'
    import clevercsv

    lines = "\n".join(sample.splitlines()[:100])
    try:
        found = clevercsv.Detector().detect(lines)
    except (clevercsv.Error, ValueError, IndexError):
        found = None
    if found is None or not found.delimiter:
        return max(scored)[2] if scored else ",", '"'
    return found.delimiter, found.quotechar or '"'


def _tabled(name: str, kind: Kind, rows: Iterable[Sequence[str]]) -> Probed:
    table = [tuple(cell.strip() for cell in row) for row in rows]
    width = Counter(len(row) for row in table).most_common(1)[0][0] if table else 0
    place = _heading_place(table, width)
    header = table[place] if place is not None else ("",) * width
    below = table[0 if place is None else place + 1 :]
    columns = tuple(
        ProbedColumn(label, guess_column([row[at] for row in below[:LOOKED_AT] if at < len(row)]))
        for at, label in enumerate(header)
    )
    return Probed(name, kind, None, 0 if place is None else place + 1, columns, tuple(below[:_FIRST]))


def _heading_place(table: Sequence[Sequence[str]], width: int) -> int | None:
    """The first row that is as wide as the others, mostly filled, and names things rather than counting them."""
    for place, row in enumerate(table[:_HEADINGS_LOOKED_FOR]):
        filled = [cell for cell in row if cell]
        if len(row) < width or len(filled) < _NAMED * width:
            continue
        counted = sum(guess_column([cell]).type in {"integer", "number", "date"} for cell in filled)
        return place if counted * 4 <= len(filled) and len(set(filled)) == len(filled) else None
    return None


def _workbook(name: str, path: Path, sheet: str | None) -> Probed:
    from warehouse.reading.workbook import chosen_sheet, open_workbook

    book = open_workbook(name, path)
    shown = book.sheets()
    if sheet is not None or not shown:
        chosen = chosen_sheet(book, FileFormat(patterns=(name,), sheet=sheet))
    else:
        chosen = shown[0]
    total = 0
    kept: list[tuple[int, list[str]]] = []
    for number, cells in book.rows(chosen, "."):
        total += 1
        if len(kept) < LOOKED_AT + _HEADINGS_LOOKED_FOR:
            kept.append((number, cells))
    width = max((len(cells) for _, cells in kept), default=0)
    found = _tabled(name, "workbook", [[*cells, *[""] * (width - len(cells))] for _, cells in kept])
    above = found.heading_row
    row = kept[above - 1][0] if above else 0
    return replace(found, sheets=tuple(shown), sheet=chosen, rows=total - above, heading_row=row)


def _parquet(name: str, path: Path) -> Probed:
    import pyarrow.parquet as pq

    from warehouse.reading.parquet import prepare_parquet
    from warehouse.reading.workbook import text_of_cell

    with pq.ParquetFile(path) as file:
        names, rows = file.schema_arrow.names, file.metadata.num_rows
        prepare_parquet(name, path, _contract(names))
        batch = next(file.iter_batches(LOOKED_AT), None)
    cells = [[text_of_cell(value, ".") for value in row.values()] for row in batch.to_pylist()] if batch else []
    columns = [ProbedColumn(label, guess_column([row[at] for row in cells])) for at, label in enumerate(names)]
    first = tuple(tuple(row) for row in cells[:_FIRST])
    return Probed(name, "parquet", rows, 1, tuple(columns), first)


def _as_contract(found: Probed) -> Contract:
    form = {"delimiter": found.delimiter or ",", "quote": found.quote or '"', "encoding": "auto"}
    return _contract([label for label in found.header if label] or ["?"], form)


def _contract(headers: Sequence[str], form: dict[str, str] | None = None) -> Contract:
    """A contract that describes every column as text: what the scan for person numbers needs to know of the file."""
    nothing = Text(da="-", en="-")
    columns = tuple(
        Column(name=f"c{place}", headers=(label,), type="text", required=False, what=nothing)
        for place, label in enumerate(headers)
    )
    file = FileFormat.model_validate({"patterns": ("*",)} | (form or {}))
    return Contract(
        source="probe", table="none", title=nothing, one_row=nothing, file=file, columns=columns, key=(), checks=()
    )
