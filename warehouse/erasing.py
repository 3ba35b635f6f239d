"""Erasure in the warehouse: the rows, figures and words that are about a practice, in every table there is."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from transforms.audit import ERASURE, Event, redacting
from warehouse import audit, requests
from warehouse.connection import reading, writing
from warehouse.erased import ErasedList
from warehouse.queries import one_value, run
from warehouse.standing import next_moment
from warehouse.workspace import Store

_OWNERS = ("practice_id", "audience")
"""Columns whose rows are about the one practice that they name."""
_WORDS = frozenset({"detail", "reason", "summary", "found", "named", "what", "who", "why"})
"""Columns of sentences: names of practices stand in them as well."""
_NO_WORDS = frozenset({"sha256", "old_sha256", "new_sha256", "definition_sha256", "digest", "previous", "commit_id"})
_SHORTEST_NAME = 5


@dataclass(frozen=True)
class Named:
    """A practice as the warehouse knows it: its number and what it was called."""

    practice_id: str
    names: tuple[str, ...]

    @property
    def number_pattern(self) -> str:
        """Its number as a word of its own."""
        return rf"\b{re.escape(self.practice_id)}\b"

    @property
    def pattern(self) -> str:
        """Its number, or one of its names where that is long enough to mean it alone."""
        names = [re.escape(name) for name in self.names if len(name) >= _SHORTEST_NAME]
        return "|".join([self.number_pattern, *names])


@dataclass(frozen=True)
class Pack:
    """A pack of a cluster that the practice is or was in."""

    pack_id: str
    package_id: str
    cluster_id: str
    printed: bool


@dataclass(frozen=True)
class Replaced:
    """A landed file that is kept without some rows from now on."""

    source: str
    old_sha256: str
    new_sha256: str
    bytes: int
    removed: tuple[int, ...]
    why: str = "erased"


def named_in(store: Store, listed: ErasedList) -> list[Named]:
    """The practices of the list that some table still names."""
    with reading(store.database) as connection:
        found: set[str] = set()
        for table in _tables(connection, "practice_id"):
            rows = run(connection, "practices_named", table=table).fetchall()
            found |= {practice for (practice,) in rows if listed.covers(practice)}
        return [_named(connection, practice) for practice in sorted(found)]


def named(store: Store, practice_id: str) -> Named:
    """The practice as it is known now."""
    with reading(store.database) as connection:
        return _named(connection, practice_id)


def packs_of(store: Store, practices: Collection[Named]) -> list[Pack]:
    """The packs that may hold something of the practices."""
    with reading(store.database) as connection:
        rows = [
            row
            for each in practices
            for row in run(connection, "packs_of_practice", {"practice_id": each.practice_id}).fetchall()
        ]
    return sorted({Pack(*row) for row in rows}, key=lambda pack: pack.pack_id)


def rows_of(store: Store, practice_id: str) -> dict[str, int]:
    """How many rows of each table are about the practice."""
    values = {"practice_id": practice_id}
    with reading(store.database) as connection:
        counts = {
            table: one_value(connection, "rows_of_practice", values, table=table, column="practice_id")
            for table in _tables(connection, "practice_id")
        }
    return {table: count for table, count in counts.items() if count}


def landed_files(store: Store) -> list[tuple[str, str, str]]:
    """Source, digest and name of each file that the ledger knows."""
    with reading(store.database) as connection:
        return run(connection, "landed_files").fetchall()


def erase(
    store: Store, practices: Sequence[Named], packs: Sequence[Pack], files: Sequence[Replaced], erasure: int
) -> None:
    """Take the practices out of every table, and let the ledger know the files that are kept without them.

    The exact figures of all units go: what a cluster's were with the practice, less what they are without it, is the
    practice. They are computed anew by the next run, and packs that were not sent are made again.
    """
    with writing(store.database) as connection:
        now = next_moment(connection)
        _enter_files(connection, files, now)
        for pack in packs:
            _let_go(connection, pack, practices, erasure, now)
        texts: list[tuple[str, str]] = run(connection, "columns_of_text").fetchall()
        changed: set[int] = set()
        for each in practices:
            changed |= {row for (row,) in run(connection, "audited_with", {"pattern": each.pattern}).fetchall()}
            run(connection, "forget_notices", {"practice_id": each.practice_id})  # the address is no word of its own
            _take_out(connection, each, texts, now)
        if practices:
            for table in sorted({table for table, _ in texts if table.startswith("mart.")}):
                run(connection, "forget_all", table=table)
        if practices or files:
            told = f"erasure {erasure}: {len(practices)} practice, {len(files)} files, {len(packs)} packs"
            audit.append(connection, Event(now, requests.PROGRAM, ERASURE, detail=redacting(told, changed)))


def _enter_files(connection: duckdb.DuckDBPyConnection, files: Sequence[Replaced], now: datetime) -> None:
    for file in files:
        values = vars(file) | {"removed": list(file.removed), "rows_removed": len(file.removed), "now": now}
        run(connection, "erase_rejected", values)
        run(connection, "renumber_rejected", values)
        run(connection, "replace_landed", values)
        run(connection, "enter_erased_file", values)


def _let_go(
    connection: duckdb.DuckDBPyConnection, pack: Pack, practices: Sequence[Named], erasure: int, now: datetime
) -> None:
    """The pack's tables are made again; what was printed of the practices under letter or name goes."""
    values = vars(pack) | {"now": now, "erasure": erasure}
    for each in practices:
        of_practice = values | {"practice_id": each.practice_id, "names": list(each.names)}
        run(connection, "erase_labels", of_practice)
    if pack.printed:
        run(connection, "mark_erased_pack", values)
    for table in _tables(connection, "pack_id"):
        if table.startswith("report.") or table == "meeting.report":
            run(connection, "forget_pack", values, table=table)
    request = requests.rendered_of(connection, pack.pack_id)
    if request is not None:
        requests.make_again(connection, request, "A practice was erased: the pack is made again without it.")


