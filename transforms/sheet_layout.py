"""Counting sheets: what a package has counted by the practices themselves, and what a sheet says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal, Self, cast

from transforms.calendar import Window
from transforms.definitions import Measure, Package
from transforms.errors import UserError
from transforms.filters import Selection
from transforms.model import Text

SOURCE = "registrations"
MARK_SHEET = "klyngeflow"
"""The hidden sheet by which a workbook that comes back is recognised: names in column A, values in column B."""
LAYOUT = "1"
MOST_MONTHS = 12
_YEARS = range(2000, 2100)

_BETWEEN = ";"

SheetKind = Literal["count", "answers", "feedback"]
Quantity = Literal["count", "out_of", "minutes"]
QUANTITIES: tuple[Quantity, ...] = ("count", "out_of", "minutes")


class NothingToCountError(UserError):
    """The package asks the practices to count nothing, or not in a way that fits a sheet."""


class MarkError(UserError):
    """The hidden mark of a workbook is gone or cannot be read."""


@dataclass(frozen=True)
class Line:
    """One line of a sheet: a quantity of one code, of one group of patients where they are told apart."""

    code: str
    group: str
    quantity: Quantity
    what: Text
    how: Text | None = None

    @property
    def key(self) -> str:
        """Its name in a sheet's mark."""
        return f"{self.code}/{self.group}/{self.quantity}"


@dataclass(frozen=True)
class Mark:
    """What a sheet says of itself: of which package and version it is, whom it was made for and which months.

    `asked` has the keys of its lines, or the codes of its questions, from the top.
    """

    kind: SheetKind
    package: str
    version: str
    practice: str
    cluster: str
    first_month: date
    months: int
    language: str
    asked: tuple[str, ...]

    @property
    def window(self) -> Window:
        """The months that are counted or asked about."""
        return Window.of(self.first_month, self.months)

    def cells(self) -> dict[str, str]:
        """By name what the hidden sheet holds."""
        told = {name: str(value) for name, value in asdict(self).items()}
        told |= {"first_month": f"{self.first_month:%Y-%m}", "asked": _BETWEEN.join(self.asked)}
        return {"layout": LAYOUT, **told}

    @classmethod
    def read(cls, cells: Mapping[str, str]) -> Self:
        """The mark that `cells` holds.

        Raises:
            MarkError: it is of another layout, or part of it is gone or changed.
        """
        if cells.get("layout") != LAYOUT or cells.get("kind") not in ("count", "answers", "feedback"):
            raise MarkError("its hidden mark is gone or of another version of klyngeflow. Fill in a fresh one")
        try:
            year, month = cells["first_month"].split("-")
            first, months = date(int(year), int(month), 1), int(cells["months"])
            asked = tuple(cells["asked"].split(_BETWEEN))
            texts = {name: cells[name] for name in ("package", "version", "practice", "cluster", "language")}
        except (KeyError, ValueError):
            raise MarkError("its hidden mark has been changed. Fill in a fresh one") from None
        possible = 1 <= months <= MOST_MONTHS and first.year in _YEARS
        if not all(texts.values()) or not possible or texts["language"] not in ("da", "en"):
            raise MarkError("its hidden mark has been changed. Fill in a fresh one")
        return cls(cast("SheetKind", cells["kind"]), first_month=first, months=months, asked=asked, **texts)


def lines_of(package: Package) -> tuple[Line, ...]:
    """The lines of a package's sheet: its `counts` first, in their order, then what else its measures need.

    Raises:
        NothingToCountError: no measure rests on own registrations, or one counts all of them without a code.
    """
    needed = _needed(package)
    if not needed:
        raise NothingToCountError(
            f"The package {package.id} asks the practices to count nothing themselves: no measure is of {SOURCE}."
        )
    order = [counted.code for counted in package.counts]
    named = list(dict.fromkeys(code for code, _, _ in needed))
    codes = [*(code for code in order if code in named), *(code for code in named if code not in order)]
    described = {counted.code: counted for counted in package.counts}
    return tuple(
        Line(code, group, quantity, _what(package, code), described[code].how if code in described else None)
        for code in codes
        for group in sorted({each for name, each, _ in needed if name == code})
        for quantity in QUANTITIES
        if (code, group, quantity) in needed
    )


def shares_of(package: Package) -> tuple[tuple[str, str], ...]:
    """The keys of two lines of the sheet each, of which the first counts a part of the second."""
    found: dict[tuple[str, str], None] = {}
    for measure in package.measures:
        part, whole = measure.numerator, measure.denominator
        own = part.source == whole.source == SOURCE and part.groups == whole.groups
        if measure.kind == "proportion" and own and len(part.codes) == len(whole.codes) == 1:
            for (code, group, quantity), (other, _, of) in zip(_keys(part), _keys(whole), strict=True):
                found[f"{code}/{group}/{quantity}", f"{other}/{group}/{of}"] = None
    return tuple(found)


def _needed(package: Package) -> dict[tuple[str, str, Quantity], None]:
    """Code, group (empty: all together) and quantity, in the order in which measures name them."""
    found: dict[tuple[str, str, Quantity], None] = {}
    for measure in package.measures:
        for selection in measure.selections:
            if selection.source != SOURCE:
                continue
            if not selection.codes:
                raise NothingToCountError(
                    f"The measure {measure.id} of {package.id} counts {SOURCE} without naming codes, so nobody can be "
                    "told what to count. Write codes in package.toml."
                )
            for key in _keys(selection):
                found[key] = None
                # A file of counts has a number of times in every row, whatever else is measured.
                found[(key[0], key[1], "count")] = None
    return found


def _keys(selection: Selection) -> list[tuple[str, str, Quantity]]:
    quantity = cast("Quantity", selection.quantity)
    return [(code, group, quantity) for code in selection.codes for group in selection.groups or ("",)]


def _what(package: Package, code: str) -> Text:
    """What is counted, in words: as the package says, else as the measure that counts it names its events."""
    for counted in package.counts:
        if counted.code == code:
            return counted.what
    counting = [measure for measure in package.measures if _counts(measure, code)]
    if counting:
        return counting[0].events
    return Text(da=code.replace("_", " "))


def _counts(measure: Measure, code: str) -> bool:
    return measure.numerator.source == SOURCE and measure.numerator.codes == (code,)
