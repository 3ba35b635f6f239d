"""The search for person numbers in a Parquet file: values, names and everything written in its foot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from transforms.contract import Contract
from transforms.person_number import first_finding, plain
from warehouse.extract_file import UnreadableFileError
from warehouse.person_scan import PersonNumberError, place_of, refusal
from warehouse.person_text import TextScan

_ROWS = 1 << 15
_LONGEST_FOOT = 64 << 20


def scan_parquet(path: Path, name: str, contract: Contract, today: date) -> frozenset[str]:
    """Search the file at `path`; the columns whose exemption was used.

    Raises:
        PersonNumberError, UnreadableFileError: with the place and what to do.
    """
    import pyarrow as pa

    try:
        scan = TextScan(lambda: _lines(path), contract, today, delimiter="\t")
        hit = scan.first_hit()
        told = not hit and _tells_of_persons(path, today)
    except (pa.ArrowException, OSError, ValueError, KeyError, NotImplementedError):
        raise UnreadableFileError(f"{name}: the Parquet file is cut or damaged. Ask the sender for it again.") from None
    if hit:
        raise refusal(name, hit, place_of(hit))
    if told:
        raise PersonNumberError(
            f"{name}: a person number in what the file says about itself. Nothing of the file was kept. "
            "Take persons out of the extract and send it again."
        )
    return frozenset(scan.exempted)


def _tells_of_persons(path: Path, today: date) -> bool:
    texts = (*_notes(path), _foot(path).decode("latin-1"))
    return any(first_finding(plain(text), today) for text in texts)


def _foot(path: Path) -> bytes:
    """The file's foot: schema, names, smallest and largest values, and whatever a program wrote there."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 8))
        length = int.from_bytes(file.read(4), "little")
        if length > min(size, _LONGEST_FOOT):
            raise ValueError
        file.seek(max(0, size - 8 - length))
        return file.read(length)


def _notes(path: Path) -> Iterator[str]:
    """What programs and people wrote about the file and its columns."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        told = [file.metadata.metadata or {}, schema.metadata or {}, *(each.metadata or {} for each in schema)]
        yield file.metadata.created_by or ""
        yield from schema.names
        for pairs in told:
            yield from (part.decode("utf-8", "replace") for pair in pairs.items() for part in pair)


def _lines(path: Path) -> Iterator[bytes]:
    """The rows as lines of cells divided by tabs, the names of the columns first."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        yield "\t".join(_flat(name) for name in file.schema_arrow.names).encode() + b"\n"
        for batch in file.iter_batches(_ROWS):
            cells = [_texts(column) for column in batch.columns]
            yield "".join("\t".join(row) + "\n" for row in zip(*cells, strict=True)).encode("utf-8", errors="replace")


def _texts(column: Any) -> list[str]:
    import pyarrow as pa

    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        return [_flat(value.decode("utf-8", "replace")) if value else "" for value in column.to_pylist()]
    texts = ["" if value is None else _flat(str(value)) for value in column.to_pylist()]
    # The point of a number is no separator that somebody wrote.
    return [text.replace(".", ",") for text in texts] if pa.types.is_floating(column.type) else texts


def _flat(text: str) -> str:
    return text.replace("\t", " ").replace("\n", " ").replace("\r", " ") if not text.isprintable() else text
