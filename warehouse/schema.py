"""Versioned migrations: each file of warehouse/sql/migrations/ is run once, in order, and remembered."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.connection import checkpoint, reading, writing
from warehouse.queries import SQL, run

MIGRATIONS = SQL / "migrations"


def migrate(database: Path) -> list[str]:
    """Bring `database` to the newest schema; returns the names of the migrations that ran.

    Each is a transaction of its own, and a checkpoint follows each: a write-ahead log is never left holding changes of
    the schema, except by a kill, and then the next start brings it in first.
    """
    if database.with_name(f"{database.name}.wal").exists():
        checkpoint(database)
    applied = _applied(database)
    done: list[str] = []
    for path in sorted(MIGRATIONS.glob("*.sql")):
        if path.stem in applied:
            continue
        with writing(database) as connection:
            run(connection, "make_migration_table")
            # Another process may have come first: only the writer's lock decides.
            if path.stem not in _names(connection):
                connection.execute(path.read_text(encoding="utf-8"))
                run(connection, "remember_migration", {"migration": path.stem})
                done.append(path.stem)
        checkpoint(database)
    return done


def _applied(database: Path) -> set[str]:
    if not database.exists():
        return set()
    with reading(database) as connection:
        return _names(connection) if run(connection, "count_migration_tables").fetchone() == (1,) else set()


def _names(connection: duckdb.DuckDBPyConnection) -> set[str]:
    return {name for (name,) in run(connection, "read_migrations").fetchall()}
