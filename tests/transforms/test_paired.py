"""Paired proportions against R packages, a naive second computation, their own definition and properties."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from transforms.paired import mcnemar_exact, newcombe_paired, newcombe_paired_uncorrected, tango

REFERENCE = Path(__file__).parents[1] / "reference" / "diff_paired.csv"
A, B, C, D = (pl.col(name) for name in "abcd")
WAYS = [newcombe_paired, newcombe_paired_uncorrected, tango]
LEVELS = st.sampled_from([0.8, 0.9, 0.95, 0.99, 0.998])
TABLES = st.lists(st.one_of(st.integers(0, 5), st.integers(0, 400)), min_size=4, max_size=4).filter(any)

explore = settings(deadline=None, max_examples=60, derandomize=True)


def rows() -> list[Any]:
    return [pytest.param(row, id=row["case_id"]) for row in pl.read_csv(REFERENCE).iter_rows(named=True)]


def paired(way: Any, table: Any, confidence: float = 0.95) -> Any:
    frame = pl.LazyFrame({name: [count] for name, count in zip("abcd", table, strict=True)})
    return frame.select(*way(A, B, C, D, confidence)).collect().row(0)


def p_of(b: Any, c: Any) -> Any:
    return pl.DataFrame({"b": [b], "c": [c]}).select(mcnemar_exact(B, C)).item()


def naive_newcombe(table: list[int], confidence: float, corrected: bool) -> tuple[float, float, float]:
    a, b, c, d = table
    n = sum(table)
    arms = []
    for x in (a + b, a + c):
        low, high = stats.binomtest(x, n).proportion_ci(confidence, method="wilson")
        arms.append((x / n - low, high - x / n))
    (below1, above1), (below2, above2) = arms
    product = a * d - b * c
    if corrected and product > 0:
        product = max(product - n / 2, 0)
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    phi = product / math.sqrt(margins) if margins else 0.0
    lower = math.sqrt(max(below1**2 - 2 * phi * below1 * above2 + above2**2, 0))
    upper = math.sqrt(max(above1**2 - 2 * phi * above1 * below2 + below2**2, 0))
    value = (b - c) / n
    return value, value - lower, value + upper


def score(difference: float, table: list[int]) -> float:
    """Tango's score at a difference, with the share of the second alone found by searching the likelihood."""
    _, b, c, _ = table
    n = sum(table)

    def unlikely(share: float) -> float:
        logs = ((b, share + difference), (c, share), (n - b - c, 1 - 2 * share - difference))
        return -sum(count * math.log(max(chance, 1e-300)) for count, chance in logs if count)

    ends = max(0.0, -difference), (1 - difference) / 2
    share = optimize.minimize_scalar(unlikely, bounds=ends, method="bounded", options={"xatol": 1e-12}).x
    return (b - c - n * difference) / math.sqrt(n * (2 * share + difference - difference**2))


@pytest.mark.parametrize("row", rows())
@pytest.mark.parametrize(
    ("prefix", "way"), [("newcombe10", newcombe_paired), ("newcombe8", newcombe_paired_uncorrected)]
)
def test_newcombe_agrees_with_moverpairci(row: dict[str, Any], prefix: str, way: Any) -> None:
    found = paired(way, [row[name] for name in "abcd"], row["confidence"])
    expected = row["difference"], row[f"{prefix}_lower"], row[f"{prefix}_upper"]
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("row", rows())
def test_tango_agrees_with_scoreci_mp(row: dict[str, Any]) -> None:
    found = paired(tango, [row[name] for name in "abcd"], row["confidence"])
    assert found == pytest.approx((row["difference"], row["tango_lower"], row["tango_upper"]), rel=0, abs=1e-6)


@pytest.mark.parametrize("row", rows())
def test_mcnemar_agrees_with_binom_test(row: dict[str, Any]) -> None:
    assert p_of(row["b"], row["c"]) == pytest.approx(row["mcnemar_exact_p"], rel=1e-9)


