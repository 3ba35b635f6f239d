"""What coordinators answer about follow-ups on their order forms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from flows import following_up
from flows.following_up import Outlook, find, outlook, wish_for
from flows.ingesting import Outcome
from flows.requesting import ask
from flows.requesting import find as find_request
from flows.settings import Workspace
from reports.follow_up_sheet import Proposed
from transforms.errors import MachineError, UserError
from transforms.follow_up_form import Answer, answered, cell_of
from transforms.follow_ups import FollowUp
from transforms.order_form import CellError
from transforms.requests import Request
from warehouse import follow_ups
from warehouse.follow_ups import FollowUpError
from warehouse.landing import is_personal
from warehouse.order_forms import Filled

MOST_OF_A_NAME = 60
"""Letters of who asked that go into the audit trail."""


def open_outlooks(workspace: Workspace, today: date) -> list[Outlook]:
    """The follow-ups that are proposed and that something can be compared for, by the day proposed."""
    proposed = [each for each in follow_ups.every(workspace.store) if each.state == "proposed"]
    return [each for each in looked_at(workspace, proposed, today)[0] if each.proposal is not None]


def looked_at(workspace: Workspace, found: Sequence[FollowUp], today: date) -> tuple[list[Outlook], list[str]]:
    """Each follow-up as it looks today; of those whose package was taken away or has a fault, a sentence."""
    seen: list[Outlook] = []
    kept_back: list[str] = []
    for each in found:
        try:
            seen.append(outlook(workspace, each, today))
        except MachineError:
            raise
        except UserError as error:
            kept_back.append(
                f"{each.follow_up_id} ({each.title}) cannot be looked at: {error} Mend or put back the package, or: "
                f"klyngeflow follow-ups {each.follow_up_id} --decline."
            )
    return seen, kept_back


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
        _refuse_other_day(workspace, follow_up, answer)
        return Outcome(path.name, "known", sentence=f"{follow_up.follow_up_id} has been {follow_up.state}")
    if not answer.yes:
        following_up.decline(workspace, follow_up, who)
        return Outcome(path.name, "accepted", 1, f"{follow_up.follow_up_id} ({follow_up.title}) is declined")
    wish = wish_for(outlook(workspace, follow_up, by[1]), answer.day, allow_draft=False)
    entered = ask(workspace, wish, who, by[1])
    following_up.propose(workspace, by[1])
    return Outcome(path.name, "accepted", 1, f"{entered.request_id} ({entered.title}) is {entered.state}")


def _refuse_other_day(workspace: Workspace, follow_up: FollowUp, answer: Answer) -> None:
    """Nothing, where the answer is the one that was given before.

    Raises:
        FollowUpError: it is a yes for another day than the request's.
    """
    if answer.day is None or follow_up.request_id is None:
        return
    there = find_request(workspace, follow_up.request_id)
    if there.meeting_date != answer.day:
        raise FollowUpError(
            f"{asked_before(there)}, and this answer says {answer.day}. Nothing was changed. If the answer is right: "
            f"klyngeflow cancel {there.request_id}, then klyngeflow follow-ups {follow_up.follow_up_id} --confirm "
            f"--meeting {answer.day}."
        )


def asked_before(there: Request) -> str:
    """The beginning of a sentence about what is asked for anew, and otherwise."""
    return f"{there.request_id} ({there.title}) has been asked for and is {there.state}"


def refused(path: Path, error: UserError) -> Outcome:
    """A form, or a part of it, that cannot be used."""
    name = "(a file)" if is_personal(path.name) else path.name
    return Outcome(name, "refused", 0, str(error), error.shown(), error.exit_code)
