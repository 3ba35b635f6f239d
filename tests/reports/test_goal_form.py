"""The form: filled in as a coordinator does, through LibreOffice too, and read back; each fault has its cell."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import report_packs as packs

from flows.goal_forms import Form, is_form, read_form
from reports.bundled import BundledRenderer
from reports.goal_form import COLUMNS, HEAD_ROW, FormOf, goal_form
from reports.pack import COORDINATOR, COORDINATOR_FOLDER, render_document
from reports.sheets import sheets
from reports.wording import LANGUAGES, voice
from transforms.errors import UserError
from transforms.goals import Goal, Hope

MEETING = date(2025, 9, 17)
OF = FormOf("K1", "Åbakke-klyngen", MEETING)
FIRST = HEAD_ROW + 1
FILLED = {"B": "Se tiden an", "C": "alle", "D": datetime(2025, 12, 1), "E": "Penicillin V", "F": "højere"}
FILLED |= {"G": 2.5, "H": "procentpoint"}
GOAL = Goal("Se tiden an", "alle", date(2025, 12, 1), "Penicillin V", Hope("higher", 2.5, "points"))
PERSON = "0101" + "80" + "1234"


def blank(folder: Path, language: str = "da") -> Path:
    path = folder / "aftaler.xlsx"
    path.write_bytes(goal_form(packs.package(), OF, voice(language)))
    return path


def filled(folder: Path, cells: dict[str, Any], then: Callable[[Any], None] | None = None) -> Path:
    path = blank(folder)
    book = openpyxl.load_workbook(path)
    for place, value in cells.items():
        book.worksheets[0][place] = value
    if then is not None:
        then(book)
    book.save(path)
    return path


def line(**cells: Any) -> dict[str, Any]:
    return {f"{column}{FIRST}": value for column, value in (FILLED | cells).items()}


def told(path: Path) -> str:
    with pytest.raises(UserError) as error:
        read_form(path)
    assert PERSON not in error.value.shown()
    return error.value.shown()


def goals(form: Form) -> list[Goal]:
    return [goal for _, goal in form.goals]


def test_what_is_filled_in_is_what_is_read(tmp_path: Path) -> None:
    second = {f"B{FIRST + 2}": "=1+1 uden at regne", f"C{FIRST + 2}": "to", f"D{FIRST + 2}": "1/12 2025"}
    book = filled(tmp_path, line() | {key: value for key, value in second.items() if value[0] != "="})
    with pytest.raises(UserError, match=f"cell B{FIRST + 2}: 'Hvad vil vi gøre"):
        read_form(book)
    form = read_form(filled(tmp_path, line() | second | {f"B{FIRST + 2}": "Fælles frase"}))
    assert (form.cluster_id, form.package_id, form.meeting) == ("K1", "antibiotika", MEETING)
    assert goals(form) == [GOAL, Goal("Fælles frase", "to", date(2025, 12, 1))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_that_is_written_filled_is_read_back(language: str, tmp_path: Path) -> None:
    path = tmp_path / "aftaler.xlsx"
    package = packs.package()
    given = [replace(GOAL, measure="penicillin_v_share"), Goal("=1+1", "<script>", date(2026, 1, 2))]
    path.write_bytes(goal_form(package, OF, voice(language), given))
    title = voice(language).text(package.measure("penicillin_v_share").title)
    assert goals(read_form(path)) == [replace(given[0], measure=title), given[1]]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on this machine")
def test_a_form_saved_by_libreoffice_is_read_the_same(tmp_path: Path) -> None:
    source = filled(tmp_path, line())
    out = tmp_path / "saved"
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path / 'profile'}", "--headless", "--convert-to", "xlsx"]
    subprocess.run(
        [*command, "--outdir", out, source], capture_output=True, check=True, timeout=240, env={**os.environ}
    )
    assert goals(read_form(out / "aftaler.xlsx")) == [GOAL]
    lists = openpyxl.load_workbook(out / "aftaler.xlsx").worksheets[0].data_validations.dataValidation
    assert sum(each.type == "list" for each in lists) == 3


def test_the_measures_are_offered_by_their_danish_names(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(blank(tmp_path))
    titles = [measure.title.da for measure in packs.package().measures]
    assert [row[0] for row in book["Målepunkter"].iter_rows(min_row=2, values_only=True)][: len(titles)] == titles
    rules = {str(each.sqref): each for each in book["Aftaler"].data_validations.dataValidation}
    column = f"E{FIRST}:E{FIRST + 4}"
    assert rules[column].formula1.replace("'", "") == f"Målepunkter!$A$2:$A${len(titles) + 1}"
    assert all(not book["Aftaler"].cell(FIRST, at).protection.locked for at in range(2, len(COLUMNS) + 1))


def _renamed(book: Any) -> None:
    book.worksheets[0].title = "Ark1"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (line(D="32-12-2025"), [f"cell D{FIRST}", "no day of the calendar", "'32-12-2025'"]),
        (line(D=None), [f"cell D{FIRST}", "is blank"]),
        (line(C=None), [f"cell C{FIRST}", "'Hvem gør det?' is blank"]),
        (line(F="mindre"), [f"cell F{FIRST}", "lavere, højere", "'mindre'"]),
        (line(G="ti"), [f"cell G{FIRST}", "no number above 0", "'ti'"]),
        (line(G=-3), [f"cell G{FIRST}", "no number above 0", "'-3'"]),
        (line(H=None), [f"cell H{FIRST}", "is blank, and a number needs both"]),
        (line(B=f"Ring til {PERSON}"), [f"cell B{FIRST}", "a person number"]),
        (line(B="=1+1"), ["a formula without its result"]),
        (line() | {"D8": "Dato"}, ["cell D8", "'Hvornår senest?' stands there", "'Dato'"]),
        (line() | {"C4": None}, ["cell C4", "the cluster is gone"]),
        (line() | {"C6": "i morgen"}, ["cell C6", "no day", "'i morgen'"]),
        (line() | {f"B{FIRST + 5}": "en sjette"}, [f"cell B{FIRST + 5}", "5 lines"]),
        ({}, ["no line is filled in"]),
    ],
)
def test_each_fault_has_its_cell_and_its_remedy(cells: dict[str, Any], said: list[str], tmp_path: Path) -> None:
    sentence = told(filled(tmp_path, cells))
    assert [part for part in said if part not in sentence] == []
    assert "aftaler.xlsx" in sentence


def test_another_workbook_is_refused(tmp_path: Path) -> None:
    assert "has no sheet Aftaler or Agreed" in told(filled(tmp_path, line(), _renamed))
    (tmp_path / "aftaler.xlsx").write_bytes(b"PK\x03\x04 cut")
    assert "damaged" in told(tmp_path / "aftaler.xlsx")
    assert "no XLSX" in told(filled(tmp_path, line()).rename(tmp_path / "aftaler.csv"))
    assert "There is no file" in told(tmp_path / "nowhere.xlsx")


def test_a_form_is_known_by_its_name() -> None:
    assert is_form(Path("Aftaler_K01 (1).xlsx"))
    assert not is_form(Path("recepter_2025K1.xlsx"))


def test_only_the_coordinator_of_a_baseline_meeting_gets_it(tmp_path: Path, renderer: BundledRenderer) -> None:
    assert "agreed" not in [one.kind for one in sheets(packs.tables(), packs.package(), {}, {})]
    found = [one for one in sheets(packs.baseline(), packs.package(), {}, {}) if one.kind == "agreed"]
    digests = set[str]()
    for folder in ("first", "second"):
        (file,) = render_document(found[0], tmp_path / folder, renderer)
        assert (file.audience, file.path.name) == (COORDINATOR, "aftaler.xlsx")
        assert file.path.parent.name == COORDINATOR_FOLDER
        digests.add(file.sha256)
    assert len(digests) == 1
    assert openpyxl.load_workbook(file.path)["Aftaler"]["C6"].value == datetime(2026, 9, 23)
