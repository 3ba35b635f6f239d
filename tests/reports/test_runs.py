"""A measure month by month: the picture, the sentence, the table, the slide and the workbook say the same."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import report_packs as packs
from pptx import Presentation
from report_months import FLAT, RATE, SHARE, SHIFT, months

from reports.assemble import assemble
from reports.deck import write_deck
from reports.figures_file import write_figures
from reports.pack import PackTables, documents
from reports.runs import run_sentence, runs_of, runs_table
from reports.setting import Setting
from reports.wording import voice
from transforms.published import MONTH


def tables(rows: list[dict[str, Any]], language: str = "da") -> PackTables:
    made = packs.tables(packs.Plan(language=language))
    return replace(made, months=pl.DataFrame(rows, schema=MONTH))


def setting(made: PackTables, fonts: Path) -> Setting:
    return Setting(made.row, voice(made.row["language"]), fonts, member=False)


CASES = {
    "none": (
        FLAT,
        "Ingen tegn på et skift ud over det tilfældige i 18\u00a0måneder",
        "No sign of a shift beyond chance",
    ),
    "long": (SHIFT, "Tegn på et skift: 9 måneder i træk", "A sign of a shift: 9 months in a row"),
    "few": (FLAT[:8], "8 måneder uden for medianen er for få", "8 months off the median are too few"),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("language", ["da", "en"])
def test_the_sentence_says_what_the_run_says(case: str, language: str, fonts: Path) -> None:
    values, danish, english = CASES[case]
    made = tables(months(list(values)), language)
    (run,) = runs_of(packs.package(), made.months, "cluster")
    assert run.said == case
    said = packs.text_of(str(run_sentence(run, setting(made, fonts)))).replace("\u00a0", " ")
    assert (danish if language == "da" else english).replace("\u00a0", " ") in said


def test_five_months_are_no_course_and_hidden_ones_are_not_counted(fonts: Path) -> None:
    made = tables(months([30.0, 31.0, None, 32.0, 33.0, None, 34.0]))
    assert runs_of(packs.package(), made.months, "cluster") == []
    assert "Måned for måned" not in assemble(documents(made, packs.package(), packs.VERSIONS)[0], fonts).markdown


def test_every_state_of_a_month_is_drawn_its_own_way_and_has_its_word(fonts: Path) -> None:
    rows = months([*FLAT[:9], None, 0.0, *FLAT[11:]])
    rows[10] |= {"state": "zero", "numerator": 0.0}
    rows[11] |= {"state": "not_submitted", "value": None, "numerator": None, "denominator": None}
    made = tables(rows)
    found = runs_of(packs.package(), made.months, "cluster")
    table = runs_table(found, setting(made, fonts))
    assert table is not None
    words = [str(cells[1]) for cells in table.rows]
    assert words[9:12] == ["(skjult)", "0", "(ikke leveret)"]
    assert words[17].endswith("(foreløbigt)")
    drawn = {
        assemble(documents(tables(each), packs.package(), packs.VERSIONS)[0], fonts).charts[f"run-{RATE}.svg"]
        for each in (rows, *([*rows[:at], rows[at] | rows_of_others, *rows[at + 1 :]] for at, rows_of_others in OTHERS))
    }
    assert len(drawn) == 1 + len(OTHERS)


OTHERS = (
    (9, {"state": "not_submitted"}),
    (10, {"state": "suppressed", "value": None}),
    (17, {"provisional": False}),
    (8, {"meeting": False}),
    (11, {"state": "suppressed"}),
)
"""One month told differently at a time: each must make another picture."""


def test_table_workbook_file_and_slide_have_the_same_months(fonts: Path, tmp_path: Path) -> None:
    rows = [*months([*SHIFT[:16], None, SHIFT[17]]), *months(list(FLAT), SHARE)]
    made = tables(rows)
    every = documents(made, packs.package(), packs.VERSIONS)
    write_figures(every[0], tmp_path, fonts)
    told = list(csv.DictReader((tmp_path / "tal.csv").read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    monthly = [line for line in told if line["Periode"] == "Måned"]
    assert len(monthly) == 36
    found = runs_of(packs.package(), made.months, "cluster")
    table = runs_table(found, setting(made, fonts))
    assert table is not None
    deck = Presentation(str(write_deck(every[-1], tmp_path, fonts)))
    charts = {shape.name: shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart}
    sheet = openpyxl.load_workbook(tmp_path / "tal.xlsx").worksheets[0]
    head, *cells = sheet.iter_rows(values_only=True)
    held = [each[head.index("Tal")] for each in cells if each[head.index("Periode")] == "Måned"]
    for column, measure in enumerate((RATE, SHARE), start=1):
        lines = [line for line in monthly if line["Kode"] == measure]
        values = [float(line["Tal"].replace(",", ".")) if line["Tal"] else None for line in lines]
        assert held[18 * (column - 1) : 18 * column] == values
        assert list(charts[f"run-{measure}"].plots[0].series[0].values) == values
        printed = [str(each[column]).split("\u00a0")[0].split(" ")[0] for each in table.rows]
        assert printed == [line["Tal"] or "(skjult)" for line in lines]
        assert [line["Status"] for line in lines if not line["Tal"]] == ["skjult"] * values.count(None)


def test_a_member_gets_its_own_months_in_its_workbook_alone(fonts: Path, tmp_path: Path) -> None:
    reader = packs.practice_id("F")
    own = [each | {"audience": reader, "level": "practice", "label": "F"} for each in months(list(FLAT))]
    every = documents(tables([*own, *months(list(SHIFT))]), packs.package(), packs.VERSIONS)
    for document in every[1:3]:
        write_figures(document, tmp_path, fonts)
    sheets = {
        path.stem: list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))
        for path in tmp_path.glob("medlem_*.xlsx")
    }
    told = {name: [each for each in rows[1:] if "Måned" in each] for name, rows in sheets.items()}
    assert {name: len(rows) for name, rows in told.items()} == {"medlem_F": 18, "medlem_G": 0}
    assert {each[rows_head.index("Hvem")] for rows_head in [sheets["medlem_F"][0]] for each in told["medlem_F"]} == {
        "Din praksis"
    }
