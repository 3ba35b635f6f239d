"""Versioned migrations: each file of warehouse/sql/migrations/ is run once, in order, and remembered."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.connection import checkpoint, writing
from warehouse.queries import SQL, run

MIGRATIONS = SQL / "migrations"


def migrate(database: Path) -> list[str]:
    """Bring `database` to the newest schema; returns the names of the migrations that ran.

    A checkpoint follows: a write-ahead log is never left holding changes of the schema.
    """
    done: list[str] = []
    for path in sorted(MIGRATIONS.glob("*.sql")):
        with writing(database) as connection:
            if not _is_applied(connection, path.stem):
                connection.execute(path.read_text(encoding="utf-8"))
                run(connection, "remember_migration", {"migration": path.stem})
                done.append(path.stem)
    if done:
        checkpoint(database)
    return done


def _is_applied(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    run(connection, "make_migration_table")
    row = run(connection, "count_migration", {"migration": name}).fetchone()
    return bool(row and row[0])