@explore
@given(TABLES, LEVELS)
def test_newcombe_equals_the_naive_computation(table: list[int], confidence: float) -> None:
    for way, corrected in ((newcombe_paired, True), (newcombe_paired_uncorrected, False)):
        expected = naive_newcombe(table, confidence, corrected)
        assert paired(way, table, confidence) == pytest.approx(expected, rel=1e-7, abs=1e-7)


@explore
@given(TABLES.filter(lambda table: table[1] and table[2] and table[0] + table[3]), LEVELS)
def test_tango_limits_are_where_the_score_reaches_the_normal_quantile(table: list[int], confidence: float) -> None:
    _, lower, upper = paired(tango, table, confidence)
    z = stats.norm.isf((1 - confidence) / 2)
    assert (score(lower, table), score(upper, table)) == pytest.approx((z, -z), rel=1e-4)


@explore
@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_is_the_binomial_test_of_a_fair_coin(b: int, c: int) -> None:
    assert p_of(b, c) == pytest.approx(stats.binomtest(b, b + c).pvalue if b + c else 1.0, rel=1e-9)


@explore
@given(TABLES, LEVELS, st.sampled_from(WAYS))
def test_limits_hold_the_difference_and_change_sign_when_swapped(table: list[int], confidence: float, way: Any) -> None:
    a, b, c, d = table
    value, lower, upper = paired(way, table, confidence)
    assert -1 - 1e-12 <= lower <= value + 1e-12
    assert value - 1e-12 <= upper <= 1 + 1e-12
    assert paired(way, [a, c, b, d], confidence) == pytest.approx((-value, -upper, -lower), abs=1e-12)


@explore
@given(TABLES, st.sampled_from(WAYS))
def test_more_confidence_widens(table: list[int], way: Any) -> None:
    _, lower, upper = paired(way, table, 0.95)
    _, wider_lower, wider_upper = paired(way, table, 0.99)
    assert wider_lower <= lower + 1e-12
    assert upper <= wider_upper + 1e-12


@pytest.mark.parametrize("way", WAYS)
def test_all_in_one_corner_is_an_extreme_with_one_open_side(way: Any) -> None:
    value, lower, upper = paired(way, [0, 12, 0, 0])
    assert (value, upper) == (1, pytest.approx(1))
    assert 0 < lower < 1
    same, below, above = paired(way, [12, 0, 0, 0])
    assert same == 0
    assert below == pytest.approx(-above)
    assert below < 0


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "table", [[0, 0, 0, 0], [None, 1, 1, 1], [1, -1, 1, 1], [1, 1, math.nan, 1], [1, 1, 1, math.inf]]
)
def test_nobody_or_no_count_gives_three_nulls(way: Any, table: list[Any]) -> None:
    assert paired(way, table) == (None, None, None)


def test_mcnemar_of_nobody_is_one_and_of_no_count_null() -> None:
    assert p_of(0, 0) == 1
    assert [p_of(None, 1), p_of(1, -1), p_of(math.nan, 1), p_of(math.inf, 1)] == [None] * 4


def test_many_rows_keep_their_order_and_narrow_integers_do_not_overflow() -> None:
    frame = pl.DataFrame({name: [60_000, 3, None] for name in "abcd"}, schema=dict.fromkeys("abcd", pl.Int32))
    for way in WAYS:
        ours = frame.select(*way(A, B, C, D))
        assert ours.rows() == [paired(way, [count] * 4) for count in (60_000, 3, None)]
        assert ours.schema == dict.fromkeys(("value", "lower", "upper"), pl.Float64)


@pytest.mark.parametrize("way", WAYS)
def test_a_confidence_in_per_cent_is_refused(way: Any) -> None:
    with pytest.raises(ValueError, match="confidence is 95; write a fraction between 0 and 1"):
        way(A, B, C, D, 95)
