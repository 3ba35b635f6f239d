"""What stands: of all extracts that say something about a practice's month, those whose figures are known now.

Of whole deliveries the highest stands: final over provisional, then by the number of the correction, then the one that
was received later. Differences are added to it where they rank above it. Nothing else decides, so the order in which
files are brought in does not; every change closes what was known and enters what is, at one moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from transforms.contract import Contract
from warehouse.queries import one_value, run


@dataclass(frozen=True)
class Moment:
    """One change of what is known: whose (0: of no extract that enters) and when."""

    extract_id: int
    now: datetime

    def values(self) -> dict[str, Any]:
        """As SQL parameters."""
        return {"extract_id": self.extract_id, "now": self.now}


def next_moment(connection: duckdb.DuckDBPyConnection) -> datetime:
    """Later than everything known. The order of promotion decides; the clock only labels it, and may be set back."""
    last = one_value(connection, "last_known")
    now = datetime.now(UTC).replace(tzinfo=None)
    return now if last is None or now > last else last + timedelta(microseconds=1)


def settle(connection: duckdb.DuckDBPyConnection, contract: Contract, moment: Moment) -> bool:
    """Close what no longer stands in the cells of the temp table `touched`, and bring back what stands again.

    Expects `touched` and `incoming`. Returns whether something of `incoming` is outranked (temp table `outranked`);
    its facts are for the caller to enter.
    """
    parts: dict[str, Any] = {"source": contract.source, "extract_id": moment.extract_id}
    run(connection, "weigh", **parts)
    closing, reopening, outranked = run(connection, "count_changes").fetchall()[0]
    facts = {"table": contract.table, "slice": contract.slice}
    if closing:
        run(connection, "supersede_facts", moment.values(), **facts)
        for table in ("ledger.coverage", "ledger.submission"):
            run(connection, "supersede_decisions", moment.values(), table=table)
    if reopening:
        run(connection, "reopen_facts", moment.values(), **facts)
    run(connection, "enter_coverage", now=moment.now.isoformat(), **parts)
    run(connection, "enter_submissions", now=moment.now.isoformat(), **parts)
    return bool(outranked)
