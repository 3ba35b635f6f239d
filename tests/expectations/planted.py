"""Faults made from a check alone: what a good row must hold to break it. A rule without a way here fails the test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from transforms.checked import CheckResult, Reference
from transforms.contract import Check, Contract
from transforms.example_rows import PRACTICES, Row, example_rows

REFERENCE = Reference(frozenset(PRACTICES), date(2026, 4, 1), date(2026, 6, 30))
TYPES = {"code": "varchar", "text": "varchar", "integer": "bigint", "number": "double", "month": "date", "date": "date"}


@dataclass(frozen=True)
class Fault:
    """One good row made to break one check in one way; a repeated key needs the row it repeats as well."""

    check_id: str
    row: Row
    twin: Row | None = None


def faults_of(contract: Contract, check: Check) -> list[Fault]:
    """Every way to break `check`: each of its columns, each of its limits."""
    good = example_rows(contract, 1)[0]
    columns = check.columns or contract.key
    if check.rule == "unique_key":
        key = {name: good[name] for name in columns}
        other = next(row for row in reversed(example_rows(contract, 9)) if row != good)
        return [Fault(check.check_id, other | key, good)]
    ways = [way for name in columns for way in _ways(check, name, columns, good)]
    return [Fault(check.check_id, good | way) for way in ways]


def _ways(check: Check, name: str, columns: tuple[str, ...], good: Row) -> list[dict[str, Any]]:
    match check.rule:
        case "not_null":
            return [{name: None}]
        case "allowed":
            return [{name: 987 if isinstance(good[name], int) else "unheard of"}]
        case "pattern":
            return [{name: f"{value}\n"} for value in (good[name],)] + [{name: "~"}]
        case "known_practice":
            return [{name: "0990027"}]
        case "inside_period":
            return [
                {name: REFERENCE.period_start - timedelta(days=1)},
                {name: REFERENCE.period_end + timedelta(days=1)},
            ]
        case "between":
            below = [{name: check.minimum - 1}] if check.minimum is not None else []
            return below + ([{name: check.maximum + 1}] if check.maximum is not None else [])
        case "not_above" if name == columns[0]:
            more = {"date": date(2026, 5, 2), "other": 8}["date" if isinstance(good[name], date) else "other"]
            less = {"date": date(2026, 5, 1), "other": 7}["date" if isinstance(good[name], date) else "other"]
            return [{columns[0]: more, columns[1]: less}]
        case "allowed_together" if name == columns[0]:
            pairs = {tuple(value.split("/")) for value in check.values}
            apart = [(a, b) for a, _ in sorted(pairs) for _, b in sorted(pairs) if (a, b) not in pairs]
            return [dict(zip(columns, apart[0], strict=True))]
        case "not_above" | "allowed_together":
            return []
        case _:
            raise NotImplementedError(f"how is the rule {check.rule} broken?")


def write_rows(path: Path, contract: Contract, rows: list[Row]) -> Path:
    """A staged file of `rows`, numbered from 2 as the lines of a file are."""
    path.unlink(missing_ok=True)
    columns = ", ".join(f'"{column.name}" {TYPES[column.type]}' for column in contract.columns)
    staged = [(number, *(row[column.name] for column in contract.columns)) for number, row in enumerate(rows, start=2)]
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create table staged (row_number bigint, {columns})")
        if staged:
            connection.executemany(f"insert into staged values ({', '.join('?' * len(staged[0]))})", staged)
    return path


def validate_with_every_example(staged: Path, contract: Contract) -> tuple[CheckResult, ...]:
    """The results with all offending rows, not the first few. Runs in the validating process."""
    from expectations import validate

    few, validate.EXAMPLES = validate.EXAMPLES, 10_000
    try:
        return validate.validate(staged, contract, REFERENCE)
    finally:
        validate.EXAMPLES = few
