"""Standardised rates against published packages, loops with scipy's own distributions, and the laws they obey."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from transforms.standardisation import direct, direct_sums, dobson, indirect

REFERENCE = Path(__file__).parents[1] / "reference"
UNIT = ["unit"]
Z = 1.959963984540054
Stratum = tuple[float | None, float, float]
"""Events, population and the standard's weight."""

explore = settings(deadline=None, max_examples=40, derandomize=True)
SOME = st.tuples(st.integers(0, 60), st.integers(1, 5000), st.integers(1, 90000))
STRATA = st.lists(SOME, min_size=1, max_size=12)
FOURS = st.tuples(st.integers(0, 40), st.integers(0, 900), st.integers(1, 90000), st.integers(90000, 900000))
WITH_REFERENCE = st.lists(FOURS, min_size=1, max_size=12)


def recomputed() -> ModuleType:
    spec = importlib.util.spec_from_file_location("recompute", REFERENCE / "recompute_standardisation.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def near(*expected: float) -> Any:
    return pytest.approx(expected, rel=1e-9, abs=1e-12)


def of(**units: list[Stratum]) -> pl.DataFrame:
    rows = [(unit, *stratum) for unit, strata in units.items() for stratum in strata]
    schema = {"unit": pl.String} | dict.fromkeys(("events", "population", "weight"), pl.Float64)
    return pl.DataFrame(rows, schema=schema, orient="row")


def against(rows: list[tuple[float, ...]]) -> pl.DataFrame:
    names = ("events", "population", "reference_events", "reference_population")
    schema = dict.fromkeys(names, pl.Float64)
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(unit=pl.lit("u"))


def directly(strata: list[Stratum], **asked: Any) -> dict[str, Any]:
    return direct(of(u=strata), UNIT, **asked).row(0, named=True)


def indirectly(rows: list[tuple[float, ...]], **asked: Any) -> dict[str, Any]:
    return indirect(against(rows), UNIT, **asked).row(0, named=True)


def byar_by_hand(events: float) -> tuple[float, float]:
    lower = events * (1 - 1 / (9 * events) - Z / (3 * math.sqrt(events))) ** 3
    upper = (events + 1) * (1 - 1 / (9 * (events + 1)) + Z / (3 * math.sqrt(events + 1))) ** 3
    return lower, upper


@pytest.mark.parametrize("name", ["dsr", "isr"])
def test_every_value_of_the_reference_is_recomputed(name: str) -> None:
    module = recomputed()
    frame = pl.read_csv(REFERENCE / f"{name}.csv", infer_schema_length=None)
    columns = module.RECOMPUTED[name](frame)
    assert len(columns) > 8
    for column, ours in columns.items():
        theirs = frame[column]
        assert ours.is_null().to_list() == theirs.is_null().to_list(), column
        expected = pytest.approx(theirs.drop_nulls().to_list(), rel=module.TOLERANCE[name], abs=1e-12)
        assert ours.drop_nulls().to_list() == expected, column


def test_the_reference_holds_the_edge_cases_named_here() -> None:
    dsr, isr = (pl.read_csv(REFERENCE / f"{name}.csv", infer_schema_length=None) for name in ("dsr", "isr"))
    assert dsr.filter(dsr["total_count"] < 10)["dsr"].null_count() > 0
    assert dsr["x"].null_count() > 0
    assert {0, 9} <= set(isr["observed"].to_list())
    assert set(isr["method"].to_list()) == {"Exact", "Byars"}


@explore
@given(STRATA)
def test_direct_is_what_a_loop_gives(strata: list[Stratum]) -> None:
    whole = sum(weight for _, _, weight in strata)
    events = sum(count for count, _, _ in strata if count is not None)
    value = sum((count or 0) / people * weight / whole for count, people, weight in strata)
    variance = sum((count or 0) * (weight / whole / people) ** 2 for count, people, weight in strata)
    largest = max(weight / whole / people for _, people, weight in strata)
    found = directly(strata)
    assert (found["events"], found["value"]) == near(events, value)
    above, spread = value + largest, variance + largest**2
    upper = stats.gamma.ppf(0.975, above**2 / spread, scale=spread / above)
    lower = stats.gamma.ppf(0.025, value**2 / variance, scale=variance / value) if events else 0.0
    assert (found["gamma_lower"], found["gamma_upper"]) == pytest.approx((lower, upper), rel=1e-7)
    if events < 10:
        assert (found["lower"], found["upper"]) == (None, None)
        return
    low, high = (value + math.sqrt(variance / events) * (limit - events) for limit in byar_by_hand(events))
    assert (found["lower"], found["upper"]) == near(max(low, 0.0), high)


@explore
@given(WITH_REFERENCE)
def test_indirect_is_what_a_loop_gives(rows: list[tuple[float, ...]]) -> None:
    observed = sum(row[0] for row in rows)
    expected = sum(people * events / everybody for _, people, events, everybody in rows)
    rate = sum(row[2] for row in rows) / sum(row[3] for row in rows)
    found = indirectly(rows, multiplier=1000)
    assert (found["observed"], found["expected"], found["reference"]) == near(observed, expected, rate * 1000)
    if not expected:
        assert found["ratio"] is found["value"] is found["upper"] is None
        return
    few = (stats.chi2.ppf(0.025, 2 * observed) / 2 if observed else 0.0, stats.chi2.ppf(0.975, 2 * observed + 2) / 2)
    low, high = few if observed < 10 else byar_by_hand(observed)
    assert (found["ratio"], found["lower"], found["upper"]) == near(
        observed / expected, low / expected, high / expected
    )
    assert found["value"] == pytest.approx(observed / expected * rate * 1000)
    assert found["value_upper"] == pytest.approx(high / expected * rate * 1000)


@explore
@given(STRATA, st.integers(1, 40))
def test_a_unit_composed_as_the_standard_has_its_crude_rate(strata: list[Stratum], times: int) -> None:
    same = [(events, weight * times, weight) for events, _, weight in strata]
    crude = sum(events or 0 for events, _, _ in same) / sum(people for _, people, _ in same)
    assert directly(same)["value"] == pytest.approx(crude)


@explore
@given(WITH_REFERENCE)
def test_a_unit_composed_as_the_reference_is_standardised_to_its_crude_rate(rows: list[tuple[float, ...]]) -> None:
    same = [(events, everybody / 100, sick, everybody) for events, _, sick, everybody in rows]
    crude = sum(row[0] for row in same) / sum(row[1] for row in same)
    assert indirectly(same)["value"] == pytest.approx(crude)


@explore
@given(WITH_REFERENCE, st.integers(2, 1000))
def test_a_reference_of_another_size_leaves_the_ratio(rows: list[tuple[float, ...]], times: int) -> None:
    larger = [(events, people, sick * times, everybody * times) for events, people, sick, everybody in rows]
    assert indirectly(larger)["ratio"] == pytest.approx(indirectly(rows)["ratio"])


@explore
@given(STRATA, st.integers(2, 50))
def test_the_scale_of_the_standard_does_not_matter(strata: list[Stratum], times: int) -> None:
    scaled = [(events, people, weight * times) for events, people, weight in strata]
    assert list(directly(scaled).values())[3:] == pytest.approx(list(directly(strata).values())[3:])


@explore
@given(STRATA, st.randoms())
def test_a_split_stratum_of_equal_rates_changes_nothing(strata: list[Stratum], random: Any) -> None:
    halves = [half for events, people, weight in strata for half in [((events or 0) / 2, people / 2, weight / 2)] * 2]
    random.shuffle(halves)
    assert directly(halves)["value"] == pytest.approx(directly(strata)["value"])


def test_the_reference_itself_has_a_ratio_of_one() -> None:
    rows = [(410.0, 512345.0, 410.0, 512345.0), (1263.0, 601234.0, 1263.0, 601234.0)]
    found = indirectly(rows)
    assert (found["ratio"], found["value"]) == near(1.0, found["reference"])


def test_a_lower_limit_below_zero_is_zero_and_the_formulas_own_can_be_had() -> None:
    strata: list[Stratum] = [(1, 1, 50000), (12, 9000, 50000)]
    sums = direct_sums(of(u=strata), UNIT)
    assert sums.select(dobson().lower).item() < 0
    assert directly(strata)["lower"] == 0


@pytest.mark.parametrize(
    "strata",
    [
        pytest.param([(3, 100, 5), (None, 100, 5)], id="events not known"),
        pytest.param([(3, 100, 5), (0, 0, 5)], id="nobody where the standard has people"),
        pytest.param([(3, 100, 5), (2, 100, math.nan)], id="no weight"),
        pytest.param([(3, 100, 0), (2, 100, 0)], id="a standard of nobody"),
    ],
)
def test_what_cannot_be_standardised_directly_is_null(strata: list[Stratum]) -> None:
    found = directly(strata)
    assert [found[name] for name in ("value", "lower", "upper", "gamma_lower", "gamma_upper")] == [None] * 5


def test_a_stratum_without_weight_counts_for_nothing() -> None:
    assert directly([(30, 1000, 7), (5, 0, 0)])["value"] == pytest.approx(0.03)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param((0.0, 0.0, 5.0, 100.0), 10.0, id="nobody in the unit expects nothing"),
        pytest.param((0.0, 0.0, 0.0, 0.0), 10.0, id="nobody on either side"),
        pytest.param((1.0, 20.0, 0.0, 0.0), None, id="nobody in the reference"),
        pytest.param((1.0, 20.0, 0.0, 50.0), 10.0, id="none happened in the reference"),
    ],
)
def test_empty_strata(row: tuple[float, ...], expected: float | None) -> None:
    assert indirectly([(7.0, 100.0, 10.0, 100.0), row])["expected"] == expected


