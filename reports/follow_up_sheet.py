"""The sheet of the order form that lists the follow-ups of a cluster, each with room for an answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from transforms.calendar import Window
from transforms.follow_up_form import COLUMNS, HEAD_ROW, OPEN, ROWS, WORDS, Column, SheetWords

_WIDTHS: dict[Column, int] = {"package": 26, "months": 22, "shows": 24, "by": 24}
_USUAL = 14
_INK, _QUIET, _LINE, _FIELD, _GIVEN = "#1B2A36", "#46525D", "#C9D1D8", "#FFFBEA", "#EEF1F4"


class Proposed(NamedTuple):
    """A follow-up to answer: its number, package, the baseline meeting, the day and months proposed.

    `shows` and `measures`: how many of how many measures could show a change; `shows` None: not known yet.
    """

    follow_up: str
    package: str
    met: date
    proposed: date
    window: Window
    shows: int | None
    measures: int


def add_follow_ups(book: Any, proposed: Sequence[Proposed], language: str) -> None:
    """Add the sheet to a workbook that is being written."""
    words = WORDS[language]
    sheet = book.add_worksheet(words.sheet)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, words.title, book.add_format({"bold": True, "font_size": 16, "font_color": _INK}))
    quiet = book.add_format({"font_color": _QUIET})
    for row, line in enumerate(words.lines, 1):
        sheet.write_string(row, 0, line, quiet)
    head = book.add_format(
        {"bold": True, "font_color": "#FFFFFF", "bg_color": _INK, "text_wrap": True, "valign": "vcenter"}
    )
    for place, column in enumerate(COLUMNS):
        sheet.write_string(HEAD_ROW - 1, place, words.heads[column], head)
        sheet.set_column(place, place, _WIDTHS.get(column, _USUAL))
    sheet.set_row(HEAD_ROW - 1, 48)
    _rows(book, sheet, proposed, words)
    sheet.freeze_panes(HEAD_ROW, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.protect("", {"select_locked_cells": True, "format_columns": True})


def _rows(book: Any, sheet: Any, proposed: Sequence[Proposed], words: SheetWords) -> None:
    edge = {"border": 1, "border_color": _LINE}
    own, own_day = (book.add_format(edge | {"bg_color": _GIVEN} | more) for more in ({}, {"num_format": "dd-mm-yyyy"}))
    open_cell = {"bg_color": _FIELD, "locked": False}
    plain, day = (book.add_format(edge | open_cell | more) for more in ({}, {"num_format": "dd-mm-yyyy"}))
    for row, each in zip(ROWS, proposed, strict=False):
        for place, column in enumerate(COLUMNS):
            if column in OPEN:
                sheet.write_blank(row - 1, place, None, day if column == "day" else plain)
            elif column in ("met", "proposed"):
                sheet.write_datetime(row - 1, place, each.met if column == "met" else each.proposed, own_day)
            else:
                sheet.write_string(row - 1, place, _text(column, each, words), own)
        sheet.data_validation(
            row - 1, COLUMNS.index("answer"), row - 1, COLUMNS.index("answer"), {"validate": "list"} | _choices(words)
        )


def _choices(words: SheetWords) -> dict[str, Any]:
    return {"source": list(words.answers)}


def _text(column: Column, each: Proposed, words: SheetWords) -> str:
    if column == "months":
        return f"{each.window.start:%Y-%m} {words.to} {each.window.end:%Y-%m}"
    if column == "shows":
        return words.unknown if each.shows is None else words.shows.format(each.shows, each.measures)
    return each.follow_up if column == "follow_up" else each.package
