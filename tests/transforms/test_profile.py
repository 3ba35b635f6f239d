"""Profiles recomputed by loops, and the practices nearest by them, held against a naive search."""

from __future__ import annotations

import math
from datetime import date
from statistics import stdev
from typing import Any

import naive_figures as naive
import polars as pl
import pytest
from small_region import BASELINE, BEFORE, CLUSTERS, SmallRegion, random_region

from transforms.profile import LIKENESS, NEIGHBOURS, likeness, profiles

COUNTS = {
    "women": lambda row: row["sex"] == "female",
    "age_0_17": lambda row: row["age_band"] in ("0-5", "6-17"),
    "age_65": lambda row: row["age_band"] == "65+",
}


def profiled(region: SmallRegion) -> dict[tuple[str, str], dict[str, Any]]:
    rows = profiles(BASELINE, region.facts()).iter_rows(named=True)
    return {(row["level"], row["unit_id"]): row for row in rows}


def listed(region: SmallRegion, name: str, month: date) -> list[dict[str, Any]]:
    came = {"practice_id": name, "source": "list_sizes", "period": month} in region.rows["submissions"]
    rows = region.rows["list_sizes"] if came else []
    return [row for row in rows if (row["practice_id"], row["period"]) == (name, month) and row["patients"] > 0]


def units_of(region: SmallRegion, practice: dict[str, Any], month: date) -> list[tuple[str, str]]:
    name = practice["practice_id"]
    cluster = naive.cluster_in(region, name, month)
    found = [("practice", name)]
    if cluster:
        found.append(("region", CLUSTERS[cluster]))
    if cluster and practice["consented"]:
        found.append(("cluster", cluster))
    return found


def naive_profiles(region: SmallRegion) -> dict[tuple[str, str], dict[str, float]]:
    found: dict[tuple[str, str], dict[str, float]] = {}
    for practice in region.rows["practices"]:
        for month in BEFORE:
            rows = listed(region, practice["practice_id"], month)
            for unit in units_of(region, practice, month) if rows else []:
                sums = found.setdefault(unit, dict.fromkeys(("patients", "months", *COUNTS), 0.0))
                sums["months"] += 1
                sums["patients"] += sum(row["patients"] for row in rows)
                for name, belongs in COUNTS.items():
                    sums[name] += sum(row["patients"] for row in rows if belongs(row))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_profiles_are_what_loops_give(seed: int) -> None:
    region = random_region(seed)
    ours, theirs = profiled(region), naive_profiles(region)
    assert set(ours) == set(theirs)
    for unit, sums in theirs.items():
        row = ours[unit]
        assert row["patients"] == pytest.approx(sums["patients"] / 3)
        assert row["list_size"] == pytest.approx(sums["patients"] / sums["months"])
        for name, share in zip(COUNTS, ("share_women", "share_0_17", "share_65"), strict=True):
            assert row[name] == pytest.approx(sums[name] / 3)
            assert row[share] == pytest.approx(sums[name] / sums["patients"])


def test_bands_that_cut_through_an_age_say_nothing_of_it() -> None:
    row = profiled(random_region(1))["region", "r1"]
    assert row["share_65"] is not None
    assert (row["share_80"], row["age_80"], row["mean_age"]) == (None, None, None)


def one_practice(*rows: tuple[str | None, str | None, float]) -> dict[str, Any]:
    region = SmallRegion().add("a", months=())
    for sex, band, patients in rows:
        region.rows["list_sizes"].append(
            {"practice_id": "a", "period": BEFORE[0], "sex": sex, "age_band": band, "patients": patients}
        )
    return profiled(region.submits("a", BEFORE[0]))["practice", "a"]


def test_narrow_closed_bands_give_a_mean_age() -> None:
    row = one_practice(("female", "0-9", 10), ("male", "60-69", 30))
    assert row["mean_age"] == pytest.approx((10 * 5 + 30 * 65) / 40)
    assert (row["share_0_17"], row["share_65"]) == (0.25, None)


def test_a_row_without_sex_or_age_is_not_counted_as_any() -> None:
    row = one_practice(("female", None, 10), ("male", "18-64", 30))
    assert (row["share_women"], row["share_0_17"], row["share_65"], row["patients"]) == (0.25, None, None, 40 / 3)


def test_lists_without_any_sex_or_band_have_their_size_and_no_more() -> None:
    row = one_practice((None, None, 30))
    assert (row["list_size"], row["share_women"], row["share_65"], row["mean_age"]) == (30, None, None, None)


def test_a_list_that_was_not_submitted_has_no_profile() -> None:
    region = SmallRegion().add("a").add("b").keeps_back("b", BEFORE, "list_sizes")
    assert ("practice", "a") in profiled(region)
    assert ("practice", "b") not in profiled(region)


