"""The command line's part about backups."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli_options import HERE, WorkspaceOption


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(backup)
    app.command()(restore)


def backup(
    workspace: WorkspaceOption = HERE,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="The folder to write to; else klyngeflow.toml says.")
    ] = None,
    sealed_for: Annotated[
        list[str] | None,
        typer.Option("--for", metavar="AGE-KEY", help="Seal it for the owner of this public key; may be repeated."),
    ] = None,
) -> None:
    """Write everything of a workspace that cannot be made again into one file: data, settings, letters, what was sent.

    The inbox, caches and packs that were not delivered stay out. Put backups on another disk, and seal them
    (`--for age1...`): a backup holds every figure. The oldest go when there are more than `keep` in klyngeflow.toml.
    """
    from flows.backing_up import make_backup
    from flows.settings import load_workspace

    path = make_backup(load_workspace(workspace), to, sealed_for or ())
    typer.echo(f"Backed up to {path} ({path.stat().st_size / 2**20:.1f} MB). To try it: klyngeflow restore {path.name}")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder to make; it must not be there yet.")],
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", help="The file with the secret key, where it is sealed.")
    ] = None,
    erased: Annotated[
        Path | None,
        typer.Option("--erased", metavar="FILE", help="A newer list of erased practices than those in and beside it."),
    ] = None,
) -> None:
    """Put a backup back into a new folder, once each of its files is what the backup's own list says.

    Nothing is written over. Practices that were erased since are erased again: from the list in the workspace
    (erased.jsonl), which is in each backup and lies beside them. The next command in that
    folder goes on where the backup was made.
    """
    from flows.backing_up import restore as put_back
    from flows.backing_up import to_render

    opened = put_back(file, to, key, erased)
    typer.echo(f"Restored to {to}; every file is what was backed up.")
    again = to_render(opened)
    if again:
        typer.echo(
            f"{len(again)} packs had not been delivered and are not in a backup. To make one again: "
            f"klyngeflow render --pack {again[0]} --workspace {to}"
        )
