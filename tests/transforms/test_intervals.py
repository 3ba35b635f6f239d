"""The intervals against published packages, worked examples, their own definition and properties."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from transforms.intervals import Interval, byar, exact_poisson, poisson, wilson, z_score

REFERENCE = Path(__file__).parents[1] / "reference"
X, N = pl.col("x"), pl.col("n")
LEVELS = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99, 0.998])
COUNTS = st.integers(0, 10**6)
PROPORTIONS = st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))

explore = settings(deadline=None, max_examples=60, derandomize=True)


def rows_of(name: str) -> list[Any]:
    frame = pl.read_csv(REFERENCE / f"{name}.csv", infer_schema_length=None)
    return [pytest.param(row, id=row["case_id"]) for row in frame.iter_rows(named=True)]


def near(*expected: float) -> Any:
    return pytest.approx(expected, rel=1e-9, abs=1e-12)


def limits(interval: Interval, **values: float | None) -> Any:
    return pl.LazyFrame({name: [value] for name, value in values.items()}).select(*interval).collect().row(0)


def per(interval: Interval, row: dict[str, Any]) -> Interval:
    return Interval(*(limit / row["denominator"] * row["multiplier"] for limit in interval))


@pytest.mark.parametrize("row", rows_of("wilson"))
def test_wilson_agrees_with_phe_proportion(row: dict[str, Any]) -> None:
    assert limits(wilson(X, N, row["confidence"]), x=row["x"], n=row["n"]) == near(row["lower"], row["upper"])


@pytest.mark.parametrize("row", rows_of("byar"))
def test_poisson_agrees_with_phe_rate_on_both_sides_of_the_switch(row: dict[str, Any]) -> None:
    found = limits(per(poisson(X, row["confidence"]), row), x=row["count"])
    assert found == near(row["lower"], row["upper"])


@pytest.mark.parametrize("row", rows_of("byar"))
def test_byar_agrees_with_byars_limits_for_every_count(row: dict[str, Any]) -> None:
    found = limits(per(byar(X, row["confidence"]), row), x=row["count"])
    assert found == near(row["byar_only_lower"] or 0.0, row["byar_only_upper"])  # the package leaves < 0 empty


@pytest.mark.parametrize("row", rows_of("exact_poisson"))
def test_exact_poisson_agrees_with_poisson_test(row: dict[str, Any]) -> None:
    found = limits(per(exact_poisson(X, row["confidence"]), row), x=row["count"])
    assert found == near(row["lower"], row["upper"])


@pytest.mark.parametrize(
    ("x", "n", "printed"),
    [(81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0.0, 0.1611)), (1, 29, (0.0061, 0.1718))],
)
def test_wilson_gives_the_printed_examples_of_newcombe_1998(x: int, n: int, printed: tuple[float, float]) -> None:
    assert limits(wilson(X, N), x=x, n=n) == pytest.approx(printed, abs=5e-5)


@pytest.mark.parametrize(("events", "same"), [(9, exact_poisson), (9.5, exact_poisson), (10, byar), (11, byar)])
def test_poisson_switches_from_exact_to_byar_at_ten(events: float, same: Any) -> None:
    other = byar if same is exact_poisson else exact_poisson
    assert limits(poisson(X), x=events) == limits(same(X), x=events) != limits(other(X), x=events)


@pytest.mark.parametrize(
    ("x", "n"), [(None, 5), (5, None), (0, 0), (3, 2), (-1, 5), (1, -5), (math.nan, 5), (1, math.nan), (1, math.inf)]
)
def test_wilson_is_null_where_there_is_no_proportion(x: float | None, n: float | None) -> None:
    assert limits(wilson(X, N), x=x, n=n) == (None, None)


@pytest.mark.parametrize("events", [None, -1, math.nan, math.inf])
@pytest.mark.parametrize("interval", [poisson, exact_poisson, byar])
def test_a_count_that_is_none_has_no_interval(interval: Any, events: float | None) -> None:
    assert limits(interval(X), x=events) == (None, None)


def test_intervals_keep_row_order_nulls_and_emptiness() -> None:
    frame = pl.DataFrame({"x": [12, None, 0, 3]})
    assert frame.select(*poisson(X))["lower"].is_null().to_list() == [False, True, False, False]
    assert frame.select(*poisson(X))["upper"][2] == pytest.approx(-math.log(0.025))
    assert frame.clear().select(*poisson(X)).schema == {"lower": pl.Float64, "upper": pl.Float64}


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.5])
def test_a_confidence_in_per_cent_is_refused(confidence: float) -> None:
    for interval in (lambda: wilson(X, N, confidence), lambda: poisson(X, confidence)):
        with pytest.raises(ValueError, match=f"confidence is {confidence}; write a fraction between 0 and 1"):
            interval()


@explore
@given(PROPORTIONS, LEVELS)
def test_wilson_limits_lie_z_standard_errors_from_the_proportion(xn: tuple[int, int], confidence: float) -> None:
    x, n = xn
    for limit in limits(wilson(X, N, confidence), x=x, n=n):
        distance = z_score(confidence) * math.sqrt(limit * (1 - limit) / n)
        assert abs(x / n - limit) == pytest.approx(distance, rel=1e-6, abs=1e-12)


@explore
@given(PROPORTIONS, LEVELS)
def test_wilson_holds_its_proportion_and_mirrors(xn: tuple[int, int], confidence: float) -> None:
    x, n = xn
    lower, upper = limits(wilson(X, N, confidence), x=x, n=n)
    assert 0 <= lower <= x / n <= upper <= 1
    assert (1 - upper, 1 - lower) == near(*limits(wilson(X, N, confidence), x=n - x, n=n))


@explore
@given(st.integers(0, 2000), LEVELS)
def test_exact_limits_leave_half_the_error_in_each_tail(events: int, confidence: float) -> None:
    lower, upper = limits(exact_poisson(X, confidence), x=events)
    tail = (1 - confidence) / 2
    assert stats.poisson.cdf(events, upper) == pytest.approx(tail, rel=1e-7)
    assert lower == 0 if events == 0 else stats.poisson.sf(events - 1, lower) == pytest.approx(tail, rel=1e-7)


@explore
@given(COUNTS, LEVELS)
def test_poisson_intervals_hold_their_count_and_nearly_agree(events: int, confidence: float) -> None:
    lower, upper = limits(poisson(X, confidence), x=events)
    assert 0 <= lower <= events <= upper
    exact = limits(exact_poisson(X, confidence), x=events)
    assert (lower, upper) == pytest.approx(exact, rel=0.02)


@explore
@given(PROPORTIONS, st.floats(0.5, 0.99), st.floats(0.001, 0.009))
def test_more_confidence_widens(xn: tuple[int, int], confidence: float, more: float) -> None:
    x, n = xn
    for interval in (lambda level: wilson(X, N, level), lambda level: poisson(X, level)):
        lower, upper = limits(interval(confidence), x=x, n=n)
        wider = limits(interval(confidence + more), x=x, n=n)
        assert wider[0] <= lower < upper <= wider[1]
