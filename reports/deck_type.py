"""Words on a slide: our Markdown as runs of letters, and how large they may be to stay in their box."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reports.figures import palette
from reports.figures.canvas import stand_in_width, text_width

PX_PER_MM = 96 / 25.4
PX_PER_PT = 96 / 72
_LINE = 1.24
"""Height of a line of Inter, in sizes of its letters, as slide programs set it."""
_SLACK = 0.98
"""How full of letters a line may be reckoned: programs break lines a little earlier than a sum of widths says."""
_MARK = re.compile(r"\\\{\[\\\{\]\{\}\\<|\\>\[\\\}\]\{\}\\\}|\\(?P<letter>[!-/:-@\[-`{-~])|(?P<star>\*\*)")
_SHORTCODES = {"{": "{{<", ">": ">}}"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
"""What XML cannot hold, and line breaks that nobody meant."""


@dataclass(frozen=True)
class Paragraph:
    """Words that begin on a line of their own. `words` is Markdown; sizes in points."""

    words: str
    size: float = 16
    bold: bool = False
    colour: str = palette.INK
    after: float = 8


def runs(words: str) -> list[tuple[str, bool]]:
    """The letters a reader sees, and whether they are bold: `**Ventet:** 3` is (`Ventet:`, True), (` 3`, False)."""
    found: list[tuple[str, bool]] = []
    bold, start = False, 0
    for mark in _MARK.finditer(words):
        letters = words[start : mark.start()]
        if mark["star"] is None:
            letters += mark["letter"] or _SHORTCODES[mark[0][1]]
        found.append((letters, bold))
        bold, start = bold ^ (mark["star"] is not None), mark.end()
    found.append((words[start:], bold))
    return _joined(found)


def letters_only(words: str) -> str:
    """The same in one piece, for speaker notes and titles."""
    return "".join(text for text, _ in runs(words))


def sound(text: str) -> str:
    """Text that XML can hold."""
    return _CONTROL.sub(" ", text)


def _joined(found: Sequence[tuple[str, bool]]) -> list[tuple[str, bool]]:
    joined: list[tuple[str, bool]] = []
    for text, bold in found:
        if joined and joined[-1][1] is bold:
            joined[-1] = (joined[-1][0] + text, bold)
        elif text:
            joined.append((text, bold))
    return joined


def lines(paragraph: Paragraph, width: float, fonts: Path) -> int:
    """How many lines a paragraph takes in a box `width` px wide."""
    room, taken, count = width * _SLACK / PX_PER_MM, 0.0, 1
    weight = palette.BOLD if paragraph.bold or "**" in paragraph.words else palette.REGULAR
    space = wide(" ", paragraph.size, weight, fonts)
    for word in letters_only(paragraph.words).replace("\u00a0", " ").split():
        long = wide(word, paragraph.size, weight, fonts)
        if taken and taken + space + long > room:
            taken, count = 0.0, count + 1
        taken += (space if taken else 0) + long
        count, taken = count + int(taken // room), taken % room
    return count


def wide(words: str, size: float, weight: int, fonts: Path) -> float:
    """Width in mm with room for the letters that a program puts in the place of ours where they are not installed."""
    return max(text_width(words, size, weight, fonts), stand_in_width(words, size, weight))


def height(paragraphs: Sequence[Paragraph], width: float, fonts: Path) -> float:
    """The px that paragraphs take in a box `width` px wide."""
    return sum(
        lines(each, width, fonts) * each.size * _LINE * PX_PER_PT + each.after * PX_PER_PT for each in paragraphs
    )


def fitted(paragraphs: Sequence[Paragraph], size: tuple[float, float], fonts: Path) -> list[Paragraph]:
    """The paragraphs in the largest letters, up to their own, that stay within a box of `size` px."""
    for share in (1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64, 0.58, 0.52):
        shrunk = [replace(each, size=round(each.size * share, 1), after=each.after * share) for each in paragraphs]
        if height(shrunk, size[0], fonts) <= size[1]:
            return shrunk
    return shrunk
