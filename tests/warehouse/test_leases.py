"""Leases, owners and workers: what a killed process held is free at once, what a living one holds is not."""

from __future__ import annotations

import multiprocessing
import os
import time
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from warehouse import leases, locks, owners, runs, scheduled_days
from warehouse.connection import reading
from warehouse.locks import WarehouseBusyError, beside_others, one_builder, one_command
from warehouse.schema import migrate
from warehouse.workspace import Store

CONTEXT = multiprocessing.get_context("forkserver")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path)
    migrate(made.database)
    return made


def at_work(root: Path, told: Connection) -> None:
    """Takes a lease, begins a run, and does not come to its end."""
    store = Store(root)
    with runs.recorded(store, "requests", "flow-run-1"):
        told.send((leases.take(store, "pack"), owners.owner(store)))
        told.recv()
        os._exit(9)


@pytest.fixture
def worker(store: Store) -> tuple[multiprocessing.context.ForkServerProcess, Connection, str]:
    here, there = CONTEXT.Pipe()
    process = CONTEXT.Process(target=at_work, args=(store.root, there))
    process.start()
    took, name = here.recv()
    assert took
    return process, here, name


def states(store: Store) -> list[tuple[str, str | None]]:
    with reading(store.database) as connection:
        return connection.execute("select state, flow_run_id from ledger.run").fetchall()


def test_a_lease_and_a_run_end_with_their_process_and_not_before(
    store: Store, worker: tuple[multiprocessing.context.ForkServerProcess, Connection, str]
) -> None:
    process, here, name = worker
    assert not leases.take(store, "pack")
    assert leases.taken(store) == [("pack", name)]
    assert (runs.end_crashed(store), runs.of_flow_runs(store)) == (0, {"flow-run-1": True})
    assert states(store) == [("running", "flow-run-1")]
    here.send("die")
    process.join(30)
    assert (owners.is_gone(store, name), leases.taken(store)) == (True, [])
    assert runs.of_flow_runs(store) == {"flow-run-1": False}
    assert runs.end_crashed(store) == 1
    assert states(store) == [("crashed", "flow-run-1")]
    assert not (store.at_work / f"{name}.owner").exists()
    assert leases.take(store, "pack")
    assert not leases.take(store, "pack"), "a second flow of the same process is another worker"
    leases.give_back(store, "pack")
    assert leases.take(store, "pack")


def test_the_age_of_its_file_decides_about_a_process_elsewhere(store: Store) -> None:
    store.at_work.mkdir(exist_ok=True)
    elsewhere = store.at_work / "another-machine--77-abc.owner"
    elsewhere.touch()
    assert not owners.is_gone(store, elsewhere.stem)
    long_ago = time.time() - owners.LAPSE_SECONDS - 1
    os.utime(elsewhere, (long_ago, long_ago))
    assert owners.is_gone(store, elsewhere.stem)
    assert owners.is_gone(store, "never--1-heard")
    assert owners.is_gone(store, None)


def test_workers_work_beside_each_other_and_never_beside_a_command(store: Store) -> None:
    with beside_others(store), beside_others(store, 1):
        with pytest.raises(WarehouseBusyError, match="at work in this workspace"), one_command(store, 0.2):
            pass
        with one_builder(store), pytest.raises(WarehouseBusyError), one_builder(store, 0.2):
            pass
    with one_command(store, 0.2), pytest.raises(WarehouseBusyError), beside_others(store, 0.2):
        pass


def test_there_are_no_more_workers_than_places(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "WORKERS", 1)
    with beside_others(store), pytest.raises(WarehouseBusyError, match="other workers"), beside_others(store, 0.2):
        pass
    with one_command(store, 0.2):
        pass


def test_the_last_day_of_a_schedule_is_known(store: Store) -> None:
    until = date(2026, 3, 2)
    assert scheduled_days.last_done(store, "nightly", until) is None
    for day in (date(2026, 3, 2), date(2026, 3, 1)):
        scheduled_days.done(store, "nightly", day, "r")
    assert scheduled_days.last_done(store, "nightly", until) == date(2026, 3, 2)
    assert scheduled_days.last_done(store, "daily", until) is None


def test_days_done_while_the_clock_was_ahead_do_not_keep_the_schedule_waiting(store: Store) -> None:
    for day in (date(2026, 3, 1), date(2035, 1, 1)):
        scheduled_days.done(store, "nightly", day, "r")
    assert scheduled_days.last_done(store, "nightly", date(2026, 3, 2)) == date(2026, 3, 1)
