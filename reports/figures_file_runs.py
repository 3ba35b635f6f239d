"""The months of one report as rows of its figures: one per measure and month or quarter, rounded as printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from reports.figures_file_rows import Line, Number, Printed, frame, rounded
from reports.runs import Run, runs_of, unit_of
from reports.setting import Setting
from transforms.calendar import last_day, month_after


def run_lines(printed: Printed, months: pl.DataFrame, audience: str, setting: Setting) -> list[Line]:
    """The audience's months, after its other figures: in a member's the own ones, in a cluster's the cluster's."""
    numbers = {rows.measure.id: at for at, rows in enumerate(printed.measures, start=1)}
    return [
        frame(numbers[run.measure.id], run.measure, printed.package, setting) | _line(run, row, value, setting)
        for run in runs_of(printed.package, months, audience)
        if run.measure.id in numbers
        for row, value in zip(run.rows, run.values(), strict=True)
    ]


def _line(run: Run, row: Mapping[str, Any], value: float | None, setting: Setting) -> Line:
    write, start = setting.voice.write, row["period_start"]
    state = {"value": "state_value", "zero": "state_zero"}
    line: Line = {
        "who": write("who", "own" if row["level"] == "practice" else "cluster"),
        "label": row["label"] or None,
        "window": write("run", "month" if run.size == 1 else "quarter"),
        "from": start,
        "to": last_day(month_after(start, run.size - 1)),
        "state": write("export", state[row["state"]]) if row["state"] in state else write("state", row["state"]),
        "numerator": rounded(row["numerator"], 0),
        "denominator": rounded(row["denominator"], 0),
        "value": Number(0, 0) if value == 0 else rounded(value, run.decimals),
        "unit": unit_of(run, setting),
    }
    return line | ({"note": write("run", "provisional")} if row["provisional"] else {})
