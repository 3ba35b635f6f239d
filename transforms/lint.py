"""What lint finds in a klyngepakke: which rules there are, how grave each is, and what a finding says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from transforms.codes import CodeSystem
from transforms.definitions import Package
from transforms.lint_prose import Passage, Prose
from transforms.sources import Known

Severity = Literal["error", "warning", "note"]
DEFINITION = "package.toml"

SEVERITY: dict[str, Severity] = {
    "encoding": "error",
    "syntax": "error",
    "definition": "error",
    "folder-name": "error",
    "numerator-outside": "error",
    "direction": "error",
    "text-missing": "error",
    "heading-missing": "error",
    "unknown-reference": "error",
    "broken-characters": "error",
    "unknown-code": "warning",
    "alternatives": "warning",
    "numerator-unproven": "warning",
    "pitfalls": "warning",
    "patient-window": "warning",
    "ordered-group": "warning",
    "many-measures": "warning",
    "few-measures": "warning",
    "sources": "warning",
    "review": "warning",
    "english": "warning",
    "whole": "warning",
    "agenda": "warning",
    "questions": "warning",
    "feedback": "warning",
    "change-log": "warning",
    "unread-reference": "warning",
    "without-references": "warning",
    "empty-text": "warning",
    "judging-words": "warning",
    "danish-letters": "warning",
    "draft": "note",
    "review-soon": "note",
}
"""How grave what each rule finds is. An error is to be mended before anybody is given the package."""

STOPS = frozenset({"encoding", "syntax", "definition", "folder-name", "numerator-outside", "direction"})
"""Rules of which a finding in a definition stops the figures too: they would be wrong, judge, or cannot be made."""


@dataclass(frozen=True)
class Finding:
    """One fault of a package: in which of its files and on which line, what is wrong, and what mends it."""

    file: str
    line: int
    rule: str
    wrong: str
    remedy: str
    severity: Severity

    @property
    def stops(self) -> bool:
        """Whether no figures are made of the package until it is mended."""
        return self.rule in STOPS and self.severity == "error" and self.file.endswith(".toml")


def found(rule: str, place: tuple[str, int], wrong: str, remedy: str) -> Finding:
    """What `rule` found at `place`, a file and a line of it."""
    return Finding(*place, rule, wrong, remedy, SEVERITY[rule])


class Places(Protocol):
    """Where what a file says stands in it."""

    def line(self, *path: str | int, value: str | None = None) -> int:
        """The line of `path` (keys, and numbers within lists), or of what of it there is; with `value`, of that."""
        ...


@dataclass(frozen=True)
class Alternative:
    """One of the treatments that are chosen between: code prefixes, and what names of patient groups begin with."""

    name: str
    codes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """A package that could be parsed, with all that its rules look at.

    `places` finds lines of the file `definition`; `folder` is what its folder is called; `texts` are those that are
    there; `alternatives` the known ones, each a set of which none is measured without the others.
    """

    package: Package
    places: Places
    folder: str
    today: date
    known: Known = field(default_factory=Known)
    texts: tuple[Prose, ...] = ()
    alternatives: tuple[tuple[Alternative, ...], ...] = ()
    definition: str = DEFINITION

    def at(self, *path: str | int, value: str | None = None) -> tuple[str, int]:
        """The place of `path` in the definition."""
        return self.definition, self.places.line(*path, value=value)

    def system(self, source: str) -> CodeSystem | None:
        """The code system of `source`, if it has one."""
        return self.known.systems.get(source)

    def text(self, file: str) -> Prose | None:
        """The text in `file`, if it is there."""
        return next((text for text in self.texts if text.file == file), None)


Rule = Callable[[Subject], Iterator[Finding]]
WordRule = Callable[[Passage], Iterator[Finding]]


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once: package.toml first, then by file, line and rule."""
    every = dict.fromkeys(findings)
    return sorted(every, key=lambda each: (each.file != DEFINITION, each.file, each.line, each.rule, each.wrong))
