"""The map of two declared alternatives for a report: where own practice, the others, cluster and region went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from reports.charts import Chart
from reports.figures.alternatives_map import Plan, Route, Spot, draw_map
from reports.figures.scale import span_ticks
from reports.markdown import Markdown, escaped
from reports.rows import MOST_LABELLED, MeasureRows, Row
from reports.setting import Setting
from transforms.definitions import Measure, Package


@dataclass(frozen=True)
class MapOf:
    """One map as printed: its title, why the two belong together, and the picture."""

    title: str
    why: Markdown
    chart: Chart


def maps(package: Package, measures: Sequence[MeasureRows], setting: Setting) -> list[MapOf]:
    """A map for each two neighbours of a package's declared alternatives, where there is something to draw."""
    by_id = {rows.measure.id: rows for rows in measures}
    found: list[MapOf] = []
    for pair in package.pairs:
        there = [by_id[name] for name in pair.measures if name in by_id]
        for first, second in pairwise(there):
            chart = map_chart(first, second, setting)
            if chart is not None:
                found.append(MapOf(setting.voice.text(pair.title), escaped(setting.voice.text(pair.why)), chart))
    return found


def map_chart(first: MeasureRows, second: MeasureRows, setting: Setting) -> Chart | None:
    """`first` across and `second` upright. Null where no unit has both figures."""
    routes = _routes(first, second, setting)
    if not routes:
        return None
    spots = [spot for route in routes for spot in (route.before, route.now) if spot is not None]
    axes = [_axis([spot[side] for spot in spots], setting) for side in (0, 1)]
    measured = (first.measure, second.measure)
    titles = tuple(_title(measure, setting) for measure in measured)
    corners = tuple(setting.voice.write("map", key) for key in ("upright", "both", "neither", "across"))
    total = _total(routes, measured, setting)
    svg = draw_map(Plan(tuple(routes), *axes, titles, corners, total), setting.fonts)  # type: ignore[arg-type]
    alt = map_alternative(first, second, setting)
    return Chart(f"map-{first.measure.id}-{second.measure.id}.svg", svg, alt, 89)


def map_alternative(first: MeasureRows, second: MeasureRows, setting: Setting) -> str:
    """Both figures, before and now, of own practice, cluster and region."""
    say, text = setting.voice.write, setting.voice.text
    words = say("alt", "map", x=text(first.measure.title), y=text(second.measure.title))
    for role in ("own", "cluster", "region"):
        across, upright = getattr(first, role), getattr(second, role)
        if across is None or upright is None:
            continue
        told = {
            f"{axis}{at}": setting.beside(rows.measure, point)
            for axis, rows, row in (("x", first, across), ("y", second, upright))
            for at, point in (("0", row.before), ("1", row.now))
        }
        words += say("alt", "map_row" if setting.followup else "map_row_now", who=say("who", role), **told)
    return words


def _routes(first: MeasureRows, second: MeasureRows, setting: Setting) -> list[Route]:
    """Practices first, so that cluster and own practice lie on top of them."""
    upright = {row.label: row for row in second.others if row.label}
    both = [(row, upright[row.label]) for row in first.others if row.label in upright]
    named = len(both) <= MOST_LABELLED
    units = [(first.region, second.region), (first.cluster, second.cluster), (first.own, second.own)]
    pairs = [*both, *((one, other) for one, other in units if one is not None and other is not None)]
    return [route for one, other in pairs if (route := _route(one, other, setting, named=named)) is not None]


def _route(across: Row, upright: Row, setting: Setting, *, named: bool) -> Route | None:
    now = _spot(across, upright, "now")
    if now is None or not (across.now.readable and upright.now.readable):
        return None
    before = _spot(across, upright, "before") if across.paired and upright.paired and setting.followup else None
    role = "own" if across.own else across.level
    sign = across.sign if named or across.own else ""
    if role in ("cluster", "region"):
        sign = setting.voice.write("chart", role)
    return Route(sign, role, before, now)


def _spot(across: Row, upright: Row, window: str) -> Spot | None:
    x, y = (getattr(row, window) for row in (across, upright))
    return None if x is None or y is None or x.value is None or y.value is None else (x.value, y.value)


def _axis(values: Sequence[float], setting: Setting) -> tuple[tuple[float, str], ...]:
    room = 0.06 * (max(values) - min(values))
    places = span_ticks(max(0.0, min(values) - room), max(values) + room)
    return tuple(zip(places, setting.voice.numbers.axis(places), strict=True))


def _title(measure: Measure, setting: Setting) -> str:
    return f"{setting.voice.text(measure.title)}, {setting.voice.text(measure.unit)}"


def _total(routes: Sequence[Route], measured: tuple[Measure, Measure], setting: Setting) -> tuple[float, str] | None:
    """What the cluster had of both before: only of things that add up, which patients and shares do not."""
    adds_up = all(one.kind in ("rate", "mean") and not one.numerator.counts_patients for one in measured)
    same = measured[0].unit == measured[1].unit and measured[0].per == measured[1].per
    cluster = next((route for route in routes if route.role == "cluster"), None)
    if not (adds_up and same) or cluster is None or cluster.before is None:
        return None
    both = sum(round(value, measure.decimals) for value, measure in zip(cluster.before, measured, strict=True))
    return both, setting.voice.write("map", "total", n=setting.voice.numbers.figure(measured[0], both))
