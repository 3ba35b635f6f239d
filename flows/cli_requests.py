"""The command line's part about requests: ask for a pack, see what it waits for, call it off."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import HERE, JsonOption, WorkspaceOption

if TYPE_CHECKING:
    from flows.requesting import Wish


class KindOption(StrEnum):
    """The kinds of pack."""

    baseline = "baseline"
    followup = "follow-up"


class LevelOption(StrEnum):
    """For whom reports are made."""

    practice = "practice"
    cluster = "cluster"


class ModeOption(StrEnum):
    """How practices see each other."""

    letters = "letters"
    open = "open"
    own_only = "own_only"


ByOption = Annotated[str | None, typer.Option("--by", help="Who asks, for the audit trail; else the system's user.")]

ModeChoice = Annotated[ModeOption | None, typer.Option(help="Show less than the cluster has agreed on.")]
LevelChoice = Annotated[LevelOption, typer.Option(help="A report for each practice too, or for the cluster alone.")]
FormatsChoice = Annotated[str, typer.Option(help="Some of html,pdf,docx,pptx,xlsx, with commas between; else all.")]
UntilChoice = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m"], help="The last month that the figures must hold; else the newest delivered."),
]
DraftChoice = Annotated[bool, typer.Option("--allow-draft", help="Also a package no clinician has reviewed.")]
HeldChoice = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A baseline meeting of before klyngeflow was here.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command()(request)
    app.command("requests")(requests_)
    app.command()(cancel)
    app.command("calendar")(calendar_)
    app.command()(forms)


def request(
    cluster: Annotated[str, typer.Option(help="The cluster's code in the registry.")],
    package: Annotated[str, typer.Option(help="The klyngepakke, such as antibiotika.")],
    meeting: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day of the meeting.")],
    kind: Annotated[KindOption, typer.Option(help="Figures as they are, or before and after.")],
    workspace: WorkspaceOption = HERE,
    mode: ModeChoice = None,
    level: LevelChoice = LevelOption.practice,
    formats: FormatsChoice = "",
    until: UntilChoice = None,
    allow_draft: DraftChoice = False,
    baseline_held: HeldChoice = None,
    by: ByOption = None,
) -> None:
    """Ask for one pack for one meeting: computed and rendered at once where its data are there, else when they come.

    The window is the newest whole one that is delivered before the meeting; a follow-up compares it with the same
    months a year earlier. A request that waits says for what and until when: `klyngeflow requests` lists them, and
    the ingest that brings what is missing starts the rendering.
    """
    from flows.requesting import Wish

    wish = Wish(
        cluster=cluster,
        package=package,
        meeting=meeting.date(),
        kind=kind.name,
        mode=mode.value if mode else None,
        level=level.value,
        formats=tuple(each.strip().lower() for each in formats.split(",") if each.strip()),
        allow_draft=allow_draft,
        data_until=until.date() if until else None,
        baseline_held=baseline_held.date() if baseline_held else None,
    )
    ask_for(workspace, wish, by or user())


def ask_for(workspace: Path, wish: Wish, who: str) -> None:
    """Enter the wish, go on with it where it is ready, and say what became of it."""
    from flows.commands import request_pack
    from flows.settings import load_workspace
    from flows.showing_requests import next_step
    from flows.summary import show

    opened = load_workspace(workspace)
    entered, found = request_pack(opened, wish, who)
    if found is not None:
        show(found, opened)
    typer.echo(f"{entered.request_id} ({entered.title}) is {entered.state}.")
    if entered.reason:
        typer.echo(entered.reason)
    if found is None:
        typer.echo(f"Next: {next_step(entered)}.")
    codes = [outcome.exit_code for outcome in found.outcomes] if found else [2 if entered.state == "failed" else 0]
    if worst := max(codes, default=0):
        raise typer.Exit(worst)


def requests_(
    request: Annotated[str | None, typer.Argument(metavar="[ID]", help="Tell the whole story of this one.")] = None,
    workspace: WorkspaceOption = HERE,
    every: Annotated[bool, typer.Option("--all", help="Also delivered, cancelled and failed ones.")] = False,
    delivered: Annotated[bool, typer.Option("--delivered", help="The pack of ID has been handed over.")] = False,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the requests with state and next step; or tell one's story: plan, moves, what is missing, what next."""
    from flows.clock import today
    from flows.requesting import by_person, find
    from flows.settings import load_workspace
    from flows.showing_requests import as_dict, listed, show_list, story
    from flows.starting import require_warehouse
    from transforms.errors import UserError

    opened = load_workspace(workspace)
    require_warehouse(opened)
    if delivered:
        if request is None:
            raise UserError("--delivered is about one request. Name it: klyngeflow requests ID --delivered.")
        by_person(opened, request, "delivered", by or user())
    if as_json:
        chosen = [find(opened, request)] if request else listed(opened, every=every)
        told = [as_dict(opened, each, today()) for each in chosen]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1, default=str))
    elif request is None:
        show_list(listed(opened, every=every))
    else:
        for line in story(opened, request, today()):
            typer.echo(line)


