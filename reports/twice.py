"""Two rounds of answers: those who answered both times beside all who answered, or two groups; and which, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from reports.judgement import Judgement
from reports.markdown import Markdown
from reports.rows import MeasureRows, Point, Row, Twice
from reports.seen import both
from reports.setting import Setting


def with_pairs(measures: Sequence[MeasureRows], paired: pl.DataFrame) -> list[MeasureRows]:
    """`measures` with what their rows of report.paired say, where they have one."""
    found = {row["measure_id"]: _twice(row) for row in paired.iter_rows(named=True)}
    return [replace(rows, twice=found.get(rows.measure.id)) for rows in measures]


def _twice(record: dict[str, Any]) -> Twice:
    if record["way"] != "pairs":
        return Twice(None)
    before, now = (Point("value", record[f"{side}_value"], denominator=record["pairs"]) for side in ("before", "now"))
    changed = (record[name] for name in ("change", "change_lower", "change_upper"))
    return Twice(Row("twice", "", "", False, before, now, *changed, None, True, None, Judgement()))


def told(rows: MeasureRows, setting: Setting) -> tuple[str, str, Markdown] | None:
    """Who, a word for it, and one sentence about the same people in both rounds; None where they are not shown."""
    if rows.twice is None or rows.twice.row is None:
        return None
    row, write = rows.twice.row, setting.voice.write
    who = write("twice", "who", n=setting.voice.numbers.count(row.now.denominator or 0))
    return who, write("twice", "pill"), both(row, rows.measure, setting)


def way(rows: MeasureRows, setting: Setting) -> Markdown | None:
    """How the two rounds were compared; None where they were not, or are not of answers."""
    if rows.twice is None:
        return None
    return setting.voice.say("twice", "groups" if rows.twice.row is None else "pairs")
