"""`aftaler.xlsx`: the form in which a coordinator writes what the cluster agreed on, and where each thing stands in it.

Nobody needs a shell to fill it. It is read back by flows/goal_forms.py; what is written in it is text, never a formula.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, get_args

from reports.figures_file import DAY
from reports.wording import Voice
from transforms.definitions import Package
from transforms.goals import LONGEST, Counted, Direction, Goal

NAME = "aftaler"
COLUMNS = ("number", "what", "who", "by_when", "measure", "direction", "amount", "counted")
"""Words of `[goal_form]`, in the order of the form's columns."""
FACTS = ("cluster", "package", "meeting")
FIRST_FACT, HEAD_ROW, ROWS = 4, 8, 5
"""Rows as a spreadsheet numbers them; a fact's word stands in column B and the fact in column C."""
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
COUNTED: tuple[Counted, ...] = get_args(Counted)
_WIDTHS = (5, 52, 26, 15, 40, 15, 13, 22)
_HELP = ("help_1", "help_2", "help_3", "help_4")
_LINE = 15


@dataclass(frozen=True)
class FormOf:
    """The meeting that a form is for."""

    cluster_id: str
    cluster_name: str
    meeting: date


def goal_form(package: Package, form: FormOf, voice: Voice, goals: Sequence[Goal] = ()) -> bytes:
    """The form, blank or with `goals` in it (the demo's). Same package, meeting and words: same bytes."""
    import xlsxwriter

    made = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(made, options) as book:
        book.set_properties({"created": DAY, "title": voice.write("goal_form", "title")})
        sheet = book.add_worksheet(voice.write("goal_form", "sheet"))
        made_of = _Of(package, form, voice, _Looks(book))
        _head(sheet, made_of)
        _table(sheet, goals, made_of)
        _help(sheet, made_of)
        _choices(sheet, made_of)
        _paper(sheet)
        _measures(book, made_of)
    return made.getvalue()


class _Looks:
    """How cells look. Only what is to be filled in can be written in; no password keeps the rest."""

    def __init__(self, book: Any) -> None:
        wrapped = {"text_wrap": True, "valign": "top"}
        cell = wrapped | {"border": 1, "border_color": "#74808B", "locked": False}
        self.title = book.add_format({"bold": True, "size": 18})
        self.words = book.add_format(wrapped)
        self.label = book.add_format({"font_color": "#46525D"})
        self.bold = book.add_format({"bold": True})
        self.fact_day = book.add_format({"bold": True, "num_format": "yyyy-mm-dd", "align": "left"})
        self.head = book.add_format(wrapped | {"bold": True, "bottom": 2, "bg_color": "#F2F4F6"})
        self.number = book.add_format({"valign": "top", "font_color": "#46525D"})
        self.cell = book.add_format(cell | {"num_format": "@"})
        self.day = book.add_format(cell | {"num_format": "dd-mm-yyyy", "align": "left"})
        self.amount = book.add_format(cell | {"num_format": "General", "align": "left"})


@dataclass(frozen=True)
class _Of:
    """What every part of the form is made of."""

    package: Package
    form: FormOf
    voice: Voice
    looks: _Looks

    def say(self, key: str) -> str:
        return self.voice.write("goal_form", key)


def _head(sheet: Any, of: _Of) -> None:
    say, form, looks, package, voice = of.say, of.form, of.looks, of.package, of.voice
    for at, width in enumerate(_WIDTHS):
        sheet.set_column(at, at, width)
    sheet.write_string(0, 1, say("title"), looks.title)
    sheet.merge_range(1, 1, 1, len(COLUMNS) - 1, say("intro"), looks.words)
    sheet.set_row(1, 2 * _LINE)
    for at, fact in enumerate(FACTS):
        sheet.write_string(FIRST_FACT - 1 + at, 1, say(fact), looks.label)
    sheet.write_string(FIRST_FACT - 1, 2, form.cluster_id, looks.bold)
    sheet.write_string(FIRST_FACT - 1, 3, form.cluster_name)
    sheet.write_string(FIRST_FACT, 2, package.id, looks.bold)
    sheet.write_string(FIRST_FACT, 3, voice.text(package.title))
    sheet.write_datetime(FIRST_FACT + 1, 2, datetime.combine(form.meeting, time()), looks.fact_day)


