"""STRIP: one dot per practice, sorted low to high, and beside them the practices that have no value to show.

The cluster's picture is drawn once per process; a member's own layer is put on it, saved, and taken off again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

from reports.figures import palette
from reports.figures.canvas import Canvas, Pen, Type
from reports.figures.fragments import Mark
from reports.figures.strip_layout import BASE, HEADROOM, HEIGHT, LEFT, WIDTH, Column, Strip

_BLOCK_HEIGHT = 7.0
_WIDEST_HALF = 2.8
_LETTER_Y, _CAPTION_Y = BASE - 3.6, 1.6
_LOCK = Lock()


@dataclass(frozen=True)
class _Look:
    color: str
    dot: float
    interval: float
    letter: Type


_OTHERS = _Look(palette.OTHERS, palette.DOT, palette.INTERVAL, Type(weight=palette.SEMIBOLD))
_OWN = _Look(palette.ACCENT, palette.OWN_DOT, palette.OWN_INTERVAL, Type(9.4, palette.BOLD, palette.ACCENT))


@dataclass(frozen=True)
class _Drawing:
    canvas: Canvas
    marks: Mapping[str, list[Mark]]


def draw_strip(strip: Strip, shared: Strip | None, fonts: Path) -> str:
    """The SVG of `strip`. `shared` is the cluster's own: where only the own practice differs, it is reused."""
    own = strip.own
    key = own.key if own else None
    same = shared is not None and shared.without(key) == strip.without(key)
    with _LOCK:
        drawing = _drawn(shared if same and shared is not None else strip.without(key), fonts)
        return _with_own(drawing, strip, own)


def _with_own(drawing: _Drawing, strip: Strip, own: Column | None) -> str:
    hidden = drawing.marks.get(own.key, []) if own else []
    for mark in hidden:
        mark.visible = False
    try:
        with drawing.canvas.layer():
            if own:
                _own_column(drawing.canvas, strip, own)
                _mark(drawing.canvas, strip, own)
            return drawing.canvas.svg()
    finally:
        for mark in hidden:
            mark.visible = True


@lru_cache(maxsize=64)
def _drawn(strip: Strip, fonts: Path) -> _Drawing:
    """Everything of a strip but the own layer."""
    canvas = Canvas(WIDTH, HEIGHT, fonts)
    _axis(canvas, strip)
    _levels(canvas, strip)
    for caption in strip.captions:
        canvas.text((caption.x, _CAPTION_Y), caption.words, Type(palette.FLOOR, color=palette.OTHERS), "center")
    marks: dict[str, list[Mark]] = {}
    for column in strip.columns:
        with canvas.recording() as drawn:
            _mark(canvas, strip, column)
        marks.setdefault(column.key, []).extend(drawn)
    if strip.message:
        _message(canvas, strip)
    return _Drawing(canvas, marks)


def _axis(canvas: Canvas, strip: Strip) -> None:
    for value, words in strip.axis:
        y = strip.y.at(value)
        pen = Pen(palette.MID, 0.3) if value == 0 else Pen(palette.GRID, 0.18)
        canvas.line((LEFT, strip.plot_end), (y, y), pen, 0.5)
        canvas.text((LEFT - 1.2, y - 0.9), words, Type(color=palette.OTHERS), "right")


def _levels(canvas: Canvas, strip: Strip) -> None:
    for level in strip.levels:
        y = strip.y.at(level.value)
        pen = Pen(palette.OTHERS, 0.3, (4, 2)) if level.dashed else Pen(palette.INK, 0.45)
        canvas.line((LEFT, strip.plot_end + 0.6), (y, y), pen, 1.5)
        look = Type(color=palette.OTHERS) if level.dashed else Type(weight=palette.BOLD)
        canvas.text((strip.plot_end + 1.2, level.words_y - 0.9), level.words, look)


def _message(canvas: Canvas, strip: Strip) -> None:
    # Right of the own column, where that stands beside the plot because the practice has no value.
    left = max(strip.plot_end + 23, *(column.x + column.width / 2 + 8 for column in strip.columns), 0.0)
    for at, words in enumerate(strip.message.split("\n")):
        y = (BASE + HEIGHT - HEADROOM) / 2 + 4 - 3.4 * at
        canvas.text((left, y), words, Type(palette.NUMERAL, color=palette.OTHERS))


