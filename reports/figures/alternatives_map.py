"""MAP OF ALTERNATIVES: one on each axis, an arrow for each unit from before to now, or a dot where there is one window.

What one loses and the other gains is then one movement. The dotted line is the same total as the cluster had before:
along it one takes the place of the other, under it there is less of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import hypot
from pathlib import Path

from reports.figures import palette
from reports.figures.canvas import Canvas, Pen, Type
from reports.figures.scale import Scale

WIDTH, HEIGHT = 89.0, 66.0
_LEFT, _RIGHT, _BOTTOM, _TOP = 12.5, 86.0, 10.5, 64.0
_HEAD = 1.9
_NEAR = (3.2, 2.6)
"""mm across and up within which a name and a dot run together."""
_CORNER = Type(palette.FLOOR, color=palette.OTHERS)
Spot = tuple[float, float]


@dataclass(frozen=True)
class Route:
    """One unit: from `before`, null where there is one window or the two are not to be compared, to `now`."""

    sign: str
    role: str  # practice | own | cluster | region
    before: Spot | None
    now: Spot


@dataclass(frozen=True)
class Plan:
    """The whole map, worded. `corners` stand top left, top right, bottom left and bottom right; `total` is x + y."""

    routes: tuple[Route, ...]
    x: tuple[tuple[float, str], ...]
    y: tuple[tuple[float, str], ...]
    titles: tuple[str, str]
    corners: tuple[str, str, str, str]
    total: tuple[float, str] | None


@dataclass(frozen=True)
class _Look:
    color: str
    words: Type
    width: float
    dot: float


_LOOKS = {
    "practice": _Look(palette.MID, Type(weight=palette.SEMIBOLD, color=palette.OTHERS), 0.32, 0.85),
    "region": _Look(palette.OTHERS, Type(color=palette.OTHERS), 0.32, 0.85),
    "cluster": _Look(palette.INK, Type(weight=palette.BOLD), 0.8, 1.2),
    "own": _Look(palette.ACCENT, Type(8.6, palette.BOLD, palette.ACCENT), 0.8, 1.3),
}


@lru_cache(maxsize=32)
def draw_map(plan: Plan, fonts: Path) -> str:
    """The SVG of one map."""
    canvas = Canvas(WIDTH, HEIGHT, fonts)
    x, y = Scale(plan.x[0][0], plan.x[-1][0], _LEFT, _RIGHT), Scale(plan.y[0][0], plan.y[-1][0], _BOTTOM, _TOP)
    _axes(canvas, plan, x, y)
    _corners(canvas, plan)
    if plan.total is not None:
        _total(canvas, plan.total, x, y)
    placed: list[Spot] = []
    ends = [(x.at(spot[0]), y.at(spot[1])) for route in plan.routes for spot in _spots(route)]
    for route in plan.routes:
        before = None if route.before is None else (x.at(route.before[0]), y.at(route.before[1]))
        now = (x.at(route.now[0]), y.at(route.now[1]))
        _route(canvas, route, before, now)
        if route.sign:
            placed.append(_named(canvas, route, now, [*ends, *placed, *placed]))
    return canvas.svg()


def _spots(route: Route) -> list[Spot]:
    """Where a unit has ink: both ends, and two places on the way."""
    if route.before is None:
        return [route.now]
    (x0, y0), (x1, y1) = route.before, route.now
    return [(x0 + share * (x1 - x0), y0 + share * (y1 - y0)) for share in (0.0, 1 / 3, 2 / 3, 1.0)]


def _axes(canvas: Canvas, plan: Plan, x: Scale, y: Scale) -> None:
    numbers = Type(color=palette.OTHERS)
    for value, words in plan.x:
        canvas.line((x.at(value), x.at(value)), (_BOTTOM, _TOP), Pen(palette.GRID, 0.18), 0.5)
        # Never over the edge: the number at the end of the axis moves in as far as it must.
        middle = min(x.at(value), WIDTH - canvas.text_width(words, numbers) / 2)
        canvas.text((middle, _BOTTOM - 3.4), words, numbers, "center")
    for value, words in plan.y:
        canvas.line((_LEFT, _RIGHT), (y.at(value), y.at(value)), Pen(palette.GRID, 0.18), 0.5)
        canvas.text((_LEFT - 1.2, y.at(value) - 0.9), words, numbers, "right")
    title = Type(weight=palette.BOLD)
    canvas.text((_RIGHT, 1.6), f"{plan.titles[0]} →", title, "right")
    words = f"{plan.titles[1]} →"
    canvas.text((2.6, max(_BOTTOM, _TOP - canvas.text_width(words, title))), words, title, upright=True)


def _corners(canvas: Canvas, plan: Plan) -> None:
    for words, x, y, align in zip(
        plan.corners,
        (_LEFT + 1, _RIGHT - 1, _LEFT + 1, _RIGHT - 1),
        (_TOP - 3.2, _TOP - 3.2, _BOTTOM + 1.2, _BOTTOM + 1.2),
        ("left", "right", "left", "right"),
        strict=True,
    ):
        canvas.text((x, y), words, _CORNER, "right" if align == "right" else "left")


def _total(canvas: Canvas, total: tuple[float, str], x: Scale, y: Scale) -> None:
    """The line x + y = total, as far as the map shows it, and its words where it ends."""
    low, high = max(x.low, total[0] - y.high), min(x.high, total[0] - y.low)
    if low >= high:
        return
    start, end = (x.at(low), y.at(total[0] - low)), (x.at(high), y.at(total[0] - high))
    canvas.line((start[0], end[0]), (start[1], end[1]), Pen(palette.OTHERS, 0.28, (1, 2.4)), 1)
    width = canvas.text_width(total[1], _CORNER)
    canvas.text((max(end[0] - width - 1, _LEFT + 1), max(end[1] + 3.6, _BOTTOM + 4.6)), total[1], _CORNER)


def _route(canvas: Canvas, route: Route, before: Spot | None, now: Spot) -> None:
    look = _LOOKS[route.role]
    order = 3.0 if route.role in ("practice", "region") else 4.0
    far = 0.0 if before is None else hypot(now[0] - before[0], now[1] - before[1])
    if before is None or far <= _HEAD:
        canvas.dot(now, look.dot, look.color, order=order)
        return
    along = ((now[0] - before[0]) / far, (now[1] - before[1]) / far)
    neck = (now[0] - along[0] * _HEAD, now[1] - along[1] * _HEAD)
    canvas.line((before[0], neck[0]), (before[1], neck[1]), Pen(look.color, look.width), order)
    half = _HEAD * (0.36 if look.width < 0.5 else 0.5)
    sides = [(neck[0] - along[1] * side, neck[1] + along[0] * side) for side in (half, -half)]
    canvas.shape([now, *sides], look.color, order + 0.1)
    canvas.dot(before, look.dot, look.color, hollow=True, order=order + 0.2)


def _named(canvas: Canvas, route: Route, now: Spot, others: Sequence[Spot]) -> Spot:
    """The name beside the end of its arrow, where it meets the fewest dots and names. Returns its middle."""
    look = _LOOKS[route.role].words
    half = canvas.text_width(route.sign, look) / 2
    spots = [
        (now[0] + half + 1.8, now[1]),
        (now[0], now[1] + 3.0),
        (now[0], now[1] - 3.0),
        (now[0] - half - 1.8, now[1]),
    ]
    inside = [at for at in spots if _LEFT + half < at[0] < WIDTH - half and _BOTTOM + 1 < at[1] < _TOP - 1]
    reach = (_NEAR[0] / 2 + half, _NEAR[1])
    best = min(
        inside or spots, key=lambda at: sum(abs(at[0] - x) < reach[0] and abs(at[1] - y) < reach[1] for x, y in others)
    )
    canvas.text((best[0], best[1] - 0.95), route.sign, look, "center")
    return best
