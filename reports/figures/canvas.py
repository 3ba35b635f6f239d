"""A sheet measured in millimetres from its lower left corner, and the few marks every chart is made of.

matplotlib is imported where a mark is made: commands that leave the drawing to other processes need none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from reports.figures import palette
from reports.figures.fragments import Mark, written
from reports.fonts import FAMILY, WEIGHTS

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

POINTS_PER_MM = 72 / 25.4
EDGE_OF_HOLLOW = 0.45
"""Width in mm of the ring that stands for a figure before, a nought, or too few."""
_STAND_IN = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
"""The widest letters in common use for text; they come with the library that draws."""
Align = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Type:
    """How text looks."""

    size: float = palette.NUMERAL
    weight: int = palette.REGULAR
    color: str = palette.INK


@dataclass(frozen=True)
class Pen:
    """How a line looks; `width` in mm. `dash` is on and off lengths in units of the width."""

    color: str
    width: float
    dash: tuple[float, float] | None = None


class Canvas:
    """One drawing. Its SVG has no ids and no styles of its own, so that many can stand in one page."""

    def __init__(self, width: float, height: float, fonts: Path) -> None:
        register_fonts(fonts)
        self.width, self.height, self.fonts = width, height, fonts
        self._marks: list[Mark] = []
        self._layers: list[list[Mark]] = []

    @property
    def figure(self) -> Figure:
        """The drawing as matplotlib has it."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(self.width / 25.4, self.height / 25.4), dpi=72)
        figure.patch.set_visible(False)
        for mark in self._marks:
            if mark.visible:
                figure.add_artist(mark.artist())
        return figure

    def line(self, xs: Sequence[float], ys: Sequence[float], pen: Pen, order: float = 2) -> None:
        self._add(_line, (tuple(xs), tuple(ys), pen), order)

    def dot(
        self, at: tuple[float, float], radius: float, color: str, *, hollow: bool = False, order: float = 4
    ) -> None:
        self._add(_dot, (at, radius, color, hollow), order)

    def box(self, x: tuple[float, float], y: tuple[float, float], color: str, order: float = 1) -> None:
        self._add(_box, (x, y, color), order)

    def shape(self, corners: Sequence[tuple[float, float]], color: str, order: float = 2) -> None:
        """A filled shape without an edge."""
        self._add(_shape, (tuple(corners), color), order)

    def hatch(self, x: tuple[float, float], y: tuple[float, float], order: float = 1) -> None:
        """Pale diagonal stripes: drawn as strokes, since renderers disagree about pattern fills."""
        step, height = 1.5, y[1] - y[0]
        width = x[1] - x[0]
        xs, ys = [], []
        for start in (step * index - width for index in range(1, int((height + width) / step) + 1)):
            low, high = max(start, 0.0), min(start + width, height)
            xs += [x[0] + low - start, x[0] + high - start, nan]
            ys += [y[0] + low, y[0] + high, nan]
        self.line(xs, ys, Pen(palette.HATCH, 0.4), order)

    def text(
        self, at: tuple[float, float], words: str, look: Type, align: Align = "left", *, upright: bool = False
    ) -> None:
        """Words with their baseline at `at`; `upright` turns them a quarter, reading upwards from `at`."""
        self._add(_text, (at, words, look, align, upright), 5)

    def text_width(self, words: str, look: Type) -> float:
        return text_width(words, look.size, look.weight, self.fonts)

    @contextmanager
    def layer(self) -> Iterator[None]:
        """What is drawn inside is taken away again at the end."""
        self._layers.append([])
        try:
            yield
        finally:
            away = set(self._layers.pop())
            self._marks = [mark for mark in self._marks if mark not in away]

    @contextmanager
    def recording(self) -> Iterator[list[Mark]]:
        """What is drawn inside, as a list, so that it can be hidden later."""
        self._layers.append([])
        yield self._layers[-1]
        self._layers.pop()

    def svg(self) -> str:
        """The drawing as one flat `<svg>` element: no prolog, ids, style sheet or date; same bytes always."""
        # As a figure reckons its sides, by way of inches.
        return written(self._marks, self.width / 25.4 * 72, self.height / 25.4 * 72)

    def _add(self, draw: Callable[..., Artist], told: tuple[Any, ...], order: float) -> None:
        mark = Mark((draw.__name__, *told), partial(_placed, draw, told), order)
        self._marks.append(mark)
        if self._layers:
            self._layers[-1].append(mark)


