"""What stands after any deliveries in any order, held against a model in plain Python; the past never changes."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from small_store import REGISTERED, brought_in, contract_of

from warehouse import standing
from warehouse.connection import reading, writing
from warehouse.delivery_name import declared_period, delivery_status
from warehouse.facts import last_known, read_facts
from warehouse.promotion import promote
from warehouse.queries import StatementError, one_value, run
from warehouse.withdrawal import Withdrawal, withdraw
from warehouse.workspace import Store

SERVICES = contract_of("services")
YEAR = (date(2025, 1, 1), date(2025, 12, 31))
PRACTICES = sorted(REGISTERED)
STEPS = int(os.environ.get("KLYNGEFLOW_LEDGER_STEPS", "150"))
Cell = tuple[str, date]


@dataclass
class Delivery:
    """What the model remembers of one file."""

    number: int
    name: str
    rows: dict[Cell, int]
    withdrawn: set[str] = field(default_factory=set)

    @property
    def rank(self) -> tuple[bool, int, int]:
        correction = int("rettet" in self.name or "forskel" in self.name)
        return ("foreloebig" not in self.name, 2 if "rettet2" in self.name else correction, self.number)

    @property
    def months(self) -> list[date]:
        return [date(2025, month, 1) for month in ((1, 2, 3) if "K1" in self.name else (4, 5, 6))]

    def decides(self, cell: Cell) -> bool:
        if cell[0] in self.withdrawn or cell[1] not in self.months:
            return False
        return cell in self.rows if "forskel" in self.name else any(practice == cell[0] for practice, _ in self.rows)


def model(deliveries: list[Delivery]) -> dict[Cell, int]:
    """The figure of every practice and month that anybody submitted."""
    known: dict[Cell, int] = {}
    for practice in PRACTICES:
        for month in (date(2025, number, 1) for number in range(1, 7)):
            saying = [each for each in deliveries if each.decides((practice, month))]
            whole = max((each.rank for each in saying if "forskel" not in each.name), default=None)
            if whole is not None:
                standing_now = [each for each in saying if each.rank >= whole]
                differences = [each for each in standing_now if each.rank == whole or "forskel" in each.name]
                known[practice, month] = sum(each.rows.get((practice, month), 0) for each in differences)
    return known


def known(store: Store, moment: datetime) -> dict[Cell, int]:
    """The same out of the warehouse, by the way that measures read it."""
    facts = read_facts(store, YEAR, moment, silence_is_consent=True)
    submitted = facts.submissions.collect().select("practice_id", "period").unique()
    figures = {cell: 0 for cell in submitted.iter_rows()}
    for row in facts.by_source["services"].collect().iter_rows(named=True):
        assert (row["practice_id"], row["period"]) in figures, "a figure that nobody submitted"
        figures[row["practice_id"], row["period"]] += row["services"]
    return figures


def received(store: Store, name: str, digest: str) -> int:
    """The file in the ledger, as landing enters it."""
    start, end = declared_period(SERVICES, name) or (None, None)
    values: dict[str, Any] = {"source": "services", "file_name": name, "sha256": digest, "bytes": 1}
    values |= {"period_start": start, "period_end": end, "status": delivery_status(SERVICES, name)}
    with writing(store.database) as connection:
        return one_value(connection, "enter_extract", values | {"received_at": datetime.now(), "received_by": "a"})


def staged(store: Store, number: int, rows: dict[Cell, int]) -> Path:
    """A staged file of `rows`, each of them in two lines of the same key."""
    path = store.root / f"{number}.duckdb"
    lines = [(practice, month, part) for (practice, month), count in rows.items() for part in (count + 7, -7)]
    with duckdb.connect(path) as connection:
        connection.execute(
            "create table staged (row_number bigint, practice_id varchar, period date, code varchar, sex varchar,"
            " age_band varchar, services bigint)"
        )
        text = ", ".join(f"({n}, '{p}', date '{m}', '7120', 'male', '0-5', {c})" for n, (p, m, c) in enumerate(lines))
        connection.execute(f"insert into staged values {text}")
    return path


NAMES = st.sampled_from(
    [f"ydelser_2025K{quarter}{mark}.csv" for quarter in "12" for mark in ("", "_rettet", "_rettet2", "_foreloebig")]
    + [f"ydelser_2025K{quarter}{mark}_forskel.csv" for quarter in "12" for mark in ("", "_foreloebig")]
)
COUNTS = st.dictionaries(
    st.tuples(st.sampled_from(PRACTICES), st.integers(0, 2)), st.integers(-5, 40), min_size=1, max_size=5
)


class Ledger(RuleBasedStateMachine):
    """Files of one source come, are corrected, taken back and cut off, in any order."""

    made_once: Store

    @initialize()
    def begin(self) -> None:
        self.store = Store(Path(tempfile.mkdtemp()))
        shutil.copytree(self.made_once.root, self.store.root, dirs_exist_ok=True)
        self.deliveries: list[Delivery] = []
        self.history: list[tuple[datetime, dict[Cell, int]]] = []

    def teardown(self) -> None:
        for moment, figures in self.history:
            assert known(self.store, moment) == figures
        shutil.rmtree(self.store.root)

    def remember(self) -> None:
        moment = last_known(self.store)
        assert not self.history or moment > self.history[-1][0]
        self.history.append((moment, model(self.deliveries)))

    @rule(name=NAMES, counts=COUNTS, cut_off=st.sampled_from(["", "", "supersede_facts", "enter_submissions"]))
    def comes(self, name: str, counts: dict[tuple[str, int], int], cut_off: str) -> None:
        delivery = Delivery(0, name, {})
        delivery.rows = {(practice, delivery.months[month]): count for (practice, month), count in counts.items()}
        delivery.number = received(self.store, name, f"{len(self.deliveries)}")
        path = staged(self.store, delivery.number, delivery.rows)
        if cut_off:
            self.fails(delivery.number, path, cut_off)
        promote(self.store, SERVICES, delivery.number, path)
        self.deliveries.append(delivery)
        self.remember()

    def fails(self, number: int, path: Path, cut_off: str) -> None:
        def break_there(connection: Any, name: str, *values: Any, **parts: Any) -> Any:
            if name == cut_off:
                raise StatementError("cut off")
            return run(connection, name, *values, **parts)

        with mock.patch.object(standing, "run", break_there):
            try:
                promote(self.store, SERVICES, number, path)
            except StatementError:
                return
        # It did not come to the statement, so it was done: the second time is then the same again.

    @precondition(lambda self: self.deliveries)
    @rule(data=st.data())
    def comes_again(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from([each for each in self.deliveries]))
        if not one.withdrawn:
            before = last_known(self.store)
            promote(self.store, SERVICES, one.number, self.store.root / f"{one.number}.duckdb")
            assert last_known(self.store) == before

    @precondition(lambda self: any(set(PRACTICES) - each.withdrawn for each in self.deliveries))
    @rule(data=st.data(), whole=st.booleans())
    def is_withdrawn(self, data: st.DataObject, whole: bool) -> None:
        one = data.draw(st.sampled_from([each for each in self.deliveries if not set(PRACTICES) <= each.withdrawn]))
        practice = None if whole else data.draw(st.sampled_from(sorted({cell[0] for cell in one.rows})))
        withdraw(self.store, SERVICES, Withdrawal(one.number, "sent by mistake", "analyst", practice))
        one.withdrawn |= set(PRACTICES) if practice is None else {practice}
        self.remember()

    @rule(name=st.sampled_from(["Ny Torv", "Torvet"]))
    def a_newer_registry(self, name: str) -> None:
        lines = [line.replace("Torvet", name) for line in REGISTERED.values()]
        number = len(self.history)
        brought_in(self.store, contract_of("registry"), f"register_{number}.csv", *lines, f"{number:06};Ny;K1;S;R1;R" + ";" * 6)
        self.remember()

    @invariant()
    def what_is_known_is_what_the_model_says(self) -> None:
        if getattr(self, "history", None):
            assert known(self.store, last_known(self.store)) == self.history[-1][1]


def test_any_deliveries_in_any_order(registered_store: Store) -> None:
    Ledger.made_once = registered_store
    each = 15
    Ledger.TestCase.settings = settings(
        max_examples=max(STEPS // each, 1),
        stateful_step_count=each,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    Ledger.TestCase("runTest").runTest()
