"""A figure is the same in HTML, XLSX and CSV, is for its reader's eyes, and is a number and never a formula."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import report_packs as packs

from reports.figures_file import write_figures
from reports.pack import Document, PackTables, documents
from reports.rows import FEWEST_SHOWN

WHO = {"Din praksis": "Din praksis", "Klyngen": "Klyngen", "Regionen": "Resten af regionen"}
STATE = re.compile(r"^(.*?) ?\(([^()]*)\)$")
Line = dict[str, str]


def lines_of(path: Path, delimiter: str = ";") -> list[Line]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=delimiter))


def cells_of(path: Path) -> list[dict[str, object]]:
    """The rows of the first sheet by heading."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    heads, *rows = sheet.iter_rows()
    return [{str(head.value): cell for head, cell in zip(heads, row, strict=True)} for row in rows]


def as_text(cell: object) -> str:
    """A cell of the workbook as the CSV writes it: with as many decimals as its format has."""
    value = cell.value
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, int | float):
        decimals = len(cell.number_format.partition(".")[2])
        return f"{value:.{decimals}f}".replace(".", ",")
    return "" if value is None else str(value)


def bare(text: str) -> str:
    """A number of the HTML without its signs for reading: `−1.072 %` is `-1072`."""
    plain = re.sub(r"[.+%\u00a0]", "", text.replace("−", "-"))
    return "" if plain == "–" else plain


def sections(html: str) -> Iterator[tuple[list[str], list[str], str]]:
    """Every row of the tables about figures, with the table's head and the number of the measure it is under."""
    heads, number = [], ""
    for row in packs.table_rows(html):
        if row[0] in ("Hvem", "Praksis"):
            heads, number = row, ""
        elif len(row) == 1:
            number = row[0].split(" ")[0]
        else:
            yield heads, row, number


def one(found: list[Line], **wanted: str) -> Line:
    chosen = [line for line in found if all(line[key.replace("_", " ")] == value for key, value in wanted.items())]
    assert len(chosen) == 1, (wanted, len(chosen))
    return chosen[0]


def assert_value(html: str, line: Line) -> None:
    """A cell of a value, which may have its state beside it."""
    found = STATE.match(html)
    value, state = found.groups() if found else (html, "")
    assert bare(value) == line["Tal"]
    assert state in ("", line["Status"])


def own_table(path: Path) -> list[Line]:
    return [{head: as_text(cell) for head, cell in row.items()} for row in cells_of(path)]


@pytest.fixture(scope="module")
def member(rendered: Path) -> tuple[str, list[Line]]:
    return (rendered / "medlem_F.html").read_text(encoding="utf-8"), own_table(rendered / "medlem_F.xlsx")


def test_value_count_and_interval_are_those_of_the_page(member: tuple[str, list[Line]]) -> None:
    html, found = member
    rows = [(row, number) for heads, row, number in sections(html) if number and len(heads) == 6]
    assert len(rows) == 12
    for row, number in rows:
        before, now = (one(found, **{"Nr.": number, "Hvem": WHO[row[0]], "Periode": when}) for when in ("Før", "Efter"))
        for at, line in ((1, before), (2, now)):
            assert_value(row[at], line)
            counted = line["Tæller"] + (f" af {line['Nævner']}" if " af " in row[at + 2] else "")
            assert bare(row[at + 2]) == counted
        bounds = "–".join((now["Usikkerhed, nedre"], now["Usikkerhed, øvre"]))
        assert row[5].replace(".", "") == bounds


def test_change_expected_net_and_verdict_are_those_of_the_page(member: tuple[str, list[Line]]) -> None:
    html, found = member
    rows = [(row, number) for heads, row, number in sections(html) if number and len(heads) == 9]
    assert len(rows) == 12
    for row, number in rows:
        line = one(found, **{"Nr.": number, "Hvem": WHO[row[0]], "Periode": "Efter"})
        names = ("Ændring", "Ændring i %", "Ventet", "Netto for regionen")
        assert [bare(row[at]) for at in (1, 3, 4, 6)] == [line[name] for name in names]
        for at, name, between in ((2, "Ændring", " til "), (5, "Ventet", "–"), (7, "Netto", " til ")):
            bounds = between.join(filter(None, (line[f"{name}, nedre"], line[f"{name}, øvre"])))
            assert bare(row[at]) == bounds
        assert (row[8] if row[8] != "–" else "") == line["Afgørelse"]


