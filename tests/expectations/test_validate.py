"""Every rule: a clean file passes, a planted fault is found in its row with its value, and a crash is not a failure."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from small_extracts import REFERENCE, Ask, Stage, contract_with

from expectations.errors import IncompleteCheckError, ValidationUnavailableError
from expectations.process import Validator
from transforms.checked import Example

RULES: list[dict[str, Any]] = [
    {"rule": "not_null", "columns": ["practice_id"]},
    {"rule": "allowed", "columns": ["sex"], "values": ["female", "male"]},
    {"rule": "pattern", "columns": ["code"], "pattern": "[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}"},
    {"rule": "between", "columns": ["items"], "minimum": 0, "maximum": 5000},
    {"rule": "unique_key"},
    {"rule": "known_practice", "columns": ["practice_id"]},
    {"rule": "inside_period", "columns": ["period"]},
    {"rule": "row_count", "minimum": 1, "maximum": 100},
]
# rule's place in RULES, the cell changed in rows 4 and 9, what stands there, what the result says stands there
FAULTS = [
    pytest.param(0, "practice_id", None, "", id="not_null"),
    pytest.param(1, "sex", "kvinde", "kvinde", id="allowed"),
    pytest.param(2, "code", "xA01AA01", "xA01AA01", id="pattern with a good part"),
    pytest.param(2, "code", "A01AA01\n", "A01AA01\n", id="pattern with a line end"),
    pytest.param(3, "items", -1, "-1", id="between, below"),
    pytest.param(3, "items", 5001, "5001", id="between, above"),
    pytest.param(5, "practice_id", "10101", "10101", id="known_practice without its leading zero"),
    pytest.param(6, "period", date(2024, 12, 1), "2024-12-01", id="inside_period, before"),
    pytest.param(6, "period", date(2025, 4, 1), "2025-04-01", id="inside_period, after"),
]


def test_clean_file_passes_every_rule(stage: Stage, validator: Validator) -> None:
    results = validator.validate(stage(), contract_with(*RULES), REFERENCE)
    assert [result.rule for result in results] == [check["rule"] for check in RULES]
    assert {(result.outcome, result.rows_checked, result.rows_failed, result.examples) for result in results} == {
        ("passed", 12, 0, ())
    }
    assert not any(result.blocks for result in results)


@pytest.mark.parametrize(("place", "column", "value", "shown"), FAULTS)
def test_planted_fault_is_found(
    stage: Stage, validator: Validator, place: int, column: str, value: object, shown: str
) -> None:
    staged = stage({4: {column: value}, 9: {column: value}})
    (result,) = validator.validate(staged, contract_with(RULES[place]), REFERENCE)
    assert (result.outcome, result.rows_checked, result.rows_failed) == ("failed", 12, 2)
    assert result.examples == (Example(4, column, shown), Example(9, column, shown))
    assert result.blocks


@pytest.mark.parametrize("rule", [1, 2, 3, 5, 6], ids=lambda place: RULES[place]["rule"])
def test_missing_value_is_the_business_of_not_null_alone(stage: Stage, validator: Validator, rule: int) -> None:
    column = RULES[rule]["columns"][0]
    (result,) = validator.validate(stage({4: {column: None}}), contract_with(RULES[rule]), REFERENCE)
    assert result.outcome == "passed"


@pytest.mark.parametrize("indication", ["001", None])
def test_repeated_key_is_found_with_every_row_that_has_it(stage: Stage, ask: Ask, indication: str | None) -> None:
    twin = {"code": "J01CA04", "indication": indication}
    result = ask(stage({9: twin, 3: twin, 5: twin}), rule="unique_key")
    assert (result.outcome, result.rows_failed) == ("failed", 3)
    assert result.columns == ("practice_id", "period", "code", "indication")
    value = f"010101, 2025-01-01, J01CA04, {indication or ''}"
    assert result.examples == tuple(Example(row, ", ".join(result.columns), value) for row in (3, 5, 9))


def test_key_with_and_without_an_indication_is_two_keys(stage: Stage, ask: Ask) -> None:
    staged = stage({3: {"code": "J01CA04"}, 5: {"code": "J01CA04", "indication": None}})
    assert ask(staged, rule="unique_key").outcome == "passed"


def test_unique_key_of_its_own_columns(stage: Stage, ask: Ask) -> None:
    result = ask(stage({7: {"code": "A02AA00"}}), rule="unique_key", columns=["code"])
    assert result.examples == (Example(2, "code", "A02AA00"), Example(7, "code", "A02AA00"))


@pytest.mark.parametrize(("limits", "outcome"), [({"minimum": 13}, "failed"), ({"maximum": 11}, "failed")])
def test_row_count_is_no_rows_fault(stage: Stage, ask: Ask, limits: dict[str, int], outcome: str) -> None:
    result = ask(stage(), rule="row_count", **limits)
    assert (result.outcome, result.rows_checked, result.rows_failed, result.examples) == (outcome, 12, 0, ())


def test_no_rows_break_no_rule_but_row_count(stage: Stage, validator: Validator) -> None:
    results = validator.validate(stage(rows=0), contract_with(*RULES), REFERENCE)
    assert {result.rule: result.outcome for result in results if result.outcome != "passed"} == {"row_count": "failed"}


def test_thousand_offending_rows_are_counted_exactly(stage: Stage, validator: Validator) -> None:
    same = {"items": -5, "code": "same"}
    staged = stage(dict.fromkeys(range(101, 1101), same), rows=1500)
    results = validator.validate(staged, contract_with(RULES[3], RULES[4]), REFERENCE)
    assert [result.rows_failed for result in results] == [1000, 1000]
    for result in results:
        assert [example.row_number for example in result.examples] == [101, 102, 103, 104, 105]


def test_row_wrong_in_two_columns_is_one_row(stage: Stage, ask: Ask) -> None:
    staged = stage({4: {"sex": None, "indication": None}, 6: {"indication": None}})
    result = ask(staged, rule="not_null", columns=["sex", "indication"])
    assert result.rows_failed == 2
    assert [(example.row_number, example.column) for example in result.examples] == [
        (4, "sex"),
        (4, "indication"),
        (6, "indication"),
    ]


@pytest.mark.parametrize(
    ("column", "values", "bad", "shown"), [("items", ["3", "4"], 5, "5"), ("amount", ["2.5"], 0.25, "0.25")]
)
def test_allowed_values_have_the_columns_type(
    stage: Stage, ask: Ask, column: str, values: list[str], bad: float, shown: str
) -> None:
    result = ask(stage({8: {column: bad}}), rule="allowed", columns=[column], values=values)
    assert result.examples == (Example(8, column, shown),)


def test_colons_quotes_and_percent_signs_are_only_characters(stage: Stage, ask: Ask) -> None:
    staged = stage({row: {"code": "100%:a's"} for row in range(2, 14)} | {5: {"code": "100%:b's"}})
    result = ask(staged, rule="pattern", columns=["code"], pattern="(?:[0-9]+)%:a's")
    assert result.examples == (Example(5, "code", "100%:b's"),)
    result = ask(staged, rule="allowed", columns=["code"], values=["100%:a's", "\\:x"])
    assert result.examples == (Example(5, "code", "100%:b's"),)


def test_days_inside_the_period_count_to_its_last_day(stage: Stage, ask: Ask) -> None:
    staged = stage({3: {"day": date(2025, 3, 31)}, 6: {"day": date(2025, 4, 1)}})
    assert ask(staged, rule="inside_period", columns=["day"]).examples == (Example(6, "day", "2025-04-01"),)


def test_practice_with_odd_characters_is_known_by_them(stage: Stage, ask: Ask) -> None:
    odd = "{o'b}:x%"
    reference = replace(REFERENCE, practices=frozenset({"010101", odd}))
    staged = stage({3: {"practice_id": odd}, 6: {"practice_id": "{batch}"}, 7: {"practice_id": None}})
    result = ask(staged, reference=reference, rule="known_practice", columns=["practice_id"])
    assert result.examples == (Example(6, "practice_id", "{batch}"),)


def test_empty_registry_knows_no_practice(stage: Stage, ask: Ask) -> None:
    nobody = replace(REFERENCE, practices=frozenset())
    result = ask(stage(), reference=nobody, rule="known_practice", columns=["practice_id"])
    assert (result.outcome, result.rows_failed, len(result.examples)) == ("failed", 12, 5)


@pytest.mark.parametrize(("severity", "blocks"), [("critical", True), ("warning", False), ("info", False)])
def test_severity_is_carried_and_only_critical_blocks(stage: Stage, ask: Ask, severity: str, blocks: bool) -> None:
    result = ask(stage({3: {"sex": None}}), rule="not_null", columns=["sex"], severity=severity)
    assert (result.severity, result.outcome, result.blocks) == (severity, "failed", blocks)


CRASHES = [
    pytest.param({"items": "varchar"}, RULES[3], id="a number expected"),
    pytest.param({"code": "bigint"}, RULES[2], id="a pattern over numbers"),
    pytest.param({"period": "varchar"}, RULES[6], id="a date expected"),
]


@pytest.mark.parametrize(("types", "check"), CRASHES)
def test_check_that_cannot_be_asked_has_crashed_and_says_no_value(
    stage: Stage, validator: Validator, types: dict[str, str], check: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    cells = {column: 7 if type_ == "bigint" else "hemmelig" for column, type_ in types.items()}
    rows = dict.fromkeys(range(2, 14), cells)
    results = validator.validate(stage(rows, types=types), contract_with(check, RULES[0]), REFERENCE)
    assert [result.outcome for result in results] == ["crashed", "passed"]
    assert (results[0].rows_checked, results[0].rows_failed, results[0].examples) == (0, 0, ())
    assert results[0].blocks
    assert "hemmelig" not in repr(results) + "".join(capfd.readouterr())


@pytest.mark.parametrize("check", RULES[:7], ids=lambda check: check["rule"])
def test_missing_column_crashes_its_check_alone(tmp_path: Path, validator: Validator, check: dict[str, Any]) -> None:
    staged = tmp_path / "x.duckdb"
    with duckdb.connect(str(staged)) as connection:
        connection.execute("create table staged as select 2::bigint as row_number, 2.5 as amount")
    other = {"rule": "not_null", "columns": ["amount"]}
    results = validator.validate(staged, contract_with(check, other), REFERENCE)
    assert [result.outcome for result in results] == ["crashed", "passed"]


PLANTED = {
    3: {"practice_id": None, "items": -4},
    4: {"code": "not a code", "amount": None},
    6: {"sex": "unheard of", "period": date(2024, 12, 1), "items": 10**6},
    7: {"practice_id": "999999", "code": "A08AA00"},
    9: {"day": date(2031, 1, 1), "code": None},
}


@pytest.mark.parametrize("crashing", [False, True], ids=["all asked", "one crashes"])
def test_checks_asked_together_say_what_each_says_alone(
    stage: Stage, validator: Validator, ask: Ask, crashing: bool
) -> None:
    unreadable = {12: {"amount": "hemmelig"}} if crashing else {}
    staged = stage(PLANTED | unreadable, types={"amount": "varchar"} if crashing else None)
    rules = [*RULES, {"rule": "between", "columns": ["amount"], "minimum": 0}]
    together = validator.validate(staged, contract_with(*rules), REFERENCE)
    alone = tuple(ask(staged, **rule) for rule in rules)
    assert together == alone
    assert {result.outcome for result in together} >= {"passed", "failed"} | ({"crashed"} if crashing else set())


def test_cell_the_engine_cannot_read_is_not_repeated(stage: Stage, ask: Ask, capfd: pytest.CaptureFixture[str]) -> None:
    """DuckDB compares text with a number by casting it, and its error quotes the cell."""
    staged = stage({4: {"items": "hemmelig"}}, types={"items": "varchar"})
    result = ask(staged, rule="allowed", columns=["items"], values=["3"])
    assert (result.outcome, result.blocks) == ("crashed", True)
    assert "hemmelig" not in repr(result) + "".join(capfd.readouterr())


def test_file_is_free_for_a_writer_afterwards(stage: Stage, validator: Validator) -> None:
    staged = stage({4: {"items": -1}}, types={"period": "varchar"})
    before = sorted(staged.parent.iterdir())
    validator.validate(staged, contract_with(*RULES), REFERENCE)
    write = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('create table more as select 1')"
    assert subprocess.run([sys.executable, "-c", write, str(staged)], check=False).returncode == 0
    assert sorted(staged.parent.iterdir()) == before


def test_file_that_is_not_there_or_not_staged_is_told(tmp_path: Path, validator: Validator) -> None:
    with pytest.raises(ValidationUnavailableError, match=r"no staged extract x\.duckdb"):
        validator.validate(tmp_path / "x.duckdb", contract_with(RULES[0]), REFERENCE)
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    with pytest.raises(ValidationUnavailableError, match=r"empty\.duckdb cannot be opened"):
        validator.validate(tmp_path / "empty.duckdb", contract_with(RULES[0]), REFERENCE)


def test_file_that_is_being_written_is_told(stage: Stage, validator: Validator) -> None:
    staged = stage()
    with duckdb.connect(str(staged)), pytest.raises(ValidationUnavailableError, match="cannot be opened"):
        validator.validate(staged, contract_with(RULES[0]), REFERENCE)
    assert validator.validate(staged, contract_with(RULES[0]), REFERENCE)[0].outcome == "passed"


INCOMPLETE = [
    ({"rule": "pattern", "columns": ["code"]}, "check pattern.code of the contract prescriptions needs a `pattern`"),
    ({"rule": "allowed", "columns": ["sex"]}, "check allowed.sex of the contract prescriptions needs `values`"),
    ({"rule": "row_count"}, "check row_count of the contract prescriptions needs a `minimum` or a `maximum`"),
    ({"rule": "not_null"}, "check not_null of the contract prescriptions needs `columns`"),
    ({"rule": "between", "columns": ["items"]}, "has limits that no value can meet, or limits missing"),
]


@pytest.mark.parametrize(
    ("check", "message"), INCOMPLETE, ids=lambda part: part["rule"] if isinstance(part, dict) else ""
)
def test_incomplete_check_is_named(stage: Stage, ask: Ask, check: dict[str, Any], message: str) -> None:
    with pytest.raises(IncompleteCheckError, match=message):
        ask(stage(), **check)
