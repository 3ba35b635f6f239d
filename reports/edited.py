"""A project that `klyngeflow render --sources` left, rendered again with what somebody has edited in it."""

from __future__ import annotations

import os
from pathlib import Path

from reports.bundled import BundledRenderer
from reports.project import LETTERS, RENDERED, declared, reports_in
from reports.quarto import QuartoRenderer
from reports.render import Renderer, RenderError, find_renderer
from transforms.errors import UserError


class EditedError(UserError):
    """The project cannot be rendered as it stands."""


def render_edited(project: Path) -> list[Path]:
    """Every report of `project` into its folder `rendered`, as `quarto render` does it; returns the files.

    Raises:
        EditedError: it is no such project, or a report in it can no longer be rendered.
        QuartoError: Quarto is used here and did not render it.
    """
    sources = reports_in(project)
    if not sources or not (project / LETTERS).is_dir():
        raise EditedError(f"{project} holds no reports. Name a folder that klyngeflow render --sources has left.")
    made = {source: _files(project, source) for source in sources}
    renderer = find_renderer(project / LETTERS)
    if isinstance(renderer, QuartoRenderer):
        renderer.run(project, len(sources), os.environ)
    else:
        for source, paths in made.items():
            _by_own_engines(renderer, source, paths[0])
    return [path for paths in made.values() for path in paths]


def _files(project: Path, source: Path) -> list[Path]:
    try:
        formats = declared(source)
    except ValueError:
        formats = ()
    if not formats:
        raise EditedError(
            f"{source} names no format between its first two lines of ---. Put back the part that begins with format:."
        )
    return [project / RENDERED / source.stem / f"{source.stem}.{each}" for each in formats]


def _by_own_engines(renderer: Renderer, source: Path, first: Path) -> None:
    first.parent.mkdir(parents=True, exist_ok=True)
    try:
        BundledRenderer(renderer.fonts).render_left(source, declared(source), first.with_suffix(""))
    except RenderError as error:
        raise EditedError(
            f"{source} cannot be rendered as it stands now: {error}. Look at what was edited last: a line of :::, a "
            "bracket or a quotation mark may have gone."
        ) from None
