"""The command line's part about handing packs over: folders, letters, Digital Post, notices and reminders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import HERE, WorkspaceOption
from flows.cli_requests import ByOption, user

if TYPE_CHECKING:
    from flows.delivering import Told
    from flows.mailing import Sent
    from flows.settings import Workspace

PackOption = Annotated[str | None, typer.Option(help="Only this pack; a request's number will do.")]
ClusterOption = Annotated[str | None, typer.Option(help="Only this cluster's packs.")]
DryOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be handed over to whom; write nothing.")]
CorrectedOption = Annotated[
    bool, typer.Option("--corrected", help="Also send what was delivered and has been made anew since.")
]
RemindOption = Annotated[bool, typer.Option("--remind", help="Also remind practices that have not delivered.")]
SettleOption = Annotated[
    tuple[str, str] | None,
    typer.Option(
        metavar="MESSAGE sent|again|drop", help="What you found out about a notice that is unknown or refused."
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(deliver)
    app.command()(recipients)


def deliver(
    workspace: WorkspaceOption = HERE,
    pack: PackOption = None,
    cluster: ClusterOption = None,
    dry_run: DryOption = False,
    corrected: CorrectedOption = False,
    remind: RemindOption = False,
    settle: SettleOption = None,
    by: ByOption = None,
) -> None:
    """Hand rendered packs over: a folder for each recipient, letters to print, a Digital Post folder, e-mail notices.

    A second time nothing is sent again; notices that the mail server put off are tried once more. Who gets what where
    stands in `modtagere.csv` (`klyngeflow recipients` writes it); the mail server in `[mail]` of klyngeflow.toml.
    """
    from flows.clock import today
    from flows.commands_deliver import deliver_packs, settle_notice
    from flows.delivering import Round
    from flows.settings import load_workspace
    from flows.starting import require_warehouse

    opened = load_workspace(workspace)
    require_warehouse(opened)
    if settle is not None:
        typer.echo(settle_notice(opened, settle[0], settle[1], by or user()))
        return
    round_ = Round(today(), by or user(), corrected, dry_run)
    found, sent, lines = deliver_packs(opened, round_, (pack, cluster), remind=remind)
    _show(opened, found, sent, lines, dry=dry_run)
    if worst := max((each.refused.exit_code for each in found if each.refused), default=0):
        raise typer.Exit(worst)


def _show(workspace: Workspace, found: list[Told], sent: Sent | None, lines: list[str], *, dry: bool) -> None:
    from flows.showing_deliveries import mail_lines, pack_lines

    if not found:
        typer.echo("No rendered pack of a coming meeting waits to be handed over. Of an earlier one: --pack NAME.")
    for each in found:
        for line in pack_lines(workspace, each, dry=dry):
            typer.echo(line)
    for line in (*lines, *(mail_lines(sent) if sent else ())):
        typer.echo(line)


def recipients(workspace: WorkspaceOption = HERE) -> None:
    """Write `modtagere.csv`: a row for every practice and coordinator that has none yet; what stands in it stays.

    Open it in a spreadsheet and fill in e-mail, CVR (for Digital Post) or address (for a letter), and each
    coordinator's public age key (`klyngeflow letters keypair` makes one).
    """
    from flows.recipients import FILE, add_missing
    from flows.settings import load_workspace

    opened = load_workspace(workspace)
    added, without = add_missing(opened)
    typer.echo(f"{added} rows were added to {opened.root / FILE}; {without} of all have no e-mail yet.")
