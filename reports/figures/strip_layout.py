"""Where everything of a strip stands, in mm, before anything is drawn. Two equal layouts are the same picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reports.figures import palette
from reports.figures.canvas import text_width
from reports.figures.scale import Scale, ticks
from reports.numbers import NBSP
from reports.rows import MOST_LABELLED, MeasureRows, Row
from reports.wording import Voice
from transforms.definitions import Measure
from transforms.published import State

WIDTH, HEIGHT = 112.0, 41.0
LEFT, LINE_LABELS, GAP = 11.0, 21.0, 2.0
BASE, HEADROOM = 9.0, 5.0
WIDEST_PITCH, NARROWEST_PITCH = 9.0, 1.0
LABEL_DISTANCE = 2.9
NARROWEST_PLOT = 24.0
STATE_ORDER: tuple[State, ...] = ("too_few", "suppressed", "not_computable", "not_applicable", "not_submitted")


@dataclass(frozen=True)
class Column:
    """One practice. `key` tells columns apart, `sign` is printed under it and empty where it must not or cannot be."""

    key: str
    sign: str
    x: float
    width: float
    state: State
    own: bool
    value: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class Level:
    """A line across the sorted practices: the cluster's or the region's figure, its words at the right end."""

    value: float
    words: str
    words_y: float
    dashed: bool


@dataclass(frozen=True)
class Caption:
    """Words centred under columns."""

    words: str
    x: float


@dataclass(frozen=True)
class Strip:
    """A whole strip. `axis` holds the ticks' values and words; `message` stands where no others are shown."""

    top: float
    axis: tuple[tuple[float, str], ...]
    columns: tuple[Column, ...]
    levels: tuple[Level, ...]
    captions: tuple[Caption, ...]
    plot_end: float
    own_words: str
    zero_words: str
    message: str

    @property
    def y(self) -> Scale:
        return Scale(0, self.top, BASE, HEIGHT - HEADROOM)

    @property
    def own(self) -> Column | None:
        return next((column for column in self.columns if column.own), None)

    def without(self, key: str | None) -> Strip:
        """The same strip where one practice's place is left empty."""
        return replace(self, columns=tuple(column for column in self.columns if column.key != key))


@dataclass(frozen=True)
class Frame:
    """What a layout needs beside the figures."""

    voice: Voice
    fonts: Path
    open_mode: bool
    labelled: bool = True


def lay_out(rows: MeasureRows, frame: Frame) -> Strip:
    """The strip of one measure for one audience."""
    frame = replace(frame, labelled=len(rows.practices) <= MOST_LABELLED)
    top, axis = _axis(rows, frame.voice, frame.open_mode)
    groups = _groups(rows, frame)
    pitch = _pitch(groups, frame)
    sorted_width = len(groups[0][1]) * pitch
    plot_end = LEFT + max(sorted_width, NARROWEST_PLOT)
    columns = _columns(groups[0][1], (LEFT + plot_end - sorted_width) / 2, pitch, frame)
    captions = [Caption(words, (LEFT + plot_end) / 2) for words in _fitting(groups[0][1], plot_end - LEFT, frame)]
    x = plot_end + LINE_LABELS
    for words, members in groups[1:]:
        width = max(len(members) * pitch, _caption_width(words, frame))
        columns += _columns(members, x + (width - len(members) * pitch) / 2, pitch, frame)
        captions.append(Caption(words, x + width / 2))
        x += width + GAP
    return Strip(
        top=top,
        axis=axis,
        columns=tuple(columns),
        levels=_levels(rows, Scale(0, top, BASE, HEIGHT - HEADROOM), frame.voice),
        captions=tuple(captions),
        plot_end=plot_end,
        own_words=frame.voice.write("chart", "own"),
        zero_words=frame.voice.write("chart", "not_computable"),
        message=frame.voice.write("chart", f"others_{rows.withheld}") if rows.withheld else "",
    )


