"""Packs in the warehouse: letters, report.* tables, and what was printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any

import polars as pl

from transforms.definitions import Package
from transforms.letters import draw
from transforms.pack import Meeting
from transforms.published import CHECK, FIGURE, NOTE, PACK, SOURCE
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
}


def letters(
    store: Store, meeting: Meeting, package: Package, practices: Sequence[str], random: Random
) -> dict[str, str]:
    """The letter of each practice for this cluster and topic; drawn at the first pack and kept from then on."""
    topic = {"cluster_id": meeting.cluster_id, "package_id": package.id}
    with writing(store.database) as connection:
        held: dict[str, str] = dict(run(connection, "read_letters", topic).fetchall())
        drawn = draw(practices, held, random)
        for practice, letter in drawn.items():
            if practice not in held:
                row = topic | {"practice_id": practice, "letter": letter, "drawn_at": utc_now()}
                run(connection, "enter_letter", row)
    return {practice: drawn[practice] for practice in practices}


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
    """Put the pack's rows in report.*, in place of those it had."""
    with writing(store.database) as connection:
        for table, frame in tables.items():
            run(connection, "forget_pack", {"pack_id": pack_id}, table=table)
            connection.register("frame", frame.select(TABLES[table].names()))
            run(connection, "enter_frame", table=table)


def read_pack(store: Store, pack_id: str) -> dict[str, pl.DataFrame]:
    """The pack's rows of each report.* table."""
    with reading(store.database) as connection:
        return {
            table: run(connection, "read_pack", {"pack_id": pack_id}, table=table).pl().cast(dict(schema))
            for table, schema in TABLES.items()
        }


def keep_printed(store: Store, pack_id: str, files: Mapping[str, str]) -> None:
    """Remember what was printed: every figure that was not printed before, and the digest of every file by its name."""
    now = utc_now()
    with writing(store.database) as connection:
        run(connection, "keep_printed_figures", {"pack_id": pack_id, "printed_at": now})
        run(connection, "mark_rendered", {"pack_id": pack_id})
        run(connection, "forget_pack", {"pack_id": pack_id}, table="meeting.report")
        for name, digest in files.items():
            row = {"pack_id": pack_id, "file_name": name, "sha256": digest}
            run(connection, "enter_report_file", row | {"rendered_at": now})
