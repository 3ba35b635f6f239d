"""From a file as it was received to one that the engine reads: UTF-8 text with its heading known, or Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from transforms.contract import Contract, FileFormat
from warehouse.extract_file import UnreadableFileError
from warehouse.reading.characters import encoding_of, utf8_pieces
from warehouse.reading.counting import IrregularQuotesError, RowCounter, count_exactly
from warehouse.reading.heading import FirstRow, first_rows, heading_of, refuse_other_delimiter
from warehouse.reading.kind import Kind, kind_of

HEAD = 2**20


@dataclass(frozen=True)
class Prepared:
    """A file that the engine can read, and how many rows a reader of ours counted in it.

    `first_row` is the number, in the file received, of the first row below the heading; `skip` the lines above it that
    are still in `path`. `numbered`: the first column holds each row's number. `parallel`: the engine may read pieces of
    it at once. `padded`: cells may have spaces around them. `iso_dates`: dates are written YYYY-MM-DD. `cells`: the
    columns of a Parquet file, each with how it becomes text.
    """

    path: Path
    kind: Kind
    header: tuple[str, ...]
    first_row: int
    rows: int
    delimiter: str = ","
    quote: str = '"'
    skip: int = 0
    numbered: bool = False
    parallel: bool = True
    padded: bool = True
    iso_dates: bool = False
    cells: tuple[tuple[str, str], ...] = ()


def prepare(name: str, received: Path, contract: Contract, copy: Path) -> Prepared:
    """Make `received` readable, by writing it anew to `copy` only where the engine cannot read it as it is.

    Raises:
        MissingColumnError, UnreadableFileError: with file, row and what to do.
    """
    kind = kind_of(name, received)
    if kind == "workbook":
        from warehouse.reading.workbook import prepare_workbook

        return prepare_workbook(name, received, contract, copy)
    if kind == "parquet":
        from warehouse.reading.parquet import prepare_parquet

        return prepare_parquet(name, received, contract)
    return _prepare_text(name, received, contract, copy, packed=kind == "packed text")


def _prepare_text(name: str, received: Path, contract: Contract, copy: Path, *, packed: bool) -> Prepared:
    form = contract.file
    codec = encoding_of(name, received, form, packed=packed)
    head, whole = _head(name, received, form, codec, packed=packed)
    rows = first_rows(head, form)
    if not form.header:
        refuse_other_delimiter(name, head, contract)
    heading = heading_of(name, [row.cells for row in rows], contract)
    above = rows[heading.first_row - 2] if heading.first_row > 1 else FirstRow((), 0)
    if above.end >= len(head) and not whole:
        raise UnreadableFileError(f"{name}: the lines above the rows are longer than 1 MB. Take them out.")
    lead = head[: above.end]
    # The engine counts lines where a heading has rows, and leaves out empty ones: only the plainest is left to it.
    as_it_is = not packed and codec in {"utf-8", "utf-8-sig"} and heading.first_row == 2 and form.quote not in lead
    if form.header and codec == "utf-8" and not packed:
        as_it_is = True
    below = rows[heading.first_row - 1] if len(rows) >= heading.first_row else above
    mark = b"" if as_it_is else _mark(head[above.end : below.end])
    prepared = Prepared(
        received if as_it_is else copy,
        "text",
        heading.names,
        heading.first_row,
        0,
        form.delimiter,
        form.quote,
        skip=heading.first_row - 1 if as_it_is else len(mark[:1]),
    )
    counter = RowCounter(name, form, heading.first_row, _end_of(lead) if as_it_is else b"")
    pieces = utf8_pieces(name, received, form, codec, packed=packed)
    return _counted(prepared, counter, pieces, len(lead.encode()), None if as_it_is else (copy, mark))


def _head(name: str, received: Path, form: FileFormat, codec: str, *, packed: bool) -> tuple[str, bool]:
    """The first characters, and whether they are all."""
    gathered = b""
    for piece in utf8_pieces(name, received, form, codec, packed=packed):
        gathered += piece
        if len(gathered) > HEAD:
            return gathered[:HEAD].decode("utf-8", "ignore"), False
    return gathered.decode("utf-8", "ignore"), True


def _mark(first: str) -> bytes:
    """A line to stand above the rows, which the engine leaves out: where a cell of the first row holds a line end.

    The engine takes the first line end that it meets for that of all rows, also where it lies between quotation marks.
    """
    end = _end_of(first)
    inside = first[: len(first) - len(end)]
    return b"_" + end if end and ("\n" in inside or "\r" in inside) else b""


def _end_of(lead: str) -> bytes:
    stripped = lead.rstrip("\r\n")
    return lead[len(stripped) :].encode()


def _counted(
    prepared: Prepared, counter: RowCounter, pieces: Iterator[bytes], lead: int, copy: tuple[Path, bytes] | None
) -> Prepared:
    """Read every byte once: check it, count its rows and, where needed, write it to where the engine reads it.

    `copy`: where that is, and what stands above the rows there.
    """
    regular, before = True, lead
    with ExitStack() as stack:
        out = stack.enter_context(copy[0].open("wb")) if copy else None
        if out and copy:
            out.write(copy[1])
        for piece in pieces:
            below, before = piece[before:], max(0, before - len(piece))
            if out:
                out.write(below)
            if regular and below:
                try:
                    counter.feed(below)
                except IrregularQuotesError:
                    regular = False
    if regular:
        try:
            counted = counter.finish()
        except IrregularQuotesError:
            regular = False
        else:
            plain = not counted.line_ends and not counted.lone_returns
            return replace(prepared, rows=counted.rows, parallel=plain, padded=counted.padded)
    offset = len(copy[1]) if copy else lead
    rows = count_exactly(counter.name, prepared.path, offset, counter.form, prepared.first_row)
    return replace(prepared, rows=rows, parallel=False)
