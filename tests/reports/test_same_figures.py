"""The same figure is the same in every format: each of tal.csv is looked for as a Dane, or an Englishman, writes it."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docx
import openpyxl
import pytest
import report_packs as packs
from pptx import Presentation

Line = dict[str, str]
UNITS = {"da": ("Klyngen", "Resten af regionen"), "en": ("The cluster", "Rest of the region")}
BEFORE_AND_NOW = {"da": ("Før", "Efter"), "en": ("Before", "After")}
COLUMNS = {
    "da": ("Nr.", "Målepunkt", "Kode", "Hvem", "Bogstav eller navn", "Periode", "Tal", "Tæller", "Nævner", "Ventet"),
    "en": (
        "No.",
        "Measure",
        "Code",
        "Who",
        "Letter or name",
        "Period",
        "Value",
        "Numerator",
        "Denominator",
        "Expected",
    ),
}


@dataclass(frozen=True)
class Figure:
    """One line of the file, by names of our own. Numbers are as the file writes them."""

    number: str
    title: str
    code: str
    who: str
    label: str
    when: str
    value: str
    numerator: str
    denominator: str
    expected: str


@dataclass(frozen=True)
class Pack:
    """A folder, its language and what its tal.csv says."""

    folder: Path
    language: str

    def figures(self) -> Iterator[Figure]:
        text = (self.folder / "tal.csv").read_text(encoding="utf-8-sig")
        for row in csv.DictReader(io.StringIO(text), delimiter=";" if self.language == "da" else ","):
            yield Figure(*(row[name] for name in COLUMNS[self.language]))

    def of_units(self) -> list[Figure]:
        """The windows' figures; months have a test of their own."""
        inside = [each for each in self.figures() if each.when in BEFORE_AND_NOW[self.language]]
        return [each for each in inside if each.who in UNITS[self.language] and each.value]

    def of_practices(self) -> list[Figure]:
        named = {each.label for each in self.of_units()}
        return [each for each in self.figures() if each.label and each.label not in named and each.value]

    def written(self, number: str) -> str:
        """A number of the file as a reader of the language writes it: a sign for the thousands too."""
        point, thousands = (",", ".") if self.language == "da" else (".", ",")
        whole, _, decimals = number.replace("-", "\u2212").partition(point)
        whole = re.sub(r"(?<=\d)(?=(\d{3})+$)", thousands, whole)
        return f"{whole}{point}{decimals}" if decimals and number.strip("-0.,") else whole if decimals == "" else "0"


@pytest.fixture(scope="module", params=["da", "en"])
def pack(request: pytest.FixtureRequest, whole: Path, english: Path) -> Pack:
    return Pack(whole if request.param == "da" else english, request.param)


def stands_in(number: str, text: str) -> bool:
    """As a number by itself, and not as a part of another."""
    return re.search(rf"(?<![\d.,]){re.escape(number)}(?![.,]?\d)", text) is not None


def part_of(text: str, figure: Figure) -> str:
    """What is said under the heading of the figure's measure, up to the next measure's or the next page's words."""
    start = re.search(rf"(?m)^\W*{figure.number}\s+{re.escape(figure.title)}\b", text)
    assert start is not None, figure.title
    end = re.search(r"(?m)^\W*\d\s+[A-ZÆØÅ][a-zæøå]+", text[start.end() :])
    return text[start.start() : start.end() + end.start()] if end else text[start.start() :]


def headed(html: str) -> str:
    """The page's text, a line for each heading."""
    return packs.text_of(html.replace("<h2", "\x00<h2")).replace("\x00 ", "\n").replace("\x00", "\n")


def test_the_page_says_it_under_the_measures_heading(pack: Pack) -> None:
    text = headed((pack.folder / "klyngerapport.html").read_text(encoding="utf-8"))
    found = pack.of_units()
    assert len(found) == 16
    for figure in found:
        assert stands_in(pack.written(figure.value), part_of(text, figure)), figure


