"""From a filled `.qmd` to HTML, PDF and DOCX: by Quarto where it is installed, else by the engines it drives."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from reports.fonts import STYLE_SHEET

THEME = Path(__file__).parent / "theme"
SOURCE = "report.qmd"
REFERENCE = "reference.docx"
FIRST_DAY = date(2000, 1, 1)
"""The date inside a file that has to have one and whose sources have none: a ZIP knows none before 1980."""


class RenderError(Exception):
    """A report could not be rendered; the message says which step failed, and repeats nothing of the engine's own.

    What an engine prints may hold lines of the report.
    """


@dataclass(frozen=True)
class Sources:
    """One report before rendering. `margins` holds the words that stand in every page's margin.

    `formats` are what is made of it. A `booklet` is text to be read and not a page of figures, and looks the part.
    `sheet` is one to work from at a meeting: laid out as a booklet without its pages of parts. `day` is the date inside
    a DOCX, which has to have one.
    """

    markdown: str
    charts: Mapping[str, str]
    margins: Mapping[str, str]
    formats: tuple[str, ...] = ("html", "pdf")
    booklet: bool = False
    sheet: bool = False
    day: date | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What tells pandoc which date to write: not today's, for the same sources give the same file on any day."""
        midnight = datetime.combine(self.day or FIRST_DAY, time(), UTC)
        return {**os.environ, "SOURCE_DATE_EPOCH": str(int(midnight.timestamp()))}


class Renderer(Protocol):
    """Turns sources into `<stem>.<format>` for each format they ask for. Its name and version go into the manifest."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def fonts(self) -> Path: ...

    def render(self, sources: Sources, stem: Path) -> list[Path]: ...


def find_renderer(fonts: Path) -> Renderer:
    """Quarto by $KLYNGEFLOW_QUARTO or on the PATH; the bundled pandoc and typst where there is none."""
    from reports.bundled import BundledRenderer
    from reports.quarto import find_quarto

    return find_quarto(fonts) or BundledRenderer(fonts)


@contextmanager
def workplace(sources: Sources, fonts: Path) -> Iterator[Path]:
    """A folder of its own with everything an engine reads: source, charts, theme, style sheet. Gone afterwards."""
    with TemporaryDirectory(prefix="klyngeflow-report-") as name:
        folder = Path(name)
        lay_out(folder, sources, fonts)
        yield folder


def lay_out(folder: Path, sources: Sources, fonts: Path, source: str = SOURCE) -> None:
    """Write into `folder` what an engine reads but for the letters; the report's text as `source`."""
    (folder / source).write_text(sources.markdown, encoding="utf-8")
    for chart, svg in sources.charts.items():
        (folder / chart).write_text(svg, encoding="utf-8")
    for file in ("layout.lua", "office.lua", "page.html", "page.typ", "booklet.typ", "sheet.typ"):
        shutil.copyfile(THEME / file, folder / file)
    (folder / "style.html").write_text(_style(sources, fonts), encoding="utf-8")
    if "docx" in sources.formats:
        from reports.office import write_reference
        from reports.pictures import write_pictures

        write_reference(folder / REFERENCE, sources.margins, sheet=sources.sheet or not sources.booklet)
        write_pictures(sources.charts, folder, fonts)


def put(made: Path, target: Path) -> Path:
    """Moves a rendered file to its place whole: never half of it is seen under its name."""
    aside = target.with_name(f".{target.name}.tmp")
    shutil.copyfile(made, aside)
    return aside.replace(target)


def _style(sources: Sources, fonts: Path) -> str:
    names = ["style.css", *(["booklet.css"] if sources.booklet else []), *(["sheet.css"] if sources.sheet else [])]
    sheet = "".join((THEME / name).read_text(encoding="utf-8") for name in names)
    faces = (fonts / STYLE_SHEET).read_text(encoding="utf-8")
    return f"<style>\n{faces}{sheet}{_pages(sources.margins)}</style>\n"


def _pages(margins: Mapping[str, str]) -> str:
    """Running head, badge and page number of a printed HTML page."""
    words = {key: _css_string(text) for key, text in margins.items()}
    small = "font: 400 7pt Inter, sans-serif; color: #46525D; vertical-align: middle;"
    gap = _css_string(" · ") if margins["example"] else '""'
    return (
        f"@page {{ size: A4; margin: 15mm 13mm 15mm;\n"
        f" @top-left {{ content: {words['running']}; width: 100%; {small} }}\n"
        f" @bottom-left {{ content: {words['example']} {gap} {words['footer']}; width: 85%; {small} }}\n"
        f" @bottom-right {{ content: {words['page']} ' ' counter(page) ' ' {words['of']} ' ' counter(pages); {small}"
        f" white-space: nowrap; }} }}\n"
        f"@page :first {{ margin-top: 10mm; @top-left {{ content: none; }} }}\n"
    )


def _css_string(text: str) -> str:
    """Text as a CSS string that can end neither the string nor the style element."""
    return (
        '"' + "".join(letter if letter.isalnum() or letter == " " else f"\\{ord(letter):x} " for letter in text) + '"'
    )
