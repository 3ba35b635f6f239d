"""Scales and expected limits: inverses, slopes by small steps, and the distributions of scipy."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from transforms import scales
from transforms.definitions import Kind
from transforms.prediction import limits

KINDS: tuple[Kind, ...] = ("rate", "proportion", "mean", "ratio", "distribution", "median")  # type: ignore[assignment]
SHARES = st.floats(0.001, 0.999)
explore = settings(deadline=None, max_examples=20, derandomize=True)


def one(expression: pl.Expr) -> Any:
    return pl.select(expression).item()


def near(expected: float, rel: float = 1e-9) -> Any:
    return pytest.approx(expected, rel=rel, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@given(value=SHARES)
@explore
def test_a_value_comes_back_from_its_position(kind: Kind, value: float) -> None:
    assert one(scales.value_at(kind, scales.at(kind, pl.lit(value)))) == near(value)


@pytest.mark.parametrize("kind", KINDS)
@given(value=st.floats(0.01, 0.99))
@explore
def test_the_slope_is_what_a_small_step_gives(kind: Kind, value: float) -> None:
    where, step = one(scales.at(kind, pl.lit(value))), 1e-5
    ends = [one(scales.value_at(kind, pl.lit(where + side * step))) for side in (1, -1)]
    assert one(scales.slope(kind, pl.lit(value))) == near((ends[0] - ends[1]) / (2 * step), rel=1e-6)


def placed(kind: Kind, numerator: float, denominator: float) -> tuple[float | None, float | None]:
    row = pl.DataFrame({"numerator": [numerator], "denominator": [denominator], "value": [None], "lower": [None]})
    return row.select(at=scales.position(kind, "", 1), noise=scales.variance(kind, "", 1)).row(0)


@pytest.mark.parametrize(("kind", "numerator", "denominator", "at", "noise"), [
    ("rate", 20, 400, -2.995732273553991, 1 / 20),
    ("rate", 0, 400, -6.684611727667927, 2.0),
    ("proportion", 30, 40, 1.0986122886681098, 1 / 30 + 1 / 10),
    ("proportion", 40, 40, 4.36944785246702, 1 / 39.5 + 2),
    ("proportion", 0, 40, -4.36944785246702, 1 / 39.5 + 2),
    ("ratio", 20, 80, -1.3862943611198906, 1 / 20 + 1 / 80),
])  # fmt: skip
def test_positions_and_their_noise(kind: Kind, numerator: float, denominator: float, at: float, noise: float) -> None:
    assert placed(kind, numerator, denominator) == pytest.approx((at, noise), rel=1e-12)


@pytest.mark.parametrize("kind", ["rate", "proportion"])
def test_without_a_denominator_there_is_no_position(kind: Kind) -> None:
    assert placed(kind, 0, 0)[0] is None


def test_the_inverse_of_the_next_count_is_right_on_average() -> None:
    counts = stats.poisson(12)
    row = pl.DataFrame({"numerator": [float(x) for x in range(1, 60)], "denominator": [100.0] * 59})
    inverse = row.select(scales.variance("rate", "", 1, more=1)).to_series().to_list()
    mean = 1 * counts.pmf(0) + sum(value * counts.pmf(x) for value, x in zip(inverse, range(1, 60), strict=True))
    assert mean == pytest.approx(1 / 12, rel=1e-4)


def told(kind: Kind, middle: float | None, error: float | None, critical: float | None = 2.0) -> tuple[Any, Any]:
    row = pl.DataFrame({"m": [middle], "e": [error], "c": [critical]}, schema=dict.fromkeys("mec", pl.Float64))
    lower, upper = limits(kind, pl.col("m"), pl.col("e"), pl.col("c"))
    return row.select(lower.alias("lower"), upper.alias("upper")).row(0)


@given(middle=SHARES, error=st.floats(0.01, 1.2), critical=st.floats(0.5, 4))
@explore
def test_limits_are_those_of_a_gamma_beta_or_normal_with_that_mean_and_spread(
    middle: float, error: float, critical: float
) -> None:
    size = 1 / (error**2 * middle * (1 - middle)) - 1
    tail = stats.norm.cdf(-critical)
    spreads = {
        "rate": stats.gamma(1 / error**2, scale=middle * error**2),
        "proportion": stats.beta(middle * size, (1 - middle) * size),
        "mean": stats.norm(middle, error),
    }
    for kind, spread in spreads.items():
        assert spread.mean() == near(middle)
        slope = {"rate": middle, "proportion": middle * (1 - middle), "mean": 1.0}[kind]
        assert spread.std() == near(error * slope)
        assert told(kind, middle, error, critical) == near_pair(spread.ppf(tail), spread.isf(tail))  # type: ignore[arg-type]


def near_pair(*expected: float) -> Any:
    return pytest.approx(expected, rel=1e-7, abs=1e-12)


@pytest.mark.parametrize(("kind", "middle", "error", "expected"), [
    ("proportion", 0.5, 50.0, (0.0, 1.0)),
    ("rate", 0.5, 50.0, (0.0, 0.5)),
    ("rate", None, 0.1, (None, None)),
    ("proportion", 0.5, None, (None, None)),
    ("rate", 0.0, 0.1, (0.0, 0.0)),
])  # fmt: skip
def test_the_ends_of_what_can_be_expected(
    kind: Kind, middle: float | None, error: float | None, expected: tuple[float | None, float | None]
) -> None:
    assert told(kind, middle, error) == expected
