"""RUN: one point a month on a line, the median dashed, both windows shaded, the baseline meeting marked.

A month that is hidden is a grey block, one that did not come a pale hatch, nought a ring on the axis, and one that is
not final a ring: four drawings, so that no month looks like another kind of month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from reports.figures import palette
from reports.figures.canvas import Canvas, Pen, Type
from reports.figures.scale import Scale

WIDTH, HEIGHT = 89.0, 49.0
LEFT, RIGHT, BOTTOM, TOP = 11.0, 74.0, 7.0, 39.0
_BLOCK = 5.0
"""Height in mm of a hidden month: it says nothing."""
_OVER = 41.2


@dataclass(frozen=True)
class Mark:
    """One month or quarter: `state` as in report.month, the value where there is one, words under the axis or none."""

    state: str
    value: float | None
    provisional: bool
    words: str


@dataclass(frozen=True)
class Field:
    """A window: its first and last mark, and its name."""

    first: int
    last: int
    words: str


@dataclass(frozen=True)
class Plan:
    """The whole run, worded. `meeting` is the mark in which the meeting was held, `median` the line and its words."""

    marks: tuple[Mark, ...]
    fields: tuple[Field, ...]
    meeting: tuple[int, str] | None
    median: tuple[float, str] | None
    y: tuple[tuple[float, str], ...]


@lru_cache(maxsize=64)
def draw_run(plan: Plan, fonts: Path) -> str:
    """The SVG of one run."""
    canvas = Canvas(WIDTH, HEIGHT, fonts)
    x = Scale(0, len(plan.marks), LEFT, RIGHT)
    y = Scale(plan.y[0][0], plan.y[-1][0], BOTTOM, TOP)
    _fields(canvas, plan, x)
    _axes(canvas, plan, x, y)
    if plan.median is not None:
        at = y.at(plan.median[0])
        canvas.line((LEFT, RIGHT), (at, at), Pen(palette.OTHERS, 0.35, (4.0, 2.0)), 1.5)
        for part, words in enumerate(plan.median[1].split("\n")):
            canvas.text((RIGHT + 1.0, at - 0.9 - 3.2 * part), words, Type(palette.FLOOR, color=palette.OTHERS))
    _marks(canvas, plan.marks, x, y)
    return canvas.svg()


def _fields(canvas: Canvas, plan: Plan, x: Scale) -> None:
    for field in plan.fields:
        ends = (x.at(field.first), x.at(field.last + 1))
        canvas.box(ends, (BOTTOM, TOP + 1), palette.FIELD, 0.2)
        canvas.text((sum(ends) / 2, _OVER), field.words, Type(weight=palette.SEMIBOLD), "center")
    if plan.meeting is not None:
        at = x.at(plan.meeting[0] + 0.5)
        canvas.line((at, at), (BOTTOM, _OVER + 3), Pen(palette.INK, 0.35), 1.2)
        canvas.text((at, _OVER + 4), plan.meeting[1], Type(weight=palette.SEMIBOLD), "center")


def _axes(canvas: Canvas, plan: Plan, x: Scale, y: Scale) -> None:
    look = Type(color=palette.OTHERS)
    for value, words in plan.y:
        canvas.line((LEFT, RIGHT), (y.at(value), y.at(value)), Pen(palette.GRID, 0.18), 0.5)
        canvas.text((LEFT - 1.2, y.at(value) - 0.9), words, look, "right")
    for at, mark in enumerate(plan.marks):
        if mark.words:
            canvas.text((x.at(at + 0.5), BOTTOM - 4.0), mark.words, look, "center")
            canvas.line((x.at(at + 0.5),) * 2, (BOTTOM - 0.9, BOTTOM), Pen(palette.MID, 0.3), 0.6)
    canvas.line((LEFT, RIGHT), (BOTTOM, BOTTOM), Pen(palette.MID, 0.3), 0.6)


def _marks(canvas: Canvas, marks: Sequence[Mark], x: Scale, y: Scale) -> None:
    for (at, one), (_, other) in pairwise(enumerate(marks)):
        if one.value is not None and other.value is not None:
            ends = (y.at(one.value), y.at(other.value))
            canvas.line((x.at(at + 0.5), x.at(at + 1.5)), ends, Pen(palette.INK, 0.4), 2)
    for at, mark in enumerate(marks):
        across, width = x.at(at + 0.5), x.at(1) - x.at(0)
        if mark.value is not None:
            hollow = mark.provisional or mark.state == "zero"
            canvas.dot((across, y.at(mark.value)), palette.DOT, palette.INK, hollow=hollow)
            if mark.state == "zero":
                # Beside the ring: over it the line comes down from the month before and goes up to the next.
                canvas.text((across + palette.DOT + 0.7, y.at(0) + 0.7), "0", Type(weight=palette.BOLD))
        elif mark.state == "suppressed":
            canvas.box((across - width * 0.36, across + width * 0.36), (BOTTOM, BOTTOM + _BLOCK), palette.BLOCK, 3)
        else:
            # On white, so that it is seen in a shaded window too.
            canvas.box((across - width / 2, across + width / 2), (BOTTOM, TOP), palette.PAPER, 0.7)
            canvas.hatch((across - width / 2, across + width / 2), (BOTTOM, TOP), 0.8)
