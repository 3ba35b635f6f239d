"""Expected and standardised figures, recomputed by loops over rows; and when there are none, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from itertools import pairwise
from typing import Any

import naive_figures as naive
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_region import (
    BASELINE,
    BEFORE,
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

from transforms.case_mix import REASONS, STANDARDISED, common_ages
from transforms.definitions import Measure, Selection
from transforms.package_figures import MeasureRun

Strata = dict[tuple[str, str], list[float]]
explore = settings(deadline=None, max_examples=40, derandomize=True)


def figures(region: SmallRegion, measure: Measure = RATE) -> pl.DataFrame:
    return MeasureRun(measure, region.facts(), BASELINE, FOLLOWUP, MINIMUM).figures()


def row_of(region: SmallRegion, unit: str, practice_set: str = "now", measure: Measure = RATE) -> dict[str, Any]:
    found = figures(region, measure).filter(unit_id=unit, practice_set=practice_set, window_start=FOLLOWUP.start)
    return found.row(0, named=True)


def strata_of(region: SmallRegion, measure: Measure, name: str, month: date) -> Strata:
    found: Strata = defaultdict(lambda: [0.0, 0.0])
    for part, selection in enumerate((measure.numerator, measure.denominator)):
        for row in region.rows[selection.source]:
            if (row["practice_id"], row["period"]) == (name, month) and naive.counts(selection, row):
                found[row["sex"], row["age_band"]][part] += row[selection.quantity]
    return found


def unit_of(region: SmallRegion, name: str, month: date, level: str) -> str | None:
    cluster = naive.cluster_in(region, name, month)
    return {"practice": name, "cluster": cluster, "region": CLUSTERS.get(cluster or "")}[level]


def summed(region: SmallRegion, measure: Measure, months: tuple[date, ...], level: str, names: Collection[str]) -> Any:
    """Strata by unit and the region they lie in; the months of a practice in no region under None."""
    sums: dict[str, dict[str | None, Strata]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    )
    for name in names:
        for month in naive.months_that_count(region, measure, name, months):
            unit, around = unit_of(region, name, month, level), unit_of(region, name, month, "region")
            if unit is None:
                continue
            sums[unit][around].setdefault(("", ""), [0.0, 0.0])
            for stratum, parts in strata_of(region, measure, name, month).items():
                for part in (0, 1):
                    sums[unit][around][stratum][part] += parts[part]
    return sums


def naive_expected(
    region: SmallRegion, measure: Measure, months: tuple[date, ...], level: str, names: Collection[str]
) -> dict[str, tuple[float, float] | None]:
    """Expected events and the reference's value by unit; None where the unit lies in no region or in two."""
    everybody = [row["practice_id"] for row in region.rows["practices"]]
    shares = [3 if part.source == "list_sizes" else 1 for part in (measure.numerator, measure.denominator)]
    reference = summed(region, measure, months, "region", everybody)
    found: dict[str, tuple[float, float] | None] = {}
    for unit, by_region in summed(region, measure, months, level, names).items():
        if len(by_region) != 1 or None in by_region:
            found[unit] = None
            continue
        ((around, strata),) = by_region.items()
        rates = reference[around][around]
        expected = 0.0
        for stratum, (_, people) in strata.items():
            if people:
                expected += people * rates[stratum][0] / rates[stratum][1] / shares[0]
        events, people = (sum(parts[part] for parts in rates.values()) / shares[part] for part in (0, 1))
        found[unit] = expected, events / people * measure.per
    return found


@pytest.mark.parametrize("level", ["practice", "cluster", "region"])
@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.id)
@pytest.mark.parametrize("seed", range(3))
def test_expected_and_standardised_are_what_loops_give(seed: int, measure: Measure, level: str) -> None:
    region = random_region(seed)
    names = [row["practice_id"] for row in region.rows["practices"] if level != "cluster" or row["consented"]]
    rows = figures(region, measure).filter(level=level)
    for practice_set, months in (("then", BEFORE), ("now", NOW)):
        theirs = naive_expected(region, measure, months, level, names)
        for row in rows.filter(practice_set=practice_set).iter_rows(named=True):
            check(row, theirs.get(row["unit_id"]), measure)


def check(row: dict[str, Any], theirs: tuple[float, float] | None, measure: Measure) -> None:
    if theirs is None:
        assert [row[name] for name in STANDARDISED] == [None] * 5
        return
    expected, reference = theirs
    assert (row["expected"], row["reference"]) == pytest.approx(theirs)
    if row["value"] is None or expected == 0:
        assert row["standardised"] is None
        return
    ratio = row["numerator"] / expected
    most = measure.per if measure.kind == "proportion" else float("inf")
    assert row["standardised"] == pytest.approx(min(ratio * reference, most))
    for limit in ("lower", "upper"):
        crude = row[limit] / measure.per * row["denominator"]
        assert row[f"standardised_{limit}"] == pytest.approx(min(crude / expected * reference, most))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.id)
