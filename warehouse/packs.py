"""Packs in the warehouse: letters, report.* tables, and what was printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any

import polars as pl

from transforms.audit import Event
from transforms.definitions import Package
from transforms.disclosure_rules import HIDDEN
from transforms.letters import draw, outgrows
from transforms.pack import Meeting
from transforms.published import BOUND, CHECK, FIGURE, GOAL, MISSING, MONTH, NOTE, PACK, PAIRED, PROFILE, SOURCE
from warehouse import audit, requests
from warehouse.connection import reading, writing
from warehouse.ledger import utc_now
from warehouse.queries import run
from warehouse.workspace import Store

TABLES: dict[str, pl.Schema] = {
    "report.pack": PACK,
    "report.figure": FIGURE,
    "report.source": SOURCE,
    "report.check": CHECK,
    "report.note": NOTE,
    "report.profile": PROFILE,
    "report.goal": GOAL,
    "report.bound": BOUND,
    "report.missing": MISSING,
    "report.month": MONTH,
    "report.paired": PAIRED,
}
WRITTEN = TABLES | {"mart.hidden": HIDDEN}
"""What a pack is made of: the tables that reports read, and why each hidden figure is hidden, which they do not."""


def letters(
    store: Store, meeting: Meeting, package: Package, practices: Sequence[str], random: Callable[[int], Random]
) -> dict[str, str]:
    """The letter of each practice for this cluster and topic; drawn at the first pack and kept until new ones are.

    `random` makes a source of chance for the round of drawing: 0 at first, one more each time letters were ended.
    """
    topic = {"cluster_id": meeting.cluster_id, "package_id": package.id}
    with writing(store.database) as connection:
        held: dict[str, str] = dict(run(connection, "read_letters", topic).fetchall())
        ended: list[tuple[str, datetime]] = run(connection, "read_ended_letters", topic).fetchall()
        if outgrown := outgrows(practices, held, [letter for letter, _ in ended]):
            now = utc_now()
            run(connection, "end_letters", topic | {"ended_at": now, "why": "the cluster outgrew single letters"})
            ended += [(letter, now) for letter in held.values()]
        rounds = len({moment for _, moment in ended})
        drawn = draw(practices, {} if outgrown else held, random(rounds), [letter for letter, _ in ended])
        for practice, letter in drawn.items():
            if outgrown or practice not in held:
                row = topic | {"practice_id": practice, "letter": letter, "drawn_at": utc_now()}
                run(connection, "enter_letter", row)
    return {practice: drawn[practice] for practice in practices}


def earlier_letters(store: Store, meeting: Meeting, package: Package) -> dict[str, str]:
    """The letter that each practice had last, before the ones it has now; for the coordinator's key."""
    topic = {"cluster_id": meeting.cluster_id, "package_id": package.id}
    with reading(store.database) as connection:
        return dict(run(connection, "read_earlier_letters", topic).fetchall())


def end_letters(store: Store, cluster_id: str, package_id: str, why: str) -> int:
    """End the letters of a cluster and topic, so that the next pack draws new ones; returns how many there were."""
    topic = {"cluster_id": cluster_id, "package_id": package_id}
    with writing(store.database) as connection:
        held = run(connection, "read_letters", topic).fetchall()
        run(connection, "end_letters", topic | {"ended_at": utc_now(), "why": why})
        if held:
            words = f"{cluster_id}: letters of {package_id} ended: {why}"
            audit.append(connection, Event(utc_now(), requests.PROGRAM, "letter key", detail=words))
    return len(held)


def sources_and_checks(
    store: Store, meeting: Meeting, package: Package, known_at: datetime
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of report.source and report.check: what the pack rests on, and what was found wrong with it."""
    used = sorted({selection.source for each in package.measures for selection in each.selections})
    values: dict[str, Any] = {
        "known_at": known_at,
        "sources": sorted({*used, "list_sizes"}),
        "language": meeting.language,
        "baseline": meeting.baseline.start,
        "baseline_end": meeting.baseline.end,
        "followup": meeting.later.start,
        "followup_end": meeting.later.end,
        "span_start": meeting.baseline.start,
        "span_end": meeting.later.end,
    }
    with reading(store.database) as connection:
        sources = run(connection, "read_sources", values).pl()
        checks = run(connection, "read_failed_checks", values | {"extracts": sources["extract_id"].to_list()}).pl()
    return _shaped(sources, SOURCE, meeting), _shaped(checks, CHECK, meeting)


def _shaped(frame: pl.DataFrame, schema: pl.Schema, meeting: Meeting) -> pl.DataFrame:
    named = frame.with_columns(pack_id=pl.lit(meeting.pack_id))
    return named.select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def write_pack(store: Store, pack_id: str, tables: Mapping[str, pl.DataFrame]) -> None:
    """Put the pack's rows in the tables of WRITTEN, in place of those it had."""
    with writing(store.database) as connection:
        for table, frame in tables.items():
            run(connection, "forget_pack", {"pack_id": pack_id}, table=table)
            connection.register("frame", frame.select(WRITTEN[table].names()))
            run(connection, "enter_frame", table=table)


def read_pack(store: Store, pack_id: str) -> dict[str, pl.DataFrame]:
    """The pack's rows of each report.* table."""
    return read_tables(store, [pack_id], TABLES)[pack_id]


def read_tables(store: Store, pack_ids: Sequence[str], tables: Iterable[str]) -> dict[str, dict[str, pl.DataFrame]]:
    """By pack, its rows of the named report.* tables alone: of many packs, most is never looked at."""
    wanted = list(tables)
    with reading(store.database) as connection:
        return {
            pack_id: {
                table: run(connection, "read_pack", {"pack_id": pack_id}, table=table).pl().cast(dict(TABLES[table]))
                for table in wanted
            }
            for pack_id in pack_ids
        }


def built(store: Store) -> list[str]:
    """The packs that report.* holds, rendered or not."""
    with reading(store.database) as connection:
        return [row[0] for row in run(connection, "list_packs").fetchall()]


def printed_figures(store: Store, pack_id: str) -> pl.DataFrame:
    """Every figure of the pack that was ever printed, with the columns of report.figure."""
    with reading(store.database) as connection:
        return run(connection, "read_pack", {"pack_id": pack_id}, table="meeting.figure").pl().select(FIGURE.names())


def printed_files(store: Store, pack_id: str) -> dict[str, str]:
    """The files that were rendered last, with their digests."""
    with reading(store.database) as connection:
        rows = run(connection, "read_pack", {"pack_id": pack_id}, table="meeting.report").pl()
    return dict(zip(rows["file_name"], rows["sha256"], strict=True))


def keep_printed(
    store: Store, pack_id: str, files: Mapping[str, str], audiences: Mapping[str, str] | None = None
) -> None:
    """Remember what was printed: every figure that was not printed before, and the digest of every file by its name.

    `audiences` says whose each file is: `cluster`, `coordinator` or a practice's number.
    """
    now, whose = utc_now(), audiences or {}
    with writing(store.database) as connection:
        run(connection, "keep_printed_figures", {"pack_id": pack_id, "printed_at": now})
        requests.rendered(connection, pack_id)
        run(connection, "forget_pack", {"pack_id": pack_id}, table="meeting.report")
        for name, digest in files.items():
            row = {"pack_id": pack_id, "file_name": name, "sha256": digest, "audience": whose.get(name)}
            run(connection, "enter_report_file", row | {"rendered_at": now})
