"""The SQL of warehouse/sql/: one statement per file, named after what it does.

Values travel as DuckDB parameters. Only names and options that SQL takes no parameter for (a table, a column list, a
delimiter) are filled in by the template, through the filters `name` and `text` that quote them.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from warehouse.faults import Cause, cause_of

_PARAMETER = re.compile(r"\$([a-z_0-9]+)")
SQL = Path(__file__).parent / "sql"


class StatementError(RuntimeError):
    """A statement failed in the engine. `cause` says which failure of the machine it was, if it was one."""

    def __init__(self, sentence: str, cause: Cause = "") -> None:
        super().__init__(sentence)
        self.cause: Cause = cause


def quoted_name(identifier: str) -> str:
    """`identifier` as a quoted SQL name; a dot separates schema and table."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in identifier.split("."))


def quoted_text(value: str) -> str:
    """`value` as a SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


@cache
def _environment() -> Environment:
    # The output is SQL, and every value filled in goes through a quoting filter: HTML escaping would corrupt it.
    environment = Environment(loader=FileSystemLoader(SQL), undefined=StrictUndefined, autoescape=False)
    environment.filters["name"] = quoted_name
    environment.filters["text"] = quoted_text
    return environment


def statement(name: str, **parts: Any) -> str:
    """The text of warehouse/sql/`name`.sql with `parts` filled in."""
    return _environment().get_template(f"{name}.sql").render(**parts)


def run(
    connection: duckdb.DuckDBPyConnection, name: str, values: dict[str, Any] | None = None, **parts: Any
) -> duckdb.DuckDBPyConnection:
    """Execute warehouse/sql/`name`.sql with those of the parameters `values` that it names."""
    sql = statement(name, **parts)
    named = set(_PARAMETER.findall(sql))
    try:
        return connection.execute(sql, {key: value for key, value in (values or {}).items() if key in named})
    except duckdb.Error as error:
        # The engine's text repeats values of the data, so ours names the statement and the kind of error alone.
        raise StatementError(f"warehouse/sql/{name}.sql failed: {type(error).__name__}", cause_of(error)) from None


def one_value(
    connection: duckdb.DuckDBPyConnection, name: str, values: dict[str, Any] | None = None, **parts: Any
) -> Any:
    """The first column of the only row that warehouse/sql/`name`.sql gives.

    Raises:
        LookupError: it gives no row.
    """
    row = run(connection, name, values, **parts).fetchone()
    if row is None:
        raise LookupError(f"{name}.sql gave no row")
    return row[0]
