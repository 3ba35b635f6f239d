"""The sheet of the order form that asks about follow-ups: its layout, its words, what a filled row answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from transforms.order_form import CellError, day_written

Column = Literal["follow_up", "package", "met", "proposed", "months", "shows", "answer", "day", "by"]
COLUMNS: tuple[Column, ...] = ("follow_up", "package", "met", "proposed", "months", "shows", "answer", "day", "by")
"""In the order in which they stand, from column A on; the last three are for the coordinator to fill in."""
OPEN: tuple[Column, ...] = ("answer", "day", "by")
HEAD_ROW = 5
ROWS = range(HEAD_ROW + 1, HEAD_ROW + 21)
"""The row of headings and those of the follow-ups, as a spreadsheet counts them."""


@dataclass(frozen=True)
class SheetWords:
    """What stands on the sheet in one language. `answers` has the words to choose from and whether they mean yes."""

    sheet: str
    title: str
    lines: tuple[str, ...]
    heads: Mapping[Column, str]
    answers: Mapping[str, bool]
    to: str
    shows: str
    unknown: str


WORDS: Mapping[str, SheetWords] = {
    "da": SheetWords(
        sheet="Opfølgning",
        title="Opfølgning på jeres tidligere møder",
        lines=(
            "Vælg Ja, hvis I vil mødes om emnet igen, eller Nej. Uden svar sker der ingenting.",
            "Skriv en anden dag, hvis den foreslåede ikke passer. Den kan ligge senere, men sjældent tidligere.",
        ),
        heads={
            "follow_up": "Nr.",
            "package": "Pakke",
            "met": "I mødtes",
            "proposed": "Foreslået dag",
            "months": "Tal fra",
            "shows": "Målepunkter, hvor en ændring vil kunne ses",
            "answer": "Svar",
            "day": "Anden dag",
            "by": "Svaret af",
        },
        answers={"Ja": True, "Nej": False},
        to="til",
        shows="{} af {}",
        unknown="vides ikke endnu",
    ),
    "en": SheetWords(
        sheet="Follow-up",
        title="Follow-ups of your earlier meetings",
        lines=(
            "Choose Yes to meet about the topic again, or No. Without an answer nothing happens.",
            "Write another day if the proposed one does not suit. It may be later, but seldom earlier.",
        ),
        heads={
            "follow_up": "No.",
            "package": "Package",
            "met": "You met",
            "proposed": "Day proposed",
            "months": "Figures of",
            "shows": "Measures that could show a change",
            "answer": "Answer",
            "day": "Another day",
            "by": "Answered by",
        },
        answers={"Yes": True, "No": False},
        to="to",
        shows="{} of {}",
        unknown="not known yet",
    ),
}


@dataclass(frozen=True)
class Answer:
    """What a row says of one follow-up: yes for the day proposed or for `day`, or no. `by` may be empty."""

    follow_up: str
    yes: bool
    day: date | None = None
    by: str = ""


def answered(cells: Mapping[Column, object], words: SheetWords) -> Answer | None:
    """What a row answers; None where nothing was written into it.

    Raises:
        CellError: the first cell that cannot be used, and what to write there.
    """
    written = {name: str(cells.get(name) or "").strip() for name in COLUMNS}
    if not written["follow_up"] or not any(written[name] for name in OPEN):
        return None
    known = {word.casefold(): meant for word, meant in words.answers.items()}
    answer = written["answer"]
    if answer.casefold() not in known:
        said = "this is not on the list" if answer else "a day or a name stands beside no answer"
        raise CellError("answer", f"{said}. Write one of: {', '.join(words.answers)}", answer or None)
    day = day_written(cells["day"], "day") if written["day"] else None
    return Answer(written["follow_up"], known[answer.casefold()], day, written["by"])


def cell_of(column: str, row: int) -> str:
    """A cell of this sheet as a spreadsheet names it."""
    return f"{'ABCDEFGHI'[[*COLUMNS].index(column)]}{row}"  # type: ignore[arg-type]
