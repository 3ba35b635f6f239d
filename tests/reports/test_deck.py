"""The slides: their numbers are those of report.*, nothing of another practice leaks, and any text stays text."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import report_packs as packs
from hypothesis import given, settings
from hypothesis import strategies as st
from pptx import Presentation

from reports.deck import write_deck
from reports.deck_type import letters_only, runs, sound
from reports.markdown import Markdown, escaped
from reports.pack import CLUSTER, Document, PackTables, documents
from transforms.definitions import Package

HOSTILE = '=1+1 <script>alert(1)</script> {{< x >}} *b* & "q" \\ \' ]]> @SUM(A1) #let x \x0b'
COLUMNS = [f"{window}_{part}" for window in ("before", "now") for part in ("numerator", "denominator", "value")]


def deck_of(tables: PackTables, package: Package | None = None) -> Document:
    return next(one for one in documents(tables, package or packs.package(), packs.VERSIONS) if one.form == "deck")


def made(tables: PackTables, fonts: Path, folder: Path, package: Package | None = None) -> Path:
    return write_deck(deck_of(tables, package), folder, fonts)


def charts(path: Path) -> dict[str, Any]:
    """Every native chart by its name."""
    return {shape.name: shape.chart for slide in Presentation(path).slides for shape in slide.shapes if shape.has_chart}


def points(chart: Any) -> dict[str, dict[str, float]]:
    """What is drawn: the value over each letter, by series; the units' dots have no letter."""
    letters = list(chart.plots[0].categories)
    return {
        series.name: {
            f"{letters[at].strip() or at}": value for at, value in enumerate(series.values) if value is not None
        }
        for series in chart.plots[0].series
    }


def workbook_cells(chart: Any) -> list[Any]:
    blob = chart.part.chart_workbook.xlsx_part.blob
    sheet = openpyxl.load_workbook(io.BytesIO(blob)).active
    assert sheet is not None
    return [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]


def every_part(path: Path) -> dict[str, str]:
    """The text of every part, those of the workbooks inside too."""
    found: dict[str, str] = {}
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            blob = parts.read(name)
            if name.endswith(".xlsx"):
                with zipfile.ZipFile(io.BytesIO(blob)) as inner:
                    found |= {
                        f"{name}/{each}": inner.read(each).decode("utf-8", "replace") for each in inner.namelist()
                    }
            else:
                found[name] = blob.decode("utf-8", "replace")
    return found


def texts(path: Path) -> str:
    shapes = (shape for slide in Presentation(path).slides for shape in slide.shapes if shape.has_text_frame)
    return "\n".join(shape.text_frame.text for shape in shapes)


@pytest.fixture(scope="module")
def deck(tables: PackTables, fonts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tables, fonts, tmp_path_factory.mktemp("deck"))


