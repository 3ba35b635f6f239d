"""The staged rows of one extract, opened read-only for Great Expectations and let go of again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import great_expectations as gx
import sqlalchemy as sa
from great_expectations.datasource.fluent.interfaces import Batch
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from sqlalchemy.dialects import postgresql

from expectations.errors import ValidationUnavailableError
from expectations.row_queries import ROW_NUMBER, TABLE

# Great Expectations reads a cursor after the transaction's end, and DuckDB drops a pending result there: without
# a transaction nothing ends. Nothing may be downloaded: what a check needs is in DuckDB's core.
_CONNECTION = {
    "isolation_level": "AUTOCOMMIT",
    "skip_autocommit_rollback": True,
    "connect_args": {
        "read_only": True,
        "config": {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            # What does not fit is a check that crashed: written aside, the rows would lie in plain text.
            "memory_limit": "3GB",
            "temp_directory": "",
            # In capitals, because DuckDB takes it by SET alone, and SET is what the adapter does with unknown names.
            "ENABLE_PROGRESS_BAR": False,
        },
    },
}


@dataclass(frozen=True)
class StagedRows:
    """One open extract: the batch that expectations are asked of, and the engine that counts and lists its rows."""

    batch: Batch
    engine: sa.Engine

    def count(self) -> int:
        """How many rows are staged."""
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(sa.table(TABLE))) or 0

    def count_offending(self, queries: Mapping[str, str]) -> int:
        """How many different rows are in at least one of `queries` (column -> query of its offending rows)."""
        offending = _offending(queries)
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.count(sa.distinct(offending.c.row_number)))) or 0

    def first_offending(self, queries: Mapping[str, str], limit: int) -> list[tuple[int, str, str | None]]:
        """The first `limit` offending cells in the order of the file: row number, column, value."""
        offending = _offending(queries)
        chosen = sa.select(offending.c.row_number, offending.c.column_name, offending.c.value)
        with self.engine.connect() as connection:
            rows = connection.execute(chosen.order_by(offending.c.row_number, offending.c.place).limit(limit)).all()
        return [(row.row_number, row.column_name, row.value) for row in rows]


@contextmanager
def opened(staged: Path) -> Iterator[StagedRows]:
    """The rows of the DuckDB file `staged`; on leaving, the file is free for a writer.

    Raises:
        ValidationUnavailableError: there is no such file, it has no table `staged`, or someone is writing it.
    """
    if not staged.is_file():
        raise ValidationUnavailableError(f"There is no staged extract {staged.name}. Stage the extract first.")
    try:
        source = _source(staged)
    except Exception as error:
        raise _unopened(staged, error) from None
    execution = source.get_execution_engine()
    try:
        yield StagedRows(_batch(source, staged), execution.engine)
    finally:
        # The data source keeps a second engine of its own; either would hold the file's lock.
        execution.close()
        source.get_engine().dispose()


def _source(staged: Path) -> SQLDatasource:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    # Not in the address: a path may have any of the signs that mean something there.
    arguments = _CONNECTION["connect_args"] | {"database": str(staged.resolve())}
    source = context.data_sources.add_sql(
        TABLE,
        connection_string="duckdb:///staged",
        create_temp_table=False,
        kwargs=_CONNECTION | {"connect_args": arguments},
    )
    # Great Expectations has no regex for DuckDB, whose operator is PostgreSQL's.
    source.get_execution_engine().dialect_module = postgresql
    return source


def _batch(source: SQLDatasource, staged: Path) -> Batch:
    try:
        return source.add_table_asset(TABLE, table_name=TABLE).add_batch_definition_whole_table(TABLE).get_batch()
    except Exception as error:
        raise _unopened(staged, error) from None


def _unopened(staged: Path, error: Exception) -> ValidationUnavailableError:
    return ValidationUnavailableError(
        f"The staged extract {staged.name} cannot be opened ({type(error).__name__}): it is being written, or it is "
        "not whole. Wait for other runs to end, then stage the extract again."
    )


def _offending(queries: Mapping[str, str]) -> sa.Subquery:
    parts = []
    for place, (column, query) in enumerate(queries.items()):
        rows = _as_rows(query, column)
        value = sa.cast(rows.c[column], sa.String).label("value")
        name, order = sa.literal(column).label("column_name"), sa.literal(place).label("place")
        parts.append(sa.select(rows.c[ROW_NUMBER], order, name, value))
    return sa.union_all(*parts).subquery()


def _as_rows(query: str, column: str) -> sa.Subquery:
    # In SQLAlchemy's text a colon begins a parameter; here it is part of a pattern or a value.
    text = sa.text(query.rstrip().removesuffix(";").replace(":", r"\:"))
    return text.columns(sa.column(ROW_NUMBER), sa.column(column)).subquery()
