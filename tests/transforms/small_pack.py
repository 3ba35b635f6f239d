"""Exact figures of one made-up cluster, the printed ones made of them, and the last look's verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import naive_figures as naive
import polars as pl
from small_region import RATE, SHARE, package

from transforms.definitions import Measure
from transforms.disclosure import Mode, View, shown
from transforms.disclosure_check import truth_of, violations
from transforms.disclosure_profiles import Profile, profile
from transforms.disclosure_rules import ruled
from transforms.published import FIGURE

Row = dict[str, Any]
Side = tuple[float, float] | str
"""Numerator and denominator, or the state of a practice without figures."""
SIDES = ("before", "now")
PARTS = ("numerator", "denominator", "value", "lower", "upper")
COUNTED = ("value", "zero", "too_few")
SDS = profile("sds")
PLENTY: tuple[Side, Side] = ((62, 413), (58, 397))
SCHEMA: dict[str, Any] = {"reason": pl.String, "reason_for_all": pl.String, "practices": pl.Int64}
SCHEMA |= {f"{side}_{part}": pl.Float64 for side in SIDES for part in ("numerator", "denominator")}


def letter(number: int) -> str:
    return "ABCDEFGHJKLM"[number]


def unit(measure: Measure, level: str, name: str, sides: tuple[Side, Side]) -> Row:
    row: Row = {"level": level, "unit_id": name, "label": name.upper(), "reason": None, "reason_for_all": None}
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
    large = {"cluster": _pooled(both), "region": ((6133, 40013), (5717, 39987))}
    rows += [unit(measure, level, level, sides) for level, sides in (large | dict(around or {})).items()]
    return pl.DataFrame([row | {"practices": len(both)} for row in rows], schema_overrides=SCHEMA)


def _pooled(rows: Sequence[Row]) -> tuple[Side, Side]:
    """Sum over sum of the practices that are compared; where none is, a large cluster."""
    before, now = (
        tuple(sum(row[f"{side}_{part}"] for row in rows) for part in ("numerator", "denominator")) for side in SIDES
    )
    return (before, now) if rows else ((613, 4013), (571, 3987))


def cluster_of(count: int, *last: tuple[Side, Side]) -> dict[str, tuple[Side, Side]]:
    """`count` practices a, b, c...; the last ones as given, the others with plenty of everything."""
    sides = [PLENTY] * (count - len(last)) + list(last)
    return {letter(number).lower(): what for number, what in enumerate(sides)}


def show(
    frame: pl.DataFrame,
    reader: str | None = None,
    mode: Mode = "letters",
    measure: Measure = RATE,
    rules: Profile = SDS,
) -> dict[str, Row]:
    """What `reader` sees, by unit."""
    units = ruled(package(measure), named(frame, measure), rules)
    rows = shown(measure, units, View(reader, mode, 20, rules))
    return {row["unit_id"]: row for row in rows.iter_rows(named=True)}


def printed(
    frame: pl.DataFrame,
    mode: Mode = "letters",
    measure: Measure = RATE,
    readers: Sequence[str | None] = (None, "a", "g"),
    rules: Profile = SDS,
) -> list[Row]:
    """The rows of report.figure for the cluster (None) and for some readers."""
    rows: list[Row] = []
    for reader in readers:
        for row in show(frame, reader, mode, measure, rules).values():
            whole = row | {"audience": reader or "cluster", "measure_id": measure.id, "pack_id": "pack"}
            rows.append({name: whole.get(name) for name in FIGURE})
    return rows


def named(frame: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    return frame.with_columns(measure_id=pl.lit(measure.id))


def faults(
    rows: list[Row], frame: pl.DataFrame, mode: Mode = "letters", measure: Measure = RATE, rules: Profile = SDS
) -> list[str]:
    """What the last look says of `rows`, made of `frame`."""
    figures = pl.DataFrame(rows, schema=FIGURE)
    return violations(figures, package(RATE, SHARE), truth_of(named(frame, measure), mode, rules))
