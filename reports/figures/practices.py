"""All practices from before to now, sorted by the value *before*: a fall after a high figure then shows for what it is.

For the cluster report alone. Practices without both figures stand last, with words where a dot is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from reports.figures import palette
from reports.figures.canvas import Canvas, Pen, Type
from reports.figures.scale import Scale, span_ticks

WIDTH = 89.0
_NAME_END, _START, _END = 14.0, 26.0, 82.0
_HEAD, _ROW, _FOOT = 8.2, 3.3, 1.2
_BESIDE = 1.8  # from the middle of a dot to its number


@dataclass(frozen=True)
class Pair:
    """One row. `words` stand where a dot is missing; `role` is practice, cluster or region."""

    sign: str
    role: str
    before: float | None
    now: float | None
    now_words: str
    words: str
    joined: bool
    faint: bool = False  # too few to be read alone: the dot of now is hollow and pale
    likely: bool = False  # a likely change on its own: the bar between the dots is dark


@dataclass(frozen=True)
class Pairs:
    """The whole chart, worded: rows in the order they are drawn, and the axis."""

    rows: tuple[Pair, ...]
    ticks: tuple[tuple[float, str], ...]
    before_word: str
    now_word: str

    @property
    def height(self) -> float:
        return _HEAD + _ROW * len(self.rows) + _FOOT


def axis_values(rows: tuple[Pair, ...]) -> tuple[float, ...]:
    """Where the axis has its lines."""
    values = [value for row in rows for value in (row.before, row.now) if value is not None]
    return span_ticks(min(values), max(values)) if values else ()


@lru_cache(maxsize=64)
def draw_pairs(pairs: Pairs, fonts: Path) -> str:
    """The SVG of one measure's practices, with cluster and region under a rule."""
    canvas = Canvas(WIDTH, pairs.height, fonts)
    scale = _scale(pairs, canvas)
    for value, words in pairs.ticks:
        x = scale.at(value)
        canvas.line((x, x), (_FOOT, pairs.height - 4.2), Pen(palette.GRID, 0.18), 0.5)
        canvas.text((x, pairs.height - 3), words, Type(color=palette.OTHERS), "center")
    headed = _headed(pairs)
    for at, pair in enumerate(pairs.rows):
        y = pairs.height - _HEAD - _ROW * (at + 0.5)
        if pair.role == "cluster":
            canvas.line((0, WIDTH), (y + _ROW / 2, y + _ROW / 2), Pen(palette.MID, 0.3))
        _row(canvas, pair, scale, y, under_heading=at + 1 == headed)
    _heading(canvas, pairs, scale)
    return canvas.svg()


def _scale(pairs: Pairs, canvas: Canvas) -> Scale:
    """The axis, ending where the widest number at the right of its dot still has room."""
    widths = [
        canvas.text_width(row.now_words, Type(weight=palette.BOLD)) for row in pairs.rows if _number_is_right(row)
    ]
    end = min(_END, WIDTH - _BESIDE - 0.5 - max(widths, default=0.0))
    return Scale(pairs.ticks[0][0], pairs.ticks[-1][0], _START, end) if pairs.ticks else Scale(0, 1, _START, end)


def _headed(pairs: Pairs) -> int | None:
    """The first row that has both dots: the words before and now stand over it."""
    return next((at for at, row in enumerate(pairs.rows) if row.joined), None)


def _heading(canvas: Canvas, pairs: Pairs, scale: Scale) -> None:
    """The words before and now, over the first row that has both."""
    headed = _headed(pairs)
    first = None if headed is None else pairs.rows[headed]
    if headed is None or first is None or first.before is None or first.now is None:
        return
    y = pairs.height - _HEAD - _ROW * headed + 0.9
    before, now = scale.at(first.before), scale.at(first.now)
    falling = before >= now
    before_look, now_look = Type(palette.FLOOR, color=palette.OTHERS), Type(palette.FLOOR, palette.BOLD)
    right, left = (
        max(max(before, now) - 1, (before + now) / 2 + 0.7),
        min(min(before, now) + 1, (before + now) / 2 - 0.7),
    )
    canvas.text((right if falling else left, y), pairs.before_word, before_look, "left" if falling else "right")
    canvas.text((left if falling else right, y), pairs.now_word, now_look, "right" if falling else "left")


def _row(canvas: Canvas, pair: Pair, scale: Scale, y: float, *, under_heading: bool) -> None:
    strong = pair.role == "cluster"
    color = palette.INK if strong else palette.MID
    weight = palette.BOLD if strong else palette.SEMIBOLD if pair.role == "practice" else palette.REGULAR
    name_color = palette.INK if strong else palette.OTHERS
    canvas.text((_NAME_END, y - 0.9), pair.sign, Type(weight=weight, color=name_color), "right")
    if pair.joined and pair.before is not None and pair.now is not None:
        canvas.line((scale.at(pair.before), scale.at(pair.now)), (y, y), _bar(pair), 1)
    radius = 1.1 if strong else palette.DOT
    if pair.now is not None:
        canvas.dot((scale.at(pair.now), y), radius, palette.HATCH if pair.faint else color, hollow=pair.faint)
        _number(canvas, pair, scale, y)
    if pair.before is not None:
        canvas.dot((scale.at(pair.before), y), radius, color, hollow=True)
    if pair.words:
        _words(canvas, pair, scale, y, under_heading=under_heading)


def _bar(pair: Pair) -> Pen:
    return Pen(palette.BLOCK, 1.1) if pair.likely else Pen(palette.HATCH, 0.8)


def _number(canvas: Canvas, pair: Pair, scale: Scale, y: float) -> None:
    """The figure now, on the side that looks away from the figure before."""
    if pair.now is None:
        return
    right = _number_is_right(pair)
    x = scale.at(pair.now) + (_BESIDE if right else -_BESIDE)
    look = Type(weight=palette.BOLD if pair.role == "cluster" else palette.SEMIBOLD)
    canvas.text((x, y - 0.9), pair.now_words, look, "left" if right else "right")


def _words(canvas: Canvas, pair: Pair, scale: Scale, y: float, *, under_heading: bool) -> None:
    """Words beside whatever the row holds: at its right end where they fit, else at its left.

    A row without dots has them where the dots would begin, or, where before and now are written there, at the edge.
    """
    look = Type(palette.FLOOR, color=palette.OTHERS)
    dots = [scale.at(value) for value in (pair.before, pair.now) if value is not None]
    if not dots:
        place = (WIDTH, y - 0.9) if under_heading else (_START, y - 0.9)
        canvas.text(place, pair.words, look, "right" if under_heading else "left")
        return
    number = canvas.text_width(pair.now_words, Type(weight=palette.BOLD)) + 1 if pair.now is not None else 0
    at_right = _number_is_right(pair)
    right = max(dots) + 2 + (number if at_right else 0)
    left = min(dots) - 2 - (0 if at_right else number)
    fits = right + canvas.text_width(pair.words, look) <= WIDTH
    canvas.text((right if fits else left, y - 0.9), pair.words, look, "left" if fits else "right")


def _number_is_right(pair: Pair) -> bool:
    return pair.before is not None and pair.now is not None and pair.now > pair.before
