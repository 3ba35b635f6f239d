"""The command line. It starts fast: what is heavy is imported where it is used."""

from __future__ import annotations

import json
import sys
import traceback
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows import (
    cli_agreed,
    cli_audit,
    cli_backup,
    cli_bridge,
    cli_codes,
    cli_consent,
    cli_deliver,
    cli_erase,
    cli_explain,
    cli_extracts,
    cli_follow_ups,
    cli_letters,
    cli_lint,
    cli_packages,
    cli_probe,
    cli_registry,
    cli_render,
    cli_report,
    cli_requests,
    cli_serve,
    cli_sheets,
    cli_sources,
    cli_workshop,
)
from flows.cli_extracts import outcome_line
from flows.cli_options import HERE, WorkspaceOption
from transforms.errors import UserError

if TYPE_CHECKING:
    from flows.findings import Findings
    from flows.settings import Workspace

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="""Data for quality clusters in general practice: extracts in, checked, measured, compared, rendered.

    Start with `klyngeflow demo`, then look into the folder it names. A workspace of your own begins with
    `klyngeflow init DIR`: put extracts into its inbox, write the meeting into its klyngeflow.toml, and
    `klyngeflow run --workspace DIR`.

    Exit codes: 0 done; 2 you can mend it, and one sentence says how; 3 data refused or pack blocked; 1 our fault.
    """,
)


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.")]) -> None:
    """Make an empty workspace: settings with comments, an inbox, and a place for contracts and packages."""
    from flows.starting import make_workspace

    made = make_workspace(folder)
    typer.echo(f"Made {made}. Put extracts into {made / 'inbox'}, then: klyngeflow run --workspace {folder}")


@app.command()
def doctor(
    workspace: WorkspaceOption = HERE,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    accept_head: Annotated[
        bool, typer.Option("--accept-head", help="Go on with the warehouse as it is, though it is older than its log.")
    ] = False,
) -> None:
    """Say what was found on this machine, and what to do about each thing that is missing."""
    from flows.doctor import accept_warehouse, examine

    if accept_head:
        typer.echo(accept_warehouse(workspace))
        return
    findings = examine(workspace)
    if as_json:
        typer.echo(json.dumps([finding.as_dict() for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            typer.echo(finding.line())
    if any(not finding.good for finding in findings):
        raise typer.Exit(2)


@app.command()
def demo(workspace: WorkspaceOption = Path("examples/demo")) -> None:
    """Make a synthetic region and run the whole job on it: about two minutes, nothing leaves this machine."""
    from flows.starting import make_demo

    made = make_demo(workspace)
    _finish(_run_pipeline(made), made)


@app.command()
def run(workspace: WorkspaceOption = HERE) -> None:
    """Bring in what lies in the inbox, compute, compare, and render every pack that klyngeflow.toml plans."""
    from flows.settings import load_workspace

    opened = load_workspace(workspace)
    _finish(_run_pipeline(opened), opened)


@app.command()
def ingest(
    source: Annotated[str, typer.Argument(help="Which source the files are of, such as prescriptions.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="The extracts.")],
    workspace: WorkspaceOption = HERE,
    again: Annotated[bool, typer.Option("--again", help="Put back a file that another has replaced since.")] = False,
) -> None:
    """Bring extracts in: landed as received, typed by the contract, checked, and entered as facts.

    The same file twice is left alone. A file that is refused changes nothing; the last accepted figures stay.
    """
    from flows.commands import ingest_files
    from flows.documenting import data_docs_index
    from flows.settings import load_workspace

    opened = load_workspace(workspace)
    outcomes = ingest_files(opened, source, files, again=again)
    for outcome in outcomes:
        typer.echo(outcome_line(outcome.file_name, outcome.state, outcome.rows, outcome.shown or outcome.sentence))
    if data_docs_index(opened).exists():
        typer.echo(f"What each check found: {data_docs_index(opened)}")
    _exit_with_worst([outcome.exit_code for outcome in outcomes])


cli_extracts.add_to(app)
cli_bridge.add_to(app)
cli_explain.add_to(app)
cli_registry.add_to(app)
cli_letters.add_to(app)
cli_sources.add_to(app)
cli_packages.add_to(app)
cli_probe.add_to(app)
cli_codes.add_to(app)
cli_lint.add_to(app)
cli_workshop.add_to(app)
cli_render.add_to(app)
cli_agreed.add_to(app)
cli_report.add_to(app)
cli_requests.add_to(app)
cli_sheets.add_to(app)
cli_follow_ups.add_to(app)
cli_deliver.add_to(app)
cli_audit.add_to(app)
cli_serve.add_to(app)
cli_backup.add_to(app)
cli_consent.add_to(app)
cli_erase.add_to(app)


def _run_pipeline(workspace: Workspace) -> Findings:
    from flows.commands import run_everything

    return run_everything(workspace)


def _finish(found: Findings, workspace: Workspace) -> None:
    from flows.summary import show

    show(found, workspace)
    _exit_with_worst([outcome.exit_code for outcome in found.outcomes])


def _exit_with_worst(codes: list[int]) -> None:
    if worst := max(codes, default=0):
        raise typer.Exit(worst)


STOPPED = 130
_WORDS_OF_OURS = ("StepFailedError", "StatementError")
"""Errors whose text names a kind of error or one of our files; named here, for their modules are slow to import."""


def _report_our_fault(error: Exception) -> None:
    # The message of an engine may repeat cells of an extract: the log gets the places in the code, never the text.
    path = _named_workspace(sys.argv) / "logs" / f"klyngeflow-{datetime.now(UTC):%Y%m%dT%H%M%S}.log"
    kind = str(error) if type(error).__name__ in _WORDS_OF_OURS else type(error).__name__
    places = traceback.format_list(traceback.extract_tb(error.__traceback__))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{kind}\n{''.join(places)}", encoding="utf-8")
        details = f"Details: {path}"
    except OSError:
        details = "The log could not be written."
    typer.echo(f"klyngeflow stopped because of a fault of its own ({kind}). {details}", err=True)


def _named_workspace(arguments: list[str]) -> Path:
    """The workspace that the command line names: typer's own parsing may not have come that far."""
    named = [after for before, after in pairwise(arguments) if before in ("-w", "--workspace")]
    return Path(named[-1]) if named else HERE


def main() -> None:
    """The entry point: every error ends in one sentence and a documented exit code."""
    from flows.environment import refuse_telemetry

    refuse_telemetry()
    try:
        app()
    except UserError as error:
        typer.echo(error.shown(), err=True)
        sys.exit(error.exit_code)
    except PermissionError as error:
        place = error.filename or "a folder of the workspace"
        typer.echo(f"{place} may not be read or written. Give yourself access, or choose another workspace.", err=True)
        sys.exit(2)
    except SystemExit as end:
        if end.code == STOPPED:  # the command line's library has turned Ctrl-C into this
            typer.echo("Stopped. Nothing is half done: run the same command again to go on.", err=True)
        raise
    except Exception as error:  # the last resort: everything else has its own sentence
        _report_our_fault(error)
        sys.exit(1)
