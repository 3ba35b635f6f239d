"""Run charts against qicharts2, a naive second computation, cases one can count by hand, and properties."""

from __future__ import annotations

import math
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.run_chart import run_charts

REFERENCE = Path(__file__).parents[1] / "reference" / "runchart.csv"
MEASURES = ["centre", "n_obs", "n_useful", "longest_run", "longest_run_max", "n_crossings", "n_crossings_min", "signal"]
VALUES = st.lists(st.one_of(st.none(), st.integers(-6, 6)), min_size=1, max_size=60)

explore = settings(deadline=None, max_examples=50, derandomize=True)


def series(values: list[Any], **same: Any) -> pl.DataFrame:
    columns = {"series": "A", "point": range(len(values)), "value": pl.Series(values, dtype=pl.Float64), **same}
    return pl.DataFrame(columns)


def chart(values: list[Any], **same: Any) -> dict[str, Any]:
    return run_charts(series(values, **same), ["series"]).drop("series", *same, strict=False).row(0, named=True)


def fewest_crossings(useful: int) -> int:
    """The smallest k with P(at most k heads in useful - 1 tosses) >= 1/20, in whole numbers."""
    tosses = useful - 1
    return next(k for k in range(useful) if 20 * sum(math.comb(tosses, i) for i in range(k + 1)) >= 2**tosses)


def naive(values: list[float | None], centre: float | None = None, freeze: int | None = None) -> dict[str, Any]:
    known = [value for value in values[:freeze] if value is not None]
    if centre is None and known:
        centre = median(known)
    sides = [value > centre for value in values if value is not None and centre is not None and value != centre]
    runs = [len(list(run)) for _, run in groupby(sides)]
    found: dict[str, Any] = dict.fromkeys(MEASURES)
    found |= {"centre": centre, "n_obs": len(values), "n_useful": len(sides), "signal": False}
    if runs:
        longest, crossings = round(math.log2(len(sides))) + 3, fewest_crossings(len(sides))
        found |= {"longest_run": max(runs), "longest_run_max": longest}
        found |= {"n_crossings": len(runs) - 1, "n_crossings_min": crossings}
        found["signal"] = max(runs) > longest or len(runs) - 1 < crossings
    return found


def test_every_reference_series_agrees_with_qicharts2() -> None:
    rows = pl.read_csv(REFERENCE, infer_schema_length=None)
    keys = ["series_id", "part"]
    points = rows.select(*keys, "point", "value", "freeze", centre=pl.col("given_centre").cast(pl.Float64))
    ours = run_charts(points, keys).with_columns(pl.col("signal").cast(pl.Int64))
    expected = rows.unique(keys, maintain_order=True).select(*keys, *MEASURES)
    assert expected.height == 8
    assert ours.select(*keys, *MEASURES).equals(expected.with_columns(pl.col("centre").cast(pl.Float64)))


@explore
@given(VALUES, st.one_of(st.none(), st.integers(-3, 3)), st.one_of(st.none(), st.integers(1, 20)))
def test_a_chart_equals_the_naive_count(values: list[Any], centre: int | None, freeze: int | None) -> None:
    given_centre = pl.lit(None if centre is None else float(centre), pl.Float64)
    points = series(values).with_columns(centre=given_centre, freeze=pl.lit(freeze, pl.Int64))
    assert run_charts(points, ["series"]).drop("series").row(0, named=True) == naive(values, centre, freeze)


def test_a_shift_of_eight_in_sixteen_points_is_a_signal_and_a_saw_is_none() -> None:
    shift, saw = chart([1] * 8 + [9] * 8), chart([1, 9] * 8)
    assert (shift["longest_run"], shift["longest_run_max"], shift["n_crossings"], shift["signal"]) == (8, 7, 1, True)
    assert (saw["longest_run"], saw["n_crossings"], saw["n_crossings_min"], saw["signal"]) == (1, 15, 4, False)


def test_points_on_the_centre_and_missing_points_neither_make_nor_break_a_run() -> None:
    found = chart([9, 9, 5, None, 9, math.nan, 9, 1, 1, 1, 1, 5])
    assert (found["centre"], found["n_obs"], found["n_useful"], found["longest_run"]) == (5, 12, 8, 4)


def test_a_frozen_centre_shows_what_the_median_of_all_would_hide() -> None:
    values = [4, 6, 5, 4, 6, 5] + [7, 8] * 6
    assert chart(values, freeze=6)["signal"]
    assert chart(values, freeze=6)["centre"] == 5
    assert chart(values)["centre"] == 7


def test_parts_are_judged_apart() -> None:
    values = [1, 2, 1, 2, 1, 2, 1, 2, 8, 9, 8, 9, 8, 9, 8, 9]
    parts = series(values).with_columns(part=pl.col("point") // 8)
    assert run_charts(parts, ["series"])["signal"].to_list() == [True]
    assert run_charts(parts, ["series", "part"])["signal"].to_list() == [False, False]


def test_many_series_at_once_give_what_each_gives_alone() -> None:
    many = {"b": [1, 2, 3, 2, 1, 5], "a": [4, None, 4], "c": [None, None]}
    points = pl.concat([series(values, series=name) for name, values in many.items()], how="vertical_relaxed")
    ours = run_charts(points.reverse(), ["series"])
    assert ours["series"].to_list() == ["a", "b", "c"]
    assert ours.drop("series").rows(named=True) == [naive(many[name]) for name in "abc"]


@pytest.mark.parametrize("values", [[], [None], [3], [3, 3, 3]])
def test_without_a_useful_point_there_is_nothing_to_see(values: list[Any]) -> None:
    ours = run_charts(series(values), ["series"])
    assert ours.select(pl.col("longest_run", "n_crossings_min").null_count()).row(0) == (len(ours), len(ours))
    assert not ours["signal"].any()


@explore
@given(VALUES)
def test_a_chart_reads_the_same_backwards_and_upside_down(values: list[Any]) -> None:
    found = chart(values)
    turned = chart([None if value is None else -value for value in reversed(values)])
    assert turned.pop("centre") == (None if found["centre"] is None else -found["centre"])
    found.pop("centre")
    assert turned == found


@explore
@given(VALUES)
def test_runs_and_crossings_fit_the_useful_points(values: list[Any]) -> None:
    found = chart(values)
    if useful := found["n_useful"]:
        assert 1 <= found["longest_run"] <= useful - found["n_crossings"] <= useful
        assert found["longest_run"] * (found["n_crossings"] + 1) >= useful
