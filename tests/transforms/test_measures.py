"""Practice-months summed to figures, each recomputed by loops, and every state a figure can be in."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import naive_figures as naive
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from scipy import stats
from small_region import BASELINE, BEFORE, MEASURES, MINIMUM, RATE, SHARE, WOMEN, SmallRegion, random_region

from transforms.definitions import Measure
from transforms.measures import figures, practice_figures, summed
from transforms.practice_months import counted_months


def figure(region: SmallRegion, measure: Measure = RATE, name: str = "a") -> dict[str, Any]:
    rows = practice_figures(measure, BASELINE, region.facts(), MINIMUM).iter_rows(named=True)
    return next(row for row in rows if row["practice_id"] == name)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.id)
@pytest.mark.parametrize("seed", range(10))
def test_every_practices_figure_is_that_of_a_loop_over_rows(seed: int, measure: Measure) -> None:
    region = random_region(seed)
    registry = {row["practice_id"]: row for row in region.rows["practices"]}
    sums = naive.pooled(region, measure, BEFORE, "practice", registry)
    found = practice_figures(measure, BASELINE, region.facts(), MINIMUM)
    assert found["practice_id"].to_list() == sorted(registry)
    for row in found.iter_rows(named=True):
        if (name := row["practice_id"]) not in sums:
            expected = (None, None, naive.state_without_figures(registry[name], BEFORE))
        else:
            expected = (*map(pytest.approx, sums[name]), naive.state(measure, *sums[name]))
        assert (row["numerator"], row["denominator"], row["state"]) == expected


@pytest.mark.parametrize("level", ["cluster", "region"])
@pytest.mark.parametrize("seed", range(5))
def test_pooled_sums_are_those_of_a_loop_over_practices(seed: int, level: str) -> None:
    region = random_region(seed)
    names = [row["practice_id"] for row in region.rows["practices"]]
    months = counted_months(WOMEN, BASELINE, region.facts()).filter(pl.col("cluster_id").is_not_null())
    months = months.join(region.facts().clusters.collect(), on="cluster_id")
    found = summed(WOMEN, BASELINE, months, f"{level}_id").sort(f"{level}_id")
    expected = naive.pooled(region, WOMEN, BEFORE, level, names)
    assert found[f"{level}_id"].to_list() == sorted(expected)
    for unit, numerator, denominator, _ in found.rows():
        assert (numerator, denominator) == pytest.approx(expected[unit])


def test_a_rate_stands_on_person_months_over_the_windows_months() -> None:
    region = SmallRegion().add("a", months=())
    for month, patients in zip(BEFORE, (900, 1000, 1100), strict=True):
        region.lists("a", month, patients).prescribes("a", month, 25).submits("a", month)
    found = figure(region)
    assert (found["numerator"], found["denominator"], found["value"]) == (75, 1000, 75)


def test_a_practice_that_closes_after_two_of_three_months_counts_two_thirds() -> None:
    found = figure(SmallRegion().add("a", months=BEFORE[:2], closed=BASELINE.months[2]))
    assert (found["numerator"], found["denominator"], found["months"]) == (60, 200, 2)


def test_an_unsubmitted_month_lowers_both_parts_and_leaves_the_rate() -> None:
    found = figure(SmallRegion().add("a", months=BEFORE).keeps_back("a", BEFORE[:1]))
    assert (found["numerator"], found["denominator"], found["value"]) == (60, 200, 300)


def test_a_share_is_events_over_events_without_division_by_months() -> None:
    found = figure(SmallRegion().add("a", months=BEFORE), SHARE)
    assert (found["numerator"], found["denominator"], found["value"]) == (90, 300, 30)


def test_a_cluster_is_sum_over_sum_and_not_a_mean_of_rates() -> None:
    region = SmallRegion().add("a", months=BEFORE, items=1, patients=10).add("b", months=BEFORE, patients=2990)
    sums = summed(RATE, BASELINE, counted_months(RATE, BASELINE, region.facts()), "cluster_id")
    pooled = figures(RATE, sums.with_columns(open_months=pl.lit(3)), MINIMUM).row(0, named=True)
    assert pooled["value"] == 1000 * 93 / 3000
    assert pooled["value"] != pytest.approx((1000 * 3 / 10 + 1000 * 90 / 2990) / 2)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_changes_nothing_not_even_the_last_bit(seed: int) -> None:
    region = random_region(seed)
    first = practice_figures(WOMEN, BASELINE, region.facts(), MINIMUM)
    for rows in region.rows.values():
        Random(seed + 100).shuffle(rows)
    assert_frame_equal(practice_figures(WOMEN, BASELINE, region.facts(), MINIMUM), first, check_exact=True)


NO_MONTHS: dict[str, Any] = {"months": ()}
STATES = [
    pytest.param(RATE, {"items": 7}, "value", id="21 events of a rate"),
    pytest.param(RATE, {"items": 6}, "too_few", id="18 events of a rate"),
    pytest.param(RATE, {"items": 0}, "zero", id="no event of a rate"),
    pytest.param(SHARE, {"items": 1, "others": 6}, "value", id="3 of 21"),
    pytest.param(SHARE, {"items": 6, "others": 0}, "too_few", id="18 of 18"),
    pytest.param(SHARE, {"items": 0, "others": 7}, "zero", id="none of 21"),
    pytest.param(SHARE, {"items": 0, "others": 6}, "too_few", id="none of 18"),
    pytest.param(SHARE, {"items": 0, "others": 0}, "not_computable", id="none of none"),
    pytest.param(RATE, {"patients": 0}, "not_computable", id="submitted with nobody listed"),
    pytest.param(RATE, NO_MONTHS, "not_submitted", id="open and silent"),
    pytest.param(RATE, NO_MONTHS | {"closed": BEFORE[0]}, "not_submitted", id="open for one day and silent"),
    pytest.param(RATE, NO_MONTHS | {"closed": BASELINE.start.replace(year=2024)}, "not_applicable", id="closed before"),
    pytest.param(RATE, NO_MONTHS | {"opened": BASELINE.end.replace(year=2026)}, "not_applicable", id="opened after"),
]


@pytest.mark.parametrize(("measure", "practice", "state"), STATES)
def test_a_figure_says_which_state_it_is_in(measure: Measure, practice: dict[str, Any], state: str) -> None:
    assert figure(SmallRegion().add("a", **({"months": BEFORE} | practice)), measure)["state"] == state


@pytest.mark.parametrize(("measure", "practice", "state"), STATES)
def test_a_value_and_its_interval_are_there_exactly_where_something_was_counted(
    measure: Measure, practice: dict[str, Any], state: str
) -> None:
    found = figure(SmallRegion().add("a", **({"months": BEFORE} | practice)), measure)
    there = [found[name] is not None for name in ("value", "lower", "upper")]
    assert there == [state in ("value", "zero", "too_few")] * 3


def test_the_patients_asked_for_may_be_none_where_others_are_listed() -> None:
    region = SmallRegion().add("a", months=())
    for month in BEFORE:
        region.lists("a", month, 50, sex="male").submits("a", month)
    assert figure(region, WOMEN)["state"] == "not_computable"


def test_the_interval_of_a_rate_is_exact_poisson_in_the_measures_unit() -> None:
    found = figure(SmallRegion().add("a", months=BEFORE, items=2))
    lower, upper = (stats.chi2.ppf(0.025, 12) / 2, stats.chi2.ppf(0.975, 14) / 2)
    assert (found["lower"], found["upper"]) == pytest.approx((lower / 300 * 1000, upper / 300 * 1000))


def test_the_interval_of_a_share_is_wilsons_in_the_measures_unit() -> None:
    found = figure(SmallRegion().add("a", months=BEFORE), SHARE)
    for limit in (found["lower"] / 100, found["upper"] / 100):
        distance = stats.norm.ppf(0.975) * math.sqrt(limit * (1 - limit) / 300)
        assert abs(limit - 0.3) == pytest.approx(distance)
