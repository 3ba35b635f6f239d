"""The command line's part about files that nobody has described yet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import HERE, JsonOption, WorkspaceOption
from transforms.errors import UserError

if TYPE_CHECKING:
    from flows.probing import Look


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(probe)


def probe(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="CSV, XLSX or Parquet, packed or not.")],
    workspace: WorkspaceOption = HERE,
    sheet: Annotated[str | None, typer.Option(help="Which sheet of a workbook: its name or a pattern.")] = None,
    source: Annotated[str | None, typer.Option(help="The source to draft a contract of; else the best fit.")] = None,
    write_contract: Annotated[
        Path | None, typer.Option(metavar="FILE.toml", help="Leave a first draft of a contract for the (one) file.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Look at a file without keeping anything of it: how it is written, what its columns hold, which contract fits.

    This is how a new layout begins: probe the file, let `--write-contract contracts/SOURCE.toml` leave a draft in the
    workspace, mend the draft, and probe again until the contract fits whole. Then: klyngeflow ingest SOURCE FILE.
    """
    from flows.probing import look, write_draft

    if write_contract is not None and len(files) > 1:
        raise UserError("--write-contract makes one draft: name one file.")
    looks = [look(workspace, path, sheet) for path in files]
    if as_json:
        typer.echo(json.dumps([each.as_dict() for each in looks], ensure_ascii=False, indent=1))
    else:
        _show(looks)
    if write_contract is not None and looks[0].probed is not None:
        typer.echo(write_draft(workspace, looks[0], source, write_contract))
    if worst := max(each.exit_code for each in looks):
        raise typer.Exit(worst)


def _show(looks: list[Look]) -> None:
    from flows.showing_probes import show_look

    for each in looks:
        show_look(each)
