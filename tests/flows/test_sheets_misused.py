"""Workbooks as people and programs make them of the sheets: what would be lost or misread is told; nothing enters."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.formula import ArrayFormula
from small_workspace import (
    OWN_INBOX,
    PRACTICES,
    bring_in,
    own_copy,
    registered,
    with_registry_alone,
)

from flows.ingesting import Outcome
from flows.returned_sheets import take_sheets
from flows.settings import Workspace
from flows.sheets import Round, write_sheets
from flows.showing_feedback import feedback, feedback_lines
from transforms.feedback import collected
from transforms.sheet_layout import MARK_SHEET
from warehouse.connection import reading
from warehouse.extract_file import UnreadableFileError
from warehouse.sheet_cells import require_small

PERSON = "0101" + "80" + "1234"
COUNTING, ASKING = Round("oeregener_hos_boern", "K1", date(2026, 1, 1)), Round("trivsel", "K1", date(2026, 5, 1))
GLAD = {"B12": "5 – meget glad", "B13": "sjældent", "B14": "ja", "B15": "nej"}
COUNTED = {f"C{row}": number for row, number in zip(range(13, 17), (12, 9, 6, 3), strict=True)}
TOLD = {"B12": "3", "B16": "Mere tid"}
FILLED = {"taelleark_oeregener": COUNTED, "svarark_trivsel": GLAD, "evaluering_trivsel": TOLD}
Misuse = Callable[[Workbook], None]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("misused") / "workspace"
    opened = with_registry_alone(root, *map(registered, PRACTICES), settings=OWN_INBOX)
    write_sheets(opened, COUNTING)
    write_sheets(opened, ASKING)
    write_sheets(opened, ASKING, evaluation=True)
    return root


@pytest.fixture(scope="module")
def refusing(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """One workspace for all that is refused: nothing enters it."""
    return own_copy(made, tmp_path_factory.mktemp("refusing"))


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Workspace:
    return own_copy(made, tmp_path)


def misused(workspace: Workspace, kind: str, practice: str, misuse: Misuse, name: str = "") -> Path:
    """The practice's sheet, filled in as it should be but for what `misuse` does to it, in the inbox."""
    book = load_workbook(next((workspace.root / "sheets").rglob(f"{kind}*_{practice}_*.xlsx")))
    for cell, value in FILLED[kind].items():
        book.worksheets[0][cell] = value
    misuse(book)
    path = workspace.inbox / (name or f"{kind}_{practice}.xlsx")
    book.save(path)
    return path


def taken(workspace: Workspace, *paths: Path) -> list[Outcome]:
    found = take_sheets(
        workspace, paths, "inbox", lambda files: [bring_in(workspace, each.source, each.path) for each in files]
    )
    return [each for each in found if each.file_name.endswith(".xlsx")]


def rows_in(workspace: Workspace) -> int:
    tables = ("fact.answer", "fact.registration", "meeting.feedback", "meeting.returned_sheet")
    with reading(workspace.store.database) as connection:
        return sum(len(connection.execute(f"select 1 from {table}").fetchall()) for table in tables)


def another_tab(book: Workbook) -> None:
    book.copy_worksheet(book.worksheets[0])


def a_hidden_tab(book: Workbook) -> None:
    book.copy_worksheet(book.worksheets[0]).sheet_state = "hidden"


def merging(cells: str) -> Misuse:
    return lambda book: book.worksheets[0].merge_cells(cells)


def writing(cell: str, value: Any, number_format: str | None = None) -> Misuse:
    def write(book: Workbook) -> None:
        book.worksheets[0][cell] = value
        if number_format is not None:
            book.worksheets[0][cell].number_format = number_format

    return write


def marking(name: str, value: str) -> Misuse:
    def mark(book: Workbook) -> None:
        row = next(row for row in book[MARK_SHEET].iter_rows(max_col=2) if row[0].value == name)
        row[1].value = value

    return mark


