"""The command line's part about the audit trail."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from flows.cli_options import HERE, JsonOption, WorkspaceOption


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(audit)


def audit(
    workspace: WorkspaceOption = HERE,
    check: Annotated[bool, typer.Option("--check", help="Only say whether the trail is whole, and where not.")] = False,
    request: Annotated[str | None, typer.Option(help="Only what is about this request.")] = None,
    pack: Annotated[str | None, typer.Option(help="Only what is about this pack.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show who did what and when, as the audit trail has it (times are UTC); or check that nobody has changed it.

    Each entry carries the digest of the one before, and each pack's manifest the digest that the trail had come to:
    an entry that is changed, put in or taken away is found. A broken trail ends the command with 3.
    """
    from flows.auditing import as_dicts, checked, lines, trail
    from flows.settings import load_workspace

    opened = load_workspace(workspace)
    if check:
        typer.echo(checked(opened))
        return
    found = trail(opened, request, pack)
    if as_json:
        typer.echo(json.dumps(as_dicts(found), ensure_ascii=False, indent=1, default=str))
        return
    for line in lines(found):
        typer.echo(line)
    if not found:
        typer.echo("The audit trail has nothing to show.")
