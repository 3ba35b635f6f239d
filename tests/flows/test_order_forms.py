"""Order forms: filled by a spreadsheet, brought back through the inbox, and each fault told where it is."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from small_workspace import PRACTICES, SETTINGS, bring_in, delivered, extract, own_copy, registered
from whole_package import DEFINITION, write_package

from flows.ingesting import Outcome, prepare
from flows.order_forms import take_forms, write_forms
from flows.requesting import by_person
from flows.settings import Workspace, load_workspace
from transforms.errors import UserError
from transforms.order_form import HEAD_ROW, WORDS
from warehouse import requests

TODAY = date(2026, 2, 1)
FIRST = HEAD_ROW + 1
RIGHT = {"B": "smerter", "C": "Første møde", "D": datetime(2026, 5, 14), "E": "A. Koordinator", "J": "Ja"}
PERSON = "0101" + "80" + "1234"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("forms") / "workspace"
    root.mkdir(parents=True)
    (root / "klyngeflow.toml").write_text(SETTINGS, encoding="utf-8")
    write_package(root, "smerter", DEFINITION)
    opened = load_workspace(root)
    prepare(opened)
    rows = [*map(registered, PRACTICES[:2]), registered(PRACTICES[2], "K2")]
    bring_in(opened, "registry", delivered(opened, "register_2024-01-01.csv", extract("registry", *rows)))
    write_forms(opened, root / "forms", None, TODAY)
    return root


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Workspace:
    return own_copy(made, tmp_path)


def filled(workspace: Workspace, *rows: dict[str, Any], head: dict[str, Any] | None = None) -> Path:
    """The form of K1 with `rows` filled in from the first on, and cells of its head changed."""
    book = load_workbook(workspace.root / "forms" / "bestilling_K1.xlsx")
    sheet = book["Bestilling"]
    for number, row in enumerate(rows, FIRST):
        for column, value in row.items():
            sheet[f"{column}{number}"] = value
    for cell, value in (head or {}).items():
        sheet[cell] = value
    path = workspace.root / "bestilling_K1.xlsx"
    book.save(path)
    return path


def taken(workspace: Workspace, *paths: Path) -> list[Outcome]:
    return take_forms(workspace, paths, "inbox", TODAY)


def test_each_cluster_has_a_form_with_lists_and_the_same_bytes_each_time(workspace: Workspace) -> None:
    again = write_forms(workspace, workspace.root / "again", None, TODAY)
    assert [path.name for path in again] == ["bestilling_K1.xlsx", "bestilling_K2.xlsx"]
    assert [path.read_bytes() for path in again] == [
        (workspace.root / "forms" / path.name).read_bytes() for path in again
    ]
    book = load_workbook(again[1])
    sheet = book["Bestilling"]
    assert (sheet[f"A{FIRST}"].value, sheet.protection.sheet, book["Lister"].sheet_state) == ("K2", True, "hidden")
    kinds = {str(each.sqref)[0]: each.type for each in sheet.data_validations.dataValidation}
    assert kinds == {
        "B": "list",
        "C": "list",
        "D": "date",
        "F": "list",
        "G": "list",
        "H": "list",
        "I": "date",
        "J": "list",
    }
    offered = [row[0].value for row in book["Lister"].iter_rows(max_col=1)]
    assert "smerter" in offered
    assert "kollegial_sparring" not in offered


def test_rows_become_requests_once(workspace: Workspace) -> None:
    second = RIGHT | {"D": "15.06.2026", "G": "Kun klyngen", "H": "PDF og PowerPoint", "F": "Kun egen praksis"}
    path = filled(workspace, RIGHT, second | {"I": "2026-04"})
    assert [(each.state, each.exit_code) for each in taken(workspace, path)] == [("accepted", 0), ("accepted", 0)]
    one, two = requests.every(workspace.store)
    assert (one.cluster_id, one.meeting_date, one.requested_by, one.state) == (
        "K1",
        date(2026, 5, 14),
        "A. Koordinator",
        "waiting for data",
    )
    assert (two.level, two.formats, two.mode, two.data_until) == (
        "cluster",
        ("pdf", "pptx"),
        "own_only",
        date(2026, 4, 1),
    )
    by_person(workspace, "R0001", "cancelled", "jm")
    assert [each.state for each in taken(workspace, path)] == ["known"]
    assert len(requests.every(workspace.store)) == 2


def test_a_row_that_asks_otherwise_for_the_same_meeting_is_told_and_not_lost(workspace: Workspace) -> None:
    taken(workspace, filled(workspace, RIGHT))
    changed = filled(workspace, RIGHT | {"F": "Kun egen praksis", "H": "PDF"})
    (outcome,) = taken(workspace, changed)
    assert (outcome.state, outcome.exit_code) == ("refused", 2)
    assert (
        "row 8: R0001 (K1, smerter, baseline, meeting 2026-05-14) has been asked for and is waiting for data, and "
        in (outcome.sentence)
    )
    assert "this row says otherwise under Hvem ser hvem, Filer. Nothing was changed." in outcome.sentence
    (there,) = requests.every(workspace.store)
    assert (there.mode, there.formats) == (None, ())


WRONG = [
    ({"C": "Møde"}, "cell C8: this is not on the list. Write one of: Første møde, Opfølgning. Found: 'Møde'."),
    ({"D": "31-02-2026"}, "cell D8: this is no day. Write one such as 14-05-2027. Found: '31-02-2026'."),
    ({"D": None}, "cell D8: Mødedato is empty. Fill it in."),
    ({"D": "=TODAY()"}, "cell D8: this is a formula. Write the value itself."),
    ({"A": "K9"}, "row 8: There is no cluster 'K9' in the registry."),
    ({"B": "smerte"}, "row 8: There is no package called 'smerte'; the nearest name is smerter."),
    ({"J": None}, "row 8: smerter is a draft"),
    ({"D": "14-05-2025"}, "row 8: The meeting on 2025-05-14 has been held."),
]


@pytest.mark.parametrize(("changes", "says"), WRONG)
def test_a_wrong_row_is_told_by_its_place_and_the_next_row_goes_on(
    workspace: Workspace, changes: dict[str, Any], says: str
) -> None:
    wrong, right = taken(workspace, filled(workspace, RIGHT | changes, RIGHT))
    assert (wrong.state, wrong.exit_code, right.state) == ("refused", 2, "accepted")
    assert wrong.shown.startswith(f"bestilling_K1.xlsx, sheet Bestilling, {says}")
    mended = taken(workspace, filled(workspace, RIGHT | {"D": datetime(2026, 9, 1)}, RIGHT))
    assert [each.state for each in mended] == ["accepted", "known"]


def test_a_changed_layout_is_told_and_the_other_form_goes_on(workspace: Workspace) -> None:
    head = WORDS["da"].heads["kind"]
    changed = filled(workspace, RIGHT, head={f"C{HEAD_ROW}": "Type"})
    other = workspace.root / "forms" / "bestilling_K2.xlsx"
    nothing = workspace.root / "bestilling_K3.xlsx"
    nothing.write_bytes(b"PK\x03\x04 no workbook")
    refused, broken = taken(workspace, changed, nothing, other)
    assert (
        f"cell C7: the heading is to be '{head}'. Fill in a new form: klyngeflow forms. Found: 'Type'." in refused.shown
    )
    assert broken.sentence.startswith("bestilling_K3.xlsx: ")
    assert requests.every(workspace.store) == []


def test_a_person_number_in_any_cell_stops_the_form_and_nothing_is_kept(workspace: Workspace) -> None:
    (refused,) = taken(workspace, filled(workspace, RIGHT, RIGHT | {"E": f"vedr. {PERSON}"}))
    assert (refused.state, refused.exit_code) == ("refused", 3)
    assert PERSON not in refused.shown
    assert requests.every(workspace.store) == []
    assert not (workspace.store.landing / "order_forms").exists()


def test_a_form_for_an_unknown_cluster_is_not_made(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="There is no cluster 'K9' in the registry"):
        write_forms(workspace, workspace.root / "more", "K9", TODAY)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_form_that_libreoffice_saved_is_read(workspace: Workspace, tmp_path: Path) -> None:
    path = filled(workspace, RIGHT)
    out = tmp_path / "saved"
    home = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", home, "--headless", "--convert-to", "xlsx", "--outdir", str(out), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    assert [each.state for each in taken(workspace, out / path.name)] == ["accepted"]


DAMAGES = [(rb' s="\d+"', b' s="9999"'), (rb"<sheetProtection", b'<sheetProtection more="1"')]


@pytest.mark.parametrize("damage", DAMAGES, ids=["no such look", "an attribute of another program"])
def test_a_form_that_the_reader_of_workbooks_breaks_on_is_told_and_the_other_goes_on(
    workspace: Workspace, damage: tuple[bytes, bytes]
) -> None:
    right = filled(workspace, RIGHT)
    broken = workspace.root / "bestilling_K1_2.xlsx"
    with zipfile.ZipFile(right) as whole, zipfile.ZipFile(broken, "w") as written:
        for name in whole.namelist():
            content = whole.read(name)
            written.writestr(name, re.sub(*damage, content) if "sheet1" in name else content)
    refused, accepted = taken(workspace, broken, right)
    assert refused.sentence == f"{broken.name}: this is no workbook. Fill in the form itself and save it."
    assert accepted.state == "accepted"


def test_lines_on_a_copy_of_the_sheet_are_not_lost(workspace: Workspace) -> None:
    path = filled(workspace, RIGHT)
    book = load_workbook(path)
    book.copy_worksheet(book["Bestilling"])
    book.save(path)
    (refused,) = taken(workspace, path)
    assert (refused.state, requests.every(workspace.store)) == ("refused", [])
    assert "sheet Bestilling Copy, cell A1: only the sheet Bestilling is read." in refused.sentence
