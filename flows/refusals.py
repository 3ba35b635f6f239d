"""The one sentence that a refused extract gets: file, row, column, what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from transforms.checked import CheckResult, Example
from transforms.contract import Contract
from transforms.errors import DataRefusedError, UserError
from transforms.person_number import first_finding, plain


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
    why = next(check.why for check in contract.checks if check.check_id == first.check_id).en
    if first.outcome == "crashed":
        return RefusedExtractError(
            f"{file_name}: the check {first.check_id} could not be run, so the extract was not taken in.{more} "
            "Look in the log, and run the same command again."
        )
    if not first.examples:
        return RefusedExtractError(f"{file_name}: {why} ({first.check_id}).{more} Nothing of the file was taken in.")
    return _refused_row(file_name, contract, first, f"{why}{more}")


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
