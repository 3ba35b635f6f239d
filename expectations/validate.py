"""Validation of one staged extract: every check of its contract asked inside DuckDB, one result each."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from great_expectations.core import ExpectationSuite, ExpectationValidationResult
from great_expectations.expectations import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import Expectation

from expectations.row_queries import ROW_NUMBER, TABLE, query_of
from expectations.staged_rows import StagedRows, opened
from expectations.suite import PlannedCheck, expectations_for
from transforms.checked import CheckResult, Example, Outcome, Reference
from transforms.contract import Contract

EXAMPLES = 5
NO_VALUE = ""
# BASIC counts every offending row but fetches none: the first few are asked for afterwards, in the file's order.
_COUNT_ROWS = {
    "result_format": "BASIC",
    "partial_unexpected_count": 0,
    "unexpected_index_column_names": [ROW_NUMBER],
    "return_unexpected_index_query": True,
}

Answers = Mapping[str, ExpectationValidationResult]  # of one check, by what its expectations are called
_PLACE = "place"

# Its messages about a check that crashed quote the engine, and the engine quotes cells.
logging.getLogger("great_expectations").setLevel(logging.CRITICAL + 1)


class _CrashedError(Exception):
    """A check that could not be asked. It has no message: the engine's own may hold cell values."""


def validate(staged: Path, contract: Contract, reference: Reference) -> tuple[CheckResult, ...]:
    """One result per check of `contract`, in its order. No rows staged breaks no rule but `row_count`.

    Raises:
        IncompleteCheckError: a check of the contract lacks what its rule needs.
        ValidationUnavailableError: the file cannot be opened.
    """
    planned = expectations_for(contract, reference)
    with opened(staged) as rows:
        rows_checked = rows.count()
        most = int(contract.bad_rows.most * rows_checked)
        answers = _asked_together(planned, rows) or [None] * len(planned)
        asked = zip(planned, answers, strict=True)
        return tuple(_result_of(plan, rows, rows_checked, most, told) for plan, told in asked)


def _asked_together(planned: Sequence[PlannedCheck], rows: StagedRows) -> list[dict[str, ExpectationValidationResult]]:
    """The answers of every check, which share what they look up and count; none at all where one of them crashed.

    A check that crashes takes those that share its query with it, so then each is to be asked alone.
    """
    single = [(number, name, one) for number, plan in enumerate(planned) for name, one in plan.expectations.items()]
    # The answers come in an order of their own.
    marked = [one.copy(update={"meta": {_PLACE: place}}) for place, (_, _, one) in enumerate(single)]
    answers: list[dict[str, ExpectationValidationResult]] = [{} for _ in planned]
    try:
        for told in rows.batch.validate(ExpectationSuite(TABLE, marked), result_format=_COUNT_ROWS).results:
            number, name, _ = single[told.expectation_config.meta[_PLACE]]
            answers[number][name] = _sound(told)
    except Exception:
        return []
    return answers


def _result_of(
    plan: PlannedCheck, rows: StagedRows, rows_checked: int, most_rejected: int, told: Answers | None
) -> CheckResult:
    try:
        answers = told or {name: _answer(expectation, rows) for name, expectation in plan.expectations.items()}
        failed = {name: answer for name, answer in answers.items() if not answer.success}
        rows_failed, cells = _found(plan, rows, failed, most_rejected)
    except Exception:
        return _result(plan, "crashed", 0)
    result = _result(plan, "failed" if failed else "passed", rows_checked, rows_failed, cells[:EXAMPLES])
    return replace(result, rejected=cells) if _rejects(plan, rows_failed, most_rejected) else result


def _rejects(plan: PlannedCheck, rows_failed: int, most: int) -> bool:
    return plan.check.severity == "critical" and plan.check.rows == "reject" and 0 < rows_failed <= most


def _result(
    plan: PlannedCheck, outcome: Outcome, rows_checked: int, rows_failed: int = 0, examples: tuple[Example, ...] = ()
) -> CheckResult:
    check = plan.check
    return CheckResult(
        check.check_id, check.rule, plan.columns, check.severity, outcome, rows_checked, rows_failed, examples
    )


def _answer(expectation: Expectation, rows: StagedRows) -> ExpectationValidationResult:
    return _sound(rows.batch.validate(expectation, result_format=_COUNT_ROWS))


def _sound(answer: ExpectationValidationResult) -> ExpectationValidationResult:
    info = answer.exception_info or {}
    # A crash in a metric is told one level further down, under the metric's name.
    told = [info, *(part for part in info.values() if isinstance(part, dict))]
    if any(part.get("raised_exception") for part in told):
        raise _CrashedError
    return answer


def _found(
    plan: PlannedCheck, rows: StagedRows, failed: dict[str, ExpectationValidationResult], most_rejected: int
) -> tuple[int, tuple[Example, ...]]:
    """Rows that broke the rule, and the first of them or all to be rejected. A wrong count is no row's fault."""
    if not failed or plan.check.rule == "row_count":
        return 0, ()
    queries = {name: _offending_rows(plan.expectations[name], answer) for name, answer in failed.items()}
    # A row can be wrong in two columns and is still one row.
    rows_failed = rows.count_offending(queries) if len(failed) > 1 else _count(*failed.values())
    # A row can be named once for each column.
    limit = rows_failed * len(failed) if _rejects(plan, rows_failed, most_rejected) else EXAMPLES
    first = rows.first_offending(queries, limit)
    return rows_failed, tuple(Example(number, name, NO_VALUE if cell is None else cell) for number, name, cell in first)


def _offending_rows(expectation: Expectation, answer: ExpectationValidationResult) -> str:
    if isinstance(expectation, UnexpectedRowsExpectation):
        return query_of(expectation)
    return answer.result["unexpected_index_query"]


def _count(answer: ExpectationValidationResult) -> int:
    # A rows expectation has nothing to observe but the number of its rows.
    return answer.result.get("unexpected_count", answer.result.get("observed_value"))
