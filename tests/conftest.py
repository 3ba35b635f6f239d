"""How the suite is divided between processes: what shares a costly fixture stays together, long parts first.

One validating process serves every room, for its import of Great Expectations takes seconds.

pytest-xdist names groups in a place where this pytest no longer looks, so the division is told to it directly.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from expectations.process import Validator

TESTS = Path(__file__).parent
ON_THE_DEMO = (  # one whole run for all
    "test_region.py",
    "test_packages_of_the_region.py",
    "test_prefect.py",
    "test_deliveries.py",
    "test_refusals.py",
)
ON_REAL_INPUT = ("test_manchester.py", "test_northern_ireland.py", "test_qof.py")  # one process for all
LONGEST_FIRST = (
    "job",
    "reports",
    "test_measurements.py",
    "faults",
    "flows",
    "examples",
    "expectations",
    "warehouse",
    "transforms",
)

# Every worker collects every test file, and many tests start the whole program: one compiles for all.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# How long one example takes says something about the machine alone.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


class ByCostlyFixture(LoadScopeScheduling):
    """Hands out whole groups."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByCostlyFixture:
    config.option.loadscopereorder = False  # by size the long groups of few tests would begin last
    return ByCostlyFixture(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _rank(item.path))  # stable: the order within a folder stays


@pytest.fixture(scope="session")
def validator() -> Iterator[Validator]:
    """One child for as long as the worker lasts."""
    with Validator() as running:
        yield running


def group_of(file: str) -> str:
    """The group of a test file, given by its path from the project's folder."""
    room, name = Path(file).parts[1], Path(file).name
    if room == "job" and name in ON_THE_DEMO:
        return "demo"
    if room == "job" and name in ON_REAL_INPUT:
        return "real input"
    return room if room == "reports" else file


def _rank(path: Path) -> int:
    room = path.relative_to(TESTS).parts[0]
    return LONGEST_FIRST.index(room) if room in LONGEST_FIRST else len(LONGEST_FIRST)
