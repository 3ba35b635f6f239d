"""Requests moved at random: what is reached is in the table, what is not is refused, and the trail stays whole."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from transforms.audit import Entry, Event, Head, first_break, following
from transforms.requests import MOVES, STATES, Cause, IllegalMoveError, Request, State, require_move
from warehouse import audit, requests
from warehouse.connection import writing
from warehouse.schema import migrate
from warehouse.workspace import Store

# Written once more, by hand, as docs/requests.md has it.
WAITING = {"waiting for registry", "waiting for consent", "waiting for data"}
ALLOWED = {
    *(("requested", to, "assessment") for to in WAITING | {"ready", "failed"}),
    *((at, to, "assessment") for at in WAITING for to in (WAITING - {at}) | {"ready", "failed"}),
    *(("ready", to, "assessment") for to in WAITING | {"failed"}),
    *((at, "cancelled", "person") for at in WAITING | {"requested", "ready", "rendered"}),
    ("ready", "rendered", "rendering"),
    ("rendered", "ready", "assessment"),
    ("rendered", "delivered", "person"),
}
CAUSES: tuple[Cause, ...] = ("assessment", "rendering", "person")
NOON = datetime(2026, 3, 1, 12)


def asked() -> Request:
    return Request(
        request_id="",
        pack_id="K1_crp_baseline_2026-05-14",
        cluster_id="K1",
        package_id="crp",
        meeting_date=NOON.date() + timedelta(days=74),
        kind="baseline",
        mode=None,
        level="practice",
        formats=("html", "pdf"),
        allow_draft=True,
        data_until=None,
        requested_at=NOON,
        requested_by="jm",
    )


@cache
def made_once() -> tempfile.TemporaryDirectory[str]:
    """The empty tables, which take longer to make than all that is done with them here."""
    folder = tempfile.TemporaryDirectory()
    migrate(Store(Path(folder.name)).database)
    return folder


def empty_store(folder: Path) -> Store:
    shutil.copytree(Path(made_once().name) / "warehouse", folder / "warehouse")
    return Store(folder)


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
@pytest.mark.parametrize("cause", CAUSES)
def test_the_table_is_what_the_document_says(before: State, after: State, cause: Cause) -> None:
    if (before, after, cause) in ALLOWED:
        require_move("R1", before, after, cause)
        return
    with pytest.raises(IllegalMoveError, match=f"The request R1 is {before} and cannot become {after}; "):
        require_move("R1", before, after, cause)


def test_every_state_is_reached_and_only_three_are_ends() -> None:
    reached = {"requested"} | {to for moves in MOVES.values() for to in moves}
    assert reached == set(STATES) == set(MOVES)
    assert {state for state in STATES if not MOVES[state]} == {"delivered", "cancelled", "failed"}


def test_a_request_comes_back_as_it_went_in(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    entered = requests.enter(store, asked())
    assert (entered.request_id, requests.every(store)) == ("R0001", [entered])
    later = replace(entered, state="ready", baseline_from=NOON.date().replace(day=1))
    requests.move(store, later, "assessment", "klyngeflow")
    assert requests.standing(store, entered.pack_id) == later


def test_an_illegal_move_changes_nothing(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    entered = requests.enter(store, asked())
    before = audit.entries(store)
    with pytest.raises(IllegalMoveError, match="is requested and cannot become delivered"):
        requests.move(store, replace(entered, state="delivered"), "rendering", "jm")
    assert (requests.every(store), audit.entries(store)) == ([entered], before)


class Trail(RuleBasedStateMachine):
    """Moves of one request in memory, chained as the warehouse chains them."""

    def __init__(self) -> None:
        super().__init__()
        self.state: State = "requested"
        self.entries: list[Entry] = []
        self.head = Head()

    @initialize()
    def enter(self) -> None:
        self._append("requested")

    @rule(after=st.sampled_from(STATES), cause=st.sampled_from(CAUSES))
    def move(self, after: State, cause: Cause) -> None:
        legal = (self.state, after, cause) in ALLOWED
        try:
            require_move("R1", self.state, after, cause)
        except IllegalMoveError:
            assert not legal
            return
        assert legal
        self.state = after
        self._append(after)

    @precondition(lambda self: self.entries)
    @rule(data=st.data(), column=st.sampled_from(["who", "state", "detail", "happened_at"]))
    def tamper(self, data: st.DataObject, column: str) -> None:
        at = data.draw(st.integers(0, len(self.entries) - 1))
        entry = self.entries[at]
        other = entry.event.happened_at + timedelta(seconds=1) if column == "happened_at" else "an other"
        changed = [*self.entries]
        changed[at] = replace(entry, event=replace(entry.event, **{column: other}))
        assert f"Entry {at + 1} " in (first_break(changed, self.head) or "")
        assert first_break([*self.entries[:at], *self.entries[at + 1 :]], self.head) is not None

    @invariant()
    def the_chain_verifies(self) -> None:
        assert first_break(self.entries, self.head) is None

    def _append(self, state: State) -> None:
        moment = NOON + timedelta(hours=len(self.entries))
        entry = following(self.head, Event(moment, "jm", "request", "R1", None, state))
        self.entries.append(entry)
        self.head = Head(entry.sequence, entry.digest)


TestTrail = Trail.TestCase
TestTrail.settings = examples(max_examples=25, stateful_step_count=15, derandomize=True, deadline=None)


class Kept(RuleBasedStateMachine):
    """The same in a warehouse: the trail is whole after every step, and a change of any row is found."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = empty_store(Path(self.folder.name))
        self.request = requests.enter(self.store, asked())

    @rule(after=st.sampled_from(STATES), cause=st.sampled_from(CAUSES))
    def move(self, after: State, cause: Cause) -> None:
        wanted = replace(self.request, state=after, reason="why")
        if (self.request.state, after, cause) in ALLOWED:
            requests.move(self.store, wanted, cause, "jm")
            self.request = wanted
            return
        with pytest.raises(IllegalMoveError):
            requests.move(self.store, wanted, cause, "jm")

    @invariant()
    def what_is_kept_is_whole(self) -> None:
        assert audit.fault(self.store) is None
        assert requests.every(self.store) == [self.request]
        assert audit.entries(self.store)[-1].event.state == self.request.state

    def teardown(self) -> None:
        entries = audit.entries(self.store)
        with writing(self.store.database) as connection:
            connection.execute("update ledger.audit set who = 'x' where sequence = $1", [len(entries) // 2 + 1])
        assert audit.fault(self.store) is not None
        self.folder.cleanup()


TestKept = Kept.TestCase
TestKept.settings = examples(max_examples=2, stateful_step_count=8, derandomize=True, deadline=None)
