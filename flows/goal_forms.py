"""A filled form of goals, read back: what is not as the form has it is told with sheet, cell, value and remedy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from reports.goal_form import COLUMNS, COUNTED, DIRECTIONS, FACTS, FIRST_FACT, HEAD_ROW, NAME, ROWS
from reports.wording import LANGUAGES, Voice, voice
from transforms.errors import DataRefusedError, UserError
from transforms.goals import Counted, Direction, Field, Goal, GoalError, Hope, number_of
from transforms.person_number import first_finding, plain
from warehouse.landing import is_personal
from warehouse.reading.cells import Cells, cells_of

_DAYS = (r"(?P<y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)", r"(?P<d>\d\d?)\s*[-./]\s*(?P<m>\d\d?)\s*[-./ ]\s*(?P<y>\d{4})")
_COLUMN_OF: dict[Field, str] = {"hope": "amount"}
"""The column of a part of a goal that is called otherwise."""


class FormError(UserError):
    """The form cannot be read as it is filled in; nothing of it was recorded."""


class PersonInFormError(DataRefusedError):
    """A person number is in the form; nothing of it was kept."""


@dataclass(frozen=True)
class _Sheet:
    """The sheet that is filled in."""

    path: Path
    name: str
    cells: Cells

    def text(self, place: tuple[int, int]) -> str:
        return self.cells.get(place, "").strip()

    def fault(self, place: tuple[int, int], said: str, value: str | None = None) -> FormError:
        """What is wrong in one cell, as a spreadsheet names it."""
        return FormError(f"{self.path.name}, sheet {self.name}, cell {_named(place)}: {said}", value=value)


@dataclass(frozen=True)
class Form:
    """One filled form. Each goal comes with its row, so that a fault can name its cell."""

    sheet: _Sheet
    sha256: str
    cluster_id: str
    package_id: str
    meeting: date
    goals: tuple[tuple[int, Goal], ...]

    def fault(self, row: int, error: GoalError) -> FormError:
        """What is wrong with a goal, with its cell."""
        column = COLUMNS.index(_COLUMN_OF.get(error.field, error.field)) + 1
        return self.sheet.fault((row, column), str(error), error.value)


def is_form(path: Path) -> bool:
    """Whether a file of the inbox is a form of goals, by its name."""
    return fnmatch(path.name.casefold(), f"{NAME}*.xlsx")


def read_form(path: Path) -> Form:
    """The form at `path`.

    Raises:
        FormError: it is another layout, or a cell holds what it cannot; names sheet, cell, value and remedy.
        PersonInFormError: a person number is in it.
        UnreadableFileError: it is no workbook that can be read.
    """
    if not path.is_file():
        raise FormError(f"There is no file {path}. Write the path of a filled {NAME}.xlsx, or list, add or remove.")
    if is_personal(path.name):
        raise PersonInFormError("A form was refused: its name holds a person number. Rename it and send it again.")
    found = cells_of(path)
    for number, (name, cells) in enumerate(found.items(), start=1):
        _refuse_persons(path, number, name, cells)
    for language in LANGUAGES:
        name = voice(language).write("goal_form", "sheet")
        if name in found:
            return _read(_Sheet(path, name, found[name]), voice(language))
    names = " or ".join(voice(each).write("goal_form", "sheet") for each in LANGUAGES)
    raise FormError(
        f"{path.name} has no sheet {names}. Fill in the {NAME}.xlsx that lies in the coordinator's folder of the pack, "
        "and send that."
    )


def _read(sheet: _Sheet, words: Voice) -> Form:
    _require_layout(sheet, words)
    facts = [(FIRST_FACT + at, 3) for at in range(len(FACTS))]
    for fact, place in zip(FACTS, facts, strict=True):
        if not sheet.text(place):
            raise sheet.fault(place, f"the {fact} is gone. Take a fresh form of the pack and fill that in.")
    meeting = _day(sheet, facts[2])
    below = HEAD_ROW + ROWS + 1
    if extra := [place for place in sheet.cells if place[0] == below and 1 < place[1] <= len(COLUMNS)]:
        said = f"the form has {ROWS} lines, and this is one more. Record it with: klyngeflow agreed add."
        raise sheet.fault(extra[0], said)
    rows = [row for row in range(HEAD_ROW + 1, below) if _is_filled(sheet, row)]
    if not rows:
        raise FormError(
            f"{sheet.path.name}, sheet {sheet.name}: no line is filled in. Write one, or leave the form out."
        )
    goals = tuple((row, _goal(sheet, row, words)) for row in rows)
    digest = sha256(sheet.path.read_bytes()).hexdigest()
    return Form(sheet, digest, sheet.text(facts[0]), sheet.text(facts[1]), meeting, goals)


def _require_layout(sheet: _Sheet, words: Voice) -> None:
    expected = {(FIRST_FACT + at, 2): words.write("goal_form", fact) for at, fact in enumerate(FACTS)}
    expected |= {(HEAD_ROW, at): words.write("goal_form", name) for at, name in enumerate(COLUMNS, start=1)}
    for place, word in expected.items():
        there = sheet.text(place)
        if there.split() != word.split():
            said = f"{word!r} stands there in the form, and it has been changed. Take a fresh form and fill that in."
            raise sheet.fault(place, said, there or "nothing")


def _is_filled(sheet: _Sheet, row: int) -> bool:
    return any(sheet.text((row, column)) for column in range(2, len(COLUMNS) + 1))


def _goal(sheet: _Sheet, row: int, words: Voice) -> Goal:
    at = {name: (row, column) for column, name in enumerate(COLUMNS, start=1)}
    for name in ("what", "who", "by_when"):
        if not sheet.text(at[name]):
            said = f"{words.write('goal_form', name)!r} is blank. Write it, or clear the whole line."
            raise sheet.fault(at[name], said)
    direction: Direction | None = _chosen(sheet, at["direction"], DIRECTIONS)
    counted: Counted | None = _chosen(sheet, at["counted"], COUNTED)
    amount = _amount(sheet, at["amount"])
    if (amount is None) != (counted is None):
        lacking = "counted" if counted is None else "amount"
        said = (
            f"{words.write('goal_form', lacking)!r} is blank, and a number needs both. Fill it in, or clear the other."
        )
        raise sheet.fault(at[lacking], said)
    hope = None if direction is None and amount is None else Hope(direction, amount, counted)
    measure = sheet.text(at["measure"]) or None
    return Goal(sheet.text(at["what"]), sheet.text(at["who"]), _day(sheet, at["by_when"]), measure, hope)


Key = TypeVar("Key", bound=str)


def _chosen(sheet: _Sheet, place: tuple[int, int], keys: Sequence[Key]) -> Key | None:
    """The key of the word that was chosen, in whichever language it is."""
    written = sheet.text(place)
    if not written:
        return None
    offered = {voice(language).write("goal_form", key).casefold(): key for key in keys for language in LANGUAGES}
    if written.casefold() in offered:
        return offered[written.casefold()]
    listed = ", ".join(voice(LANGUAGES[0]).write("goal_form", key) for key in keys)
    raise sheet.fault(place, f"this is none of the list's words ({listed}). Choose one of them.", written)


def _amount(sheet: _Sheet, place: tuple[int, int]) -> float | None:
    written = sheet.text(place)
    if not written:
        return None
    if not re.fullmatch(r"\d{1,9}([.,]\d{1,6})?", written):
        raise sheet.fault(place, "this is no number above 0. Write digits alone, such as 10 or 2,5.", written)
    return number_of(written)


def _day(sheet: _Sheet, place: tuple[int, int]) -> date:
    written = sheet.text(place)
    for pattern in _DAYS:
        if found := re.fullmatch(pattern, written):
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                break
    raise sheet.fault(place, "this is no day of the calendar. Write one such as 31-12-2026.", written)


def _refuse_persons(path: Path, number: int, name: str, cells: Cells) -> None:
    today = datetime.now(UTC).date()
    if first_finding(plain(name), today):
        raise PersonInFormError(f"{path.name}: the name of sheet number {number} holds a person number. Rename it.")
    for place, text in cells.items():
        if first_finding(plain(text), today):
            raise PersonInFormError(
                f"{path.name}, sheet {name}, cell {_named(place)}: a person number. Nothing of the form was kept. Take "
                "the person out and send it again."
            )


def _named(place: tuple[int, int]) -> str:
    row, column = place
    return f"{chr(64 + column)}{row}" if column <= 26 else f"row {row}"
