"""The rows of the mart: who is in which set, and each pooled figure recomputed by loops."""

from __future__ import annotations

from datetime import date
from typing import Any

import naive_figures as naive
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from small_region import (
    BASELINE,
    BEFORE,
    BOTH,
    CLUSTERS,
    FOLLOWUP,
    MEASURES,
    MINIMUM,
    NOW,
    RATE,
    SHARE,
    SmallRegion,
    random_region,
)

from transforms.calendar import Window
from transforms.definitions import Measure
from transforms.package_figures import MeasureRun


def run_of(region: SmallRegion, measure: Measure = RATE, followup: Window | None = FOLLOWUP) -> MeasureRun:
    return MeasureRun(measure, region.facts(), BASELINE, followup, MINIMUM)


def pooled(region: SmallRegion, level: str, practice_set: str, start: date, measure: Measure = RATE) -> naive.Sums:
    rows = run_of(region, measure).figures().filter(level=level, practice_set=practice_set, window_start=start)
    return {row["unit_id"]: (row["numerator"], row["denominator"]) for row in rows.iter_rows(named=True)}


def compared(region: SmallRegion, unit: str, measure: Measure = RATE) -> dict[str, Any]:
    return run_of(region, measure).compared().filter(unit_id=unit).row(0, named=True)


def one_region(region: SmallRegion, measure: Measure, name: str) -> bool:
    months = naive.months_that_count(region, measure, name, BOTH)
    return len({CLUSTERS.get(naive.cluster_in(region, name, month) or "") for month in months}) == 1


def names_of(region: SmallRegion, level: str, measure: Measure | None) -> list[str]:
    """Who is in a set: of clusters only who consented; where `measure` is given only who can be compared."""
    names: list[str] = []
    for practice in region.rows["practices"]:
        name = practice["practice_id"]
        reason = naive.reason(region, measure, practice) if measure else None
        stayed = measure and reason == "moved" and one_region(region, measure, name)
        if (reason is None or (stayed and level == "region")) and (level == "region" or practice["consented"]):
            names.append(name)
    return names


def near(sums: naive.Sums) -> dict[str, Any]:
    return {unit: pytest.approx(parts) for unit, parts in sums.items()}


@pytest.mark.parametrize("level", ["cluster", "region"])
@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.id)
@pytest.mark.parametrize("seed", range(4))
def test_then_and_now_hold_everybody_of_their_window(seed: int, measure: Measure, level: str) -> None:
    region = random_region(seed)
    names = names_of(region, level, None)
    for practice_set, window, months in (("then", BASELINE, BEFORE), ("now", FOLLOWUP, NOW)):
        expected = naive.pooled(region, measure, months, level, names)
        assert pooled(region, level, practice_set, window.start, measure) == near(expected)


@pytest.mark.parametrize("level", ["cluster", "region"])
@pytest.mark.parametrize("seed", range(8))
def test_matched_holds_in_both_windows_those_who_can_be_compared(seed: int, level: str) -> None:
    region = random_region(seed)
    names = names_of(region, level, SHARE)
    for window, months in ((BASELINE, BEFORE), (FOLLOWUP, NOW)):
        expected = naive.pooled(region, SHARE, months, level, names)
        assert pooled(region, level, "matched", window.start, SHARE) == near(expected)


@pytest.mark.parametrize("seed", range(8))
def test_every_practice_has_the_reason_a_loop_gives_it(seed: int) -> None:
    region = random_region(seed)
    found = dict(run_of(region).matching.select("practice_id", "reason").iter_rows())
    assert found == {row["practice_id"]: naive.reason(region, RATE, row) for row in region.rows["practices"]}


@pytest.mark.parametrize("seed", range(6))
def test_the_background_is_the_region_without_the_cluster(seed: int) -> None:
    region = random_region(seed)
    cluster, around = (
        [naive.pooled(region, RATE, months, level, names_of(region, level, RATE)) for months in (BEFORE, NOW)]
        for level in ("cluster", "region")
    )
    for unit in cluster[0].keys() & cluster[1].keys():
        rates = []
        for side in (0, 1):
            whole, inside = around[side][CLUSTERS[unit]], cluster[side][unit]
            denominator = whole[1] - inside[1]
            rates.append((whole[0] - inside[0]) / denominator if denominator else 0)
        expected = pytest.approx(rates[1] / rates[0]) if rates[0] else None
        assert compared(region, unit)["background_ratio"] == expected


@pytest.mark.parametrize("practice_set", ["then", "now", "matched"])
def test_who_has_not_consented_is_in_the_region_and_in_no_cluster(practice_set: str) -> None:
    region = SmallRegion().add("a").add("silent", consented=False)
    start = FOLLOWUP.start if practice_set == "now" else BASELINE.start
    assert pooled(region, "cluster", practice_set, start) == {"c1": (90, 300)}
    assert pooled(region, "region", practice_set, start) == {"r1": (180, 600)}


