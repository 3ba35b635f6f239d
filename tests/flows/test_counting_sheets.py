"""Counting sheets: filled by a spreadsheet, brought back through the inbox, and each fault told where it is."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from small_workspace import (
    OWN_INBOX,
    PRACTICES,
    SETTINGS,
    bring_in,
    own_copy,
    registered,
    rows_of,
    with_registry_alone,
)

from expectations.process import Validator
from flows.ingesting import Delivery, Outcome, prepare
from flows.returned_sheets import returned_among, take_sheets
from flows.settings import Workspace, load_workspace
from flows.sheets import Round, lacking_sheets, write_sheets
from reports.count_sheet import HEAD_ROW
from transforms.sheet_layout import MARK_SHEET, NothingToCountError
from warehouse.connection import reading

FIRST = date(2026, 1, 1)
ROUND = Round("oeregener_hos_boern", "K1", FIRST)
MONTHS = {"C": date(2026, 1, 1), "D": date(2026, 2, 1), "E": date(2026, 3, 1)}
CODES = ("oere_kontakt", "oere_trykmaaling", "oere_se_an", "oere_antibiotika")
PERSON = "0101" + "80" + "1234"
WHOLE = {f"{column}{HEAD_ROW + 1 + at}": 12 - 3 * at for column in "CDE" for at in range(4)}
ONE_MONTH = {cell: number for cell, number in WHOLE.items() if cell.startswith("C")}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sheets") / "workspace"
    rows = [*map(registered, PRACTICES[:2]), registered(PRACTICES[2], "K2")]
    opened = with_registry_alone(root, *rows, settings=OWN_INBOX)
    write_sheets(opened, ROUND)
    return root


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Workspace:
    return own_copy(made, tmp_path)


def filled(workspace: Workspace, practice: str, cells: dict[str, Any], name: str = "") -> Path:
    """The practice's sheet with `cells` written into it, in the inbox."""
    book = load_workbook(blank(workspace, practice))
    for cell, value in cells.items():
        book.worksheets[0][cell] = value
    path = workspace.inbox / (name or blank(workspace, practice).name)
    book.save(path)
    return path


def blank(workspace: Workspace, practice: str) -> Path:
    return next((workspace.root / "sheets").rglob(f"taelleark_*_{practice}_*.xlsx"))


def taken(workspace: Workspace, *paths: Path, validator: Validator | None = None) -> list[Outcome]:
    def bring(files: list[Delivery]) -> list[Outcome]:
        return [bring_in(workspace, each.source, each.path, validator) for each in files]

    return take_sheets(workspace, paths, "inbox", bring)


def of_sheets(outcomes: list[Outcome]) -> list[Outcome]:
    return [each for each in outcomes if each.file_name.endswith(".xlsx")]


def known(workspace: Workspace) -> set[tuple[str, date, str, int]]:
    with reading(workspace.store.database) as connection:
        wanted = 'select practice_id, period, code, "count" from fact.registration where known_to is null'
        return set(connection.execute(wanted).fetchall())


def by_hand(practice: str, cells: dict[str, Any]) -> set[tuple[str, date, str, int]]:
    return {(practice, MONTHS[cell[0]], CODES[int(cell[1:]) - HEAD_ROW - 1], value) for cell, value in cells.items()}


def test_each_practice_has_a_sheet_that_takes_figures_alone_and_is_the_same_each_time(workspace: Workspace) -> None:
    again = write_sheets(workspace, ROUND, workspace.root / "again")
    assert len(again) == 2
    assert [path.read_bytes() for path in again] == [blank(workspace, each).read_bytes() for each in PRACTICES[:2]]
    book = load_workbook(again[0])
    sheet = book.worksheets[0]
    assert (sheet.protection.sheet, book[MARK_SHEET].sheet_state) == (True, "hidden")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    open_cells = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert open_cells == set(WHOLE)
    assert {each.type for each in sheet.data_validations.dataValidation} == {"whole"}


def test_what_is_counted_comes_in_as_an_extract_and_a_sheet_that_lacks_is_no_nought(
    workspace: Workspace, validator: Validator
) -> None:
    outcomes = taken(workspace, filled(workspace, "010101", WHOLE), validator=validator)
    assert [each.state for each in outcomes] == ["accepted"] * 3 + ["recorded"]
    assert known(workspace) == by_hand("010101", WHOLE)
    submitted = rows_of(workspace, ["ledger.submission"])["ledger.submission"]
    assert {row[0] for row in submitted} == {"010101"}
    (lacking,) = lacking_sheets(workspace, ROUND)
    assert (lacking.practice_id, lacking.months) == ("020202", tuple(MONTHS.values()))
    assert lacking.path == blank(workspace, "020202")
    assert [each.state for each in taken(workspace, workspace.inbox / blank(workspace, "010101").name)] == ["known"]


def test_sheets_in_any_order_and_month_by_month_leave_the_same_facts(workspace: Workspace, tmp_path: Path) -> None:
    other = own_copy(workspace.root, tmp_path / "other")
    taken(workspace, filled(workspace, "010101", WHOLE), filled(workspace, "020202", ONE_MONTH))
    taken(other, filled(other, "020202", ONE_MONTH))
    assert of_sheets(taken(other, filled(other, "010101", ONE_MONTH)))[0].sentence.startswith("1 of 3 months")
    taken(other, filled(other, "010101", WHOLE))
    assert known(workspace) == known(other) == by_hand("010101", WHOLE) | by_hand("020202", ONE_MONTH)


