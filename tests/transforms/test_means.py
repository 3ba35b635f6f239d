"""Means and medians against PHEindicatormethods, printed tables, scipy, a naive computation and properties."""

from __future__ import annotations

import math
from pathlib import Path
from statistics import fmean, median, stdev
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from transforms.means import mean_interval, mean_of, median_of

REFERENCE = Path(__file__).parents[1] / "reference" / "mean.csv"
SUMS = pl.col("n"), pl.col("total"), pl.col("squares")
LEVELS = st.sampled_from([0.5, 0.9, 0.95, 0.99, 0.998])
VALUES = st.lists(st.integers(-50, 50).map(lambda value: value / 4), min_size=1, max_size=60)

explore = settings(deadline=None, max_examples=60, derandomize=True)


def from_sums(n: Any, total: Any, squares: Any, confidence: float = 0.95) -> Any:
    frame = pl.LazyFrame({"n": [n], "total": [total], "squares": [squares]})
    return frame.select(*mean_interval(*SUMS, confidence)).collect().row(0)


def sums_of(values: list[float]) -> tuple[int, float, float]:
    return len(values), math.fsum(values), math.fsum(value**2 for value in values)


def from_values(estimate: Any, values: list[Any], confidence: float = 0.95) -> Any:
    column = pl.DataFrame({"x": pl.Series(values, dtype=pl.Float64)})
    return column.select(*estimate(pl.col("x"), confidence)).row(0)


def near(*expected: float) -> Any:
    return pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("tag", "confidence"), [("95", 0.95), ("998", 0.998)])
def test_every_reference_set_agrees_with_phe_mean(tag: str, confidence: float) -> None:
    rows = pl.read_csv(REFERENCE)
    sets = rows.group_by("set_id", "mean", f"lower{tag}", f"upper{tag}", maintain_order=True).agg("x")
    assert sets.height == 3
    for _, mean, lower, upper, values in sets.iter_rows():
        assert from_sums(*sums_of(values), confidence) == near(lower, upper)
        assert from_values(mean_of, values, confidence) == near(mean, lower, upper)


@explore
@given(VALUES.filter(lambda values: len(set(values)) > 1), LEVELS)
def test_a_mean_has_the_interval_of_scipy(values: list[float], confidence: float) -> None:
    error = stdev(values) / math.sqrt(len(values))
    expected = stats.t.interval(confidence, len(values) - 1, loc=fmean(values), scale=error)
    assert from_sums(*sums_of(values), confidence) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert from_values(mean_of, values, confidence) == pytest.approx((fmean(values), *expected), rel=1e-9, abs=1e-9)


@explore
@given(VALUES, VALUES)
def test_sums_of_two_practices_add_up_to_the_cluster(one: list[float], other: list[float]) -> None:
    added = [a + b for a, b in zip(sums_of(one), sums_of(other), strict=True)]
    assert from_sums(*added) == pytest.approx(from_values(mean_of, one + other)[1:], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    "sums", [(1, 4.0, 16.0), (0, 0.0, 0.0), (None, 1.0, 1.0), (3, None, 1.0), (3, 1.0, None), (-2, 1.0, 1.0)]
)
def test_fewer_than_two_values_have_no_interval(sums: tuple[Any, ...]) -> None:
    assert from_sums(*sums) == (None, None)


@pytest.mark.parametrize("odd", [math.nan, math.inf])
def test_sums_that_are_no_numbers_have_no_interval(odd: float) -> None:
    for sums in ((odd, 1.0, 1.0), (3, odd, 1.0), (3, 1.0, odd)):
        assert from_sums(*sums) == (None, None)


def test_equal_values_have_an_interval_without_width_however_the_sums_are_rounded() -> None:
    assert from_sums(*sums_of([0.1] * 7)) == pytest.approx((0.1, 0.1))
    assert from_sums(3, 0.3, 0.03 - 1e-17) == pytest.approx((0.1, 0.1))


def test_values_far_from_zero_keep_their_spread() -> None:
    near_zero, far = [1.0, 2.0, 4.0], [1e9 + 1, 1e9 + 2, 1e9 + 4]
    width = [upper - lower for _, lower, upper in (from_values(mean_of, values) for values in (near_zero, far))]
    assert width[0] == pytest.approx(width[1], rel=1e-6)


def test_missing_values_do_not_count() -> None:
    assert from_values(mean_of, [1, None, 3, math.nan, 5]) == from_values(mean_of, [1, 3, 5])
    assert from_values(median_of, [9, None, 3, math.nan, 5]) == (5, None, None)
    assert from_values(mean_of, [7]) == (7, None, None)
    assert from_values(mean_of, [None]) == from_values(median_of, []) == (None, None, None)


@pytest.mark.parametrize(("n", "ranks"), [(6, (1, 6)), (10, (2, 9)), (20, (6, 15)), (50, (18, 33)), (100, (40, 61))])
def test_median_limits_have_the_ranks_of_the_printed_table(n: int, ranks: tuple[int, int]) -> None:
    """Campbell & Gardner 1988, BMJ 296:1454-6, at 95 %."""
    assert from_values(median_of, list(range(n, 0, -1)))[1:] == ranks


@explore
@given(VALUES, LEVELS)
def test_median_limits_are_the_narrowest_pair_of_values_that_covers(values: list[float], confidence: float) -> None:
    middle, lower, upper = from_values(median_of, values, confidence)
    n, ordered = len(values), sorted(values)
    assert middle == median(values)
    # The chance that the median of the population lies between the k-th value from below and from above.
    covers = [1 - 2 * sum(math.comb(n, i) for i in range(k)) / 2**n for k in range(1, n // 2 + 1)]
    enough = [k for k, coverage in enumerate(covers, start=1) if coverage >= confidence - 1e-12]
    assert (lower, upper) == ((ordered[enough[-1] - 1], ordered[n - enough[-1]]) if enough else (None, None))


def test_groups_and_windows_have_means_and_medians_of_their_own() -> None:
    frame = pl.DataFrame({"g": ["a"] * 8 + ["b"] * 6 + ["c"], "x": [*range(8), *range(10, 16), 3]})
    for estimate in (mean_of, median_of):
        ours = frame.group_by("g", maintain_order=True).agg(*estimate(pl.col("x")))
        alone = [from_values(estimate, part["x"].to_list()) for part in frame.partition_by("g", maintain_order=True)]
        assert ours.drop("g").rows() == alone


@pytest.mark.parametrize("estimate", [mean_of, median_of])
def test_a_confidence_in_per_cent_is_refused(estimate: Any) -> None:
    for build in (lambda: estimate(pl.col("x"), 95), lambda: mean_interval(*SUMS, 95)):
        with pytest.raises(ValueError, match="confidence is 95; write a fraction between 0 and 1"):
            build()