def _own_column(canvas: Canvas, strip: Strip, column: Column) -> None:
    half = max(min(column.width / 2, _WIDEST_HALF), canvas.text_width(column.sign, _OWN.letter) / 2 + 0.5, 1.6)
    left, right, bottom, top = column.x - half, column.x + half, _LETTER_Y - 1.2, HEIGHT - HEADROOM + 0.6
    canvas.box((left, right), (bottom, top), palette.ACCENT_TINT, 0.2)
    for x in (left, right):
        canvas.line((x, x), (bottom, top), Pen(palette.ACCENT, palette.EDGE), 0.8)
    look = Type(weight=palette.BOLD, color=palette.ACCENT)
    room = canvas.text_width(strip.own_words, look) / 2
    # Never over the words of the axis.
    x = min(max(column.x, LEFT - 0.5 + room), WIDTH - room)
    canvas.text((x, top + 0.9), strip.own_words, look, "center")


def _mark(canvas: Canvas, strip: Strip, column: Column) -> None:
    look = _OWN if column.own else _OTHERS
    {
        "value": _value,
        "zero": _zero,
        "too_few": _too_few,
        "suppressed": _suppressed,
        "not_computable": _not_computable,
        "not_applicable": _not_applicable,
        "not_submitted": _not_submitted,
    }[column.state](canvas, strip, column, look)
    if column.sign:
        canvas.text((column.x, _LETTER_Y), column.sign, look.letter, "center")


def _value(canvas: Canvas, strip: Strip, column: Column, look: _Look) -> None:
    if column.value is None:
        return
    y = strip.y.inside(column.value)
    stem = palette.ACCENT if column.own else palette.HATCH
    canvas.line((column.x, column.x), (BASE, y), Pen(stem, palette.STEM), 1)
    _interval(canvas, strip, column, Pen(palette.ACCENT if column.own else palette.MID, look.interval))
    canvas.dot((column.x, y), _radius(column, look), look.color)


def _radius(column: Column, look: _Look) -> float:
    """Dots shrink before they run into each other; the own one keeps its size."""
    return look.dot if column.own else min(look.dot, column.width * 0.45)


def _interval(canvas: Canvas, strip: Strip, column: Column, pen: Pen) -> None:
    if column.lower is not None and column.upper is not None:
        low, high = strip.y.inside(column.lower), strip.y.inside(column.upper)
        canvas.line((column.x, column.x), (low, high), pen, 3)


def _zero(canvas: Canvas, strip: Strip, column: Column, look: _Look) -> None:
    _interval(canvas, strip, column, Pen(palette.ACCENT if column.own else palette.MID, look.interval))
    canvas.dot((column.x, BASE), look.dot, look.color, hollow=True)
    canvas.text((column.x + look.dot + 0.2, BASE + 1.0), "0", Type(weight=palette.BOLD, color=look.color))


def _too_few(canvas: Canvas, strip: Strip, column: Column, look: _Look) -> None:
    _floor(canvas, column)
    if column.value is None:
        canvas.text((column.x, BASE + 3), "…", Type(weight=palette.BOLD, color=look.color), "center")
        return
    _interval(canvas, strip, column, Pen(look.color, look.interval, (1, 1)))
    canvas.dot((column.x, strip.y.inside(column.value)), look.dot, look.color, hollow=True)


def _suppressed(canvas: Canvas, _strip: Strip, column: Column, _look: _Look) -> None:
    _floor(canvas, column)
    half = min(column.width * 0.36, 1.5)
    canvas.box((column.x - half, column.x + half), (BASE, BASE + _BLOCK_HEIGHT), palette.BLOCK)


def _not_computable(canvas: Canvas, strip: Strip, column: Column, look: _Look) -> None:
    _floor(canvas, column)
    canvas.text((column.x + 0.9, BASE + 1), strip.zero_words, Type(palette.FLOOR, color=look.color), upright=True)


def _not_applicable(canvas: Canvas, _strip: Strip, column: Column, look: _Look) -> None:
    _floor(canvas, column)
    canvas.text((column.x, BASE + 2), "–", Type(10, palette.BOLD, look.color), "center")


def _not_submitted(canvas: Canvas, _strip: Strip, column: Column, _look: _Look) -> None:
    _floor(canvas, column)
    half = min(column.width * 0.36, 1.5)
    canvas.hatch((column.x - half, column.x + half), (BASE, HEIGHT - HEADROOM))


def _floor(canvas: Canvas, column: Column) -> None:
    half = column.width / 2
    canvas.line((column.x - half, column.x + half), (BASE, BASE), Pen(palette.MID, 0.3), 0.5)
