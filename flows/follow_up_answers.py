"""What coordinators answer about follow-ups on their order forms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from flows import following_up
from flows.following_up import Outlook, find, outlook, wish_for
from flows.ingesting import Outcome
from flows.requesting import ask
from flows.settings import Workspace
from reports.follow_up_sheet import Proposed
from transforms.errors import MachineError, UserError
from transforms.follow_up_form import Answer, answered, cell_of
from transforms.order_form import CellError
from warehouse import follow_ups
from warehouse.landing import is_personal
from warehouse.order_forms import Filled

MOST_OF_A_NAME = 60
"""Letters of who asked that go into the audit trail."""


def open_outlooks(workspace: Workspace, today: date) -> list[Outlook]:
    """The follow-ups that are proposed and that something can be compared for, by the day proposed."""
    proposed = [each for each in follow_ups.every(workspace.store) if each.state == "proposed"]
    seen: list[Outlook] = []
    for each in proposed:
        try:
            seen.append(outlook(workspace, each, today))
        except MachineError:
            raise
        except UserError:
            continue  # its package cannot be read: klyngeflow lint tells of that
    return [each for each in seen if each.proposal is not None]


def rows_for(seen: Sequence[Outlook]) -> list[Proposed]:
    """The rows of a cluster's form."""
    return [
        Proposed(
            each.follow_up.follow_up_id,
            each.package.id,
            each.follow_up.baseline.meeting_date,
            each.proposal.meeting,
            each.proposal.window,
            each.showing,
            len({reach.measure_id for reach in each.reach}),
        )
        for each in seen
        if each.proposal is not None
    ]


def answers_taken(workspace: Workspace, path: Path, filled: Filled, by: tuple[str, date]) -> Iterator[Outcome]:
    """Let each answer become a request or a no; a fault in one row leaves the others alone. `by`: who, and the day."""
    for row, cells in filled.follow_ups.items():
        place = f"{path.name}, sheet {filled.sheet_words.sheet}"
        try:
            answer = answered(cells, filled.sheet_words)
            if answer is not None:
                yield _of_answer(workspace, path, answer, by)
        except CellError as fault:
            cell = f"{place}, cell {cell_of(fault.column, row)}"
            yield refused(path, UserError(f"{cell}: {fault}.", value=fault.value))
        except MachineError:
            raise
        except UserError as error:
            yield refused(path, UserError(f"{place}, row {row}: {error}"))


def _of_answer(workspace: Workspace, path: Path, answer: Answer, by: tuple[str, date]) -> Outcome:
    following_up.propose(workspace, by[1])  # a form that was cut off half way has its request already
    follow_up = find(workspace, answer.follow_up)
    who = answer.by[:MOST_OF_A_NAME] or by[0]
    if follow_up.state == ("confirmed" if answer.yes else "declined"):
        return Outcome(path.name, "known", sentence=f"{follow_up.follow_up_id} has been {follow_up.state}")
    if not answer.yes:
        following_up.decline(workspace, follow_up, who)
        return Outcome(path.name, "accepted", 1, f"{follow_up.follow_up_id} ({follow_up.title}) is declined")
    wish = wish_for(outlook(workspace, follow_up, by[1]), answer.day, allow_draft=False)
    entered = ask(workspace, wish, who, by[1])
    following_up.propose(workspace, by[1])
    return Outcome(path.name, "accepted", 1, f"{entered.request_id} ({entered.title}) is {entered.state}")


def refused(path: Path, error: UserError) -> Outcome:
    """A form, or a part of it, that cannot be used."""
    name = "(a file)" if is_personal(path.name) else path.name
    return Outcome(name, "refused", 0, str(error), error.shown(), error.exit_code)
