"""Which dots and lines a slide's chart has: the same rows and the same states as in the reports' own pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from reports.alternatives import dumbbell_alternative, strip_alternative
from reports.deck_chart import NUMERAL, Axis, Bars, Drawing, Look, Place, Series
from reports.deck_type import PX_PER_MM
from reports.figures import palette
from reports.figures.canvas import text_width
from reports.figures.scale import span_ticks, ticks
from reports.figures.strip_layout import STATE_ORDER
from reports.pills import JUDGED, pill
from reports.rows import MOST_LABELLED, MeasureRows, Point, Row
from reports.setting import Setting
from transforms.definitions import Measure

PLOT = 740
"""Width in px of what a chart's columns share."""
_UNIT = 132
"""px that the name of the cluster needs beside its neighbour."""
_BESIDE = 100
"""The same where the name stands at the right of its dot."""
_LABEL = 12
"""Points of the number at a practice's dot, left out where even they would run together."""
_SMALL = 9
_LEAST_SPAN = 0.25
"""Of the highest value: what an axis that does not begin at nought spans at least."""
Values = list[float | None]


class Columns:
    """The columns of a chart from left to right: practices, a gap, cluster and region with room for their names."""

    def __init__(self, groups: Sequence[Sequence[Row]], units: Sequence[Row], *, beside: bool = False) -> None:
        wide = _BESIDE if beside else _UNIT
        gaps = [row for group in groups if group for row in (*group, None)]
        practices = len(gaps)
        share = max(1, ceil(wide * practices / max(PLOT - wide * len(units), 1)))
        self.rows: list[Row | None] = [*gaps]
        left = 0 if beside else share // 2
        for unit in units:
            self.rows += [*([None] * left), unit, *([None] * (share - 1 - left))]
        self.pitch = PLOT / max(len(self.rows), 1)

    def values(self, chosen: Sequence[Row], window: str = "now") -> tuple[float | None, ...]:
        """The values of the chosen rows in their columns, and nothing in the others."""
        ids = {id(row) for row in chosen}
        return tuple(value_in(row, window) if row is not None and id(row) in ids else None for row in self.rows)

    def at(self, row: Row) -> int:
        return next(place for place, other in enumerate(self.rows) if other is row)

    @property
    def signs(self) -> tuple[str, ...]:
        """What stands under each column: letters of practices; the units are named at their dots."""
        return tuple(row.sign if row is not None and row.level == "practice" else " " for row in self.rows)

    @property
    def letter(self) -> float:
        practices = sum(row is not None and row.level == "practice" for row in self.rows)
        return NUMERAL if practices <= MOST_LABELLED else _SMALL


def measure_drawing(rows: MeasureRows, setting: Setting) -> Drawing | None:
    """The chart of one measure: before and after at a follow-up, the sorted dots at a first meeting.

    Null where not one figure may be drawn.
    """
    rows = as_printed(rows)
    units = [row for row in (rows.cluster, rows.region) if row is not None and _any(row)]
    if not units and not any(_any(row) for row in rows.practices):
        return None
    return before_after(rows, units, setting) if setting.followup else strip(rows, units, setting)


def as_printed(rows: MeasureRows) -> MeasureRows:
    """The rows with every number as fine as it is printed: a chart's workbook is no place for further decimals."""
    decimals = rows.measure.decimals

    def fine(value: float | None) -> float | None:
        return None if value is None else round(value, decimals)

    def point(found: Point | None) -> Point | None:
        if found is None:
            return None
        return replace(found, value=fine(found.value), lower=fine(found.lower), upper=fine(found.upper))

    def row(found: Row) -> Row:
        now = point(found.now) or found.now
        judged = replace(found.judged, expected=fine(found.judged.expected))
        return replace(found, before=point(found.before), now=now, judged=judged)

    others = tuple(row(each) for each in rows.others)
    single = {name: None if found is None else row(found) for name, found in _single(rows).items()}
    return replace(rows, others=others, **single)


def _single(rows: MeasureRows) -> dict[str, Row | None]:
    return {"own": rows.own, "cluster": rows.cluster, "region": rows.region}


def strip(rows: MeasureRows, units: Sequence[Row], setting: Setting) -> Drawing:
    """The sorted practices on stems from nought, with the lines of cluster and region."""
    say = setting.voice.write
    readable = sorted((row for row in rows.practices if row.now.readable), key=lambda row: (row.now.value, row.label))
    few = [row for row in rows.practices if row.now.state == "too_few" and row.now.value is not None]
    columns = Columns((readable, few), units, beside=True)
    noughts = [row for row in readable if row.now.state == "zero"]
    others = [row for row in readable if row.now.state != "zero"]
    series = [_level(unit, columns, readable, setting) for unit in units if unit.now.value is not None]
    bars = _intervals(columns, others) if setting.open_mode else (Bars(),)
    series.append(Series(say("deck", "practices"), columns.values(others), Look(), bars))
    if noughts:
        labels: dict[int, Place] = {columns.at(row): "t" for row in noughts}
        series.append(Series(say("key", "zero"), columns.values(noughts), Look(hollow=True), labels=labels))
    if few:
        series.append(Series(say("key", "too_few"), columns.values(few), Look(palette.MID, hollow=True)))
    return Drawing(
        f"strip-{rows.measure.id}",
        strip_alternative(rows, setting),
        tuple(each for each in series if any(value is not None for value in each.values)),
        _axis_from_nought(rows, units, setting),
        columns.signs,
        letter=columns.letter,
    )


