"""The command line's part about where one figure comes from."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from flows.cli_options import HERE, JsonOption, WorkspaceOption


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(explain)


def explain(
    package: Annotated[str, typer.Argument(metavar="PACKAGE", help="Such as antibiotika.")],
    measure: Annotated[str, typer.Argument(metavar="MEASURE", help="The id of a measure of the package.")],
    unit: Annotated[str, typer.Option(help="A practice's number, or the code of a cluster or region.")],
    baseline: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="First month of the baseline; default: the newest computed.")
    ] = None,
    followup: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="First month of the follow-up, where there is one.")
    ] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Show how one figure came about: from the months that count to the verdict, with every number on the way.

    The numbers are exact and for the quality unit alone: never put them into a report.
    """
    from flows.explaining import explained
    from flows.settings import load_workspace

    found = explained(load_workspace(workspace), package, measure, unit, (baseline, followup))
    if as_json:
        typer.echo(json.dumps([asdict(step) for step in found], ensure_ascii=False, indent=1))
        return
    for place, step in enumerate(found, start=1):
        typer.echo(typer.style(f"{place}. {step.title}", bold=True))
        for line in step.lines:
            typer.echo(f"   {line}")