def of_region(*practices: tuple[str, float, float, float, float], region: str = "r1") -> pl.DataFrame:
    """Practices by id: share of 65 and over, of children, of women, and list size."""
    names = ("unit_id", "share_65", "share_0_17", "share_women", "list_size")
    return pl.DataFrame(practices, schema=names, orient="row").with_columns(
        level=pl.lit("practice"), region_id=pl.lit(region)
    )


def several(count: int, step: float = 0.01) -> list[tuple[str, float, float, float, float]]:
    return [
        (f"p{at:02}", 0.1 + step * at, 0.3 - step * at / 2, 0.5 + (at % 3) * 0.01, 1000.0 + 37 * (at * 7 % count))
        for at in range(count)
    ]


def everybody(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(practice_id="unit_id").unique()


def naive_neighbours(practices: list[tuple[str, float, float, float, float]], name: str) -> list[tuple[str, float]]:
    parts = {one[0]: (one[1], one[2], one[3], math.log(one[4])) for one in practices}
    spreads = [stdev(part[at] for part in parts.values()) for at in range(len(LIKENESS))]
    found = [
        (
            math.dist(
                *([part / spread for part, spread in zip(parts[one], spreads, strict=True)] for one in (name, other))
            ),
            other,
        )
        for other in parts
        if other != name
    ]
    return [(other, distance) for distance, other in sorted(found)[:NEIGHBOURS]]


def test_neighbours_are_what_a_search_gives() -> None:
    practices = several(30)
    frame = of_region(*practices)
    found = likeness(frame, everybody(frame))
    for name in ("p00", "p13", "p29"):
        rows = found.filter(practice_id=name)
        theirs = naive_neighbours(practices, name)
        assert rows["neighbour_id"].to_list() == [other for other, _ in theirs]
        assert rows["distance"].to_list() == pytest.approx([distance for _, distance in theirs])


def test_nobody_is_like_oneself_and_nobody_is_from_elsewhere() -> None:
    here, there = of_region(*several(9)), of_region(*((f"q{name}", *rest) for name, *rest in several(9)), region="r2")
    found = likeness(pl.concat([here, there]), everybody(pl.concat([here, there])))
    assert found.filter(pl.col("practice_id") == pl.col("neighbour_id")).is_empty()
    assert (found["practice_id"].str.head(1) == found["neighbour_id"].str.head(1)).all()


def test_who_has_not_consented_is_like_nobody_and_has_nobody() -> None:
    frame = of_region(*several(9))
    found = likeness(frame, everybody(frame).filter(pl.col("practice_id") != "p03"))
    assert "p03" not in {*found["practice_id"], *found["neighbour_id"]}
    assert found.group_by("practice_id").len()["len"].unique().to_list() == [7]


@pytest.mark.parametrize(("count", "each"), [(5, 0), (6, 5), (40, 20)])
def test_there_are_five_to_twenty_or_none(count: int, each: int) -> None:
    frame = of_region(*several(count))
    assert likeness(frame, everybody(frame)).height == count * each


def test_equal_distances_are_ordered_by_practice() -> None:
    frame = of_region(
        *((f"p{at}", 0.2, 0.2, 0.5, 1000.0) for at in (4, 2, 6, 1, 5, 3)), ("other", 0.3, 0.2, 0.5, 900.0)
    )
    found = likeness(frame, everybody(frame)).filter(practice_id="p3")
    assert found["neighbour_id"].to_list() == ["p1", "p2", "p4", "p5", "p6", "other"]


def test_a_part_that_most_lack_is_left_out_and_who_lacks_another_too() -> None:
    frame = of_region(*several(12))
    most = frame.with_columns(share_65=pl.when(pl.col("unit_id") < "p03").then("share_65"))
    assert likeness(most, everybody(frame))["practice_id"].n_unique() == 12
    one = frame.with_columns(share_65=pl.when(pl.col("unit_id") != "p03").then("share_65"))
    found = likeness(one, everybody(frame))
    assert "p03" not in {*found["practice_id"], *found["neighbour_id"]}


@pytest.mark.parametrize("unknown", [("share_women",), ("share_65", "share_0_17")])
def test_alike_in_size_alone_is_not_alike(unknown: tuple[str, ...]) -> None:
    frame = of_region(*several(12)).with_columns(pl.lit(None, pl.Float64).alias(name) for name in unknown)
    assert likeness(frame, everybody(frame)).is_empty()


def test_profiles_of_a_random_region_have_neighbours_in_any_order() -> None:
    region = random_region(2)
    once = profiles(BASELINE, region.facts())
    for rows in region.rows.values():
        rows.reverse()
    again = profiles(BASELINE, region.facts())
    assert once.equals(again)
    assert likeness(once, everybody(once)).equals(likeness(again, everybody(again)))
