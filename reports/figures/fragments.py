"""The SVG of a drawing, mark by mark: each mark is written once, however often the drawing is saved.

What comes out is what matplotlib writes of the whole figure, letter for letter; so a cluster's chart is written once,
and a member's is that with the own layer's marks. Marks that other charts of the same size have are not drawn again.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from reports.fonts import FAMILY

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.text import Text

_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
_SETTINGS: Any = {"svg.fonttype": "none", "svg.hashsalt": FAMILY, "font.family": [FAMILY]}
_NOISE = re.compile(
    r"^.*?(?=<svg\b)|<defs>.*?</defs>|</?g\b[^>]*>| xmlns:xlink=\"[^\"]*\"| version=\"[^\"]*\""
    r"| transform=\"rotate\(-0 [^\"]*\"|; stroke-dashoffset: 0",
    re.DOTALL,
)
_MOST_KEPT = 8192
_LOCK = Lock()


@dataclass(eq=False)
class Mark:
    """One mark: `told` says all that it is drawn from, so two that are told alike are the same drawing."""

    told: Hashable
    make: Callable[[], Artist]
    order: float
    visible: bool = True

    def artist(self) -> Artist:
        """The mark as matplotlib draws it."""
        made = self.make()
        made.set_zorder(self.order)
        return made


def written(marks: Sequence[Mark], width: float, height: float) -> str:
    """One flat `<svg>` element, its sides in points: no prolog, ids, style sheet or date; same bytes always."""
    shown = sorted((mark for mark in marks if mark.visible), key=lambda mark: mark.order)
    with _LOCK:
        paper = _paper(width, height)
        return "".join((paper.head, *paper.fragments(shown), "</svg>"))


class _Paper:
    """Sheets of one size: what was written of a mark on one stands for every mark told alike on the others."""

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.backends.backend_svg import RendererSVG
        from matplotlib.figure import Figure

        self._target = io.StringIO()
        self._renderer = RendererSVG(width, height, self._target, image_dpi=72, metadata=_METADATA)
        self._figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        self.head = _flat(self._target.getvalue())
        self._kept: dict[Hashable, str] = {}

    def fragments(self, marks: Sequence[Mark]) -> list[str]:
        from matplotlib import rc_context

        new = [mark for mark in marks if mark.told not in self._kept]
        if len(self._kept) + len(new) > _MOST_KEPT:
            self._kept.clear()
            new = list(marks)
        if new:
            with rc_context(_SETTINGS):
                self._kept.update((mark.told, self._fragment(mark.artist())) for mark in new)
        return [self._kept[mark.told] for mark in marks]

    def _fragment(self, artist: Artist) -> str:
        from matplotlib.text import Text

        self._target.seek(0)
        self._target.truncate()
        artist.set_figure(self._figure)  # words of several lines ask it how large a point is
        if isinstance(artist, Text) and "\n" not in artist.get_text():
            self._words(artist)
        else:
            artist.draw(self._renderer)
        return _flat(self._target.getvalue())

    def _words(self, text: Text) -> None:
        """A line of text where it is anchored. Whoever shows it lays it out: here that would cost most of all."""
        from matplotlib.colors import to_rgba

        if not text.get_text():
            return
        renderer = self._renderer
        look = renderer.new_gc()
        look.set_foreground(to_rgba(text.get_color()), isRGBA=True)
        x, y = text.get_transform().transform(text.get_unitless_position())
        font, turned = text.get_fontproperties(), text.get_rotation()
        renderer.draw_text(look, x, renderer.height - y, text.get_text(), font, turned, ismath=False, mtext=text)


@lru_cache(maxsize=16)
def _paper(width: float, height: float) -> _Paper:
    return _Paper(width, height)


def _flat(svg: str) -> str:
    lean = _NOISE.sub("", svg)
    return re.sub(r"\s*\n\s*", " ", lean).replace("> <", "><").strip()
