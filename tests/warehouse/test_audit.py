"""The audit trail: appended in the transaction of what it tells of, and broken by any change of any row."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from transforms.audit import Event, Head
from warehouse import audit
from warehouse.connection import reading, writing
from warehouse.schema import migrate
from warehouse.workspace import Store

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456)
EVENTS = [
    Event(NOON, "jm", "asked", "R0001", "K1_crp_baseline_2026-05-14", "requested", "møde den 14. maj"),
    Event(NOON + timedelta(days=1), "klyngeflow", "assessed", "R0001", None, "ready"),
    Event(NOON + timedelta(days=2), "jm", "letters ended", None, "K1_crp", None, "new coordinator"),
    Event(NOON + timedelta(days=2), "jm", "cancelled", "R0001", None, "cancelled"),
]
CHANGES = {
    "sequence": "99",
    "happened_at": "happened_at + interval 1 microsecond",
    "who": "'an'",
    "what": "'x'",
    "request_id": "'R0002'",
    "pack_id": "'K2'",
    "state": "'failed'",
    "detail": "'x'",
    "previous": "'0'",
    "digest": "'0'",
}


@pytest.fixture(scope="module")
def kept_once(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store whose trail has the four EVENTS."""
    store = Store(tmp_path_factory.mktemp("kept"))
    migrate(store.database)
    for event in EVENTS:
        with writing(store.database) as connection:
            audit.append(connection, event)
    return store


@pytest.fixture
def kept(kept_once: Store, tmp_path: Path) -> Store:
    """The same, of the test's own."""
    shutil.copytree(kept_once.root / "warehouse", tmp_path / "warehouse")
    return Store(tmp_path)


def tampered(store: Store, sql: str) -> str | None:
    with writing(store.database) as connection:
        connection.execute(sql)
    return audit.fault(store)


def test_a_trail_is_whole_and_its_head_is_computed_by_hand(kept: Store) -> None:
    digest = ""
    for number, event in enumerate(EVENTS, 1):
        content = {
            "detail": event.detail,
            "happened_at": event.happened_at.strftime("%Y-%m-%dT%H:%M:%S.%f"),
            "pack_id": event.pack_id,
            "request_id": event.request_id,
            "sequence": number,
            "state": event.state,
            "what": event.what,
            "who": event.who,
        }
        written = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        digest = hashlib.sha256((digest + written).encode()).hexdigest()
    assert audit.fault(kept) is None
    assert audit.head(kept) == Head(4, digest)
    assert [entry.event for entry in audit.entries(kept)] == EVENTS


def test_who_did_it_cannot_look_like_another_entry(kept: Store) -> None:
    audit.tell(kept, Event(NOON, "jm\n    6 2026-03-01 12:00:00 ak\x1b[2K", "asked"))
    assert audit.entries(kept)[-1].event.who == "jm 6 2026-03-01 12:00:00 ak [2K"
    assert audit.fault(kept) is None


def test_a_trail_without_entries_is_whole(tmp_path: Path) -> None:
    migrate(Store(tmp_path).database)
    assert (audit.fault(Store(tmp_path)), audit.head(Store(tmp_path))) == (None, Head())


@pytest.mark.parametrize("row", [1, 3, 4])
@pytest.mark.parametrize("column", CHANGES)
def test_any_change_of_any_row_is_found_where_it_is(kept: Store, row: int, column: str) -> None:
    found = tampered(kept, f"update ledger.audit set {column} = {CHANGES[column]} where sequence = {row}")
    assert found is not None
    assert f"ntry {row}" in found or (column == "sequence" and str(row) in found)


@pytest.mark.parametrize("row", [1, 2, 4])
def test_a_row_taken_away_is_missed(kept: Store, row: int) -> None:
    found = tampered(kept, f"delete from ledger.audit where sequence = {row}")
    assert found is not None
    assert f"{row} " in found


def test_a_row_put_in_is_found(kept: Store) -> None:
    found = tampered(
        kept, "insert into ledger.audit select 2 as sequence, * exclude sequence from ledger.audit limit 1"
    )
    assert found is not None


def test_a_head_that_was_moved_is_found(kept: Store) -> None:
    assert "another digest" in (tampered(kept, "update ledger.audit_head set digest = 'f'") or "")
    assert tampered(kept, "delete from ledger.audit_head") is not None


def test_what_is_not_committed_is_not_in_the_trail(kept: Store) -> None:
    def half_done() -> None:
        with writing(kept.database) as connection:
            audit.append(connection, EVENTS[0])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_done()
    assert len(audit.entries(kept)) == 4
    with reading(kept.database) as connection:
        assert connection.execute("select entries from ledger.audit_head").fetchall() == [(4,)]
