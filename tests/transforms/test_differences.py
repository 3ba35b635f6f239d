"""The comparisons against published packages, worked examples, a naive second computation and properties."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from transforms.differences import newcombe, rate_difference, rate_ratio, rate_ratio_p

REFERENCE = Path(__file__).parents[1] / "reference"
COLUMNS = pl.col("x1"), pl.col("s1"), pl.col("x2"), pl.col("s2")
COMPARISONS = [newcombe, rate_difference, rate_ratio]
LEVELS = st.sampled_from([0.8, 0.9, 0.95, 0.99, 0.998])
PROPORTIONS = st.integers(1, 10**5).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
RATES = st.tuples(st.integers(0, 3000), st.floats(0.5, 1e5))

explore = settings(deadline=None, max_examples=60, derandomize=True)


def rows_of(name: str) -> list[Any]:
    frame = pl.read_csv(REFERENCE / f"{name}.csv", infer_schema_length=None)
    return [pytest.param(row, id=row["case_id"]) for row in frame.iter_rows(named=True)]


def near(*expected: float) -> Any:
    return pytest.approx(expected, rel=1e-9, abs=1e-12)


def compare(comparison: Any, numbers: tuple[Any, ...], confidence: float = 0.95) -> Any:
    frame = pl.LazyFrame({name: [number] for name, number in zip(("x1", "s1", "x2", "s2"), numbers, strict=True)})
    return frame.select(*comparison(*COLUMNS, confidence)).collect().row(0)


def p_of(numbers: tuple[Any, ...]) -> Any:
    frame = pl.LazyFrame({name: [number] for name, number in zip(("x1", "s1", "x2", "s2"), numbers, strict=True)})
    return frame.select(rate_ratio_p(*COLUMNS)).collect().item()


def numbers_of(row: dict[str, Any], size: str) -> tuple[Any, ...]:
    return row["x1"], row[f"{size}1"], row["x2"], row[f"{size}2"]


def naive_rate(x: int, time: float, confidence: float) -> tuple[float, float, float]:
    tail, z = (1 - confidence) / 2, stats.norm.isf((1 - confidence) / 2)
    if x < 10:
        lower, upper = stats.chi2.ppf(tail, 2 * x) / 2 if x else 0.0, stats.chi2.isf(tail, 2 * x + 2) / 2
    else:
        lower = x * (1 - 1 / (9 * x) - z / (3 * x**0.5)) ** 3
        upper = (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * (x + 1) ** 0.5)) ** 3
    return x / time, lower / time, upper / time


@pytest.mark.parametrize("row", rows_of("diff_proportions"))
def test_newcombe_agrees_with_moverci(row: dict[str, Any]) -> None:
    found = compare(newcombe, numbers_of(row, "n"), row["confidence"])
    assert found == near(row["difference"], row["lower"], row["upper"])


@pytest.mark.parametrize("row", rows_of("rate_ratio"))
def test_rate_ratio_agrees_with_poisson_test(row: dict[str, Any]) -> None:
    found = compare(rate_ratio, numbers_of(row, "t"), row["confidence"])
    assert found == near(row["rate_ratio"], row["lower"], row["upper"])


@pytest.mark.parametrize("row", rows_of("rate_ratio"))
def test_rate_ratio_p_agrees_with_poisson_test(row: dict[str, Any]) -> None:
    assert p_of(numbers_of(row, "t")) == pytest.approx(row["p_value"], rel=1e-9)


def test_rate_ratio_p_is_one_without_events_and_null_where_there_is_no_rate() -> None:
    assert p_of((0, 5.0, 0, 7.0)) == 1
    for numbers in ((1, 0, 1, 5), (None, 5, 1, 5), (1, 5, 1, None), (-1, 5, 1, 5), (1.5, 5, 1, 5), (1, math.inf, 1, 5)):
        assert p_of(numbers) is None


@pytest.mark.parametrize(
    ("numbers", "printed"),
    [
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((6, 7, 2, 7), (0.0582, 0.8062)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((10, 10, 0, 10), (0.6075, 1.0)),
    ],
)
def test_newcombe_gives_the_printed_examples_of_1998(numbers: tuple[int, ...], printed: tuple[float, float]) -> None:
    assert compare(newcombe, numbers)[1:] == pytest.approx(printed, abs=5e-5)


def test_rate_ratio_gives_the_printed_example_of_rateratio_test() -> None:
    found = compare(rate_ratio, (2, 17877, 9, 16660))
    assert found == pytest.approx((0.2070941557, 0.02177406, 1.00054910), rel=1e-6)


def test_rate_ratio_without_events_on_one_side_is_open_there() -> None:
    odds = 0.025 ** (-1 / 7) - 1  # when all seven events are on one side, the tail is a seventh power
    assert compare(rate_ratio, (0, 100, 7, 200)) == near(0.0, 0.0, 2 * odds)
    assert compare(rate_ratio, (7, 100, 0, 200)) == near(math.inf, 2 / odds, math.inf)


def test_rate_ratio_without_any_events_says_nothing() -> None:
    assert compare(rate_ratio, (0, 100, 0, 200)) == (None, 0.0, math.inf)


@pytest.mark.parametrize("comparison", COMPARISONS)
@pytest.mark.parametrize(
    "numbers", [(1, 0, 1, 5), (1, 5, None, 5), (1, None, 1, 5), (-1, 5, 1, 5), (1, 5, math.nan, 5)]
)
def test_nothing_to_compare_gives_three_nulls(comparison: Any, numbers: tuple[Any, ...]) -> None:
    assert compare(comparison, numbers) == (None, None, None)
    assert compare(comparison, numbers[2:] + numbers[:2]) == (None, None, None)


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_columns_are_floats_even_of_nulls_alone(comparison: Any) -> None:
    frame = pl.DataFrame({"x1": [None], "s1": [None], "x2": [None], "s2": [None]}).select(*comparison(*COLUMNS))
    assert frame.schema == {"value": pl.Float64, "lower": pl.Float64, "upper": pl.Float64}


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_a_confidence_in_per_cent_is_refused(comparison: Any) -> None:
    with pytest.raises(ValueError, match="confidence is 95; write a fraction between 0 and 1"):
        comparison(*COLUMNS, 95)


@explore
@given(RATES, RATES, LEVELS)
def test_rate_difference_equals_the_naive_computation(
    one: tuple[int, float], two: tuple[int, float], confidence: float
) -> None:
    (r1, l1, u1), (r2, l2, u2) = naive_rate(*one, confidence), naive_rate(*two, confidence)
    lower = r1 - r2 - math.hypot(r1 - l1, u2 - r2)
    upper = r1 - r2 + math.hypot(u1 - r1, r2 - l2)
    exact = pytest.approx((r1 - r2, lower, upper), rel=1e-9, abs=1e-12 * max(1, u1, u2))
    assert compare(rate_difference, one + two, confidence) == exact


@explore
@given(PROPORTIONS, PROPORTIONS, LEVELS)
def test_newcombe_changes_sign_when_swapped(one: tuple[int, int], two: tuple[int, int], confidence: float) -> None:
    value, lower, upper = compare(newcombe, one + two, confidence)
    assert -1 - 1e-12 <= lower <= value <= upper <= 1 + 1e-12
    assert compare(newcombe, two + one, confidence) == near(-value, -upper, -lower)


@explore
@given(RATES, RATES, LEVELS)
def test_rate_difference_changes_sign_when_swapped(
    one: tuple[int, float], two: tuple[int, float], confidence: float
) -> None:
    value, lower, upper = compare(rate_difference, one + two, confidence)
    assert lower <= value <= upper
    assert compare(rate_difference, two + one, confidence) == near(-value, -upper, -lower)


@explore
@given(RATES.filter(lambda rate: rate[0] > 0), RATES.filter(lambda rate: rate[0] > 0), LEVELS)
def test_rate_ratio_inverts_when_swapped(one: tuple[int, float], two: tuple[int, float], confidence: float) -> None:
    value, lower, upper = compare(rate_ratio, one + two, confidence)
    assert 0 < lower < value < upper < math.inf
    assert compare(rate_ratio, two + one, confidence) == near(1 / value, 1 / upper, 1 / lower)


@explore
@given(st.integers(1, 500), st.integers(1, 500), LEVELS)
def test_rate_ratio_limits_leave_half_the_error_in_each_tail(x1: int, x2: int, confidence: float) -> None:
    _, lower, upper = compare(rate_ratio, (x1, 1, x2, 1), confidence)
    tail = (1 - confidence) / 2
    assert stats.binom.sf(x1 - 1, x1 + x2, lower / (1 + lower)) == pytest.approx(tail, rel=1e-7)
    assert stats.binom.cdf(x1, x1 + x2, upper / (1 + upper)) == pytest.approx(tail, rel=1e-7)


@explore
@given(PROPORTIONS, PROPORTIONS, st.sampled_from(COMPARISONS))
def test_more_confidence_widens(one: tuple[int, int], two: tuple[int, int], comparison: Any) -> None:
    _, lower, upper = compare(comparison, one + two, 0.95)
    _, wider_lower, wider_upper = compare(comparison, one + two, 0.99)
    assert wider_lower <= lower < upper <= wider_upper
