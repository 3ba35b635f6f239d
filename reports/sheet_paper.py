"""What every sheet that is sent out and comes back looks like: a title, locked words, yellow cells, a hidden mark."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from reports.figures_file import DAY
from transforms.sheet_layout import MARK_SHEET, Mark

_INK, _QUIET, _EDGE, _FIELD = "#1B2A36", "#46525D", "#74808B", "#FFFBEA"
_NARROW = 1.15
"""Letters of a sentence to a unit of width, which is that of a digit."""
LINE = 15
"""The height of one line of text, in points."""

Grid = Mapping[tuple[int, int], str]
"""Row and column, from 1, of the words that a sheet came with and is known again by."""


class Cell(NamedTuple):
    """A cell that is filled in: its row and column, from 1."""

    row: int
    column: int

    @property
    def name(self) -> str:
        """As a spreadsheet names it."""
        return f"{chr(64 + self.column)}{self.row}"


class Looks:
    """How cells look. Only the yellow ones can be written in; no password keeps the rest."""

    def __init__(self, book: Any) -> None:
        wrapped = {"text_wrap": True, "valign": "top"}
        field = {"border": 1, "border_color": _EDGE, "bg_color": _FIELD, "locked": False, "valign": "vcenter"}
        label = wrapped | {"border": 1, "border_color": _EDGE, "valign": "vcenter"}
        self.title = book.add_format({"bold": True, "font_size": 18, "font_color": _INK})
        self.words = book.add_format(wrapped)
        self.quiet = book.add_format(wrapped | {"font_color": _QUIET})
        self.bold = book.add_format({"bold": True})
        self.head = book.add_format(label | {"bold": True, "font_color": "#FFFFFF", "bg_color": _INK})
        self.label = book.add_format(label)
        self.field = book.add_format(field | {"font_size": 14, "align": "center", "num_format": "General"})
        self.answer = book.add_format(field | {"text_wrap": True, "num_format": "@"})


def workbook(title: str, sheet_name: str, mark: Mark, fill: Callable[[Any, Any, Looks], None]) -> bytes:
    """A workbook whose one visible sheet `fill` writes; the same in, the same bytes out."""
    import xlsxwriter

    made = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(made, options) as book:
        book.set_properties({"created": DAY, "title": title})
        sheet = book.add_worksheet(sheet_name)
        hidden = book.add_worksheet(MARK_SHEET)
        for row, (name, value) in enumerate(mark.cells().items()):
            hidden.write_string(row, 0, name)
            hidden.write_string(row, 1, value)
        hidden.protect("")
        hidden.hide()
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.set_margins(0.5, 0.5, 0.5, 0.5)
        sheet.fit_to_pages(1, 1)
        sheet.protect("", {"format_rows": True, "format_columns": True})
        fill(book, sheet, Looks(book))
    return made.getvalue()


def height(text: str, width: int) -> float:
    """How high a row must be for `text` in a column of `width` letters."""
    letters = int(width * _NARROW)
    lines = sum(max(1, -(-len(part) // letters)) for part in text.split("\n"))
    return LINE * lines + 5
