"""The PDFs for those who listen to them: language, title, tags, headings step by step, words for every picture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import report_packs as packs
from pypdf import PdfReader

from reports.bundled import BundledRenderer
from reports.render import Sources

NAMES = ("klyngerapport", "medlem_F", "noegler/drejebog", "faktaark", "refleksionsark")
MARGINS = {"running": "r", "footer": "f", "example": "", "page": "Side", "of": "af"}
CONTENT = ("/MCR", "/OBJR")


def catalogue(path: Path) -> Any:
    return PdfReader(path).trailer["/Root"]


def tags(node: Any) -> Iterator[Any]:
    """Every element of the tree of tags, in the order it is read."""
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from tags(child)
    elif hasattr(node, "get") and node.get("/Type") not in CONTENT:
        yield node
        if "/K" in node:
            yield from tags(node["/K"])


@lru_cache(maxsize=8)
def every_tag(path: Path) -> list[Any]:
    return list(tags(catalogue(path)["/StructTreeRoot"]))


def of_kind(path: Path, kind: str) -> list[Any]:
    return [tag for tag in every_tag(path) if re.fullmatch(kind, tag.get("/S", ""))]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["da", "en"])
def test_a_pdf_says_its_language_its_title_and_that_it_is_accessible(
    name: str, language: str, whole: Path, english: Path
) -> None:
    path = (whole if language == "da" else english) / f"{name}.pdf"
    root, reader = catalogue(path), PdfReader(path)
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    title = reader.metadata.title
    html = path.with_suffix(".html").read_text(encoding="utf-8")
    assert title
    assert packs.text_of(f"<p>{title}</p>").strip() == packs.text_of(html.split("</title>")[0].split("<title>")[1])
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()


def without_appendix(html: str) -> str:
    """The page as far as the PDF has it: tables of every figure may stand after that."""
    return re.split(r'<(?:div|section) class="appendix', html)[0]


@pytest.mark.parametrize("name", NAMES)
def test_headings_step_down_one_level_at_a_time_and_are_those_of_the_page(name: str, whole: Path) -> None:
    path = whole / f"{name}.pdf"
    levels = [int(tag["/S"][2:]) for tag in of_kind(path, r"/H\d")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(now <= before + 1 for before, now in pairwise(levels))
    html = without_appendix(path.with_suffix(".html").read_text(encoding="utf-8"))
    on_page = [int(level) for level in re.findall(r"<h(\d)", html)]
    assert levels in (on_page, [*on_page, 2])  # the first table of the appendix stands where the last page has room


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_has_the_words_that_the_page_has(name: str, whole: Path) -> None:
    path = whole / f"{name}.pdf"
    html = path.with_suffix(".html").read_text(encoding="utf-8")
    on_page = [packs.text_of(f"<p>{alt}</p>").strip() for alt in re.findall(r'role="img" aria-label="([^"]*)"', html)]
    in_pdf = [str(tag["/Alt"]) for tag in of_kind(path, "/Figure")]
    assert in_pdf == on_page
    assert all(len(alt) > 40 for alt in in_pdf)


def test_tables_have_heads_that_are_called_so(whole: Path) -> None:
    path = whole / "noegler/drejebog.pdf"
    assert len(of_kind(path, "/Table")) == len(of_kind(path, "/THead")) == 3
    assert len(of_kind(path, "/TH")) >= 10


def small(markdown: str) -> Sources:
    front = "---\ntitle: t\nlang: da\nbooklet: true\nsheet: true\npage-word: Side\nof-word: af\n---\n\n"
    return Sources(front + markdown, {}, MARGINS, booklet=True, sheet=True)


def test_a_text_that_skips_a_heading_steps_down_all_the_same(renderer: BundledRenderer, tmp_path: Path) -> None:
    html, pdf = renderer.render(small("# One\n\n#### Four\n\n## Two\n\n#### Four\n"), tmp_path / "skips")
    assert re.findall(r"<h(\d)", html.read_text(encoding="utf-8")) == ["1", "2", "2", "3"]
    assert [tag["/S"] for tag in of_kind(pdf, r"/H\d")] == ["/H1", "/H2", "/H2", "/H3"]


def test_a_letter_that_the_fonts_lack_does_not_stop_the_page(renderer: BundledRenderer, tmp_path: Path) -> None:
    _, pdf = renderer.render(small("# 診療所\n"), tmp_path / "letters")
    assert [tag["/S"] for tag in of_kind(pdf, r"/H\d")] == ["/H1"]
    assert b"pdfuaid" not in catalogue(pdf)["/Metadata"].get_data()
