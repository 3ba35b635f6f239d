"""The months of a pack: what readers who add up can work out, tried by brute force over every table that fits."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.calendar import month_after
from transforms.disclosure_months import Piece, Series, own_series, ruled_series
from transforms.disclosure_profiles import profile
from transforms.nesting import Count

SDS = profile("sds")
START = date(2025, 1, 1)
PATIENTS = 900.0


def series(months: list[list[int]], side: str = "now", measure: str = "m") -> Series:
    """Of a rate: the counts of each practice, month by month, and the window's total of them."""
    pieces = tuple(
        Piece(month_after(START, at), 1, side, True, {f"P{who}": (float(n), PATIENTS) for who, n in enumerate(counts)})
        for at, counts in enumerate(months)
    )
    by_practice = [sum(each) for each in zip(*months, strict=True)]
    total = sum(by_practice)
    step = 10 if max(by_practice) > total / 2 else 5
    return Series(measure, False, True, pieces, {side: ((float(total), PATIENTS * len(months[0])), (step, 5))})


def nearest(count: float, step: int) -> float:
    return step * math.floor(count / step + 0.5)


def step_of(counts: list[float]) -> int:
    return 10 if max(counts) > sum(counts) / 2 else 5


def fitting(count: float, step: int) -> set[int]:
    """Every whole number that is printed as `count` is: 0 alone as 0, and none of 1 to 4."""
    printed = nearest(count, step)
    return {
        n
        for n in range(int(count) + 40)
        if (n == 0 or n >= 5) and nearest(n, step) == printed and (n == 0) == (count == 0)
    }


MONTHS = st.lists(st.lists(st.integers(0, 7), min_size=5, max_size=5), min_size=3, max_size=3)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(MONTHS)
def test_no_sum_of_three_months_tells_more_than_each_month_and_the_total_do(months: list[list[int]]) -> None:
    one = series(months)
    total = sum(map(sum, months))
    if 0 < total < 5:
        return  # the window itself is hidden, and has no series
    kept, _ = ruled_series([one], [], SDS)
    for made in kept:
        if made.pieces[0].months != 1:
            continue
        (exact, _), (step, _) = made.totals["now"]
        totals = fitting(exact, step)
        parts = [
            fitting(piece.counts[0], step_of([n for n, _ in piece.of_practices.values()])) if piece.shown else None
            for piece in made.pieces
        ]
        widest = max(totals) + 1
        ranges = [sorted(part) if part is not None else list(range(widest)) for part in parts]
        tables = [table for table in itertools.product(*ranges) if sum(table) in totals]
        assert {sum(table) for table in tables} == totals
        for at, part in enumerate(parts):
            left = {table[at] for table in tables}
            assert left == part if part is not None else left >= {1, 2, 3, 4, 5}


@settings(max_examples=60, derandomize=True, deadline=None)
@given(MONTHS)
def test_no_count_of_one_to_four_is_shown(months: list[list[int]]) -> None:
    for made in ruled_series([series(months)], [], SDS)[0]:
        assert all(not 0 < piece.counts[0] < 5 for piece in made.pieces if piece.shown)
        assert all(piece.shown for piece in made.pieces)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(MONTHS)
def test_a_member_cannot_tell_that_the_others_have_one_to_four(months: list[list[int]]) -> None:
    for made in ruled_series([series(months)], [], SDS)[0]:
        for piece in made.pieces:
            counts = [n for n, _ in piece.of_practices.values()]
            for own in counts:
                left = {n - own for n in fitting(sum(counts), step_of(counts)) if n >= own}
                assert sum(counts) - own not in {1, 2, 3, 4}
                assert own == 0 or max(left) >= 5


def test_single_months_that_are_too_small_become_a_quarter_and_then_nothing() -> None:
    small = [[1, 1, 1, 1, 1]] * 12  # a member knows four of them
    kept, dropped = ruled_series([series(small)], [], SDS)
    assert [piece.months for piece in kept[0].pieces] == [3] * 4
    assert [piece.counts for piece in kept[0].pieces] == [(15.0, PATIENTS * 5)] * 4  # listed patients are an average
    assert dropped == {}
    assert ruled_series([series([[1, 1, 0, 0, 0]] * 12)], [], SDS) == ([], {"m": "few_months"})
    assert ruled_series([series([[1, 1, 1, 1, 1]] * 11)], [], SDS) == ([], {"m": "few_months"})  # no whole quarters


def test_a_series_stands_whole_or_not_at_all() -> None:
    """What one hidden month takes with it: the others, the total and the next pack would tell of it."""
    one_small = [[20, 20, 20, 20, 20]] * 11 + [[1, 1, 1, 0, 0]]
    kept, _ = ruled_series([series(one_small)], [], SDS)
    assert [piece.months for piece in kept[0].pieces] == [3] * 4
    assert all(piece.shown for piece in kept[0].pieces)
    assert ruled_series([series(one_small[1:])], [], SDS) == ([], {"m": "few_months"})


def test_a_practice_without_a_denominator_is_none_of_the_five() -> None:
    found = series([[9, 9, 9, 9, 9]] * 3)
    bare = {
        "P0": (9.0, PATIENTS),
        "P1": (9.0, PATIENTS),
        "P2": (9.0, PATIENTS),
        "P3": (9.0, PATIENTS),
        "P4": (0.0, 0.0),
    }
    pieces = tuple(replace(piece, of_practices=bare) for piece in found.pieces)
    assert ruled_series([found], [], SDS)[1] == {}
    assert ruled_series([replace(found, pieces=pieces, totals={})], [], SDS) == ([], {"m": "few_months"})


def test_ones_own_months_stand_only_where_each_may() -> None:
    def own(counts: list[int]) -> Series:
        pieces = tuple(
            Piece(month_after(START, at), 1, "now", True, {"P": (float(count), PATIENTS)})
            for at, count in enumerate(counts)
        )
        return Series("m", False, True, pieces, {})

    shown = own_series(own([5, 0, 9]), SDS)
    assert shown is not None
    assert [piece.counts[0] for piece in shown.pieces] == [5, 0, 9]
    quarter = own_series(own([5, 4, 9]), SDS)
    assert quarter is not None
    assert [piece.counts for piece in quarter.pieces] == [(18.0, PATIENTS)]
    assert own_series(own([1, 1, 1]), SDS) is None


@pytest.mark.parametrize("name", ["sds", "strict"])
def test_both_profiles_leave_large_months_alone(name: str) -> None:
    months = [[20 + (at * 7 + who * 3) % 11 for who in range(6)] for at in range(6)]
    kept, _ = ruled_series([series(months)], [], profile(name))
    assert [piece.shown for piece in kept[0].pieces] == [True] * 6
    assert pl.Series([piece.steps[0] for piece in kept[0].pieces]).unique().to_list() == [5]


@pytest.mark.parametrize(("more", "months"), [(1, 0), (2, 3), (5, 1)])
def test_a_month_too_near_a_wider_one_goes_although_the_wider_one_is_not_printed(more: int, months: int) -> None:
    narrow = series([[10] * 5] * 3)
    wide = replace(series([[10 + more] + [10] * 4] * 3, measure="wide"), totals={})
    pairs = [(Count("wide", "numerator"), Count("m", "numerator"))]
    assert ruled_series([narrow], pairs, SDS)[1] == {}
    found, dropped = ruled_series([narrow], pairs, SDS, [wide])
    assert dropped == ({} if months else {"m": "few_months"})
    assert {piece.months for each in found for piece in each.pieces} == ({months} if months else set())