def _axis(rows: MeasureRows, voice: Voice, open_mode: bool) -> tuple[float, tuple[tuple[float, str], ...]]:
    shown = [row.now.value for row in rows.practices if row.now.value is not None]
    shown += [row.now.upper for row in rows.practices if (row.own or open_mode) and row.now.upper is not None]
    shown += [row.now.value for row in (rows.cluster, rows.region) if row and row.now.value is not None]
    measure = rows.measure
    share = measure.kind == "proportion"
    places = ticks(max(shown, default=0), measure.per if share else None)
    words = voice.numbers.axis(places)
    if voice.text(measure.unit) == "%":
        words[-1] += "%" if voice.language == "en" else f"{NBSP}%"
    return places[-1], tuple(zip(places, words, strict=True))


def _groups(rows: MeasureRows, frame: Frame) -> list[tuple[str, list[Row]]]:
    """The sorted practices first, then each state that is no value, with its caption."""
    voice = frame.voice
    readable = sorted((row for row in rows.practices if row.now.readable), key=lambda row: (row.now.value, row.label))
    groups: list[tuple[str, list[Row]]] = [("", [*readable])]
    for state in STATE_ORDER:
        members = [row for row in rows.practices if row.now.state == state]
        words = voice.write("chart", f"group_{state}", n=voice.numbers.count(len(members)))
        groups += [(words, members)] if members else []
    return groups


def _fitting(dots: Sequence[Row], room: float, frame: Frame) -> list[str]:
    """The longest caption of the sorted dots that stands under them: none under one dot alone."""
    if len(dots) < 2:
        return []
    offered = [frame.voice.write("chart", key) for key in ("sorted", "sorted_short")]
    return [words for words in offered if _caption_width(words, frame) <= room][:1]


def _pitch(groups: Sequence[tuple[str, Sequence[Row]]], frame: Frame) -> float:
    """The widest column, down from `WIDEST_PITCH`, at which everything still fits the strip."""
    pitch = WIDEST_PITCH
    while pitch > NARROWEST_PITCH and _needed(groups, pitch, frame) > WIDTH:
        pitch -= 0.05
    return round(pitch, 2)


def _needed(groups: Sequence[tuple[str, Sequence[Row]]], pitch: float, frame: Frame) -> float:
    states = [max(len(members) * pitch, _caption_width(words, frame)) + GAP for words, members in groups[1:]]
    return LEFT + max(len(groups[0][1]) * pitch, NARROWEST_PLOT) + LINE_LABELS + sum(states) - (GAP if states else 0)


def _caption_width(words: str, frame: Frame) -> float:
    return text_width(words, palette.FLOOR, palette.REGULAR, frame.fonts)


def _columns(members: Sequence[Row], start: float, pitch: float, frame: Frame) -> list[Column]:
    return [_column(row, start + (at + 0.5) * pitch, pitch, frame) for at, row in enumerate(members)]


def _column(row: Row, x: float, pitch: float, frame: Frame) -> Column:
    point, bounded = row.now, row.own or frame.open_mode
    lower, upper = (point.lower, point.upper) if bounded else (None, None)
    nameless = point.state == "not_submitted" or not frame.labelled
    sign = row.sign if row.own or not nameless else ""
    return Column(row.label, sign, round(x, 3), pitch, point.state, row.own, point.value, lower, upper)


def _levels(rows: MeasureRows, y: Scale, voice: Voice) -> tuple[Level, ...]:
    found = [
        (key, row.now.value) for key, row in (("cluster", rows.cluster), ("region", rows.region)) if _has_value(row)
    ]
    places = _apart([y.at(value) for _, value in found])
    return tuple(
        Level(value, f"{voice.write('chart', key)} {_figure(rows.measure, value, voice)}", place, key == "region")
        for (key, value), place in zip(found, places, strict=True)
    )


def _has_value(row: Row | None) -> bool:
    return row is not None and row.now.readable


def _figure(measure: Measure, value: float, voice: Voice) -> str:
    return voice.numbers.figure(measure, value)


def _apart(places: Sequence[float]) -> list[float]:
    """At most two labels, moved away from each other until both can be read; neither sinks under the axis."""
    if len(places) < 2 or abs(places[0] - places[1]) >= LABEL_DISTANCE:
        return list(places)
    middle = max((places[0] + places[1]) / 2, BASE + LABEL_DISTANCE / 2)
    first_up = 1 if places[0] > places[1] else -1
    return [middle + first_up * LABEL_DISTANCE / 2, middle - first_up * LABEL_DISTANCE / 2]
