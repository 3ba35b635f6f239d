"""The search for person numbers in a spreadsheet: cells row by row, and every other text in every part of it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO

from transforms.contract import Contract
from transforms.person_number import first_finding, names_a_person, plain
from warehouse.extract_file import UnreadableFileError
from warehouse.person_bytes import Gate, plain_text, whole_lines
from warehouse.person_scan import PersonNumberError, refusal
from warehouse.person_text import Hit, TextScan
from warehouse.xlsx_parts import (
    DamagedWorkbookError,
    Element,
    elements,
    inner_workbook,
    is_xml,
    opened,
    pieces_of,
    shared_strings,
    sheet_names,
    texts_of,
)

_WIDEST = 512
_DEEPEST = 2
_LINES = 2000
_MACROS = "macroEnabled"
_PARTS = {"docprops/": "the document properties", "comment": "a comment", "xl/sharedstrings": "a text of the workbook"}
_PARTS |= {
    "xl/workbook.xml": "a defined name or the workbook's own settings",
    "drawing": "a drawing",
    "chart": "a chart",
}


def scan_workbook(path: Path, name: str, contract: Contract, today: date) -> frozenset[str]:
    """Search the workbook at `path`; the columns whose exemption was used.

    Raises:
        PersonNumberError, UnreadableFileError: with the sheet and cell, or the part, and what to do.
    """
    try:
        with path.open("rb") as file:
            search = _Search(name, contract, today)
            search.package(file, depth=1)
            return frozenset(search.exempted)
    except DamagedWorkbookError:
        raise UnreadableFileError(
            f"{name}: the workbook is cut or damaged, or is none. Save it anew as XLSX or CSV."
        ) from None


@dataclass
class _Search:
    name: str
    contract: Contract
    today: date
    exempted: set[str] = field(default_factory=set)

    def package(self, file: IO[bytes], depth: int) -> None:
        """Search every member of a packed file, the sheets' cells first."""
        with opened(self.name, file) as workbook:
            names = self._names(workbook, depth)
            strings = shared_strings(workbook) if names else []
            for member in workbook.infolist():
                if sheet := names.get(member.filename.lower()):
                    self._sheet(workbook, member, sheet, strings)
            for member in workbook.infolist():
                self._part(workbook, member, depth, read=member.filename.lower() in names)

    def _names(self, workbook: zipfile.ZipFile, depth: int) -> dict[str, str]:
        try:
            names = sheet_names(workbook)
        except DamagedWorkbookError:
            if depth == 1:
                raise
            return {}
        for number, sheet in enumerate(names.values(), 1):
            if names_a_person(sheet) or first_finding(plain(sheet), self.today):
                raise self._refused("the name of a sheet", f"sheet number {number}")
        return names

    def _sheet(self, workbook: zipfile.ZipFile, member: zipfile.ZipInfo, sheet: str, strings: list[str]) -> None:
        rows = _Rows(strings)
        scan = TextScan(lambda: rows.lines(elements(workbook, member)), self.contract, self.today, delimiter="\t")
        if hit := scan.first_hit():
            raise refusal(self.name, hit, f"sheet {sheet}, {rows.place_of(hit)}")
        self.exempted |= scan.exempted

    def _part(self, workbook: zipfile.ZipFile, member: zipfile.ZipInfo, depth: int, *, read: bool) -> None:
        part = member.filename.lower()
        says = member.filename + "\n" + member.comment.decode("latin-1") + "\n" + workbook.comment.decode("latin-1")
        if first_finding(plain(says), self.today):
            raise self._refused("what the packed file says about itself", "in its list of parts")
        if is_xml(member):
            self._lines(_encoded(self._checked(texts_of(elements(workbook, member), values=not read))), part)
        elif next(iter(pieces_of(workbook, member)), b"").startswith(b"PK\x03\x04"):
            if depth >= _DEEPEST:
                raise UnreadableFileError(
                    f"{self.name}: files are packed inside files. Save the rows alone as XLSX or CSV."
                )
            self.package(inner_workbook(workbook, member), depth + 1)
        else:
            self._lines(_readings(pieces_of(workbook, member)), part)

    def _checked(self, texts: Iterable[str]) -> Iterator[str]:
        for text in texts:
            if _MACROS in text:
                raise UnreadableFileError(f"{self.name}: the workbook holds macros. Save it as XLSX without them.")
            yield text

    def _lines(self, pieces: Iterable[bytes], part: str) -> None:
        gate = Gate()
        for lines in whole_lines(pieces):
            for start, end in gate.hot(lines):
                if finding := first_finding(plain_text(lines[start:end]), self.today):
                    raise self._refused(
                        finding.form, next((what for key, what in _PARTS.items() if key in part), "a part")
                    )

    def _refused(self, form: str, place: str) -> PersonNumberError:
        return refusal(self.name, Hit(0, 0, "", form), place)