def test_the_page_says_what_was_counted_and_expected(pack: Pack) -> None:
    text = headed((pack.folder / "klyngerapport.html").read_text(encoding="utf-8"))
    for figure in pack.of_units():
        if figure.who == UNITS[pack.language][0]:
            part = part_of(text, figure)
            wanted = [number for number in (figure.numerator, figure.expected) if number]
            assert [number for number in wanted if not stands_in(pack.written(number), part)] == []


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_the_pdf_says_the_same_there(pack: Pack) -> None:
    command = ["pdftotext", "-raw", str(pack.folder / "klyngerapport.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout.replace("\u00a0", " ")
    for figure in pack.of_units():
        wanted = [number for number in (figure.value, figure.expected) if number]
        missing = [number for number in wanted if not stands_in(pack.written(number), text)]
        assert missing == [], figure


def test_the_document_to_edit_has_them_in_its_tables(pack: Pack) -> None:
    document, found = docx.Document(str(pack.folder / "klyngerapport.docx")), dict[tuple[str, str], list[str]]()
    for table in document.tables:
        number = ""
        for row in table.rows:
            cells = [cell.text.replace("\u00a0%", "").replace("%", "") for cell in row.cells]
            if len(set(cells)) == 1:
                number = cells[0].split(" ")[0]
            elif len(cells) == 6:
                found[number, cells[0]] = cells
            elif len(cells) == 9 and len(cells[0]) == 1:
                found["", cells[0]] = cells
    names = dict(zip(UNITS[pack.language], sorted({who for number, who in found if number}), strict=True))
    for figure in pack.of_units():
        at = 1 + BEFORE_AND_NOW[pack.language].index(figure.when)
        assert found[figure.number, names[figure.who]][at] == pack.written(figure.value)
    practices = pack.of_practices()
    assert len(practices) > 80
    for figure in practices:
        at = 2 * int(figure.number) - 1 + BEFORE_AND_NOW[pack.language].index(figure.when)
        assert found["", figure.label][at].split(" (")[0] == pack.written(figure.value), figure


def test_the_slides_charts_and_the_workbook_hold_the_numbers_themselves(pack: Pack) -> None:
    deck = next(pack.folder.glob("*.pptx"))
    shapes = [shape for slide in Presentation(str(deck)).slides for shape in slide.shapes if shape.has_chart]
    drawn = {
        (shape.name.removeprefix("dumbbell-"), letter.strip(), value)
        for shape in shapes
        if shape.name.startswith("dumbbell-")
        for series in shape.chart.plots[0].series
        for letter, value in zip(shape.chart.plots[0].categories, series.values, strict=False)
    }
    sheet = openpyxl.load_workbook(pack.folder / "tal.xlsx").worksheets[0]
    head, *rows = sheet.iter_rows(values_only=True)
    at = {name: head.index(name) for name in COLUMNS[pack.language]}
    names = COLUMNS[pack.language]
    held = {(str(row[at[names[2]]]), row[at[names[4]]], row[at[names[5]]], row[at[names[6]]]) for row in rows}
    for figure in pack.of_practices():
        value = float(figure.value.replace(",", "."))
        assert (figure.code, figure.label, figure.when, value) in held
        if figure.when == BEFORE_AND_NOW[pack.language][1]:
            assert (figure.code, figure.label, value) in drawn, figure


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_what_is_to_be_edited(whole: Path, tmp_path: Path) -> None:
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    files = [whole / "klyngerapport.docx", whole / "noegler" / "drejebog.docx"]
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=240, env={**os.environ, "HOME": str(tmp_path)})
    for file in files:
        made = (tmp_path / f"{file.stem}.pdf").read_bytes()
        assert len(re.findall(rb"/Subtype\s*/Image\b", made)) >= len(docx.Document(str(file)).inline_shapes) > 2