def test_events_that_are_not_known_are_not_zero() -> None:
    strata = against([(7.0, 100.0, 10.0, 100.0), (None, 100.0, 10.0, 100.0)])  # type: ignore[list-item]
    found = indirect(strata, UNIT).row(0, named=True)
    assert (found["observed"], found["expected"], found["ratio"]) == (None, 20.0, None)


def test_units_keep_to_themselves_and_to_their_order() -> None:
    strata = of(b=[(30, 1000, 5), (20, 500, 5)], a=[(0, 10, 5), (0, 20, 5)], c=[(None, 10, 5)])
    found = direct(strata, UNIT, multiplier=1000)
    assert found["unit"].to_list() == ["b", "a", "c"]
    assert found["value"].to_list() == [pytest.approx(35.0), 0.0, None]
    assert found["gamma_lower"].to_list()[1] == 0.0
    assert found.filter(unit="b").equals(direct(strata.filter(unit="b"), UNIT, multiplier=1000))


def test_no_rows_give_no_rows() -> None:
    assert direct(of(), UNIT).height == indirect(against([]), UNIT).height == 0


@pytest.mark.parametrize("method", [directly, indirectly])
def test_a_confidence_in_per_cent_is_refused(method: Any) -> None:
    with pytest.raises(ValueError, match="confidence is 95"):
        method([], confidence=95)
