"""A spreadsheet taken apart without an engine: its members within limits, and what its XML says, entities resolved."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from warehouse.extract_file import UnreadableFileError
from warehouse.person_bytes import PIECE

MOST_MEMBERS = 5000
MOST_UNPACKED = 4 << 30
_FREE_UNPACKED = 32 << 20
MOST_RATIO = 200
_REFUSED = {
    "vbaproject": "macros",
    "pivotcache": "the hidden copy of a pivot table's data",
    "externallinks": "a link to another workbook with a copy of its cells",
}
# Runs of differently written characters inside one of these are one text.
_WHOLE_TEXTS = {"si", "is", "text", "comment", "p"}
_DRAWN_BY_NUMBER = {"axId", "crossAx", "creationId", "rowId", "colId", "modId"}
_POSITIONS = {"cx", "cy", "x", "y", "uid", "guid", "spid", "id", "ht", "width", "rgb", "r", "s", "spans"}


class DamagedWorkbookError(Exception):
    """What calls itself a workbook is none, or is cut: the caller says so of the file by its name."""


@dataclass(frozen=True)
class Element:
    """A step of reading XML: the start or the end of an element, or characters (`name` is empty)."""

    name: str
    text: str = ""
    starts: bool = False
    attributes: dict[str, str] = field(default_factory=dict)


def opened(name: str, file: IO[bytes]) -> zipfile.ZipFile:
    """The workbook, once its members are found to be few, of a sane size, and of kinds that can be searched.

    Raises:
        UnreadableFileError: with what is in the file that may not be.
        DamagedWorkbookError: it is no zip file.
    """
    try:
        workbook = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise DamagedWorkbookError from None
    members = workbook.infolist()
    packed, unpacked = sum(each.compress_size for each in members), sum(each.file_size for each in members)
    if len(members) > MOST_MEMBERS or unpacked > max(_FREE_UNPACKED, min(MOST_UNPACKED, MOST_RATIO * packed)):
        raise UnreadableFileError(f"{name}: the file unpacks to far more than it should. Send it as CSV, or in parts.")
    if any(each.flag_bits & 1 for each in members):
        raise UnreadableFileError(f"{name}: the file is locked with a password. Send it without one.")
    for each in members:
        for part, what in _REFUSED.items():
            if part in each.filename.lower().replace("\\", "/"):
                raise UnreadableFileError(f"{name}: the workbook holds {what}. Save the rows alone as XLSX or CSV.")
    return workbook


def pieces_of(workbook: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The unpacked bytes of a member, never more than it declares."""
    left = member.file_size
    try:
        with workbook.open(member) as file:
            while piece := file.read(PIECE):
                left -= len(piece)
                if left < 0:
                    raise DamagedWorkbookError
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        raise DamagedWorkbookError from None


def elements(workbook: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[Element]:
    """The XML of a member, step by step, without the prefixes of names.

    Raises:
        DamagedWorkbookError: it is not XML, or it declares entities of its own.
    """
    steps: list[Element] = []
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: steps.append(
        Element(_local(name), "", True, {_local(key): value for key, value in attributes.items()})
    )
    parser.EndElementHandler = lambda name: steps.append(Element(_local(name)))
    parser.CharacterDataHandler = lambda text: steps.append(Element("", text))
    parser.CommentHandler = lambda text: steps.append(Element("#", "", True, {"remark": text}))
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        for piece in pieces_of(workbook, member):
            for start in range(0, len(piece), 1 << 16):
                parser.Parse(piece[start : start + (1 << 16)], False)
                yield from steps
                steps.clear()
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise DamagedWorkbookError from None
    yield from steps


def _refuse_doctype(*_: object) -> None:
    raise DamagedWorkbookError


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def is_xml(member: zipfile.ZipInfo) -> bool:
    """Whether a member is one of the parts written as XML."""
    return member.filename.lower().endswith((".xml", ".rels", ".vml"))


def texts_of(steps: Iterator[Element], *, values: bool) -> Iterator[str]:
    """Every text of a part and every attribute that a person may have filled in; the cells' `values` if asked for."""
    written: list[str] = []
    depth, inside = 0, ""
    for step in steps:
        if not step.name:
            if values or inside != "v":
                written.append(step.text)
        elif step.starts:
            inside = step.name
            depth += step.name in _WHOLE_TEXTS
            if step.name not in _DRAWN_BY_NUMBER:
                yield from (value for key, value in step.attributes.items() if key not in _POSITIONS)
        else:
            inside = ""
            depth -= step.name in _WHOLE_TEXTS
            if not depth and written:
                yield "".join(written)
                written.clear()
    yield "".join(written)


def shared_strings(workbook: zipfile.ZipFile) -> list[str]:
    """The texts that cells refer to by number."""
    member = next((each for each in workbook.infolist() if each.filename.lower() == "xl/sharedstrings.xml"), None)
    strings: list[str] = []
    written: list[str] = []
    for step in elements(workbook, member) if member else ():
        if not step.name:
            written.append(step.text)
        elif step.name == "si":
            if not step.starts:
                strings.append("".join(written))
            written.clear()
    return strings


def sheet_names(workbook: zipfile.ZipFile) -> dict[str, str]:
    """The sheets' names by the member that holds each."""
    members = {each.filename.lower(): each for each in workbook.infolist()}
    if "xl/workbook.xml" not in members:
        raise DamagedWorkbookError
    links = members.get("xl/_rels/workbook.xml.rels")
    targets = {
        step.attributes.get("Id", ""): step.attributes.get("Target", "")
        for step in (elements(workbook, links) if links else ())
        if step.starts and step.name == "Relationship"
    }
    names: dict[str, str] = {}
    for step in elements(workbook, members["xl/workbook.xml"]):
        if step.starts and step.name == "sheet":
            target = targets.get(step.attributes.get("id", ""), "")
            member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            names[member.lower()] = step.attributes.get("name", "")
    return names


def inner_workbook(workbook: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    """A packed file that lies inside the workbook, in memory."""
    return io.BytesIO(b"".join(pieces_of(workbook, member)))
