"""The printed figures of one report as a workbook and as CSV: `tal.xlsx`, `tal.csv`, `medlem_X.xlsx`.

Numbers are numbers and texts are texts: nothing is a formula, whatever a practice is called.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.agreed import Goal, goals_of
from reports.figures_file_goals import GOAL_COLUMNS, goal_line
from reports.figures_file_rows import COLUMNS, OF_BOUNDS, OF_FOLLOWUPS, Cell, Line, Number, Printed, lines
from reports.figures_file_runs import run_lines
from reports.figures_file_words import Explained, explanation
from reports.numbers import MINUS
from reports.rows import measures
from reports.setting import Setting
from reports.twice import with_pairs
from reports.wording import voice

if TYPE_CHECKING:
    from reports.pack import Document

STEM = "tal"
DAY = datetime.combine(date(2000, 1, 1), time())
"""A workbook has to say when it was made; the same figures give the same bytes on any day."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", MINUS)
_WIDE = {"measure": 34, "measure_id": 24, "label": 18, "note": 34, "why": 24, "verdict": 30, "who": 18, "unit": 14}
_NARROW = {"number": 5, "window": 8}
_USUAL = 11
_NAMES, _MEANINGS = 34, 100
_LINE = 15
"""Widths in letters, the height of a line in points."""


def write_figures(document: Document, folder: Path, fonts: Path) -> list[Path]:
    """The files of one report's figures: of a cluster's as workbook and CSV, of a member's as workbook."""
    from reports.pack import CLUSTER

    tables, member = document.tables, document.audience != CLUSTER
    setting = Setting(tables.row, voice(tables.row["language"]), fonts, member)
    figures = tables.figures_for(document.audience)
    rows = with_pairs(measures(document.package, figures, tables.row, tables.bounds), tables.paired)
    printed = Printed(document.package, rows, figures, tables.case_mix_for(document.audience)[0])
    found = [*lines(printed, setting), *run_lines(printed, tables.months, document.audience, setting)]
    blank = (OF_BOUNDS if tables.bounds.is_empty() else frozenset()) | (
        frozenset() if setting.followup else OF_FOLLOWUPS
    )
    columns = [name for name in COLUMNS if name not in blank]
    book = folder / f"{document.name if member else STEM}.xlsx"
    goals = () if member else goals_of(tables.goals, document.package, rows)
    explained = explanation(printed, tables.checks, columns, setting)
    book.write_bytes(workbook(Figures(found, columns, goals), explained, setting))
    if member:
        return [book]
    text = folder / f"{STEM}.csv"
    text.write_bytes(as_csv(found, columns, setting))
    return [book, text]


