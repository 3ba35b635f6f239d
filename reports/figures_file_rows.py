"""The printed figures of one report as rows: one per unit, measure, category and window.

A number is rounded as the report prints it. What the report holds back is blank here too: an exact quotient of rounded
counts would tell how large they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from reports.alphabet import alphabetical
from reports.bounds import bound_sentence
from reports.case_mix import patients
from reports.changes import has_change, is_share
from reports.markdown import plain
from reports.net import net_numbers
from reports.numbers import NBSP
from reports.pills import JUDGED, pill
from reports.rows import MeasureRows, Point, Row
from reports.setting import Setting
from reports.tables import has_delivered
from transforms.categories import title_of
from transforms.definitions import Measure, Package
from transforms.kinds import AVERAGES
from transforms.published import STATES


@dataclass(frozen=True)
class Number:
    """A number as printed, and with how many decimals."""

    value: float
    decimals: int


Cell = str | Number | date | None
Line = dict[str, Cell]
"""By the name of its column; a column that is not named is blank."""

COLUMNS = (
    *("number", "measure", "measure_id", "category", "who", "label", "window", "from", "to", "state"),
    *("numerator", "denominator", "practices", "value", "unit", "lower", "upper", "standardised"),
    *("change", "change_lower", "change_upper", "ratio", "expected", "expected_lower", "expected_upper"),
    *("net", "net_lower", "net_upper", "net_unit", "verdict", "why", "at_least", "at_most", "note"),
)
OF_FOLLOWUPS = frozenset(COLUMNS[COLUMNS.index("change") : COLUMNS.index("at_least")])
"""The columns that only a follow-up fills."""
OF_BOUNDS = frozenset({"at_least", "at_most"})
"""Those that only a cluster fills of which too few have delivered."""


@dataclass(frozen=True)
class Printed:
    """What one reader is shown; `figures` and `profiles` are that reader's rows of report.*."""

    package: Package
    measures: Sequence[MeasureRows]
    figures: pl.DataFrame
    profiles: pl.DataFrame


def lines(printed: Printed, setting: Setting) -> list[Line]:
    """Every figure, in the order of the report's tables: measure by measure, own practice, cluster, region, others."""
    adjusted = _adjusted(printed, setting)
    drawn = [rows for rows in printed.measures if rows.measure.category is None]
    found: list[Line] = []
    for number, rows in enumerate(printed.measures, start=1):
        shared = frame(number, rows.measure, printed.package, setting)
        for row in (rows.own, rows.cluster, rows.region):
            if row is not None:
                found += [shared | line for line in _unit(row, rows, adjusted, setting)]
        if rows.measure.category is None:
            if rows.twice is not None and rows.twice.row is not None:
                found += [shared | line for line in _windows(rows.twice.row, rows.measure, {}, setting)]
            found += [shared | line for line in _similar(rows.measure, adjusted, setting)]
            found += [shared | line for line in _others(rows, drawn, setting)]
    return found


def frame(number: int, measure: Measure, package: Package, setting: Setting) -> Line:
    """What all rows of a measure or category have."""
    voice = setting.voice
    notes = [voice.write("head", "example") if setting.pack["example_data"] else ""]
    notes.append(voice.write("head", "draft_measure") if measure.draft else "")
    return {
        "number": Number(number, 0),
        "measure": voice.text(package.measure(measure.id).title),
        "measure_id": measure.id,
        "category": title_of(measure, measure.category, voice.language) or None,
        "unit": voice.text(measure.unit),
        "note": " · ".join(filter(None, notes)) or None,
    }


def _unit(row: Row, rows: MeasureRows, adjusted: Mapping[tuple[str, str], Any], setting: Setting) -> Iterator[Line]:
    """Own practice, cluster or region: both windows, and why they are not compared."""
    measure = rows.measure
    extra: Line = {}
    found = adjusted.get((measure.id, row.level)) if measure.category is None else None
    if found is not None and found["now_standardised"] is not None and row.level != "region":
        extra["standardised"] = figure(measure, found["now_standardised"])
    if setting.followup and pill(row, setting) == "incomparable":
        extra["why"] = setting.reason(row)
    yield from _windows(row, measure, extra, setting)


def _others(rows: MeasureRows, drawn: Sequence[MeasureRows], setting: Setting) -> Iterator[Line]:
    """The other practices by letter or name; then those that keep theirs to themselves, with no more than a state."""
    named = [row for row in rows.others if row.label and has_delivered(row.label, drawn)]
    for row in sorted(named, key=lambda row: (len(row.sign), row.sign, alphabetical(row.label))):
        yield from _windows(row, rows.measure, {}, setting)
    nameless = [row.now.state for row in rows.others if row not in named]
    for state in sorted(nameless, key=STATES.index):
        yield _window("now", setting) | {
            "who": setting.voice.write("table", "nameless"),
            "state": _state(Point(state), setting),
        }


