"""Staging: one landed extract becomes one DuckDB file with typed rows, rejected rows and excluded rows.

`staged` one row per row of the file that the contract could read (several for a wide file); `rejected` one row per cell
it could not; `excluded` one row per row that is no part of the source's population (and the header that says so).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from transforms.contract import Contract, FileFormat
from warehouse.connection import attach, engine_failures, in_memory
from warehouse.extract_file import UnreadableFileError
from warehouse.queries import StatementError, one_value, run
from warehouse.reading.heading import MissingColumnError, wanted_names
from warehouse.reading.origins import entries_of, exclusion_places
from warehouse.reading.prepared import Prepared, prepare
from warehouse.spill import spill_beside

__all__ = ["MissingColumnError", "Staged", "stage"]

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
MEMORY = "2GB"


@dataclass(frozen=True)
class Staged:
    """Where one extract's staged rows lie, and how many rows of the file went where: read is the sum of the others.

    `rows_empty`: rows of a wide file that hold none of its figures. `rows_repeated`: of those staged, how many said
    again what another row says, where the contract keeps one. `ignored_columns`: what no part of the contract names.
    """

    path: Path
    rows_read: int
    rows_staged: int
    rows_excluded: int
    rows_rejected: int
    rows_empty: int = 0
    rows_repeated: int = 0
    ignored_columns: tuple[str, ...] = ()


def stage(file_name: str, landed: Path, contract: Contract, target: Path) -> Staged:
    """Type the rows of the landed file into a new DuckDB file at `target`, built aside and moved into place.

    `file_name` is what the file was called when it came; messages name it so.

    Raises:
        MissingColumnError, UnreadableFileError: with file, row and what to do.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    aside, copy = target.with_suffix(".part"), target.with_suffix(".utf8")
    for left_over in (aside, copy):
        left_over.unlink(missing_ok=True)
    try:
        prepared = prepare(file_name, landed, contract, copy)
        plan = _Plan(file_name, contract, prepared)
        connection = in_memory(spill_beside(target, landed.stat().st_size))
        try:
            with engine_failures(aside):
                connection.execute(f"set memory_limit = '{MEMORY}'")
                connection.execute("set enable_progress_bar = false")
                attach(connection, aside, "staging", read_only=False)
                connection.execute("use staging")
                counts = plan.carry_out(connection)
        finally:
            connection.close()
        aside.replace(target)
    finally:
        for left_over in (aside, aside.with_suffix(".part.wal"), copy):
            left_over.unlink(missing_ok=True)
    return Staged(target, *counts, ignored_columns=_ignored(prepared.header, contract))


def _ignored(header: tuple[str, ...], contract: Contract) -> tuple[str, ...]:
    wanted = wanted_names(contract)
    return tuple(cell for cell in header if cell and cell.casefold() not in wanted)