def as_csv(found: Sequence[Line], columns: Sequence[str], setting: Setting) -> bytes:
    """UTF-8 with its mark; in Danish semicolons and decimal commas, in English commas and points. Days as 2026-01-31.

    A text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    danish = setting.voice.language == "da"
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";" if danish else ",")
    writer.writerow([setting.voice.write("export", name) for name in columns])
    writer.writerows([_text(line.get(name), "," if danish else ".") for name in columns] for line in found)
    return written.getvalue().encode("utf-8-sig")


def _text(cell: Cell, point: str) -> str:
    if isinstance(cell, Number):
        return f"{cell.value:.{cell.decimals}f}".replace(".", point)
    if isinstance(cell, date):
        return cell.isoformat()
    return f"'{cell}" if cell and cell.lstrip().startswith(_FORMULA) else cell or ""


@dataclass(frozen=True)
class Figures:
    """What stands in the workbook: the lines of figures by column, and what was agreed, each with its outcome."""

    lines: Sequence[Line]
    columns: Sequence[str]
    goals: Sequence[Goal] = ()


def workbook(figures: Figures, explained: Sequence[Explained], setting: Setting) -> bytes:
    """One sheet with the figures, one with the goals where there are any, and one that explains."""
    import xlsxwriter

    made = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(made, options) as book:
        book.set_properties({"created": DAY, "title": setting.voice.write("export", "sheet_figures")})
        _figures(book, figures.lines, figures.columns, setting)
        if figures.goals:
            _goals(book, figures.goals, setting)
        _explained(book, explained, setting)
    return made.getvalue()


def _figures(book: Any, found: Sequence[Line], columns: Sequence[str], setting: Setting) -> None:
    write = setting.voice.write
    sheet = book.add_worksheet(write("export", "sheet_figures"))
    formats = _Formats(book)
    for at, name in enumerate(columns):
        sheet.set_column(at, at, (_WIDE | _NARROW).get(name, _USUAL))
        sheet.write_string(0, at, write("export", name), formats.head)
    sheet.set_row(0, 2 * _LINE)
    for number, line in enumerate(found, start=1):
        for at, name in enumerate(columns):
            _write(sheet, (number, at), line.get(name), formats)
    sheet.freeze_panes(1, columns.index("window"))
    sheet.autofilter(0, 0, len(found), len(columns) - 1)
    _printed(sheet, setting, pages_across=3)
    sheet.repeat_rows(0)
    sheet.repeat_columns(0, columns.index("window"))


def _goals(book: Any, goals: Sequence[Goal], setting: Setting) -> None:
    sheet, formats = book.add_worksheet(setting.voice.write("goal_form", "sheet")), _Formats(book)
    for at, (name, width) in enumerate(GOAL_COLUMNS.items()):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, setting.voice.write("goal_form", name), formats.head)
    for number, goal in enumerate(goals, start=1):
        line = goal_line(goal, setting)
        for at, name in enumerate(GOAL_COLUMNS):
            _write(sheet, (number, at), line.get(name), formats)
    sheet.freeze_panes(1, 2)
    _printed(sheet, setting, pages_across=1)


def _write(sheet: Any, place: tuple[int, int], cell: Cell, formats: _Formats) -> None:
    if isinstance(cell, Number):
        sheet.write_number(*place, cell.value, formats.number(cell.decimals))
    elif isinstance(cell, date):
        sheet.write_datetime(*place, datetime.combine(cell, time()), formats.day)
    elif cell:
        sheet.write_string(*place, cell, formats.words)


class _Formats:
    """How cells look; each is made once for a workbook."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._numbers: dict[int, Any] = {}
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "indent": 1})
        self.words = book.add_format({"indent": 1})  # a text stands right of a number
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left", "indent": 1})

    def number(self, decimals: int) -> Any:
        if decimals not in self._numbers:
            pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
            self._numbers[decimals] = self._book.add_format({"num_format": pattern})
        return self._numbers[decimals]


def _explained(book: Any, explained: Sequence[Explained], setting: Setting) -> None:
    sheet = book.add_worksheet(setting.voice.write("export", "sheet_explanation"))
    looks = {"valign": "top", "text_wrap": True}
    head, bold, body = (book.add_format(looks | extra) for extra in ({"bold": True, "size": 13}, {"bold": True}, {}))
    sheet.set_column(0, 0, _NAMES, body)
    sheet.set_column(1, 1, _MEANINGS, body)
    at = 0
    for part in explained:
        sheet.write_string(at, 0, part.title, head)
        for name, meaning in part.rows:
            at += 1
            # Not every program makes a row as high as its text.
            sheet.set_row(at, _LINE * max(_lines(name, _NAMES), _lines(meaning, _MEANINGS)))
            sheet.write_string(at, 0, name, bold)
            sheet.write_string(at, 1, meaning, body)
        at += 2
    _printed(sheet, setting, pages_across=1)


def _lines(text: str, width: int) -> int:
    """How many lines a text takes, reckoned with words that do not break and letters that are wide."""
    return 1 + len(text) // (width - 14)


def _printed(sheet: Any, setting: Setting, *, pages_across: int) -> None:
    """On paper: A4 across, with the words that stand on every page of the report."""
    write = setting.voice.write
    example = f"{write('head', 'example')} · " if setting.pack["example_data"] else ""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(pages_across, 0)
    sheet.set_footer(f"&L&8{example}{write('head', 'footer')}&R&8&P / &N")