def _level(unit: Row, columns: Columns, practices: Sequence[Row], setting: Setting) -> Series:
    """A line across the practices, and beside them the unit's own dot with its name, number and interval."""
    place, value = columns.at(unit), unit.now.value
    reached = {*range(len(practices)), place}
    values = tuple(value if at in reached else None for at in range(len(columns.rows)))
    cluster = unit.level == "cluster"
    colour = palette.INK if cluster else palette.OTHERS
    look = Look(colour, "circle", 2, line="solid" if cluster else "dash", thick=2 if cluster else 1.5)
    lengths = _around([unit if at == place else None for at in range(len(columns.rows))])
    bars = (Bars(*lengths, palette.INK, 2.25),) if cluster and unit.now.interval else ()
    name = setting.voice.write("who", unit.level)
    return Series(name, values, look, bars, {place: "r"}, named=True)


def before_after(rows: MeasureRows, units: Sequence[Row], setting: Setting) -> Drawing:
    """Every practice from before to after, sorted by the figure before: a fall after a high one is to be expected."""
    shown = [row for row in rows.practices if row.label and row.now.state != "not_submitted" and _any(row)]
    ordered = sorted(shown, key=lambda row: (not row.paired, -(value_in(row, "before") or 0), row.label))
    columns = Columns((ordered,), units)
    series = [*_practice_series(ordered, columns, rows.measure, setting), *_unit_series(units, columns, setting)]
    values = [value for each in series for value in each.values if value is not None]
    found = [row for row in (rows.cluster, rows.region) if row is not None]
    return Drawing(
        f"dumbbell-{rows.measure.id}",
        dumbbell_alternative(found, rows, setting),
        tuple(each for each in series if any(value is not None for value in each.values)),
        axis_of(roomy(values), rows.measure, setting),
        columns.signs,
        letter=columns.letter,
    )


def _practice_series(ordered: Sequence[Row], columns: Columns, measure: Measure, setting: Setting) -> list[Series]:
    """Dots before with the bars that lead from them, then the dots after, which lie on top."""
    say = setting.voice.write
    few = [row for row in ordered if row.now.state == "too_few"]
    likely = [row for row in ordered if row not in few and pill(row, setting) == "likely"]
    rest = [row for row in ordered if row not in few and row not in likely]
    before, now = say("head", "before"), say("head", "now")
    on_their_own = f", {say('pill', 'likely').lower()}"
    pale, made = Look(palette.OTHERS, size=10, hollow=True), []
    for name, rows, bar in (("", [*rest, *few], (palette.HATCH, 5.0)), (on_their_own, likely, (palette.BLOCK, 6.0))):
        bars = (_joining(rows, columns, *bar),)
        made.append(Series(before + name, columns.values(rows, "before"), pale, bars))
    for name, rows, colour in (("", rest, palette.OTHERS), (on_their_own, likely, palette.INK)):
        labels = _now_labels(rows, columns, measure, setting)
        look, plain = Look(colour), _numbers(measure.decimals)
        made.append(Series(now + name, columns.values(rows), look, (), labels, numbers=plain, letter=_LABEL))
    made.append(Series(say("key", "too_few"), columns.values(few), Look(palette.HATCH, hollow=True)))
    return made


def _now_labels(rows: Sequence[Row], columns: Columns, measure: Measure, setting: Setting) -> dict[int, Place]:
    """The number after, on the side that looks away from the number before; none where they would run together."""
    written = [setting.voice.numbers.figure(measure, row.now.value) for row in rows if row.now.value is not None]
    widths = [text_width(words, _LABEL, palette.REGULAR, setting.fonts) * PX_PER_MM for words in written]
    if max(widths, default=0) + 1 > columns.pitch:
        return {}
    return {columns.at(row): "t" if _rises(row) else "b" for row in rows if row.now.value is not None}


