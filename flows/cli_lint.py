"""The command line's part about faults in packages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli_options import HERE, JsonOption, WorkspaceOption

if TYPE_CHECKING:
    from flows.linting import Linted

_SEVERITIES = ("error", "warning", "note")


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(lint)


def lint(
    package: Annotated[
        list[str] | None, typer.Argument(metavar="PACKAGE", help="Names or folders; every package where none is.")
    ] = None,
    workspace: WorkspaceOption = HERE,
    strict: Annotated[bool, typer.Option("--strict", help="Count every warning as an error.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say what is to be mended in packages: file, line, what is wrong, and what mends it.

    Without a workspace the shipped packages are looked at; with one, its own as well. Ends with 2 where there is an
    error. Errors of measures also keep `klyngeflow run` from making the package's packs.
    """
    from flows.linting import folders, workspace_or_none_of_ones_own
    from flows.linting import lint as look_at
    from flows.linting_overlays import lint_overlays

    opened = workspace_or_none_of_ones_own(workspace)
    chosen = folders(opened, package or ())
    laid_over = [lint_overlays(opened, folder) for folder in chosen]
    every = [*(look_at(opened, folder) for folder in chosen), *(each for each in laid_over if each is not None)]
    every = [each.strictly() if strict else each for each in every]
    if as_json:
        typer.echo(json.dumps(_as_dict(every), ensure_ascii=False, indent=1))
    else:
        for each in every:
            for finding in each.findings:
                typer.echo(each.line(finding))
        typer.echo(_counted(every))
    if any(each.count("error") for each in every):
        raise typer.Exit(2)


def _as_dict(every: Sequence[Linted]) -> dict[str, Any]:
    findings = [
        {"package": each.folder.name, **vars(finding), "file": str(each.folder / finding.file), "stops": finding.stops}
        for each in every
        for finding in each.findings
    ]
    totals = {f"{severity}s": sum(each.count(severity) for each in every) for severity in _SEVERITIES}
    return {"packages": list(dict.fromkeys(each.folder.name for each in every)), **totals, "findings": findings}


def _counted(every: Sequence[Linted]) -> str:
    """`2 errors and 1 warning in 8 packages.`"""
    totals = {severity: sum(each.count(severity) for each in every) for severity in _SEVERITIES}
    told = [f"{count} {severity}{'' if count == 1 else 's'}" for severity, count in totals.items() if count]
    count = len({each.folder.name for each in every})
    many = f"{count} package{'' if count == 1 else 's'}"
    return f"{', '.join(told) or 'Nothing to mend'} in {many}."
