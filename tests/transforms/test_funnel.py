"""Funnel limits against published packages, their own definition, a naive second computation and properties."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from recomputed import compared, reference
from scipy import optimize, stats

from transforms.funnel import (
    arcsine_limits,
    chi_square_limits,
    count_limits,
    expected_on_limit,
    funnel,
    position,
    proportion_limits,
)
from transforms.intervals import Interval, exact_poisson, wilson

LEVELS = st.sampled_from([0.8, 0.95, 0.998])
EXPECTED = st.floats(1e-3, 1e5)
SHARES = st.floats(0.001, 0.999)
E = pl.col("e")

explore = settings(deadline=None, max_examples=40, derandomize=True)


def limits(interval: Interval, **values: float | None) -> Any:
    return pl.LazyFrame({name: [value] for name, value in values.items()}).select(*interval).collect().row(0)


def placed(kind: Any, *units: tuple[float | None, float | None]) -> list[str | None]:
    frame = pl.DataFrame(units, schema=["numerator", "denominator"], orient="row", infer_schema_length=None)
    return funnel(frame, kind)["position"].to_list()


def below(x: float, mean: float) -> float:
    """P(X <= x), run through broken numbers of events."""
    return float(stats.chi2.sf(2 * mean, 2 * x + 2))


def above(x: float, mean: float) -> float:
    """P(X >= x), run through broken numbers of events."""
    return float(stats.chi2.cdf(2 * mean, 2 * x)) if x > 0 else 1.0


def naive_count_limits(mean: float, confidence: float) -> tuple[float, float]:
    tail, far = (1 - confidence) / 2, mean + 20 * math.sqrt(mean) + 30
    lower = optimize.brentq(lambda x: below(x, mean) - tail, 0, far, xtol=1e-13) if below(0, mean) < tail else 0.0
    return lower, optimize.brentq(lambda x: above(x, mean) - tail, 1e-12, far, xtol=1e-13)


@pytest.mark.parametrize(("stem", "values"), [("funnel_limits", 548), ("funnel_limits_grid", 120)])
def test_limits_and_flags_agree_with_both_packages(stem: str, values: int) -> None:
    count, parted = compared(stem)
    assert (count, parted) == (values, [])


@pytest.mark.parametrize(("kind", "set_id"), [("proportion", "FP3"), ("rate", "FR1"), ("ratio", "FS2")])
def test_positions_are_those_of_phe(kind: Any, set_id: str) -> None:
    words = {"inside": "Not significant", "above_95": "High (0.025)", "above_998": "High (0.001)"}
    words |= {"below_95": "Low (0.025)", "below_998": "Low (0.001)"}
    units = reference("funnel_limits").filter(pl.col("set_id") == set_id)
    found = funnel(units.select("numerator", "denominator"), kind)["position"]
    assert [words[where] for where in found] == units["phe_significance"].to_list()


@explore
@given(EXPECTED, LEVELS)
def test_count_limits_are_where_the_tails_are(mean: float, confidence: float) -> None:
    naive = naive_count_limits(mean, confidence)
    assert limits(count_limits(E, confidence), e=mean) == pytest.approx(naive, rel=1e-8, abs=1e-9)


@explore
@given(st.integers(0, 60), st.floats(1e-3, 40), LEVELS)
def test_a_count_is_outside_when_so_few_or_so_many_are_too_rare(events: int, mean: float, confidence: float) -> None:
    lower, upper = limits(count_limits(E, confidence), e=mean)
    tail = (1 - confidence) / 2
    assert (events < lower) == (stats.poisson.cdf(events, mean) < tail)
    assert (events > upper) == (stats.poisson.sf(events - 1, mean) < tail)


@explore
@given(st.integers(0, 300), EXPECTED, LEVELS)
def test_a_count_is_outside_when_its_own_interval_excludes_the_baseline(x: int, mean: float, confidence: float) -> None:
    lower, upper = limits(count_limits(E, confidence), e=mean)
    least, most = limits(exact_poisson(pl.col("x"), confidence), x=x)
    assert (lower <= x <= upper) == (least <= mean <= most)


@explore
@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), SHARES, LEVELS)
def test_a_proportion_is_outside_when_its_own_interval_excludes_the_baseline(
    unit: tuple[int, int], p: float, confidence: float
) -> None:
    x, n = unit
    lower, upper = limits(proportion_limits(pl.col("p"), pl.col("n"), confidence), p=p, n=n)
    least, most = limits(wilson(pl.col("x"), pl.col("n"), confidence), x=x, n=n)
    assert (lower <= x / n <= upper) == (least <= p <= most)


@explore
@given(SHARES, st.integers(1, 10**6), LEVELS)
def test_arcsine_limits_equal_the_naive_computation(p: float, n: int, confidence: float) -> None:
    angle, arm = math.asin(math.sqrt(p)), stats.norm.isf((1 - confidence) / 2) / (2 * math.sqrt(n))
    lower = math.sin(angle - arm) ** 2 if angle > arm else 0.0
    upper = math.sin(angle + arm) ** 2 if angle + arm < math.pi / 2 else 1.0
    found = limits(arcsine_limits(pl.col("p"), pl.col("n"), confidence), p=p, n=n)
    assert found == pytest.approx((lower, upper), rel=1e-9, abs=1e-12)


@explore
@given(EXPECTED, LEVELS)
def test_chi_square_limits_equal_scipy(mean: float, confidence: float) -> None:
    tail = (1 - confidence) / 2
    naive = stats.chi2.ppf(tail, 2 * mean) / 2, stats.chi2.isf(tail, 2 * mean + 2) / 2
    assert limits(chi_square_limits(E, confidence), e=mean) == pytest.approx(naive, rel=1e-9, abs=1e-12)


@explore
@given(st.integers(1, 3000), LEVELS)
def test_events_lie_on_the_limit_where_they_are_said_to(events: int, confidence: float) -> None:
    lower, upper = limits(expected_on_limit(pl.col("x"), confidence), x=events)
    assert limits(count_limits(E, confidence), e=lower)[0] == pytest.approx(events, rel=1e-8)
    assert limits(count_limits(E, confidence), e=upper)[1] == pytest.approx(events, rel=1e-8)


def test_no_events_lie_on_no_upper_limit() -> None:
    assert limits(expected_on_limit(pl.col("x")), x=0) == (pytest.approx(-math.log(0.025)), None)


@explore
@given(SHARES, st.integers(1, 10**5), st.integers(1, 10**5), LEVELS)
def test_limits_widen_with_smaller_denominators(p: float, n: int, more: int, confidence: float) -> None:
    for form in (proportion_limits, arcsine_limits):
        small, large = (limits(form(pl.col("p"), pl.col("n"), confidence), p=p, n=size) for size in (n, n + more))
        assert small[0] <= large[0] <= p <= large[1] <= small[1]
    small, large = (limits(count_limits(E, confidence), e=p * size) for size in (n, n + more))
    assert small[0] / n <= large[0] / (n + more) + 1e-12
    assert small[1] / n >= large[1] / (n + more) - 1e-12


@pytest.mark.parametrize("form", [count_limits, chi_square_limits])
def test_more_confidence_widens(form: Any) -> None:
    inner, outer = (limits(form(E, level), e=7.5) for level in (0.95, 0.998))
    assert outer[0] < inner[0] < 7.5 < inner[1] < outer[1]


@pytest.mark.parametrize(
    ("expected", "where"), [(0.01, "inside"), (3.6, "inside"), (3.7, "below_95"), (6.9, "below_95"), (7.0, "below_998")]
)
def test_no_events_are_low_only_where_they_are_rare(expected: float, where: str) -> None:
    assert placed("ratio", (0, expected)) == [where]
    assert limits(chi_square_limits(E), e=expected)[0] > 0  # the form that would call all of them low


def test_one_event_is_high_where_hardly_any_was_expected() -> None:
    assert placed("ratio", (1, 0.03), (1, 0.02), (1, 0.0005)) == ["inside", "above_95", "above_998"]


def test_nobody_and_everybody_are_inside_a_baseline_that_says_so() -> None:
    assert placed("proportion", (0, 10), (0, 20)) == ["inside", "inside"]
    assert placed("proportion", (10, 10), (20, 20)) == ["inside", "inside"]


def test_a_rate_without_any_events_has_a_baseline_and_no_position() -> None:
    row = funnel(pl.DataFrame({"numerator": [0], "denominator": [10.0]}), "rate").row(0, named=True)
    assert (row["baseline"], row["value"], row["position"], row["upper_95"]) == (0, 0, None, None)


def test_a_value_on_its_limit_is_inside() -> None:
    inner, outer = Interval(pl.lit(1.0), pl.lit(3.0)), Interval(pl.lit(0.0), pl.lit(4.0))
    found = pl.DataFrame({"v": [-1.0, 0, 0.5, 1, 2, 3, 3.5, 4, 5, None]}).select(position(pl.col("v"), inner, outer))
    low, high = ["below_998", "below_95", "below_95"], ["above_95", "above_95", "above_998"]
    assert found["position"].to_list() == [*low, "inside", "inside", "inside", *high, None]


@pytest.mark.parametrize("unit", [(None, 10), (5, None), (5, 0), (-1, 10), (math.nan, 10), (5, math.inf), (11, 10)])
def test_a_unit_without_a_figure_is_null_and_out_of_the_baseline(unit: tuple[Any, Any]) -> None:
    units = [(3.0, 20.0), unit, (5.0, 30.0)]
    frame = pl.DataFrame(units, schema={"numerator": pl.Float64, "denominator": pl.Float64}, orient="row")
    found = funnel(frame, "proportion")
    assert set(found.row(1)[2:]) == {None}
    assert found["baseline"].to_list() == [8 / 50, None, 8 / 50]


def test_a_frame_without_any_figure_is_all_null() -> None:
    frame = pl.DataFrame({"numerator": [None], "denominator": [None]})
    for kind in ("proportion", "rate"):
        assert set(funnel(frame, kind).row(0)) == {None}


def test_groups_have_their_own_baseline_and_a_lazy_frame_stays_lazy() -> None:
    units = pl.DataFrame({"measure": ["a", "b"] * 4, "numerator": range(8), "denominator": [40.0] * 8})
    together = funnel(units.lazy(), "rate", ["measure"]).collect()
    apart = pl.concat(funnel(units.filter(pl.col("measure") == name), "rate") for name in "ab")
    assert_frame_equal(together.sort("measure", "numerator"), apart)


@pytest.mark.parametrize("form", [count_limits, chi_square_limits, expected_on_limit])
def test_a_confidence_in_per_cent_is_refused(form: Any) -> None:
    with pytest.raises(ValueError, match="confidence is 95; write a fraction between 0 and 1"):
        form(E, 95)
