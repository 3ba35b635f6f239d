"""A sheet measured in millimetres from its lower left corner, and the few marks every chart is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from math import nan
from pathlib import Path
from typing import Literal

from matplotlib import font_manager, get_data_path
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon, Rectangle
from matplotlib.text import Text as DrawnText
from matplotlib.transforms import Affine2D

from reports.figures import palette
from reports.figures.fragments import Fragments
from reports.fonts import FAMILY, WEIGHTS

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
        self.figure = Figure(figsize=(width / 25.4, height / 25.4), dpi=72)
        self.figure.patch.set_visible(False)
        self._transform = Affine2D().scale(POINTS_PER_MM)
        self._layers: list[list[Artist]] = []
        self._fragments = Fragments(self.figure)

    def line(self, xs: Sequence[float], ys: Sequence[float], pen: Pen, order: float = 2) -> None:
        style = "-" if pen.dash is None else (0, pen.dash)
        line = Line2D(xs, ys, color=pen.color, linewidth=pen.width * POINTS_PER_MM, linestyle=style)
        line.set_solid_capstyle("butt")
        self._add(line, order)

    def dot(
        self, at: tuple[float, float], radius: float, color: str, *, hollow: bool = False, order: float = 4
    ) -> None:
        width = EDGE_OF_HOLLOW if hollow else 0
        circle = Circle(at, radius - width / 2, facecolor=palette.PAPER if hollow else color)
        circle.set_edgecolor(color)
        circle.set_linewidth(width * POINTS_PER_MM)
        self._add(circle, order)

    def box(self, x: tuple[float, float], y: tuple[float, float], color: str, order: float = 1) -> None:
        self._add(Rectangle((x[0], y[0]), x[1] - x[0], y[1] - y[0], facecolor=color, linewidth=0), order)

    def shape(self, corners: Sequence[tuple[float, float]], color: str, order: float = 2) -> None:
        """A filled shape without an edge."""
        self._add(Polygon(corners, facecolor=color, linewidth=0), order)

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
        drawn = DrawnText(at[0], at[1], words, color=look.color, fontsize=look.size)
        drawn.set_fontfamily(FAMILY)
        drawn.set_fontweight(look.weight)
        drawn.set_horizontalalignment(align)
        drawn.set_verticalalignment("baseline")
        drawn.set_parse_math(False)
        if upright:
            drawn.set_rotation(90)
            drawn.set_rotation_mode("anchor")
        self._add(drawn, 5)

    def text_width(self, words: str, look: Type) -> float:
        return text_width(words, look.size, look.weight, self.fonts)

    @contextmanager
    def layer(self) -> Iterator[None]:
        """What is drawn inside is taken away again at the end."""
        self._layers.append([])
        try:
            yield
        finally:
            for artist in self._layers.pop():
                artist.remove()

    @contextmanager
    def recording(self) -> Iterator[list[Artist]]:
        """What is drawn inside, as a list, so that it can be hidden later."""
        self._layers.append([])
        yield self._layers[-1]
        self._layers.pop()

    def svg(self) -> str:
        """The drawing as one flat `<svg>` element: no prolog, ids, style sheet or date; same bytes always."""
        return self._fragments.svg()

    def _add(self, artist: Artist, order: float) -> None:
        artist.set_transform(self._transform)
        artist.set_zorder(order)
        self.figure.add_artist(artist)
        if self._layers:
            self._layers[-1].append(artist)


@lru_cache(maxsize=4)
def register_fonts(fonts: Path) -> None:
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
