"""Bad rows: those a check rejects are set aside in the staged file; both halves are kept, and the ledger says why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from transforms.checked import CheckResult
from warehouse.connection import attach, in_memory, writing
from warehouse.ledger import enter_rejected
from warehouse.queries import run
from warehouse.workspace import Store

KEPT_CHARACTERS = 40
_CELLS = pl.Schema({"row_number": pl.Int64, "column_name": pl.String, "rule": pl.String, "value": pl.String})


@dataclass(frozen=True)
class RowCounts:
    """How many rows of the file could have been used, how many were rejected, and the first: row, column, rule."""

    candidates: int
    rejected: int
    first: tuple[int, str, str]


def put_back(staged: Path) -> None:
    """Undo an earlier `set_aside`, so that a step that is tried again finds the rows it found before."""
    with _changing(staged) as connection:
        view, parted = run(connection, "how_staged").fetchall()[0]
        if not parted:
            run(connection, "part_staged_rows", view=view)
        run(connection, "put_rows_back")


def set_aside(staged: Path, results: Iterable[CheckResult], why: Mapping[str, str]) -> None:
    """List each offending cell that `results` reject in `failed`: its row is staged no more. After `put_back` only."""
    cells = [
        (example.row_number, example.column, why[result.check_id], example.value[:KEPT_CHARACTERS])
        for result in results
        for example in result.rejected
    ]
    with _changing(staged) as connection:
        connection.register("frame", pl.DataFrame(cells, schema=_CELLS, orient="row"))
        run(connection, "set_rows_aside")


@contextmanager
def _changing(staged: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = in_memory()
    try:
        attach(connection, staged, "staging", read_only=False)
        connection.execute("use staging")
        connection.begin()
        yield connection
        connection.commit()
    finally:
        connection.close()


def record(store: Store, extract_id: int, staged: Path) -> RowCounts:
    """Enter in the ledger every row that was left out by now, and how many."""
    with writing(store.database) as connection:
        attach(connection, staged, "staging", read_only=True)
        if run(connection, "has_failed_rows").fetchall():
            enter_rejected(connection, extract_id, failed=True)
            run(connection, "mark_rejected", {"extract_id": extract_id})
        counts = run(connection, "count_rejected", {"extract_id": extract_id}).fetchall()[0]
        first = run(connection, "first_rejected_row", {"extract_id": extract_id}).fetchone()
    return RowCounts(*counts, first or (0, "", ""))
