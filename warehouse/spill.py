"""Work that does not fit into memory: what the engine writes aside is encrypted with a key that nobody keeps."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import duckdb

from warehouse.queries import quoted_text
from warehouse.workspace import Store

MOST_SPILLED = "100GB"
FOLDER = ".spill"
LARGE_BYTES = 64 * 2**20  # below this everything fits into memory, and loading the cryptography is not worth its time


@cache
def encryption_extension() -> Path | None:
    """The engine's own cryptography, as a file of an installed package; None where it is not installed."""
    package = find_spec("duckdb_extension_httpfs")
    if package is None or package.origin is None:
        return None
    found = Path(package.origin).parent.glob(f"extensions/v{duckdb.__version__}/httpfs.duckdb_extension")
    return next(found, None)


def spill_beside(path: Path, size: int) -> Path | None:
    """Where work of `size` bytes that is written to `path` may spill; None where it will not have to."""
    return path.parent / FOLDER if size > LARGE_BYTES else None


def spill_for(store: Store, *read: Path) -> Path | None:
    """Where work on the warehouse and the files `read` may spill; None where all of it fits into memory many times."""
    sizes = [path.stat().st_size for path in (store.database, *read) if path.exists()]
    return store.spill if sum(sizes) > LARGE_BYTES else None


def spilling(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Let `connection` write what does not fit into memory into `folder`, encrypted.

    Where the cryptography is missing nothing may be spilled: plain copies of figures would stay on the disk.
    """
    extension = encryption_extension()
    if extension is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    connection.execute(f"load {quoted_text(str(extension))}")
    connection.execute("set temp_file_encryption = true")
    connection.execute(f"set max_temp_directory_size = {quoted_text(MOST_SPILLED)}")
    connection.execute(f"set temp_directory = {quoted_text(str(folder))}")
