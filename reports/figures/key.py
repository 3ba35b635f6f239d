"""How each state of a number is drawn: the key under the charts."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from reports.figures import palette
from reports.figures.canvas import Canvas, Pen, Type
from reports.figures.dumbbell import EXPECTED, FIELD, TICK
from reports.wording import Voice
from transforms.published import State

WIDTH, HEIGHT = 184.0, 11.5
LINE = 5.4
"""What the line of marks adds to the height, in mm."""
_FLOOR, _TOP = 1.2, 10.6
_SHOWN: tuple[State, ...] = (
    "value",
    "zero",
    "too_few",
    "suppressed",
    "not_computable",
    "not_applicable",
    "not_submitted",
)


_BETWEEN = 9.0
Mark = Literal["before", "now", "expected", "expected_range"]
MARKS: tuple[Mark, ...] = ("before", "now", "expected", "expected_range")


@lru_cache(maxsize=4)
def draw_key(voice: Voice, fonts: Path, marks: tuple[Mark, ...] = ()) -> str:
    """The SVG of the seven states, each with its word and what it means, under a line with the dumbbell's `marks`."""
    canvas = Canvas(WIDTH, HEIGHT + (LINE if marks else 0), fonts)
    _states(canvas, voice)
    _marks(canvas, voice, marks)
    return canvas.svg()


def _states(canvas: Canvas, voice: Voice) -> None:
    widths = [_words_width(canvas, voice, state) for state in _SHOWN]
    gap = (WIDTH - sum(widths)) / (len(_SHOWN) - 1)
    x = 0.0
    for state, width in zip(_SHOWN, widths, strict=True):
        _sample(canvas, voice, state, x + 2.5)
        canvas.text((x + 6.6, 6.2), voice.write("key", state), replace(Type(), weight=palette.BOLD))
        canvas.text((x + 6.6, 3.0), voice.write("key", f"{state}_means"), Type(palette.FLOOR, color=palette.OTHERS))
        x += width + gap


def _marks(canvas: Canvas, voice: Voice, marks: tuple[Mark, ...]) -> None:
    x, y = 0.0, HEIGHT + LINE / 2 - 0.4
    for mark in marks:
        words = voice.write("key", mark)
        if mark == "expected":
            canvas.line((x + 2.5, x + 2.5), (y - TICK, y + TICK), EXPECTED)
        elif mark == "expected_range":
            canvas.box((x, x + 5), (y - FIELD, y + FIELD), palette.FIELD)
        else:
            canvas.dot((x + 2.5, y), palette.OWN_DOT, palette.INK, hollow=mark == "before")
        canvas.text((x + 6.6, y - 0.9), words, Type())
        x += 6.6 + canvas.text_width(words, Type()) + _BETWEEN


def key_width(voice: Voice, fonts: Path) -> float:
    """What the key needs with no gaps, in mm: wording must leave it under `WIDTH`."""
    canvas = Canvas(WIDTH, HEIGHT, fonts)
    return sum(_words_width(canvas, voice, state) for state in _SHOWN)


def _words_width(canvas: Canvas, voice: Voice, state: State) -> float:
    name = canvas.text_width(voice.write("key", state), Type(weight=palette.BOLD))
    means = canvas.text_width(voice.write("key", f"{state}_means"), Type(palette.FLOOR))
    return 6.6 + max(name, means)


def _sample(canvas: Canvas, voice: Voice, state: State, x: float) -> None:
    ink = palette.OTHERS
    canvas.line((x - 2.5, x + 2.5), (_FLOOR, _FLOOR), Pen(palette.MID, 0.3), 0.5)
    if state == "value":
        canvas.line((x, x), (_FLOOR, 6), Pen(palette.HATCH, palette.STEM), 1)
        canvas.line((x, x), (4, 9.5), Pen(palette.MID, palette.INTERVAL), 2)
        canvas.dot((x, 6.8), palette.DOT, ink)
    elif state == "zero":
        canvas.dot((x, _FLOOR), palette.DOT, ink, hollow=True)
        canvas.text((x + 1.2, _FLOOR + 1), "0", Type(weight=palette.BOLD))
    elif state == "too_few":
        canvas.line((x, x), (3, 10), Pen(ink, palette.INTERVAL, (1, 1)), 2)
        canvas.dot((x, 6.5), palette.DOT, ink, hollow=True)
    elif state == "suppressed":
        canvas.box((x - 1.3, x + 1.3), (_FLOOR, 8.2), palette.BLOCK)
    elif state == "not_computable":
        words = voice.write("chart", "not_computable")
        canvas.text((x + 0.9, _FLOOR + 1), words, Type(palette.FLOOR, color=ink), upright=True)
    elif state == "not_applicable":
        canvas.text((x, 4), "–", Type(10, palette.BOLD, ink), "center")
    else:
        canvas.hatch((x - 1.5, x + 1.5), (_FLOOR, _TOP))