def _windows(row: Row, measure: Measure, extra: Line, setting: Setting) -> Iterator[Line]:
    who: Line = {"who": _who(row, setting), "label": row.label or None}
    if row.practices is not None:
        who["practices"] = Number(row.practices, 0)
    if setting.followup:
        yield who | _window("before", setting) | _point(row.before, measure, setting)
    judged = _change(row, measure, setting) if setting.followup else {}
    said = _bounds(row, measure, setting)
    yield who | _window("now", setting) | _point(row.now, measure, setting) | judged | extra | said


def _bounds(row: Row, measure: Measure, setting: Setting) -> Line:
    """What the cluster's figure lies between and what that rests on, where too few have delivered for a figure."""
    between = row.now.bounded
    if between is None:
        return {}
    decimals = measure.decimals
    return {
        "at_least": rounded(between.lower, decimals),
        "at_most": rounded(between.upper, decimals),
        "note": plain(bound_sentence(between, measure, setting)).replace(NBSP, " "),
    }


def _who(row: Row, setting: Setting) -> str:
    write = setting.voice.write
    if row.level == "practice":
        return write("who", "own") if row.own else write("table", "practice")
    other = {"region": ("patients", "row_region"), "twice": ("twice", "line")}
    return write(*other.get(row.level, ("who", row.level)))


def _window(window: str, setting: Setting) -> Line:
    word = window if setting.followup else "window"
    start, end = setting.pack[f"{window}_start"], setting.pack[f"{window}_end"]
    return {"window": setting.voice.write("head", word), "from": start, "to": end}


def _point(point: Point | None, measure: Measure, setting: Setting) -> Line:
    line: Line = {"state": _state(point, setting)}
    if point is None or point.state == "not_applicable":
        return line
    # The sum behind an average is no count, and a median has none.
    counts = (None if measure.kind in AVERAGES else point.numerator, point.denominator)
    line |= {"numerator": _count(counts[0]), "denominator": _count(counts[1]), "value": figure(measure, point.value)}
    if point.interval is not None:
        lower, upper = point.interval
        line |= {"lower": figure(measure, lower), "upper": figure(measure, upper)}
    return line


def _state(point: Point | None, setting: Setting) -> str:
    if point is not None and point.bounded is not None:
        return setting.state(point)
    state = "not_applicable" if point is None else point.state
    own = {"value": "state_value", "zero": "state_zero"}
    return setting.voice.write("export", own[state]) if state in own else setting.voice.write("state", state)


def _change(row: Row, measure: Measure, setting: Setting) -> Line:
    """The change, what was expected and what is left net of the region, each only where the report prints it."""
    line: Line = {}
    if has_change(row, setting):
        for name in ("change", "change_lower", "change_upper"):
            line[name] = rounded(getattr(row, name), measure.decimals)
        if row.ratio is not None and not is_share(measure, setting):
            line["ratio"] = rounded((row.ratio - 1) * 100, 0)
    kind = pill(row, setting)
    if kind in JUDGED:
        line |= _held_against(row, measure, setting)
    if row.judged.verdict is not None:
        line["verdict"] = setting.voice.write("pill", kind)
    return line


def _held_against(row: Row, measure: Measure, setting: Setting) -> Line:
    names = ("expected", "expected_lower", "expected_upper")
    line: Line = {name: figure(measure, getattr(row.judged, name)) for name in names}
    net = net_numbers(row, measure, setting)
    if net is not None:
        parts = (("net", net.change), ("net_lower", net.lower), ("net_upper", net.upper))
        line |= {name: rounded(number, net.decimals) for name, number in parts}
        line["net_unit"] = setting.voice.write("change", "points") if net.share else "%"
    return line


def _adjusted(printed: Printed, setting: Setting) -> dict[tuple[str, str], Mapping[str, Any]]:
    """By measure and level, the rows behind the figures of the box about a member's patients, where it has any."""
    box = patients(printed.profiles, printed.figures, printed.measures, setting)
    if box is None or box.figures is None:
        return {}
    shown = printed.figures.filter(pl.col("own") | (pl.col("level") != "practice"), pl.col("category").is_null())
    return {(row["measure_id"], row["level"]): row for row in shown.iter_rows(named=True)}


def _similar(measure: Measure, adjusted: Mapping[tuple[str, str], Any], setting: Setting) -> Iterable[Line]:
    row = adjusted.get((measure.id, "similar"))
    if row is None:
        return []
    shown = _point(Point(row["now_state"], row["now_value"]), measure, setting)
    return [{"who": setting.voice.write("patients", "similar"), **_window("now", setting), **shown}]


def figure(measure: Measure, value: float | None) -> Number | None:
    """A value of `measure`, as in a table: nought is `0`, however fine the others are written."""
    return Number(0, 0) if value == 0 else rounded(value, measure.decimals)


def _count(count: float | None) -> Number | None:
    return rounded(count, 0)


def rounded(number: float | None, decimals: int) -> Number | None:
    """A number as printed; None where there is none."""
    # Adding 0.0 turns a rounded -0.0 into 0.
    return None if number is None else Number(round(number, decimals) + 0.0, decimals)
