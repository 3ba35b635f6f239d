"""Overdispersion against a published package, a naive second computation, simulated units and properties."""

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
from scipy import stats

from transforms.funnel import funnel
from transforms.overdispersion import (
    PROPORTION,
    RATIO,
    RATIO_LOG,
    RATIO_OF_COUNTS,
    Scale,
    adjusted_funnel,
    overdispersion,
    truncated,
    winsorised,
)

SCALES = {"PR": PROPORTION, "CQC": RATIO, "SHMI": RATIO_LOG, "RC": RATIO_OF_COUNTS}
Z = pl.col("z")
UNITS = st.lists(
    st.tuples(st.integers(2, 500), st.integers(1, 100)).map(lambda unit: (-(-unit[0] * unit[1] // 100), unit[0])),
    min_size=3,
    max_size=15,
)
ARMS = {"lower_95": -1.959963984540054, "upper_95": 1.959963984540054}
ARMS |= {"lower_998": -3.090232306167813, "upper_998": 3.090232306167813}

explore = settings(deadline=None, max_examples=20, derandomize=True)


def frame_of(units: Any) -> pl.DataFrame:
    return pl.DataFrame(
        units, schema={"numerator": pl.Float64, "denominator": pl.Float64}, orient="row", infer_schema_length=None
    )


def poisson_units(seed: int, between: float = 0.0, size: int = 3000) -> pl.DataFrame:
    """Units whose true ratios have a standard deviation of `between` about 1, on the square-root scale half of it."""
    random = np.random.default_rng(seed)
    expected = random.uniform(20, 200, size)
    true = random.gamma(1 / between**2, between**2, size) if between else np.ones(size)
    return pl.DataFrame({"numerator": random.poisson(expected * true), "denominator": expected})


def naive_scores(name: str, units: Any) -> tuple[float, list[float], list[float]]:
    """Centre, z-scores and standard errors, unit by unit."""
    pooled = sum(x for x, _ in units) / sum(n for _, n in units)
    if name == "PR":
        errors = [1 / (2 * math.sqrt(n)) for _, n in units]
        figures = [math.asin(math.sqrt(x / n)) - math.asin(math.sqrt(pooled)) for x, n in units]
    elif name == "CQC":
        pooled, errors = 1.0, [1 / (2 * math.sqrt(n)) for _, n in units]
        figures = [math.sqrt(x / n) - 1 for x, n in units]
    elif name == "SHMI":
        pooled, errors = 1.0, [1 / math.sqrt(n) for _, n in units]
        figures = [math.log(x / n) for x, n in units]
    else:
        errors = [math.sqrt(x / (x + 0.5) ** 2 + n / (n + 0.5) ** 2) for x, n in units]
        figures = [math.log((x + 0.5) / (n + 0.5)) - math.log(pooled) for x, n in units]
    return pooled, [figure / error for figure, error in zip(figures, errors, strict=True)], errors


def naive_trim(name: str, z: list[float], trim_by: float) -> list[float | None]:
    if name != "SHMI":
        low, high = np.quantile(z, trim_by), np.quantile(z, 1 - trim_by)
        return [min(max(score, low), high) for score in z]
    kept: list[float | None] = []
    for score in z:
        below, same = sum(other < score for other in z), sum(other == score for other in z)
        group = math.floor((below + (same + 1) / 2) * (1 / trim_by) / (len(z) + 1))
        kept.append(score if 0 < group < 1 / trim_by - 1 else None)
    return kept


def naive_dispersion(z: list[float | None], errors: list[float]) -> tuple[float | None, float]:
    pairs = [(score, 1 / error**2) for score, error in zip(z, errors, strict=True) if score is not None]
    if not pairs:
        return None, 0.0
    n, total = len(pairs), sum(weight for _, weight in pairs)
    phi = sum(score**2 for score, _ in pairs) / n
    if n < 2 or n * phi <= n - 1:
        return phi, 0.0
    return phi, (n * phi - (n - 1)) / (total - sum(weight**2 for _, weight in pairs) / total)


def naive_limit(name: str, centre: float, n: float, arm: float, tau2: float) -> float:
    """The limit `arm` standard errors from the centre, of a unit with n."""
    x = centre * n
    error = math.sqrt(x / (x + 0.5) ** 2 + n / (n + 0.5) ** 2) if name == "RC" else 1 / (2 * math.sqrt(n))
    if name in ("SHMI", "RC"):
        error = error if name == "RC" else 1 / math.sqrt(n)
        return centre * math.exp(arm * math.sqrt(error**2 + tau2))
    shift = arm * math.sqrt(error**2 + tau2)
    if name == "CQC":
        return max(0.0, 1 + shift) ** 2
    return math.sin(min(max(math.asin(math.sqrt(centre)) + shift, 0.0), math.pi / 2)) ** 2


def test_every_set_agrees_with_funnelplotr() -> None:
    count, parted = compared("overdispersion")
    assert parted == []
    assert count > 1600


@explore
@given(UNITS, st.sampled_from(sorted(SCALES)), st.sampled_from([0.05, 0.1, 0.2]))
def test_all_numbers_equal_the_naive_computation(units: Any, name: str, trim_by: float) -> None:
    found = overdispersion(frame_of(units), SCALES[name], trim_by)
    centre, z, errors = naive_scores(name, units)
    trimmed = naive_trim(name, z, trim_by)
    phi, tau2 = naive_dispersion(trimmed, errors)
    assert found["z_score"].to_list() == pytest.approx(z, rel=1e-9, abs=1e-9)
    assert [score is None for score in found["z_trimmed"]] == [score is None for score in trimmed]
    left = [score for score in trimmed if score is not None]
    assert found["z_trimmed"].drop_nulls().to_list() == pytest.approx(left, rel=1e-9, abs=1e-9)
    assert found["phi"][0] == (None if phi is None else pytest.approx(phi, rel=1e-9, abs=1e-12))
    assert found["tau2"].to_list() == pytest.approx([tau2] * len(units), rel=1e-6, abs=1e-12)
    for column, arm in ARMS.items():
        naive = [naive_limit(name, centre, n, arm, found["tau2"][0]) for _, n in units]
        assert found[column].to_list() == pytest.approx(naive, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("scale", [RATIO, RATIO_LOG])
def test_phi_of_chance_alone_is_near_one(scale: Scale) -> None:
    found = overdispersion(poisson_units(1), scale, trim_by=0)
    assert found["phi"][0] == pytest.approx(1, abs=0.1)
    assert found["tau2"][0] < 0.0005


def test_phi_of_proportions_and_of_counts_by_chance_alone_is_near_one() -> None:
    random = np.random.default_rng(2)
    n = random.integers(50, 400, 3000)
    shares = pl.DataFrame({"numerator": random.binomial(n, 0.3), "denominator": n})
    counts = pl.DataFrame({"numerator": random.poisson(60, 3000), "denominator": random.poisson(90, 3000)})
    assert overdispersion(shares, PROPORTION, 0)["phi"][0] == pytest.approx(1, abs=0.1)
    assert overdispersion(counts, RATIO_OF_COUNTS, 0)["phi"][0] == pytest.approx(1, abs=0.1)


def test_tau2_finds_the_variance_between_units_again() -> None:
    found = overdispersion(poisson_units(3, between=0.3), RATIO, trim_by=0)
    assert math.sqrt(found["tau2"][0]) == pytest.approx(0.15, rel=0.05)  # a root halves a relative deviation


def test_adjusted_limits_call_fewer_outside_though_winsorising_keeps_them_close() -> None:
    units = poisson_units(4, between=0.3)
    plain, adjusted = (
        found["position"].to_list() for found in (funnel(units, "ratio"), adjusted_funnel(units, "ratio"))
    )
    assert plain.count("inside") / len(units) < 0.7
    assert 0.87 < adjusted.count("inside") / len(units) < 0.95
    assert sum(where.endswith("998") for where in adjusted) / len(units) < 0.02


def test_winsorising_a_tenth_leaves_two_thirds_of_phi() -> None:
    c, tail = stats.norm.isf(0.1), 0.1
    left = 1 - 2 * tail - 2 * c * stats.norm.pdf(c) + 2 * tail * c**2
    assert overdispersion(poisson_units(1), RATIO)["phi"][0] == pytest.approx(left, abs=0.05)


@explore
@given(UNITS, st.sampled_from(["proportion", "rate", "ratio"]))
def test_adjusting_only_widens_a_funnel(units: Any, kind: Any) -> None:
    plain, adjusted = funnel(frame_of(units), kind), adjusted_funnel(frame_of(units), kind)
    for column in ARMS:
        side = 1 if column.startswith("upper") else -1
        assert (side * (adjusted[column] - plain[column]) >= 0).all()
    assert adjusted.columns == [*plain.columns, "phi", "tau2"]
    assert adjusted["value"].to_list() == plain["value"].to_list()
    if adjusted["tau2"][0] == 0:
        assert_frame_equal(adjusted.drop("phi", "tau2"), plain)


@explore
@given(UNITS, st.integers(2, 1000))
def test_a_rate_is_judged_alike_in_any_unit_of_time(units: Any, times: int) -> None:
    days = frame_of(units)
    years = days.with_columns(pl.col("denominator") * times)
    one, other = adjusted_funnel(days, "rate"), adjusted_funnel(years, "rate")
    for column in ARMS:
        assert (other[column] * times).to_list() == pytest.approx(one[column].to_list(), rel=1e-7, abs=1e-10)


def test_no_events_are_not_called_low_by_the_square_root() -> None:
    units = [(0, 2.0), *((events, 60.0) for events in range(30, 90, 4))]
    found = adjusted_funnel(frame_of(units), "ratio")
    assert found["tau2"][0] > 0
    assert (found["lower_95"][0], found["position"][0]) == (0, "inside")


def test_a_group_is_judged_by_its_own_dispersion_and_a_lazy_frame_stays_lazy() -> None:
    units = pl.concat([poisson_units(5, 0.4, 40), poisson_units(6, 0.1, 40)])
    keyed = units.with_columns(measure=pl.Series(["a"] * 40 + ["b"] * 40))
    together = adjusted_funnel(keyed.lazy(), "rate", ["measure"]).collect()
    apart = [adjusted_funnel(keyed.filter(pl.col("measure") == name), "rate") for name in "ab"]
    assert_frame_equal(together, pl.concat(apart))
    assert apart[0]["tau2"][0] > apart[1]["tau2"][0]


@pytest.mark.parametrize("unit", [(None, 10), (5, None), (5, 0), (-1, 10), (math.nan, 10), (5, math.inf), (11, 10)])
def test_a_unit_without_a_figure_is_null_and_counts_in_no_group(unit: Any) -> None:
    others = [(3, 20), (9, 30), (16, 40), (2, 25)]
    found, without = (overdispersion(frame_of(units), PROPORTION) for units in ([*others, unit], others))
    assert_frame_equal(found.head(4), without)
    own = found.drop("numerator", "denominator", "phi", "tau2").row(4)
    assert set(own) == {None}
    assert set(adjusted_funnel(frame_of([*others, unit]), "proportion").row(4)[2:]) == {None}


def test_no_events_have_no_logarithm_but_limits() -> None:
    row = overdispersion(frame_of([(0, 4), (5, 4), (3, 4)]), RATIO_LOG, 0).row(0, named=True)
    assert (row["z_score"], row["z_trimmed"], row["value"]) == (None, None, 0)
    assert row["lower_95"] < 1 < row["upper_95"]


@pytest.mark.parametrize("name", sorted(SCALES))
def test_one_unit_or_none_shows_no_dispersion(name: str) -> None:
    alone = overdispersion(frame_of([(5, 20)]), SCALES[name], 0)
    none = overdispersion(frame_of([(None, None)]), SCALES[name], 0)
    assert alone["tau2"][0] == 0
    assert (none["phi"][0], none["tau2"][0]) == (None, 0)


def test_winsorising_draws_in_and_truncating_drops() -> None:
    z = pl.DataFrame({"z": [float(score) for score in range(1, 20)] + [None]})
    drawn, left = z.select(winsorised(Z).alias("w"), truncated(Z).alias("t"))
    assert drawn.to_list() == [2.8, 2.8, *range(3, 18), 17.2, 17.2, None]
    assert left.to_list() == [None, *range(2, 18), None, None, None]
    assert z.select(truncated(Z, 0))["z"].to_list() == z["z"].to_list()


@pytest.mark.parametrize("trim_by", [-0.1, 0.5, 10])
def test_a_trim_that_leaves_nothing_is_refused(trim_by: float) -> None:
    with pytest.raises(ValueError, match=f"trim_by is {trim_by}; write the share to trim at each end"):
        overdispersion(frame_of([(5, 20)]), RATIO, trim_by)
