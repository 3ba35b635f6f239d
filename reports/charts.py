"""From rows to charts: what is drawn, in words and numbers already, and the text that stands in for the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.alternatives import dumbbell_alternative, strip_alternative
from reports.changes import change_lines
from reports.figures.dumbbell import Bell, draw_dumbbell
from reports.figures.key import MARKS, draw_key
from reports.figures.practices import Pair, Pairs, axis_values, draw_pairs
from reports.figures.strip import draw_strip
from reports.figures.strip_layout import Frame, Strip, lay_out
from reports.pills import JUDGED, pill
from reports.rows import MOST_LABELLED, MeasureRows, Point, Row
from reports.setting import Setting


@dataclass(frozen=True)
class Chart:
    """A drawing, the name of its file and its text alternative. `width` is in mm."""

    name: str
    svg: str
    alt: str
    width: int


def strip_layout(rows: MeasureRows, setting: Setting) -> Strip:
    return lay_out(rows, Frame(setting.voice, setting.fonts, setting.open_mode))


def strip_chart(rows: MeasureRows, shared: Strip | None, setting: Setting) -> Chart:
    """The sorted dots. `shared` is the layout of the cluster's own strip of the same measure."""
    svg = draw_strip(strip_layout(rows, setting), shared, setting.fonts)
    return Chart(f"strip-{rows.measure.id}.svg", svg, strip_alternative(rows, setting), 112)


def dumbbell_chart(rows: MeasureRows, setting: Setting) -> Chart:
    """Own practice, cluster and region from before to now."""
    # Beside an own practice there is no room for them; their sentence has the figures.
    twice = None if rows.twice is None or setting.member else rows.twice.row
    found = [row for row in (rows.own, rows.cluster, twice, rows.region) if row is not None]
    named = next((row for row in found if _shown(row.before) is not None or _shown(row.now) is not None), None)
    bells = tuple(_bell(row, row is named, rows, setting) for row in found)
    svg = draw_dumbbell(bells, setting.fonts)
    return Chart(f"dumbbell-{rows.measure.id}.svg", svg, dumbbell_alternative(found, rows, setting), 66)


def pairs_chart(rows: MeasureRows, setting: Setting) -> Chart | None:
    """Every practice from before to now: null where fewer than two can be shown."""
    shown = [row for row in rows.practices if row.label and row.now.state != "not_submitted"]
    if len(shown) < 2 or len(shown) > MOST_LABELLED:
        return None
    ordered = sorted(shown, key=lambda row: (not row.paired, -(_shown(row.before) or 0), row.label))
    units = [row for row in (rows.cluster, rows.region) if row is not None]
    pairs = tuple(_pair(row, rows, setting) for row in (*ordered, *units))
    places = axis_values(pairs)
    ticks = tuple(zip(places, setting.voice.numbers.axis(places), strict=True))
    words = setting.voice.write
    svg = draw_pairs(Pairs(pairs, ticks, words("chart", "before"), words("chart", "now")), setting.fonts)
    alt = words("alt", "pairs", title=setting.voice.text(rows.measure.title))
    return Chart(f"pairs-{rows.measure.id}.svg", svg, alt, 89)


def key_chart(measures: Sequence[MeasureRows], setting: Setting) -> Chart:
    """How the states are drawn and, at a follow-up, before, after and what was expected."""
    say, bells = setting.voice.write, [row for rows in measures for row in (rows.own, rows.cluster) if row is not None]
    expected = any(row.judged.expected is not None for row in bells)
    marks = MARKS[: 4 if expected else 2] if setting.followup else ()
    parts = ["key", *(["key_marks"] if marks else []), *(["key_expected"] if expected else [])]
    alt = "".join(say("alt", part) for part in parts)
    return Chart("key.svg", draw_key(setting.voice, setting.fonts, marks), alt, 184)


