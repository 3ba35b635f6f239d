"""The command line's part about follow-ups: which are proposed, and confirming or declining one."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

import typer

from flows.cli_options import HERE, JsonOption, WorkspaceOption
from flows.cli_requests import ByOption, DraftChoice, ask_for, user

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
    from flows.clock import today
    from flows.commands import propose_follow_ups
    from flows.following_up import decline as declined
    from flows.following_up import find, outlook, wish_for
    from flows.settings import load_workspace
    from flows.showing_follow_ups import as_dict, outlooks, show_list, story
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
        chosen = [each for each in known if every or each.state == "proposed"]
        seen = outlooks(opened, chosen, today())
        if as_json:
            _print([as_dict(opened, each) for each in seen])
        else:
            show_list(opened, seen, today())
        return
    named = outlook(opened, find(opened, follow_up), today())
    if confirm or meeting:
        wish = wish_for(named, meeting.date() if meeting else None, allow_draft=allow_draft)
        ask_for(workspace, wish, by or user())
        propose_follow_ups(opened)
    elif decline:
        done = declined(opened, named.follow_up, by or user())
        typer.echo(f"{done.follow_up_id} ({done.title}) is declined.")
    elif as_json:
        _print(as_dict(opened, named))
    else:
        for line in story(opened, named):
            typer.echo(line)


def _print(told: object) -> None:
    typer.echo(json.dumps(told, ensure_ascii=False, indent=1, default=str))
