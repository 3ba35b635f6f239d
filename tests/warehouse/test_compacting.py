"""The warehouse written anew: all that stands is in it, and what was deleted is in no gap of its blocks either."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest
from small_store import bring_all_in

from transforms.errors import UserError
from warehouse import compacting
from warehouse.compacting import compact
from warehouse.connection import reading, writing
from warehouse.faults import NoSpaceError
from warehouse.own_process import ProcessEndedError, in_own_process
from warehouse.publishing import publish
from warehouse.workspace import Store

GONE = "QZ7WXK"
"""Six characters, as a provider number has, that are in no other word."""
PIECES = [(GONE * 2)[first : first + 5].encode() for first in range(6)]
"""What of it, said again and again, would be seen in a gap of five bytes."""
FILLED = """
create table fact.{table} as
select lpad((i % 90)::varchar, 6, '0') as a, date '2025-01-01' + (i % 900)::integer as b, i::varchar || 'x' as c,
    'code ' || hash(i, {number}) % 700 as d, hash(i, {number}) % 100000 / 7.0 as e, sqrt(i + {number}) as f,
    case when hash(i, {number}) % 3 = 0 then i end as g
from range(20000) made(i)
"""
DELETED = f"""
insert into fact.prescription by name
select '{GONE}' as practice_id, date '2025-01-01' as period, '{GONE}' || repeat('{GONE}', (i % 30)::integer) as code,
    '{GONE}' || i as indication, 1 as items, 2 as extract_id, timestamp '2026-01-01' as known_from
from range(60000) made(i)
"""
DESCRIBED = """
select schema_name, table_name, column_name, column_index, data_type, is_nullable, column_default
from duckdb_columns() where database_name = 'opened' and not internal
"""


@pytest.fixture(scope="module")
def filled(migrated_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store whose columns leave gaps in the blocks that they lie in."""
    store = Store(tmp_path_factory.mktemp("filled"))
    shutil.copytree(migrated_store.root, store.root, dirs_exist_ok=True)
    with writing(store.database) as connection:
        for number in range(12):
            connection.execute(FILLED.format(table=f"filled_{number}", number=number))
    return store


def held(path: Path) -> dict[str, object]:
    """Everything that a client sees in the file: what each table and view is, and its rows in their order."""
    with reading(path, "opened") as connection:
        found: dict[str, object] = {"": sorted(connection.execute(DESCRIBED).fetchall())}
        names = connection.execute(
            "select schema_name || '.\"' || table_name || '\"' from duckdb_tables() where database_name = 'opened' "
            "union select schema_name || '.\"' || view_name || '\"' from duckdb_views() "
            "where database_name = 'opened' and not internal"
        ).fetchall()
        for (name,) in names:
            rows = connection.execute(f"select * from {name}").fetchall()
            found[name] = rows if "submission_state" not in name else sorted(rows, key=str)
        return found


def left_beside(store: Store) -> list[Path]:
    return [*store.database.parent.glob("anew*"), *store.database.parent.glob("*.aside*")]


def test_all_that_stands_is_in_the_copy(store: Store) -> None:
    bring_all_in(store)
    before = held(store.database)
    assert len(before) > 40
    assert before['fact."prescription"']
    assert before['ledger."submission_state"']
    compact(store)
    assert held(store.database) == before
    assert not left_beside(store)
    with writing(store.database) as connection:
        connection.execute("insert into ledger.run (run_id) values ('later')")


@pytest.mark.parametrize("again", range(4))
def test_what_was_deleted_is_in_no_byte_though_this_process_read_it(filled: Store, tmp_path: Path, again: int) -> None:
    """What stands in a gap is chance, so this is tried again and again."""
    store = Store(Path(shutil.copytree(filled.root, tmp_path / "workspace")))
    with writing(store.database) as connection:
        connection.execute(DELETED)
    with writing(store.database) as connection:
        connection.execute("select count(distinct indication), max(code) from fact.prescription")
        connection.execute("delete from fact.prescription")
    compact(store)
    in_own_process(publish, store)
    for path in (store.database, store.public):
        content = path.read_bytes()
        assert not [piece for piece in PIECES if piece in content]
    with reading(store.database) as connection:
        assert connection.execute("select count(*) from fact.filled_11").fetchall() == [(20000,)]


def killed(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def full(*_: object) -> None:
    raise NoSpaceError("no room")


def mistaken(*_: object) -> None:
    raise ValueError("a cell of somebody")


@pytest.mark.parametrize(
    ("work", "error", "said"),
    [
        (killed, ProcessEndedError, "ran out of memory or was stopped"),
        (full, NoSpaceError, "no room"),
        (
            mistaken,
            ProcessEndedError,
            "failed with ValueError in tests/warehouse/test_compacting.py, line [0-9]+\\. Nothing is lost",
        ),
    ],
)
def test_where_the_copy_fails_the_old_file_stands(
    store: Store, monkeypatch: pytest.MonkeyPatch, work: object, error: type[UserError], said: str
) -> None:
    monkeypatch.setattr(compacting, "_write", work)
    before = held(store.database)
    with pytest.raises(error, match=said) as raised:
        compact(store)
    assert "cell" not in str(raised.value)
    assert held(store.database) == before
    assert not left_beside(store)
