"""Order forms: one for each cluster to fill in, and what comes back through the inbox becomes requests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from fnmatch import fnmatch
from pathlib import Path

from flows.catalogue import listed
from flows.follow_up_answers import (
    MOST_OF_A_NAME,
    answers_taken,
    asked_before,
    open_outlooks,
    refused,
    rows_for,
)
from flows.ingesting import Outcome
from flows.orders import pack_name, require_cluster
from flows.requesting import RequestError, Wish, ask
from flows.settings import SettingsError, Workspace
from flows.starting import require_warehouse
from reports.order_form import Offered, order_form
from transforms.errors import MachineError, UserError
from transforms.order_form import PATTERN, CellError, Column, asked_for, cell_name
from transforms.requests import Request
from warehouse import meetings, requests
from warehouse.files import write_whole
from warehouse.order_forms import Filled, digest_of, receive, require_file

_AGAIN = "Nothing was changed. If the row is right, call that request off and ask anew: klyngeflow cancel, request."


def write_forms(workspace: Workspace, folder: Path, cluster: str | None, today: date) -> list[Path]:
    """A form for each cluster of the registry, or for one, in `folder`, with the follow-ups to be answered `today`.

    Raises:
        UserError: there is no such cluster, or no registry yet.
    """
    require_warehouse(workspace)
    names = meetings.clusters(workspace.store)
    if cluster is not None or not names:
        require_cluster(workspace, cluster or "")
    offered = _offered(workspace)
    proposed = open_outlooks(workspace, today)
    made: list[Path] = []
    for key in [cluster] if cluster else sorted(names):
        path = folder / PATTERN.replace("*", re.sub(r"[^\w-]+", "-", key))
        asked = [each for each in proposed if each.follow_up.baseline.cluster_id == key]
        write_whole(path, order_form(key, names[key], offered, workspace.definition.language, rows_for(asked)))
        made.append(path)
    return made


def _offered(workspace: Workspace) -> list[Offered]:
    rows = [row for row in listed(workspace) if row.fault is None and row.measures]
    if not rows:
        raise SettingsError("No package can be asked for: see klyngeflow catalogue and klyngeflow lint.")
    language = workspace.definition.language
    return [Offered(row.id, (row.title or {}).get(language, row.id), row.status or "") for row in rows]


def is_form(path: Path) -> bool:
    """Whether the file's name says that it is an order form."""
    return fnmatch(path.name, PATTERN)


def take_forms(workspace: Workspace, paths: Sequence[Path], who: str, today: date) -> list[Outcome]:
    """Let each form become requests; a fault in one row or form leaves the others alone."""
    outcomes: list[Outcome] = []
    for path in paths:
        try:
            require_file(path)
            if requests.is_taken(workspace.store, digest_of(path)):
                outcomes.append(Outcome(path.name, "known"))
                continue
            filled = receive(workspace.store, path)
        except MachineError:
            raise
        except UserError as error:
            outcomes.append(refused(path, error))
            continue
        outcomes += _taken(workspace, path, filled, who, today)
    return outcomes


def _taken(workspace: Workspace, path: Path, filled: Filled, who: str, today: date) -> Iterator[Outcome]:
    for row in filled.rows:
        try:
            yield _of_row(workspace, path, filled, row, (who, today))
        except MachineError:
            raise
        except CellError as fault:
            place = f"{path.name}, sheet {filled.words.sheet}, cell {cell_name(fault.column, row)}"
            yield refused(path, UserError(f"{place}: {fault}.", value=fault.value))
        except UserError as error:
            yield refused(path, UserError(f"{path.name}, sheet {filled.words.sheet}, row {row}: {error}"))
    yield from answers_taken(workspace, path, filled, (who, today))
    requests.take(workspace.store, filled.sha256, path.name, who)


def _asked_otherwise(wish: Wish, there: Request) -> list[Column]:
    """The columns in which a row asks for the same pack in another way than the request that stands for it."""
    until = wish.data_until.replace(day=1) if wish.data_until else None
    pairs: dict[Column, bool] = {
        "mode": wish.mode == there.mode,
        "level": wish.level == there.level,
        "formats": set(wish.formats) == set(there.formats),
        "until": until in (None, there.data_until),  # left empty it asks for nothing else
    }
    return [column for column, same in pairs.items() if not same]


def _of_row(workspace: Workspace, path: Path, filled: Filled, row: int, by: tuple[str, date]) -> Outcome:
    asked = asked_for(filled.rows[row], filled.words)
    who = str(asked.pop("by", ""))[:MOST_OF_A_NAME] or by[0]
    wish = Wish(
        **{key: asked[key] for key in ("cluster", "package", "kind", "meeting")},
        mode=asked.get("mode"),
        level=asked.get("level", "practice"),
        formats=asked.get("formats", ()),
        allow_draft=asked.get("draft", False),
        data_until=asked.get("until"),
    )
    # A form that was mended and sent again still holds the rows that were right the first time.
    pack = pack_name(wish.cluster, wish.package, wish.kind, wish.meeting)
    there = requests.standing(workspace.store, pack)
    if there is not None:
        if other := [filled.words.heads[column] for column in _asked_otherwise(wish, there)]:
            raise RequestError(f"{asked_before(there)}, and this row says otherwise under {', '.join(other)}. {_AGAIN}")
        return Outcome(path.name, "known", sentence=f"{there.request_id} has been asked for")
    entered = ask(workspace, wish, who, by[1])
    return Outcome(path.name, "accepted", 1, f"{entered.request_id} ({entered.title}) is {entered.state}")
