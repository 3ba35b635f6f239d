"""Where in a file each column of a contract comes from: a header's place, several places, a constant, or nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from transforms.contract import Column, Contract, Wide
from warehouse.extract_file import UnreadableFileError
from warehouse.reading.heading import MissingColumnError, wanted_names


@dataclass(frozen=True)
class Source:
    """The origin of one column. `leading`: the figure of a wide file without which there is no row."""

    positions: tuple[int, ...] = ()
    constant: str | None = None
    leading: bool = False


@dataclass(frozen=True)
class Entry:
    """One staged row out of each row of the file: the origin of every column, in the contract's order."""

    sources: tuple[Source, ...]


def entries_of(name: str, contract: Contract, header: tuple[str, ...]) -> list[Entry]:
    """One entry, or one for each [[wide]] block that the file has headers for.

    Raises:
        MissingColumnError: a column that the contract needs is not in the file.
        UnreadableFileError: a header that the contract reads stands twice.
    """
    places = _places(header)
    blocks = [block for block in contract.wide if block.leading.casefold() in places]
    if contract.wide and not blocks:
        labels = [block.leading for block in contract.wide]
        raise MissingColumnError(
            f"{name}: none of the columns {', '.join(labels)[:200]} is there. Add one, or name it in the workspace's "
            "contract."
        )
    entries = [
        Entry(tuple(_source(name, column, header, contract, block) for column in contract.columns))
        for block in blocks or [None]
    ]
    _refuse_doubled(name, contract, header, entries)
    return entries


def exclusion_places(name: str, contract: Contract, header: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rules that leave rows out, each with the place of its header.

    Raises:
        MissingColumnError: a header is not in the file.
    """
    places = _places(header)
    for rule in contract.exclude:
        if rule.header.casefold() not in places:
            raise MissingColumnError(f"{name}, row 1: the column {rule.header} is missing. It says which rows count.")
    return [
        {"header": rule.header, "keep": rule.keep, "position": places[rule.header.casefold()]}
        for rule in contract.exclude
    ]


def _places(header: tuple[str, ...]) -> dict[str, int]:
    return {cell.casefold(): index for index, cell in reversed(list(enumerate(header)))}


def _names_told(header: tuple[str, ...], contract: Contract) -> str:
    # A row in which one cell only is called like a column may be a row of data, and an error never tells a cell.
    if sum(cell.casefold() in wanted_names(contract) for cell in header) < 2:
        return ""
    return f"The file has: {', '.join(header)[:200]}. "


def _source(name: str, column: Column, header: tuple[str, ...], contract: Contract, block: Wide | None) -> Source:
    places = _places(header)
    if block is not None and column.name in block.columns:
        label = block.columns[column.name]
        if label.casefold() not in places:
            raise MissingColumnError(
                f"{name}: the column {label} is missing, which belongs to {block.leading} ({column.what.en}). Add it, "
                "or mend [[wide]] in the workspace's contract."
            )
        return Source((places[label.casefold()],), leading=label == block.leading)
    if block is not None and column.name in block.fill:
        return Source(constant=block.fill[column.name])
    found = next((places[label.casefold()] for label in column.headers if label.casefold() in places), None)
    if found is not None:
        return Source((found,))
    parts = tuple(places[label.casefold()] for label in column.parts if label.casefold() in places)
    if column.parts and len(parts) == len(column.parts):
        return Source(parts)
    if column.constant is None and column.required:
        labels = [*column.headers, " and ".join(column.parts)]
        raise MissingColumnError(
            f"{name}, row 1: the column {' or '.join(label for label in labels if label)} is missing "
            f"({column.what.en}). {_names_told(header, contract)}Add the column, or name it in the workspace's "
            "contract."
        )
    return Source(constant=column.constant)


def _refuse_doubled(name: str, contract: Contract, header: tuple[str, ...], entries: list[Entry]) -> None:
    read = {place for entry in entries for source in entry.sources for place in source.positions}
    named = [cell.casefold() for cell in header]
    places = _places(header)
    read |= {places[rule.header.casefold()] for rule in contract.exclude if rule.header.casefold() in places}
    for place in sorted(read):
        if named.count(named[place]) > 1:
            raise UnreadableFileError(
                f"{name}: the column {header[place]} stands twice, and which of the two is meant is not told. Rename "
                "or take out one of them and send the file again."
            )
