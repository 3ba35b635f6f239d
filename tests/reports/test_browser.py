"""Every page in a real browser: nothing that axe finds, nothing fetched, reached by keys, printed and on a phone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import browser as seen
import pytest
import report_packs as packs
from playwright.sync_api import Browser, sync_playwright
from pypdf import PdfReader

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: nothing else opens the pages")
NAMES = ("klyngerapport", "medlem_F", "noegler/drejebog", "faktaark", "refleksionsark")
APPENDIX = ".appendix { display: none }"
"""What is read on a screen and printed from there alone: the PDF has none of it."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=NAMES)
def page(request: pytest.FixtureRequest, chromium: Browser, whole: Path) -> Iterator[tuple[seen.Opened, Path]]:
    path = whole / f"{request.param}.html"
    with seen.opened(chromium, path) as found:
        yield found, path


Page = tuple[seen.Opened, Path]


def test_it_asks_for_itself_alone_and_has_nothing_to_say(page: Page) -> None:
    found, path = page
    assert found.asked == [path.as_uri()]
    assert found.said == []


@pytest.mark.parametrize("width", [seen.READ, seen.PHONE])
def test_axe_finds_nothing(page: Page, width: int) -> None:
    assert page[0].violations(width) == []


def test_every_stop_of_the_tab_key_comes_in_the_order_of_reading_and_is_seen(page: Page) -> None:
    stops = page[0].tabbed()
    assert [stop["place"] for stop in stops] == list(range(len(stops)))
    assert [stop for stop in stops if not stop["seen"]] == []


def test_it_prints_on_the_pages_of_the_pdf(page: Page) -> None:
    """A browser breaks lines a little sooner than typst: one page more at the most."""
    found, path = page
    hidden = found.page.add_style_tag(content=APPENDIX)
    pages = found.printed()
    hidden.evaluate("style => style.remove()")
    assert pages - len(PdfReader(path.with_suffix(".pdf")).pages) in (0, 1)


@pytest.mark.parametrize("width", [seen.PHONE, seen.NARROWEST])
def test_no_screen_is_too_narrow_for_it(page: Page, width: int) -> None:
    assert not page[0].is_wider_than_its_screen(width)


def test_there_is_room_for_a_reader_who_wants_more_of_it(page: Page) -> None:
    found, _ = page
    spaced = found.page.add_style_tag(content=seen.SPACED)
    wide = found.is_wider_than_its_screen(seen.NARROWEST)
    spaced.evaluate("style => style.remove()")
    assert not wide


def test_english_pages_are_as_good(chromium: Browser, english: Path) -> None:
    for name in ("medlem_F", "noegler/drejebog"):
        with seen.opened(chromium, english / f"{name}.html") as found:
            assert found.page.evaluate("() => document.documentElement.lang") == "en"
            assert found.violations(seen.READ) == []


@pytest.mark.parametrize("name", ["klyngerapport", "medlem_F", "noegler/drejebog"])
def test_the_words_in_a_picture_stand_out_from_the_paper(name: str, whole: Path) -> None:
    """Axe does not look into a picture: WCAG 1.4.3 for its letters."""
    html = (whole / f"{name}.html").read_text(encoding="utf-8")
    texts = [text for svg in packs.svgs_of(html) for text in re.findall(r"<text\b[^>]*>", svg)]
    colours = {re.search(r"fill: ?(#\w{6})", text) for text in texts}
    assert texts
    assert {found[1] for found in colours if found and contrast_on_white(found[1]) < 4.5} == set()


def contrast_on_white(colour: str) -> float:
    """The ratio of WCAG 2.2, of its relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)