def test_a_region_expects_what_it_has(seed: int, measure: Measure) -> None:
    rows = figures(random_region(seed), measure).filter(
        pl.col("level") == "region", pl.col("practice_set") != "matched"
    )
    for row in rows.iter_rows(named=True):
        assert row["expected"] == pytest.approx(row["numerator"])
        assert row["standardised"] == pytest.approx(row["value"]) == pytest.approx(row["reference"])


@pytest.mark.parametrize("seed", range(4))
def test_a_matched_cluster_expects_what_its_practices_do(seed: int) -> None:
    rows = figures(random_region(seed), SHARE)
    run = MeasureRun(SHARE, random_region(seed).facts(), BASELINE, FOLLOWUP, MINIMUM)
    same = run.matching.filter(pl.col("reason").is_null(), "consented")
    for window, practice_set in ((BASELINE, "then"), (FOLLOWUP, "now")):
        alone = rows.filter(level="practice", practice_set=practice_set).join(
            same.select(unit_id="practice_id", cluster_id="cluster_now"), on="unit_id"
        )
        pooled = rows.filter(level="cluster", practice_set="matched", window_start=window.start)
        sums = {key: part["expected"].sum() for (key,), part in alone.group_by("cluster_id") if key is not None}
        assert dict(pooled.select("unit_id", "expected").iter_rows()) == pytest.approx(sums)


def old_and_young(share_of_old: int) -> SmallRegion:
    """Practices `a` and `b`, each of 1,000 patients: one item a month per 100 young, ten per 100 old, in both alike."""
    region = SmallRegion()
    for name, old in (("a", share_of_old), ("b", 500)):
        region.add(name, months=())
        for month in NOW:
            region.submits(name, month)
            for band, patients, rate in (("0-64", 1000 - old, 0.01), ("65+", old, 0.1)):
                region.lists(name, month, patients, band=band)
                region.prescribes(name, month, round(patients * rate), age_band=band)
    return region


def test_practices_that_treat_alike_are_alike_once_standardised() -> None:
    a, b = (row_of(old_and_young(900), name) for name in "ab")
    assert a["value"] > 1.6 * b["value"]
    assert a["standardised"] == pytest.approx(b["standardised"]) == pytest.approx(a["reference"])


def test_numerator_and_denominator_may_have_other_bands() -> None:
    region = old_and_young(900)
    for row in region.rows["prescriptions"]:
        row["age_band"] = {"0-64": "0-39", "65+": "65-79"}[row["age_band"]]
    assert row_of(region, "a")["standardised"] == pytest.approx(row_of(region, "b")["standardised"])


def test_patients_whom_nothing_happened_to_count_in_the_expected() -> None:
    region = old_and_young(900)
    region.rows["prescriptions"] = [row for row in region.rows["prescriptions"] if row["age_band"] == "65+"]
    assert row_of(region, "a")["expected"] == pytest.approx(270)


def unsplit(region: SmallRegion, name: str, column: str, value: str | None) -> SmallRegion:
    region.rows["prescriptions"] += [
        row | {column: value} for row in region.rows["prescriptions"] if row["practice_id"] == name
    ]
    return region


@pytest.mark.parametrize(("column", "value"), [("sex", None), ("age_band", None), ("age_band", "0+")])
def test_facts_without_sex_or_age_leave_their_practice_and_its_cluster_out(column: str, value: str | None) -> None:
    region = unsplit(old_and_young(900).add("c", cluster="c2", months=NOW), "c", column, value)
    for unit in ("c", "c2", "r1"):
        row = row_of(region, unit)
        assert (row["expected"], row["standardised"], row["standardised_reason"]) == (None, None, "not_split")
    assert row_of(region, "a")["standardised"] == pytest.approx(row_of(old_and_young(900), "a")["standardised"])


@pytest.mark.parametrize(("items", "reason"), [(1, None), (2, "not_split")])
def test_one_fact_in_a_hundred_may_lack_a_stratum(items: int, reason: str | None) -> None:
    region = old_and_young(500)  # 165 items of each practice over the window
    region.prescribes("a", NOW[0], items, age_band=None)
    row = row_of(region, "a")
    assert row["standardised_reason"] == reason
    if reason is None:
        assert row["standardised"] == pytest.approx(row["value"], rel=0.01)
        assert row_of(region, "r1")["standardised_reason"] is None


