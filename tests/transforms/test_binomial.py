"""Exact binomial quantiles and p-values against whole-number arithmetic, scipy and R."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from transforms.binomial import fair_coin_quantile, minimum_likelihood_p

COUNTS = pl.col("x"), pl.col("y"), pl.col("w1"), pl.col("w2")
NUMBERS = st.integers(0, 80)
WEIGHTS = st.one_of(st.integers(1, 9), st.floats(0.01, 1e4))

explore = settings(deadline=None, max_examples=80, derandomize=True)


def p_of(x: Any, y: Any, w1: Any, w2: Any) -> Any:
    frame = pl.LazyFrame({"x": [x], "y": [y], "w1": [w1], "w2": [w2]})
    return frame.select(minimum_likelihood_p(*COUNTS)).collect().item()


@pytest.mark.parametrize("probability", [0.05, 0.025, 0.005, 0.001])
def test_a_quantile_is_the_first_count_that_reaches_the_probability(probability: float) -> None:
    sizes = [*range(200), 1000]
    found = pl.DataFrame({"n": sizes}).select(fair_coin_quantile(pl.col("n"), probability)).to_series()
    for size, quantile in zip(sizes, found, strict=True):
        heads = [sum(math.comb(size, i) for i in range(k + 1)) for k in (quantile - 1, quantile)]
        assert heads[0] < probability * 2**size <= heads[1]


def test_a_probability_that_is_met_exactly_is_met() -> None:
    frame = pl.DataFrame({"n": [2, 3, 5]})
    assert frame.select(fair_coin_quantile(pl.col("n"), 0.25)).to_series().to_list() == [0, 1, 2]
    assert frame.select(fair_coin_quantile(pl.col("n"), 0.125)).to_series().to_list() == [0, 0, 1]


def test_a_quantile_keeps_nulls_and_refuses_less_than_no_tosses() -> None:
    found = pl.DataFrame({"n": [None, -1, 0, 10**6]}).select(fair_coin_quantile(pl.col("n"), 0.05)).to_series()
    assert found.to_list() == [None, None, 0, stats.binom.ppf(0.05, 10**6, 0.5)]


@explore
@given(NUMBERS, NUMBERS, WEIGHTS, WEIGHTS)
def test_p_is_that_of_the_binomial_test(x: int, y: int, w1: float, w2: float) -> None:
    expected = stats.binomtest(x, x + y, w1 / (w1 + w2)).pvalue if x + y else 1.0
    assert p_of(x, y, w1, w2) == pytest.approx(expected, rel=1e-9)


@explore
@given(NUMBERS, NUMBERS, WEIGHTS, WEIGHTS)
def test_p_adds_up_all_that_is_no_likelier(x: int, y: int, w1: float, w2: float) -> None:
    each = stats.binom.pmf(range(x + y + 1), x + y, w1 / (w1 + w2))
    assert p_of(x, y, w1, w2) == pytest.approx(min(1.0, each[each <= each[x] * (1 + 1e-7)].sum()), rel=1e-7)
    assert p_of(x, y, w1, w2) == pytest.approx(p_of(y, x, w2, w1), rel=1e-9)


def test_p_of_many_rows_keeps_their_order_and_nulls() -> None:
    frame = pl.DataFrame({"x": [3, None, 0, 9], "y": [7, 1, 0, 1], "w1": [1.0] * 4, "w2": [1.0] * 4})
    found = frame.select(minimum_likelihood_p(*COUNTS)).to_series().to_list()
    assert found == [pytest.approx(352 / 1024), None, 1.0, pytest.approx(22 / 1024)]
