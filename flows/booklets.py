"""Booklets of packages: what `klyngeflow describe PACKAGE` does."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from flows.packages import needed_sources, texts_of
from flows.settings import SettingsError, Workspace
from transforms.contract import Contract
from transforms.naming import unknown
from transforms.sources import COLUMNS

FORMATS = ("html", "pdf", "docx")


def formats_of(written: str) -> tuple[str, ...]:
    """`html,pdf` as formats, each once.

    Raises:
        SettingsError: one of them is no format, or there is none.
    """
    named = tuple(dict.fromkeys(part.strip().lower() for part in written.split(",") if part.strip()))
    for name in named:
        if name not in FORMATS:
            raise SettingsError(f"--format {written}: {unknown('format', name, FORMATS)}.")
    if not named:
        raise SettingsError(f"--format {written} is empty. Write one or more of: {','.join(FORMATS)}.")
    return named


def make_booklet(
    workspace: Workspace, package_id: str, folder: Path, language: str, formats: Sequence[str]
) -> list[Path]:
    """Write the booklet of a package, as everybody has it, into `folder`; returns its files.

    Raises:
        SettingsError: the package or one of its texts cannot be used.
    """
    from reports.booklet import TEXTS, Booklet, render_booklet
    from reports.fonts import cut_fonts
    from reports.render import find_renderer

    package = workspace.package(package_id)
    contracts = [workspace.contract(source) for source in needed_sources(package)]
    booklet = Booklet(
        package=package,
        texts=texts_of(workspace, package_id, TEXTS),
        language=language,
        sources={each.source: each.title.in_language(language) for each in contracts},
        names={each.source: names_in(each, language) for each in contracts},
    )
    name = package_id if language == "da" else f"{package_id}_{language}"
    renderer = find_renderer(cut_fonts(font_folder(workspace)))
    return render_booklet(booklet, folder / name, renderer, formats)


def names_in(contract: Contract, language: str) -> dict[str, str]:
    """What the short names in a measure are called: in Danish as in the file, in English without their underscores."""
    chosen = [column for column in contract.columns if column.name in COLUMNS.values()]
    given: dict[str, str] = {}
    for mark, short in ((mark, short) for column in chosen for mark, short in column.values.items()):
        given.setdefault(short, mark)
    return given if language == "da" else {short: short.replace("_", " ") for short in given}


def font_folder(workspace: Workspace) -> Path:
    """Where the cut fonts are kept: with the workspace's warehouse, or among the user's own caches where it has none.

    Cutting takes seconds, so that it is done once and not with every booklet.
    """
    if workspace.store.database.exists():
        return workspace.store.cache / "fonts"
    caches = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(caches) / "klyngeflow" / f"fonts-{version('fontpkg-inter')}"
