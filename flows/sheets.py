"""The sheets of a package for one cluster: made for each practice, and who has not sent theirs back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flows.orders import require_cluster
from flows.settings import Workspace
from reports.answer_form import answer_form
from reports.count_sheet import count_sheet
from reports.wording import voice
from transforms.answer_layout import of_evaluation, of_questionnaire, questionnaire_of
from transforms.calendar import Window, month_after
from transforms.cluster_standing import Member, standing
from transforms.definitions import Package
from transforms.errors import UserError
from transforms.sheet_layout import MOST_MONTHS, SOURCE, Line, Mark, NothingToCountError, SheetKind, lines_of
from warehouse import returned
from warehouse.facts import last_known
from warehouse.files import write_whole
from warehouse.registry import registry_known

FOLDER = "sheets"
_NAMES: dict[SheetKind, str] = {"count": "taelleark", "answers": "svarark", "feedback": "evaluering"}


class SheetsError(UserError):
    """No sheets can be made of this."""


@dataclass(frozen=True)
class Lacking:
    """A practice that has not sent all of its counting sheet: the months that lack, and where its blank sheet lies."""

    practice_id: str
    name: str
    months: tuple[date, ...]
    path: Path


@dataclass(frozen=True)
class Blank:
    """A practice's blank sheet, byte for byte as `write_sheets` leaves it: the file's name and what it holds."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Round:
    """What is asked of whom and when: a package, a cluster and the first month."""

    package: str
    cluster: str
    first: date


def write_sheets(
    workspace: Workspace, asked: Round, out: Path | None = None, *, evaluation: bool = False
) -> list[Path]:
    """A workbook for each practice of the cluster that has not said no, for the window that the round begins.

    A counting sheet where the package has the practices count, and an answer form where it has a questionnaire; or,
    with `evaluation`, the form for what is asked after a meeting.

    Raises:
        SheetsError, NothingToCountError: there is nothing to count, nobody to count it, or the window is too long.
        UserError: there is no such package or cluster.
    """
    package, cluster = workspace.package(asked.package, asked.cluster), asked.cluster
    window = Window.of(asked.first, 1) if evaluation else _window(package, asked.first)
    kinds = _kinds(package, evaluation=evaluation)
    members = _members(workspace, cluster, window)
    marks = [
        (_mark(workspace, package, (cluster, window), member, kind), member) for kind in kinds for member in members
    ]
    return [_put(workspace, package, mark, member, out) for mark, member in marks]


def lacking_sheets(workspace: Workspace, asked: Round) -> list[Lacking]:
    """Who of the cluster has months of the round not counted, by practice.

    `path` is where `write_sheets` puts the practice's blank sheet: it is made anew where
    it is not there. A figure that came in a file of the region counts as one on a sheet.

    Raises:
        As write_sheets.
    """
    package, cluster = workspace.package(asked.package, asked.cluster), asked.cluster
    window, lines = _window(package, asked.first), lines_of(package)
    found: list[Lacking] = []
    for member in _members(workspace, cluster, window):
        months = _uncounted(workspace, member.practice_id, window, lines)
        if not months:
            continue
        mark = _mark(workspace, package, (cluster, window), member, "count")
        path = _path(workspace, mark, None)
        if not path.exists():
            _put(workspace, package, mark, member, None)
        found.append(Lacking(member.practice_id, member.name, months, path))
    return found


def blank_sheets(
    workspace: Workspace, asked: Round, kind: SheetKind, wanted: Mapping[str, Sequence[date]]
) -> dict[str, Blank]:
    """By practice of `wanted` its blank sheet of the round, where none of `kind` has come back for a month wanted.

    They are made anew: a file below `sheets` may have been filled in since, and no figure is to leave with one.

    Raises:
        UserError: as write_sheets.
    """
    package, cluster = workspace.package(asked.package, asked.cluster), asked.cluster
    window = _window(package, asked.first)
    found: dict[str, Blank] = {}
    for member in _members(workspace, cluster, window):
        months = wanted.get(member.practice_id, ())
        if kind == "count":
            lacks = bool(set(months) & set(_uncounted(workspace, member.practice_id, window, lines_of(package))))
        else:
            round_ = (questionnaire_of(package).id, window.start)
            lacks = bool(months) and not returned.answered(workspace.store, member.practice_id, *round_)
        if lacks:
            mark = _mark(workspace, package, (cluster, window), member, kind)
            found[member.practice_id] = Blank(_path(workspace, mark, None).name, _content(package, mark, member))
    return found