@pytest.mark.parametrize("name", ["klyngerapport", "medlem_F"])
def test_every_practice_has_the_figures_of_the_page(rendered: Path, name: str) -> None:
    html = (rendered / f"{name}.html").read_text(encoding="utf-8")
    found = own_table(rendered / ("medlem_F.xlsx" if name == "medlem_F" else "tal.xlsx"))
    rows = [row for heads, row, _ in sections(html) if heads[0] == "Praksis" and len(row[0]) == 1]
    assert len(rows) > 10
    for row in rows:
        for at, text in enumerate(row[1:]):
            where = {"Nr.": str(at // 2 + 1), "Bogstav eller navn": row[0], "Periode": ("Før", "Efter")[at % 2]}
            if text not in ("–", ""):
                assert_value(text, one(found, **where))


def test_the_workbook_and_the_csv_are_the_same(rendered: Path) -> None:
    assert own_table(rendered / "tal.xlsx") == lines_of(rendered / "tal.csv")


def test_those_who_keep_their_letter_are_counted_by_state_alone(rendered: Path) -> None:
    hidden = [line for line in lines_of(rendered / "tal.csv") if line["Hvem"] == "Andre praksis" and line["Nr."] == "4"]
    assert [line["Status"] for line in hidden] == ["ikke leveret"] * 4 + ["gælder ikke"]
    assert not any(line["Bogstav eller navn"] or line["Tal"] or line["Periode"] == "Før" for line in hidden)


def test_nothing_is_in_it_that_its_reader_may_not_see(rendered: Path, tables: PackTables) -> None:
    shown = tables.figures_for(packs.practice_id("F")).select(pl.selectors.float())
    months = tables.months.filter(audience=packs.practice_id("F")).select(pl.selectors.float())
    known = {number for column in (*shown, *months) for number in column.drop_nulls()}
    rounded = {decimals: {round(number, decimals) + 0.0 for number in known} for decimals in range(3)}
    names = ("Tæller", "Nævner", "Tal", "Usikkerhed, nedre", "Usikkerhed, øvre", "Ændring", "Ventet")
    for row in cells_of(rendered / "medlem_F.xlsx"):
        for cell in (row[name] for name in names if row[name].value is not None):
            assert cell.value in rounded[len(cell.number_format.partition(".")[2])]


def test_of_another_practice_there_is_neither_count_nor_interval(rendered: Path) -> None:
    others = [line for line in own_table(rendered / "medlem_F.xlsx") if line["Hvem"] == "Praksis"]
    assert len(others) > 80
    held_back = ("Tæller", "Nævner", "Usikkerhed, nedre", "Usikkerhed, øvre", "Ventet", "Afgørelse", "Hvorfor ikke")
    assert {line[name] for line in others for name in held_back} == {""}
    assert not [number for number in packs.LETTERS if packs.practice_id(number) in str(others)]


FEW = packs.LETTERS[: FEWEST_SHOWN - 1]


@pytest.mark.parametrize("plan", [packs.Plan(mode="own_only"), packs.Plan(delivered=FEW)])
def test_where_the_page_shows_no_other_practice_neither_does_the_file(
    plan: packs.Plan, fonts: Path, tmp_path: Path
) -> None:
    book, text = written(plan, fonts, tmp_path)
    assert {line["Hvem"] for line in lines_of(text)} == {"Klyngen", "Resten af regionen"}
    assert "De andre praksis er ikke med her" in str(
        [cell.value for row in openpyxl.load_workbook(book).worksheets[1].iter_rows() for cell in row]
    )


def written(plan: packs.Plan, fonts: Path, folder: Path) -> list[Path]:
    """The files of the cluster's figures."""
    made = packs.tables(plan) if plan.followup else packs.baseline(plan)
    return write_figures(documents(made, packs.package(), packs.VERSIONS)[0], folder, fonts)


ATTACKS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=2+1",
    "=HYPERLINK(1)",
    "<script>",
    "https://praksis.example",
    "00123",
    "æ;\"å'",
)


def test_a_name_that_attacks_stays_a_text(fonts: Path, tmp_path: Path) -> None:
    names = dict(zip(packs.LETTERS, ATTACKS, strict=False))
    book, text = written(packs.Plan(mode="open", names=names, cluster="=2+2"), fonts, tmp_path)
    labels = [row["Bogstav eller navn"] for row in cells_of(book)]
    assert {name.strip() for name in ATTACKS} | {"=2+2"} <= {cell.value for cell in labels}
    with zipfile.ZipFile(book) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if "worksheets/sheet" in name]
        assert not [name for name in parts.namelist() if "external" in name.lower()]
    assert not re.search(r"<f\b|<hyperlink", "".join(sheets))
    assert {cell.data_type for cell in labels} <= {"s", "n"}
    assert {cell.value for cell in labels if cell.data_type == "n"} <= {None}
    in_csv = {line["Bogstav eller navn"] for line in lines_of(text)}
    assert {"'=1+1", "'=2+1", "<script>", "00123", "æ;\"å'"} <= in_csv
    assert not [label for label in in_csv if label.startswith(("=", "+", "-", "@", "\t"))]


