"""The command line's part about codes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli_options import HERE, JsonOption, WorkspaceOption

if TYPE_CHECKING:
    from flows.settings import Workspace


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(codes)


def codes(
    workspace: WorkspaceOption = HERE,
    unknown: Annotated[bool, typer.Option("--unknown", help="Only codes in no known group of their system.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the codes of the facts in use: how many rows, since which month, and which code came in their place.

    A code is known when it lies in a group that its code system lists (klyngepakker/codes/, the workspace's codes/),
    is named by a move there, or is asked for by a package. An unknown code is kept in the facts like any other.
    """
    from flows.settings import load_workspace
    from flows.starting import require_warehouse

    opened = load_workspace(workspace)
    require_warehouse(opened)
    rows = [row for row in _listed(opened) if not (unknown and row["known"])]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1, default=str))
        return
    for row in rows:
        typer.echo(_line(row))
    if not rows:
        typer.echo("No unknown code is in use." if unknown else "No facts with codes are in use.")


def _listed(workspace: Workspace) -> list[dict[str, Any]]:
    from flows.code_systems import code_systems
    from flows.delivery_checks import packages
    from transforms.unknown_codes import is_known, named_by
    from warehouse.history import codes_in_use

    every = packages(workspace)
    listed: list[dict[str, Any]] = []
    for source, system in code_systems(workspace).items():
        named = named_by(every, source)
        for row in codes_in_use(workspace.store, workspace.contract(source), "code").iter_rows(named=True):
            newest = system.newest(row["code"], row["first_month"])
            moved = [] if newest == (row["code"],) else list(newest)
            listed.append({"source": source, **row, "known": is_known(row["code"], system, named), "newest": moved})
    return listed


def _line(row: dict[str, Any]) -> str:
    months = f"{row['first_month']:%Y-%m} to {row['last_month']:%Y-%m}"
    since = f"first in {row['first_extract']}" if row["first_extract"] else ""
    place = f"; counted as {' or '.join(row['newest'])}" if row["newest"] else ""
    known = "" if row["known"] else "; unknown"
    return f"{row['source']:14} {row['code']:8} {row['rows']:>9,} rows  {months}  {since}{place}{known}"
