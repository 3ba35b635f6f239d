"""Real input, recomputed from the CSV files in plain Python: no Polars, no DuckDB, nothing of klyngeflow."""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from job_runs import MANCHESTER, Run

pytestmark = pytest.mark.job
WINDOWS = {"then": ("2017-10", "2017-11", "2017-12"), "now": ("2018-10", "2018-11", "2018-12")}


def lines(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def naive(manchester: Run) -> dict[str, Any]:
    clusters = {
        row["practice_code"]: row["cluster_code"]
        for row in lines(MANCHESTER / "practice_cluster_2016.csv")
        if row["setting_2016"] == "4"
    }
    listed = {
        (row["practice_code"], row["date"][:7]): int(row["total_list_size"])
        for row in lines(MANCHESTER / "list_sizes.csv.gz")
    }
    items = {
        (row["practice_code"], row["date"][:7]): int(row["items"])
        for row in lines(MANCHESTER / "prescriptions_bnf0501.csv.gz")
        if row["setting"] == "4"
    }
    return {"clusters": clusters, "listed": listed, "items": items}


def totals(naive: dict[str, Any], window: str) -> dict[str, list[float]]:
    """Items and person-months per practice over the months in which it was listed."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0, 0])
    for practice in naive["clusters"]:
        for month in WINDOWS[window]:
            if naive["listed"].get((practice, month), 0) > 0:
                sums[practice][0] += naive["items"].get((practice, month), 0)
                sums[practice][1] += naive["listed"][practice, month]
    return sums


def rate(items: float, person_months: float) -> float:
    return 1000 * items / (person_months / 3)


def by_cluster(naive: dict[str, Any], window: str, practices: set[str]) -> dict[str, float]:
    pooled: dict[str, list[float]] = defaultdict(lambda: [0, 0])
    for practice, (items, months) in totals(naive, window).items():
        if practice in practices:
            pooled[naive["clusters"][practice]][0] += items
            pooled[naive["clusters"][practice]][1] += months
    return {cluster: rate(*sums) for cluster, sums in pooled.items()}


def test_the_run_ends_well_and_reaches_nothing(manchester: Run) -> None:
    assert manchester.code == 0, manchester.printed
    assert manchester.attempts == ""


@pytest.mark.parametrize("window", ["then", "now"])
def test_every_practice_has_the_rate_of_the_plain_loop(manchester: Run, naive: dict[str, Any], window: str) -> None:
    found = manchester.rows(
        f"""select unit_id, value from mart.measure
        where level = 'practice' and practice_set = '{window}' and value is not null"""
    )
    expected = {practice: rate(*sums) for practice, sums in totals(naive, window).items()}
    assert len(expected) == 89
    assert dict(found) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("window", ["then", "now"])
def test_a_cluster_is_pooled_over_its_practice_months(manchester: Run, naive: dict[str, Any], window: str) -> None:
    found = manchester.rows(
        f"select unit_id, value from mart.measure where level = 'cluster' and practice_set = '{window}'"
    )
    assert dict(found) == pytest.approx(by_cluster(naive, window, set(naive["clusters"])), rel=1e-12)


def test_changes_of_practices_and_clusters_are_those_of_the_plain_loop(manchester: Run, naive: dict[str, Any]) -> None:
    then, now = totals(naive, "then"), totals(naive, "now")
    matched = set(then) & set(now)
    before, after = by_cluster(naive, "then", matched), by_cluster(naive, "now", matched)
    expected = {practice: rate(*now[practice]) - rate(*then[practice]) for practice in matched}
    expected |= {cluster: after[cluster] - before[cluster] for cluster in before}
    found = manchester.rows(
        "select unit_id, change from mart.comparison where level <> 'region' and change is not null"
    )
    assert dict(found) == pytest.approx(expected, rel=1e-9)


def test_prescribers_that_are_no_practices_are_in_no_rate(manchester: Run) -> None:
    others = {
        row["practice_code"] for row in lines(MANCHESTER / "practice_cluster_2016.csv") if row["setting_2016"] != "4"
    }
    units = {unit for (unit,) in manchester.rows("select distinct unit_id from mart.measure where level = 'practice'")}
    assert len(others) == 26
    assert units & others == set()
    assert manchester.rows(
        "select count(*) from fact.prescription where practice_id not in (from registry.practice select practice_id)"
    ) == [(0,)]


def test_a_listed_month_without_items_is_a_zero_and_no_month_more(manchester: Run, naive: dict[str, Any]) -> None:
    [(person_months,)] = manchester.rows(
        "select sum(denominator * 3) from mart.measure where level = 'region' and practice_set = 'now'"
    )
    assert person_months == sum(months for _, months in totals(naive, "now").values())


def test_closed_practices_are_named_as_such_and_have_no_figure(manchester: Run) -> None:
    found = dict(
        manchester.rows(
            """select unit_id, state from mart.measure
            where level = 'practice' and practice_set = 'now' and value is null"""
        )
    )
    assert found == {
        "P84623": "not_submitted",
        "P84627": "not_submitted",
        "P84676": "not_submitted",
        "P84659": "not_applicable",
        "P84677": "not_applicable",
    }