def _readings(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Bytes of an unknown kind as text of one and of two bytes a character."""
    for piece in pieces:
        narrow = piece.replace(b"\0", b"")
        texts = [narrow.decode("cp1252", "replace"), narrow.decode("utf-8", "replace")]
        texts += [piece[start:].decode("utf-16-le", "replace") for start in (0, 1)]
        yield from (text.encode("utf-8", "replace") + b"\n" for text in texts)


def _encoded(texts: Iterable[str]) -> Iterator[bytes]:
    gathered: list[str] = []
    for text in texts:
        gathered.append(text)
        if len(gathered) >= _LINES:
            yield ("\n".join(gathered) + "\n").encode("utf-8", "replace")
            gathered.clear()
    yield "\n".join(gathered).encode("utf-8", "replace")


class _Rows:
    """The rows of a sheet as lines of cells divided by tabs, and the way back from a line to its cell."""

    def __init__(self, strings: list[str]) -> None:
        self._strings = strings
        self._jumps: list[tuple[int, int]] = [(1, 1)]  # from this line on the rows count from that number

    def lines(self, steps: Iterable[Element]) -> Iterator[bytes]:
        """One line a row that the sheet has."""
        self._jumps = [(1, 1)]
        line, row, cells = 0, 0, list[str]()
        column, kind, written = 0, "", list[str]()
        gathered: list[str] = []
        for step in steps:
            if not step.name:
                written.append(step.text)
            elif step.name == "row" and step.starts:
                line, row, cells, column = line + 1, _whole(step.attributes.get("r"), row + 1), [], 0
                if row - line != self._jumps[-1][1] - self._jumps[-1][0]:
                    self._jumps.append((line, row))
            elif step.name == "row":
                gathered.append("\t".join(cells) + "\n")
                if len(gathered) >= _LINES:
                    yield "".join(gathered).encode("utf-8", "replace")
                    gathered.clear()
            elif step.name == "c" and step.starts:
                column, kind = _column(step.attributes.get("r", "")) or column + 1, step.attributes.get("t", "")
                written.clear()
                cells.extend([""] * (min(column, _WIDEST) - 1 - len(cells)))
            elif step.name in {"f", "v", "is"} and step.starts:
                written.clear()
            elif step.name in {"v", "is"}:
                cells.append(self._text("".join(written), kind))
        yield "".join(gathered).encode("utf-8", "replace")

    def _text(self, written: str, kind: str) -> str:
        if kind == "s":
            number = _whole(written, -1)
            written = self._strings[number] if 0 <= number < len(self._strings) else ""
        elif kind in {"", "n"}:
            written = written.replace(".", ",")  # the point of a number is no separator that somebody wrote
        return written.replace("\t", " ").replace("\r", " ").replace("\n", " ")

    def place_of(self, hit: Hit) -> str:
        """The cell as a spreadsheet names it."""
        line, row = next(jump for jump in reversed(self._jumps) if jump[0] <= hit.row)
        row += hit.row - line
        if not hit.column or hit.column >= _WIDEST:
            return f"row {row}"
        letters, column = "", hit.column
        while column:
            column, letter = divmod(column - 1, 26)
            letters = chr(65 + letter) + letters
        return f"cell {letters}{row}"


def _whole(text: str | None, other: int) -> int:
    return int(text) if text and text.strip().isdigit() and len(text) < 12 else other


def _column(reference: str) -> int:
    number = 0
    for letter in reference.upper():
        if not "A" <= letter <= "Z" or number > 1 << 20:
            break
        number = number * 26 + ord(letter) - 64
    return number
