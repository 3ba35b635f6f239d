"""The command line's part about what runs by itself."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli_options import HERE, WorkspaceOption

PortOption = Annotated[int, typer.Option(min=1024, max=65535, help="Where the page is to be on this machine.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(serve)


def serve(workspace: WorkspaceOption = HERE, port: PortOption = 4200) -> None:
    """Let the workspace run by itself until Ctrl-C: nightly, daily and monthly, with a page that shows it.

    Each night what lies in the inbox comes in and the packs that it completes are made; each morning requests and
    deadlines are looked at; each month what was written down is checked. What was missed while the machine was off is
    done once. The page is for this machine alone, and nothing leaves it. More: docs/schedules.md.
    """
    from flows.serving import serve as serve_workspace
    from flows.settings import load_workspace

    serve_workspace(load_workspace(workspace), port)
