"""The command line's part about the letters that stand for practices."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli_options import HERE, WorkspaceOption
from flows.cli_requests import ByOption, user

letters = typer.Typer(no_args_is_help=True, help="The letters that stand for practices in a cluster's packs.")


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.add_typer(letters, name="letters")


@letters.command()
def new(
    cluster: Annotated[str, typer.Option(help="The cluster's code in the registry.")],
    package: Annotated[str, typer.Option(help="The package whose packs get new letters.")],
    why: Annotated[str, typer.Option(help="Why, such as the names of two coordinators; it is kept.")],
    workspace: WorkspaceOption = HERE,
) -> None:
    """Draw new letters from the next pack on, for a new coordinator: the old key opens nothing that comes.

    The old letters are kept with the day they ended, and the new key names them beside the new.
    """
    from flows.handover import end_letters
    from flows.settings import load_workspace

    ended = end_letters(load_workspace(workspace), cluster, package, why)
    typer.echo(f"{ended} letters of {cluster} in {package} have ended. The next pack draws new ones and a new key.")


@letters.command()
def handover(
    cluster: Annotated[str, typer.Option(help="The cluster's code in the registry.")],
    why: Annotated[str, typer.Option(help="Why, such as the names of two coordinators; it is kept.")],
    workspace: WorkspaceOption = HERE,
    by: ByOption = None,
) -> None:
    """A new coordinator: end the cluster's letters in every package and seal to the new age key from now on.

    Write the new coordinator's public key into modtagere.csv first. Packs rendered with the old letters and not yet
    handed over have to be made anew; the old key opens nothing that comes.
    """
    from flows.handover import hand_over_key
    from flows.settings import load_workspace

    ended = hand_over_key(load_workspace(workspace), cluster, why, by or user())
    named = ", ".join(f"{number} in {package}" for package, number in ended.items()) or "none had been drawn"
    typer.echo(f"{cluster} has a new coordinator. Letters that ended: {named}. The next packs draw new ones.")


@letters.command()
def keypair(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the secret key goes; keep it to yourself.")],
) -> None:
    """Make an age key for a coordinator: the secret half into FILE, the public half to send to the quality unit."""
    from flows.handover import make_key

    public = make_key(out)
    typer.echo(f"The secret key is in {out}: who has it reads the letters. The public key, for modtagere.csv:")
    typer.echo(public)


@letters.command("open")
def open_(
    pack: Annotated[str, typer.Argument(metavar="PACK", help="The pack whose sealed key is to be opened.")],
    identity: Annotated[Path, typer.Option(metavar="FILE", help="The file with the coordinator's secret age key.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the opened key goes.")],
    why: Annotated[str, typer.Option(help="Why it is opened; it goes into the audit trail.")],
    workspace: WorkspaceOption = HERE,
    by: ByOption = None,
) -> None:
    """Open a delivered pack's key to the letters. Who did so and why stands in the audit trail before it is open."""
    from flows.handover import open_key
    from flows.settings import load_workspace

    made = open_key(load_workspace(workspace), pack, identity, out, (by or user(), why))
    typer.echo(f"The key is in {made}. Delete it when it has been read.")