def cancel(
    request: Annotated[str, typer.Argument(metavar="ID", help="The request: klyngeflow requests lists them.")],
    workspace: WorkspaceOption = HERE,
    by: ByOption = None,
) -> None:
    """Call a request off that has not been delivered. What was rendered for it stays in the outbox."""
    from flows.requesting import by_person
    from flows.settings import load_workspace
    from flows.starting import require_warehouse

    opened = load_workspace(workspace)
    require_warehouse(opened)
    done = by_person(opened, request, "cancelled", by or user())
    typer.echo(f"{done.request_id} ({done.title}) is cancelled.")


def calendar_(
    workspace: WorkspaceOption = HERE,
    ics: Annotated[
        Path | None, typer.Option("--ics", metavar="FILE", help="Write it as an iCalendar file too.")
    ] = None,
) -> None:
    """Show every coming meeting with its plan back from the day: what is due when, what is late, who should act.

    The days before a meeting are those of `[plan]` in klyngeflow.toml; weekends and Danish holidays are left out. The
    file holds no figures and no practice, and its events keep their identity: read it in again and they move.
    """
    from flows.clock import today
    from flows.meeting_calendar import planned, show, write_ics
    from flows.settings import load_workspace
    from flows.showing_follow_ups import proposed_lines

    opened = load_workspace(workspace)
    found = planned(opened, today())
    show(opened, found)
    for line in proposed_lines(opened, today()):
        typer.echo(line)
    if ics is not None:
        typer.echo(f"{write_ics(opened, found, ics)} events written to {ics}.")


def forms(
    workspace: WorkspaceOption = HERE,
    cluster: Annotated[str | None, typer.Option(help="Only this cluster's.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The folder; else `forms` here.")] = None,
) -> None:
    """Write an order form (XLSX) for each cluster: a coordinator fills it in, and no shell is needed.

    Put a filled form into the inbox under its name (bestilling_CLUSTER.xlsx): `klyngeflow run` makes requests of its
    rows. A cell that cannot be used is told by sheet, cell and value; the other rows and forms go on. A cluster whose
    baseline meeting has been held finds its follow-up on a sheet of its own, to be answered with yes or no.
    """
    from flows.clock import today
    from flows.commands import propose_follow_ups
    from flows.order_forms import write_forms
    from flows.settings import load_workspace
    from flows.starting import require_warehouse

    opened = load_workspace(workspace)
    require_warehouse(opened)
    propose_follow_ups(opened)
    made = write_forms(opened, out or workspace / "forms", cluster, today())
    typer.echo(f"{len(made)} forms in {made[0].parent}.")


def user() -> str:
    """Who works here, as the system knows them."""
    import getpass

    return getpass.getuser()