class _Plan:
    """How one prepared file is read by its contract: what the statements are filled in with."""

    def __init__(self, name: str, contract: Contract, prepared: Prepared) -> None:
        self.name, self.contract, self.prepared = name, contract, prepared
        self.entries = entries_of(name, contract, prepared.header)
        row = f"(rowid // {len(self.entries)} + {prepared.first_row})" if not prepared.numbered else "_row"
        self.parts: dict[str, Any] = {
            "columns": _template_columns(contract, prepared),
            "entries": self.entries,
            "exclusions": exclusion_places(name, contract, prepared.header),
            "reshaped": bool(contract.wide),
            "row_number": row,
            "one_of_each": contract.repeated_rows == "one",
        }

    def carry_out(self, connection: duckdb.DuckDBPyConnection) -> tuple[int, int, int, int, int, int]:
        """Make the tables; rows read, staged, excluded, rejected, empty and repeated."""
        self._read(connection)
        read = one_value(connection, "count_rows", table="typed") // len(self.entries)
        self._account(read)
        left_out = {key: self.parts[key] for key in ("exclusions", "row_number")}
        run(connection, "stage_left_out", **left_out)
        rejected = one_value(connection, "count_rows", table="rejected")
        run(connection, "stage_view", **self.parts, rejected=rejected > 0)
        counting = {key: value for key, value in self.parts.items() if key not in {"columns", "entries"}}
        counts = run(connection, "stage_counts", **counting, entries=len(self.entries)).fetchall()[0]
        staged, excluded, bad, rows = counts
        repeated = staged - rows if self.parts["one_of_each"] and len(self.entries) == 1 else 0
        return read, staged, excluded, bad, read - staged - excluded - bad, repeated

    def _read(self, connection: duckdb.DuckDBPyConnection) -> None:
        form, prepared = self.contract.file, self.prepared
        reading = self.parts | {
            "file": form,
            "missing": form.missing,
            "other_marks": any(mark != "" for mark in form.missing),
            "integer_pattern": _number_pattern(form, "0"),
            "number_pattern": _number_pattern(form, "0-9"),
            "no_fraction": rf"{re.escape(form.decimal)}0+$",
            "kind": prepared.kind,
            "delimiter": prepared.delimiter,
            "quote": prepared.quote,
            "skip": prepared.skip,
            "numbered": prepared.numbered,
            "padded": prepared.padded,
            "width": len(prepared.header) + prepared.numbered,
            "parquet_cells": prepared.cells,
        }
        path = {"path": str(prepared.path)}
        try:
            run(connection, "stage_rows", path, **reading, parallel=prepared.parallel, rejects=False)
        except StatementError as error:
            if error.cause == "space":  # the machine's failure, not the file's
                raise
            self._name_the_broken_row(connection, reading)

    def _name_the_broken_row(self, connection: duckdb.DuckDBPyConnection, reading: dict[str, Any]) -> None:
        """A second, slower pass, for its row number alone."""
        if self.prepared.kind == "text":
            path = {"path": str(self.prepared.path)}
            broken = None
            try:
                run(connection, "stage_rows", path, **reading, parallel=False, rejects=True)
                broken = run(connection, "stage_broken_rows").fetchone()
            except StatementError:
                pass  # the sentence below stands
            if broken is not None:
                # The engine counts lines from the top of what it reads; a cell with a line end is one line to it.
                row = broken[0] + self.prepared.first_row - 1 - self.prepared.skip
                fault = _BROKEN.get(broken[1], "cannot be read")
                raise UnreadableFileError(
                    f"{self.name}, row {row}: the row {fault} ({len(self.prepared.header)} columns). Mend the row and "
                    "send the file again."
                )
        raise UnreadableFileError(
            f"{self.name}: the rows cannot be read as {self.contract.file.encoding} text with "
            f"{self.contract.file.delimiter!r} between columns and one kind of line end. Compare it with its contract "
            "in expectations/contracts/."
        )

    def _account(self, read: int) -> None:
        """Two readers must agree on how many rows there are: an engine that skips one in silence is caught here."""
        rows = self.prepared.rows
        if read != rows:
            raise UnreadableFileError(
                f"{self.name}: the file has {rows} rows, of which {read} could be read. "
                "Look for a quotation mark without its pair or for mixed line ends, mend it and send the file again."
            )


def _template_columns(contract: Contract, prepared: Prepared) -> list[dict[str, Any]]:
    columns: list[dict[str, Any]] = []
    for place, column in enumerate(contract.columns):
        checked = column.type not in {"text", "code"} or (column.type == "code" and column.values)
        rule = REJECT_RULES[column.type] if checked else ""
        usual = "%Y-%m" if column.type == "month" else "%Y-%m-%d"
        given = (column.format,) if isinstance(column.format, str) else column.format
        formats = [*(given or (usual,))]
        if prepared.iso_dates and "%Y-%m-%d" not in formats:
            formats.append("%Y-%m-%d")
        columns.append(column.model_dump() | {"place": place, "reject_rule": rule, "formats": formats})
    return columns


def _number_pattern(form: FileFormat, decimals: str) -> str:
    whole = "[0-9]+"
    if form.thousands:
        whole = rf"([0-9]+|[0-9]{{1,3}}({re.escape(form.thousands)}[0-9]{{3}})+)"
    return rf"[+-]?{whole}({re.escape(form.decimal)}[{decimals}]+)?"
