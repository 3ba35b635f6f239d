"""Follow-ups that propose themselves: after a baseline meeting, until somebody confirms or declines.

Plain functions of the workspace and a day: no clock, no Prefect.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flows.assessing import members_on, sources_of
from flows.follow_up_reach import Reaches
from flows.orders import pack_name
from flows.requesting import RequestError, Wish
from flows.settings import Workspace
from transforms.calendar import Window
from transforms.definitions import Package
from transforms.errors import MachineError, UserError
from transforms.follow_ups import (
    Change,
    FollowUp,
    FollowUpPlan,
    Held,
    Proposal,
    Reach,
    membership_change,
    months_later,
    proposal,
)
from transforms.meeting_plan import due_dates
from transforms.requests import STANDING, Request
from warehouse import follow_ups, requests
from warehouse.requests import PROGRAM

LONGEST_MONTHS = 24
"""A baseline meeting of longer ago asks for no follow-up by itself: the figures of then are of another cluster."""
USUAL_DELAY = 45
"""Days after a month at which its figures are taken to come, where no extract has shown how long it takes."""


def propose(workspace: Workspace, today: date) -> list[FollowUp]:
    """Enter what baseline meetings held before `today` ask for, and keep each in step with requests; what is new."""
    held = _recent(workspace, today)
    reaches = Reaches(workspace, today)
    new = [_entered(workspace, each, reaches) for each in _without(workspace, held)]
    for who, moved in _out_of_step(workspace, held):
        follow_ups.move(workspace.store, moved, who)
    return [each for each in new if each is not None]


def anything_new(workspace: Workspace, today: date) -> bool:
    """Whether `propose` would find something to do."""
    held = _recent(workspace, today)
    return bool(_without(workspace, held)) or bool(_out_of_step(workspace, held))


def _without(workspace: Workspace, held: list[Held]) -> list[Held]:
    """The baseline meetings that no follow-up was proposed for, and whose package can still be read and counted."""
    known = {each.baseline for each in follow_ups.every(workspace.store)}
    return [each for each in held if each not in known and _counts(workspace, each)]


def _counts(workspace: Workspace, held: Held) -> bool:
    try:
        return bool(workspace.package(held.package_id, held.cluster_id).measures)
    except MachineError:
        raise
    except UserError:
        return False


def _recent(workspace: Workspace, today: date) -> list[Held]:
    every = follow_ups.baselines_held(workspace.store, today)
    return [each for each in every if months_later(each.meeting_date, LONGEST_MONTHS) >= today]


def _entered(workspace: Workspace, held: Held, reaches: Reaches) -> FollowUp:
    return follow_ups.enter(workspace.store, FollowUp("", held), reaches.of(held.cluster_id, held.package_id))


def _out_of_step(workspace: Workspace, held: list[Held]) -> list[tuple[str, FollowUp]]:
    """Follow-ups that stand otherwise than their requests do, as they should stand, each with who moved it.

    Confirmed where a request stands, proposed again where it was called off or failed; nobody is asked any more where
    the cluster has met anew, or where it is too long ago.
    """
    found: list[tuple[str, FollowUp]] = []
    for each in follow_ups.every(workspace.store):
        request = _asked_for(workspace, each)
        if request is not None and each.state != "confirmed":
            moved = replace(each, state="confirmed", request_id=request.request_id)
            found.append((request.requested_by, moved))
        elif request is None and each.state == "confirmed":
            found.append((PROGRAM, replace(each, state="proposed", request_id=None)))
        elif each.state == "proposed" and each.baseline not in held:
            found.append((PROGRAM, replace(each, state="declined")))
    return found


def _asked_for(workspace: Workspace, follow_up: FollowUp) -> Request | None:
    """The request that stands for a follow-up of this baseline, whoever asked for it and how.

    A request follows the newest baseline meeting before its own, and none of the older ones.
    """
    topic = (follow_up.baseline.cluster_id, follow_up.baseline.package_id)
    baselines = [each.baseline for each in follow_ups.every(workspace.store)]
    held = [each.meeting_date for each in baselines if (each.cluster_id, each.package_id) == topic]
    for each in requests.every(workspace.store):
        if (each.cluster_id, each.package_id, each.kind) != (*topic, "followup") or each.state not in STANDING:
            continue
        newest = max((day for day in held if day < each.meeting_date), default=None)
        if newest == follow_up.baseline.meeting_date:
            return each
    return None


@dataclass(frozen=True)
class Outlook:
    """A follow-up as it looks today: when it could be, what it could show, who came and left since the baseline.

    `proposal` None: no window of the coming years can be compared. `sources` are those that must have delivered it.
    """

    follow_up: FollowUp
    package: Package
    proposal: Proposal | None
    reach: list[Reach]
    change: Change
    sources: tuple[str, ...]
    asked_before: Request | None

    @property
    def showing(self) -> int | None:
        """How many of the measures could show a change that a cluster may hope for; None: cannot be said yet."""
        return len({each.measure_id for each in self.reach if each.shows}) if self.reach else None


def outlook(workspace: Workspace, follow_up: FollowUp, today: date) -> Outlook:
    """The follow-up as it looks on `today`.

    Raises:
        UserError: its package cannot be read.
    """
    package = workspace.package(follow_up.baseline.package_id, follow_up.baseline.cluster_id)
    asked = _baseline_request(workspace, follow_up)
    shown = Window.of(asked.baseline_from, package.windows.months) if asked and asked.baseline_from else None
    sources = sources_of(package)
    found = follow_ups.rhythms(workspace.store, sources)
    delay = max(found[source].days if source in found else USUAL_DELAY for source in sources)
    plan = FollowUpPlan(workspace.definition.plan, delay, tuple(found.values()))
    return Outlook(
        follow_up,
        package,
        proposal(package.windows, shown, follow_up.baseline.meeting_date, today, plan),
        follow_ups.reach(workspace.store, follow_up.follow_up_id),
        membership_change(
            members_on(workspace, follow_up.baseline.cluster_id, follow_up.baseline.meeting_date),
            members_on(workspace, follow_up.baseline.cluster_id, today),
        ),
        tuple(sources),
        asked,
    )


def _baseline_request(workspace: Workspace, follow_up: FollowUp) -> Request | None:
    pack = pack_name(
        follow_up.baseline.cluster_id, follow_up.baseline.package_id, "baseline", follow_up.baseline.meeting_date
    )
    return requests.standing(workspace.store, pack)


def find(workspace: Workspace, named: str) -> FollowUp:
    """The follow-up with that number.

    Raises:
        RequestError: with those there are.
    """
    every = follow_ups.every(workspace.store)
    for each in every:
        if named.upper() == each.follow_up_id:
            return each
    there = ", ".join(each.follow_up_id for each in every[-6:]) or "none yet"
    raise RequestError(f"There is no follow-up {named!r}. There are: {there}. klyngeflow follow-ups lists them.")


def wish_for(seen: Outlook, meeting: date | None, *, allow_draft: bool) -> Wish:
    """What is asked for when the follow-up is confirmed, for the day proposed or for `meeting`.

    Level and files are as at the baseline, and so is whether a draft will do.

    Raises:
        RequestError: it has been confirmed, cannot be compared, or the day is too early for its figures.
    """
    follow_up, held, found = seen.follow_up, seen.follow_up.baseline, seen.proposal
    if follow_up.state == "confirmed":
        raise RequestError(f"{follow_up.follow_up_id} has become {follow_up.request_id}: klyngeflow requests shows it.")
    if found is None:
        raise RequestError(
            f"No window of {held.package_id} in the coming years is clear of the periods it excludes: there is nothing "
            "to compare. Meet about it without figures."
        )
    day = meeting or found.meeting
    if day < found.earliest:
        raise RequestError(
            f"Its figures are of {months_of(found.window)} and cannot be there before a meeting on {found.earliest}. "
            f"Choose that day or a later one; {found.meeting} is proposed."
        )
    asked: dict[str, Any] = {}
    if (before := seen.asked_before) is not None:
        asked = {"level": before.level, "formats": before.formats, "allow_draft": before.allow_draft or allow_draft}
    return Wish.model_validate(
        {
            "cluster": follow_up.baseline.cluster_id,
            "package": follow_up.baseline.package_id,
            "meeting": day,
            "kind": "followup",
        }
        | {"data_until": found.window.months[-1], "allow_draft": allow_draft}
        | asked
    )


def decline(workspace: Workspace, follow_up: FollowUp, who: str) -> FollowUp:
    """The cluster does not want it; it can still be confirmed later.

    Raises:
        FollowUpError: it has been declined, or has become a request.
    """
    declined = replace(follow_up, state="declined")
    follow_ups.move(workspace.store, declined, who)
    return declined


def last_day_to_confirm(workspace: Workspace, found: Proposal) -> date:
    """By when it must be confirmed for every step of its plan to be in time."""
    return due_dates(found.meeting, workspace.definition.plan)["confirmed"]


def months_of(window: Window) -> str:
    """`2026-07 to 2026-12`."""
    return f"{window.start:%Y-%m} to {window.end:%Y-%m}" if len(window.months) > 1 else f"{window.start:%Y-%m}"
