"""How the suite is divided between processes: what shares a costly fixture stays together, long parts first."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SHARED = (
    "region",
    "manchester",
    "qof",
    "northern_ireland",
    "server",
)  # one whole run each, for all tests that look at it
LONGEST_FIRST = ("job", "reports", "faults", "flows", "examples", "expectations", "warehouse", "transforms")


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: _rank(item.path))  # stable: the order within a folder stays


def _group(item: pytest.Item) -> str:
    shared = [name for name in SHARED if name in getattr(item, "fixturenames", ())]
    if shared:
        return shared[0]
    room = item.path.relative_to(TESTS).parts[0]
    return room if room == "reports" else str(item.path.relative_to(TESTS))


def _rank(path: Path) -> int:
    room = path.relative_to(TESTS).parts[0]
    return LONGEST_FIRST.index(room) if room in LONGEST_FIRST else len(LONGEST_FIRST)
