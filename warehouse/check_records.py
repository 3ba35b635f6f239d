"""What the ledger holds of extracts and their checks, for pages about them. No value of a row is in it."""

from __future__ import annotations

from typing import Any

from warehouse.connection import reading
from warehouse.queries import run
from warehouse.workspace import Store


def newest_extracts(store: Store, most: int) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The ledger's rows of the newest extracts, oldest of them first, each with the rows of its checks."""
    with reading(store.database) as connection:
        extracts = run(connection, "read_extracts").pl().tail(most)
        numbers = extracts["extract_id"].to_list()
        checks = run(connection, "read_checks_of", {"extracts": numbers}).pl().rows_by_key("extract_id", named=True)
    return [(row, checks.get(row["extract_id"], [])) for row in extracts.iter_rows(named=True)]
