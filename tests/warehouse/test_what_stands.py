"""What stands after any deliveries in any order, held against a model in plain Python; the past never changes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import permutations
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from small_store import REGISTERED, contract_of

from warehouse import promotion, standing, withdrawal
from warehouse.delivery_name import declared_period, delivery_status
from warehouse.queries import StatementError, one_value, run
from warehouse.schema import MIGRATIONS
from warehouse.withdrawal import Withdrawal
from warehouse.workspace import Store

SERVICES = contract_of("services")
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
        correction = 2 if "rettet2" in self.name else int("rettet" in self.name or "forskel" in self.name)
        return "foreloebig" not in self.name, correction, self.number

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


class Warehouse:
    """One warehouse in memory: a file of its own for each step would take most of the time."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("attach ':memory:' as klyngeflow; use klyngeflow; create schema staging")
        for path in sorted(MIGRATIONS.glob("*.sql")):
            self.connection.execute(path.read_text(encoding="utf-8"))
        self.store = Store(Path("nowhere"))

    @contextmanager
    def writing(self, *_: Any, **__: Any) -> Iterator[duckdb.DuckDBPyConnection]:
        """Takes the place of `warehouse.connection.writing`."""
        self.connection.begin()
        try:
            yield self.connection
            self.connection.commit()
        except BaseException:
            self.connection.rollback()
            raise

    def receive(self, name: str, digest: str) -> int:
        """The file in the ledger, as landing enters it."""
        start, end = declared_period(SERVICES, name) or (None, None)
        values: dict[str, Any] = {"source": "services", "file_name": name, "sha256": digest, "bytes": 1}
        values |= {"period_start": start, "period_end": end, "status": delivery_status(SERVICES, name)}
        values |= {"received_at": datetime(2025, 9, 1), "received_by": "analyst"}
        return one_value(self.connection, "enter_extract", values)

    def stage(self, rows: dict[Cell, int]) -> None:
        """`rows` as staged rows, each of them in two lines of the same key."""
        lines = [(practice, month, part) for (practice, month), count in rows.items() for part in (count + 7, -7)]
        self.connection.execute(
            "create or replace table staging.staged (row_number bigint, practice_id varchar, period date,"
            " code varchar, sex varchar, age_band varchar, services bigint)"
        )
        text = ", ".join(f"({n}, '{p}', date '{m}', '7120', 'male', '0-5', {c})" for n, (p, m, c) in enumerate(lines))
        self.connection.execute(f"insert into staging.staged values {text}")

    def promote(self, number: int, rows: dict[Cell, int]) -> None:
        """Stage and promote."""
        self.stage(rows)
        with mock.patch.multiple(promotion, writing=self.writing, attach=mock.DEFAULT):
            promotion.promote(self.store, SERVICES, number, Path())

    def withdraw(self, taken_back: Withdrawal) -> None:
        """Withdraw."""
        with mock.patch.object(withdrawal, "writing", self.writing):
            withdrawal.withdraw(self.store, SERVICES, taken_back)

    def new_registry(self, practice: str) -> None:
        """A registry with one practice more."""
        now = standing.next_moment(self.connection)
        self.connection.execute("insert into registry.practice by name select $p as practice_id", {"p": practice})
        number = self.receive("ydelser_2025K1.csv", "registry")
        self.connection.execute("update ledger.extract set source = 'registry' where extract_id = $e", {"e": number})
        run(self.connection, "mark_promoted", {"extract_id": number, "now": now})

    def last_known(self) -> datetime:
        """When something was last entered or taken back."""
        return one_value(self.connection, "last_known")

    def known(self, moment: datetime) -> dict[Cell, int]:
        """The model's figures, by the statements that measures read with."""
        values = {"known_at": moment, "start": date(2025, 1, 1), "end": date(2025, 12, 31), "source": "services"}
        submitted = run(self.connection, "read_submissions", values).fetchall()
        figures = {(practice, month): 0 for practice, _, month, *_ in submitted}
        facts = run(self.connection, "read_facts", values, table="fact.service").fetchall()
        for practice, month, *_, count in facts:
            assert (practice, month) in figures, "a figure that nobody submitted"
            figures[practice, month] += count
        return figures


NAMES = st.sampled_from(
    [f"ydelser_2025K{quarter}{mark}.csv" for quarter in "12" for mark in ("", "_rettet", "_rettet2", "_foreloebig")]
    + [f"ydelser_2025K{quarter}{mark}_forskel.csv" for quarter in "12" for mark in ("", "_foreloebig")]
)
COUNTS = st.dictionaries(
    st.tuples(st.sampled_from(PRACTICES), st.integers(0, 2)), st.integers(-5, 40), min_size=1, max_size=5
)


