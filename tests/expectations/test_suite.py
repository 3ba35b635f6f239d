"""The plan of a contract: which expectation each rule becomes, and the severity it carries."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from small_extracts import Plan

from expectations.data_docs import ASKED_AS

KINDS: list[tuple[dict[str, Any], str]] = [
    ({"rule": "not_null", "columns": ["sex"]}, "ExpectColumnValuesToNotBeNull"),
    ({"rule": "allowed", "columns": ["sex"], "values": ["female"]}, "ExpectColumnValuesToBeInSet"),
    ({"rule": "pattern", "columns": ["code"], "pattern": "a|b"}, "ExpectColumnValuesToMatchRegex"),
    ({"rule": "between", "columns": ["items"], "minimum": 0}, "ExpectColumnValuesToBeBetween"),
    ({"rule": "unique_key"}, "UnexpectedRowsExpectation"),
    ({"rule": "known_practice", "columns": ["practice_id"]}, "UnexpectedRowsExpectation"),
    ({"rule": "inside_period", "columns": ["period"]}, "ExpectColumnValuesToBeBetween"),
    ({"rule": "row_count", "minimum": 1}, "ExpectTableRowCountToBeBetween"),
]


@pytest.mark.parametrize(("check", "kind"), KINDS, ids=[check["rule"] for check, _ in KINDS])
@pytest.mark.parametrize("severity", ["critical", "warning", "info"])
def test_each_rule_is_great_expectations_own_with_its_severity(
    plan: Plan, check: dict[str, Any], kind: str, severity: str
) -> None:
    ((_, (expectation,)),) = plan(check | {"severity": severity})
    assert (expectation["kind"], expectation["severity"]) == (kind, severity)


def test_one_expectation_per_column_in_the_contracts_order(plan: Plan) -> None:
    key, filled = plan({"rule": "unique_key"}, {"rule": "not_null", "columns": ["sex", "code"]})
    assert (key[0], len(key[1])) == (("practice_id", "period", "code", "indication"), 1)
    assert [expectation["column"] for expectation in filled[1]] == ["sex", "code"]


def test_pattern_means_the_whole_value_also_with_alternatives(plan: Plan) -> None:
    ((_, (expectation,)),) = plan(KINDS[2][0])
    assert expectation["regex"] == r"\A(?:a|b)\z"


def test_codes_stay_text(plan: Plan) -> None:
    ((_, (expectation,)),) = plan({"rule": "allowed", "columns": ["code"], "values": ["0101", "1e5", "NO"]})
    assert expectation["value_set"] == ["0101", "1e5", "NO"]


def test_reference_gives_the_practices_and_the_period(plan: Plan) -> None:
    (_, (known,)), (_, (inside,)) = plan(KINDS[5][0], KINDS[6][0])
    assert "('010101'), ('020202')" in known["unexpected_rows_query"]
    assert (inside["min_value"], inside["max_value"]) == (date(2025, 1, 1), date(2025, 3, 31))


def test_data_docs_name_the_expectation_that_is_asked(plan: Plan) -> None:
    pair = {"columns": ["sex", "code"], "values": ["female/a"]}
    others = [({"rule": rule} | pair, ASKED_AS[rule]) for rule in ("not_above", "allowed_together")]
    planned = {check["rule"]: plan(check)[0][1][0]["kind"] for check, _ in [*KINDS, *others]}
    assert planned == ASKED_AS
