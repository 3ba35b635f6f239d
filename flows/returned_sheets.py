"""Workbooks that came back through the inbox: counting sheets, answer forms and evaluations, in any order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from flows.filled_forms import answers_of
from flows.filled_sheets import SheetError
from flows.gathering import Bring, brought, known_practices, require_practice
from flows.ingesting import Outcome
from flows.order_forms import digest_of
from flows.returned_counts import CountTaking
from flows.returned_forms import AnswerTaking
from flows.settings import Workspace
from transforms.errors import MachineError, UserError
from transforms.sheet_layout import Mark, MarkError
from warehouse import returned
from warehouse.landing import is_personal
from warehouse.returned import Received, is_returned


def returned_among(files: Iterable[Path]) -> list[Path]:
    """Those of the inbox's files that are sheets come back, the oldest first."""
    found = [path for path in files if not is_personal(path.name) and is_returned(path)]
    return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name))


def take_sheets(workspace: Workspace, paths: Sequence[Path], who: str, bring: Bring) -> list[Outcome]:
    """Read each workbook, bring in what they hold together, and say what became of each.

    A fault in one leaves the others alone. One is remembered as taken when its rows are in: a run that ends before is
    done again.
    """
    outcomes: list[Outcome] = []
    counts, answers = CountTaking(workspace), AnswerTaking(workspace)
    practices = known_practices(workspace) if paths else set[str]()
    for path in paths:
        try:
            if returned.is_taken(workspace.store, digest_of(path)):
                outcomes.append(Outcome(path.name, "known"))
                continue
            received = returned.looked_at(path)
            mark = _mark(received)
            require_practice(practices, received, mark)  # before its bytes are kept: it may be of one that was erased
            returned.keep(workspace.store, path, received)
            if mark.kind == "feedback":
                outcomes.append(take_evaluation(workspace, received, mark, who))
            else:
                (counts if mark.kind == "count" else answers).add(received, mark)
        except MachineError:
            raise
        except UserError as error:
            outcomes.append(refused(path.name, error))
    for gathered in (counts.gathered, answers.gathered):
        outcomes += brought(workspace, gathered, who, bring)
    return outcomes


def _mark(received: Received) -> Mark:
    try:
        return Mark.read(received.mark)
    except MarkError as error:
        raise SheetError(f"{received.name}: {error}: klyngeflow sheets makes one.") from None


def take_evaluation(workspace: Workspace, received: Received, mark: Mark, who: str) -> Outcome:
    """Keep the answers of one evaluation, by package and version.

    Raises:
        SheetError: it cannot be taken; nothing of it was.
    """
    answers = answers_of(workspace, received, mark)
    returned.take_feedback(workspace.store, received, mark, answers.given, who)
    return Outcome(received.name, "recorded", sentence=f"an evaluation of {mark.package}, version {mark.version}")


def refused(name: str, error: UserError) -> Outcome:
    """What became of a workbook that cannot be taken."""
    said, shown = str(error), error.shown()
    if name not in said:
        said, shown = f"{name}: {said}", f"{name}: {shown}"
    return Outcome(name, "refused", 0, said, shown, error.exit_code)
