"""The order form of a cluster as a workbook: lists to choose from, a day to write, and what the packages are."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple

from reports.follow_up_sheet import Proposed, add_follow_ups
from transforms.order_form import COLUMNS, HEAD_ROW, ROWS, WORDS, Column, FormWords

_DAY = datetime.combine(date(2000, 1, 1), time())
"""A workbook has to say when it was made; the same form gives the same bytes on any day."""
_WIDTHS: dict[Column, int] = {"package": 24, "meeting": 16, "by": 24, "mode": 18, "level": 20, "formats": 20}
_USUAL = 15
_INK, _QUIET, _LINE, _FIELD = "#1B2A36", "#46525D", "#C9D1D8", "#FFFBEA"
_LISTS = "Lister"


class Offered(NamedTuple):
    """A package to choose: its name, its topic in the form's language, and whether a clinician has reviewed it."""

    package: str
    topic: str
    status: str


def order_form(
    cluster: str, name: str, packages: Sequence[Offered], language: str, follow_ups: Sequence[Proposed] = ()
) -> bytes:
    """The form of the cluster `cluster`, called `name`, in `language`; the same in, the same bytes out.

    With `follow_ups` it has a sheet more, on which they are confirmed or declined.
    """
    import xlsxwriter

    words, made = WORDS[language], io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"{words.title}: {name}", "created": _DAY})
    sheet = book.add_worksheet(words.sheet)
    if follow_ups:
        add_follow_ups(book, follow_ups, language)
    _about(book, book.add_worksheet(words.packages), packages, words)
    lists = _lists(book.add_worksheet(_LISTS), packages, words)
    _page(book, sheet, f"{words.title} - {name}", words)
    _rows(book, sheet, cluster)
    for place, column in enumerate(COLUMNS):
        _validate(sheet, place, column, lists.get(column), words)
    book.close()
    return made.getvalue()


def _page(book: Any, sheet: Any, title: str, words: FormWords) -> None:
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 16, "font_color": _INK}))
    quiet = book.add_format({"font_color": _QUIET})
    for row, line in enumerate(words.lines, 1):
        sheet.write_string(row, 0, line, quiet)
    head = book.add_format(
        {"bold": True, "font_color": "#FFFFFF", "bg_color": _INK, "text_wrap": True, "valign": "vcenter"}
    )
    for place, column in enumerate(COLUMNS):
        sheet.write_string(HEAD_ROW - 1, place, words.heads[column], head)
        sheet.set_column(place, place, _WIDTHS.get(column, _USUAL))
    sheet.set_row(HEAD_ROW - 1, 32)
    sheet.freeze_panes(HEAD_ROW, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _rows(book: Any, sheet: Any, cluster: str) -> None:
    edge = {"border": 1, "border_color": _LINE, "bg_color": _FIELD, "locked": False}
    own = book.add_format(edge | {"bg_color": "#EEF1F4", "locked": True})
    plain = book.add_format(edge)
    day, month = book.add_format(edge | {"num_format": "dd-mm-yyyy"}), book.add_format(edge | {"num_format": "yyyy-mm"})
    for row in ROWS:
        sheet.write_string(row - 1, 0, cluster, own)
        for place, column in enumerate(COLUMNS[1:], 1):
            sheet.write_blank(row - 1, place, None, {"meeting": day, "until": month}.get(column, plain))
    sheet.protect("", {"select_locked_cells": True, "format_columns": True})


def _validate(sheet: Any, place: int, column: Column, source: str | None, words: FormWords) -> None:
    cells = (ROWS[0] - 1, place, ROWS[-1] - 1, place)
    if source is not None:
        told = {"input_message": words.prompt, "error_message": words.refused}
        sheet.data_validation(*cells, {"validate": "list", "source": source, **told})
    elif column in ("meeting", "until"):
        sheet.data_validation(*cells, {"validate": "date", "criteria": ">", "value": date(2020, 1, 1)})


def _about(book: Any, sheet: Any, packages: Sequence[Offered], words: FormWords) -> None:
    bold = book.add_format({"bold": True, "bottom": 1})
    for place, (head, width) in enumerate(zip(words.about_packages, (26, 56, 46), strict=True)):
        sheet.write_string(0, place, head, bold)
        sheet.set_column(place, place, width)
    for row, each in enumerate(packages, 1):
        for place, text in enumerate((each.package, each.topic, words.states.get(each.status, each.status))):
            sheet.write_string(row, place, text)
    sheet.protect()


def _lists(sheet: Any, packages: Sequence[Offered], words: FormWords) -> dict[Column, str]:
    """The lists on a sheet of their own, which is hidden; returns where that of each column lies."""
    every: dict[Column, list[str]] = {"package": [each.package for each in packages]}
    every |= {column: list(choices) for column, choices in words.choices.items()}
    for place, choices in enumerate(every.values()):
        for row, choice in enumerate(choices):
            sheet.write_string(row, place, choice)
    sheet.hide()
    letters = "ABCDEFGHIJ"
    return {
        column: f"={_LISTS}!${letters[place]}$1:${letters[place]}${len(choices)}"
        for place, (column, choices) in enumerate(every.items())
        if choices
    }
