"""The answer form of a practice: a page with a list to choose from at each question, for each who answers to copy.

It is read back by flows/filled_forms.py, which knows it by `grid` and finds the answers by `places`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reports.sheet_paper import Cell, Grid, Looks, height, workbook
from reports.wording import Voice
from transforms.answer_layout import LONGEST, SCALE, FormQuestion, of_evaluation, of_questionnaire, questionnaire_of
from transforms.definitions import Package
from transforms.sheet_layout import MARK_SHEET, Mark

HEAD_ROW = 11
CODE_CELL = Cell(9, 2)
"""Where whoever answers writes a code of their own; an evaluation has none."""
_WIDTHS = (66, 34)
_LISTS = 3
"""The first column of the hidden sheet, from 0, that holds the answers of a question."""


def questions_of(package: Package, mark: Mark) -> tuple[FormQuestion, ...]:
    """The questions of the form that `mark` is of.

    Raises:
        NoQuestionnaireError: the package has none.
    """
    return of_evaluation(package) if mark.kind == "feedback" else of_questionnaire(package)


def places(asked: Sequence[object]) -> Mapping[int, Cell]:
    """By question, from 0, the cell of its answer."""
    return {at: Cell(HEAD_ROW + 1 + at, 2) for at in range(len(asked))}


def grid(package: Package, mark: Mark, voice: Voice) -> Grid:
    """The words around the answers: the form is the one that was sent out where all of them stand in their places."""
    say = {key: voice.write("answer_form", key) for key in ("head_question", "head_answer")}
    found = {(HEAD_ROW, 1): say["head_question"], (HEAD_ROW, 2): say["head_answer"]}
    questions = questions_of(package, mark)
    for at in range(len(questions)):
        found[(HEAD_ROW + 1 + at, 1)] = _words(at, questions, voice)
    return found


def offered(question: FormQuestion, voice: Voice) -> dict[str, str]:
    """By the words of each answer on the form its short name."""
    if question.words is not None and question.choices and question.choices[0].text.da:
        return {voice.text(each.text): each.id for each in question.choices}
    keys = {"ja": "yes", "nej": "no"} | {name: f"scale_{name}" for name in SCALE}
    return {voice.write("answer_form", keys[each.id]): each.id for each in question.choices}


def answer_form(package: Package, mark: Mark, practice: str, voice: Voice) -> bytes:
    """The blank form of the practice called `practice`; the same in, the same bytes out.

    Raises:
        NoQuestionnaireError: the package has no questionnaire.
    """
    questions, words = questions_of(package, mark), grid(package, mark, voice)
    if mark.kind == "feedback":
        title = voice.write("answer_form", "feedback_title", topic=voice.text(package.title))
    else:
        title = voice.write("answer_form", "title", topic=voice.text(questionnaire_of(package).title))

    def fill(book: Any, sheet: Any, looks: Looks) -> None:
        hidden = book.get_worksheet_by_name(MARK_SHEET)
        for at, width in enumerate(_WIDTHS):
            sheet.set_column(at, at, width)
        sheet.write_string(0, 0, title, looks.title)
        _about(sheet, mark, practice, voice, looks)
        if mark.kind == "answers" and (intro := questionnaire_of(package).intro) is not None:
            sheet.write_string(7, 0, voice.text(intro), looks.bold)
        for (row, column), text in words.items():
            sheet.write_string(row - 1, column - 1, text, looks.head if row == HEAD_ROW else looks.label)
        for at, question in enumerate(questions):
            sheet.write_blank(HEAD_ROW + at, 1, None, looks.answer)
            _choose(sheet, places(questions)[at], _list(hidden, at, offered(question, voice)), voice)
            sheet.set_row(HEAD_ROW + at, max(34, height(words[(HEAD_ROW + 1 + at, 1)], _WIDTHS[0])))
        said = voice.write("answer_form", "version", package=package.id, version=package.version)
        sheet.write_string(HEAD_ROW + len(questions) + 1, 0, said, looks.quiet)

    return workbook(title, voice.write("answer_form", "sheet"), mark, fill)


def _about(sheet: Any, mark: Mark, practice: str, voice: Voice, looks: Looks) -> None:
    window = mark.window

    def say(key: str) -> str:
        return voice.write("answer_form", key)

    named = f"{practice} ({mark.practice})" if practice else mark.practice
    sheet.write_string(1, 0, f"{say('practice')}: {named}", looks.bold)
    period = say("meeting_month" if mark.kind == "feedback" else "period")
    sheet.write_string(2, 0, f"{period}: {voice.numbers.period(window.start, window.end)}", looks.bold)
    sheet.write_string(3, 0, say("how_heading"), looks.bold)
    last = "feedback_how_3" if mark.kind == "feedback" else "how_3"
    for row, key in enumerate(("how_1", "how_2", last), start=4):
        text = f"{row - 3}. {say(key)}"
        sheet.merge_range(row, 0, row, 1, text, looks.words)
        sheet.set_row(row, height(text, sum(_WIDTHS)))
    if mark.kind == "feedback":
        return
    text = f"{say('code')}: {say('code_how')}"
    sheet.write_string(CODE_CELL.row - 1, 0, text, looks.label)
    sheet.set_row(CODE_CELL.row - 1, height(text, _WIDTHS[0]))
    sheet.write_blank(CODE_CELL.row - 1, CODE_CELL.column - 1, None, looks.answer)
    told = say("write_code")
    rule = {"validate": "length", "criteria": "between", "minimum": 3, "maximum": 8}
    place = (CODE_CELL.row - 1, CODE_CELL.column - 1) * 2
    sheet.data_validation(*place, rule | {"input_message": told, "error_message": told})


def _list(hidden: Any, at: int, answers: Iterable[str]) -> str | None:
    """Where on the hidden sheet the answers stand, for words with a comma would be two in a rule; None for a text."""
    from xlsxwriter.utility import xl_col_to_name

    listed = list(answers)
    for row, words in enumerate(listed):
        hidden.write_string(row, _LISTS + at, words)
    column = xl_col_to_name(_LISTS + at)
    return f"={MARK_SHEET}!${column}$1:${column}${len(listed)}" if listed else None


def _choose(sheet: Any, cell: Cell, source: str | None, voice: Voice) -> None:
    row, column = cell.row - 1, cell.column - 1
    told = voice.write("answer_form", "choose" if source else "write_text")
    rule: dict[str, Any] = {"validate": "list", "source": source}
    if source is None:
        rule = {"validate": "length", "criteria": "<=", "value": LONGEST}
    sheet.data_validation(row, column, row, column, rule | {"input_message": told, "error_message": told})


def _words(at: int, questions: Sequence[FormQuestion], voice: Voice) -> str:
    question = questions[at]
    said = voice.write("answer_form", question.code) if question.words is None else voice.text(question.words)
    said = f"{at + 1}. {said}"
    rule = question.only_if
    if rule is None:
        return said
    before = next(place for place, each in enumerate(questions) if each.code == rule.code)
    names = {short: words for words, short in offered(questions[before], voice).items()}
    answers = f" {voice.write('answer_form', 'or')} ".join(names[each] for each in rule.answers)
    return f"{said}\n{voice.write('answer_form', 'only_if', answers=answers, n=before + 1)}"
