"""Answer forms: filled by whoever answers, brought back through the inbox, and each fault told where it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from small_workspace import (
    OWN_INBOX,
    PRACTICES,
    bring_in,
    own_copy,
    registered,
    with_registry_alone,
)

from flows.ingesting import Delivery, Outcome
from flows.returned_sheets import take_sheets
from flows.settings import Workspace
from flows.sheets import Round, write_sheets
from reports.answer_form import HEAD_ROW
from transforms.feedback import collected
from transforms.sheet_layout import MARK_SHEET
from warehouse import returned
from warehouse.connection import reading

MAY = date(2026, 5, 1)
ROUND = Round("trivsel", "K1", MAY)
GLAD = {"B12": "5 – meget glad", "B13": "sjældent", "B14": "ja", "B15": "nej"}
TIRED = {"B12": 2, "B13": "ofte", "B14": "nej", "B15": "nej"}
PERSON = "0101" + "80" + "1234"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("answers") / "workspace"
    opened = with_registry_alone(root, *map(registered, PRACTICES), settings=OWN_INBOX)
    write_sheets(opened, ROUND)
    write_sheets(opened, ROUND, evaluation=True)
    return root


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Workspace:
    return own_copy(made, tmp_path)


def filled(workspace: Workspace, practice: str, cells: dict[str, Any], number: int = 1, kind: str = "svarark") -> Path:
    """A copy of the practice's form with `cells` written into it, in the inbox."""
    book = load_workbook(next((workspace.root / "sheets").rglob(f"{kind}_*_{practice}_*.xlsx")))
    for cell, value in cells.items():
        book.worksheets[0][cell] = value
    path = workspace.inbox / f"{kind}_{practice}_{number}.xlsx"
    book.save(path)
    return path


def taken(workspace: Workspace, *paths: Path) -> list[Outcome]:
    def bring(files: list[Delivery]) -> list[Outcome]:
        return [bring_in(workspace, each.source, each.path) for each in files]

    found = take_sheets(workspace, paths, "inbox", bring)
    return [each for each in found if each.file_name.endswith(".xlsx")]


def known(workspace: Workspace) -> list[tuple[Any, ...]]:
    with reading(workspace.store.database) as connection:
        columns = "practice_id, period, questionnaire, respondent, code, answer, score"
        return connection.execute(f"select {columns} from fact.answer where known_to is null order by all").fetchall()


def by_hand(practice: str, respondent: str, cells: dict[str, Any]) -> list[tuple[Any, ...]]:
    scale = str(cells["B12"])[0]
    answers = {"arbejdsglaede": scale, "stress": {"sjældent": "sjaeldent"}.get(cells["B13"], cells["B13"])}
    answers |= {"pause": cells["B14"], "aftalt_aendring": cells["B15"]}
    return [
        (practice, MAY, "trivsel", respondent, code, answer, float(scale) if code == "arbejdsglaede" else None)
        for code, answer in answers.items()
    ]


def test_a_practice_has_one_form_to_copy_with_a_list_at_each_question(workspace: Workspace) -> None:
    book = load_workbook(next((workspace.root / "sheets").rglob("svarark_trivsel_010101_*.xlsx")))
    sheet = book.worksheets[0]
    assert (sheet.protection.sheet, book[MARK_SHEET].sheet_state) == (True, "hidden")
    open_cells = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert open_cells == {"B9", *GLAD}
    listed = {str(each.sqref): each.type for each in sheet.data_validations.dataValidation}
    assert listed == {"B9": "textLength", **dict.fromkeys(GLAD, "list")}
    offered = [row[0].value for row in book[MARK_SHEET].iter_rows(min_col=4, max_col=4) if row[0].value]
    assert offered == ["1 – slet ikke glad", "2", "3", "4", "5 – meget glad"]
    assert sheet[f"A{HEAD_ROW + 1}"].value == "1. Hvor glad er du alt i alt for dit arbejde for tiden?"


def test_each_respondent_is_kept_whether_forms_come_together_or_one_by_one(
    workspace: Workspace, tmp_path: Path
) -> None:
    other = own_copy(workspace.root, tmp_path / "other")
    wanted = sorted(by_hand("010101", "A7K2", GLAD) + by_hand("010101", "B31X", TIRED), key=str)
    forms = [(GLAD | {"B9": "a7k2"}, 1), (TIRED | {"B9": "B31X"}, 2)]
    assert [each.state for each in taken(workspace, *(filled(workspace, "010101", *form) for form in forms))] == [
        "recorded"
    ] * 2
    for form in reversed(forms):
        taken(other, filled(other, "010101", *form))
    assert sorted(known(workspace), key=str) == sorted(known(other), key=str) == wanted


