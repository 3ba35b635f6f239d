"""The command line's part about extracts that have come."""

from __future__ import annotations

import json

import typer

from flows.cli_options import HERE, JsonOption, WorkspaceOption


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(status)


def status(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """List the extracts that came, what became of each, and why a refused one was refused."""
    from flows.settings import load_workspace
    from flows.starting import require_warehouse
    from warehouse.ledger import extracts

    opened = load_workspace(workspace)
    require_warehouse(opened)
    rows = extracts(opened.store).iter_rows(named=True)
    if as_json:
        typer.echo(json.dumps(list(rows), ensure_ascii=False, indent=1, default=str))
        return
    for row in rows:
        typer.echo(outcome_line(row["file_name"], row["state"], row["rows_staged"] or 0, row["reason"] or ""))


def outcome_line(name: str, state: str, rows: int, sentence: str) -> str:
    """One line about what became of a file."""
    if sentence:
        return f"{state:9} {sentence}" if name in sentence or state == "refused" else f"{state:9} {name}: {sentence}"
    if state == "known":
        return f"{state:9} {name}: these bytes are in use already; nothing to do."
    return f"{state:9} {name}: {rows:,} rows"
