"""How a pack is to be shown: what the cluster agreed on for the day of its meeting, else the workspace's rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flows.orders import Order
from flows.settings import Workspace
from transforms.disclosure_profiles import Mode, profile
from transforms.modes import mode_on, more_cautious
from transforms.pack import Meeting
from warehouse import meetings
from warehouse.facts import last_known
from warehouse.registry import registry_known


def meeting_for(workspace: Workspace, order: Order) -> Meeting:
    """The meeting with the mode of the registry for that cluster, package and day, and the workspace's profile.

    A mode that was asked for counts where it is the more cautious one: nobody opens by asking what others agreed on.

    A follow-up knows when its baseline was talked about, if it was.
    """
    meeting = order.meeting_of(workspace)
    tables = registry_known(workspace.store, last_known(workspace.store))
    agreed = mode_on(tables["anonymity"], order.cluster, order.package, order.meeting)
    rules = profile(workspace.definition.disclosure.profile)
    held = meetings.baseline_meeting(workspace.store, order.cluster, order.package, order.meeting)
    return replace(
        meeting,
        mode=more_cautious(agreed or meeting.mode, order.mode),
        profile=rules,
        baseline_meeting=held if order.kind == "followup" else None,
    )


def agreed_mode(workspace: Workspace, cluster: str, package: str, day: date) -> Mode:
    """What holds for the cluster and package on `day`: what the registry says, else the workspace's rule."""
    tables = registry_known(workspace.store, last_known(workspace.store))
    return mode_on(tables["anonymity"], cluster, package, day) or workspace.definition.mode
