"""Quantiles against PHEindicatormethods, a naive second computation and properties."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.quantiles import quantile_of

REFERENCE = Path(__file__).parents[1] / "reference" / "quantile.csv"
VALUES = st.lists(st.one_of(st.none(), st.integers(0, 20)), max_size=50)

explore = settings(deadline=None, max_examples=80, derandomize=True)


def quantiles(values: list[Any], groups: int, highest_first: bool = False) -> list[int | None]:
    frame = pl.DataFrame({"x": pl.Series(values, dtype=pl.Float64)})
    return frame.select(quantile_of(pl.col("x"), groups, highest_first)).to_series().to_list()


def naive(values: list[Any], groups: int, highest_first: bool) -> list[int | None]:
    """phe_quantile's own way: the share of the values from this one on, in groups from the far end."""
    known = [value for value in values if value is not None]

    def one(value: Any) -> int | None:
        if value is None or len(known) < groups:
            return None
        before = sum(other > value if highest_first else other < value for other in known)
        return max(1, groups + 1 - math.ceil(round((len(known) - before) / (len(known) / groups), 9)))

    return [one(value) for value in values]


@pytest.mark.parametrize(
    ("column", "highest_first"), [("quantile_1_is_highest", True), ("quantile_1_is_lowest", False)]
)
def test_every_reference_value_agrees_with_phe_quantile(column: str, highest_first: bool) -> None:
    rows = pl.read_csv(REFERENCE)
    found = rows.select(quantile_of(pl.col("value"), pl.col("nquantiles"), highest_first).over("set_id")).to_series()
    assert found.to_list() == rows[column].to_list()


@explore
@given(VALUES, st.integers(2, 10), st.booleans())
def test_quantiles_equal_the_naive_ones(values: list[Any], groups: int, highest_first: bool) -> None:
    assert quantiles(values, groups, highest_first) == naive(values, groups, highest_first)


def test_equal_values_share_the_quantile_of_the_first_and_missing_ones_have_none() -> None:
    assert quantiles([5, 5, 5, 9], 4) == [1, 1, 1, 4]
    assert quantiles([5, 5, 5, 9], 4, highest_first=True) == [2, 2, 2, 1]
    assert quantiles([1, None, 2, math.nan, 3], 3) == [1, None, 2, None, 3]


def test_fewer_values_than_quantiles_have_none() -> None:
    assert quantiles([1, 2, 3, None], 4) == [None] * 4
    assert quantiles([], 4) == []


@explore
@given(st.lists(st.integers(0, 10**6), unique=True, min_size=10, max_size=60), st.integers(2, 10))
def test_different_values_fill_the_quantiles_evenly_and_in_order(values: list[int], groups: int) -> None:
    found = quantiles(values, groups)
    sizes = [found.count(group) for group in range(1, groups + 1)]
    assert max(sizes) - min(sizes) <= 1
    assert [group for _, group in sorted(zip(values, found, strict=True))] == sorted(found)
