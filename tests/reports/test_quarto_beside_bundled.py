"""The same pack by real Quarto and by the engines that come with klyngeflow: words and figures, document by document.

Runs where there is a Quarto, on the PATH or in KLYNGEFLOW_QUARTO.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
import report_packs as packs
from report_months import with_months

from reports.bundled import BundledRenderer
from reports.pack import Document, documents
from reports.quarto import find_quarto, installed
from reports.sheets import sheets
from reports.together import render_documents

FOUND = installed()
pytestmark = pytest.mark.skipif(FOUND is None or bool(FOUND.fault), reason="no Quarto is installed here")
ODD = 'Læger *_#$<script>@fig-a [@x] {{< meta title >}} {{% x %}} | `a` \\ "q" ^[b] ::: {#tbl-x} \''
TEXTS = {
    "fact_sheet": "## Det vi ved\n\nEn sætning {{< pagebreak >}} og @sec-to.\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n",
    "reflection": "En sætning.\n\n1. Først\n2. Så\n",
    "coordinator": "## Indvendinger\n\nDet er **sæsonen**. Ja, måske.\n",
}


class _Figures(HTMLParser):
    """Every element, attribute and word inside a picture; names in small letters, as a browser reads them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[object] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.depth += tag == "svg"
        if self.depth or dict(attrs).get("role") == "img":
            self.found.append((tag, sorted((name, " ".join((value or "").split())) for name, value in attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.depth -= tag == "svg"

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "svg"

    def handle_data(self, data: str) -> None:
        if self.depth and data.strip():
            self.found.append(data.strip())


def figures(html: Path) -> list[object]:
    parser = _Figures()
    parser.feed(html.read_text(encoding="utf-8"))
    return parser.found


def words(path: Path) -> str:
    """What a reader reads of a file, with every gap as one space."""
    if path.suffix == ".html":
        found = packs.text_of(path.read_text(encoding="utf-8"))
    elif path.suffix == ".docx":
        xml = zipfile.ZipFile(path).read("word/document.xml").decode("utf-8")
        found = " ".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", xml))
    else:
        found = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    return " ".join(found.split())


@pytest.fixture(scope="module")
def both(fonts: Path, renderer: BundledRenderer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The pack by Quarto, and by the others; its names are such as an engine could take for something to do."""
    names = {letter: f"{ODD} {letter}" for letter in packs.LETTERS}
    odd = with_months(packs.tables(packs.Plan(mode="open", names=names, cluster=ODD, readers="F")))
    everyone: list[Document] = documents(odd, packs.package(), packs.VERSIONS)[:2]
    everyone += sheets(odd, packs.package(), packs.VERSIONS, TEXTS)
    quarto = find_quarto(fonts)
    assert quarto is not None
    one, other = tmp_path_factory.mktemp("quarto"), tmp_path_factory.mktemp("bundled")
    render_documents(everyone, one, quarto)
    render_documents(everyone, other, renderer)
    return one, other


def pairs(both: tuple[Path, Path], *suffixes: str) -> list[tuple[str, Path, Path]]:
    one, other = both
    names = sorted(path.relative_to(other) for path in other.rglob("*") if path.suffix in suffixes)
    assert names
    return [(str(name), one / name, other / name) for name in names]


def test_both_make_the_same_files(both: tuple[Path, Path]) -> None:
    made, expected = ({path.relative_to(folder) for path in folder.rglob("*")} for folder in both)
    assert made == expected


def test_pages_and_documents_hold_the_same_words(both: tuple[Path, Path]) -> None:
    for name, made, expected in pairs(both, ".html", ".docx"):
        assert words(made) == words(expected), name
    assert "{{< meta title >}}" in words(both[0] / "klyngerapport.html")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_printed_pages_hold_the_same_words(both: tuple[Path, Path]) -> None:
    for name, made, expected in pairs(both, ".pdf"):
        assert words(made) == words(expected), name


def test_pictures_are_the_same(both: tuple[Path, Path]) -> None:
    drawn = 0
    for name, made, expected in pairs(both, ".html"):
        assert figures(made) == figures(expected), name
        drawn += len(figures(expected))
    assert drawn > 100


def test_tables_of_figures_are_the_same_bytes(both: tuple[Path, Path]) -> None:
    for name, made, expected in pairs(both, ".csv", ".xlsx"):
        assert made.read_bytes() == expected.read_bytes(), name