WRONG = [
    ({"C13": -1}, "cell C13: this is no number from 0 to 100,000. Write one, such as 12. Found: '-1'."),
    ({"C13": "tolv"}, "cell C13: this is no number from 0 to 100,000. Write one, such as 12. Found: 'tolv'."),
    ({"C13": 2.5}, "cell C13: things are counted in whole numbers. Write one, such as 12. Found: '2.5'."),
    ({"C13": "=1+1"}, "cell C13: this is a formula. Write the number itself."),
    (
        {"D15": None},
        "cell D15: this is empty while others of the month are filled in. Write 0 where it did not happen.",
    ),
    ({"A14": "Noget andet"}, "cell A14: 'Kontakter med tympanometri' stands here"),
    ({"D12": "maj"}, "cell D12: 'februar 2026' stands here on the sheet that was sent out. Fill in a fresh one."),
]


@pytest.mark.parametrize(("changes", "says"), WRONG)
def test_a_wrong_cell_is_told_by_its_place_and_the_other_sheets_go_on(
    workspace: Workspace, changes: dict[str, Any], says: str
) -> None:
    wrong = filled(workspace, "010101", WHOLE | changes)
    outcomes = of_sheets(taken(workspace, wrong, filled(workspace, "020202", WHOLE)))
    assert [each.state for each in outcomes] == ["refused", "recorded"]
    assert outcomes[0].shown.startswith(f"{wrong.name}, sheet Tælleark, {says}")
    assert "Found" not in outcomes[0].sentence
    assert known(workspace) == by_hand("020202", WHOLE)


def test_of_two_sheets_of_a_practice_the_first_stands_until_it_is_withdrawn(workspace: Workspace) -> None:
    taken(workspace, filled(workspace, "010101", WHOLE))
    second = filled(workspace, "010101", WHOLE | {"D14": 10}, "rettet.xlsx")
    (refused,) = taken(workspace, second, second)[:1]
    assert "cell D14: 010101 has sent another number for 2026-02, and the first one stands." in refused.shown
    assert "klyngeflow withdraw --extract" in refused.shown
    assert known(workspace) == by_hand("010101", WHOLE)


def test_a_sheet_under_another_name_is_known_by_its_mark_and_one_without_it_is_refused(workspace: Workspace) -> None:
    renamed = filled(workspace, "010101", WHOLE, "Kopi af ark (2).xlsx")
    book = load_workbook(filled(workspace, "020202", WHOLE))
    del book[MARK_SHEET]
    bare = workspace.inbox / "taelleark_uden.xlsx"
    book.save(bare)
    other = workspace.inbox / "regneark.xlsx"
    book.save(other)
    assert returned_among([renamed, bare, other]) == [renamed, bare]
    refused, *_, recorded = taken(workspace, bare, renamed)
    assert (refused.state, recorded.state) == ("refused", "recorded")
    assert "its hidden mark is gone" in refused.sentence


def test_a_person_number_anywhere_on_a_sheet_stops_it(workspace: Workspace) -> None:
    (stopped,) = taken(workspace, filled(workspace, "010101", WHOLE | {"A30": f"ring til {PERSON}"}))
    assert (stopped.state, stopped.exit_code) == ("refused", 3)
    assert PERSON not in stopped.shown
    assert not list((workspace.store.landing / "returned_sheets").glob("*"))


def test_a_package_without_counts_has_no_sheets(workspace: Workspace) -> None:
    with pytest.raises(NothingToCountError, match="nothing themselves"):
        write_sheets(workspace, Round("crp", "K1", FIRST))


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_sheet_that_libreoffice_saved_says_the_same_and_fits_one_page(workspace: Workspace, tmp_path: Path) -> None:
    path = filled(workspace, "010101", WHOLE)
    home = f"-env:UserInstallation=file://{tmp_path / 'office'}"
    for kind, source in (("ods", path), ("xlsx", tmp_path / f"{path.stem}.ods"), ("pdf", path)):
        command = ["soffice", home, "--headless", "--convert-to", kind, "--outdir", str(tmp_path), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    saved = tmp_path / path.name
    assert saved.read_bytes() != path.read_bytes()
    assert returned_among([saved]) == [saved]
    assert of_sheets(taken(workspace, saved))[0].state == "recorded"
    assert known(workspace) == by_hand("010101", WHOLE)
    pages = subprocess.run(["pdfinfo", tmp_path / f"{path.stem}.pdf"], check=False, capture_output=True, text=True)
    assert pages.returncode != 0 or "Pages:           1\n" in pages.stdout


def test_before_there_is_a_registry_a_sheet_is_refused_and_can_come_again(workspace: Workspace, tmp_path: Path) -> None:
    path = filled(workspace, "010101", WHOLE)
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "klyngeflow.toml").write_text(SETTINGS, encoding="utf-8")
    empty = load_workspace(tmp_path / "empty")
    prepare(empty)
    (refused,) = taken(empty, path)
    assert "the registry does not know. Bring the newest registry in first" in refused.sentence
    assert [each.state for each in of_sheets(taken(workspace, path))] == ["recorded"]
