"""The blank sheets that go with a reminder: of what practices fill in themselves and have not sent back."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import date

from flows.orders import NothingYetError, for_request
from flows.settings import Workspace
from flows.sheets import Blank, Round, blank_sheets, rounds_sent
from transforms.calendar import Window, last_day, month_after
from transforms.definitions import Package
from transforms.errors import MachineError, UserError
from transforms.requests import Request
from transforms.sheet_layout import SOURCE, SheetKind
from transforms.sources import FILLED_IN
from warehouse.files import write_whole

FOLDER = "tomme_ark"
"""Below the outbox: the sheets of practices without an e-mail, to be printed or handed over."""

Lacks = dict[str, list[date]]
"""By source that a practice lacks: the months; none where nobody has delivered and the months are not known yet."""


def asks_practices(workspace: Workspace, request: Request) -> bool:
    """Whether part of the request's pack is filled in by the practices themselves, on sheets of ours."""
    try:
        return bool(_kinds(workspace.package(request.package_id, request.cluster_id)))
    except MachineError:
        raise
    except UserError:
        return False


def lacking_blanks(
    workspace: Workspace, request: Request, lacking: Mapping[str, Lacks], today: date
) -> dict[str, list[Blank]]:
    """By practice of `lacking` its blank sheets of the months that it lacks and that have ended.

    A round that was sent out is asked for again as it was; else the window that the pack is made of. Where no sheet can
    be made the reminder goes without.
    """
    try:
        return _blanks(workspace, request, lacking, today)
    except MachineError:
        raise
    except UserError:
        return {}


def _blanks(
    workspace: Workspace, request: Request, lacking: Mapping[str, Lacks], today: date
) -> dict[str, list[Blank]]:
    found: dict[str, list[Blank]] = {}
    package = workspace.package(request.package_id, request.cluster_id)
    made_of = _made_of(workspace, request, package)
    for source, kind in _kinds(package).items():
        sent = rounds_sent(workspace, request.package_id, request.cluster_id, kind)
        windows = [*(Window.of(first, package.windows.months) for first in sent), *made_of[-1:]]
        by_round: dict[date, dict[str, Sequence[date]]] = {}
        for practice in (each for each, sources in lacking.items() if source in sources):
            months = _recent(lacking[practice][source], made_of)
            if lacking[practice][source] and not months:
                continue
            window = _round_of(months, windows, min(today, request.meeting_date))
            if window is not None:
                by_round.setdefault(window.start, {})[practice] = _ended(months or window.months, today)
        for first, wanted in by_round.items():
            made = blank_sheets(workspace, Round(package.id, request.cluster_id, first), kind, wanted)
            for practice, blank in made.items():
                found.setdefault(practice, []).append(blank)
    return found


def lay_out(workspace: Workspace, sheets: Mapping[str, Sequence[Blank]]) -> int:
    """Leave in the outbox the sheets of those who lack theirs now and have no e-mail, and no other; how many."""
    folder = workspace.store.outbox / FOLDER
    wanted = {each.name: each.content for blanks in sheets.values() for each in blanks}
    if not wanted:
        shutil.rmtree(folder, ignore_errors=True)
        return 0
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in folder.glob("*.xlsx"):
        if path.name not in wanted:
            path.unlink()
    for name, content in wanted.items():
        write_whole(folder / name, content)
    return len(wanted)


def _kinds(package: Package) -> dict[str, SheetKind]:
    """By source that practices fill in: the sheet that it comes back on."""
    models = {each.source: each.model for measure in package.measures for each in measure.selections}
    found: dict[str, SheetKind] = {}
    for source, model in sorted(models.items()):
        if model in FILLED_IN and source == SOURCE:
            found[source] = "count"
        elif model in FILLED_IN and package.questionnaires:
            found[source] = "answers"
    return found


def _made_of(workspace: Workspace, request: Request, package: Package) -> list[Window]:
    """The windows of the pack, the latest last; none where nobody knows them yet."""
    try:
        order = for_request(workspace, request)
    except NothingYetError:
        if request.data_until is None:
            return []
        months = package.windows.months
        return [Window.of(month_after(request.data_until, 1 - months), months)]
    return [window for window in order.windows(package) if window is not None]


def _recent(months: Sequence[date], made_of: Sequence[Window]) -> list[date]:
    """Those of the latest window: what nobody counted before the first meeting cannot be counted a year later."""
    return [month for month in months if not made_of or month >= made_of[-1].start]


def _round_of(months: Sequence[date], windows: Sequence[Window], before: date) -> Window | None:
    """The first window that holds one of the months; where no month is known, the first that has ended."""
    if months:
        return next((each for each in windows if set(months) & set(each.months)), None)
    return next((each for each in windows if each.end < before), None)


def _ended(months: Sequence[date], today: date) -> list[date]:
    return [month for month in months if last_day(month) < today]
