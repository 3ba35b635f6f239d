"""The words of a package as lint reads them: passages with a place, and texts cut at their headings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

Language = Literal["da", "en"]
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Passage:
    """One line of words that somebody reads. What is written as code in a text is not among them."""

    file: str
    line: int
    language: Language
    words: str

    @property
    def place(self) -> tuple[str, int]:
        """File and line."""
        return self.file, self.line


@dataclass(frozen=True)
class Section:
    """What stands under one heading of a text."""

    heading: str
    line: int
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True)
class Prose:
    """One of the five texts: what comes before the first heading, and a section for each heading of the second level.

    `notes` are footnotes that are explained in the text itself, each with its line.
    """

    file: str
    source: str
    before: tuple[Passage, ...] = ()
    sections: tuple[Section, ...] = ()
    notes: tuple[tuple[str, int], ...] = ()

    @property
    def passages(self) -> Iterator[Passage]:
        """Every line of it."""
        yield from self.before
        for section in self.sections:
            yield from section.passages

    def section(self, heading: str) -> Section | None:
        """The section under `heading`, if it has one."""
        return next((each for each in self.sections if each.heading == heading), None)


def spoken(described: Any, at: Path = ()) -> Iterator[tuple[Path, Language, str]]:
    """Each text in two languages of a parsed TOML file: where it stands, its language and its words."""
    if isinstance(described, Mapping):
        for key, value in cast("Mapping[str, Any]", described).items():
            if key in ("da", "en") and isinstance(value, str):
                yield (*at, key), key, value
            else:
                yield from spoken(value, (*at, key))
    elif isinstance(described, list | tuple):
        for index, value in enumerate(cast("list[Any]", described)):
            yield from spoken(value, (*at, index))
