"""The schema: migrations run once, in order, in a file that refuses another file's log."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from small_store import brought_in, contract_of, prescription, rows_of

from warehouse import schema
from warehouse.connection import reading, writing
from warehouse.queries import StatementError
from warehouse.schema import migrate
from warehouse.workspace import Store

EVERY = [path.stem for path in sorted(schema.MIGRATIONS.glob("*.sql"))]


def test_a_migration_runs_once(tmp_path: Path) -> None:
    database = tmp_path / "warehouse" / "klyngeflow.duckdb"
    assert (migrate(database), migrate(database)) == (EVERY, [])
    assert [row[0] for row in rows_of(database, "schema_migration")] == EVERY


def test_migrating_again_leaves_every_row_where_it_is(store: Store) -> None:
    brought_in(store, contract_of("prescriptions"), "recepter_2025K1.csv", prescription())
    before = rows_of(store.database, "fact.prescription")
    migrate(store.database)
    assert rows_of(store.database, "fact.prescription") == before


def test_no_log_is_left_beside_a_migrated_file(tmp_path: Path) -> None:
    migrate(tmp_path / "klyngeflow.duckdb")
    assert [path.name for path in tmp_path.glob("*.wal")] == []


def test_a_file_is_of_a_storage_version_that_knows_its_own_log(store: Store) -> None:
    with reading(store.database) as connection:
        query = "select tags['storage_version'] from duckdb_databases() where database_name = 'klyngeflow'"
        (version,) = connection.execute(query).fetchone() or ("",)
    major, minor, _ = version.removeprefix("v").partition("+")[0].split(".")
    assert (int(major), int(minor)) >= (1, 4)


def test_a_migration_that_fails_leaves_the_schema_as_it_was(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "002_half.sql").write_text("create table half (x integer); select * from no_such_table;")
    monkeypatch.setattr(schema, "MIGRATIONS", tmp_path)
    with pytest.raises(StatementError, match="CatalogException"):
        migrate(store.database)
    with reading(store.database) as connection:
        assert connection.execute("from duckdb_tables() where table_name = 'half'").fetchall() == []
    assert [row[0] for row in rows_of(store.database, "schema_migration")] == EVERY


def test_figures_from_before_say_as_many_practices_as_their_pages_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a follow-up those matched, of a baseline those delivered; nothing of a hidden figure, nor of a practice's."""
    database, last = tmp_path / "w.duckdb", "026_practices_behind.sql"
    older = tmp_path / "older"
    shutil.copytree(schema.MIGRATIONS, older, ignore=shutil.ignore_patterns(last))
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", older)
        migrate(database)
    packs = "('f', date '2025-01-01', 12, 10), ('b', null, 12, 10)"
    named = "pack_id, before_start, practices_delivered, practices_matched"
    shown, hidden = "('f', 'cluster', 1.0, 2.0), ('b', 'cluster', null, 2.0)", "('f', 'cluster', null, null)"
    figures = f"{shown}, {hidden}, ('f', 'practice', 1.0, 2.0)"
    with writing(database) as connection:
        connection.execute(f"insert into report.pack by name select * from (values {packs}) as made({named})")
        for table in ("report.figure", "meeting.figure"):
            values = f"(values {figures}) as made(pack_id, level, before_value, now_value)"
            connection.execute(f"insert into {table} by name select * from {values}")
    assert migrate(database)[0] == last.removesuffix(".sql")
    with reading(database) as connection:
        for table in ("report.figure", "meeting.figure"):
            rows = connection.execute(f"select practices from {table} order by rowid").fetchall()
            assert rows == [(10,), (12,), (None,), (None,)]
