"""The numbers behind the charts, as rows of cells. A state that is no value stands in brackets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reports.alphabet import alphabetical
from reports.markdown import Markdown, escaped
from reports.rows import MeasureRows, Point, Row
from reports.setting import Setting
from transforms.definitions import Measure
from transforms.kinds import AVERAGES, SHARES
from transforms.published import STATES


@dataclass(frozen=True)
class Table:
    """Cells as Markdown. The first `words` columns read from the left, the others line up at the right."""

    heads: tuple[Markdown, ...]
    rows: tuple[tuple[Markdown, ...], ...]
    words: int

    @property
    def rule(self) -> Markdown:
        """The line under the head of a pipe table."""
        sides = [":--"] * self.words + ["--:"] * (len(self.heads) - self.words)
        return Markdown("|" + "|".join(sides) + "|")


def units_table(measures: Sequence[MeasureRows], setting: Setting) -> Table:
    """Own practice, cluster and region: value, count and interval of every measure."""
    keys = ["who", "before", "now", "count_before", "count_now", "interval_now"]
    if not setting.followup:
        keys = ["who", "value", "count", "interval"]
    rows: list[tuple[Markdown, ...]] = []
    for number, measured in enumerate(measures, start=1):
        found = [row for row in (measured.own, measured.cluster, measured.region) if row is not None]
        rows.append(title_cells(number, measured.measure, setting, len(keys)))
        rows += [as_cells(_unit_cells(row, measured.measure, setting)) for row in found]
    heads = tuple(setting.voice.say("table", key) for key in keys)
    return Table(heads, tuple(rows), 1)


def practices_table(measures: Sequence[MeasureRows], setting: Setting) -> Table:
    """One row per practice: every measure before and now; cluster and region last."""
    by_label = {row.label: row for rows in measures for row in rows.practices if row.label}
    ordered = sorted(by_label.values(), key=lambda row: (not row.own, len(row.sign), row.sign, alphabetical(row.label)))
    rows = [_practice_cells(row, measures, setting) for row in ordered if row.own or has_delivered(row.label, measures)]
    rows += _nameless_cells(measures, setting)
    for level in ("cluster", "region"):
        found = [getattr(rows_of, level) for rows_of in measures]
        rows.append(
            as_cells([setting.voice.write("who", level), *_name_gap(setting), *_values(found, measures, setting)])
        )
    return Table(_practice_heads(measures, setting), tuple(rows), 2 if setting.open_mode else 1)


def column_words(measures: Sequence[MeasureRows], setting: Setting) -> Markdown:
    """What the numbers over the columns stand for."""
    say, text = setting.voice.write, setting.voice.text
    measured = [(at, rows.measure) for at, rows in enumerate(measures, start=1)]
    items = [say("table", "column", n=at, title=text(one.title), unit=text(one.unit)) for at, one in measured]
    return setting.voice.say("table", "columns", list="; ".join(items))


def cell(measure: Measure, point: Point | None, setting: Setting) -> str:
    """One figure in a table: the value, `0`, or the word for its state in brackets."""
    if point is None or point.state == "not_applicable":
        return setting.voice.write("state", "absent")
    if point.state in ("value", "zero") and point.value is not None:
        return setting.voice.numbers.shared(measure, point.value)
    if point.bounded is not None:
        return f"({point.bounded.short(measure, setting)})"
    word = f"({setting.state(point)})" if setting.state(point) else setting.voice.write("state", "absent")
    return word if point.value is None else f"{setting.voice.numbers.shared(measure, point.value)} {word}"


def unit_name(row: Row, setting: Setting) -> str:
    """Own practice, cluster or region."""
    return _own(setting.voice.write("who", "own")) if row.own else setting.voice.write("who", row.level)


def _unit_cells(row: Row, measure: Measure, setting: Setting) -> list[str]:
    numbers, absent = setting.voice.numbers, setting.voice.write("state", "absent")
    bounds = absent if row.now.interval is None else numbers.interval(measure, *row.now.interval)
    points = [row.before, row.now] if setting.followup else [row.now]
    values = [cell(measure, point, setting) for point in points]
    return [unit_name(row, setting), *values, *(_count(point, measure, setting) for point in points), bounds]


def _count(point: Point | None, measure: Measure, setting: Setting) -> str:
    counted = None if point is None else point.denominator if measure.kind in AVERAGES else point.numerator
    if point is None or counted is None:
        return setting.voice.write("state", "absent")
    count = setting.voice.numbers.count
    if measure.kind not in SHARES or point.denominator is None or point.numerator is None:
        return count(counted)
    return setting.voice.write("table", "of", n=count(point.numerator), d=count(point.denominator))


def _practice_heads(measures: Sequence[MeasureRows], setting: Setting) -> tuple[Markdown, ...]:
    say = setting.voice.say
    heads = [say("table", "practice")]
    if setting.open_mode:
        heads.append(say("table", "name"))
    for at in range(1, len(measures) + 1):
        keys = ("column_before", "column_now") if setting.followup else ("column_one",)
        heads += [say("table", key, n=at) for key in keys]
    return tuple(heads)


def _practice_cells(row: Row, measures: Sequence[MeasureRows], setting: Setting) -> tuple[Markdown, ...]:
    sign = row.sign or row.label
    name = _own(setting.voice.write("table", "own", sign=sign)) if row.own else sign
    found = [next((one for one in rows.practices if one.label == row.label), None) for rows in measures]
    return as_cells([name, *([row.label] if setting.open_mode else []), *_values(found, measures, setting)])


def _values(found: Sequence[Row | None], measures: Sequence[MeasureRows], setting: Setting) -> list[str]:
    """One or two cells per measure; blank where a practice keeps its letter to itself, hidden where all others do."""
    cells: list[str] = []
    windows = 2 if setting.followup else 1
    for row, rows in zip(found, measures, strict=True):
        if row is None:
            blank = f"({setting.voice.write('state', 'suppressed')})" if rows.withheld else ""
            cells += [blank] * windows
        else:
            cells += [cell(rows.measure, point, setting) for point in (row.before, row.now)[-windows:]]
    return cells


def has_delivered(label: str, measures: Sequence[MeasureRows]) -> bool:
    """Whether a practice has anything to show: one that has not keeps its letter to itself."""
    rows = [row for rows in measures for row in rows.practices if row.label == label]
    return any(row.now.state != "not_submitted" for row in rows)


def _nameless_cells(measures: Sequence[MeasureRows], setting: Setting) -> list[tuple[Markdown, ...]]:
    """One row for the practices that keep their letter to themselves: how many, and why they have no figure now."""
    cells: list[str] = []
    for rows in measures:
        cells += ["", _nameless(rows, measures, setting)] if setting.followup else [_nameless(rows, measures, setting)]
    if not any(cells):
        return []
    return [as_cells([setting.voice.write("table", "nameless"), *_name_gap(setting), *cells])]


def _nameless(rows: MeasureRows, measures: Sequence[MeasureRows], setting: Setting) -> str:
    hidden = [row for row in rows.others if not row.label or not has_delivered(row.label, measures)]
    counts = Counter(row.now.state for row in hidden)
    words = [f"{counts[state]} ({setting.voice.write('state', state)})" for state in STATES if counts[state]]
    return ", ".join(words)


def _name_gap(setting: Setting) -> list[str]:
    return [""] if setting.open_mode else []


def title_cells(number: int, measure: Measure, setting: Setting, columns: int) -> tuple[Markdown, ...]:
    """A row with words in its first cell alone: the layout lets them run across the table."""
    text = setting.voice.text
    words = setting.voice.write("table", "column", n=number, title=text(measure.title), unit=text(measure.unit))
    return (Markdown("**{words}**").fill(words=words), *[Markdown()] * (columns - 1))


def _own(words: str) -> Markdown:
    return Markdown("[{words}]{{.own}}").fill(words=words)


def as_cells(row: Sequence[str]) -> tuple[Markdown, ...]:
    """Words and numbers as the cells of one row."""
    return tuple(escaped(words) for words in row)
