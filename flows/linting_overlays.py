"""Lint of what a workspace lays over packages: its overlays, each with the rules of the measures that it adds."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from flows.linting import Linted, alternatives, passages_of, read, today_here
from flows.linting_definitions import Source, begun, definition_faults, syntax_faults
from flows.misspelt import said
from flows.settings import Workspace
from transforms.definitions import Package
from transforms.lint import DEFINITION, Finding, Subject, found, in_order
from transforms.lint_denominators import within_its_denominator
from transforms.lint_measures import direction, drafts, patient_windows, pitfalls, unknown_codes
from transforms.lint_words import WORD_RULES
from transforms.overlay import Overlay, laid_over

_ADDED = (within_its_denominator, unknown_codes, direction, pitfalls, patient_windows, drafts)
_NAME = re.compile(r"'([^']+)'")


def lint_overlays(workspace: Workspace, package_folder: Path, today: date | None = None) -> Linted | None:
    """What is to be mended in what is laid over the package in `package_folder`; None where nothing is."""
    folder = workspace.root / "klyngepakker" / package_folder.name
    paths = sorted(folder.glob("overlay*.toml"))
    if not paths:
        return None
    package = _package(workspace, package_folder)
    faults = [fault for path in paths for fault in _of_overlay(workspace, path, package, today or today_here())]
    return Linted(folder, tuple(in_order(faults)))


def _package(workspace: Workspace, folder: Path) -> Package | None:
    """What they are laid over; None where it is no package, which is told of the package."""
    text = read(folder / DEFINITION)
    try:
        return (
            None if isinstance(text, Finding) else Package.model_validate(tomllib.loads(text), context=workspace.known)
        )
    except (tomllib.TOMLDecodeError, ValidationError):
        return None


def _of_overlay(workspace: Workspace, path: Path, package: Package | None, today: date) -> list[Finding]:
    text = read(path)
    if isinstance(text, Finding):
        return [text]
    source = Source(path.name, text)
    try:
        described: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return syntax_faults(error, source)
    overlay, faults = definition_faults(Overlay, described, workspace.known, source)
    if overlay is not None and package is not None:
        faults += _unfit(package, overlay, source) or _of_measures(workspace, package, overlay, source, today)
    return faults + [fault for each in passages_of(described, source) for rule in WORD_RULES for fault in rule(each)]


def _unfit(package: Package, overlay: Overlay, source: Source) -> list[Finding]:
    """Why it cannot be laid over the package, if it cannot."""
    try:
        laid_over(package, [overlay], next(iter(overlay.clusters), None))
    except ValueError as error:
        sentence = said(error.errors()[0]) if isinstance(error, ValidationError) else str(error)
        wrong, _, remedy = sentence.partition("; ")
        names = [line for name in _NAME.findall(wrong) if (line := source.places.line_of_value(name))]
        line = names[-1] if names else source.places.line(wrong.partition(":")[0])
        return [found("definition", (source.file, line), wrong, begun(remedy) or "Mend it as docs/packages.md shows")]
    return []


def _of_measures(
    workspace: Workspace, package: Package, overlay: Overlay, source: Source, today: date
) -> list[Finding]:
    changed = {"measures": overlay.measures, "windows": overlay.windows or package.windows}
    added = package.model_copy(update=changed)
    subject = Subject(
        added, source.places, package.id, today, workspace.known, alternatives=alternatives(), definition=source.file
    )
    return [fault for rule in _ADDED for fault in rule(subject)]
