"""Attacks by brute force on what is printed of small clusters: sizes, small counts, and differences of totals.

The attacker knows every rule of the profile and every list size within 2 %. Loops over whole numbers; nothing here is
shared with the code that hides.
"""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from small_pack import Row, exact, letter
from small_region import RATE, measure, package

from transforms.definitions import Measure
from transforms.disclosure import Mode, View, shown
from transforms.disclosure_profiles import profile
from transforms.disclosure_rules import dot_step, ruled

SDS = profile("sds")
ALL = {"source": "prescriptions", "quantity": "items"}
OTHER = measure("amoxicillin", numerator=ALL | {"codes": ("J01CA04",)})
THIRD = measure("macrolides", numerator=ALL | {"codes": ("J01FA",)})
RATES = (RATE, OTHER, THIRD)
explore = settings(deadline=None, max_examples=8, derandomize=True)
Known = list[tuple[int, list[int]]]
"""Per practice: listed patients and its counts of the three measures; the same in both windows."""


def printed(
    cluster: Known, mode: Mode, reader: str | None = None, measures: tuple[Measure, ...] = RATES
) -> dict[tuple[str, str], Row]:
    frames: list[pl.DataFrame] = []
    for at, each in enumerate(measures):
        practices: Any = {letter(n).lower(): ((x[at], size), (x[at], size)) for n, (size, x) in enumerate(cluster)}
        frames.append(exact(practices, each).with_columns(measure_id=pl.lit(each.id)))
    marked = ruled(package(*measures), pl.concat(frames), SDS)
    found: dict[tuple[str, str], Row] = {}
    for each in measures:
        rows = shown(each, marked.filter(measure_id=each.id), View(reader, mode, 20, SDS))
        found |= {(each.id, row["label"]): row for row in rows.iter_rows(named=True)}
    return found


def small_clusters(counts: st.SearchStrategy[int]) -> st.SearchStrategy[Known]:
    one = st.tuples(st.integers(1200, 9000), st.lists(counts, min_size=3, max_size=3))
    return st.lists(one, min_size=5, max_size=8)


def sizes_within_two_percent(size: int) -> range:
    return range(5 * math.floor(size * 0.98 / 5), 5 * math.ceil(size * 1.02 / 5) + 1, 5)


def reaches(value: float, size: int, step: float, of: Measure) -> bool:
    """Whether a practice of `size` can have been printed as `value`: from a count in fives, to the nearest step."""
    if value == 0:
        return True
    near = int(value * size / of.per / 5) * 5
    for count in range(max(5, near - 5 * math.ceil(step)), near + 5 * math.ceil(step) + 1, 5):
        rate = of.per * count / size
        if math.isclose(max(step, step * math.floor(rate / step + 0.5)), value, abs_tol=1e-6):
            return True
    return False


def candidates(values: dict[str, float | None], cluster: Known, step: float) -> int:
    """How many practices of the cluster a letter with these values can be, when the sizes are known within 2 %."""
    fitting = 0
    for size, _ in cluster:
        told = [(value, of) for of in RATES if (value := values[of.id]) is not None]
        within = sizes_within_two_percent(size)
        fitting += any(all(reaches(v, n, step, of) for v, of in told) for n in within)
    return fitting


@explore
@given(small_clusters(st.integers(0, 900)))
def test_known_sizes_leave_every_letter_three_practices_or_more(cluster: Known) -> None:
    found = printed(cluster, "letters")
    smallest = min(5 * int(size / 5 + 0.5) for size, _ in cluster)
    step = dot_step(smallest, 1000, 1, 5)
    for n in range(len(cluster)):
        values = {of.id: found[of.id, letter(n)]["now_value"] for of in RATES}
        assert candidates(values, cluster, step) >= 3


def test_with_one_decimal_the_sizes_would_name_the_letters() -> None:
    """The attack has teeth: the same figures to one decimal leave most letters one practice."""
    cluster: Known = [(1503 + 811 * n, [180 + 37 * n, 95 + 41 * n, 310 + 23 * n]) for n in range(6)]
    left: list[int] = []
    for size, counts in cluster:
        fives = [5 * int(count / 5 + 0.5) for count in counts]
        rounded = 5 * int(size / 5 + 0.5)
        values = {of.id: round(1000 * x / rounded, 1) for of, x in zip(RATES, fives, strict=True)}
        left.append(candidates(values, cluster, 0.1))
    assert sorted(left)[3] < 3


