"""The command line's part about the letters that stand for practices."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli_options import HERE, WorkspaceOption

letters = typer.Typer(no_args_is_help=True, help="The letters that stand for practices in a cluster's packs.")


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.add_typer(letters, name="letters")


@letters.callback()
def _group() -> None:
    """Keeps `new` a command of its own, though it is the only one."""


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