class Ledger(RuleBasedStateMachine):
    """Files of one source come, are corrected, taken back and cut off, in any order."""

    @initialize()
    def begin(self) -> None:
        self.warehouse = Warehouse()
        self.deliveries: list[Delivery] = []
        self.history: list[tuple[datetime, dict[Cell, int]]] = []

    def teardown(self) -> None:
        for moment, figures in getattr(self, "history", []):
            assert self.warehouse.known(moment) == figures

    def remember(self) -> None:
        moment = self.warehouse.last_known()
        assert not self.history or moment > self.history[-1][0]
        self.history.append((moment, model(self.deliveries)))

    @rule(name=NAMES, counts=COUNTS, cut_off=st.sampled_from(["", "", "supersede_facts", "enter_submissions"]))
    def comes(self, name: str, counts: dict[tuple[str, int], int], cut_off: str) -> None:
        delivery = Delivery(0, name, {})
        delivery.rows = {(practice, delivery.months[month]): count for (practice, month), count in counts.items()}
        delivery.number = self.warehouse.receive(name, f"{len(self.deliveries)}")
        if cut_off:
            self.is_cut_off(delivery, cut_off)
        self.warehouse.promote(delivery.number, delivery.rows)
        self.deliveries.append(delivery)
        self.remember()

    def is_cut_off(self, delivery: Delivery, statement: str) -> None:
        def break_there(connection: Any, name: str, *values: Any, **parts: Any) -> Any:
            if name == statement:
                raise StatementError("cut off")
            return run(connection, name, *values, **parts)

        # Where the statement is not needed the promotion is whole, and the second one changes nothing.
        with mock.patch.object(standing, "run", break_there), suppress(StatementError):
            self.warehouse.promote(delivery.number, delivery.rows)

    @precondition(lambda self: self.deliveries)
    @rule(data=st.data())
    def is_promoted_again(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self.deliveries))
        if not set(PRACTICES) <= one.withdrawn:
            before = self.warehouse.last_known()
            self.warehouse.promote(one.number, one.rows)
            assert self.warehouse.last_known() == before

    @precondition(lambda self: any(not set(PRACTICES) <= each.withdrawn for each in self.deliveries))
    @rule(data=st.data(), whole=st.booleans())
    def is_withdrawn(self, data: st.DataObject, whole: bool) -> None:
        one = data.draw(st.sampled_from([each for each in self.deliveries if not set(PRACTICES) <= each.withdrawn]))
        practice = None if whole else data.draw(st.sampled_from(sorted({cell[0] for cell in one.rows})))
        self.warehouse.withdraw(Withdrawal(one.number, "sent by mistake", "analyst", practice))
        one.withdrawn |= {*PRACTICES, "whole"} if practice is None else {practice}
        self.remember()

    @rule(practice=st.sampled_from(["040404", "050505"]))
    def a_newer_registry_comes(self, practice: str) -> None:
        self.warehouse.new_registry(practice)
        self.remember()

    @invariant()
    def what_is_known_is_what_the_model_says(self) -> None:
        if getattr(self, "history", None):
            assert self.warehouse.known(self.warehouse.last_known()) == self.history[-1][1]


def test_any_deliveries_in_any_order() -> None:
    run_state_machine_as_test(
        Ledger, settings=settings(max_examples=max(STEPS // 25, 1), stateful_step_count=25, deadline=None)
    )


ROUND = {
    "ydelser_2025K1_foreloebig.csv": {"010101": 5},
    "ydelser_2025K1.csv": {"010101": 10, "020202": 20},
    "ydelser_2025K1_rettet.csv": {"010101": 30},
    "ydelser_2025K1_rettet2_forskel.csv": {"010101": -4, "020202": -1},
}


def test_one_round_of_files_ends_alike_in_whatever_order_they_come() -> None:
    for names in list(permutations(ROUND))[::3]:
        warehouse = Warehouse()
        for name in names:
            rows = {(practice, date(2025, 1, 1)): count for practice, count in ROUND[name].items()}
            warehouse.promote(warehouse.receive(name, name), rows)
        known = warehouse.known(warehouse.last_known())
        assert {cell[0]: count for cell, count in known.items() if cell[1].month == 1} == {"010101": 26, "020202": 19}
