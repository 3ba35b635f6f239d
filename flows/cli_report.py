"""The command line's part about late figures: in with them, and the packs of the one cluster anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from flows.cli_options import HERE, JsonOption, WorkspaceOption


def add_to(app: typer.Typer) -> None:
    """Add the command of this module to `app`."""
    app.command()(report)


def report(
    add: Annotated[list[Path], typer.Option("--add", metavar="FILE", help="A late file. Once for each file.")],
    cluster: Annotated[str | None, typer.Option(help="Only this cluster's packs, by its code in the registry.")] = None,
    pack: Annotated[str | None, typer.Option(help="Only this pack: the name of its folder in the outbox.")] = None,
    source: Annotated[
        str | None, typer.Option(help="What the files are, such as prescriptions. Else their names say it.")
    ] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Bring late figures in and make the packs of one cluster anew: `klyngeflow report --add recepter_2026K2_sent.csv`.

    The files go through what every file goes through: all checks, and the ledger. Then the packs are found that rest on
    them - of a cluster with a practice in them, a package that asks for them, a window that they cover - computed and
    rendered. All others stay as they are, also where the region's figures would be a little different: `klyngeflow run`
    makes those anew.

    You are told which practices count now, which of the cluster's figures moved from what to what, and where the new
    folder is. If the files change nothing, nothing is rendered. If several clusters are meant, name one with --cluster.
    Should it be cut off, run the same command again: the files are in, and the packs still to be made are made.

    Exit codes: 0 done or nothing to do; 2 you can mend it; 3 a file was refused or a pack blocked: the old one stays.
    """
    from flows.late import Asked, add_late
    from flows.settings import load_workspace
    from flows.showing_late import as_json as told
    from flows.showing_late import show_late

    late = add_late(load_workspace(workspace), Asked(tuple(add), cluster, pack, source))
    if as_json:
        typer.echo(json.dumps(told(late), ensure_ascii=False, indent=1))
    else:
        show_late(late)
    if late.exit_code:
        raise typer.Exit(late.exit_code)
