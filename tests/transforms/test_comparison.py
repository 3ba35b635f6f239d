"""Which practices can be compared, why the others cannot, and what a comparison says."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_region import BASELINE, BEFORE, BOTH, FOLLOWUP, NOW, RATE, SHARE, SmallRegion

from transforms.comparison import REASONS, changes, comparability
from transforms.definitions import Measure
from transforms.practice_months import counted_months

BETWEEN = date(2025, 7, 1)
explore = settings(deadline=None, max_examples=50, derandomize=True)


def reasons(region: SmallRegion) -> dict[str, str | None]:
    facts = region.facts()
    before, now = (counted_months(RATE, window, facts) for window in (BASELINE, FOLLOWUP))
    found = comparability(before, now, facts.practices.collect(), (BASELINE, FOLLOWUP))
    return dict(found.select("practice_id", "reason").iter_rows())


def merged(closed: date) -> SmallRegion:
    months = [month for month in BOTH if month <= closed]
    return SmallRegion().add("a", months=months, closed=closed, successor_id="b").add("b")


CASES = [
    pytest.param(SmallRegion().add("a"), None, id="the same months, the same cluster"),
    pytest.param(SmallRegion().add("a", cluster=None), None, id="never in a cluster"),
    pytest.param(SmallRegion().add("a").moves("a", BETWEEN, "c2"), "moved", id="another cluster"),
    pytest.param(SmallRegion().add("a").moves("a", BETWEEN, None), "moved", id="left for no cluster"),
    pytest.param(SmallRegion().add("a", cluster=None).belongs("a", "c1", BETWEEN), "moved", id="came from no cluster"),
    pytest.param(SmallRegion().add("a").moves("a", NOW[1], "c2"), "moved", id="another cluster within the window"),
    pytest.param(SmallRegion().add("a", months=BOTH[1:], opened=BEFORE[1]), "joined", id="opened within the baseline"),
    pytest.param(SmallRegion().add("a", months=NOW, opened=BETWEEN), "joined", id="opened between"),
    pytest.param(SmallRegion().add("a", months=BEFORE, closed=BETWEEN), "closed", id="closed between"),
    pytest.param(SmallRegion().add("a", months=BOTH[:-1], closed=NOW[1]), "closed", id="closed within the follow-up"),
    pytest.param(SmallRegion().add("a", closed=date(2026, 3, 15)), None, id="closed in a month that counts"),
    pytest.param(SmallRegion().add("a").keeps_back("a", BEFORE), "missing_before", id="no baseline"),
    pytest.param(SmallRegion().add("a").keeps_back("a", BEFORE[:1]), "missing_before", id="a month of the baseline"),
    pytest.param(SmallRegion().add("a").keeps_back("a", NOW), "missing_now", id="no follow-up"),
    pytest.param(SmallRegion().add("a").keeps_back("a", NOW[2:]), "missing_now", id="a month of the follow-up"),
    pytest.param(SmallRegion().add("a").keeps_back("a", BOTH), "missing_before", id="nothing at all"),
    pytest.param(
        SmallRegion().add("a").keeps_back("a", (BEFORE[1], NOW[1])), None, id="the same month missing on both sides"
    ),
    pytest.param(
        SmallRegion().add("a").keeps_back("a", (BEFORE[1], NOW[2])), "missing_before", id="different months missing"
    ),
    pytest.param(merged(BETWEEN), "merged", id="handed over between"),
    pytest.param(merged(date(2024, 6, 1)), "merged", id="handed over long ago"),
]


@pytest.mark.parametrize(("region", "reason"), CASES)
def test_a_practice_is_compared_or_one_reason_says_why_not(region: SmallRegion, reason: str | None) -> None:
    assert reasons(region)["a"] == reason
    assert reason in (None, *REASONS)


@pytest.mark.parametrize(
    ("closed", "reason"),
    [
        (date(2024, 12, 31), None),
        (BASELINE.start, "merged"),
        (BETWEEN, "merged"),
        (FOLLOWUP.end, "merged"),
        (date(2026, 4, 1), None),
    ],
)
def test_a_practice_that_took_patients_over_in_between_is_merged(closed: date, reason: str | None) -> None:
    assert reasons(merged(closed))["b"] == reason


def test_every_practice_of_the_registry_has_one_row() -> None:
    assert list(reasons(SmallRegion().add("b").add("a").add("silent", months=()))) == ["b", "a", "silent"]


def pair(measure: Measure = RATE, **changed: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"reason": None, "before_state": "value", "now_state": "value"}
    for side, numerator, denominator in (("before", 40, 400), ("now", 60, 500)):
        numerator, denominator = changed.pop(f"{side}", (numerator, denominator))
        value = measure.per * numerator / denominator if denominator else None
        row |= {f"{side}_numerator": numerator, f"{side}_denominator": denominator, f"{side}_value": value}
    schema: dict[str, Any] = {"reason": pl.String, "before_value": pl.Float64, "now_value": pl.Float64}
    frame = pl.DataFrame([row | changed], schema_overrides=schema)
    return changes(measure, frame).row(0, named=True)


CHANGES = ("change", "change_lower", "change_upper", "ratio")


@pytest.mark.parametrize(("measure", "change"), [(RATE, 20.0), (SHARE, 2.0)], ids=["rate", "share"])
def test_a_change_is_now_minus_before_in_the_measures_unit(measure: Measure, change: float) -> None:
    found = pair(measure)
    assert (found["change"], found["ratio"]) == pytest.approx((change, 1.2))
    assert found["change_lower"] < change < found["change_upper"]
    assert found["change_upper"] - found["change_lower"] < measure.per


@pytest.mark.parametrize("reason", REASONS)
def test_nothing_has_changed_where_two_sides_cannot_be_compared(reason: str) -> None:
    found = pair(reason=reason)
    assert [found[name] for name in CHANGES] == [None] * 4


@pytest.mark.parametrize("side", ["before", "now"])
@pytest.mark.parametrize("measure", [RATE, SHARE], ids=["rate", "share"])
def test_nothing_has_changed_where_a_side_has_no_value(measure: Measure, side: str) -> None:
    found = pair(measure, **{side: (0, 0)})
    assert [found[name] for name in CHANGES] == [None] * 4


def test_a_change_from_zero_has_no_ratio() -> None:
    found = pair(before=(0, 400))
    assert (found["change"], found["ratio"]) == (120, None)


SIDES = st.integers(30, 5000).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n)))


@explore
@given(SIDES, SIDES, st.sampled_from([RATE, SHARE]))
def test_turning_time_round_turns_the_change_round(
    before: tuple[int, int], now: tuple[int, int], measure: Measure
) -> None:
    there, back = pair(measure, before=before, now=now), pair(measure, before=now, now=before)
    assert there["change"] == pytest.approx(-back["change"])
    assert (there["change_lower"], there["change_upper"]) == pytest.approx(
        (-back["change_upper"], -back["change_lower"])
    )
    assert there["ratio"] * back["ratio"] == pytest.approx(1)
