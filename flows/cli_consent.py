"""The command line's part about consent that is taken back."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

import typer

from flows.cli_options import HERE, JsonOption, WorkspaceOption

consent = typer.Typer(no_args_is_help=True, help="Practices that take their consent back, and what was sent before.")


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.add_typer(consent, name="consent")


@consent.command()
def withdraw(
    practice: Annotated[str, typer.Option(help="The practice's provider number.")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day without consent.")],
    workspace: WorkspaceOption = HERE,
) -> None:
    """Enter that a practice has said no: it stands in no pack from now on, whatever an older registry says.

    Packs that were not delivered are made again without it, open requests are looked at again, and what was delivered
    is listed: ask those who have it to destroy it. A registry that says no does the same when it is brought in. To
    remove the practice's figures as well: klyngeflow erase.
    """
    import getpass

    from flows.consenting import make_again, sent_lines
    from flows.consenting import withdraw as take_back
    from flows.settings import load_workspace

    opened = load_workspace(workspace)
    again, sent = take_back(opened, practice, first.date(), getpass.getuser())
    typer.echo(f"{practice.strip()} has given no consent from {first.date()} on, and is in no pack made from now on.")
    for line in sent_lines(sent):
        typer.echo(line)
    if again and (worst := make_again(opened)):
        raise typer.Exit(worst)


@consent.command()
def sent(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """List the packs that had been delivered when a practice of them took its consent back."""
    from flows.consenting import sent_lines
    from flows.settings import load_workspace
    from flows.starting import require_warehouse
    from warehouse.consents import sent_before

    opened = load_workspace(workspace)
    require_warehouse(opened)
    found = sent_before(opened.store)
    if as_json:
        typer.echo(json.dumps([vars(each) for each in found], ensure_ascii=False, indent=1, default=str))
        return
    for line in sent_lines(found):
        typer.echo(line)
    if not found:
        typer.echo("Nothing had been sent with a practice that has taken its consent back.")
