"""DUMBBELL: own practice, cluster and region, each from before (hollow) to now (filled) on one shared scale.

There is no axis: every dot carries its number, and the change stands beside it in words. A tick with a pale field is
what was to be seen had nothing but the region changed, and how uncertain that is. A baseline pack has the dots of one
window alone, with their interval in words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from reports.figures import palette
from reports.figures.canvas import Canvas, Pen, Type
from reports.figures.scale import Scale

WIDTH, HEIGHT = 66.0, 41.0
_END, _RIGHTMOST = 42.0, 46.0
_NAME = Type(8.2, palette.BOLD)
_AFTER_NAME, _TO_DOTS = 2.0, 4.5
_NUMBER_UP, _NAME_DOWN, _SMALL_DOWN = 2.5, 0.9, 3.1
_DISTANCE = 0.7
_SMALL = Type(palette.FLOOR, color=palette.OTHERS)
_ROOM = WIDTH - _RIGHTMOST + 1.5
TICK, FIELD = 2.1, 1.35
"""Half the height in mm of the tick for what was expected, and of the field for how uncertain that is."""
EXPECTED = Pen(palette.INK, 0.42)
_EXPECTED_DOWN = 4.3
_EXPECTED = Type(palette.FLOOR, color=palette.OTHERS)


@dataclass(frozen=True)
class Bell:
    """One row, worded: `name` and `under` at the left, `change` and `relative` at the right."""

    name: str
    under: str
    role: str  # own | cluster | twice | region
    before: float | None
    now: float | None
    before_words: str
    now_words: str
    interval: tuple[float, float] | None
    change: str
    relative: str
    faint: bool  # too few to be read alone: hollow and dotted
    joined: bool  # the two may be compared: a bar runs between them
    expected: float | None = None
    expected_words: str = ""
    expected_interval: tuple[float, float] | None = None


_COLORS = {"own": palette.ACCENT, "cluster": palette.INK, "twice": palette.INK, "region": palette.MID}
_TEXT = {"own": palette.ACCENT, "cluster": palette.INK, "twice": palette.INK, "region": palette.OTHERS}
_BARS = {"own": palette.ACCENT_PALE, "cluster": "#8F989F", "twice": "#8F989F", "region": palette.HATCH}


@lru_cache(maxsize=64)
def draw_dumbbell(bells: tuple[Bell, ...], fonts: Path) -> str:
    """The SVG of up to three rows."""
    canvas = Canvas(WIDTH, HEIGHT, fonts)
    names = max((canvas.text_width(bell.name, _NAME) for bell in bells), default=0) + _AFTER_NAME
    scale = _scale(bells, names + _TO_DOTS)
    step = (HEIGHT - 5) / max(len(bells), 1)
    for at, bell in enumerate(bells):
        y = HEIGHT - 4 - step * (at + 0.5)
        canvas.line((names, _RIGHTMOST), (y, y), Pen(palette.GRID, 0.18), 0.5)
        _bell(canvas, bell, scale, y)
    return canvas.svg()


def _scale(bells: tuple[Bell, ...], start: float) -> Scale:
    drawn = [(bell.before, bell.now, bell.expected, *(bell.interval or ())) for bell in bells]
    fields = [bell.expected_interval for bell in bells if bell.expected_interval is not None]
    values = [value for one in (*drawn, *fields) for value in one if value is not None]
    if not values:
        return Scale(0, 1, start, _END)
    return Scale(min(values), max(values), start, _END)


def _bell(canvas: Canvas, bell: Bell, scale: Scale, y: float) -> None:
    color = _TEXT[bell.role]
    canvas.text((0, y - _NAME_DOWN), bell.name, replace(_NAME, color=color))
    canvas.text((0, y - _NAME_DOWN - _SMALL_DOWN), bell.under, Type(palette.FLOOR, color=palette.OTHERS))
    canvas.text((WIDTH, y - _NAME_DOWN), bell.change, replace(_NAME, color=color), "right")
    for at, words in enumerate(_lines(canvas, bell.relative)):
        canvas.text((WIDTH, y - _NAME_DOWN - _SMALL_DOWN * (at + 1)), words, _SMALL, "right")
    _expected(canvas, bell, scale, y)
    _marks(canvas, bell, scale, y)
    _numbers(canvas, bell, scale, y)


def _lines(canvas: Canvas, words: str) -> list[str]:
    """The words in lines that keep clear of the dots: a long unit goes on in the next line."""
    lines = [""]
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and canvas.text_width(longer, _SMALL) > _ROOM:
            lines.append(word)
        else:
            lines[-1] = longer
    # A third line would stand on the next row; what the unit goes on to say stands in the definition.
    return lines if len(lines) < 3 else lines[:1]


def _expected(canvas: Canvas, bell: Bell, scale: Scale, y: float) -> None:
    """The tick under the dots, its number under the tick: away from the numbers of the dots."""
    if bell.expected is None:
        return
    x = scale.at(bell.expected)
    if bell.expected_interval is not None:
        low, high = (scale.at(value) for value in bell.expected_interval)
        canvas.box((low, high), (y - FIELD, y + FIELD), palette.FIELD, 0.6)
    canvas.line((x, x), (y - TICK, y + TICK), EXPECTED, 3)
    half = canvas.text_width(bell.expected_words, _EXPECTED) / 2
    middle = min(max(x, scale.start - _TO_DOTS + half), _RIGHTMOST - half)
    canvas.text((middle, y - _EXPECTED_DOWN), bell.expected_words, _EXPECTED, "center")


def _marks(canvas: Canvas, bell: Bell, scale: Scale, y: float) -> None:
    color = _COLORS[bell.role]
    if bell.joined and bell.before is not None and bell.now is not None:
        canvas.line((scale.at(bell.before), scale.at(bell.now)), (y, y), Pen(_BARS[bell.role], 1.1), 1)
    if bell.interval is not None:
        low, high = bell.interval
        dash = (1.5, 1.0) if bell.faint else None
        canvas.line((scale.at(low), scale.at(high)), (y, y), Pen(color, 0.5, dash), 2)
    radius = palette.OWN_DOT if bell.role != "region" else 1.15
    if bell.now is not None:
        canvas.dot((scale.at(bell.now), y), radius, color, hollow=bell.faint, order=4)
    if bell.before is not None:
        canvas.dot((scale.at(bell.before), y), radius - 0.15, color, hollow=True, order=4.5)


def _numbers(canvas: Canvas, bell: Bell, scale: Scale, y: float) -> None:
    """The two numbers over their dots, growing away from each other: they cannot collide, however close the dots."""
    color = _TEXT[bell.role]
    now_look, before_look = Type(weight=palette.BOLD, color=color), Type(color=palette.OTHERS)
    height = y + _NUMBER_UP
    if bell.before is None or bell.now is None:
        for value, words, look in ((bell.now, bell.now_words, now_look), (bell.before, bell.before_words, before_look)):
            if value is not None:
                canvas.text((scale.at(value), height), words, look, "center")
        return
    now, before = scale.at(bell.now), scale.at(bell.before)
    now_left = now <= before
    left, right = (bell.now_words, bell.before_words) if now_left else (bell.before_words, bell.now_words)
    left_look, right_look = (now_look, before_look) if now_left else (before_look, now_look)
    middle, reach = (now + before) / 2, palette.OWN_DOT
    left_end = min(min(now, before) + reach, middle - _DISTANCE)
    right_start = max(max(now, before) - reach, middle + _DISTANCE)
    left_end = max(left_end, canvas.text_width(left, left_look))
    right_start = min(right_start, WIDTH - canvas.text_width(right, right_look))
    canvas.text((left_end, height), left, left_look, "right")
    canvas.text((right_start, height), right, right_look)
