"""The command line's part about the registry: what to confirm before an extract, and what changed when."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

import typer

from flows.cli_options import HERE, JsonOption, WorkspaceOption

registry = typer.Typer(no_args_is_help=True, help="Who belongs to which cluster, on which day, and what changed.")


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.add_typer(registry, name="registry")


@registry.command()
def check(
    cluster: Annotated[str, typer.Option(help="The cluster's code in the registry.")],
    date: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day asked about, such as a meeting's.")],
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Say what a coordinator must confirm before an extract is ordered.

    Members on that day and since when; who came, left, closed or merged in the year before and what is announced; who
    has not answered on consent; the anonymity in force; whose data are missing; when the registry was last brought in.
    """
    from flows.registry_standing import as_dict, examined
    from flows.registry_words import page
    from flows.settings import load_workspace

    found, background = examined(load_workspace(workspace), cluster, date.date())
    if as_json:
        typer.echo(json.dumps(as_dict(found, background), ensure_ascii=False, indent=1, default=str))
    else:
        typer.echo(page(found, date.date(), background))


@registry.command()
def changes(
    year: Annotated[int | None, typer.Option(help="One year alone.")] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Count per year how many practices moved, came, left, closed or merged, and what became of clusters.

    A change is counted on the day it took effect; between two snapshots, on the day of the later one.
    """
    from flows.registry_standing import yearly
    from flows.registry_words import changes_table
    from flows.settings import load_workspace

    rows = yearly(load_workspace(workspace), year)
    typer.echo(json.dumps(rows, indent=1) if as_json else changes_table(rows))
