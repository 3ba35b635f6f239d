"""The command line's part about packages: which there are, and one of them as a booklet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import HERE, JsonOption, WorkspaceOption

if TYPE_CHECKING:
    from flows.settings import Workspace


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(catalogue)


def catalogue(
    workspace: WorkspaceOption = HERE,
    feedback: Annotated[bool, typer.Option("--feedback", help="What evaluations say of each package instead.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the packages: what each is about, how finished it is, and the data it needs.

    Listed are klyngeflow's packages and the workspace's own. Where a workspace has data, the list also says for each
    package which of its sources have been delivered and until when: a package can be asked for
    (`klyngeflow request`) when all of them have. A package with a fault is listed with it, and the others go on.

    `klyngeflow describe PACKAGE` makes a booklet of one. `--feedback` shows what came back after meetings, by package
    and version, what people were least content with first: what to change when the package is reviewed.
    """
    if feedback:
        _show_feedback(workspace, as_json=as_json)
        return
    from flows.catalogue import listed
    from flows.packages import workspace_or_none
    from flows.settings import load_workspace

    opened = load_workspace(workspace) if workspace != HERE else workspace_or_none(workspace)
    rows = listed(opened)
    if as_json:
        typer.echo(json.dumps([row.as_dict() for row in rows], ensure_ascii=False, indent=1, default=str))
        return
    from flows.showing_packages import show_packages

    show_packages(rows)


def _show_feedback(workspace: Path, *, as_json: bool) -> None:
    from flows.settings import load_workspace
    from flows.showing_feedback import feedback, feedback_dicts, feedback_lines

    opened = load_workspace(workspace)
    found = feedback(opened)
    if as_json:
        typer.echo(json.dumps(feedback_dicts(found), ensure_ascii=False, indent=1))
        return
    for line in feedback_lines(opened, found):
        typer.echo(line)


@dataclass(frozen=True)
class BookletOptions:
    """What was asked of a booklet on the command line; `to` and `formats` are None where nothing was said."""

    language: str
    to: Path | None
    formats: str | None
    as_json: bool


def show_booklet(workspace: Workspace, name: str, options: BookletOptions) -> None:
    """Make the booklet of the package `name` and print where its files are.

    Raises:
        SettingsError: there is no source or package of that name, or the package cannot be used.
    """
    from flows.booklets import FORMATS, formats_of, make_booklet
    from flows.packages import package_ids
    from flows.settings import SettingsError
    from transforms.naming import nearest

    there = package_ids(workspace)
    if name not in there:
        near = nearest(name, (*workspace.known_sources, *there))
        raise SettingsError(
            f"There is no source called {name!r}, and no package{near}. Write one of the sources "
            f"{', '.join(workspace.known_sources)}, or one of the packages {', '.join(there)}."
        )
    formats = formats_of(options.formats) if options.formats is not None else FORMATS
    files = make_booklet(workspace, name, options.to or workspace.root / "booklets", options.language, formats)
    if options.as_json:
        typer.echo(json.dumps({"package": name, "files": [str(path) for path in files]}, ensure_ascii=False, indent=1))
        return
    for path in files:
        typer.echo(path)
