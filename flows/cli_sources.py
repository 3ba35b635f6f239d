"""The command line's part about sources: what each of them is and how its file is written."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import HERE, JsonOption, WorkspaceOption

if TYPE_CHECKING:
    from rich.console import Console

    from expectations.describing import Description
    from flows.settings import Workspace


class Language(StrEnum):
    """The languages that contracts are written in."""

    da = "da"
    en = "en"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(describe)


def describe(
    source: Annotated[str | None, typer.Argument(help="Such as prescriptions; left out: every source.")] = None,
    workspace: WorkspaceOption = HERE,
    lang: Annotated[Language, typer.Option(help="The language of the description.")] = Language.da,
    as_json: JsonOption = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page instead: FILE.html or FILE.md.")
    ] = None,
) -> None:
    """Say what a source holds and how its file is written, from its contract; without SOURCE, list the sources.

    In a workspace, its own contracts are laid over klyngeflow's. The page that --out writes can be sent to whoever
    makes the extract: `klyngeflow describe care_plans --out forloebsplaner.html`.
    """
    opened = _opened(workspace)
    if source is None:
        _list(opened, lang.value, as_json=as_json, out=out)
        return
    told = _described(opened, source, lang.value)
    if out is not None:
        _write(told, out, lang.value)
    elif as_json:
        typer.echo(json.dumps(told.as_dict(), ensure_ascii=False, indent=1))
    else:
        from flows.showing_sources import show_source

        show_source(_console(), told, lang.value)


def _opened(folder: Path) -> Workspace:
    from flows.settings import FILE, Definition, Workspace, load_workspace

    if folder != HERE or (folder / FILE).exists():
        return load_workspace(folder)
    # The shipped sources can be read about before there is any workspace.
    return Workspace(folder, Definition(name=""))


def _described(workspace: Workspace, source: str, language: str) -> Description:
    from expectations.describing import describe as describe_contract

    return describe_contract(workspace.contract(source), language, changed=workspace.origin(source) == "changed")


def _list(workspace: Workspace, language: str, *, as_json: bool, out: Path | None) -> None:
    from flows.settings import SettingsError

    if out is not None:
        raise SettingsError("--out writes the page of one source. Name it: klyngeflow describe SOURCE --out FILE")
    order = workspace.definition.sources
    names = [*order, *(name for name in workspace.known_sources if name not in order)]
    rows = [
        {"source": name, "origin": workspace.origin(name), "used": name in order, **_short(workspace, name, language)}
        for name in names
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    from flows.showing_sources import show_sources

    show_sources(_console(), rows)


def _short(workspace: Workspace, source: str, language: str) -> dict[str, str]:
    told = _described(workspace, source, language)
    return {"title": told.title, "files": told.file[0][1]}


def _write(told: Description, out: Path, language: str) -> None:
    from expectations.describing import as_markdown, as_page
    from flows.settings import SettingsError

    makers = {".html": as_page, ".md": as_markdown}
    if out.suffix not in makers:
        raise SettingsError(f"--out {out.name} ends neither in .html nor in .md. Write one of them.")
    out.write_text(makers[out.suffix](told, language), encoding="utf-8", newline="\n")
    typer.echo(f"Wrote {out}")


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)