def _table(sheet: Any, goals: Sequence[Goal], of: _Of) -> None:
    looks = of.looks
    for at, name in enumerate(COLUMNS):
        sheet.write_string(HEAD_ROW - 1, at, of.say(name), looks.head)
    sheet.set_row(HEAD_ROW - 1, 2 * _LINE)
    for at in range(ROWS):
        row = HEAD_ROW + at
        sheet.set_row(row, 3 * _LINE)
        sheet.write_number(row, 0, at + 1, looks.number)
        for column in range(1, len(COLUMNS)):
            look = {"by_when": looks.day, "amount": looks.amount}.get(COLUMNS[column], looks.cell)
            sheet.write_blank(row, column, None, look)
        if at < len(goals):
            _filled(sheet, row, goals[at], of)


def _filled(sheet: Any, row: int, goal: Goal, of: _Of) -> None:
    looks = of.looks
    sheet.write_string(row, 1, goal.what, looks.cell)
    sheet.write_string(row, 2, goal.who, looks.cell)
    sheet.write_datetime(row, 3, datetime.combine(goal.by_when, time()), looks.day)
    if goal.measure is not None:
        sheet.write_string(row, 4, of.voice.text(of.package.measure(goal.measure).title), looks.cell)
    if goal.hope is None:
        return
    if goal.hope.direction is not None:
        sheet.write_string(row, 5, of.say(goal.hope.direction), looks.cell)
    if goal.hope.amount is not None and goal.hope.counted is not None:
        sheet.write_number(row, 6, goal.hope.amount, looks.amount)
        sheet.write_string(row, 7, of.say(goal.hope.counted), looks.cell)


def _help(sheet: Any, of: _Of) -> None:
    looks = of.looks
    first = HEAD_ROW + ROWS + 1
    sheet.write_string(first, 1, of.say("help_heading"), looks.bold)
    for at, key in enumerate(_HELP, start=1):
        sheet.merge_range(first + at, 1, first + at, len(COLUMNS) - 1, of.say(key), looks.words)


def _choices(sheet: Any, of: _Of) -> None:
    """What a cell takes, with a word beside it while it is filled in."""
    say, first, last = of.say, HEAD_ROW, HEAD_ROW + ROWS - 1

    def ask(name: str, rule: dict[str, Any], refuse: str, told: str) -> None:
        column = COLUMNS.index(name)
        words = {
            "input_title": say(name)[:32],
            "input_message": say(told)[:255],
            "error_message": say(refuse)[:255],
        }
        sheet.data_validation(first, column, last, column, rule | words)

    for name in ("what", "who"):
        rule = {"validate": "length", "criteria": "<=", "value": LONGEST[name]}
        ask(name, rule, "refuse_long", f"help_{name}")
    after = datetime.combine(of.form.meeting, time())
    ask("by_when", {"validate": "date", "criteria": ">=", "value": after}, "refuse_date", "help_by_when")
    listed = f"='{say('measures')}'!$A$2:$A${len(of.package.measures) + 1}"
    ask("measure", {"validate": "list", "source": listed}, "refuse_list", "help_measure")
    for name, keys in (("direction", DIRECTIONS), ("counted", COUNTED)):
        words = [say(key) for key in keys]
        # The list stands in a cell of its own sheet: a word with a comma would be two in a rule.
        column = "F" if name == "direction" else "G"
        source = f"='{say('measures')}'!${column}$2:${column}${len(words) + 1}"
        ask(name, {"validate": "list", "source": source}, "refuse_list", "help_hope")
    ask("amount", {"validate": "decimal", "criteria": ">", "value": 0}, "refuse_amount", "help_hope")


def _paper(sheet: Any) -> None:
    sheet.protect("", {"format_rows": True, "format_columns": True})
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 1)
    sheet.set_selection(HEAD_ROW, 1, HEAD_ROW, 1)


def _measures(book: Any, of: _Of) -> None:
    """The package's measures with their units, and behind them the words that the lists offer."""
    say, voice, looks = of.say, of.voice, of.looks
    sheet = book.add_worksheet(say("measures"))
    sheet.set_column(0, 0, 60)
    sheet.set_column(1, 1, 30)
    sheet.set_column(5, 6, None, None, {"hidden": True})
    sheet.write_string(0, 0, say("measures"), looks.head)
    sheet.write_string(0, 1, say("unit_head"), looks.head)
    for at, measure in enumerate(of.package.measures, start=1):
        sheet.write_string(at, 0, voice.text(measure.title))
        sheet.write_string(at, 1, voice.text(measure.unit))
    for column, keys in ((5, DIRECTIONS), (6, COUNTED)):
        for at, key in enumerate(keys, start=1):
            sheet.write_string(at, column, say(key))
    sheet.protect("")
