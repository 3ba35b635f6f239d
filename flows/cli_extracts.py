"""The command line's part about extracts that have come."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import HERE, JsonOption, WorkspaceOption

if TYPE_CHECKING:
    from polars import DataFrame


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(status)
    app.command()(rejected)
    app.command()(withdraw)


def status(
    workspace: WorkspaceOption = HERE,
    matrix: Annotated[bool, typer.Option("--matrix", help="A line per practice, a mark per month.")] = False,
    source: Annotated[str | None, typer.Option(help="With --matrix: only this source.")] = None,
    cluster: Annotated[str | None, typer.Option(help="With --matrix: only this cluster's practices.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is delivered and what is missing, what became of each file, and what replaced what.

    The number before a file is the one that `klyngeflow rejected` and `klyngeflow withdraw` ask for.
    """
    from flows.settings import load_workspace
    from flows.starting import require_warehouse
    from flows.status import matrix_lines, status_lines
    from warehouse.ledger import extracts, source_months, submission_states

    opened = load_workspace(workspace)
    require_warehouse(opened)
    if matrix:
        states = submission_states(opened.store, source, cluster)
        _tell({"states": states}, matrix_lines(states), as_json=as_json)
        return
    months, files = source_months(opened.store), extracts(opened.store)
    _tell({"months": months, "extracts": files}, status_lines(months, files), as_json=as_json)


def _tell(tables: dict[str, DataFrame], lines: Iterable[str], *, as_json: bool) -> None:
    if as_json:
        shown = {name: list(table.iter_rows(named=True)) for name, table in tables.items()}
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=1, default=str))
        return
    for line in lines:
        typer.echo(line)


def rejected(
    extract: Annotated[int, typer.Argument(help="The extract's number: `klyngeflow status` shows it.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write, or a folder for it.")],
    workspace: WorkspaceOption = HERE,
) -> None:
    """Write the rows of an extract that were rejected as a file to send back, with what is wrong in each.

    Mended and brought in with `klyngeflow ingest`, they are added to that extract and replace nothing. Leave the last
    two columns in the file, and the period in its name.
    """
    from flows.commands_extracts import write_rejected_rows
    from flows.settings import load_workspace

    path, rows = write_rejected_rows(load_workspace(workspace), extract, out)
    typer.echo(f"{rows:,} rows written to {path}.")


def withdraw(
    extract: Annotated[int, typer.Option(help="The extract's number: `klyngeflow status` shows it.")],
    why: Annotated[str, typer.Option(help="The reason, for whoever reads the ledger later.")],
    practice: Annotated[str | None, typer.Option(help="Only this practice's part of it.")] = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Take a file back that should not have been sent: its figures end, and what it had replaced comes back.

    Nothing is deleted: what was known before can still be read as it was known then.
    """
    from flows.commands_extracts import withdraw_extract
    from flows.settings import load_workspace

    typer.echo(withdraw_extract(load_workspace(workspace), extract, why, practice))


def outcome_line(name: str, state: str, rows: int, sentence: str) -> str:
    """One line about what became of a file."""
    if sentence:
        return f"{state:9} {sentence}" if name in sentence or state == "refused" else f"{state:9} {name}: {sentence}"
    if state == "known":
        return f"{state:9} {name}: these bytes are in use already; nothing to do."
    return f"{state:9} {name}: {rows:,} rows"
