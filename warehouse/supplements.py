"""Supplements: rows that were rejected, mended and sent again; they are added to the extract they came from."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib

from transforms.contract import Contract
from transforms.errors import UserError
from warehouse.connection import attach, reading, writing
from warehouse.ledger import Entry
from warehouse.queries import one_value, run
from warehouse.rejected_rows import TAG, tag_of
from warehouse.workspace import Store

_TAGGED = re.compile(rf"{TAG}[a-p]{{16}}")


class SupplementError(UserError):
    """Mended rows that fit no extract, or not the one they name."""


def recognised(store: Store, contract: Contract, entry: Entry) -> int | None:
    """The extract whose rejected rows these are, as a header of the file says; remembered in the ledger.

    Raises:
        SupplementError: there is no such extract, or nothing of it is in use.
    """
    found = _tag(store.landed(entry.source, entry.sha256).read_bytes())
    if found is None:
        return None
    with writing(store.database) as connection:
        held = run(connection, "read_promoted_digests", {"source": contract.source}).fetchall()
        same = [row for row in held if tag_of(row[1]) == found]
        if not same:
            raise SupplementError(
                f"{entry.file_name}: its rows were rejected from an extract that is not in this workspace. Bring them "
                f"in where that extract is, or take the column that begins with {TAG} out."
            )
        mended, _, name, state, _ = max(same, key=lambda row: (row[3] == "promoted", row[0]))
        if state != "promoted":
            raise SupplementError(
                f"{entry.file_name}: its rows belong to {name} (extract {mended}), of which nothing was taken in. "
                "Mend the rows in the whole file and send that."
            )
        run(connection, "mark_supplement", {"extract_id": entry.extract_id, "mended": mended})
    return mended


def _tag(content: bytes) -> str | None:
    """The tag in a header, in any encoding a file comes in; a workbook's texts lie packed in it."""
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error):
            return None
    parts = [content]
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = [packed.read(name) for name in packed.namelist() if name.endswith(".xml")]
    for part in parts:
        match = _TAGGED.search(part.replace(b"\0", b"").decode("latin-1"))
        if match:
            return match[0]
    return None


def refuse_foreign_rows(store: Store, contract: Contract, entry: Entry) -> None:
    """Refuse more rows than were rejected, and rows whose key the extract has already.

    Raises:
        SupplementError: says which row, or how many.
    """
    with reading(store.database) as connection:
        attach(connection, store.staged(entry.source, entry.sha256), "staging", read_only=True)
        supplement = run(connection, "read_entry", {"extract_id": entry.extract_id}).fetchall()[0]
        mended = supplement[8]
        root = run(connection, "read_entry", {"extract_id": mended}).fetchall()[0]
        values = {"mended": mended}
        taken = one_value(connection, "first_taken_key", values, table=contract.table, key=contract.key)
    if (supplement[6] or 0) > (root[7] or 0):
        raise SupplementError(
            f"{entry.file_name}: {supplement[6]:,} rows, but {root[7] or 0:,} were rejected from {root[2]} (extract "
            f"{mended}). Send the rejected rows alone, mended."
        )
    if taken is not None and contract.corrections != "net":
        raise SupplementError(
            f"{entry.file_name}, row {taken}: {root[2]} (extract {mended}) has a row with the same key that was "
            "accepted. Take the row out, or send the whole file corrected."
        )