def _bell(row: Row, named: bool, rows: MeasureRows, setting: Setting) -> Bell:
    words, measure = setting.voice.write, rows.measure
    role = "own" if row.own else row.level
    before, now = _shown(row.before), _shown(row.now)
    change, relative = _change_words(row, rows, setting)
    kind = pill(row, setting)
    expected = row.judged.expected if kind in JUDGED else None
    expected_words = "" if expected is None else setting.voice.numbers.figure(measure, expected)

    def number(value: float | None, word: str) -> str:
        text = "" if value is None else setting.voice.numbers.figure(measure, value)
        return f"{words('chart', word)} {text}" if named and setting.followup and text else text

    return Bell(
        name=words("who", role),
        under=_under(row, role, setting),
        role=role,
        before=before,
        now=now,
        before_words=number(before, "before"),
        now_words=number(now, "now"),
        interval=row.now.interval if now is not None else _bounds(row),
        change=change,
        relative=relative,
        faint=row.now.bounded is not None or (kind == "too_few" and not row.judged.lacks_others),
        joined=row.paired and kind != "incomparable",
        expected=expected,
        expected_words=words("chart", "expected", x=expected_words) if expected_words else "",
        expected_interval=row.judged.expected_interval if expected is not None else None,
    )


def _bounds(row: Row) -> tuple[float, float] | None:
    """What the figure lies between, where there is none: a dashed line without a dot."""
    between = row.now.bounded
    return None if between is None or between.lower is None or between.upper is None else (between.lower, between.upper)


def _under(row: Row, role: str, setting: Setting) -> str:
    if role == "own":
        return row.sign if row.sign == row.label else ""
    if role == "twice":
        return setting.voice.write("who", "twice_under", n=setting.voice.numbers.count(row.now.denominator or 0))
    number = row.practices if row.now.bounded is None else row.now.bounded.practices
    if role == "cluster" and number is None:
        return ""
    return setting.voice.write("who", f"{role}_under", n=number)


def _change_words(row: Row, rows: MeasureRows, setting: Setting) -> tuple[str, str]:
    """The two short lines at a row's right end."""
    words = setting.voice.write
    if row.now.bounded is not None:
        ends = _bounds(row)
        written = setting.voice.write("change", "few_delivered")
        return (row.now.bounded.short(rows.measure, setting), written) if ends else (written, "")
    kind: str = pill(row, setting)
    if kind == "too_few" and row.judged.lacks_others:
        kind = "few_others"
    if kind in ("too_few", "few_others", "incomparable"):
        return words("change", kind), words("change", f"{kind}_under")
    if kind not in (*JUDGED, "readable"):
        return setting.state(row.now), ""
    numbers, measure = setting.voice.numbers, rows.measure
    if not setting.followup:
        bounds = row.now.interval
        return (numbers.interval(measure, *bounds), words("chart", "interval")) if bounds else ("", "")
    return change_lines(row, measure, setting)


def _pair(row: Row, rows: MeasureRows, setting: Setting) -> Pair:
    before, now = _shown(row.before), _shown(row.now)
    number = "" if now is None else setting.voice.numbers.figure(rows.measure, now)
    name = row.sign if row.level == "practice" else setting.voice.write("who", row.level)
    return Pair(
        name,
        row.level,
        before,
        now,
        number,
        _missing(row, before, now, setting),
        row.paired,
        row.now.state == "too_few",
        pill(row, setting) == "likely",
    )


def _missing(row: Row, before: float | None, now: float | None, setting: Setting) -> str:
    """What stands where a dot is missing, or beside two dots that are not to be compared."""
    say = setting.voice.write
    before_words, now_words = setting.state(row.before), setting.state(row.now)
    if before is None and now is None:
        same = before_words == now_words
        return now_words if same else f"{say('chart', 'no_before', state=before_words)}, {now_words}"
    if now is None:
        return say("chart", "no_now", state=now_words)
    if before is None:
        return say("chart", "no_before", state=before_words)
    return "" if row.paired else say("change", pill(row, setting)) + " " + _under_words(row, setting)


def _under_words(row: Row, setting: Setting) -> str:
    kind = pill(row, setting)
    return setting.voice.write("change", "incomparable_under") if kind == "incomparable" else ""


def _shown(point: Point | None) -> float | None:
    """A value that has a place in a picture."""
    return None if point is None else point.value
