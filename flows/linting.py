"""Lint: everything that is to be mended in a package before anybody is given it."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from flows.linting_definitions import Source, definition_faults, syntax_faults
from flows.linting_texts import read_prose
from flows.settings import FILE, ROOT, Definition, SettingsError, Workspace, load_workspace
from transforms.definitions import Package
from transforms.lint import DEFINITION, Alternative, Finding, Subject, found, in_order
from transforms.lint_alternatives import parse_alternatives
from transforms.lint_measures import MEASURE_RULES
from transforms.lint_package import PACKAGE_RULES
from transforms.lint_prose import Passage, Prose, spoken
from transforms.lint_texts import HEADINGS, TEXT_RULES, empty_sections, headings, missing_texts, placeholders
from transforms.lint_words import WORD_RULES
from transforms.naming import nearest

SHIPPED = ROOT / "klyngepakker"
ALTERNATIVES = SHIPPED / "alternatives.toml"
_NO_DEFINITION = found("definition", (DEFINITION, 1), "the file is not there", "Write it (docs/packages.md shows how)")


@dataclass(frozen=True)
class Linted:
    """One package and what was found in it."""

    folder: Path
    findings: tuple[Finding, ...]

    def count(self, severity: str) -> int:
        """How many findings are of `severity`."""
        return sum(finding.severity == severity for finding in self.findings)

    def line(self, finding: Finding) -> str:
        """The finding as one line for the terminal: place, severity, what is wrong, what mends it, and the rule."""
        place = f"{self.shown(finding.file)}:{finding.line}"
        return f"{place}: {finding.severity}: {finding.wrong}. {finding.remedy}. [{finding.rule}]"

    def shown(self, file: str) -> str:
        """The path of `file` from where the command was given, or whole where it lies elsewhere."""
        path = self.folder / file
        return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)

    def strictly(self) -> Linted:
        """The same with every warning an error."""
        raised = (replace(each, severity="error") if each.severity == "warning" else each for each in self.findings)
        return replace(self, findings=tuple(raised))


def workspace_or_none_of_ones_own(root: Path) -> Workspace:
    """The workspace in `root`; where there is none, one that knows the shipped sources and packages alone."""
    if (root / FILE).exists():
        return load_workspace(root)
    return Workspace(root, Definition(name="klyngeflow"))


def folders(workspace: Workspace, names: Sequence[str]) -> list[Path]:
    """The folders of the packages called `names`, or of every package; the workspace's own come before shipped ones.

    A name may be a path to a folder as well.
    Raises:
        SettingsError: there is no such package.
    """
    known = _known(workspace)
    for name in names:
        if name not in known and not (Path(name) / DEFINITION).exists():
            raise SettingsError(
                f"There is no package called {name!r}{nearest(name, known)}. Write one of: {', '.join(sorted(known))}."
            )
    chosen = [known[name] if name in known else Path(name).resolve() for name in names]
    return chosen or [known[name] for name in sorted(known)]


def _known(workspace: Workspace) -> dict[str, Path]:
    """By name: the folder of each package.

    A folder of the workspace's with texts alone is one only where nothing is shipped under its name: they are laid over
    the shipped package.
    """
    places = (SHIPPED, workspace.root / "klyngepakker")
    texts = {path.parent.name: path.parent for place in places for name in HEADINGS for path in place.glob(f"*/{name}")}
    return texts | {path.parent.name: path.parent for place in places for path in place.glob(f"*/{DEFINITION}")}


def lint(workspace: Workspace, folder: Path, today: date | None = None) -> Linted:
    """What is to be mended in the package in `folder`."""
    texts, unread = _texts(folder)
    shipped = folder.resolve().parent == SHIPPED.resolve()
    findings = [*unread, *_whole(texts, {finding.file for finding in unread}, shipped=shipped)]
    passages = [passage for text in texts for passage in text.passages]
    definition = read(folder / DEFINITION) if (folder / DEFINITION).exists() else _NO_DEFINITION
    if isinstance(definition, Finding):
        findings.append(definition)
    else:
        faults, said = _of_definition(workspace, folder.name, definition, texts, today or today_here())
        findings += faults
        passages += said
    findings += [fault for each in passages for rule in (*WORD_RULES, placeholders) for fault in rule(each)]
    return Linted(folder, tuple(in_order(findings)))


def _texts(folder: Path) -> tuple[list[Prose], list[Finding]]:
    """The texts that are there and can be read, and findings about the others that are there."""
    there = {name: read(folder / name) for name in HEADINGS if (folder / name).exists()}
    texts = [read_prose(name, text) for name, text in there.items() if isinstance(text, str)]
    return texts, [fault for fault in there.values() if isinstance(fault, Finding)]


def _whole(texts: list[Prose], unread: set[str], *, shipped: bool) -> list[Finding]:
    """What of the texts is not there, or is empty."""
    missing = [each for each in missing_texts(texts, shipped=shipped) if each.file not in unread]
    inside = [fault for text in texts for fault in (*headings(text, shipped=shipped), *empty_sections(text))]
    return [*missing, *inside]


def _of_definition(
    workspace: Workspace, folder: str, text: str, texts: list[Prose], today: date
) -> tuple[list[Finding], list[Passage]]:
    """What is wrong with package.toml, which says `text`, and the words in it."""
    source = Source(DEFINITION, text)
    try:
        described = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return syntax_faults(error, source), []
    package, faults = definition_faults(Package, described, workspace.known, source)
    if package is not None:
        subject = Subject(package, source.places, folder, today, workspace.known, tuple(texts), alternatives())
        faults += [fault for rule in (*MEASURE_RULES, *PACKAGE_RULES, *TEXT_RULES) for fault in rule(subject)]
    return faults, passages_of(described, source)


def passages_of(described: dict[str, Any], source: Source) -> list[Passage]:
    """The words of a parsed TOML file, line by line."""
    return [
        Passage(source.file, source.places.line(*path) + number, language, line)
        for path, language, words in spoken(described)
        for number, line in enumerate(words.split("\n"))
    ]


def read(path: Path) -> str | Finding:
    """The text of a file, or where it is not UTF-8."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        wrong = f"{path.name} is not UTF-8: byte {content[error.start]:#04x} cannot be read"
        return found("encoding", (path.name, line), wrong, "Save the file in UTF-8")


@cache
def alternatives() -> tuple[tuple[Alternative, ...], ...]:
    """The treatments that are chosen between."""
    return parse_alternatives(ALTERNATIVES)


def today_here() -> date:
    """The day it is where the command was given."""
    return datetime.now(UTC).astimezone().date()
