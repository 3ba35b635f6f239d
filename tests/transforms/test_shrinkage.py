"""Empirical Bayes against published packages, a naive second computation, simulated units and properties."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from recomputed import compared

from transforms.shrinkage import binomial, gamma, marshall

FORMS = [marshall, binomial, gamma]
UNITS = st.lists(
    st.tuples(st.integers(1, 500), st.integers(0, 100)).map(lambda unit: (unit[0] * unit[1] // 100, unit[0])),
    min_size=1,
    max_size=15,
)

explore = settings(deadline=None, max_examples=25, derandomize=True)


def frame_of(units: Any) -> pl.DataFrame:
    schema = {"numerator": pl.Float64, "denominator": pl.Float64}
    return pl.DataFrame(units, schema=schema, orient="row", infer_schema_length=None)


def naive_marshall(units: Any, dispersion: float) -> list[float]:
    mean = sum(x for x, _ in units) / sum(n for _, n in units)
    squares = sum(n * (x / n - mean) ** 2 for x, n in units) / sum(n for _, n in units)
    typical = sum(n for _, n in units) / len(units)
    between = max(0.0, squares - dispersion * mean / typical)
    own = [between / (between + dispersion * mean / n) if between else 0.0 for _, n in units]
    return [mean + weight * (x / n - mean) for weight, (x, n) in zip(own, units, strict=True)]


def printed_binomial_weights(units: Any) -> list[float]:
    """The weights as Martuzzi & Elliott print them, without bounds."""
    total = sum(n for _, n in units)
    mean, typical = sum(x for x, _ in units) / total, total / len(units)
    squares = sum(n * (x / n - mean) ** 2 for x, n in units) / total
    v = mean * (1 - mean)
    return [(n * squares - n / typical * v) / ((n - 1) * squares + (typical - n) / typical * v) for _, n in units]


def test_every_value_agrees_with_spdep_and_dcluster() -> None:
    count, parted = compared("eb_shrinkage")
    assert (count, parted) == (4 * 60 + 2 * 12 + 3 * 16, [])


@explore
@given(UNITS, st.sampled_from([1.0, 1.5, 3.0]))
def test_marshall_equals_the_naive_computation(units: Any, dispersion: float) -> None:
    found = marshall(frame_of(units), dispersion=dispersion)["shrunk"]
    assert found.to_list() == pytest.approx(naive_marshall(units, dispersion), rel=1e-6, abs=1e-9)


@explore
@given(UNITS.filter(lambda units: 0 < sum(x for x, _ in units) < sum(n for _, n in units) and units[0][1] > 1))
def test_binomial_weights_are_the_printed_ones_where_those_lie_in_bounds(units: Any) -> None:
    found = binomial(frame_of(units))["weight"].to_list()
    try:
        printed = printed_binomial_weights(units)
    except ZeroDivisionError:
        return
    if all(0 < weight < 1 for weight in printed):
        assert found == pytest.approx(printed, rel=1e-6, abs=1e-9)
    elif all(weight < 0 for weight in printed):
        assert found == [0] * len(units)


@explore
@given(UNITS, st.sampled_from(FORMS))
def test_a_shrunk_value_lies_between_the_crude_one_and_the_mean(units: Any, form: Any) -> None:
    found = form(frame_of(units)).with_columns(crude=pl.col("numerator") / pl.col("denominator"))
    slack = 1e-12
    for row in found.iter_rows(named=True):
        low, high = sorted((row["crude"], row["mean"]))
        assert low - slack <= row["shrunk"] <= high + slack
        assert 0 <= row["weight"] <= 1
        assert row["variance"] >= 0


@explore
@given(UNITS, st.sampled_from(FORMS))
def test_the_larger_of_two_units_keeps_more_of_its_own(units: Any, form: Any) -> None:
    weights = form(frame_of(units)).sort("denominator")["weight"]
    assert (weights.diff().drop_nulls() >= -1e-12).all()


@explore
@given(UNITS, st.floats(1, 4), st.floats(0.1, 4))
def test_more_dispersion_shrinks_more(units: Any, dispersion: float, more: float) -> None:
    less, much = (marshall(frame_of(units), dispersion=d)["weight"] for d in (dispersion, dispersion + more))
    assert (much <= less + 1e-12).all()


def test_each_unit_may_have_a_dispersion_of_its_own() -> None:
    units = frame_of([(3, 40), (30, 90), (4, 60), (29, 70)]).with_columns(d=pl.lit(1.7))
    alike = marshall(units, dispersion=pl.col("d"))
    assert_frame_equal(alike, marshall(units, dispersion=1.7))
    unlike = marshall(units.with_columns(d=pl.Series([1.0, 1.0, 1.0, 3.0])), dispersion=pl.col("d"))
    assert unlike["weight"][3] < alike["weight"][3]


@pytest.mark.parametrize("form", FORMS)
def test_less_than_chance_variation_shrinks_all_to_the_pooled_mean(form: Any) -> None:
    units = [(10, 100), (21, 200), (30, 300), (11, 100)]
    found = form(frame_of(units))
    assert set(found["weight"]) == {0}
    assert found["shrunk"].to_list() == pytest.approx([72 / 700] * 4)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("units", [[(0, 10), (0, 20)], [(10, 10), (20, 20)], [(4, 10)]])
def test_units_that_are_all_alike_stay_as_they_are(form: Any, units: Any) -> None:
    assert form(frame_of(units))["shrunk"].to_list() == [x / n for x, n in units]


def test_units_that_are_all_or_nothing_keep_their_own() -> None:
    units = [(20, 20), (0, 20), (20, 20), (0, 20)]
    assert binomial(frame_of(units))["weight"].to_list() == pytest.approx([1] * 4)


def test_single_persons_tell_nothing_of_a_variance() -> None:
    assert binomial(frame_of([(1, 1), (0, 1), (1, 1)]))["shrunk"].to_list() == pytest.approx([2 / 3] * 3)


@explore
@given(st.lists(st.tuples(st.integers(0, 200), st.floats(1, 100)), min_size=3, max_size=15))
def test_gamma_moments_are_those_of_what_they_shrink(units: Any) -> None:
    found = gamma(frame_of(units))
    mean, variance = found["mean"][0], found["variance"][0]
    if variance == 0:
        return
    nu, alpha = mean**2 / variance, mean / variance
    values = [(x + nu) / (n + alpha) for x, n in units]
    assert found["shrunk"].to_list() == pytest.approx(values, rel=1e-9)
    left = [(1 + alpha / n) * (value - mean) ** 2 for value, (_, n) in zip(values, units, strict=True)]
    assert sum(values) / len(units) == pytest.approx(mean, rel=1e-3)
    assert sum(left) / (len(units) - 1) == pytest.approx(variance, rel=1e-2)


@pytest.mark.parametrize("form", [marshall, gamma])
def test_the_variance_between_units_is_found_again(form: Any) -> None:
    random = np.random.default_rng(7)
    expected = random.uniform(20, 120, 4000)
    true = random.gamma(1 / 0.09, 0.09, 4000)
    found = form(pl.DataFrame({"numerator": random.poisson(expected * true), "denominator": expected}))
    assert math.sqrt(found["variance"][0]) == pytest.approx(0.3, rel=0.05)
    crude = found["numerator"].to_numpy() / expected
    # What shrinkage is for: on the whole the shrunk values are nearer to the truth than the crude ones.
    assert ((found["shrunk"].to_numpy() - true) ** 2).mean() < 0.85 * ((crude - true) ** 2).mean()


def test_dispersed_events_pass_for_true_differences_unless_it_is_said() -> None:
    random = np.random.default_rng(8)
    # All alike, but events come two at a time: their variance is twice their mean.
    alike = pl.DataFrame({"numerator": random.poisson(20, 2000) * 2, "denominator": 80.0})
    naive, told = (marshall(alike, dispersion=d)["weight"][0] for d in (1.0, 2.0))
    assert naive > 0.4
    assert told < 0.1


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("unit", [(None, 10), (5, None), (5, 0), (-1, 10), (math.nan, 10), (5, math.inf)])
def test_a_unit_without_a_figure_is_null_and_out_of_the_mean(form: Any, unit: Any) -> None:
    others = [(3, 20), (19, 30), (6, 40), (2, 25)]
    found, without = (form(frame_of(units)) for units in ([*others, unit], others))
    assert_frame_equal(found.head(4), without)
    assert found.row(4)[2:] == (None,) * 4


def test_more_events_than_persons_are_no_proportion() -> None:
    assert binomial(frame_of([(11, 10), (3, 20), (4, 20)])).row(0)[2:] == (None,) * 4


@pytest.mark.parametrize("form", FORMS)
def test_groups_are_shrunk_on_their_own_and_a_lazy_frame_stays_lazy(form: Any) -> None:
    units = frame_of([(3, 20), (9, 30), (16, 40), (2, 25), (12, 30), (1, 60)])
    keyed = units.with_columns(measure=pl.Series(list("abbaab")))
    together = form(keyed.lazy(), ["measure"]).collect()
    apart = pl.concat(form(keyed.filter(pl.col("measure") == name)) for name in "ab")
    assert_frame_equal(together.sort("measure", "numerator"), apart.sort("measure", "numerator"))
