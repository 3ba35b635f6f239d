"""The command line's part about packs that are there: rendering one again, its sources, and checking a delivery."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flows.cli_options import HERE, JsonOption, WorkspaceOption

DIFFERS = 3
PackOption = Annotated[str | None, typer.Option(help="The pack: the name of its folder in the outbox.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(render)
    app.command()(verify)


def render(
    pack: PackOption = None,
    sources: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Leave the pack's Quarto project in this folder, and render nothing."),
    ] = None,
    project: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Render the folder that --sources left, as you have edited it."),
    ] = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Render a pack that was built once more, without computing anything; or leave its sources for you to edit.

    The figures are those of the last building; what the cluster agreed on is as it is recorded now. With --sources a
    folder is left with a .qmd, charts and theme per report, and a README that says how to render them: `quarto
    render`, once, for all, or --project without Quarto.
    """
    from flows.rendering_again import leave_sources, render_again, require_one
    from flows.settings import load_workspace

    if project is not None:
        from reports.edited import render_edited

        require_one(pack, sources)
        files = render_edited(project)
        typer.echo(f"Rendered {len(files)} files in {project / 'rendered'}")
        return
    opened = load_workspace(workspace)
    if sources is None:
        typer.echo(f"Rendered {render_again(opened, pack)}")
        return
    left = leave_sources(opened, pack, sources)
    readme = sources / "README.md"
    typer.echo(f"Left the sources of {len(left)} reports and sheets in {sources}. How to render them: {readme}")


def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a pack, as it was delivered.")],
    workspace: Annotated[
        Path | None,
        typer.Option(
            "--workspace",
            "-w",
            metavar="DIR",
            help="The workspace it came from: hold it against what is known there.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check a delivered folder against its manifest.json: every file there and unchanged, and no file more.

    With --workspace also: are extracts and definition still those in use, and would the pack have the same figures if
    it were built again? What was replaced since is told, and is no fault. Ends with 0 if all is well, with 3 if
    something differs.
    """
    from reports.delivered import check_folder

    manifest, found = check_folder(folder)
    if manifest is not None and workspace is not None:
        from flows.settings import load_workspace
        from flows.verifying import verify_with

        found += verify_with(load_workspace(workspace), manifest)
    differs = any(finding.differs for finding in found)
    if as_json:
        told = {"folder": str(folder), "differs": differs, "findings": [asdict(finding) for finding in found]}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        for finding in found:
            typer.echo(f"{'DIFFERS' if finding.differs else 'note'}  {finding.sentence}")
        if manifest is not None and not differs:
            typer.echo(
                _all_well(len(manifest.files), manifest.pack_id, built_again=workspace is not None and not found)
            )
    if differs:
        raise typer.Exit(DIFFERS)


def _all_well(files: int, pack_id: str, *, built_again: bool) -> str:
    again = " Built again from the same data, it has the same figures." if built_again else ""
    return f"{pack_id}: {files} files, each as delivered, and none more.{again}"
