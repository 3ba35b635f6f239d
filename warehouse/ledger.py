"""The ledger: what came, what was found out about it, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

import duckdb
import polars as pl

from transforms.calendar import last_day, month_after
from transforms.checked import CheckResult, Example, Reference, findings_json
from transforms.contract import Contract
from transforms.person_number import first_finding, plain
from warehouse.connection import attach, reading, writing
from warehouse.queries import run
from warehouse.staging import Staged
from warehouse.workspace import Store

_CHECK_TYPES = {"effect": pl.Float64, "found": pl.String, "named": pl.String}


@dataclass(frozen=True)
class Entry:
    """What the ledger holds of one extract."""

    extract_id: int
    source: str
    file_name: str
    sha256: str
    state: str
    reason: str | None
    rows_staged: int | None
    rows_rejected: int | None = None
    supplement_to: int | None = None
    status: str = "final"


def utc_now() -> datetime:
    """The time now in UTC, without a zone, as the database keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


def record_staged(store: Store, contract: Contract, extract_id: int, staged: Staged) -> None:
    """Enter how many rows went where, every row that was left out, and the period where the file's name had none."""
    with writing(store.database) as connection:
        attach(connection, staged.path, "staging", read_only=True)
        enter_rejected(connection, extract_id, failed=False)
        start, end = _period(connection, contract, extract_id)
        counts = {key: value for key, value in asdict(staged).items() if key != "path"}
        run(connection, "mark_staged", counts | {"extract_id": extract_id, "period_start": start, "period_end": end})


def enter_rejected(connection: duckdb.DuckDBPyConnection, extract_id: int, *, failed: bool) -> None:
    """Enter every row that the staged file, attached as `staging`, left out; a value like a person number stays out.

    `failed`: the rows that a check rejected are set aside in it as well.
    """
    today = datetime.now(UTC).date()
    values = [row[0] for row in run(connection, "rejected_values", failed=failed).fetchall()]
    personal = [value for value in values if first_finding(plain(value), today)]
    run(connection, "forget_rejected", {"extract_id": extract_id})
    run(connection, "enter_rejected", {"extract_id": extract_id, "personal": personal}, failed=failed)


def reference(store: Store, extract_id: int) -> Reference:
    """What the extract's rows are held against: the practices of the registry, and the period it covers."""
    with reading(store.database) as connection:
        start, end, _ = run(connection, "extract_period", {"extract_id": extract_id}).fetchall()[0]
        practices = frozenset(row[0] for row in run(connection, "known_practices").fetchall())
    return Reference(practices, start or date.min, end or date.max)


def _period(
    connection: duckdb.DuckDBPyConnection, contract: Contract, extract_id: int
) -> tuple[date | None, date | None]:
    start, end, _ = run(connection, "extract_period", {"extract_id": extract_id}).fetchall()[0]
    if start is not None or contract.source == "registry":
        return start, end
    first, last = run(connection, "staged_period").fetchall()[0]
    return first, last and last_day(month_after(last, contract.months_held - 1))


def first_rejected(store: Store, source: str, sha256: str) -> tuple[Example, str] | None:
    """The first cell that could not be read as its type, and the rule it broke."""
    with reading(store.staged(source, sha256), "staging") as connection:
        row = run(connection, "first_rejected").fetchone()
    return None if row is None else (Example(row[0], row[1], row[3]), row[2])


def record_checks(store: Store, contract: Contract, extract_id: int, results: Iterable[CheckResult]) -> None:
    """Enter the outcome of each check; the offending values stay out, their row numbers do not."""
    why = {check.check_id: check.why for check in contract.checks}
    rows = [
        {
            "check_id": result.check_id,
            "rule": result.rule,
            "column_names": ", ".join(result.columns),
            "severity": result.severity,
            "outcome": result.outcome,
            "rows_checked": result.rows_checked,
            "rows_failed": result.rows_failed,
            "example_rows": ", ".join(str(example.row_number) for example in result.examples),
            "effect": result.effect,
            "found": findings_json(result.found),
            "named": ", ".join(result.named) or None,
            "why_da": why[result.check_id].da,
            "why_en": why[result.check_id].en,
        }
        for result in results
    ]
    with writing(store.database) as connection:
        run(connection, "forget_checks", {"extract_id": extract_id})
        if rows:
            connection.register("frame", pl.DataFrame(rows, schema_overrides=_CHECK_TYPES))
            run(connection, "enter_checks", {"extract_id": extract_id, "checked_at": utc_now()})


def refuse(store: Store, extract_id: int, reason: str) -> None:
    """Remember that the extract was refused, and why, in words that carry no cell of it."""
    with writing(store.database) as connection:
        run(connection, "mark_refused", {"extract_id": extract_id, "reason": reason})


def entry(store: Store, extract_id: int) -> Entry:
    """The ledger's row of one extract."""
    with reading(store.database) as connection:
        return Entry(*run(connection, "read_entry", {"extract_id": extract_id}).fetchall()[0])


def entry_if_any(store: Store, extract_id: int) -> Entry | None:
    """The ledger's row of one extract, or None where there is none of that number."""
    with reading(store.database) as connection:
        row = run(connection, "read_entry", {"extract_id": extract_id}).fetchone()
    return None if row is None else Entry(*row)


def extracts(store: Store) -> pl.DataFrame:
    """One row per extract, newest last."""
    with reading(store.database) as connection:
        return run(connection, "read_extracts").pl()


def practices_of(store: Store, source: str, sha256: str) -> list[str]:
    """The practices of which an extract's figures are in use."""
    with reading(store.database) as connection:
        found = run(connection, "practices_of_extract", {"source": source, "sha256": sha256}).fetchall()
    return [practice for (practice,) in found]


def emptied_months(store: Store, source: str, extract_id: int) -> tuple[int, int]:
    """Months of practices that had rows until the extract came and have none now, and of how many practices."""
    with reading(store.database) as connection:
        values = {"source": source, "extract_id": extract_id}
        return run(connection, "emptied_months", values).fetchall()[0]


def source_months(store: Store) -> pl.DataFrame:
    """One row per source and month that came: how many practices submitted it, of how many that were open."""
    with reading(store.database) as connection:
        return run(connection, "read_source_months").pl()


def submission_states(store: Store, source: str | None, cluster_id: str | None) -> pl.DataFrame:
    """One row per practice, source and month: `state` as in ledger.submission_state."""
    with reading(store.database) as connection:
        return run(connection, "read_submission_states", {"source": source, "cluster_id": cluster_id}).pl()