def _unit_series(units: Sequence[Row], columns: Columns, setting: Setting) -> list[Series]:
    say, made = setting.voice.write, []
    for unit in units:
        cluster, place = unit.level == "cluster", columns.at(unit)
        colour = palette.INK if cluster else palette.OTHERS
        up: Place = "t" if _rises(unit) else "b"
        down: Place = "b" if up == "t" else "t"
        name = say("who", unit.level)
        bar = _joining([unit], columns, palette.BLOCK if cluster else palette.HATCH, 7.0 if cluster else 5.0)
        now, before = Look(colour, size=11 if cluster else 9), Look(colour, size=13 if cluster else 11, hollow=True)
        words = {window: f"{name} {say('chart', window)}" for window in ("before", "now")}
        for window, look, place_of, joined in (("before", before, down, (bar,)), ("now", now, up, ())):
            values = columns.values([unit], window)
            made.append(Series(words[window], values, look, joined, {place: place_of}, named=True, letter=_LABEL))
        made += _expected(unit, columns, setting) if cluster else []
    return made


def _expected(unit: Row, columns: Columns, setting: Setting) -> list[Series]:
    """A tick where the cluster was to be seen had it followed the region."""
    expected = unit.judged.expected
    if pill(unit, setting) not in JUDGED or expected is None:
        return []
    place = columns.at(unit)
    values = tuple(expected if at == place else None for at in range(len(columns.rows)))
    return [Series(setting.voice.write("deck", "expected"), values, Look(palette.INK, "dash", 18))]


def _joining(rows: Sequence[Row], columns: Columns, colour: str, thick: float) -> Bars:
    """The bar from a dot before to the dot after, where the two may be set beside each other."""
    down: Values = [None] * len(columns.rows)
    up: Values = [None] * len(columns.rows)
    for row in rows:
        before, now = value_in(row, "before"), row.now.value
        if row.paired and before is not None and now is not None:
            side = down if before > now else up
            side[columns.at(row)] = abs(before - now)
    return Bars(tuple(down), tuple(up), colour, thick)


def _intervals(columns: Columns, rows: Sequence[Row]) -> tuple[Bars, ...]:
    chosen = {id(row) for row in rows}
    down, up = _around([row if row is not None and id(row) in chosen else None for row in columns.rows])
    return (Bars(down, up, palette.MID, 2.25),)


def _around(rows: Sequence[Row | None]) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
    down: Values = []
    up: Values = []
    for row in rows:
        bounds = None if row is None else row.now.interval
        value = None if row is None else row.now.value
        known = bounds is not None and value is not None
        down.append(value - bounds[0] if known and bounds and value is not None else None)
        up.append(bounds[1] - value if known and bounds and value is not None else None)
    return tuple(down), tuple(up)


def _axis_from_nought(rows: MeasureRows, units: Sequence[Row], setting: Setting) -> Axis:
    shown = [row.now.value for row in (*rows.practices, *units) if row.now.value is not None]
    bounded = [*(rows.practices if setting.open_mode else ()), *units]
    shown += [row.now.upper for row in bounded if row.now.upper is not None and row.level != "region"]
    measure = rows.measure
    return axis_of(
        ticks(max(shown, default=0), measure.per if measure.kind == "proportion" else None), measure, setting
    )


def axis_of(places: Sequence[float], measure: Measure, setting: Setting, title: str = "") -> Axis:
    sign = setting.voice.numbers.percent_sign if setting.voice.text(measure.unit) == "%" else ""
    decimals = next((fine for fine in range(5) if all(abs(round(at, fine) - at) < 1e-9 for at in places)), 5)
    ends = tuple(round(place, 9) for place in (places[0], places[-1], places[1] - places[0]))
    return Axis(*ends, _numbers(measure.decimals, sign), _numbers(decimals, sign), title)


def _numbers(decimals: int, sign: str = "") -> str:
    """How the programs write numbers; nought is `0` however fine the others are, a share has its sign."""
    written = "#,##0" + ("." + "0" * decimals if decimals else "") + (f'"{sign}"' if sign else "")
    return f"{written};\u2212{written};0"


def roomy(found: Sequence[float]) -> tuple[float, ...]:
    """Ticks with room on both sides, never under nought, and wide enough that a small change does not look large."""
    low, high = min(found), max(found)
    room = max(0.04 * (high - low), (_LEAST_SPAN * high - (high - low)) / 2)
    return span_ticks(max(0.0, low - room), high + room)


def states_of(rows: MeasureRows) -> list[tuple[str, list[str], int]]:
    """What is no value in the later window: the state, the letters that may be seen, and how many there are."""
    found = []
    for state in STATE_ORDER:
        members = [row for row in rows.practices if row.now.state == state]
        if members:
            nameless = state == "not_submitted" or len(rows.practices) > MOST_LABELLED
            signs = [] if nameless else sorted(row.sign for row in members if row.sign)
            found.append((state, signs, len(members)))
    return found


def value_in(row: Row, window: str) -> float | None:
    point: Point | None = row.now if window == "now" else row.before
    return None if point is None else point.value


def _any(row: Row) -> bool:
    return row.now.value is not None or value_in(row, "before") is not None


def _rises(row: Row) -> bool:
    before, now = value_in(row, "before"), row.now.value
    return before is not None and now is not None and now > before
