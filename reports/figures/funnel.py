"""FUNNEL: size across, the figure upright, the limits between which chance alone keeps a practice of that size.

Inner limits are solid, outer ones dashed; every line carries its words at the right end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import nan
from pathlib import Path

from reports.figures import palette
from reports.figures.canvas import Canvas, Pen, Type
from reports.figures.scale import Scale

WIDTH, HEIGHT = 89.0, 58.0
LEFT, RIGHT, BOTTOM, TOP = 11.0, 69.0, 10.0, 55.5
_SMALL = Type(palette.FLOOR, color=palette.OTHERS)
_APART = 2.9


@dataclass(frozen=True)
class Dot:
    """One practice: its printed size and figure."""

    sign: str
    size: float
    value: float
    own: bool


@dataclass(frozen=True)
class Curve:
    """A pair of limits at each size."""

    sizes: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]


@dataclass(frozen=True)
class Plan:
    """The whole funnel, worded. `curves` are the inner and the outer limits, `levels` their words at the right."""

    dots: tuple[Dot, ...]
    curves: tuple[Curve, ...]
    baseline: float
    x: tuple[tuple[float, str], ...]
    y: tuple[tuple[float, str], ...]
    words: tuple[str, str]  # under the lower axis; at the end of the middle line
    levels: tuple[str, str]


@lru_cache(maxsize=64)
def draw_funnel(plan: Plan, fonts: Path) -> str:
    """The SVG of one funnel."""
    canvas = Canvas(WIDTH, HEIGHT, fonts)
    x = Scale(plan.x[0][0], max(plan.x[-1][0], plan.curves[0].sizes[-1]), LEFT, RIGHT)
    y = Scale(plan.y[0][0], plan.y[-1][0], BOTTOM, TOP)
    _axes(canvas, plan, x, y)
    middle = y.at(plan.baseline)
    canvas.line((LEFT, RIGHT + 0.6), (middle, middle), Pen(palette.INK, 0.45), 1.5)
    ends = [(middle, plan.words[1], Type(weight=palette.BOLD))]
    for curve, words, dash in zip(plan.curves, plan.levels, (None, (4.0, 2.0)), strict=True):
        for side in (curve.lower, curve.upper):
            up = [y.at(value) if y.low <= value <= y.high else nan for value in side]
            canvas.line([x.at(size) for size in curve.sizes], up, Pen(palette.MID, 0.3, dash), 1)
        if y.low <= curve.upper[-1] <= y.high:
            ends.append((y.at(curve.upper[-1]), words, _SMALL))
    _ends(canvas, ends)
    _dots(canvas, plan.dots, x, y)
    return canvas.svg()


def _axes(canvas: Canvas, plan: Plan, x: Scale, y: Scale) -> None:
    look = Type(color=palette.OTHERS)
    for value, words in plan.y:
        canvas.line((LEFT, RIGHT), (y.at(value), y.at(value)), Pen(palette.GRID, 0.18), 0.5)
        canvas.text((LEFT - 1.2, y.at(value) - 0.9), words, look, "right")
    for value, words in plan.x:
        canvas.text((x.at(value), BOTTOM - 3.4), words, look, "center")
    canvas.line((LEFT, RIGHT), (BOTTOM, BOTTOM), Pen(palette.MID, 0.3), 0.6)
    canvas.text((RIGHT, 1.6), f"{plan.words[0]} →", Type(weight=palette.BOLD), "right")


def _ends(canvas: Canvas, ends: Sequence[tuple[float, str, Type]]) -> None:
    """The words of the lines, from the lowest up, each far enough over the one under it."""
    last = 0.0
    for at, words, look in sorted(ends, key=lambda end: end[0]):
        last = max(at, last + _APART)
        canvas.text((RIGHT + 1.4, last - 0.9), words, look)


def _dots(canvas: Canvas, dots: Sequence[Dot], x: Scale, y: Scale) -> None:
    """Each letter at the right of its dot, or at the left where another dot or letter stands there."""
    places = [(x.at(dot.size), y.inside(dot.value)) for dot in dots]
    taken = list(places)
    for dot, (across, up) in zip(dots, places, strict=True):
        color = palette.ACCENT if dot.own else palette.OTHERS
        canvas.dot((across, up), palette.OWN_DOT if dot.own else palette.DOT, color)
        if not dot.sign:
            continue
        spots = [(across + 2.6, up), (across - 2.6, up), (across, up + 2.6), (across, up - 2.6)]
        spot = min(spots, key=lambda at: sum(abs(at[0] - a) < 2.4 and abs(at[1] - b) < 2.4 for a, b in taken))
        taken.append(spot)
        canvas.text((spot[0], spot[1] - 0.95), dot.sign, Type(weight=palette.SEMIBOLD, color=color), "center")
