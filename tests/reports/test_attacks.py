"""Names that attack come out as the text they are: in HTML, PDF, PPTX, DOCX, XLSX and CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path
from typing import Any

import naughty
import openpyxl
import pytest
import report_packs as packs
from fontTools.ttLib import TTFont
from office_text import docx_text, pptx_text, workbooks_of
from pypdf import PdfReader

from reports.bundled import BundledRenderer
from reports.pack import documents, render_document

BATCH = 18
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\u2212")


class Seen(HTMLParser):
    """The text of a page, and every element and attribute that it has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.elements, self.attributes, self.within = "", set[str](), set[str](), ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.within = tag
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += "" if self.within == "style" else data

    def handle_endtag(self, tag: str) -> None:
        self.within = ""


def batches() -> Iterator[tuple[str, ...]]:
    names = iter(naughty.NAMES)
    while batch := tuple(islice(names, BATCH)):
        yield batch


@pytest.fixture(scope="module")
def attacked(renderer: BundledRenderer, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, ...], Path]:
    """The cluster report and the slides of a pack per batch: practices by name, and a cluster with one of the names."""
    whole, found = packs.package(), {}
    package = whole.model_copy(update={"measures": whole.measures[:1], "pairs": (), "questions": ()})
    for batch in batches():
        letters = packs.LETTERS[: len(batch)]
        plan = packs.Plan(mode="open", names=dict(zip(letters, batch, strict=True)), cluster=batch[-1], readers="")
        every = documents(packs.tables(plan_of(plan, letters)), package, packs.VERSIONS)
        found[batch] = tmp_path_factory.mktemp("attacked")
        for document in every:
            render_document(document, found[batch], renderer)
    return found


def plan_of(plan: packs.Plan, letters: str) -> packs.Plan:
    return packs.Plan(**(vars(plan) | {"practices": letters, "delivered": letters, "incomparable": ""}))


Attacked = dict[tuple[str, ...], Path]


def missing(batch: tuple[str, ...], text: str) -> list[str]:
    there = naughty.letters(text)
    return [name for name in batch if naughty.letters(naughty.normalised(name)) not in there]


def test_there_are_sixty_of_them_and_more() -> None:
    assert len({naughty.normalised(name) for name in naughty.NAMES}) == len(naughty.NAMES) >= 60


def test_a_page_prints_them_letter_for_letter_and_is_made_of_nothing_else(attacked: Attacked, rendered: Path) -> None:
    usual = Seen((rendered / "klyngerapport.html").read_text(encoding="utf-8"))
    for batch, folder in attacked.items():
        page = Seen((folder / "klyngerapport.html").read_text(encoding="utf-8"))
        assert missing(batch, page.text) == []
        assert page.elements <= usual.elements
        assert page.attributes <= usual.attributes


def test_a_pdf_prints_every_name_that_its_fonts_have_the_letters_of(attacked: Attacked, fonts: Path) -> None:
    known, checked = frozenset[int]().union(*(TTFont(file).getBestCmap() for file in fonts.glob("*.ttf"))), 0
    for batch, folder in attacked.items():
        text = "".join(page.extract_text() for page in PdfReader(folder / "klyngerapport.pdf").pages)
        drawn = tuple(name for name in batch if {ord(letter) for letter in naughty.normalised(name)} <= known)
        checked += len(drawn)
        assert missing(drawn, text) == []
    assert checked >= 60


def test_slides_hold_them_as_text_and_no_workbook_of_a_chart_reckons(attacked: Attacked) -> None:
    for batch, folder in attacked.items():
        path = folder / "oplaeg.pptx"
        assert missing(batch, pptx_text(path)) == []
        assert {cell.data_type for book in workbooks_of(path) for cell in cells(book)} <= {"s", "n"}


def test_a_document_to_edit_holds_them_as_text(attacked: Attacked) -> None:
    for batch, folder in attacked.items():
        assert missing(batch, docx_text(folder / "klyngerapport.docx")) == []


def test_the_workbook_holds_them_as_text(attacked: Attacked) -> None:
    for batch, folder in attacked.items():
        found = list(cells(openpyxl.load_workbook(folder / "tal.xlsx")))
        assert {naughty.normalised(name) for name in batch} <= {cell.value for cell in found}
        assert {cell.data_type for cell in found} <= {"s", "n", "d"}


def test_no_line_of_the_csv_is_a_formula_and_only_an_apostrophe_is_added(attacked: Attacked) -> None:
    for batch, folder in attacked.items():
        rows = csv.reader(io.StringIO((folder / "tal.csv").read_text(encoding="utf-8-sig")), delimiter=";")
        texts = {cell for row in rows for cell in row}
        words = {cell for cell in texts if not re.fullmatch(r"-?[\d,]+", cell)}
        assert not [cell for cell in words if cell.strip().startswith(FORMULA)]
        assert {naughty.normalised(name) for name in batch} <= texts | {cell[1:] for cell in texts if cell[:1] == "'"}


def cells(book: Any) -> Iterator[Any]:
    return (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None)
