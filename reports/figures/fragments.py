"""The SVG of a drawing, mark by mark: each mark is written once, however often the drawing is saved.

What comes out is what matplotlib writes of the whole figure, letter for letter; so a cluster's chart is written once,
and a member's is that with the own layer's marks.
"""

from __future__ import annotations

import io
import re
from typing import Any
from weakref import WeakKeyDictionary

from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text

from reports.fonts import FAMILY

_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
_SETTINGS: Any = {"svg.fonttype": "none", "svg.hashsalt": FAMILY, "font.family": [FAMILY]}
_NOISE = re.compile(
    r"^.*?(?=<svg\b)|<defs>.*?</defs>|</?g\b[^>]*>| xmlns:xlink=\"[^\"]*\"| version=\"[^\"]*\""
    r"| transform=\"rotate\(-0 [^\"]*\"|; stroke-dashoffset: 0",
    re.DOTALL,
)


class Fragments:
    """The marks of one figure as SVG. A mark may be hidden or taken away, but not changed once it was written."""

    def __init__(self, figure: Figure) -> None:
        self._figure = figure
        width, height = figure.get_size_inches() * figure.dpi
        self._target = io.StringIO()
        self._renderer = RendererSVG(width, height, self._target, image_dpi=72, metadata=_METADATA)
        self._head = _flat(self._target.getvalue())
        self._written: WeakKeyDictionary[Artist, str] = WeakKeyDictionary()

    def svg(self) -> str:
        """One flat `<svg>` element: no prolog, ids, style sheet or date; same bytes always."""
        shown = [mark for mark in self._figure.artists if mark.get_visible()]
        shown.sort(key=lambda mark: mark.get_zorder())
        new = [mark for mark in shown if mark not in self._written]
        if new:
            with rc_context(_SETTINGS):
                self._written.update((mark, self._mark(mark)) for mark in new)
        return "".join((self._head, *(self._written[mark] for mark in shown), "</svg>"))

    def _mark(self, mark: Artist) -> str:
        self._target.seek(0)
        self._target.truncate()
        if isinstance(mark, Text) and "\n" not in mark.get_text():
            self._words(mark)
        else:
            mark.draw(self._renderer)
        return _flat(self._target.getvalue())

    def _words(self, text: Text) -> None:
        """A line of text where it is anchored. Whoever shows it lays it out: here that would cost most of all."""
        if not text.get_text():
            return
        renderer = self._renderer
        look = renderer.new_gc()
        look.set_foreground(to_rgba(text.get_color()), isRGBA=True)
        x, y = text.get_transform().transform(text.get_unitless_position())
        font, turned = text.get_fontproperties(), text.get_rotation()
        renderer.draw_text(look, x, renderer.height - y, text.get_text(), font, turned, ismath=False, mtext=text)


def _flat(svg: str) -> str:
    lean = _NOISE.sub("", svg)
    return re.sub(r"\s*\n\s*", " ", lean).replace("> <", "><").strip()
