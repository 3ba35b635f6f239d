"""A whole package as a booklet: HTML, PDF and DOCX, also before there is any data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reports.booklet_content import TEXTS, content
from reports.booklet_texts import cleaned
from reports.render import Renderer, Sources
from reports.templating import templates
from reports.wording import Voice, voice
from transforms.definitions import Package

__all__ = ["FORMATS", "TEXTS", "Booklet", "booklet_sources", "render_booklet"]

FORMATS = ("html", "pdf", "docx")
MARGINS = ("running", "footer", "example", "page", "of")


@dataclass(frozen=True)
class Booklet:
    """One package to be shown. `texts` holds the Markdown of those there are, by name.

    `sources` are the titles of the sources it needs; `names` says by source what the short names in its measures are
    called in words. Both are in `language`.
    """

    package: Package
    texts: Mapping[str, str]
    language: str = "da"
    sources: Mapping[str, str] = field(default_factory=dict[str, str])
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])

    @property
    def voice(self) -> Voice:
        """The words of its language."""
        return voice(self.language)


def booklet_sources(booklet: Booklet, formats: Sequence[str] = FORMATS) -> Sources:
    """The filled `.qmd` of a booklet, dated by the package's newest change: it is the same on any day."""
    package = booklet.package
    numbers = {reference.id: at for at, reference in enumerate(package.references, 1)}
    missing = booklet.voice.write("booklet", "source_missing")
    values = content(booklet, cleaned(booklet.texts, numbers, missing))
    markdown = templates().get_template("booklet.qmd").render(values)
    margins = {key: values[key] for key in MARGINS}
    day = max((change.on for change in package.changes), default=None)
    return Sources(markdown, {}, margins, formats=tuple(formats), booklet=True, day=day)


def render_booklet(booklet: Booklet, stem: Path, renderer: Renderer, formats: Sequence[str] = FORMATS) -> list[Path]:
    """`<stem>.<format>` for each of `formats`. Same package, same renderer: same bytes."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    return renderer.render(booklet_sources(booklet, formats), stem)
