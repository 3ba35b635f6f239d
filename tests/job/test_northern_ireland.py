"""Two months of 305 practices: what is left out is counted, and what is kept adds up to the files' own sums."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter, defaultdict

import pytest
from job_runs import DATA, Run

pytestmark = pytest.mark.job
FOLDER = DATA / "northern_ireland"
MONTHS = ("2025-10", "2025-11")


def rows_of(month: str) -> list[dict[str, str]]:
    text = gzip.decompress((FOLDER / f"prescriptions_{month}.csv.gz").read_bytes()).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def key(practice: str) -> str:
    return practice.removesuffix(".0").lstrip("Z").zfill(6)


@pytest.fixture(scope="module")
def lines() -> dict[str, list[dict[str, str]]]:
    return {month: rows_of(month) for month in MONTHS}


def test_the_run_ends_well_and_says_how_many_rows_were_rejected(northern_ireland: Run) -> None:
    assert northern_ireland.code == 0, northern_ireland.printed
    assert northern_ireland.attempts == ""
    assert "rejected" in northern_ireland.printed


def test_there_are_305_practices_in_17_federations(northern_ireland: Run) -> None:
    assert northern_ireland.rows(
        "select count(distinct practice_id), count(distinct cluster_id) from registry.membership"
    ) == [(305, 17)]


def test_rows_without_a_substance_are_rejected_and_counted(
    northern_ireland: Run, lines: dict[str, list[dict[str, str]]]
) -> None:
    expected = Counter({month: sum(row["VTM_NM"] == "-" for row in rows) for month, rows in lines.items()})
    found = northern_ireland.rows(
        """select strftime(period_start, '%Y-%m'), rows_rejected from ledger.extract where source = 'prescriptions'"""
    )
    assert sum(expected.values()) == 610
    assert dict(found) == expected


def test_items_of_each_practice_and_month_add_up_to_the_file(
    northern_ireland: Run, lines: dict[str, list[dict[str, str]]]
) -> None:
    expected: dict[tuple[str, str], float] = defaultdict(float)
    for month, rows in lines.items():
        for row in rows:
            if row["VTM_NM"] != "-":
                expected[key(row["Practice"]), month] += float(row["TotalItems"])
    found = northern_ireland.rows(
        """select practice_id, strftime(period, '%Y-%m'), sum(items) from fact.prescription
        where known_to is null group by all"""
    )
    assert {(practice, month): items for practice, month, items in found} == expected


def test_a_list_size_that_stands_on_each_line_is_taken_once(
    northern_ireland: Run, lines: dict[str, list[dict[str, str]]]
) -> None:
    expected = {
        (key(row["Practice"]), month): float(row["RegisteredPatients"]) for month, rows in lines.items() for row in rows
    }
    found = northern_ireland.rows("select practice_id, strftime(period, '%Y-%m'), patients from fact.list_size")
    assert len(found) == len(expected)
    assert {(practice, month): patients for practice, month, patients in found} == expected


def test_a_rate_is_the_one_of_the_plain_loop(northern_ireland: Run, lines: dict[str, list[dict[str, str]]]) -> None:
    items: dict[str, float] = defaultdict(float)
    listed: dict[str, float] = {}
    for row in lines["2025-10"]:
        listed[key(row["Practice"])] = float(row["RegisteredPatients"])
        if row["VTM_NM"].startswith("Sertraline"):
            items[key(row["Practice"])] += float(row["TotalItems"])
    expected = {practice: 1000 * items[practice] / patients for practice, patients in listed.items()}
    found = northern_ireland.rows(
        """select unit_id, value from mart.measure
        where level = 'practice' and measure_id = 'sertraline_per_1000' and practice_set = 'then'"""
    )
    assert dict(found) == pytest.approx(expected, rel=1e-12)
