"""A Parquet file: the engine reads it as it is; here its names and how each column becomes text are found."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.contract import Contract
from warehouse.extract_file import UnreadableFileError
from warehouse.reading.heading import heading_of
from warehouse.reading.prepared import Prepared


def prepare_parquet(name: str, received: Path, contract: Contract) -> Prepared:
    """What the file's own description says. Its first record is row 1.

    Raises:
        MissingColumnError, UnreadableFileError: with file and what to do.
    """
    try:
        described = pq.ParquetFile(received)
        schema, rows = described.schema_arrow, described.metadata.num_rows
        described.close()
    except Exception:
        raise UnreadableFileError(
            f"{name}: the Parquet file is cut, damaged or encrypted. Ask the sender for it again."
        ) from None
    if any(pa.types.is_nested(field.type) for field in schema):
        raise UnreadableFileError(f"{name}: a column holds lists or records. Send a table with one value in each cell.")
    form = contract.file.model_copy(update={"header": (), "header_rows": 1})
    names = tuple(schema.names)
    heading_of(name, [names], contract.model_copy(update={"file": form}))
    cells = tuple((field.name, _written(field)) for field in schema)
    header = tuple(label.strip() for label in names)
    return Prepared(received, "parquet", header, 1, rows, iso_dates=True, cells=cells, padded=True)


def _written(field: pa.Field) -> str:
    """How a column's values become text: the statement has the words for each."""
    if pa.types.is_floating(field.type):
        return "float"
    if pa.types.is_decimal(field.type):
        return "decimal"
    return "moment" if pa.types.is_timestamp(field.type) else "text"
