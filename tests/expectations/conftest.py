"""One validating process for all tests of this room, and what they ask it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from small_extracts import REFERENCE, Ask, Plan, Stage, contract_with, plan_of, write_staged

from expectations.process import Validator
from transforms.checked import CheckResult, Reference


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Makes a staged file, in a place whose name is awkward in a URL."""
    folder = tmp_path / "staged" / "prescriptions"
    folder.mkdir(parents=True)
    return partial(write_staged, folder / "Øst $HOME 100%.duckdb")


@pytest.fixture
def ask(validator: Validator) -> Ask:
    """The one result of one check over a staged file."""

    def answer(staged: Path, reference: Reference = REFERENCE, **check: Any) -> CheckResult:
        (result,) = validator.validate(staged, contract_with(check), reference)
        return result

    return answer


@pytest.fixture
def plan(validator: Validator) -> Plan:
    """The plan of a contract with the given checks, made in the validating process."""

    def made(*checks: dict[str, Any]) -> list[Any]:
        return validator._running_child().pool.submit(plan_of, contract_with(*checks), REFERENCE).result()

    return made
