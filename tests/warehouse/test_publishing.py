"""The public copy: whole, equal, and swapped under the feet of whoever holds the old one."""

from __future__ import annotations

import subprocess
import sys

import duckdb
import pytest
from small_store import brought_in, contract_of, prescription

from warehouse.connection import reading
from warehouse.publishing import publish
from warehouse.workspace import Store

PRESCRIPTIONS = contract_of("prescriptions")
COUNTED = "select count(*) from fact.prescription"


def counts(path: Store, *, public: bool) -> dict[str, int]:
    """Rows of every table of the writer's file or of the public copy."""
    with reading(path.public if public else path.database, "opened") as connection:
        names = connection.execute("select schema_name || '.\"' || table_name || '\"' from duckdb_tables()").fetchall()
        return {name: (connection.execute(f"select count(*) from {name}").fetchone() or (0,))[0] for (name,) in names}


def test_the_copy_has_every_table_with_as_many_rows(store: Store) -> None:
    brought_in(store, PRESCRIPTIONS, "recepter_2025K1.csv", prescription(), prescription("020202"))
    publish(store)
    assert counts(store, public=True) == counts(store, public=False)
    assert counts(store, public=True)['fact."prescription"'] == 2


def test_a_client_keeps_the_copy_it_opened_and_sees_the_new_one_when_it_opens_again(store: Store) -> None:
    brought_in(store, PRESCRIPTIONS, "recepter_2025K1.csv", prescription())
    with duckdb.connect(publish(store), read_only=True) as client:
        brought_in(store, PRESCRIPTIONS, "recepter_2025K2.csv", prescription(month="2025-04"))
        publish(store)
        assert client.execute(COUNTED).fetchone() == (1,)
    with duckdb.connect(store.public, read_only=True) as client:
        assert client.execute(COUNTED).fetchone() == (2,)


def test_the_writer_goes_on_while_a_client_holds_the_copy(store: Store) -> None:
    with duckdb.connect(publish(store), read_only=True):
        assert brought_in(store, PRESCRIPTIONS, "recepter_2025K1.csv", prescription()) == 2


@pytest.mark.parametrize("left", ["public.part", "public.part.wal"])
def test_what_a_crash_left_beside_the_copy_does_no_harm(store: Store, left: str) -> None:
    (store.public.parent / left).write_bytes(b"half a file")
    publish(store)
    assert counts(store, public=True) == counts(store, public=False)


def test_the_log_of_a_client_that_wrote_and_died_does_not_keep_the_new_copy_shut(store: Store) -> None:
    publish(store)
    died = "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute('create table x (i int)'); os._exit(1)"
    subprocess.run([sys.executable, "-c", died, str(store.public)], check=False)
    assert store.public.with_name("public.duckdb.wal").exists()
    brought_in(store, PRESCRIPTIONS, "recepter_2025K1.csv", prescription())
    publish(store)
    assert counts(store, public=True) == counts(store, public=False)


def test_nothing_is_left_beside_the_copy(store: Store) -> None:
    publish(store)
    names = {path.name for path in store.public.parent.iterdir()}
    assert names - {"klyngeflow.lock", "spill"} == {"klyngeflow.duckdb", "public.duckdb", "runs.log"}
