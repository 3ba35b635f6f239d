"""The command line's part about follow-ups: which are proposed, and confirming or declining one."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli_options import HERE, JsonOption, WorkspaceOption
from flows.cli_requests import ByOption, DraftChoice, ask_for, user

if TYPE_CHECKING:
    from flows.settings import Workspace
    from transforms.follow_ups import FollowUp

MeetingOption = Annotated[
    datetime | None, typer.Option("--meeting", formats=["%Y-%m-%d"], help="Confirm it for this day instead.")
]


def add_to(app: typer.Typer) -> None:
    """Add the command of this module to `app`."""
    app.command("follow-ups")(follow_ups)


def follow_ups(
    follow_up: Annotated[str | None, typer.Argument(metavar="[ID]", help="Tell the whole of this one.")] = None,
    workspace: WorkspaceOption = HERE,
    confirm: Annotated[bool, typer.Option("--confirm", help="Make ID a request, for the day proposed.")] = False,
    decline: Annotated[bool, typer.Option("--decline", help="The cluster does not want ID.")] = False,
    meeting: MeetingOption = None,
    allow_draft: DraftChoice = False,
    every: Annotated[bool, typer.Option("--all", help="Also those confirmed and declined.")] = False,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the follow-ups that baseline meetings ask for; confirm one, and it is a request; or decline it.

    A follow-up appears by itself on the day after a baseline meeting. Its day is 6 to 12 months later where the
    package's window allows it: all of its months lie after the meeting, in the same season as those they are compared
    with, and the extracts have time to come. Each says how large a change the figures could show, before anyone is
    asked for data, and who came to the cluster or left it.
    """
    from flows.commands import propose_follow_ups
    from flows.settings import load_workspace
    from flows.starting import require_warehouse
    from transforms.errors import UserError

    if (confirm or decline or meeting) and follow_up is None:
        raise UserError(f"Name the follow-up: klyngeflow follow-ups ID {'--decline' if decline else '--confirm'}.")
    if decline and (confirm or meeting):
        raise UserError("A follow-up is confirmed or declined, not both. Leave one of them out.")
    opened = load_workspace(workspace)
    require_warehouse(opened)
    known = propose_follow_ups(opened)
    if follow_up is None:
        _list(opened, [each for each in known if every or each.state == "proposed"], as_json=as_json)
    elif confirm or meeting:
        _confirm(opened, follow_up, meeting.date() if meeting else None, by or user(), allow_draft=allow_draft)
    elif decline:
        _decline(opened, follow_up, by or user())
    else:
        _tell(opened, follow_up, as_json=as_json)


def _list(workspace: Workspace, chosen: list[FollowUp], *, as_json: bool) -> None:
    from flows.clock import today
    from flows.showing_follow_ups import as_dict, outlooks, show_list

    seen, kept_back = outlooks(workspace, chosen, today())
    if as_json:
        _print([as_dict(workspace, each) for each in seen])
    elif seen or not kept_back:
        show_list(workspace, seen, today())
    for line in kept_back:
        typer.echo(line, err=as_json)


def _confirm(workspace: Workspace, named: str, day: date | None, who: str, *, allow_draft: bool) -> None:
    from flows.clock import today
    from flows.commands import propose_follow_ups
    from flows.following_up import find, outlook, wish_for

    seen = outlook(workspace, find(workspace, named), today())
    ask_for(workspace.root, wish_for(seen, day, allow_draft=allow_draft), who)
    propose_follow_ups(workspace)


def _decline(workspace: Workspace, named: str, who: str) -> None:
    from flows.following_up import decline, find

    done = decline(workspace, find(workspace, named), who)
    typer.echo(f"{done.follow_up_id} ({done.title}) is declined.")


def _tell(workspace: Workspace, named: str, *, as_json: bool) -> None:
    from flows.clock import today
    from flows.following_up import find, outlook
    from flows.showing_follow_ups import as_dict, story

    seen = outlook(workspace, find(workspace, named), today())
    if as_json:
        _print(as_dict(workspace, seen))
        return
    for line in story(workspace, seen):
        typer.echo(line)


def _print(told: object) -> None:
    typer.echo(json.dumps(told, ensure_ascii=False, indent=1, default=str))