def _take_out(
    connection: duckdb.DuckDBPyConnection, practice: Named, texts: Sequence[tuple[str, str]], now: datetime
) -> None:
    values = {"practice_id": practice.practice_id, "now": now}
    run(connection, "erase_letters", values)
    for table, column in texts:
        if column == "successor_id":
            run(connection, "erase_successor", values, table=table)
        elif column in _OWNERS:
            run(connection, "erase_rows", values, table=table, column=column)
    for table, column in texts:
        if not table.startswith(("fact.", "mart.")) and column not in _NO_WORDS:
            pattern = practice.pattern if column in _WORDS else practice.number_pattern
            run(connection, "erase_words", {"pattern": pattern}, table=table, column=column)


def _named(connection: duckdb.DuckDBPyConnection, practice_id: str) -> Named:
    rows = run(connection, "names_of_practice", {"practice_id": practice_id}).fetchall()
    return Named(practice_id, tuple(sorted(name for (name,) in rows)))


def _tables(connection: duckdb.DuckDBPyConnection, column: str) -> list[str]:
    rows = run(connection, "columns_of_text").fetchall()
    return sorted({table for table, name in rows if name == column})


def erased_since(store: Store, pack_id: str) -> datetime | None:
    """When a practice of the printed pack was erased; None where none was."""
    with reading(store.database) as connection:
        return one_value(connection, "read_erased_pack", {"pack_id": pack_id})


def erased_files(store: Store) -> list[tuple[str, str, str]]:
    """Source, old and new digest of each file that was replaced by an erasure."""
    with reading(store.database) as connection:
        return run(connection, "read_erased_files").fetchall()


def left_out(store: Store, extract_id: int) -> int:
    """How many rows of erased practices were left out of the extract as it landed."""
    with reading(store.database) as connection:
        return one_value(connection, "left_out_on_arrival", {"extract_id": extract_id})
