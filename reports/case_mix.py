"""The box about the reader's patients: who they are, and the figures with and without regard to their sex and age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from reports.markdown import Markdown, escaped
from reports.rows import MeasureRows, Point
from reports.setting import Setting
from reports.tables import Table, cell
from transforms.definitions import Measure

_PEOPLE = ("share_women", "share_0_17", "share_65", "share_80")
_LEVELS = ("practice", "cluster", "similar", "region")


@dataclass(frozen=True)
class Patients:
    """The box as printed. `figures` is absent where none could be standardised and there is nobody to compare with."""

    profile: Table
    figures: Table | None
    notes: tuple[Markdown, ...]


def patients(
    profiles: pl.DataFrame, figures: pl.DataFrame, measures: Sequence[MeasureRows], setting: Setting
) -> Patients | None:
    """The box of one member report; None where the reader has no profile, and in the cluster's report.

    `profiles` and `figures` hold what this reader may see of report.profile and report.figure.
    """
    rows = {row["level"]: row for row in profiles.iter_rows(named=True)}
    if not setting.member or "practice" not in rows:
        return None
    by_measure = {rows_of.measure.id: _by_level(figures, rows_of.measure) for rows_of in measures}
    has_any = any(_standardised(found, "practice") is not None or "similar" in found for found in by_measure.values())
    table = _figures(measures, by_measure, setting) if has_any else None
    return Patients(_profile(rows, setting), table, tuple(_notes(rows, by_measure, setting)))


def _by_level(figures: pl.DataFrame, measure: Measure) -> dict[str, dict[str, Any]]:
    """The rows of one measure that the box shows, by level: the own practice's, and the pooled ones."""
    shown = figures.filter(
        pl.col("measure_id") == measure.id,
        pl.col("own") | (pl.col("level") != "practice"),
        pl.col("category").is_null(),
    )
    return {row["level"]: row for row in shown.iter_rows(named=True)}


def _profile(rows: Mapping[str, Mapping[str, Any]], setting: Setting) -> Table:
    columns = [name for name in (*_PEOPLE, "mean_age") if any(row[name] is not None for row in rows.values())]
    heads = [setting.voice.say("patients", key) for key in ("who", "list_size", *columns)]
    shown = [(level, rows[level]) for level in _LEVELS if level in rows]
    cells = [
        (_who(level, row, setting), *(escaped(_size(row, name, setting)) for name in ("list_size", *columns)))
        for level, row in shown
    ]
    return Table(tuple(heads), tuple(cells), 1)


def _who(level: str, row: Mapping[str, Any], setting: Setting) -> Markdown:
    words = setting.voice.write("patients", f"row_{level}")
    if level == "practice":
        return Markdown("[{words}]{{.own}}").fill(words=words)
    if row["practices"] is None:
        return escaped(words)
    return setting.voice.say("patients", "row_pool", who=words, n=setting.voice.numbers.count(row["practices"]))


def _size(row: Mapping[str, Any], name: str, setting: Setting) -> str:
    value, numbers = row[name], setting.voice.numbers
    if value is None:
        hidden = row["practices"] is None
        return f"({setting.voice.write('state', 'suppressed')})" if hidden else setting.voice.write("state", "absent")
    return numbers.percent(value * 100) if name in _PEOPLE else numbers.count(value)


def _figures(
    measures: Sequence[MeasureRows], by_measure: Mapping[str, Mapping[str, Mapping[str, Any]]], setting: Setting
) -> Table:
    keys = ("measure", "crude", "standardised", "cluster_standardised", "similar", "region")
    rows: list[tuple[Markdown, ...]] = []
    for number, rows_of in enumerate(measures, start=1):
        measure, found = rows_of.measure, by_measure[rows_of.measure.id]
        text = setting.voice.text
        title = setting.voice.write("table", "column", n=number, title=text(measure.title), unit=text(measure.unit))
        values = [
            cell(measure, _point(found.get("practice")), setting),
            _standardised_cell(measure, found, "practice", setting),
            _standardised_cell(measure, found, "cluster", setting),
            cell(measure, _point(found.get("similar")), setting),
            cell(measure, _point(found.get("region")), setting),
        ]
        rows.append((escaped(title), *(escaped(value) for value in values)))
    return Table(tuple(setting.voice.say("patients", key) for key in keys), tuple(rows), 1)


def _point(row: Mapping[str, Any] | None) -> Point | None:
    return None if row is None else Point(row["now_state"], row["now_value"])


def _standardised(found: Mapping[str, Mapping[str, Any]], level: str) -> float | None:
    return found[level]["now_standardised"] if level in found else None


def _standardised_cell(measure: Measure, found: Mapping[str, Mapping[str, Any]], level: str, setting: Setting) -> str:
    value = _standardised(found, level)
    return cell(measure, None if value is None else Point("value", value), setting)


def _notes(
    rows: Mapping[str, Mapping[str, Any]], by_measure: Mapping[str, Mapping[str, Mapping[str, Any]]], setting: Setting
) -> list[Markdown]:
    say = setting.voice.say
    found = [_standardised(each, "practice") is not None for each in by_measure.values()]
    notes = [say("patients", "period", period=setting.period("now"))]
    if any(found):
        notes.append(say("patients", "means_standardised"))
    if not all(found):
        notes.append(say("patients", "none_standardised" if not any(found) else "some_standardised"))
    if "similar" in rows:
        notes.append(say("patients", "means_similar", n=setting.voice.numbers.count(rows["similar"]["practices"])))
    return notes