def _placed(draw: Callable[..., Artist], told: tuple[Any, ...]) -> Artist:
    from matplotlib.transforms import Affine2D

    artist = draw(*told)
    artist.set_transform(Affine2D().scale(POINTS_PER_MM))
    return artist


def _line(xs: Sequence[float], ys: Sequence[float], pen: Pen) -> Artist:
    from matplotlib.lines import Line2D

    style = "-" if pen.dash is None else (0, pen.dash)
    line = Line2D(xs, ys, color=pen.color, linewidth=pen.width * POINTS_PER_MM, linestyle=style)
    line.set_solid_capstyle("butt")
    return line


def _dot(at: tuple[float, float], radius: float, color: str, hollow: bool) -> Artist:
    from matplotlib.patches import Circle

    width = EDGE_OF_HOLLOW if hollow else 0
    circle = Circle(at, radius - width / 2, facecolor=palette.PAPER if hollow else color)
    circle.set_edgecolor(color)
    circle.set_linewidth(width * POINTS_PER_MM)
    return circle


def _box(x: tuple[float, float], y: tuple[float, float], color: str) -> Artist:
    from matplotlib.patches import Rectangle

    return Rectangle((x[0], y[0]), x[1] - x[0], y[1] - y[0], facecolor=color, linewidth=0)


def _shape(corners: Sequence[tuple[float, float]], color: str) -> Artist:
    from matplotlib.patches import Polygon

    return Polygon(corners, facecolor=color, linewidth=0)


def _text(at: tuple[float, float], words: str, look: Type, align: Align, upright: bool) -> Artist:
    from matplotlib.text import Text as DrawnText

    drawn = DrawnText(at[0], at[1], words, color=look.color, fontsize=look.size)
    drawn.set_fontfamily(FAMILY)
    drawn.set_fontweight(look.weight)
    drawn.set_horizontalalignment(align)
    drawn.set_verticalalignment("baseline")
    drawn.set_parse_math(False)
    if upright:
        drawn.set_rotation(90)
        drawn.set_rotation_mode("anchor")
    return drawn


@lru_cache(maxsize=4)
def register_fonts(fonts: Path) -> None:
    from matplotlib import font_manager

    for weight in WEIGHTS:
        font_manager.fontManager.addfont(fonts / f"{FAMILY}-{weight}.ttf")


@lru_cache(maxsize=4096)
def text_width(words: str, size: float, weight: int, fonts: Path) -> float:
    """Width in mm, summed from the font's own advances."""
    advances, units = _advances(weight, fonts)
    return sum(advances.get(ord(letter), units // 2) for letter in words) / units * size / POINTS_PER_MM


@lru_cache(maxsize=4096)
def stand_in_width(words: str, size: float, weight: int) -> float:
    """Width in mm in the wide letters that some programs use where ours are not installed."""
    from matplotlib import get_data_path

    advances, units = _read_advances(Path(get_data_path()) / "fonts" / "ttf" / _STAND_IN[weight > palette.REGULAR])
    return sum(advances.get(ord(letter), units // 2) for letter in words) / units * size / POINTS_PER_MM


@lru_cache(maxsize=8)
def _advances(weight: int, fonts: Path) -> tuple[dict[int, int], int]:
    return _read_advances(fonts / f"{FAMILY}-{weight}.ttf")


@lru_cache(maxsize=8)
def _read_advances(file: Path) -> tuple[dict[int, int], int]:
    from fontTools.ttLib import TTFont

    with TTFont(file, lazy=True) as font:
        metrics = font["hmtx"].metrics
        return {code: metrics[name][0] for code, name in font.getBestCmap().items()}, font["head"].unitsPerEm
