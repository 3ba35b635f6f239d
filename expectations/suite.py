"""The suite of a contract: each of its checks as Great Expectations' own expectations, with its severity.

A missing value is the business of `not_null` and `unique_key` alone: every other rule looks at values that are there.
"""

from __future__ import annotations

from dataclasses import dataclass

import great_expectations.expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.errors import IncompleteCheckError
from expectations.row_queries import repeated_keys, rows_expectation, unknown_values
from transforms.checked import Reference
from transforms.contract import ROW_RULES, Check, Contract


@dataclass(frozen=True)
class PlannedCheck:
    """One check, the columns it looks at (a key check may leave them to the contract) and what is asked for it.

    `expectations` has one expectation per column, by the column's name, or one in all by the columns' names.
    """

    check: Check
    columns: tuple[str, ...]
    expectations: dict[str, Expectation]


def expectations_for(contract: Contract, reference: Reference) -> tuple[PlannedCheck, ...]:
    """One planned check per check of `contract` that its rows answer, in its order; the others look at history.

    Raises:
        IncompleteCheckError: a check lacks what its rule needs.
    """
    asked = (check for check in contract.checks if check.rule in ROW_RULES)
    return tuple(_planned(check, contract, reference) for check in asked)


def _planned(check: Check, contract: Contract, reference: Reference) -> PlannedCheck:
    columns = check.columns or (contract.key if check.rule == "unique_key" else ())
    if not columns and check.rule != "row_count":
        raise _incomplete(check, contract, "needs `columns`")
    try:
        if check.rule == "row_count":
            return PlannedCheck(check, columns, {"": _row_count(check)})
        if check.rule == "unique_key":
            name = ", ".join(columns)
            return PlannedCheck(check, columns, {name: rows_expectation(check, repeated_keys(columns, name), places=2)})
        if check.rule in ("not_above", "allowed_together"):
            return PlannedCheck(check, columns, {columns[0]: _on_pair(check, columns)})
        expectations = {name: _on_column(check, name, contract, reference) for name in columns}
        return PlannedCheck(check, columns, expectations)
    except ValueError as error:
        # Great Expectations' message for its own arguments is a page long; ours names the check.
        needs = str(error) if type(error) is ValueError else "has limits that no value can meet, or limits missing"
        raise _incomplete(check, contract, needs) from None


def _incomplete(check: Check, contract: Contract, needs: str) -> IncompleteCheckError:
    return IncompleteCheckError(
        f"The check {check.check_id} of the contract {contract.source} {needs}. Mend the contract."
    )


def _on_column(check: Check, column: str, contract: Contract, reference: Reference) -> Expectation:
    match check.rule:
        case "not_null":
            return gxe.ExpectColumnValuesToNotBeNull(column=column, severity=check.severity)
        case "pattern":
            return gxe.ExpectColumnValuesToMatchRegex(column=column, regex=_whole(check), severity=check.severity)
        case "allowed":
            values = _typed(check, column, contract)
            return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=values, severity=check.severity)
        case "known_practice":
            return rows_expectation(check, unknown_values(column, reference.practices))
        case "inside_period":
            limits = {"min_value": reference.period_start, "max_value": reference.period_end}
        case _:
            limits = {"min_value": check.minimum, "max_value": check.maximum}
    return gxe.ExpectColumnValuesToBeBetween(column=column, severity=check.severity, **limits)


def _on_pair(check: Check, columns: tuple[str, ...]) -> Expectation:
    if len(columns) != 2:
        raise ValueError("needs two `columns`")
    first, second = columns
    # A missing half is the business of not_null.
    both = {"ignore_row_if": "either_value_is_missing", "severity": check.severity}
    if check.rule == "not_above":
        return gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A=second, column_B=first, or_equal=True, **both)
    pairs = [tuple(value.split("/")) for value in check.values]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise ValueError("needs `values` such as `copd/mrc_recorded`")
    return gxe.ExpectColumnPairValuesToBeInSet(column_A=first, column_B=second, value_pairs_set=pairs, **both)


def _whole(check: Check) -> str:
    if check.pattern is None:
        raise ValueError("needs a `pattern`")
    # A contract's pattern describes the whole value; DuckDB's ~ is content with a part of it in some versions.
    return rf"\A(?:{check.pattern})\z"


def _typed(check: Check, column: str, contract: Contract) -> list[str] | list[int] | list[float]:
    if not check.values:
        raise ValueError("needs `values`")
    match contract.column(column).type:
        case "integer":
            return [int(value) for value in check.values]
        case "number":
            return [float(value) for value in check.values]
        case _:
            return list(check.values)


def _row_count(check: Check) -> Expectation:
    if check.minimum is None and check.maximum is None:
        raise ValueError("needs a `minimum` or a `maximum`")
    minimum, maximum = (None if limit is None else int(limit) for limit in (check.minimum, check.maximum))
    return gxe.ExpectTableRowCountToBeBetween(min_value=minimum, max_value=maximum, severity=check.severity)