def test_the_same_figures_give_the_same_bytes_on_any_day(
    ordinary: dict[str, Document], rendered: Path, fonts: Path, tmp_path: Path
) -> None:
    for file in write_figures(ordinary["medlem_F"], tmp_path, fonts):
        assert file.read_bytes() == (rendered / file.name).read_bytes()
        with zipfile.ZipFile(file) as parts:
            assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            core = parts.read("docProps/core.xml").decode()
        assert set(re.findall(r">(\d{4}-\d\d-\d\d)T", core)) == {"2000-01-01"}


def test_a_baseline_has_one_window_and_nothing_about_change(fonts: Path, tmp_path: Path) -> None:
    _, text = written(packs.Plan(followup=False), fonts, tmp_path)
    found = lines_of(text)
    assert not {"Ændring", "Ventet", "Afgørelse"} & set(found[0])
    assert {(line["Periode"], line["Fra"], line["Til"]) for line in found} == {("Periode", "2026-01-01", "2026-06-30")}
    assert {line["Bemærk"] for line in found if line["Nr."] == "1"} == {"Eksempeldata: alle tal er opdigtede"}


def test_english_has_english_headings_and_points(fonts: Path, tmp_path: Path) -> None:
    book, text = written(packs.Plan(language="en"), fonts, tmp_path)
    found = lines_of(text, ",")
    cluster = next(line for line in found if line["Who"] == "The cluster" and line["No."] == "2" and line["Change"])
    assert (cluster["Value"], cluster["Change"], cluster["Period"]) == ("35.7", "4.2", "After")
    assert openpyxl.load_workbook(book).sheetnames == ["Figures", "Explanation"]


def test_the_second_sheet_explains_every_column_state_and_verdict(rendered: Path) -> None:
    figures, explained = openpyxl.load_workbook(rendered / "tal.xlsx").worksheets
    meaning = {row[0].value: row[1].value for row in explained.iter_rows() if row[1].value}
    assert {cell.value for cell in next(figures.iter_rows())} <= set(meaning)
    words = {line[name] for line in lines_of(rendered / "tal.csv") for name in ("Status", "Afgørelse")}
    assert words - {""} <= set(meaning)
    assert "Eksempeldata: alle tal er opdigtede" in [row[1].value for row in explained.iter_rows()]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it_and_reads_the_same(rendered: Path, tmp_path: Path) -> None:
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):59,34,76,1"]
    subprocess.run(
        [*command, "--outdir", tmp_path, rendered / "tal.xlsx"], check=True, capture_output=True, timeout=120
    )
    found, expected = lines_of(tmp_path / "tal.csv"), lines_of(rendered / "tal.csv")
    texts = ("Målepunkt", "Hvem", "Bogstav eller navn", "Fra", "Status", "Afgørelse")
    assert [[line[name] for name in texts] for line in found] == [[line[name] for name in texts] for line in expected]
    values = [line["Tal"].replace(",", "") for line in found]
    assert [value.replace(".", "") for value in values] == [line["Tal"].replace(",", "") for line in expected]


def test_two_members_have_a_file_each(tables: PackTables, fonts: Path, tmp_path: Path) -> None:
    made = documents(replace(tables), packs.package(), packs.VERSIONS)
    names = [file.name for one in made if one.form == "report" for file in write_figures(one, tmp_path, fonts)]
    assert names == ["tal.xlsx", "tal.csv", "medlem_F.xlsx", "medlem_G.xlsx", "medlem_N.xlsx"]
