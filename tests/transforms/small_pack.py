"""Exact figures of one made-up cluster, the printed ones made of them, and the last look's verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import naive_figures as naive
import polars as pl
from small_region import RATE, SHARE, package

from transforms.definitions import Measure
from transforms.disclosure import Mode, View, shown
from transforms.disclosure_check import violations
from transforms.published import FIGURE

Row = dict[str, Any]
Side = tuple[float, float] | str
"""Numerator and denominator, or the state of a practice without figures."""
SIDES = ("before", "now")
PARTS = ("numerator", "denominator", "value", "lower", "upper")
COUNTED = ("value", "zero", "too_few")
PLENTY: tuple[Side, Side] = ((62, 413), (58, 397))
SCHEMA: dict[str, Any] = {"reason": pl.String, "practices": pl.Int64}
SCHEMA |= {f"{side}_{part}": pl.Float64 for side in SIDES for part in ("numerator", "denominator")}


def letter(number: int) -> str:
    return "ABCDEFGHJKLM"[number]


def unit(measure: Measure, level: str, name: str, sides: tuple[Side, Side]) -> Row:
    row: Row = {"level": level, "unit_id": name, "label": name.upper(), "reason": None}
    for side, what in zip(SIDES, sides, strict=True):
        numerator, denominator = (None, None) if isinstance(what, str) else what
        state = what if isinstance(what, str) else naive.state(measure, *what)
        row |= {f"{side}_state": state, f"{side}_numerator": numerator, f"{side}_denominator": denominator}
    return row


def exact(
    practices: Mapping[str, tuple[Side, Side]],
    measure: Measure = RATE,
    *,
    around: Mapping[str, tuple[Side, Side]] | None = None,
    reasons: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """Practices by name, and `around` them a cluster and a region; where not given, they are large."""
    rows = [unit(measure, "practice", name, sides) for name, sides in practices.items()]
    for row in rows:
        row["reason"] = (reasons or {}).get(row["unit_id"])
    both = [row for row in rows if row["reason"] is None and all(row[f"{side}_state"] in COUNTED for side in SIDES)]
    large = {"cluster": ((613, 4013), (571, 3987)), "region": ((6133, 40013), (5717, 39987))}
    rows += [unit(measure, level, level, sides) for level, sides in (large | dict(around or {})).items()]
    return pl.DataFrame([row | {"practices": len(both)} for row in rows], schema_overrides=SCHEMA)


def cluster_of(count: int, *last: tuple[Side, Side]) -> dict[str, tuple[Side, Side]]:
    """`count` practices a, b, c...; the last ones as given, the others with plenty of everything."""
    sides = [PLENTY] * (count - len(last)) + list(last)
    return {letter(number).lower(): what for number, what in enumerate(sides)}


def show(
    frame: pl.DataFrame, reader: str | None = None, mode: Mode = "letters", measure: Measure = RATE
) -> dict[str, Row]:
    """What `reader` sees, by unit."""
    rows = shown(measure, frame, View(reader, mode, 20))
    return {row["unit_id"]: row for row in rows.iter_rows(named=True)}


def printed(
    frame: pl.DataFrame,
    mode: Mode = "letters",
    measure: Measure = RATE,
    readers: Sequence[str | None] = (None, "a", "g"),
) -> list[Row]:
    """The rows of report.figure for the cluster (None) and for some readers."""
    rows: list[Row] = []
    for reader in readers:
        for row in show(frame, reader, mode, measure).values():
            named = row | {"audience": reader or "cluster", "measure_id": measure.id, "pack_id": "pack"}
            rows.append({name: named.get(name) for name in FIGURE})
    return rows


def faults(rows: list[Row], frame: pl.DataFrame, mode: Mode = "letters", measure: Measure = RATE) -> list[str]:
    """What the last look says of `rows`, made of `frame`."""
    counts = {
        (measure.id, row["label"], side): (row[f"{side}_numerator"], row[f"{side}_denominator"])
        for row in frame.filter(level="practice").iter_rows(named=True)
        for side in SIDES
    }
    return violations(rows, package(RATE, SHARE), mode, counts)