MISUSES: list[tuple[str, Misuse, str]] = [
    ("svarark_trivsel", another_tab, "sheet Svarark Copy, cell A1: only the sheet Svarark is read. Fill in a copy"),
    ("taelleark_oeregener", a_hidden_tab, "sheet Tælleark Copy, cell A1: only the sheet Tælleark is read."),
    ("svarark_trivsel", merging("B12:B13"), "sheet Svarark, cell B12:B13: these cells are merged"),
    ("taelleark_oeregener", merging("C13:D13"), "sheet Tælleark, cell C13:D13: these cells are merged"),
    ("taelleark_oeregener", writing("C13", "12.000"), "cell C13: this is no number from 0 to 100,000."),
    ("taelleark_oeregener", writing("C13", "1_0"), "cell C13: this is no number from 0 to 100,000."),
    ("taelleark_oeregener", writing("C13", 12, "0%"), "Write one, such as 12. Found: '1200 %'."),
    ("taelleark_oeregener", writing("C13", date(2026, 1, 12)), "cell C13: this is no number from 0 to 100,000."),
    ("taelleark_oeregener", writing("C13", ArrayFormula("C13", "=3*4")), "cell C13: this is a formula."),
    ("taelleark_oeregener", writing("C15", 13), "cell C15: this is a part of what C13 counts, and more than it."),
    ("evaluering_trivsel", writing("B16", "=1+1"), "cell B16: this is a formula. Write the answer itself."),
    ("evaluering_trivsel", writing("B16", ArrayFormula("B16", "=1+1")), "cell B16: this is a formula."),
    (
        "svarark_trivsel",
        marking("asked", "arbejdsglaede;stress;aftalt_aendring;pause"),
        "in its order. Fill in a",
    ),
    ("svarark_trivsel", marking("first_month", "0001-01"), "its hidden mark has been changed"),
]


@pytest.mark.parametrize(("kind", "misuse", "says"), MISUSES)
def test_what_would_be_lost_or_misread_is_told_where_it_is(
    refusing: Workspace, kind: str, misuse: Misuse, says: str
) -> None:
    path = misused(refusing, kind, "010101", misuse)
    (refused,) = taken(refusing, path)
    assert (refused.state, refused.exit_code) == ("refused", 2)
    assert refused.shown.startswith(f"{path.name}")
    assert says in refused.shown
    assert rows_in(refusing) == 0


def test_a_comma_and_two_decimals_written_as_text_are_a_number(workspace: Workspace) -> None:
    (recorded,) = taken(workspace, misused(workspace, "taelleark_oeregener", "010101", writing("C13", " 12,0 ")))
    assert recorded.state == "recorded"


def test_a_workbook_that_unpacks_to_far_more_is_not_read_and_the_others_go_on(workspace: Workspace) -> None:
    small = misused(workspace, "svarark_trivsel", "010101", lambda _: None)
    large = shutil.copy(small, workspace.inbox / "svarark_stor.xlsx")
    with zipfile.ZipFile(large, "a", zipfile.ZIP_DEFLATED) as archive:
        # Letters in an order that packs to a hundredth: what only counts how tight it is packed lets it through.
        archive.writestr("xl/media/image1.png", bytes(range(256)) * 300_000)
    refused, recorded = taken(workspace, Path(large), small)
    assert "is far larger than the sheet that was sent out" in refused.sentence
    assert recorded.state == "recorded"


def test_a_person_number_in_the_name_of_a_file_that_is_too_large_is_not_repeated(tmp_path: Path) -> None:
    path = tmp_path / f"svarark_{PERSON}.xlsx"
    path.write_bytes(bytes(5_000_001))
    with pytest.raises(UnreadableFileError, match=r"^A file: the file is far larger") as refused:
        require_small(path)
    assert PERSON not in str(refused.value)


def test_who_answers_without_a_code_is_not_found_by_what_is_written_down(workspace: Workspace) -> None:
    path = misused(workspace, "svarark_trivsel", "010101", lambda _: None, "svarark_Hanne Holm.xlsx")
    taken(workspace, path)
    with reading(workspace.store.database) as connection:
        ((respondent,),) = connection.execute("select distinct respondent from fact.answer").fetchall()
        ((digest, name),) = connection.execute("select sha256, file_name from meeting.returned_sheet").fetchall()
    assert respondent[1:].casefold() not in digest
    assert name is None


def test_words_that_a_terminal_obeys_are_told_as_plain_ones(workspace: Workspace) -> None:
    for number, practice in enumerate((*PRACTICES, *PRACTICES)):
        # Each in words of its own: two files that are saved within one second are else the same file twice.
        def loud(book: Workbook, number: int = number) -> None:
            book.worksheets[0]["B16"] = f"Mere_x001B_[31m tid\u202e {number}"

        taken(workspace, misused(workspace, "evaluering_trivsel", practice, loud, f"evaluering_{number}.xlsx"))
    lines = list(feedback_lines(workspace, feedback(workspace)))
    assert [line for line in lines if "tid" in line]
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("word", ["²", "٣", "①", "0", "6"])
def test_five_who_write_a_digit_that_is_no_answer_are_told_in_words(word: str) -> None:
    row = {"package_id": "p", "version": "1", "question_id": "q", "answer": word}
    rows = [row | {"form": f"{number}", "practice_id": "ab"[number % 2]} for number in range(5)]
    assert collected(rows)[0].questions[0].texts == (word,) * 5