@pytest.fixture(scope="module")
def first_meeting(fonts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(packs.baseline(), fonts, tmp_path_factory.mktemp("first"))


def in_report(tables: PackTables, measure: str, window: str, states: tuple[str, ...]) -> dict[str, float]:
    rows = tables.figures_for(CLUSTER).filter(
        pl.col(f"{window}_state").is_in(states), measure_id=measure, level="practice"
    )
    return dict(rows.select("label", f"{window}_value").iter_rows())


@pytest.mark.parametrize("measure", packs.MEASURES)
def test_before_and_after_are_the_figures_of_the_report(measure: str, deck: Path, tables: PackTables) -> None:
    drawn = points(charts(deck)[f"dumbbell-{measure}"])
    after = {**drawn.get("Efter", {}), **drawn.get("Efter, sandsynlig ændring", {}), **drawn.get("For få", {})}
    assert after == in_report(tables, measure, "now", ("value", "zero", "too_few"))
    before = {**drawn["Før"], **drawn.get("Før, sandsynlig ændring", {})}
    assert before.items() <= in_report(tables, measure, "before", ("value", "too_few")).items()
    assert set(after) - set(before) <= {packs.NEW}
    cluster = tables.figures_for(CLUSTER).filter(measure_id=measure, level="cluster").row(0, named=True)
    assert list(drawn["Klyngen efter"].values()) == [cluster["now_value"]]
    assert list(drawn["Klyngen før"].values()) == [cluster["before_value"]]
    assert list(drawn["Ventet"].values()) == [round(cluster["expected"], packs.package().measure(measure).decimals)]


@pytest.mark.parametrize("measure", packs.MEASURES)
def test_the_sorted_dots_are_the_figures_of_the_report(measure: str, first_meeting: Path) -> None:
    tables = packs.baseline()
    drawn = points(charts(first_meeting)[f"strip-{measure}"])
    assert drawn["Praksis"] == in_report(tables, measure, "now", ("value",))
    assert list(drawn["Praksis"].values()) == sorted(drawn["Praksis"].values())
    assert drawn.get("Nul", {}) == in_report(tables, measure, "now", ("zero",))
    region = tables.figures_for(CLUSTER).filter(measure_id=measure, level="region")["now_value"].to_list()
    assert set(drawn["Regionen"].values()) == set(region)


def test_the_numbers_are_those_of_the_cluster_reports_table(deck: Path, rendered: Path) -> None:
    html = (rendered / "klyngerapport.html").read_text(encoding="utf-8")
    rows = {row[0]: row for row in packs.table_rows(html) if len(row) == 9}
    drawn = points(charts(deck)[f"dumbbell-{packs.MEASURES[0]}"])
    after = {**drawn.get("Efter", {}), **drawn.get("Efter, sandsynlig ændring", {})}
    assert after
    assert {label: rows[label][2] for label in after} == {label: f"{value:.0f}" for label, value in after.items()}


def test_the_workbook_holds_what_is_drawn_and_nothing_else(deck: Path) -> None:
    for chart in charts(deck).values():
        plot = chart.plots[0]
        drawn = {value for series in plot.series for value in series.values if value is not None}
        drawn |= {series.name for series in plot.series}
        if chart.plots[0].categories:
            drawn |= set(plot.categories)
        else:
            across = chart._chartSpace.findall(".//{*}xVal//{*}v")
            drawn |= {float(each.text) for each in across}
        assert {cell.value for cell in workbook_cells(chart)} <= drawn | {"Y-Values"}


def test_a_hidden_practice_is_no_nought(deck: Path, first_meeting: Path) -> None:
    last = packs.MEASURES[3]
    drawn = points(charts(first_meeting)[f"strip-{last}"])
    assert drawn["Nul"] == {"G": 0.0}
    assert not {"E", "R", "T", "Q"} & set().union(*(set(each) for each in drawn.values()))
    assert set(drawn["For få"]) == {"F", "L"}
    for words in ("skjult: E, R", "n = 0: T", "for få: F, L", "4 ikke leveret"):
        assert words in texts(first_meeting)
        assert words in texts(deck)


def test_letters_have_no_interval(first_meeting: Path, fonts: Path, tmp_path: Path) -> None:
    own_bars = charts(first_meeting)[f"strip-{packs.MEASURES[0]}"]._chartSpace
    kinds = [each.get("val") for each in own_bars.findall(".//{*}errValType")]
    assert sorted(kinds) == ["cust", "percentage"]  # the cluster's interval, and the stems
    opened = made(packs.baseline(packs.Plan(followup=False, mode="open")), fonts, tmp_path)
    bars = charts(opened)[f"strip-{packs.MEASURES[0]}"]._chartSpace.findall(".//{*}errValType")
    assert [each.get("val") for each in bars] == ["cust", "cust"]


def test_same_tables_same_bytes(deck: Path, tables: PackTables, fonts: Path, tmp_path: Path) -> None:
    again = made(tables, fonts, tmp_path)
    assert again.read_bytes() == deck.read_bytes()
    with zipfile.ZipFile(again) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("plan", [packs.Plan(), packs.Plan(language="en"), packs.Plan(delivered="FGTK")])
def test_every_slide_has_a_title_and_notes(plan: packs.Plan, fonts: Path, tmp_path: Path) -> None:
    slides = list(Presentation(made(packs.tables(plan), fonts, tmp_path)).slides)
    assert len(slides) == 3 + len(packs.MEASURES) + len(packs.package().pairs) + 2
    for slide in slides:
        assert slide.shapes.title.text_frame.text.strip()
        assert len(slide.notes_slide.notes_text_frame.text) > 40


def test_no_number_that_only_a_member_may_see(tables: PackTables, fonts: Path, tmp_path: Path) -> None:
    """Every exact number of the members' own rows is another one than any in the cluster's."""
    exact = pl.col("own") & (pl.col("audience") != CLUSTER)
    telling = [
        pl.when(exact).then(pl.lit(7654321.0 + at)).otherwise(pl.col(name)).alias(name)
        for at, name in enumerate(COLUMNS)
    ]
    path = made(replace(tables, figures=tables.figures.with_columns(telling)), fonts, tmp_path)
    held = every_part(path)
    assert not [name for name, text in held.items() if re.search(r"7[.,\u00a0]?6543[23]|\b9000\d\d\b", text)]
    assert not [name for name, text in held.items() if re.search(r"\b3[.,]?412\b", text)]


@pytest.mark.parametrize("plan", [packs.Plan(delivered="FGTK"), packs.Plan(mode="own_only")])
def test_no_picture_of_the_others_where_they_are_withheld(plan: packs.Plan, fonts: Path, tmp_path: Path) -> None:
    path = made(packs.tables(plan), fonts, tmp_path)
    for name, chart in charts(path).items():
        if name.startswith("dumbbell"):
            assert {each.strip() for each in chart.plots[0].categories} == {""}
            assert "Efter" not in points(chart)
        else:
            assert {series.name for series in chart.plots[0].series} <= {"Klyngen", "Regionen"}
    assert "De andre praksis vises ikke" in texts(path) or "hver ser sine egne tal" in texts(path)


def hostile_package() -> Package:
    package = packs.package()
    words = package.title.model_copy(update={"da": HOSTILE, "en": HOSTILE})
    measures = tuple(each.model_copy(update={"title": words, "unit": words}) for each in package.measures)
    return package.model_copy(update={"title": words, "focus": words, "measures": measures})


def test_text_that_attacks_comes_out_as_text(fonts: Path, tmp_path: Path) -> None:
    plan = packs.Plan(mode="open", names={"F": HOSTILE}, cluster=HOSTILE)
    path = made(packs.tables(plan), fonts, tmp_path, hostile_package())
    seen = sound(HOSTILE).split()
    assert all(word in texts(path) for word in seen)
    parts = every_part(path)
    assert not [name for name, text in parts.items() if "<script>" in text]
    assert not [name for name, text in parts.items() if "/worksheets/" in name and "<f>" in text]
    assert all(cell.data_type != "f" for chart in charts(path).values() for cell in workbook_cells(chart))


def test_a_name_that_is_a_formula_is_text_in_the_workbook(fonts: Path, tmp_path: Path) -> None:
    """A series is called by its letter; were the label a formula, the program would work it out."""
    tables = packs.tables()
    named = tables.figures.with_columns(pl.col("label").replace({"F": "=1", "G": "+1"}))
    path = made(replace(tables, figures=named), fonts, tmp_path)
    kinds = {cell.value: cell.data_type for chart in charts(path).values() for cell in workbook_cells(chart)}
    assert kinds["=1"] == "s"
    assert kinds["+1"] == "s"


def test_the_slides_are_a_file_of_the_pack(tables: PackTables) -> None:
    found: Mapping[str, Document] = {one.name: one for one in documents(tables, packs.package(), {})}
    assert found["oplaeg"].audience == CLUSTER
    english = documents(packs.tables(packs.Plan(language="en")), packs.package(), {})
    assert english[-1].name == "slides"


@given(st.text())
@settings(derandomize=True, deadline=None, max_examples=200)
def test_escaped_text_is_read_as_it_stood(text: str) -> None:
    words = re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029\ufffe\uffff]+", " ", text).strip(" ")
    assert letters_only(escaped(text)) == words
    assert runs(Markdown("**{words}:** now").fill(words=f"x{text}y"))[0][1] is True


def test_libreoffice_opens_every_slide(deck: Path, tmp_path: Path) -> None:
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed here: nothing else opens a PPTX")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(deck)]
    subprocess.run(command, check=True, capture_output=True, timeout=180, env={**os.environ, "HOME": str(tmp_path)})
    pages = re.findall(rb"/Type\s*/Page\b", (tmp_path / "oplaeg.pdf").read_bytes())
    assert len(pages) == len(Presentation(deck).slides)
