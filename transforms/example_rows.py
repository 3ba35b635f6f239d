"""Rows that a contract lets through, made from the contract alone: for its documentation, and to try its checks on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from random import Random

from transforms.calendar import month_after
from transforms.contract import Check, Column, Contract
from transforms.errors import UserError

Cell = str | int | float | date | None
Row = dict[str, Cell]

PRACTICES = ("010101", "020202", "030303")
FIRST_MONTH = date(2026, 4, 1)
# For a code that has neither examples nor a list of values: the first of these that its patterns take.
_CODES = ("K01", "R1", "A1", "a1", "561", "0101", "J01CE02", "0-17", "80+", "2026", "ja")
_TRIES = 60


class NoExampleError(UserError):
    """No row can be made from a contract, because a column's checks let through nothing that is known of it."""


def example_rows(contract: Contract, count: int, practices: Sequence[str] = PRACTICES) -> list[Row]:
    """At most `count` rows with different keys, as they would be staged: every check of a row holds for each of them.

    A contract with few values has fewer rows. The same contract gives the same rows.

    Raises:
        NoExampleError: a column needs `examples`.
    """
    random = Random(contract.source)
    rows: dict[tuple[Cell, ...], Row] = {}
    for number in range(count * _TRIES):
        if len(rows) == count:
            break
        row = _row(contract, practices, random, number)
        rows.setdefault(tuple(row[name] for name in contract.key), row)
    return sorted(rows.values(), key=lambda row: [str(row[name] or "") for name in contract.key])


def _row(contract: Contract, practices: Sequence[str], random: Random, number: int) -> Row:
    row = {column.name: random.choice(_candidates(column, contract, practices)) for column in contract.columns}
    for check in contract.checks:
        match check.rule, check.columns:
            case "allowed_together", (first, second):
                row[first], row[second] = check.values[number % len(check.values)].split("/")
            case "not_above", (smaller, larger):
                row[smaller], row[larger] = _in_order(row[smaller], row[larger])
            case _:
                pass
    return row


def _in_order(smaller: Cell, larger: Cell) -> tuple[Cell, Cell]:
    match smaller, larger:
        case int() | float(), int() | float():
            return min(smaller, larger), max(smaller, larger)
        case date(), date():
            return min(smaller, larger), max(smaller, larger)
        case _:
            return smaller, larger


def _candidates(column: Column, contract: Contract, practices: Sequence[str]) -> Sequence[Cell]:
    checks = [check for check in contract.checks if column.name in check.columns]
    if column.constant is not None:
        return [_typed(column, column.constant)]
    if column.name == "practice_id" or any(check.rule == "known_practice" for check in checks):
        return practices
    if column.type in ("month", "date"):
        # What need not be there is an end, of a membership for instance, and most have none yet.
        return [month_after(FIRST_MONTH, months) for months in range(_months(contract))] if column.required else [None]
    if column.examples:
        return [_typed(column, value) for value in column.examples]
    for check in checks:
        if check.rule == "allowed":
            return [_typed(column, value) for value in check.values]
    if column.values:
        return list(dict.fromkeys(column.values.values()))
    if column.type in ("integer", "number"):
        return _figures(column, checks)
    if not column.required:
        return [None]
    return [next(iter(_codes(column, contract, checks)))]


def _months(contract: Contract) -> int:
    return 1 if "(?P<month>" in (contract.file.period_in_name or "") else 3


def example_name(contract: Contract) -> str:
    """The name of a file that `example_rows` could come in."""
    named = contract.file.period_in_name or ""
    if "(?P<month>" in named:
        period = f"{FIRST_MONTH:%Y-%m}"
    else:
        period = f"{FIRST_MONTH.year}K{FIRST_MONTH.month // 3 + 1}" if named else FIRST_MONTH.isoformat()
    # A star at the end is for what a name may have after it, such as .gz.
    return contract.file.patterns[0].removesuffix("*").replace("*", period)


def _typed(column: Column, value: str) -> Cell:
    match column.type:
        case "integer":
            return int(value)
        case "number":
            return float(value)
        case _:
            return value


def _figures(column: Column, checks: Sequence[Check]) -> Sequence[Cell]:
    lowest = max((check.minimum for check in checks if check.minimum is not None), default=0.0)
    highest = min((check.maximum for check in checks if check.maximum is not None), default=lowest + 40)
    steps = [lowest + (min(highest, lowest + 40) - lowest) * share / 8 for share in range(1, 8)]
    return [int(step) for step in steps] if column.type == "integer" else [round(step, 1) for step in steps]


def _codes(column: Column, contract: Contract, checks: Sequence[Check]) -> Sequence[str]:
    if column.type == "text":
        return [column.what.da]
    patterns = [check.pattern for check in checks if check.pattern is not None]
    fitting = [code for code in _CODES if all(re.fullmatch(pattern, code) for pattern in patterns)]
    if not fitting:
        raise NoExampleError(
            f"The column {column.name} of the contract {contract.source} has a pattern and no example that fits it. "
            f'Write examples = ["..."] into its block.'
        )
    return fitting


def example_file(contract: Contract, rows: Sequence[Row]) -> list[str] | None:
    """The lines of a file with `rows`, as the contract wants it; None where a file's row is not a row of the table."""
    if contract.wide or contract.file.header_rows > 1:
        return None
    written = [column for column in contract.columns if column.headers or column.parts]
    header = [name for column in written for name in (column.parts or column.headers[:1])]
    header += [rule.header for rule in contract.exclude if rule.header not in header]
    lines = [[cell for column in written for cell in _cells(column, contract, row[column.name])] for row in rows]
    kept = [rule.keep[0] for rule in contract.exclude]
    full = [line + kept[: len(header) - len(line)] for line in lines]
    return [_joined(line, contract) for line in ([] if contract.file.header else [header]) + full]


def _cells(column: Column, contract: Contract, value: Cell) -> list[str]:
    text = _written(column, contract, value)
    if not column.parts:
        return [text]
    parts = text.split("-", len(column.parts) - 1)
    return parts + [""] * (len(column.parts) - len(parts))


def _written(column: Column, contract: Contract, value: Cell) -> str:
    match value:
        case None:
            return contract.file.missing[0] if contract.file.missing else ""
        case date():
            usual = "%Y-%m" if column.type == "month" else "%Y-%m-%d"
            form = column.format or usual
            return value.strftime(form if isinstance(form, str) else form[0])
        case float():
            return f"{value:.1f}".replace(".", contract.file.decimal)
        case _:
            raw = {meaning: mark for mark, meaning in reversed(column.values.items())}
            return raw.get(str(value), str(value))


def _joined(cells: Sequence[str], contract: Contract) -> str:
    form = contract.file
    special = (form.delimiter, form.quote, "\n")
    quoted = [
        f"{form.quote}{cell.replace(form.quote, form.quote * 2)}{form.quote}"
        if any(sign in cell for sign in special)
        else cell
        for cell in cells
    ]
    return form.delimiter.join(quoted)
