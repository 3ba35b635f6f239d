"""DISTRIBUTION: a bar for each step or band, from nought; a ring where it was before, a tick where the region is.

Every bar carries its numbers, so that there is no axis to read off. A step that is no value has a block of one fixed
length, or words, and never a bar.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from reports.figures import palette
from reports.figures.canvas import Canvas, Pen, Type
from reports.figures.scale import Scale

WIDTH = 184.0
_ROW, _HEAD, _FOOT = 5.4, 5.4, 1.4
_START, _END = 62.0, 142.0
_COLUMNS = (155.0, 167.0, 184.0)
_NAME_ROOM = _START - 3.0
_BAR, _BLOCK = 1.35, 9.0
"""Half the height of a bar, and the length of the block that says hidden, in mm."""
_SMALL = Type(palette.FLOOR, color=palette.OTHERS)


@dataclass(frozen=True)
class Share:
    """One step: the value of now, before and the region, and the same in words; `hidden` where it is suppressed."""

    name: str
    now: float | None
    before: float | None
    region: float | None
    words: tuple[str, str, str]  # now, before, region
    hidden: bool = False


@dataclass(frozen=True)
class Shares:
    """The whole picture, worded. `heads` stand over the three columns of numbers: now, before, region."""

    rows: tuple[Share, ...]
    heads: tuple[str, str, str]
    top: float

    @property
    def height(self) -> float:
        return _HEAD + _ROW * len(self.rows) + _FOOT


@lru_cache(maxsize=32)
def draw_shares(shares: Shares, fonts: Path) -> str:
    """The SVG of one distribution."""
    canvas = Canvas(WIDTH, shares.height, fonts)
    scale = Scale(0, shares.top, _START, _END)
    looks = (Type(palette.FLOOR, palette.BOLD), _SMALL, _SMALL)
    for x, words, look in zip(_COLUMNS, shares.heads, looks, strict=True):
        canvas.text((x, shares.height - 3.4), words, look, "right")
        if words:
            _sample(canvas, _COLUMNS.index(x), x, words, shares.height - 2.5)
    canvas.line((_START, _START), (_FOOT, shares.height - _HEAD), Pen(palette.MID, 0.3), 3)
    for at, share in enumerate(shares.rows):
        _row(canvas, share, scale, shares.height - _HEAD - _ROW * (at + 0.5))
    return canvas.svg()


def _sample(canvas: Canvas, column: int, right: float, words: str, y: float) -> None:
    """The mark that a column's numbers belong to, before its words: bar, ring or tick."""
    x = right - canvas.text_width(words, Type(palette.FLOOR, palette.BOLD)) - 2.2
    if column == 0:
        canvas.box((x - 2.0, x + 0.6), (y - 1, y + 1), palette.OTHERS)
    elif column == 1:
        canvas.dot((x - 0.4, y), 1.1, palette.INK, hollow=True)
    else:
        canvas.line((x, x), (y - 1.5, y + 1.5), Pen(palette.INK, 0.42))


def _row(canvas: Canvas, share: Share, scale: Scale, y: float) -> None:
    name, size = Type(), palette.NUMERAL
    while canvas.text_width(share.name, name) > _NAME_ROOM and size > 5.5:
        size -= 0.3
        name = Type(size)
    canvas.text((_START - 2.0, y - 0.9), share.name, name, "right")
    canvas.line((_START, _END), (y, y), Pen(palette.GRID, 0.18), 0.5)
    if share.now is not None:
        canvas.box((_START, max(scale.at(share.now), _START + 0.25)), (y - _BAR, y + _BAR), palette.OTHERS, 1)
    elif share.hidden:
        canvas.box((_START + 1, _START + 1 + _BLOCK), (y - _BAR, y + _BAR), palette.HATCH, 1)
    if share.region is not None:
        x = scale.at(share.region)
        canvas.line((x, x), (y - 2.3, y + 2.3), Pen(palette.PAPER, 1.1), 2)
        canvas.line((x, x), (y - 2.3, y + 2.3), Pen(palette.INK, 0.42), 2.5)
    if share.before is not None:
        canvas.dot((scale.at(share.before), y), palette.OWN_DOT, palette.INK, hollow=True)
    looks = (Type(weight=palette.BOLD), Type(color=palette.OTHERS), Type(color=palette.OTHERS))
    for x, words, look in zip(_COLUMNS, share.words, looks, strict=True):
        canvas.text((x, y - 0.9), words, look, "right")
