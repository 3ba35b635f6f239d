"""The one sentence that a refused extract gets: file, row, column, what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from transforms.checked import CheckResult, Example
from transforms.contract import Check, Contract
from transforms.errors import DataRefusedError, UserError
from transforms.person_number import first_finding, plain
from warehouse.bad_rows import RowCounts
from warehouse.ledger import Entry


class RefusedRowError(UserError):
    """A row of the extract breaks the contract; the last accepted figures stay in use."""


class RefusedExtractError(DataRefusedError):
    """The extract as a whole was refused, or a critical check could not be asked."""


def refused_cell(file_name: str, contract: Contract, example: Example, rule: str) -> RefusedRowError:
    """The refusal of a cell that cannot be read as its column's type."""
    return RefusedRowError(
        f"{file_name}, row {example.row_number}, column {_header(contract, example.column)}: {rule}. "
        "Mend the cell and send the file again; nothing of it was taken in.",
        value=_presentable(example.value),
    )


def refused_by_checks(file_name: str, contract: Contract, results: Iterable[CheckResult]) -> UserError | None:
    """The refusal of the first critical check that did not pass, or None. A check that names a row comes first."""
    blocking = sorted((result for result in results if result.blocks), key=lambda result: not result.examples)
    if not blocking:
        return None
    first = blocking[0]
    more = f" {len(blocking) - 1} more critical checks did not pass." if len(blocking) > 1 else ""
    why = _check(contract, first).why.en
    if first.outcome == "crashed":
        return RefusedExtractError(
            f"{file_name}: the check {first.check_id} could not be run, so the extract was not taken in.{more} "
            "Look in the log, and run the same command again."
        )
    if not first.examples:
        return RefusedExtractError(f"{file_name}: {why} ({first.check_id}).{more} Nothing of the file was taken in.")
    return _refused_row(file_name, contract, first, f"{why}{more}")


def refused_rows(
    entry: Entry, contract: Contract, rows: RowCounts, results: Iterable[CheckResult]
) -> RefusedRowError | None:
    """The refusal of an extract with more bad rows than its contract accepts, or None."""
    blocking = [result for result in results if result.blocks and result.rows_failed]
    over = [result for result in blocking if _check(contract, result).rows == "reject"]
    bad = max([rows.rejected, *(result.rows_failed for result in over)])
    most = contract.bad_rows.most
    if not most or bad <= most * rows.candidates:
        return None
    return RefusedRowError(
        f"{entry.file_name}: {bad:,} of {rows.candidates:,} rows cannot be used, and the contract accepts "
        f"{most:.3g} of them ({int(most * rows.candidates):,} rows); {_first_of(contract, rows, over)}. Mend them and "
        "send the file again; nothing of it was taken in."
    )


def _first_of(contract: Contract, rows: RowCounts, over: list[CheckResult]) -> str:
    if over:
        example, why = over[0].examples[0], _check(contract, over[0]).why.en
        return f"the first is row {example.row_number}, column {_header(contract, example.column)}: {why.rstrip('.')}"
    number, column, rule = rows.first
    return f"the first is row {number}, column {_header(contract, column)}: {rule}"


def _check(contract: Contract, result: CheckResult) -> Check:
    return next(check for check in contract.checks if check.check_id == result.check_id)


def _refused_row(file_name: str, contract: Contract, result: CheckResult, why: str) -> RefusedRowError:
    example = result.examples[0]
    rows = f" ({result.rows_failed} rows in all)" if result.rows_failed > 1 else ""
    return RefusedRowError(
        f"{file_name}, row {example.row_number}, column {_header(contract, example.column)}: {why}{rows} "
        "Nothing of the file was taken in.",
        value=_presentable(example.value),
    )


def _header(contract: Contract, column: str) -> str:
    names = {each.name: each.headers[0] if each.headers else each.name for each in contract.columns}
    return ", ".join(names.get(part, part) for part in column.split(", "))


def _presentable(value: str) -> str | None:
    if not value or value == "None" or first_finding(plain(value), datetime.now(UTC).date()):
        return None
    return value
