"""A month is the same in every format: the lines of tal.csv are looked for in pages, pictures, tables and slides."""

from __future__ import annotations

import csv
import io
import re
import statistics
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

import docx
import openpyxl
import pytest
import report_packs as packs
from pptx import Presentation
from test_same_figures import Pack, stands_in
from test_tagged_pdf import of_kind

COLUMNS = {
    "da": ("Kode", "Hvem", "Periode", "Fra", "Tal", "Status", "Bemærk"),
    "en": ("Code", "Who", "Period", "From", "Value", "State", "Note"),
}
WORDS = {"da": ("Måned", "Måned for måned", "foreløbigt"), "en": ("Month", "Month by month", "provisional")}
SHORT = {
    "da": ("jan.", "feb.", "mar.", "apr.", "maj", "jun.", "jul.", "aug.", "sep.", "okt.", "nov.", "dec."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
NO_BREAK = "\u00a0"


@dataclass(frozen=True)
class Month:
    """One line of the file."""

    code: str
    start: date
    value: str
    state: str
    provisional: bool

    @property
    def number(self) -> float | None:
        return float(self.value.replace(",", ".")) if self.value else None


def months(pack: Pack) -> dict[str, list[Month]]:
    """The cluster's months by measure, in the order of the file."""
    text = (pack.folder / "tal.csv").read_text(encoding="utf-8-sig")
    code, _, when, start, value, state, note = COLUMNS[pack.language]
    found = [
        Month(row[code], date.fromisoformat(row[start]), row[value], row[state], WORDS[pack.language][2] in row[note])
        for row in csv.DictReader(io.StringIO(text), delimiter=";" if pack.language == "da" else ",")
        if row[when] == WORDS[pack.language][0]
    ]
    return {code: list(rows) for code, rows in groupby(found, key=lambda month: month.code)}


@pytest.fixture(scope="module", params=["da", "en"])
def pack(request: pytest.FixtureRequest, whole: Path, english: Path) -> Pack:
    return Pack(whole if request.param == "da" else english, request.param)


def wanted(pack: Pack, month: Month) -> str:
    """What a table has in the month's cell."""
    if not month.value:
        return f"({month.state})"
    return pack.written(month.value) + (f" ({WORDS[pack.language][2]})" if month.provisional else "")


def cells_of(rows: list[list[str]]) -> dict[str, list[str]]:
    """The rows of the table of months by their first cell, without the sign of a share."""
    plain = [[re.sub(r"\s?%", "", cell.replace(NO_BREAK, " ")) for cell in row] for row in rows]
    return {row[0]: row[1:] for row in plain}


def short(pack: Pack, month: Month) -> str:
    return f"{SHORT[pack.language][month.start.month - 1]} {month.start.year}"


def test_the_file_has_every_state_of_a_month(pack: Pack) -> None:
    found = months(pack)
    assert {code: len(rows) for code, rows in found.items()} == dict.fromkeys(packs.MEASURES[:2], 18)
    assert sum(not month.value for rows in found.values() for month in rows) == 2
    assert sum(month.number == 0 for rows in found.values() for month in rows) == 1
    assert len({month.state for rows in found.values() for month in rows}) == 4
    assert sum(month.provisional for rows in found.values() for month in rows) == 2


@pytest.mark.parametrize("form", ["html", "docx"])
def test_the_tables_of_months_have_them(pack: Pack, form: str) -> None:
    path = pack.folder / f"klyngerapport.{form}"
    if form == "html":
        tables = re.findall(r"<table\b.*?</table>", path.read_text(encoding="utf-8"), re.DOTALL)
        rows = next(cells_of(packs.table_rows(each)) for each in reversed(tables) if len(packs.table_rows(each)) == 19)
    else:
        table = next(each for each in docx.Document(str(path)).tables if len(each.rows) == 19)
        rows = cells_of([[cell.text for cell in row.cells] for row in table.rows])
    for at, series in enumerate(months(pack).values()):
        for month in series:
            (line,) = (cells for name, cells in rows.items() if same_month(name, pack, month))
            assert line[at] == wanted(pack, month), month


def same_month(name: str, pack: Pack, month: Month) -> bool:
    """By the first three letters and the year: a page writes a month as its language does."""
    head = SHORT[pack.language][month.start.month - 1][:3].lower()
    return name.lower().startswith(head) and name.endswith(str(month.start.year))


def dots_of(svg: str) -> list[float]:
    """The values of a run chart's dots, read back from where they lie between the lines of its axis."""
    ticks = [each.replace(NO_BREAK, "") for each in re.findall(r"text-anchor: end[^>]*>([^<]*)<", svg)]
    numbers = [float(re.sub(r"[^\d.]", "", re.sub(r"[.,](?=\d{3})", "", each)).rstrip(".")) for each in ticks]
    paths = re.findall(r'<path d="([^"]*)" style="([^"]*)"', svg)
    heights = [ys_of(path)[0] for path, style in paths if style.startswith("fill: none; stroke: #cdd4da")]
    per_unit = (numbers[-1] - numbers[0]) / (heights[-1] - heights[0])
    dots = [ys_of(path) for path, _ in paths if " C " in path]
    return [numbers[0] + ((min(ys) + max(ys)) / 2 - heights[0]) * per_unit for ys in dots]


def ys_of(path: str) -> list[float]:
    return [float(each) for each in re.findall(r"-?\d+\.?\d*", path)][1::2]


def test_the_dots_of_the_picture_lie_where_the_file_says(pack: Pack) -> None:
    html = (pack.folder / "klyngerapport.html").read_text(encoding="utf-8")
    heading = html.index(WORDS[pack.language][1])
    pictures = packs.svgs_of(html[heading:])[:2]
    for svg, series in zip(pictures, months(pack).values(), strict=True):
        numbers = [month.number for month in series if month.number is not None]
        assert dots_of(svg) == pytest.approx(numbers, abs=0.01 * max(numbers))
        assert len(numbers) == 17


def test_the_printed_page_says_least_most_and_median_of_them(pack: Pack) -> None:
    """A printed page has the picture alone; what it says to whoever cannot see it is held against the file."""
    told = [str(tag["/Alt"]).replace(NO_BREAK, " ") for tag in of_kind(pack.folder / "klyngerapport.pdf", "/Figure")]
    runs = [each for each in told if "median" in each]
    found = months(pack)
    assert len(runs) == len(found)
    for words, series in zip(runs, found.values(), strict=True):
        numbers = [month.number for month in series if month.number is not None]
        digits = 0 if max(numbers) > 100 else 1
        for value in (min(numbers), max(numbers), statistics.median(numbers)):
            text = f"{value:.{digits}f}".replace(".", "," if pack.language == "da" else ".")
            assert stands_in(pack.written(text), words), (value, words)


def test_the_slides_and_the_workbook_hold_the_months_themselves(pack: Pack) -> None:
    deck = Presentation(str(next(pack.folder.glob("*.pptx"))))
    drawn = {shape.name: shape.chart.plots[0] for slide in deck.slides for shape in slide.shapes if shape.has_chart}
    head, *rows = openpyxl.load_workbook(pack.folder / "tal.xlsx").worksheets[0].iter_rows(values_only=True)
    at = [head.index(name) for name in COLUMNS[pack.language]]
    for code, series in months(pack).items():
        numbers = [month.number for month in series]
        plot = drawn[f"run-{code}"]
        assert list(plot.series[0].values) == numbers
        named = [str(each).replace(NO_BREAK, " ").lower() for each in plot.categories]
        assert [each[:3] for each in named] == [short(pack, month)[:3].lower() for month in series]
        held = [row for row in rows if row[at[0]] == code and row[at[2]] == WORDS[pack.language][0]]
        assert [row[at[4]] for row in held] == numbers


def test_a_month_is_dotted_once_and_a_mark_has_no_number(pack: Pack) -> None:
    """The dots of a slide are those of the line, each in one series; hidden, missing and the meeting bear a name."""
    deck = Presentation(str(next(pack.folder.glob("*.pptx"))))
    drawn = {shape.name: shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart}
    for code, series in months(pack).items():
        line, _, *rest = drawn[f"run-{code}"].plots[0].series
        marks = [each for each in rest if 'c:showVal val="0"' in first_label(each) and not dotted(each, line)]
        dots = [each for each in rest if each not in marks]
        for at, value in enumerate(line.values):
            assert [each.values[at] for each in dots if each.values[at] is not None] == (
                [] if value is None else [value]
            )
        blank = [at for at, month in enumerate(series) if month.number is None]
        shown = [at for each in marks for at, value in enumerate(each.values) if value is not None]
        assert sorted(shown) == sorted([*blank, 8])  # and the meeting, in the ninth


def first_label(series: object) -> str:
    from lxml import etree

    found = etree.tostring(series._element).decode()  # type: ignore[attr-defined]
    return found.split("<c:dLbl>", 1)[-1].split("</c:dLbl>")[0]


def dotted(series: object, line: object) -> bool:
    """Whether it holds nothing but values of the line."""
    both = zip(series.values, line.values, strict=True)  # type: ignore[attr-defined]
    return all(own is None or own == value for own, value in both)