def test_bands_without_a_common_limit_give_nothing() -> None:
    region = old_and_young(900)
    for row in region.rows["prescriptions"]:
        row["age_band"] = {"0-64": "0-30", "65+": "31+"}[row["age_band"]]
    row = row_of(region, "a")
    assert (row["standardised"], row["standardised_reason"]) == (None, "bands_differ")


@pytest.mark.parametrize(("cluster", "reason"), [(None, "no_region"), ("c4", "two_regions")])
def test_a_practice_must_lie_in_one_region(cluster: str | None, reason: str) -> None:
    region = old_and_young(900).moves("b", NOW[1], cluster).add("d", cluster="c4", months=NOW)
    row = row_of(region, "b")
    assert (row["standardised"], row["standardised_reason"]) == (None, reason)
    assert row_of(region, "c1")["standardised_reason"] is None


def test_nothing_expected_gives_no_ratio() -> None:
    region = old_and_young(900)
    region.rows["prescriptions"] = []
    row = row_of(region, "a")
    assert (row["value"], row["expected"], row["standardised"]) == (0.0, 0.0, None)
    assert row["standardised_reason"] == "none_expected"


def test_a_unit_without_figures_has_no_reason_of_ours() -> None:
    row = row_of(old_and_young(900).add("late", months=()), "late")
    assert (row["state"], row["expected"], row["standardised_reason"]) == ("not_submitted", None, None)


def test_every_reason_is_named() -> None:
    found = pl.concat([figures(random_region(seed), SHARE) for seed in range(4)])["standardised_reason"]
    assert set(found.drop_nulls()) <= set(REASONS)


def test_a_standardised_share_is_no_more_than_everything() -> None:
    region = SmallRegion().add("others", months=()).add("all", months=())
    for month in NOW:
        for name in ("others", "all"):
            region.submits(name, month).lists(name, month, 500)
        region.prescribes("others", month, 300, age_band="65+")
        region.prescribes("others", month, 300, age_band="0-64", code="J01MA")
        region.prescribes("all", month, 30, age_band="0-64")
    row = row_of(region, "all", measure=SHARE)
    assert row["numerator"] / row["expected"] * row["reference"] > 100
    assert (row["standardised"], row["standardised_upper"]) == (100, 100)


@pytest.mark.parametrize(
    ("numerator", "denominator", "ages"),
    [
        (["0-4", "5-9"], ["0-5", "6-9"], {"0-9"}),
        (["0-5", "6-17", "18+"], ["0-5", "6-17", "18+"], {"0-5", "6-17", "18+"}),
        (["0-17", "18-64", "65+"], ["0-5", "6-17", "18-79", "80+"], {"0-17", "18+"}),
        (["65+"], ["0-64", "65-79", "80+"], {"0-64", "65+"}),
        (["0-30", "31+"], ["0-64", "65+"], None),
        (["80+"], ["80+"], {"80+"}),
        ([], [], set()),
    ],
)
def test_ages_in_common(numerator: list[str], denominator: list[str], ages: set[str] | None) -> None:
    found = common_ages(numerator, denominator)
    assert (None if found is None else set(found.values())) == ages


@explore
@given(st.sets(st.integers(1, 99), max_size=8), st.sets(st.integers(1, 99), max_size=8))
def test_the_limits_in_common_are_those_that_both_sides_have(one: set[int], other: set[int]) -> None:
    found = common_ages(bands(one), bands(other))
    starts = None if found is None else {int(age.rstrip("+").split("-")[0]) for age in found.values()}
    assert starts == ({0} | (one & other) if one & other else None)


def bands(starts: set[int]) -> list[str]:
    low = sorted({0, *starts})
    return [f"{start}-{after - 1}" for start, after in pairwise(low)] + [f"{low[-1]}+"]


def test_the_order_of_facts_changes_no_bit() -> None:
    region = random_region(1)
    once = figures(region)
    for rows in region.rows.values():
        rows.reverse()
    again = figures(region)
    order = ["level", "unit_id", "practice_set", "window_start"]
    assert once.sort(order).equals(again.sort(order))


def test_a_measure_over_listed_patients_alone_is_standardised_too() -> None:
    women = Selection(source="list_sizes", quantity="patients", sex="female")
    everybody = Selection(source="list_sizes", quantity="patients")
    share = RATE.model_copy(update={"id": "women", "kind": "proportion", "numerator": women, "denominator": everybody})
    row = row_of(random_region(2), "r1", measure=share)
    assert row["expected"] == pytest.approx(row["numerator"])
