"""What the tests of this room share: columns, a good row, a reference, and contracts and staged files made of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from transforms.checked import CheckResult, Reference
from transforms.contract import Contract

COLUMNS = {
    "practice_id": ("code", "varchar"),
    "period": ("month", "date"),
    "code": ("code", "varchar"),
    "indication": ("code", "varchar"),
    "sex": ("code", "varchar"),
    "items": ("integer", "bigint"),
    "amount": ("number", "double"),
    "day": ("date", "date"),
}
GOOD = {
    "practice_id": "010101",
    "period": date(2025, 1, 1),
    "code": "J01CA04",
    "indication": "001",
    "sex": "female",
    "items": 3,
    "amount": 2.5,
    "day": date(2025, 1, 31),
}
REFERENCE = Reference(frozenset({"010101", "020202"}), date(2025, 1, 1), date(2025, 3, 31))

Stage = Callable[..., Path]
Ask = Callable[..., CheckResult]
Plan = Callable[..., list[Any]]


def contract_with(*checks: dict[str, Any], **changes: Any) -> Contract:
    """A contract over COLUMNS with `checks`, each critical unless it says otherwise."""
    text = {"da": "tekst", "en": "text"}
    columns = [{"name": name, "headers": [name], "type": kind, "what": text} for name, (kind, _) in COLUMNS.items()]
    described = {
        "source": "prescriptions",
        "table": "prescription",
        "title": text,
        "one_row": text,
        "file": {"patterns": ["*.csv"]},
        "columns": columns,
        "key": ["practice_id", "period", "code", "indication"],
        "checks": [{"severity": "critical", "why": text} | check for check in checks],
    }
    return Contract.model_validate(described | changes)


def write_staged(
    path: Path, changes: dict[int, dict[str, Any]] | None = None, rows: int = 12, types: dict[str, str] | None = None
) -> Path:
    """A staged file of good rows with different codes from row 2 on, with `changes` by row number."""
    sql_types = {name: sql for name, (_, sql) in COLUMNS.items()} | (types or {})
    columns = ", ".join(f"{name} {sql}" for name, sql in sql_types.items())
    # Written backwards, so that no test passes because rows happened to lie in order.
    staged = [(number, *_row(number, changes or {}).values()) for number in range(rows + 1, 1, -1)]
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create table staged (row_number bigint, {columns})")
        if staged:
            connection.executemany(f"insert into staged values ({', '.join('?' * len(staged[0]))})", staged)
    return path


def _row(number: int, changes: dict[int, dict[str, Any]]) -> dict[str, Any]:
    return GOOD | {"code": f"A{number % 100:02}AA{number // 100:02}"} | changes.get(number, {})


def plan_of(contract: Contract, reference: Reference) -> list[tuple[tuple[str, ...], list[dict[str, Any]]]]:
    """The plan in plain values: columns of each check, and kind, severity and settings of its expectations."""
    # Run in the validating process: only there is Great Expectations imported.
    from expectations.suite import expectations_for

    return [
        (
            plan.columns,
            [
                {"kind": type(one).__name__, "severity": str(one.severity.value), **one.configuration.kwargs}
                for one in plan.expectations.values()
            ],
        )
        for plan in expectations_for(contract, reference)
    ]
