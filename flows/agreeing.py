"""What was agreed: recorded from a form or word by word, listed, and taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flows.clock import today
from flows.goal_forms import Form, is_form, read_form
from flows.ingesting import Outcome
from flows.settings import Workspace
from flows.starting import require_warehouse
from transforms.errors import MachineError, UserError
from transforms.goals import Goal, GoalError, checked
from transforms.naming import unknown
from transforms.person_number import first_finding, plain
from warehouse import goals, meetings
from warehouse.goals import Held
from warehouse.landing import is_personal
from warehouse.locks import one_command


class AgreedError(UserError):
    """There is nothing that this can be recorded for, or taken back from."""


@dataclass(frozen=True)
class Recorded:
    """What was recorded for which meeting; `replaced` is how many goals the meeting had before."""

    held: Held
    count: int
    replaced: int

    def sentence(self) -> str:
        """What is said of it."""
        many = f"{self.count} goal{'' if self.count == 1 else 's'}"
        place = f"{self.held.cluster_id}, {self.held.package_id}, meeting of {self.held.meeting_date}"
        instead = f", in the place of {self.replaced} recorded before" if self.replaced else ""
        return f"{many} recorded for {place}{instead}; the next follow-up prints them."


def record(workspace: Workspace, path: Path) -> Recorded:
    """Record the goals of a filled form as those of its meeting, for one command.

    Raises:
        UserError: the form, its cluster, package, meeting or a goal is not as it must be; nothing was recorded.
    """
    require_warehouse(workspace)
    form = read_form(path)
    with one_command(workspace.store):
        return _record(workspace, form)


def forms_among(files: Iterable[Path]) -> list[Path]:
    """Those of the inbox's `files` that are forms of goals, the oldest first: a later one takes its place."""
    found = [path for path in files if is_form(path) and not is_personal(path.name)]
    return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name))


def record_from_inbox(workspace: Workspace, path: Path) -> Outcome | None:
    """What became of a form in the inbox; None where the same bytes were recorded before, and left alone since."""
    try:
        form = read_form(path)
        if goals.is_recorded(workspace.store, form.sha256):
            return None
        return Outcome(path.name, "recorded", sentence=_record(workspace, form).sentence())
    except MachineError:
        raise
    except UserError as error:
        return Outcome(path.name, "refused", 0, str(error), error.shown(), error.exit_code)


def _record(workspace: Workspace, form: Form) -> Recorded:
    try:
        held = _held(workspace, form.cluster_id, form.package_id, form.meeting)
    except UserError as error:
        raise AgreedError(f"{form.sheet.path.name}: {error}", value=error.value) from None
    package = workspace.package(held.package_id, held.cluster_id)
    day = today()
    sound: list[Goal] = []
    for row, goal in form.goals:
        try:
            sound.append(checked(goal, package, held.meeting_date, day))
        except GoalError as error:
            raise form.fault(row, error) from None
    replaced = goals.replace(workspace.store, held, sound, form.sha256)
    return Recorded(held, len(sound), replaced)


def add(workspace: Workspace, cluster: str, package_id: str, meeting: date | None, goal: Goal) -> tuple[Held, int]:
    """Record one goal; returns its meeting and its number.

    Raises:
        UserError: the cluster, package, meeting or a part of the goal is not as it must be.
    """
    require_warehouse(workspace)
    held = _held(workspace, cluster, package_id, meeting)
    sound = checked(goal, workspace.package(package_id, cluster), held.meeting_date, today())
    with one_command(workspace.store):
        return held, goals.add(workspace.store, held, sound)


def remove(workspace: Workspace, cluster: str, package_id: str, meeting: date | None, number: int) -> Held:
    """Delete one goal.

    Raises:
        AgreedError: there is none of that number.
    """
    require_warehouse(workspace)
    held = _held(workspace, cluster, package_id, meeting)
    with one_command(workspace.store):
        if not goals.remove(workspace.store, held, number):
            numbers = goals.listed(workspace.store, cluster, package_id, held.meeting_date)["number"].to_list()
            there = ", ".join(str(each) for each in numbers) or "none"
            raise AgreedError(
                f"There is no goal {number} of {cluster} in {package_id} from the meeting of {held.meeting_date}. "
                f"There is: {there}. klyngeflow agreed list shows them."
            )
    return held


def listed(workspace: Workspace, cluster: str | None, package_id: str | None) -> list[dict[str, Any]]:
    """Every goal that is recorded, of one cluster and package where they are named."""
    require_warehouse(workspace)
    if cluster is not None:
        _require_cluster(workspace, cluster)
    if package_id is not None:
        workspace.package(package_id)
    return goals.listed(workspace.store, cluster, package_id).to_dicts()


def _held(workspace: Workspace, cluster: str, package_id: str, meeting: date | None) -> Held:
    """The meeting, where it can have been held."""
    _require_cluster(workspace, cluster)
    _refuse_person(package_id)
    package = workspace.package(package_id, cluster)
    known = _known_meetings(workspace, cluster, package.id)
    if meeting is None:
        if not known:
            raise AgreedError(
                f"No meeting of {cluster} on {package.id} is known. Say when it was: --meeting 2026-03-18."
            )
        return Held(cluster, package.id, max(known))
    baselines = sorted(day for day, kind in known.items() if kind == "baseline")
    if baselines and meeting not in known:
        days = ", ".join(str(day) for day in sorted(known))
        raise AgreedError(
            f"{cluster} had no meeting on {package.id} on {meeting}. Its meetings: {days}. Write one of them."
        )
    if not known and meeting > today():
        raise AgreedError(f"The meeting of {cluster} on {package.id} on {meeting} has not been held. Mend the date.")
    return Held(cluster, package.id, meeting)


def _known_meetings(workspace: Workspace, cluster: str, package_id: str) -> dict[date, str]:
    """Day and kind of the meetings that packs were made for, or that klyngeflow.toml plans."""
    planned = {
        plan.meeting: plan.kind
        for plan in workspace.definition.packs
        if plan.package == package_id and (not plan.clusters or cluster in plan.clusters)
    }
    return planned | dict(goals.meetings_held(workspace.store, cluster, package_id))


def _require_cluster(workspace: Workspace, cluster: str) -> None:
    _refuse_person(cluster)
    known = meetings.clusters(workspace.store)
    if not known:
        raise AgreedError("The registry is empty. Bring it in first: klyngeflow ingest registry FILE.")
    if cluster not in known:
        raise AgreedError(f"Nothing was recorded: {unknown('cluster', cluster, sorted(known))}.")


def _refuse_person(written: str) -> None:
    if first_finding(plain(written), today()):
        raise AgreedError("A person number stands where a cluster or package is named. Nothing was recorded.")
