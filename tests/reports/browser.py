"""One page of ours in headless Chromium: what axe says, what it asks for, where the Tab key goes, how it prints."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page
from pypdf import PdfReader

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
READ, PHONE, NARROWEST = 1100, 390, 320
"""Widths of a screen in CSS pixels; the last is that of WCAG 1.4.10."""
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-bottom: 2em !important; }"""
"""What a reader may ask for by WCAG 1.4.12."""
FOCUSABLE = "a[href], [tabindex='0']"
FOCUSED = f"""() => {{
  const here = document.activeElement, look = getComputedStyle(here), box = here.getBoundingClientRect();
  return {{
    place: [...document.querySelectorAll("{FOCUSABLE}")].indexOf(here),
    seen: look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2
      && box.bottom > 0 && box.top < innerHeight,
  }};
}}"""


@dataclass
class Opened:
    """A page as opened, with what it asked for and what it said in the console."""

    page: Page
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def violations(self, width: int) -> list[str]:
        """What axe finds against WCAG 2.2 A and AA, one line each. Colours are the same on every screen: one look."""
        self.page.set_viewport_size({"width": width, "height": 900})
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
        rules = {"target-size": {"enabled": True}, "color-contrast": {"enabled": width == READ}}
        options = {"runOnly": WCAG, "rules": rules, "resultTypes": ["violations"]}
        found = self.page.evaluate("options => axe.run(options)", options)["violations"]
        return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]

    def is_wider_than_its_screen(self, width: int) -> bool:
        self.page.set_viewport_size({"width": width, "height": 900})
        return bool(self.page.evaluate("() => document.documentElement.scrollWidth > innerWidth"))

    def tabbed(self) -> list[dict[str, Any]]:
        """Each stop of the Tab key: its place among what can be reached, and whether it is seen to be there."""
        self.page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
        stops: list[dict[str, Any]] = []
        for _ in range(self.reachable()):
            self.page.keyboard.press("Tab")
            stops.append(self.page.evaluate(FOCUSED))
        return stops

    def reachable(self) -> int:
        return self.page.locator(FOCUSABLE).count()

    def printed(self) -> int:
        """How many pages come out of the printer."""
        session = self.page.context.new_cdp_session(self.page)
        wanted = {"preferCSSPageSize": True, "printBackground": True}
        made = base64.b64decode(session.send("Page.printToPDF", wanted)["data"])
        return len(PdfReader(io.BytesIO(made)).pages)


@contextmanager
def opened(browser: Browser, path: Path) -> Iterator[Opened]:
    """The file in a window of its own."""
    page = browser.new_page(viewport={"width": READ, "height": 900})
    found = Opened(page)
    page.on("request", lambda request: found.asked.append(request.url))
    page.on("console", lambda message: found.said.append(message.text))
    page.on("pageerror", lambda error: found.said.append(str(error)))
    page.goto(path.as_uri())
    try:
        yield found
    finally:
        page.close()
