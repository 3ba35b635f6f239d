"""Which practice-months count, and what is in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import naive_figures as naive
import polars as pl
import pytest
from small_region import BASELINE, BEFORE, MEASURES, RATE, SHARE, SmallRegion, random_region

from transforms.definitions import Measure
from transforms.practice_months import clusters_by_month, counted_months, open_months

JANUARY, FEBRUARY, MARCH = BEFORE


def counted(region: SmallRegion, measure: Measure = RATE) -> dict[date, tuple[float, float]]:
    rows = counted_months(measure, BASELINE, region.facts()).iter_rows(named=True)
    return {row["period"]: (row["numerator"], row["denominator"]) for row in rows}


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.id)
@pytest.mark.parametrize("seed", range(8))
def test_counted_months_are_those_of_a_loop_over_rows(seed: int, measure: Measure) -> None:
    region = random_region(seed)
    expected = {
        (name, month): (
            naive.total(region, measure.numerator, name, month),
            naive.total(region, measure.denominator, name, month),
            naive.cluster_in(region, name, month),
        )
        for name in (row["practice_id"] for row in region.rows["practices"])
        for month in naive.months_that_count(region, measure, name, BEFORE)
    }
    found = counted_months(measure, BASELINE, region.facts()).iter_rows(named=True)
    parts = ("numerator", "denominator", "cluster_id")
    assert {(row["practice_id"], row["period"]): tuple(row[part] for part in parts) for row in found} == expected


def test_a_submitted_month_without_facts_is_a_zero() -> None:
    region = SmallRegion().add("a", months=BEFORE, items=0)
    assert counted(region) == dict.fromkeys(BEFORE, (0, 300))


@pytest.mark.parametrize("source", ["prescriptions", "list_sizes"])
def test_a_month_that_one_source_did_not_submit_is_in_neither_part(source: str) -> None:
    region = SmallRegion().add("a", months=BEFORE).keeps_back("a", [FEBRUARY], source)
    assert list(counted(region)) == [JANUARY, MARCH]


def test_a_share_of_prescriptions_does_not_wait_for_the_list_size_submission() -> None:
    region = SmallRegion().add("a", months=BEFORE).keeps_back("a", BEFORE, "list_sizes")
    assert counted(region, SHARE) == dict.fromkeys(BEFORE, (30, 100))


@pytest.mark.parametrize("patients", [0, None])
def test_a_submitted_month_without_listed_patients_does_not_count(patients: int | None) -> None:
    region = SmallRegion().add("a", months=(JANUARY, MARCH)).prescribes("a", FEBRUARY, 9).submits("a", FEBRUARY)
    if patients is not None:
        region.lists("a", FEBRUARY, patients)
    assert list(counted(region)) == [JANUARY, MARCH]


def test_months_outside_the_window_do_not_count() -> None:
    region = SmallRegion().add("a", months=(date(2024, 12, 1), JANUARY, date(2025, 4, 1)))
    assert list(counted(region)) == [JANUARY]


@pytest.mark.parametrize(
    ("day", "clusters"),
    [
        (date(2025, 2, 1), ["c1", "c2", "c2"]),
        (date(2025, 2, 28), ["c1", "c2", "c2"]),
        (date(2025, 3, 1), ["c1", "c1", "c2"]),
    ],
)
def test_the_month_of_a_move_is_the_new_clusters(day: date, clusters: list[str]) -> None:
    region = SmallRegion().add("a", months=BEFORE).moves("a", day, "c2")
    assert counted_months(RATE, BASELINE, region.facts())["cluster_id"].to_list() == clusters


def test_a_practice_that_left_for_no_cluster_counts_alone_afterwards() -> None:
    region = SmallRegion().add("a", months=BEFORE).moves("a", date(2025, 2, 15), None)
    assert counted_months(RATE, BASELINE, region.facts())["cluster_id"].to_list() == ["c1", "c1", None]
    assert clusters_by_month(BASELINE, region.facts().memberships).select(pl.len()).collect().item() == 2


@pytest.mark.parametrize(
    ("opened", "closed", "months"),
    [
        (None, None, 3),
        (date(2025, 2, 28), None, 2),
        (None, date(2025, 2, 1), 2),
        (date(2025, 3, 31), None, 1),
        (None, date(2024, 12, 31), 0),
        (date(2025, 4, 1), None, 0),
    ],
)
def test_a_month_with_one_open_day_is_an_open_month(opened: date | None, closed: date | None, months: int) -> None:
    region = SmallRegion().add("a", months=(), opened=opened, closed=closed)
    assert open_months(BASELINE, region.facts().practices).rows() == [("a", months)]


COUNT = {"window_months": 3, "patient_group": "users", "sex": None, "age_band": None, "patients": 12}
USERS = Measure.model_validate(
    RATE.model_dump(exclude={"numerator"})
    | {"numerator": {"source": "patient_counts", "quantity": "patients", "groups": ("users",), "window_months": 3}}
)


def with_counts(region: SmallRegion, *practices: str, month: date = MARCH) -> dict[tuple[str, date], tuple[float, ...]]:
    """What counts where `practices` had patients counted up to and with `month`."""
    facts = region.facts()
    rows = pl.DataFrame([COUNT | {"practice_id": name, "period": month} for name in practices])
    submitted = rows.select("practice_id", pl.lit("patient_counts").alias("source"), "period").lazy()
    known = replace(
        facts,
        by_source={**facts.by_source, "patient_counts": rows.lazy()},
        submissions=pl.concat([facts.submissions, submitted]),
    )
    found = counted_months(USERS, BASELINE, known).iter_rows(named=True)
    parts = ("numerator", "denominator", "cluster_id")
    return {(row["practice_id"], row["period"]): tuple(row[part] for part in parts) for row in found}


def test_patients_counted_over_the_window_are_out_of_the_list_at_its_end_held_for_all_of_it() -> None:
    region = SmallRegion().add("a", months=BEFORE).moves("a", FEBRUARY, "c2").lists("a", MARCH, 50, "male")
    every = {("a", JANUARY): (0, 0, "c2"), ("a", FEBRUARY): (0, 0, "c2"), ("a", MARCH): (12, 3 * 350, "c2")}
    assert with_counts(region, "a") == every


def test_patients_counted_to_another_month_are_of_another_window() -> None:
    assert with_counts(SmallRegion().add("a", months=BEFORE), "a", month=FEBRUARY) == {}


def test_who_has_no_list_at_the_end_has_no_count_of_those_on_it() -> None:
    region = SmallRegion().add("a", months=(JANUARY, FEBRUARY)).add("b", months=(FEBRUARY, MARCH))
    assert with_counts(region, "a", "b") == {("b", FEBRUARY): (0, 0, "c1"), ("b", MARCH): (12, 900, "c1")}
