"""The command line's part about erasing a practice."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import HERE, WorkspaceOption

if TYPE_CHECKING:
    from flows.erasing import Goes


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(erase)


def erase(
    practice: Annotated[str, typer.Option(help="The practice's provider number.")],
    workspace: WorkspaceOption = HERE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a practice: its figures from every table and its rows from every file, here and in the inbox, for good.

    Packs of its cluster are removed and made again without it, but for those that were delivered: they are marked as
    not to be made again. Rows of it that come later are left out, and a restored backup is erased anew. Withdrawing
    consent alone is: klyngeflow consent withdraw.
    """
    from flows.backing_up import backups, folder_of
    from flows.erasing import erase as carry_out
    from flows.erasing import what_goes
    from flows.settings import load_workspace

    opened, number = load_workspace(workspace), practice.strip()
    _show(what_goes(opened, number))
    if dry_run:
        typer.echo("Nothing was changed.")
        return
    if not yes and not (sys.stdin.isatty() and typer.confirm("This cannot be undone. Erase it?")):
        typer.echo("Nothing was erased. Answer yes on a terminal, or say --yes.", err=True)
        raise typer.Exit(2)
    left = carry_out(opened, number)
    typer.echo("Erased. Packs that were not delivered are made again without it: klyngeflow run.")
    for path in left:
        typer.echo(f"It is still named in {path}: look at it, and delete it or take the words out.")
    held = backups(opened, folder_of(opened))
    if held:
        typer.echo(f"{len(held)} backups in {held[0].parent} hold it still: a restore erases it again.")


def _show(goes: Goes) -> None:
    for table, rows in goes.rows.items():
        typer.echo(f"{rows:>9,} rows of {table}")
    for name, rows in goes.files:
        typer.echo(f"{rows:>9,} rows of {name}, which is replaced by a file without them")
    for pack in goes.packs:
        typer.echo(f"pack {pack.pack_id}{' (printed: it cannot be made again as it was)' if pack.printed else ''}")
