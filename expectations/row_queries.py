"""The two rules that Great Expectations' own kinds miss or make slow, as queries for its UnexpectedRowsExpectation.

Each query yields one row per offending row: its number and, under the name of the column or key, the value found. They
are put together from parts and rendered by SQLAlchemy, so that no SQL text stands in this room.
"""

from __future__ import annotations

from collections.abc import Set

import great_expectations.expectations as gxe
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.elements import quoted_name

from transforms.contract import Check

TABLE = "staged"
ROW_NUMBER = "row_number"
_BATCH = "{batch}"


def rows_expectation(
    check: Check, query: sa.Select[tuple[object, ...]], places: int = 1
) -> gxe.UnexpectedRowsExpectation:
    """The expectation that `query`, which reads the rows in so many `places`, finds no row."""
    # Any other paramstyle than the dialect's own leaves a percent sign single.
    dialect = postgresql.dialect(paramstyle="named")
    text = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    # Every query names the rows it reads before any value of a reference, so these places are its own.
    text = _BATCH.join(map(_escaped, text.split(_BATCH, places)))
    return gxe.UnexpectedRowsExpectation(unexpected_rows_query=text, severity=check.severity)


def query_of(expectation: gxe.UnexpectedRowsExpectation) -> str:
    """The query of a rows expectation as the database gets it."""
    return str(expectation.unexpected_rows_query).format(batch=TABLE).replace(r"\:", ":")


def _escaped(text: str) -> str:
    # To Great Expectations a brace begins a placeholder, and to SQLAlchemy's text a colon does.
    return text.replace("{", "{{").replace("}", "}}").replace(":", r"\:")


def repeated_keys(columns: tuple[str, ...], name: str) -> sa.Select[tuple[object, ...]]:
    """The rows that share their key in `columns` with another row; two missing parts are alike.

    ExpectCompoundColumnsToBeUnique joins on equality and so overlooks twins that lack the same part of the key.
    PARTITION BY does not: there NULL equals NULL. It holds all that it partitions in memory, so only rows
    whose key's hash comes twice are partitioned: all twins, and by chance a row that is none.
    """
    key = [_column(column) for column in columns]
    rows_alike = sa.func.count().over(partition_by=key).label("rows_alike")
    shown = [sa.func.coalesce(sa.cast(part, sa.String), "") for part in key]
    value = sa.func.concat_ws(", ", *shown).label(quoted_name(name, quote=True))
    hashed = sa.func.hash(*key)
    twice = sa.select(hashed).select_from(sa.text(_BATCH)).group_by(hashed).having(sa.func.count() > 1)
    rows = sa.select(_column(ROW_NUMBER), value, rows_alike).select_from(sa.text(_BATCH))
    counted = rows.where(hashed.in_(twice)).subquery()
    return sa.select(counted.c[ROW_NUMBER], counted.c[name]).where(counted.c.rows_alike > 1)


def unknown_values(column: str, known: Set[str]) -> sa.Select[tuple[object, ...]]:
    """The rows whose value in `column` is none of `known`; a missing value is not one of them.

    ExpectColumnValuesToBeInSet compares every row with every value: 1.7 s over a million rows and the 1,500 practices
    of a country. A table of the known values is joined by hash: 0.03 s.
    """
    value = _column(column)
    rows = sa.select(_column(ROW_NUMBER), value).select_from(sa.text(_BATCH))
    if not known:
        return rows.where(value.is_not(None))
    table = sa.values(sa.column("known", sa.String), name="known_values").data([(one,) for one in sorted(known)])
    return rows.where(value.not_in(sa.select(table.c.known)))


def _column(name: str) -> sa.ColumnClause[object]:
    return sa.column(quoted_name(name, quote=True))
