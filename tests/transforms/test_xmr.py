"""XmR charts against NHSRplotthedots, a naive second computation, cases drawn by hand, and properties."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.xmr import RULES, XMR_FROM, only_long_enough, xmr_charts

REFERENCE = Path(__file__).parents[1] / "reference" / "xmr.csv"
DIRECTION = {"increase": "higher", "decrease": "lower", "neutral": "none"}
FLAGS = {"close_to_limits": "near_limit", "rule_astronomical": "outside", "rule_trend7": "trend"}
FLAGS |= {"rule_two_of_three": "two_of_three", "rule_shift7": "shift"}
SHOWN = {"2 in 3": "two_of_three", "7 Points": "shift", "7 Point Trend": "trend"}
VALUES = st.lists(st.one_of(st.integers(0, 6), st.integers(0, 40)), min_size=1, max_size=40)

explore = settings(deadline=None, max_examples=40, derandomize=True)


def chart(values: list[Any], **columns: Any) -> pl.DataFrame:
    points = pl.DataFrame({"series": "A", "point": range(len(values)), "value": values, **columns}, strict=False)
    return xmr_charts(points, ["series"])


def reference() -> tuple[pl.DataFrame, pl.DataFrame]:
    rows = pl.read_csv(REFERENCE, infer_schema_length=None)
    points = rows.select(
        "series_id",
        "point",
        "value",
        pl.col("target").cast(pl.Float64),
        direction=pl.col("improvement_direction").replace_strict(DIRECTION),
        rebase=pl.col("rebase") == 1,
    )
    return rows, xmr_charts(points, ["series_id"])


def naive_limits(values: list[float], screen: bool = True) -> tuple[float, float | None]:
    """Mean, and how far the limits lie from it."""
    ranges = [abs(later - earlier) for earlier, later in pairwise(values)]
    if screen and ranges:
        ranges = [each for each in ranges if each < 3.267 * sum(ranges) / len(ranges)]
    return sum(values) / len(values), 2.66 * sum(ranges) / len(ranges) if ranges else None


def naive_rules(values: list[float], mean: float, reach: float | None) -> dict[str, list[bool]]:
    """Each window looked at by itself, and every point of a window that breaks a rule marked."""
    points = range(len(values))
    side = [0 if abs(value - mean) < 1e-9 else (1 if value > mean else -1) for value in values]
    outside = [reach is not None and abs(value - mean) > reach for value in values]
    near = [reach is not None and not outside[i] and abs(values[i] - mean) > reach * 2 / 3 for i in points]
    found = {name: [False] * len(values) for name in ("trend", "two_of_three", "shift")}
    for start in points:
        seven, three = range(start, start + 7), range(start, start + 3)
        if start + 7 <= len(values):
            steps = [values[i + 1] - values[i] for i in seven[:-1]]
            trend = all(step > 0 for step in steps) or all(step < 0 for step in steps)
            shift = abs(sum(side[i] for i in seven)) == 7
            for i in seven:
                found["trend"][i] |= trend
                found["shift"][i] |= shift
        if start + 3 <= len(values) and abs(sum(side[i] for i in three)) == 3 and sum(near[i] for i in three) >= 2:
            for i in three:
                found["two_of_three"][i] |= near[i]
    return {"side": side, "outside": outside, "near_limit": near, **found}


def test_every_reference_series_has_the_limits_and_rules_of_nhsrplotthedots() -> None:
    rows, ours = reference()
    for theirs, name in {"mean": "mean", "lpl": "lower_limit", "upl": "upper_limit"}.items():
        assert ours[name].to_list() == pytest.approx(rows[theirs].to_list(), rel=1e-9, abs=1e-12)
    assert ours["side"].to_list() == rows["relative_to_mean"].to_list()
    for theirs, name in FLAGS.items():
        assert ours[name].cast(pl.Int64).to_list() == rows[theirs].to_list(), name


def test_every_reference_point_is_named_by_the_rule_that_nhsrplotthedots_shows() -> None:
    rows, ours = reference()
    for theirs, rule, up in zip(rows["special_cause_type"], ours["special_cause"], ours["side"], strict=True):
        if theirs.endswith(("UCL", "LCL")):
            assert rule == ("outside_up" if theirs == "Above UCL" else "outside_down")
        elif "Trend" in theirs:
            assert rule == ("trend_up" if "Increasing" in theirs else "trend_down")
        elif theirs == "Common Cause":
            assert rule == "none"
        else:
            way = "up" if "Above" in theirs else "down"
            assert rule == f"{SHOWN[theirs.split(' Above')[0].split(' Below')[0]]}_{way}"
            assert up == (1 if way == "up" else -1)
    shown = rows["point_type"].str.strip_prefix("special_cause_").replace("common_cause", "none")
    assert ours["meaning"].to_list() == shown.to_list()
    passes = {"consistent_pass": "always", "consistent_fail": "never", "inconsistent": "sometimes"}
    assert ours["assurance"].to_list() == rows["assurance_type"].replace_strict(passes, default=None).to_list()


@explore
@given(VALUES, st.booleans())
def test_a_chart_equals_the_naive_one(values: list[float], screen: bool) -> None:
    ours = chart(values, screen=screen)
    mean, reach = naive_limits(values, screen)
    assert ours["mean"][0] == pytest.approx(mean)
    assert ours["upper_limit"][0] == (None if reach is None else pytest.approx(mean + reach))
    assert ours["lower_limit"][0] == (None if reach is None else pytest.approx(mean - reach))
    for name, expected in naive_rules(values, mean, reach).items():
        assert ours[name].to_list() == expected, name


@explore
@given(st.lists(VALUES, min_size=1, max_size=4))
def test_segments_of_a_series_are_judged_as_series_of_their_own(segments: list[list[float]]) -> None:
    values = [value for segment in segments for value in segment]
    starts = {sum(len(segment) for segment in segments[:i]) for i in range(1, len(segments))}
    whole = chart(values, rebase=[i in starts for i in range(len(values))])
    alone = pl.concat([chart(segment) for segment in segments])
    unlike = ["point", "segment", "rebase", "assurance"]
    assert whole.drop(*unlike).equals(alone.drop(*unlike, strict=False))


@explore
@given(VALUES, st.integers(1, 20))
def test_limits_fixed_after_some_points_are_those_of_the_points_alone(values: list[float], first: int) -> None:
    fixed, alone = chart(values, fix_after=first), chart(values[:first])
    limits = ["n_points", "mean", "lower_limit", "upper_limit"]
    assert fixed.select(limits).unique().equals(alone.select(limits).unique())


@explore
@given(VALUES)
def test_a_chart_upside_down_breaks_the_same_rules_the_other_way(values: list[float]) -> None:
    found, turned = chart(values, direction="higher"), chart([-value for value in values], direction="lower")
    assert turned.select(RULES).equals(found.select(RULES))
    assert turned["meaning"].equals(found["meaning"])
    assert turned["side"].to_list() == [-side for side in found["side"]]


def test_a_far_moving_range_does_not_widen_the_limits_unless_screening_is_off() -> None:
    values = [10, 11] * 8 + [40] + [10, 11] * 4
    assert chart(values)["upper_limit"][0] == pytest.approx(chart(values)["mean"][0] + 2.66)
    assert chart(values, screen=False)["upper_limit"][0] > chart(values)["upper_limit"][0]


def test_a_series_that_never_moves_has_a_mean_but_no_limits() -> None:
    ours = chart([0.1] * 14, target=[0.2] * 14, direction="higher")
    assert ours["mean"][0] == pytest.approx(0.1)
    assert ours.select("lower_limit", "upper_limit", "assurance").null_count().row(0) == (14, 14, 14)
    assert ours["special_cause"].unique().to_list() == ["none"]


def test_a_tie_breaks_a_trend_and_a_point_on_the_mean_a_shift() -> None:
    assert chart([1, 2, 3, 4, 5, 6, 7])["trend"].all()
    assert not chart([1, 2, 3, 3, 4, 5, 6, 7])["trend"].any()
    below = [0] * 7 + [14] * 7
    assert chart(below)["shift"].all()
    assert not chart([0] * 3 + [7] + [0] * 3 + [14] * 3 + [7] + [14] * 3)["shift"].any()


def test_the_top_of_two_trends_belongs_to_the_one_that_begins_there() -> None:
    ours = chart([1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1, 12, -4, 12, -4]).head(13)
    assert ours["trend"].all()
    assert ours["special_cause"].to_list() == ["trend_up"] * 6 + ["trend_down"] * 7


def test_no_run_goes_across_a_missing_point_and_it_gives_no_range() -> None:
    ours = chart([1, 2, 3, 4, None, 5, 6, 7, 8])
    assert ours["n_points"][0] == 8
    assert ours["upper_limit"][0] == pytest.approx(4.5 + 2.66)
    assert not ours["trend"].any()
    assert ours["special_cause"][4] == "none"
    assert ours["side"][4] is None


@pytest.mark.parametrize(("direction", "meanings"), [("higher", ("improvement", "concern")), ("none", ("high", "low"))])
def test_without_a_direction_a_point_is_high_or_low_and_never_good_or_bad(
    direction: str, meanings: tuple[str, str]
) -> None:
    ours = chart([10, 11] * 6 + [30] + [10, 11] * 6 + [-9], direction=direction)
    assert (ours["meaning"][12], ours["meaning"][25]) == meanings
    assert ours["special_cause"][0] == "none" == ours["meaning"][0]


@pytest.mark.parametrize(
    ("direction", "target", "word"),
    [
        ("higher", 5, "always"),
        ("higher", 10, "sometimes"),
        ("higher", 20, "never"),
        ("lower", 5, "never"),
        ("lower", 20, "always"),
        ("none", 5, None),
        ("higher", None, None),
    ],
)
def test_assurance_says_whether_the_limits_keep_to_the_target(direction: str, target: Any, word: str | None) -> None:
    same = pl.Series([target] * 12, dtype=pl.Float64)
    assert chart([10, 11] * 6, direction=direction, target=same)["assurance"].unique().to_list() == [word]


def test_eleven_points_have_no_limits_to_show_and_twelve_have() -> None:
    short, long = (chart([1, 9] * 5 + [1] * more) for more in (1, 2))
    assert short["upper_limit"][0] is not None
    assert (short.height, long.height) == (XMR_FROM - 1, XMR_FROM)
    assert only_long_enough(long).equals(long)
    hidden = only_long_enough(short)
    assert hidden.select("mean", "lower_limit", "special_cause", "meaning").null_count().row(0) == (11, 11, 11, 11)
    assert not hidden.select(pl.any_horizontal(RULES).any()).item()
    assert hidden["value"].equals(short["value"])


def test_each_segment_is_long_enough_by_itself() -> None:
    ours = only_long_enough(chart([1, 2] * 10, rebase=[i == 12 for i in range(20)]))
    assert ours["mean"].is_null().to_list() == [False] * 12 + [True] * 8


def test_an_empty_frame_gives_an_empty_frame_with_all_columns() -> None:
    empty = chart([1, 2, 3]).clear()
    assert xmr_charts(empty.select("series", "point", "value"), ["series"]).schema == empty.schema
