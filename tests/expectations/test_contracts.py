"""Every contract there is: rows made from it pass, and each of its checks finds the fault planted for it in its row.

Contracts are discovered. One that is added is tested by being there.
"""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

import pytest
from planted import Fault, faults_of, validate_with_every_example, write_rows

from expectations.process import Validator
from transforms.checked import CheckResult
from transforms.contract import CODE_RULES, DELIVERY_RULES, REGISTRY_RULES, ROW_RULES, Contract, parse_contract
from transforms.example_rows import example_file, example_name, example_rows

FILES = sorted((Path(__file__).parents[2] / "expectations" / "contracts").glob("*.toml"))
CONTRACTS = [parse_contract(path) for path in FILES]
TEN = {
    "prescriptions",
    "services",
    "care_plans",
    "questionnaire",
    "dose_dispensing",
    "patient_counts",
    "registrations",
    "municipal",
    "list_sizes",
    "benchmarks",
    "registry",
}


@pytest.fixture(params=CONTRACTS, ids=lambda contract: contract.source)
def contract(request: pytest.FixtureRequest) -> Contract:
    return request.param


def asked(validator: Validator, staged: Path, contract: Contract) -> dict[str, CheckResult]:
    child = validator._running_child().pool
    results = child.submit(validate_with_every_example, staged, contract).result()
    return {result.check_id: result for result in results}


def test_the_ten_sources_are_there() -> None:
    assert {contract.source for contract in CONTRACTS} == TEN == {path.stem for path in FILES}


def test_rows_made_from_a_contract_pass_each_of_its_checks(
    contract: Contract, tmp_path: Path, validator: Validator
) -> None:
    rows = example_rows(contract, 30)
    found = asked(validator, write_rows(tmp_path / "good.duckdb", contract, rows), contract)
    assert len(rows) >= 3
    assert set(found) == {check.check_id for check in contract.checks if check.rule in ROW_RULES}
    broken = {name: result for name, result in found.items() if result.outcome != "passed"}
    # Only what is for the reader's information may be so in good rows: an optional column that is empty.
    assert {result.severity for result in broken.values()} <= {"info"}


def test_each_check_finds_the_fault_planted_for_it(contract: Contract, tmp_path: Path, validator: Validator) -> None:
    checks = [check for check in contract.checks if check.rule in ROW_RULES - {"row_count"}]
    faults: list[Fault] = [fault for check in checks for fault in faults_of(contract, check)]
    assert {fault.check_id for fault in faults} == {check.check_id for check in checks}
    rows = [row for fault in faults for row in (fault.twin, fault.row) if row is not None]
    found = asked(validator, write_rows(tmp_path / "bad.duckdb", contract, rows), contract)
    numbers = {id(row): number for number, row in enumerate(rows, start=2)}
    missed = [
        (fault.check_id, fault.row)
        for fault in faults
        if numbers[id(fault.row)] not in {example.row_number for example in found[fault.check_id].examples}
    ]
    assert missed == []
    assert {found[check.check_id].outcome for check in checks} == {"failed"}
    assert {found[check.check_id].severity == check.severity for check in checks} == {True}


def test_a_fault_breaks_its_own_check_and_good_rows_stay_good(
    contract: Contract, tmp_path: Path, validator: Validator
) -> None:
    """A check that fails every row would pass the test above: here the good row stands beside the bad one."""
    good = example_rows(contract, 9)
    checks = [check for check in contract.checks if check.rule in ROW_RULES - {"row_count", "unique_key"}]
    rows = [*good, *(fault.row for check in checks for fault in faults_of(contract, check))]
    found = asked(validator, write_rows(tmp_path / "mixed.duckdb", contract, rows), contract)
    for check in checks:
        if check.severity != "info":
            failed = {example.row_number for example in found[check.check_id].examples}
            assert failed.isdisjoint(range(2, len(good) + 2)), check.check_id


def test_an_empty_extract_breaks_the_row_count(contract: Contract, tmp_path: Path, validator: Validator) -> None:
    found = asked(validator, write_rows(tmp_path / "empty.duckdb", contract, []), contract)
    assert {name for name, result in found.items() if result.outcome != "passed"} == {"row_count"}
    assert found["row_count"].blocks


def test_no_contract_counts_a_row_twice_in_silence_or_takes_an_empty_file(contract: Contract) -> None:
    """Where corrections are netted, rows of the same key are added up on purpose."""
    used = {check.rule for check in contract.checks}
    assert used >= {"not_null", "row_count"} | ({"unique_key"} if contract.corrections == "replace" else set())
    assert used <= ROW_RULES | DELIVERY_RULES | CODE_RULES | set(REGISTRY_RULES)


def test_every_check_has_its_own_name_and_says_why_in_both_languages(contract: Contract) -> None:
    ids = [check.check_id for check in contract.checks]
    assert len(ids) == len(set(ids))
    texts = [contract.title, contract.one_row, *(column.what for column in contract.columns)]
    texts += [check.why for check in contract.checks]
    assert [text for text in texts if not (text.da and text.en)] == []


def test_a_file_is_taken_by_one_contract_only() -> None:
    names = {example_name(contract): contract.source for contract in CONTRACTS}
    assert len(names) == len(CONTRACTS)
    for name, source in names.items():
        takers = [each.source for each in CONTRACTS if any(fnmatch(name, mark) for mark in each.file.patterns)]
        assert takers == [source]


def test_an_example_file_has_the_contracts_headers_and_a_line_for_each_row(contract: Contract) -> None:
    lines = example_file(contract, example_rows(contract, 3))
    assert lines is not None
    header = lines[0].split(contract.file.delimiter)
    assert header == [column.headers[0] for column in contract.columns if column.headers]
    assert (len(lines), {line.count(contract.file.delimiter) for line in lines}) == (4, {len(header) - 1})
