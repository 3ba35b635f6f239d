"""The order form that a coordinator fills in: its layout, its words in two languages, what a filled row asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, cast

Column = Literal["cluster", "package", "kind", "meeting", "by", "mode", "level", "formats", "until", "draft"]
COLUMNS: tuple[Column, ...] = (
    "cluster",
    "package",
    "kind",
    "meeting",
    "by",
    "mode",
    "level",
    "formats",
    "until",
    "draft",
)
"""In the order in which they stand, from column A on."""
HEAD_ROW = 7
ROWS = range(HEAD_ROW + 1, HEAD_ROW + 11)
"""The row of headings and those that are filled in, as a spreadsheet counts them."""
PATTERN = "bestilling_*.xlsx"
"""How a form is called when it comes back through the inbox."""


@dataclass(frozen=True)
class FormWords:
    """What stands on the form in one language. `choices` has, by column, words to choose from and their meanings."""

    sheet: str
    packages: str
    title: str
    lines: tuple[str, ...]
    heads: Mapping[Column, str]
    choices: Mapping[Column, Mapping[str, Any]]
    about_packages: tuple[str, str, str]
    states: Mapping[str, str]
    prompt: str
    refused: str


_FORMATS_DA = {"Alle": (), "PDF": ("pdf",), "HTML": ("html",), "PDF og PowerPoint": ("pdf", "pptx")}
_FORMATS_EN = {"All": (), "PDF": ("pdf",), "HTML": ("html",), "PDF and PowerPoint": ("pdf", "pptx")}
WORDS: Mapping[str, FormWords] = {
    "da": FormWords(
        sheet="Bestilling",
        packages="Pakker",
        title="Bestil materiale til et klyngemøde",
        lines=(
            "Skriv én linje for hvert møde. Vælg fra listen i hver celle, og skriv mødets dato som 14-05-2027.",
            "Vil I se tallene før og efter, så vælg Opfølgning. Arket Pakker fortæller, hvad I kan vælge.",
            "Lad overskrifter og ark stå, som de er. Gem filen under samme navn, og send den til kvalitetsenheden.",
            "Skriv aldrig noget om patienter her.",
        ),
        heads={
            "cluster": "Klynge",
            "package": "Pakke",
            "kind": "Slags",
            "meeting": "Mødedato",
            "by": "Bestilt af",
            "mode": "Hvem ser hvem",
            "level": "Rapporter til",
            "formats": "Filer",
            "until": "Tal til og med (måned)",
            "draft": "Udkast er i orden",
        },
        choices={
            "kind": {"Første møde": "baseline", "Opfølgning": "followup"},
            "mode": {"Som aftalt": None, "Bogstaver": "letters", "Kun egen praksis": "own_only", "Åbent": "open"},
            "level": {"Klynge og praksis": "practice", "Kun klyngen": "cluster"},
            "formats": _FORMATS_DA,
            "draft": {"Ja": True, "Nej": False},
        },
        about_packages=("Pakke", "Emne", "Status"),
        states={"draft": "Udkast: endnu ikke gennemgået af en læge", "reviewed": "Gennemgået"},
        prompt="Vælg fra listen.",
        refused="Det står ikke på listen. Vælg en af linjerne i den.",
    ),
    "en": FormWords(
        sheet="Order",
        packages="Packages",
        title="Ask for material for a cluster meeting",
        lines=(
            "Write one line for each meeting. Choose from the list in each cell; write the day as 2027-05-14.",
            "To see the figures before and after, choose Follow-up. The sheet Packages says what there is.",
            "Leave headings and sheets as they are. Save the file under the same name and send it to the quality unit.",
            "Never write anything about patients here.",
        ),
        heads={
            "cluster": "Cluster",
            "package": "Package",
            "kind": "Kind",
            "meeting": "Day of the meeting",
            "by": "Asked by",
            "mode": "Who sees whom",
            "level": "Reports for",
            "formats": "Files",
            "until": "Figures until (month)",
            "draft": "A draft will do",
        },
        choices={
            "kind": {"First meeting": "baseline", "Follow-up": "followup"},
            "mode": {"As agreed": None, "Letters": "letters", "Own practice only": "own_only", "Open": "open"},
            "level": {"Cluster and practices": "practice", "Cluster only": "cluster"},
            "formats": _FORMATS_EN,
            "draft": {"Yes": True, "No": False},
        },
        about_packages=("Package", "Topic", "Status"),
        states={"draft": "Draft: not reviewed by a clinician yet", "reviewed": "Reviewed"},
        prompt="Choose from the list.",
        refused="That is not on the list. Choose one of its lines.",
    ),
}
_DAYS = (r"(?P<y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)", r"(?P<d>\d\d?)[-./](?P<m>\d\d?)[-./](?P<y>\d{4})")
_MONTHS = (r"(?P<y>\d{4})-(?P<m>\d\d?)", r"(?P<m>\d\d?)[-./](?P<y>\d{4})", *_DAYS)
_NEEDED: tuple[Column, ...] = ("cluster", "package", "kind", "meeting")


class CellError(ValueError):
    """One cell is not as it should be: `column`, and the value that stands in it."""

    def __init__(self, column: str, said: str, value: str | None = None) -> None:
        super().__init__(said)
        self.column = column
        self.value = value


def is_filled(cells: Mapping[Column, object]) -> bool:
    """Whether somebody wrote more into a row than what the form brings along: the cluster."""
    return any(cells.get(name) not in (None, "") for name in COLUMNS if name != "cluster")


def asked_for(cells: Mapping[Column, object], words: FormWords) -> dict[str, Any]:
    """What a filled row asks for, by column; what is left empty is left out.

    Raises:
        CellError: the first cell that cannot be used, and what to write there.
    """
    found: dict[str, Any] = {}
    for name in COLUMNS:
        cell = cells.get(name)
        if cell is None or str(cell).strip() == "":
            if name in _NEEDED:
                raise CellError(name, f"{words.heads[name]} is empty. Fill it in")
            continue
        found[name] = _meant(name, cell, words)
    return found


def _meant(name: Column, cell: object, words: FormWords) -> Any:
    text = str(cell).strip()
    if text.startswith("="):
        raise CellError(name, "this is a formula. Write the value itself")
    if name == "meeting":
        return day_written(cell, name)
    if name == "until":
        return _day(cell, name, _MONTHS, "no month. Write one such as 2027-03").replace(day=1)
    choices = words.choices.get(name)
    if choices is None:
        return text
    known = {word.casefold(): meant for word, meant in choices.items()}
    if text.casefold() not in known:
        raise CellError(name, f"this is not on the list. Write one of: {', '.join(choices)}", text)
    return known[text.casefold()]


def day_written(cell: object, column: str) -> date:
    """The day that stands in a cell, written as 14-05-2027 or 2027-05-14, or as a spreadsheet's own date.

    Raises:
        CellError: it is no day.
    """
    return _day(cell, column, _DAYS, "no day. Write one such as 14-05-2027")


def _day(cell: object, name: str, forms: tuple[str, ...], wrong: str) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = str(cell).strip()
    for form in forms:
        match = re.fullmatch(form, text)
        if match is None:
            continue
        parts = cast("dict[str, str | None]", match.groupdict())
        try:
            return date(*(int(parts.get(part) or 1) for part in ("y", "m", "d")))
        except ValueError:
            break
    raise CellError(name, f"this is {wrong}", text)


def cell_name(column: Column, row: int) -> str:
    """A cell as a spreadsheet names it."""
    return f"{'ABCDEFGHIJ'[COLUMNS.index(column)]}{row}"
