"""Staging: one landed extract becomes one DuckDB file with typed rows, rejected rows and excluded rows.

`staged` one row per row of the file that the contract could read; `rejected` one row per cell it could not;
`excluded` one row per row that is no part of the source's population (and the header that says so).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from transforms.contract import Column, Contract, FileFormat
from transforms.errors import UserError
from warehouse.connection import attach, engine_failures, in_memory
from warehouse.extract_file import Extract, UnreadableFileError, header_of, rows_below_header, text_of
from warehouse.queries import StatementError, one_value, run
from warehouse.spill import spill_beside

REJECT_RULES = {
    "integer": "not a whole number",
    "number": "not a number",
    "month": "not a month",
    "date": "not a date",
    "code": "not one of the contract's values",
}
_BROKEN = {
    "MISSING COLUMNS": "has fewer columns than the header",
    "TOO MANY COLUMNS": "has more columns than the header",
    "UNQUOTED VALUE": "has a quotation mark that is not closed",
    "LINE SIZE OVER MAXIMUM": "is longer than 4 MB",
}


class MissingColumnError(UserError):
    """A column that the contract needs is not in the file."""


@dataclass(frozen=True)
class Staged:
    """Where one extract's staged rows lie, and how many rows went where."""

    path: Path
    rows_read: int
    rows_staged: int
    rows_excluded: int
    rows_rejected: int


def stage(extract: Extract, landed: Path, contract: Contract, target: Path) -> Staged:
    """Type the rows of the landed file into a new DuckDB file at `target`, built aside and moved into place.

    Raises:
        MissingColumnError, UnreadableFileError: with file, row and what to do.
    """
    text = text_of(extract, contract.file)
    header = header_of(extract.name, text, contract.file)
    positions = _positions(extract.name, contract, header)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_suffix(".part")
    aside.unlink(missing_ok=True)
    connection = in_memory(spill_beside(target, landed.stat().st_size))
    try:
        with engine_failures(aside):
            attach(connection, aside, "staging", read_only=False)
            connection.execute("use staging")
            with _as_utf8(landed, text, contract.file, aside) as readable:
                _read_raw(connection, extract, readable, contract, header)
            _account_for_every_row(connection, extract.name, text, contract.file)
            counts = _type_rows(connection, contract, header, positions)
            connection.close()
        aside.replace(target)
    finally:
        connection.close()
        aside.unlink(missing_ok=True)
    return Staged(target, *counts)


def _read_raw(
    connection: duckdb.DuckDBPyConnection, extract: Extract, landed: Path, contract: Contract, header: list[str]
) -> None:
    parts = {
        "file": contract.file,
        "header": header,
        "compression": "gzip" if extract.packed and _is_utf8(contract.file) else "none",
    }
    try:
        run(connection, "stage_raw", {"path": str(landed)}, **parts)
    except StatementError as error:
        if error.cause:  # the machine's failure, not the file's
            raise
        raise UnreadableFileError(
            f"{extract.name}: the rows cannot be read as {contract.file.encoding} text with "
            f"{contract.file.delimiter!r} between columns and one kind of line end. Compare it with its contract in "
            "expectations/contracts/."
        ) from None
    broken = run(connection, "stage_broken_rows").fetchone()
    if broken is not None:
        fault = _BROKEN.get(broken[1], "cannot be read")
        raise UnreadableFileError(
            f"{extract.name}, row {broken[0]}: the row {fault} ({len(header)} columns). Mend the row and send "
            "the file again."
        )


def _account_for_every_row(connection: duckdb.DuckDBPyConnection, name: str, text: str, form: FileFormat) -> None:
    """Two readers must agree on how many rows there are: an engine that skips one in silence is caught here."""
    rows = rows_below_header(name, text, form)
    read = one_value(connection, "count_rows", table="raw")
    if read != rows:
        raise UnreadableFileError(
            f"{name}: the file has {rows} rows, of which {read} could be read. "
            "Look for a quotation mark without its pair or for mixed line ends, mend it and send the file again."
        )


def _type_rows(
    connection: duckdb.DuckDBPyConnection, contract: Contract, header: list[str], positions: dict[str, int | None]
) -> tuple[int, int, int, int]:
    places = _places(header)
    exclusions = [
        {"header": rule.header, "keep": rule.keep, "position": places[rule.header.casefold()]}
        for rule in contract.exclude
    ]
    run(connection, "stage_excluded", exclusions=exclusions)
    rows_read = _count(connection, "raw")
    columns = [_template_column(column, positions[column.name]) for column in contract.columns]
    run(
        connection,
        "stage_typed",
        columns=columns,
        file=contract.file,
        integer_pattern=_number_pattern(contract.file, "0"),
        number_pattern=_number_pattern(contract.file, "0-9"),
        no_fraction=rf"{re.escape(contract.file.decimal)}0+$",
    )
    return rows_read, _count(connection, "staged"), _count(connection, "excluded"), _count(connection, "rejected")


def _template_column(column: Column, position: int | None) -> dict[str, Any]:
    return column.model_dump() | {"position": position, "reject_rule": REJECT_RULES.get(column.type, "")}


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    # A row can have two cells that cannot be read, and be excluded by two rules: it is still one row.
    return one_value(connection, "count_numbered_rows", table=table)


def _is_utf8(form: FileFormat) -> bool:
    return form.encoding.lower() in {"utf-8", "utf8", "utf-8-sig"}


@contextmanager
def _as_utf8(landed: Path, text: str, form: FileFormat, aside: Path) -> Iterator[Path]:
    """The landed file, or a copy in UTF-8: the engine reads other encodings only with an extension slow to load."""
    if _is_utf8(form):
        yield landed
        return
    copy = aside.with_suffix(".utf8")
    copy.write_text(text, encoding="utf-8", newline="")
    try:
        yield copy
    finally:
        copy.unlink()


def _number_pattern(form: FileFormat, decimals: str) -> str:
    whole = "[0-9]+"
    if form.thousands:
        whole = rf"([0-9]+|[0-9]{{1,3}}({re.escape(form.thousands)}[0-9]{{3}})+)"
    return rf"[+-]?{whole}({re.escape(form.decimal)}[{decimals}]+)?"


def _places(header: list[str]) -> dict[str, int]:
    return {cell.casefold(): index for index, cell in reversed(list(enumerate(header)))}


def _positions(name: str, contract: Contract, header: list[str]) -> dict[str, int | None]:
    found = _places(header)
    positions: dict[str, int | None] = {}
    named = [label for column in contract.columns for label in column.headers]
    if not any(label.casefold() in found for label in named):
        # What stands there may be the cells of a first row, and an error's own text never holds one.
        raise MissingColumnError(
            f"{name}, row 1: the first line has none of the contract's column names. Put a line with them first: "
            f"{', '.join(named)[:200]}."
        )
    for column in contract.columns:
        index = next((found[label.casefold()] for label in column.headers if label.casefold() in found), None)
        if index is None and column.required and column.constant is None:
            raise MissingColumnError(
                f"{name}, row 1: the column {' or '.join(column.headers)} is missing ({column.what.en}). "
                f"The file has: {', '.join(header)[:200]}. Add the column, or name it in the workspace's contract."
            )
        positions[column.name] = index
    for rule in contract.exclude:
        if rule.header.casefold() not in found:
            raise MissingColumnError(f"{name}, row 1: the column {rule.header} is missing. It says which rows count.")
    return positions