@pytest.mark.parametrize("per", [100, 1000])
@pytest.mark.parametrize("smallest", [30, 35, 180, 995, 1600, 9000])
def test_every_step_can_be_reached_from_every_larger_size(per: int, smallest: int) -> None:
    """The rule behind the dots, counted out: no value on the grid rules out any size from the smallest drawn on."""
    step = dot_step(smallest, per, 1, 5)
    for size in range(smallest, 4 * smallest, 5 * max(1, smallest // 50)):
        reached = {max(1, math.floor(per * x / size / step + 0.5)) for x in range(5, size + 1, 5)}
        assert set(range(1, int(per / step))) <= reached


def doubts(found: dict[tuple[str, str], Row], hidden: str, own: dict[str, int], members: int) -> set[int]:
    """Every count from 0 to 9 that the hidden practice can have, by what is printed of RATE and the reader's own."""
    total = found[RATE.id, "CLUSTER"]
    if total["now_numerator"] is None:
        return set(range(10))
    step = 10 if total["now_numerator"] % 10 == 0 and total["now_numerator"] % 5 == 0 else 5
    of_total = range(int(total["now_numerator"]) - (step // 2), int(total["now_numerator"]) + (step - 1) // 2 + 1)
    low = high = 0
    for name in (letter(n) for n in range(members)):
        row = found[RATE.id, name]
        if name == hidden:
            continue
        if name in own:
            low, high = low + own[name], high + own[name]
        elif row["now_numerator"] is None:
            low, high = low + 1, high + 4000
        elif row["now_numerator"]:
            low, high = low + int(row["now_numerator"]) - 2, high + int(row["now_numerator"]) + 2
    return {count for count in range(10) if any(low <= whole - count <= high for whole in of_total)}


@explore
@given(small_clusters(st.integers(0, 14)))
def test_no_small_count_of_another_is_narrowed_down_in_the_open(cluster: Known) -> None:
    found = printed(cluster, "open", None, (RATE,))
    names = [letter(n) for n in range(len(cluster))]
    counts = {name: x[0] for name, (_, x) in zip(names, cluster, strict=True)}
    for hidden in (name for name in names if 0 < counts[name] < 5):
        assert found[RATE.id, hidden]["now_numerator"] is None
        for own in ({}, *({name: counts[name]} for name in names if name != hidden)):
            assert {1, 2, 3, 4, 5} <= doubts(found, hidden, own, len(cluster))


@explore
@given(small_clusters(st.integers(0, 14)))
def test_the_others_and_the_cluster_are_the_same_for_every_reader(cluster: Known) -> None:
    """A member holds its own report beside the cluster's: they must not show two totals of one thing."""
    whole, mine = (printed(cluster, "letters", reader, (RATE, OTHER)) for reader in (None, "a"))
    for key, row in mine.items():
        if not row["own"]:
            assert row == whole[key]


@explore
@given(st.lists(st.integers(5, 300), min_size=6, max_size=9), st.integers(5, 300))
def test_then_minus_matched_gives_no_practice(counts: list[int], leaver: int) -> None:
    """The baseline's total held the leaver, the follow-up's does not: what is left has nine whole numbers' doubt."""

    def total(several: list[int]) -> int:
        cluster: Known = [(3000, [count, 0, 0]) for count in several]
        return int(printed(cluster, "letters", None, (RATE,))[RATE.id, "CLUSTER"]["now_numerator"])

    # Where one practice has most of a total, the total stands on a coarser grid: what is left is less sure still.
    assume(max(*counts, leaver) * 3 <= sum(counts))
    then, matched = total([*counts, leaver]), total(counts)
    left = {a - b for a in range(then - 2, then + 3) for b in range(matched - 2, matched + 3)}
    assert leaver in left
    assert len(left) == 9
