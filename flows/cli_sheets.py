"""The command line's part about what practices fill in themselves."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import HERE, JsonOption, WorkspaceOption

if TYPE_CHECKING:
    from flows.sheets import Lacking

FirstOption = Annotated[
    datetime | None, typer.Option("--from", formats=["%Y-%m"], help="The first month that is counted; else the next.")
]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The folder; else below `sheets` here.")]
LackingOption = Annotated[bool, typer.Option("--lacking", help="Only say who has not sent theirs, and where it lies.")]
EvaluationOption = Annotated[bool, typer.Option("--evaluation", help="The form for after the meeting instead.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(sheets)


def sheets(
    package: Annotated[str, typer.Argument(help="The klyngepakke, such as oeregener_hos_boern.")],
    cluster: Annotated[str, typer.Option(help="The cluster's code in the registry.")],
    first: FirstOption = None,
    workspace: WorkspaceOption = HERE,
    out: OutOption = None,
    lacking: LackingOption = False,
    evaluation: EvaluationOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write what the practices of a cluster fill in themselves: counting sheets, answer forms, evaluations (XLSX).

    Each practice has one of its own: a counting sheet of one page where the package has the practices count, and an
    answer form, for each who answers to copy, where it has a questionnaire. Put what comes back into the inbox, under
    any name and in any order: `klyngeflow run` brings it in like an extract. A cell that cannot be used is told by
    sheet, cell and value; the others go on. A sheet that never comes is missing, and not nought: docs/sheets.md.
    """
    from flows.clock import today
    from flows.settings import load_workspace
    from flows.sheets import Round, lacking_sheets, next_month, write_sheets

    opened = load_workspace(workspace)
    wanted = Round(package, cluster, first.date() if first else next_month(today()))
    if lacking:
        _show_lacking(lacking_sheets(opened, wanted), as_json=as_json)
        return
    made = write_sheets(opened, wanted, out, evaluation=evaluation)
    if as_json:
        typer.echo(json.dumps([str(path) for path in made], indent=1))
        return
    typer.echo(f"{len(made)} workbooks in {made[0].parent}.")


def _show_lacking(found: list[Lacking], *, as_json: bool) -> None:
    told = [
        {"practice": each.practice_id, "months": [f"{month:%Y-%m}" for month in each.months], "sheet": str(each.path)}
        for each in found
    ]
    lines = [f"{each['practice']}: {', '.join(each['months'])} lacking; sheet {each['sheet']}" for each in told]
    typer.echo(json.dumps(told, indent=1) if as_json else "\n".join(lines) or "Every practice has sent its sheet.")
