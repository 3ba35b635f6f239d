"""Data Docs: they say what was found and why, hold no cell, and open without asking anybody for anything."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from small_workspace import bring_in, delivered, extract, own_copy, prescribed

from expectations import data_docs
from expectations.process import Validator
from flows.documenting import data_docs_index, document_checks
from flows.ingesting import prepare
from flows.settings import Workspace, load_workspace
from transforms.errors import UserError

SECRET = "HEMMELIG7"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def documented_once(made_once: Path, validator: Validator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which a registry and a file were accepted, and one with a bad code and a warning was refused."""
    workspace = own_copy(made_once, tmp_path_factory.mktemp("documented"))
    rows = [prescribed(ATC=SECRET), prescribed(Recepter="9000", Måned="2025-02"), prescribed(Måned="2025-03")]
    bad = delivered(workspace, "recepter_2025K1.csv", extract("prescriptions", *rows))
    with pytest.raises(UserError, match=r"row 2, column ATC"):
        bring_in(workspace, "prescriptions", bad, validator)
    document_checks(workspace)
    return workspace.root


@pytest.fixture
def documented(documented_once: Path, tmp_path: Path) -> Workspace:
    return own_copy(documented_once, tmp_path)


class _References(HTMLParser):
    """Every address that a page names, and the kinds of element in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.elements: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action", "data", "srcset")]


def pages_of(workspace: Workspace) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted(data_docs_index(workspace).parent.iterdir())}


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL))


def test_there_is_a_page_for_each_extract_and_an_index_that_leads_to_it(documented: Workspace) -> None:
    pages = pages_of(documented)
    names = [f"extract_{number:05}.html" for number in (1, 2, 3)]
    assert sorted(pages) == [*names, "index.html"]
    assert _References(pages["index.html"]).addresses == names[::-1]
    assert "recepter_2025K1.csv" in pages["index.html"]


def test_a_page_says_what_failed_how_often_where_and_why(documented: Workspace) -> None:
    told = words_of(pages_of(documented)["extract_00003.html"])
    contract = documented.contract("prescriptions")
    assert contract.one_row.da.replace("'", "&#39;") in told
    assert "afvist" in told
    assert "ikke bestået kritisk Koden har ikke form som en ATC-kode. pattern.code" in told
    assert re.search(r"ExpectColumnValuesToMatchRegex Rækkenumre, de første: 2 3 1 ", told)
    assert "ikke bestået advarsel Så mange recepter i én række er usædvanligt" in told
    # What failed comes first, the gravest before the others; then what could not be asked; then all that passed.
    ranks = ["ikke bestået", "ikke spurgt: intet at sammenligne med", "bestået"]
    severities = ["kritisk", "advarsel", "oplysning"]
    order = re.findall(rf"({'|'.join(ranks)}) ({'|'.join(severities)})", told)
    assert order == sorted(order, key=lambda line: (ranks.index(line[0]), severities.index(line[1])))
    assert {outcome for outcome, _ in order} == set(ranks)
    assert len(order) == len(contract.checks)


def test_no_cell_of_a_file_is_in_them(documented: Workspace) -> None:
    assert [name for name, text in pages_of(documented).items() if SECRET in text or "9000" in text] == []


def test_nothing_in_them_comes_from_elsewhere(documented: Workspace) -> None:
    pages = pages_of(documented)
    for text in pages.values():
        found = _References(text)
        assert not re.search(r"https?:|//[a-z]|@import|url\(", text)
        assert set(found.addresses) <= set(pages)
        assert found.elements.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "base"})


def asked_by_the_page(page: Path, folder: Path) -> set[str]:
    """What the page made a browser ask for; what the browser asks for on its own behalf has no origin."""
    log = folder / "net.json"
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]
    command += [f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}", "--dump-dom", page.as_uri()]
    drawn = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert "Koden har ikke form som en ATC-kode." in drawn
    asked = [event.get("params", {}) for event in json.loads(log.read_text("utf-8"))["events"]]
    return {one["url"] for one in asked if "url" in one and one.get("initiator", "not an origin") != "not an origin"}


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_a_browser_opens_them_without_a_request_to_anybody(documented: Workspace, tmp_path: Path) -> None:
    page = data_docs_index(documented).parent / "extract_00003.html"
    assert asked_by_the_page(page, tmp_path) == set()
    # The same page with one picture from elsewhere is noticed.
    other = tmp_path / "other.html"
    other.write_text(page.read_text("utf-8") + '<img src="http://elsewhere.invalid/x.png">', "utf-8")
    assert asked_by_the_page(other, tmp_path) == {"http://elsewhere.invalid/x.png"}


def test_names_are_text_and_never_markup(documented: Workspace, validator: Validator) -> None:
    path = delivered(documented, "recepter_2024K4<b>&.csv", extract("prescriptions", prescribed(Måned="2024-11")))
    bring_in(documented, "prescriptions", path, validator)
    document_checks(documented)
    assert "recepter_2024K4&lt;b&gt;&amp;.csv" in pages_of(documented)["index.html"]


def test_writing_again_changes_nothing_and_the_language_is_the_workspaces(documented: Workspace) -> None:
    before = pages_of(documented)
    document_checks(documented)
    assert pages_of(documented) == before
    settings = documented.root / "klyngeflow.toml"
    settings.write_text('language = "en"\n' + settings.read_text("utf-8"), "utf-8")
    document_checks(load_workspace(documented.root))
    told = words_of(pages_of(documented)["extract_00003.html"])
    assert "failed critical The code does not have the form of an ATC code." in told


def test_an_empty_ledger_has_an_index_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "klyngeflow.toml").write_text('name = "x"', "utf-8")
    opened = load_workspace(tmp_path)
    prepare(opened)
    assert "endnu ikke kontrolleret" in document_checks(opened).read_text("utf-8")


def test_pages_of_old_extracts_are_taken_away(documented: Workspace) -> None:
    folder = data_docs_index(documented).parent
    data_docs.write_data_docs(folder, [], "da")
    assert [path.name for path in folder.iterdir()] == ["index.html"]
    assert "endnu ikke kontrolleret" in (folder / "index.html").read_text("utf-8")
