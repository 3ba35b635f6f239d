"""Where the processor's time goes while documents are rendered one after another in this process."""

from __future__ import annotations

import importlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reports.standing_pandoc import StandingPandoc, standing_pandoc

STEPS = {
    "assemble": ("reports.assemble:assemble", "reports.sheets:coordinator_sources", "reports.sheets:text_sources"),
    "pandoc": ("reports.standing_pandoc:StandingPandoc.convert",),
    "typst": ("reports.bundled:_typst",),
    "docx": ("reports.bundled:_docx",),
    "xlsx": ("reports.figures_file:write_figures",),
    "pptx": ("reports.deck:write_deck",),
}
"""The functions of each step; charts are what `reports.charts` knows by a name that begins with `draw_`."""


class Stages:
    """Seconds of processor time by step; a step within another is the inner one's alone."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._open: list[str] = []
        self._since = processor()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Ask the clock around each step while the block lasts; what is none of them is `rest`."""
        taken = [(owner, name, step) for step, owner, name in _steps()]
        before = [getattr(owner, name) for owner, name, _ in taken]
        for (owner, name, step), work in zip(taken, before, strict=True):
            setattr(owner, name, self._around(step, work))
        self._since = processor()
        try:
            yield
        finally:
            self._turn()
            for (owner, name, _), work in zip(taken, before, strict=True):
                setattr(owner, name, work)

    def _turn(self) -> None:
        now = processor()
        self.spent[self._open[-1] if self._open else "rest"] += now - self._since
        self._since = now

    def _around(self, step: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any, **named: Any) -> Any:
            self._turn()
            self._open.append(step)
            try:
                return work(*arguments, **named)
            finally:
                self._turn()
                self._open.pop()

        return watched


def processor() -> float:
    """Seconds of this process, of the children that have ended, and of the pandoc that stands."""
    return sum(os.times()[:4]) + _of_pandoc(standing_pandoc())


def _of_pandoc(pandoc: StandingPandoc) -> float:
    number = pandoc.process_id
    if number is None:
        return 0.0
    told = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def _steps() -> Iterator[tuple[str, Any, str]]:
    charts = importlib.import_module("reports.charts")
    yield from (("charts", charts, name) for name in dir(charts) if name.startswith("draw_"))
    for step, places in STEPS.items():
        for place in places:
            module, _, inner = place.partition(":")
            owner: Any = importlib.import_module(module)
            *path, name = inner.split(".")
            for part in path:
                owner = getattr(owner, part)
            yield step, owner, name