def test_one_who_writes_no_code_is_counted_under_one_that_nobody_knows(workspace: Workspace) -> None:
    taken(workspace, filled(workspace, "010101", GLAD), filled(workspace, "020202", TIRED))
    codes = {row[3] for row in known(workspace)}
    assert len(codes) == 2
    assert all(code.startswith("X") and len(code) == 8 for code in codes)


WRONG = [
    ({"B13": "tit"}, "cell B13: this is none of the answers. Choose one of: aldrig, sjældent, af og til, ofte, altid."),
    ({"B12": 6}, "cell B12: this is none of the answers. Choose one of: 1 – slet ikke glad, 2, 3, 4, 5 – meget glad."),
    ({"B9": "Hanne Jensen"}, "cell B9: a code is 3-8 capitals and digits and begins with a letter."),
    ({"A14": "Holder du pause?"}, "cell A14: '3. Er der på en almindelig arbejdsdag"),
]


@pytest.mark.parametrize(("changes", "says"), WRONG)
def test_a_wrong_answer_is_told_by_its_cell_and_the_other_forms_go_on(
    workspace: Workspace, changes: dict[str, Any], says: str
) -> None:
    wrong = filled(workspace, "010101", GLAD | changes)
    right = filled(workspace, "020202", TIRED | {"B9": "B31X"})
    refused, recorded = taken(workspace, wrong, right)
    assert (refused.state, recorded.state) == ("refused", "recorded")
    assert f"{wrong.name}, sheet Svarark, {says}" in refused.shown
    assert "Found" not in refused.sentence
    assert sorted(known(workspace), key=str) == sorted(by_hand("020202", "B31X", TIRED), key=str)


def test_a_code_that_answered_otherwise_before_keeps_its_first_answers(workspace: Workspace) -> None:
    taken(workspace, filled(workspace, "010101", GLAD | {"B9": "A7K2"}))
    (refused,) = taken(workspace, filled(workspace, "010101", GLAD | {"B9": "A7K2", "B14": "nej"}, 2))
    assert "cell B14: the code A7K2 has answered otherwise before" in refused.shown
    assert len(known(workspace)) == 4


def test_an_answer_to_a_question_that_the_package_does_not_ask_is_refused(workspace: Workspace) -> None:
    path = filled(workspace, "010101", GLAD)
    book = load_workbook(path)
    mark = book[MARK_SHEET]
    for row in mark.iter_rows(max_col=2):
        if row[0].value == "version":
            row[1].value = "0.0"
        if row[0].value == "asked":
            row[1].value = row[1].value.replace("pause", "frokost")
    book.save(path)
    (refused,) = taken(workspace, path)
    assert "cell B14: version 0.1 of trivsel does not ask this. Clear the cell and send it again. Found: 'ja'." in (
        refused.shown
    )


def test_evaluations_are_kept_by_version_and_told_only_when_five_of_two_practices_answered(
    workspace: Workspace,
) -> None:
    def evaluation(practice: str, number: int, worth: str) -> Path:
        cells = {"B12": worth, "B15": "ja" if number % 2 else "nej", "B16": f"Mere tid {number}"}
        return filled(workspace, practice, cells, number, "evaluering")

    four = [evaluation("010101", number, "2") for number in range(4)]
    assert [each.state for each in taken(workspace, *four)] == ["recorded"] * 4
    (before,) = collected(returned.feedback(workspace.store))
    assert (before.package, before.version, before.forms) == ("trivsel", "0.1", 4)
    assert not any(each.shown for each in before.questions)
    assert [each.state for each in taken(workspace, *four, evaluation("020202", 9, "5 – i høj grad"))] == [
        *["known"] * 4,
        "recorded",
    ]
    (after,) = collected(returned.feedback(workspace.store))
    told = {each.question: each for each in after.questions}
    assert told["meeting_worth"].mean == pytest.approx((4 * 2 + 5) / 5)
    assert told["meeting_try"].yes == pytest.approx(60)
    assert told["meeting_other"].texts == tuple(f"Mere tid {number}" for number in (0, 1, 2, 3, 9))
    assert after.questions[0].question == "meeting_worth"


def test_five_evaluations_of_one_practice_stay_untold(workspace: Workspace) -> None:
    rows = [
        {"package_id": "p", "version": "1", "form": f"{number}", "practice_id": "a", "question_id": "q", "answer": "3"}
        for number in range(9)
    ]
    assert not collected(rows)[0].questions[0].shown
    assert collected([*rows[:4], rows[4] | {"practice_id": "b"}])[0].questions[0].mean == 3


def test_a_person_number_in_a_free_text_stops_the_form(workspace: Workspace) -> None:
    (stopped,) = taken(workspace, filled(workspace, "010101", {"B16": f"spørg {PERSON}"}, kind="evaluering"))
    assert (stopped.state, stopped.exit_code) == ("refused", 3)
    assert PERSON not in stopped.shown
    assert returned.feedback(workspace.store) == []