def rounds_sent(workspace: Workspace, package: str, cluster: str, kind: SheetKind) -> list[date]:
    """The first months of the rounds whose sheets lie below `sheets`, the newest first."""
    begins = f"{package}_{_plain(cluster)}_"
    found = (workspace.root / FOLDER).glob(f"{begins}[0-9][0-9][0-9][0-9]-[0-9][0-9]/{_NAMES[kind]}_*.xlsx")
    months = {path.parent.name.removeprefix(begins) for path in found}
    return sorted((date.fromisoformat(f"{month}-01") for month in months), reverse=True)


def next_month(today: date) -> date:
    """The first day of the next month: when one begins to count what is agreed today."""
    return month_after(today.replace(day=1), 1)


def _window(package: Package, first: date) -> Window:
    if package.windows.months > MOST_MONTHS:
        raise SheetsError(
            f"A window of {package.id} is {package.windows.months} months, and a sheet has room for {MOST_MONTHS}. "
            "Give the package a shorter window."
        )
    return Window.of(first, package.windows.months)


def _members(workspace: Workspace, cluster: str, window: Window) -> Sequence[Member]:
    """The members on the first day that is counted who have not said no."""
    require_cluster(workspace, cluster)
    tables = registry_known(workspace.store, last_known(workspace.store))
    found = standing(tables, cluster, window.start)
    members = [member for member in (found.members if found else ()) if member.consent is not False]
    if not members:
        raise SheetsError(
            f"{cluster} has no practice on {window.start} that may take part. "
            f"`klyngeflow registry {cluster}` shows who is in it."
        )
    return members


def _kinds(package: Package, *, evaluation: bool) -> list[SheetKind]:
    if evaluation:
        return ["feedback"]
    counted = any(each.source == SOURCE for measure in package.measures for each in measure.selections)
    found: list[SheetKind] = [*(["count"] if counted else []), *(["answers"] if package.questionnaires else [])]
    if not found:
        raise NothingToCountError(
            f"The package {package.id} asks the practices to count nothing themselves and has no questionnaire. Its "
            f"evaluation: klyngeflow sheets {package.id} --evaluation."
        )
    return found


def _put(workspace: Workspace, package: Package, mark: Mark, member: Member, out: Path | None) -> Path:
    path = _path(workspace, mark, out)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, _content(package, mark, member))
    return path


def _content(package: Package, mark: Mark, member: Member) -> bytes:
    make = count_sheet if mark.kind == "count" else answer_form
    return make(package, mark, member.name, voice(mark.language))


def _mark(workspace: Workspace, package: Package, place: tuple[str, Window], member: Member, kind: SheetKind) -> Mark:
    cluster, window = place
    if kind == "count":
        asked = tuple(line.key for line in lines_of(package))
    else:
        questions = of_evaluation(package) if kind == "feedback" else of_questionnaire(package)
        asked = tuple(question.code for question in questions)
    return Mark(
        kind=kind,
        package=package.id,
        version=package.version,
        practice=member.practice_id,
        cluster=cluster,
        first_month=window.start,
        months=1 if kind == "feedback" else len(window.months),
        language=workspace.definition.language,
        asked=asked,
    )


def _path(workspace: Workspace, mark: Mark, out: Path | None) -> Path:
    folder = out or workspace.root / FOLDER / f"{mark.package}_{_plain(mark.cluster)}_{mark.first_month:%Y-%m}"
    return folder / f"{_NAMES[mark.kind]}_{mark.package}_{_plain(mark.practice)}_{mark.first_month:%Y-%m}.xlsx"


def _uncounted(workspace: Workspace, practice: str, window: Window, lines: Sequence[Line]) -> tuple[date, ...]:
    known = returned.counted(workspace.store, practice, (window.start, window.end))
    wanted = {(line.code, line.group) for line in lines}
    return tuple(month for month in window.months if not wanted & {key[:2] for key in known if key[2] == month})


def _plain(name: str) -> str:
    return re.sub(r"[^\w-]+", "-", name)