def test_who_moved_is_matched_in_the_region_and_in_neither_cluster() -> None:
    region = SmallRegion().add("a").add("b", cluster="c2").add("mover").moves("mover", date(2025, 7, 1), "c2")
    assert pooled(region, "cluster", "matched", FOLLOWUP.start) == {"c1": (90, 300), "c2": (90, 300)}
    assert pooled(region, "region", "matched", FOLLOWUP.start) == {"r1": (270, 900)}
    assert pooled(region, "cluster", "now", FOLLOWUP.start)["c2"] == (180, 600)


@pytest.mark.parametrize("elsewhere", ["c4", None], ids=["another region", "no cluster"])
def test_who_left_the_region_is_matched_in_none(elsewhere: str | None) -> None:
    region = SmallRegion().add("a").add("d", cluster="c4").add("mover").moves("mover", date(2025, 7, 1), elsewhere)
    for start in (BASELINE.start, FOLLOWUP.start):
        assert pooled(region, "region", "matched", start) == {"r1": (90, 300), "r2": (90, 300)}


def test_a_move_within_the_window_splits_the_practices_months() -> None:
    region = SmallRegion().add("a").moves("a", BEFORE[2], "c2")
    assert pooled(region, "cluster", "then", BASELINE.start) == {"c1": (60, 200), "c2": (30, 100)}


@pytest.mark.parametrize(
    "joins",
    [
        pytest.param({"months": NOW, "opened": date(2025, 9, 1)}, id="opened"),
        pytest.param({"months": BEFORE, "closed": date(2025, 9, 1)}, id="closed"),
        pytest.param({"months": BOTH[1:]}, id="kept a month back"),
        pytest.param({"cluster": "c4"}, id="of another region"),
        pytest.param({"consented": False}, id="did not consent"),
    ],
)
def test_a_practice_that_is_not_compared_leaves_the_clusters_matched_figures_alone(joins: dict[str, Any]) -> None:
    rows = []
    for region in (SmallRegion().add("a").add("b"), SmallRegion().add("a").add("b").add("new", **joins)):
        figures = run_of(region).figures()
        rows.append(figures.filter(level="cluster", unit_id="c1", practice_set="matched"))
    assert_frame_equal(*rows, check_exact=True)


def test_a_baseline_alone_has_one_set() -> None:
    figures = run_of(SmallRegion().add("a"), followup=None).figures()
    assert figures["practice_set"].unique().to_list() == ["then"]
    assert figures["window_start"].unique().to_list() == [BASELINE.start]


def test_practices_stand_in_both_windows_once() -> None:
    figures = run_of(random_region(1)).figures().filter(level="practice")
    assert figures.group_by("unit_id", "practice_set").len()["len"].unique().to_list() == [1]
    assert figures.height == 28


def test_a_net_ratio_is_the_clusters_ratio_over_the_backgrounds() -> None:
    region = SmallRegion().add("a").add("b", cluster="c2")
    for month in NOW:
        region.prescribes("a", month, 30).prescribes("b", month, 15)
    found = compared(region, "c1")
    assert (found["ratio"], found["background_ratio"], found["net_ratio"]) == pytest.approx((2, 1.5, 4 / 3))


def test_a_practice_is_held_against_the_background_of_its_cluster() -> None:
    region = SmallRegion().add("a").add("b", cluster="c2")
    for month in NOW:
        region.prescribes("b", month, 15)
    assert compared(region, "a")["background_ratio"] == pytest.approx(1.5)
    assert compared(region, "b")["background_ratio"] == pytest.approx(1)


@pytest.mark.parametrize("measure", [RATE, SHARE], ids=["rate", "share"])
def test_a_cluster_that_is_the_whole_region_has_no_background(measure: Measure) -> None:
    found = compared(SmallRegion().add("a"), "c1", measure)
    assert (found["background_ratio"], found["net_ratio"]) == (None, None)


def test_a_background_that_prescribed_nothing_now_has_no_share_to_compare() -> None:
    region = SmallRegion().add("a").add("b", cluster="c2", items=0, others=0)
    for month in BEFORE:
        region.prescribes("b", month, 30)
    assert compared(region, "c1", SHARE)["background_ratio"] is None


def test_units_that_share_an_id_do_not_share_a_background() -> None:
    region = SmallRegion().add("r1").add("b", cluster="c2")
    rows = run_of(region).compared().filter(unit_id="r1").select("level", "cluster_id").sort("level").rows()
    assert rows == [("practice", "c1"), ("region", None)]


def test_no_figure_is_infinite_or_not_a_number() -> None:
    for seed in range(6):
        compared_rows = run_of(random_region(seed), SHARE).compared()
        numbers = compared_rows.select(pl.selectors.float().fill_null(0).is_finite().all())
        assert all(numbers.row(0)), numbers


def test_a_cluster_without_a_baseline_is_not_comparable_and_has_no_change() -> None:
    region = SmallRegion().add("a").add("b", cluster="c2", months=NOW).add("c", cluster="c3", months=BEFORE)
    found = run_of(region).compared().filter(pl.col("level") == "cluster").sort("unit_id")
    told = found.select("unit_id", "verdict", "reason", "before_value", "now_value", "change", "ratio").rows()
    assert told[1:] == [
        ("c2", "not comparable", "missing_before", None, None, None, None),
        ("c3", "not comparable", "missing_now", None, None, None, None),
    ]
    assert told[0][0] == "c1"
    assert told[0][5] == 0.0
