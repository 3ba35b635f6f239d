"""A filled answer form, read: what is not as the form has it is told with sheet, cell, value and remedy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flows.filled_sheets import SheetError, cell_fault, require_asked, require_grid
from flows.settings import Workspace
from reports.answer_form import CODE_CELL, HEAD_ROW, grid, offered, places, questions_of
from reports.sheet_paper import Cell
from reports.wording import voice
from transforms.answer_layout import LONGEST, FormQuestion, unasked
from transforms.sheet_layout import Mark
from warehouse.returned import Received

_CODE = r"[A-Z][A-Z0-9]{2,7}"


@dataclass(frozen=True)
class Answers:
    """One person's answers: by question the short name chosen, or the text; `cells` says where each stands.

    `respondent` is the code that was written, else one made of the file, under which nobody can be found again.
    """

    respondent: str
    given: Mapping[str, str]
    cells: Mapping[str, Cell]
    questions: tuple[FormQuestion, ...]


def answers_of(workspace: Workspace, received: Received, mark: Mark) -> Answers:
    """The answers of a form.

    Raises:
        SheetError: the layout was changed, an answer is none of those there are, or the question is not of the package
            as it is now.
        UserError: there is no such package.
    """
    package = workspace.package(mark.package, mark.cluster)
    questions = {question.code: question for question in questions_of(package, mark)}
    speaking = voice(mark.language)
    expected = grid(package, mark, speaking)
    if mark.version != package.version:  # its words may have been others
        expected = {place: words for place, words in expected.items() if place[0] == HEAD_ROW}
    require_grid(received, expected)
    require_asked(received, mark, package, tuple(questions))
    given: dict[str, str] = {}
    cells: dict[str, Cell] = {}
    for at, cell in places(mark.asked).items():
        written = str(received.cells.get(cell) or "").strip()
        if not written:
            continue
        question = questions.get(mark.asked[at])
        if question is None:
            said = f"version {package.version} of {package.id} does not ask this. Clear the cell and send it again."
            raise cell_fault(received, cell, said, written)
        if cell in received.formulas:
            raise cell_fault(received, cell, "this is a formula. Write the answer itself.", written)
        given[question.code] = _answer(received, cell, written, offered(question, speaking))
        cells[question.code] = cell
    if not given:
        raise SheetError(
            f"{received.name}, sheet {received.sheet}: nothing is answered. Choose an answer, or leave it out."
        )
    if passed := unasked(given, tuple(questions.values())):
        said = "an earlier answer leads past this question. Clear the cell, or mend the earlier answer."
        raise cell_fault(received, cells[passed], said)
    return Answers(_respondent(received, mark), given, cells, tuple(questions.values()))


def _answer(received: Received, cell: Cell, written: str, choices: Mapping[str, str]) -> str:
    if not choices:
        if len(written) > LONGEST:
            raise cell_fault(received, cell, f"the text is longer than {LONGEST} letters. Shorten it.")
        return written
    # A spreadsheet makes a number of an answer that is a digit.
    plain = written.removesuffix(".0")
    for words, short in choices.items():
        if plain.casefold() == words.casefold():
            return short
    raise cell_fault(received, cell, f"this is none of the answers. Choose one of: {', '.join(choices)}.", written)


def _respondent(received: Received, mark: Mark) -> str:
    written = str(received.cells.get(CODE_CELL) or "").strip().upper() if mark.kind == "answers" else ""
    if not written:
        return f"X{received.nobody[:7].upper()}"
    if re.fullmatch(_CODE, written) is None:
        said = "a code is 3-8 capitals and digits and begins with a letter. Write one such as A7K2, or none."
        raise cell_fault(received, CODE_CELL, said, written)
    return written
