"""The counting sheet of one practice: an A4 page on its side with a line for each thing counted and a cell a month.

It is read back by flows/filled_sheets.py, which knows it by `grid` and finds its figures by `places`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.sheet_paper import Cell, Grid, Looks, height, workbook
from reports.wording import Voice
from transforms.calendar import Window
from transforms.definitions import Package
from transforms.sheet_layout import Line, Mark, lines_of

HEAD_ROW = 12
_FIRST_MONTH = 3
_WIDTHS = (62, 15)
_MONTHS_WIDE = 48
"""Shared by the months: few are wide, many are narrow."""
_HOW = ("how_1", "how_2", "how_3", "how_4")


def places(lines: Sequence[object], months: int) -> Mapping[tuple[int, int], Cell]:
    """By line and month, both from 0, the cell that is filled in."""
    return {
        (line, month): Cell(HEAD_ROW + 1 + line, _FIRST_MONTH + month)
        for line in range(len(lines))
        for month in range(months)
    }


def grid(package: Package, mark: Mark, voice: Voice) -> Grid:
    """The words around the figures: the sheet is the one that was sent out where all of them stand in their places."""
    numbers = voice.numbers
    found = {(HEAD_ROW, 1): voice.write("count_sheet", "head_what")}
    found[(HEAD_ROW, 2)] = voice.write("count_sheet", "head_quantity")
    for at, month in enumerate(mark.window.months):
        found[(HEAD_ROW, _FIRST_MONTH + at)] = numbers.period(month, Window.of(month, 1).end)
    for at, line in enumerate(lines_of(package), start=HEAD_ROW + 1):
        found[(at, 1)] = _label(line, voice)
        found[(at, 2)] = voice.write("count_sheet", line.quantity)
    return found


def count_sheet(package: Package, mark: Mark, practice: str, voice: Voice) -> bytes:
    """The blank sheet of the practice called `practice`; the same in, the same bytes out.

    Raises:
        NothingToCountError: the package has nothing to count.
    """
    lines, words = lines_of(package), grid(package, mark, voice)
    title = voice.write("count_sheet", "title", topic=voice.text(package.title))

    def fill(book: Any, sheet: Any, looks: Looks) -> None:
        del book
        _columns(sheet, mark)
        sheet.write_string(0, 0, title, looks.title)
        _about(sheet, mark, practice, voice, looks)
        for (row, column), text in words.items():
            sheet.write_string(row - 1, column - 1, text, looks.head if row == HEAD_ROW else looks.label)
        for row in range(HEAD_ROW, HEAD_ROW + len(lines)):
            sheet.set_row(row, max(44, height(words[(row + 1, 1)], _WIDTHS[0])))
        _fields(sheet, lines, mark, voice, looks)
        _below(sheet, HEAD_ROW + len(lines) + 1, package, voice, looks)
        sheet.set_landscape()

    return workbook(title, voice.write("count_sheet", "sheet"), mark, fill)


def _columns(sheet: Any, mark: Mark) -> None:
    for at, width in enumerate(_WIDTHS):
        sheet.set_column(at, at, width)
    sheet.set_column(2, 1 + mark.months, max(9, _MONTHS_WIDE // mark.months))
    sheet.set_row(HEAD_ROW - 1, 24)


def _about(sheet: Any, mark: Mark, practice: str, voice: Voice, looks: Looks) -> None:
    """Whose sheet it is, which months, and what to do."""
    window = mark.window
    named = f"{practice} ({mark.practice})" if practice else mark.practice
    period = voice.numbers.period(window.start, window.end)
    for row, (key, value) in enumerate((("practice", named), ("period", period)), start=2):
        sheet.write_string(row - 1, 0, f"{voice.write('count_sheet', key)}: {value}", looks.bold)
    sheet.write_string(4, 0, voice.write("count_sheet", "how_heading"), looks.bold)
    last = 1 + mark.months
    wide = sum(_WIDTHS) + mark.months * max(9, _MONTHS_WIDE // mark.months)
    for row, key in enumerate(_HOW, start=5):
        text = f"{row - 4}. {voice.write('count_sheet', key)}"
        sheet.merge_range(row, 0, row, last, text, looks.words)
        sheet.set_row(row, height(text, wide))
    sheet.merge_range(9, 0, 9, last, voice.write("count_sheet", "why"), looks.quiet)


def _fields(sheet: Any, lines: Sequence[Line], mark: Mark, voice: Voice, looks: Looks) -> None:
    for (line, _), cell in places(lines, mark.months).items():
        row, column = cell.row - 1, cell.column - 1
        sheet.write_blank(row, column, None, looks.field)
        minutes = lines[line].quantity == "minutes"
        told = voice.write("count_sheet", "number" if minutes else "whole")
        rule = {"validate": "decimal" if minutes else "integer", "criteria": ">=", "value": 0}
        sheet.data_validation(row, column, row, column, rule | {"input_message": told, "error_message": told})
    sheet.set_selection(HEAD_ROW, 2, HEAD_ROW, 2)


def _below(sheet: Any, row: int, package: Package, voice: Voice, looks: Looks) -> None:
    said = voice.write("count_sheet", "version", package=package.id, version=package.version)
    sheet.write_string(row, 0, said, looks.quiet)
    sheet.set_row(row, height(said, _WIDTHS[0]))


def _label(line: Line, voice: Voice) -> str:
    what = voice.text(line.what)
    what = what[:1].upper() + what[1:]
    if line.group:
        what = voice.write("count_sheet", "of_group", what=what, group=line.group.replace("_", " "))
    return what if line.how is None else f"{what}\n{voice.text(line.how)}"
