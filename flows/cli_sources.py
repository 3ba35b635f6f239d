"""The command line's part about what sources and packages are: a source's file, a package as a booklet."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import HERE, JsonOption, WorkspaceOption
from flows.cli_packages import BookletOptions, show_booklet

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
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A source or a package; left out: every source.")
    ] = None,
    workspace: WorkspaceOption = HERE,
    language: Annotated[Language, typer.Option("--language", "--lang", help="The language.")] = Language.da,
    as_json: JsonOption = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Of a source: write a page instead, FILE.html or FILE.md.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Of a package: the folder for its booklet.  [default: booklets]")
    ] = None,
    formats: Annotated[
        str | None, typer.Option("--format", metavar="LIST", help="Of a package: of html, pdf and docx.")
    ] = None,
) -> None:
    """Say what a source holds and how its file is written, or make a package into a booklet.

    A source is told of from its contract; without NAME, the sources are listed. In a workspace, its own contracts are
    laid over klyngeflow's. The page that --out writes can be sent to whoever makes the extract:
    `klyngeflow describe care_plans --out forloebsplaner.html`.

    A package (`klyngeflow catalogue` lists them) becomes a booklet in HTML, PDF and DOCX, also before there are data:
    plan, measures, data guide, fact sheet, reflection and coordinator's sheets, feedback form and references.
    `klyngeflow describe nsaid --to papirer --format pdf,docx`.
    """
    from flows.packages import workspace_or_none
    from flows.settings import load_workspace

    opened = load_workspace(workspace) if workspace != HERE else workspace_or_none(workspace)
    if name is not None and name not in opened.known_sources:
        _refuse(out, f"--out writes the page of a source, and {name} is none. A booklet goes into a folder: --to DIR")
        show_booklet(opened, name, BookletOptions(language.value, to, formats, as_json))
        return
    _refuse(to or formats, "--to and --format are of a package's booklet. Name one: klyngeflow describe PACKAGE")
    if name is None:
        _list(opened, language.value, as_json=as_json, out=out)
        return
    _tell(_described(opened, name, language.value), language.value, as_json=as_json, out=out)


def _tell(told: Description, language: str, *, as_json: bool, out: Path | None) -> None:
    if out is not None:
        _write(told, out, language)
    elif as_json:
        typer.echo(json.dumps(told.as_dict(), ensure_ascii=False, indent=1))
    else:
        from flows.showing_sources import show_source

        show_source(_console(), told, language)


def _refuse(given: object, sentence: str) -> None:
    from flows.settings import SettingsError

    if given:
        raise SettingsError(sentence)


def _described(workspace: Workspace, source: str, language: str) -> Description:
    from expectations.describing import describe as describe_contract

    return describe_contract(workspace.contract(source), language, changed=workspace.origin(source) == "changed")


def _list(workspace: Workspace, language: str, *, as_json: bool, out: Path | None) -> None:
    _refuse(out, "--out writes the page of one source. Name it: klyngeflow describe SOURCE --out FILE")
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
