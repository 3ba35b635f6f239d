"""The command line's part about figures that were reported and have changed since."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli_options import HERE, JsonOption, WorkspaceOption

if TYPE_CHECKING:
    from polars import DataFrame


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(bridge)


def bridge(
    pack: Annotated[str | None, typer.Option(help="Only this pack: the name of its folder in the outbox.")] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Say which reported figures are others now: shown then, restated now, and why.

    The figures are exact and for the quality unit alone: never put them into a report.
    """
    from flows.commands_extracts import bridges
    from flows.settings import load_workspace

    found = bridges(load_workspace(workspace), pack)
    if as_json:
        rows = {pack_id: list(table.iter_rows(named=True)) for pack_id, table in found.items()}
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1, default=str))
        return
    if not found:
        typer.echo("No pack has been printed yet.")
    for pack_id, table in found.items():
        _tell(pack_id, table)


def _tell(pack_id: str, table: DataFrame) -> None:
    if table.is_empty():
        typer.echo(f"{pack_id}: every figure is what was shown.")
        return
    typer.echo(f"{pack_id}: {table.height} figures are others now. Exact: for the quality unit alone.")
    for (why,), rows in table.group_by("why", maintain_order=True):
        typer.echo(f"  because {why}")
        for row in rows.iter_rows(named=True):
            measure = "/".join(name for name in (row["measure_id"], row["category"]) if name)
            what = f"{measure} {row['level']} {row['unit_id']} {row['practice_set']} {row['window_start']:%Y-%m}"
            typer.echo(f"    {what}: {_side(row, 'then')} -> {_side(row, 'now')}")


def _side(row: dict[str, Any], side: str) -> str:
    numerator, denominator, value = (row[f"{side}_{part}"] for part in ("numerator", "denominator", "value"))
    if value is None:
        return row[f"{side}_state"] or "nothing"
    return f"{value:.4g} ({numerator:g} of {denominator:.1f})"
