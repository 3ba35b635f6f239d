"""The last look at the months: every kind of bad row blocks the pack, and is named."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from transforms.calendar import month_after
from transforms.definitions import parse_package
from transforms.disclosure_check_months import TruthOfMonths, month_violations, truth_of_months
from transforms.disclosure_profiles import profile
from transforms.months import MONTHS
from transforms.published import FIGURE, MONTH

PACKAGE = parse_package(Path(__file__).parents[2] / "klyngepakker" / "antibiotika" / "package.toml")
RATE, SHARE = "antibiotics_per_1000", "penicillin_v_share"
START = date(2025, 1, 1)
PRACTICES = [f"P{at}" for at in range(6)]
LABELS = dict(zip(PRACTICES, "ABCDEF", strict=True))


def counts(of_month: Iterable[int] = (12, 13, 14, 15, 16, 17), listed: float = 1000) -> pl.DataFrame:
    """Six practices with the same number each, month by month."""
    rows = [
        (RATE, practice, month_after(START, at), float(count), listed)
        for practice in PRACTICES
        for at, count in enumerate(of_month)
    ]
    return pl.DataFrame(rows, MONTHS, orient="row")


def truth(frame: pl.DataFrame) -> TruthOfMonths:
    return truth_of_months(frame, {RATE: PRACTICES, SHARE: PRACTICES}, LABELS, profile("sds"))


def row(at: int, count: float | None, **changed: Any) -> dict[str, Any]:
    """A month of the cluster, as it should be, but for what is changed."""
    known = {
        "pack_id": "P", "audience": "cluster", "measure_id": RATE, "level": "cluster", "label": "K", "side": "now",
        "period_start": month_after(START, at), "months": 1, "meeting": False, "provisional": False,
        "state": "suppressed" if count is None else "value", "numerator": count,
        "denominator": None if count is None else 6000.0, "value": None if count is None else count / 6,
    }  # fmt: skip
    return known | changed


GOOD = [row(at, count) for at, count in enumerate((70.0, 80.0, 85.0, 90.0, 95.0, 100.0))]


def figures(numerator: float | None = 520.0) -> pl.DataFrame:
    shown = {"audience": "cluster", "level": "cluster", "label": "K", "measure_id": RATE, "now_numerator": numerator}
    return pl.DataFrame([shown | {"now_value": None if numerator is None else 86.7}], schema=FIGURE)


def said(rows: list[dict[str, Any]], frame: pl.DataFrame, numerator: float | None = 520.0) -> list[str]:
    return month_violations(pl.DataFrame(rows, schema=MONTH), figures(numerator), PACKAGE, truth(frame))


def test_months_as_they_should_be_pass() -> None:
    assert said(GOOD, counts()) == []


FAULTS = {
    "not rounded to 5": row(0, 72.0),
    "that is not rounded to 5": row(0, 75.0),
    "a value that was not computed from its counts": row(0, 70.0, value=11.0),
    "hidden and has a figure": row(0, 70.0, state="suppressed"),
    "has no figure and is not called hidden": row(0, None, state="value"),
    "a state that tells it from other": row(0, None, state="too_few"),
    "not what all see of the cluster": row(0, 70.0, audience="P1"),
    "another practice's month": row(
        0, 12.0, level="practice", audience="P1", label="C", denominator=1000.0, value=12.0
    ),
    "stands on other practices": row(7, 70.0),
}


@pytest.mark.parametrize("sentence", FAULTS)
def test_a_bad_month_is_named(sentence: str) -> None:
    bad = FAULTS[sentence]
    found = said([bad, *GOOD[1:]], counts())
    name = f"{RATE}, {bad['level']} {bad['label']}, {bad['period_start']:%Y-%m}, for {bad['audience']}:"
    assert [each for each in found if sentence in each and each.startswith(name)], found


def test_a_small_month_must_be_hidden_and_not_follow_from_the_total() -> None:
    """Three months: 72, 78 and 3. With both others and the total, the third is told to within the rounding."""
    frame = counts((12, 13, 0))
    frame = pl.concat([frame.filter(period=month_after(START, at)) for at in (0, 1)]).vstack(
        pl.DataFrame(
            [(RATE, each, month_after(START, 2), 1.0 if at < 3 else 0.0, 1000.0) for at, each in enumerate(PRACTICES)],
            MONTHS,
            orient="row",
        )
    )
    shown = said([*GOOD[:2], row(2, 5.0)], frame, 155.0)
    assert any("stands on a count of 1 to 4" in each for each in shown)
    # 72 to the nearest 5 is 70 and 78 is 80; a total of 145 would leave less than nothing for the third.
    told = said([*GOOD[:2], row(2, None)], frame, 145.0)
    assert any("2025-03" in each and "follows from the window's total" in each for each in told)


def test_months_of_a_window_that_is_hidden_are_not_shown() -> None:
    found = said(GOOD, counts(), None)
    assert len(found) == 6
    assert all("although the window's figure is hidden" in each for each in found)


def test_rounded_months_and_total_that_narrow_each_other_are_found() -> None:
    """Six months that were all rounded down by 2, beside a total rounded up: each would be told exactly."""
    found = said(GOOD, counts(), 535.0)
    assert any("told more closely" in each for each in found)


def test_fewer_than_thirty_or_than_five_practices_carry_no_month() -> None:
    small = said([row(0, 70.0, denominator=25.0, value=2800.0)], counts(listed=4.0))
    assert any("stands on fewer than 30" in each for each in small)
    few = truth_of_months(counts(), {RATE: PRACTICES[:4]}, LABELS, profile("sds"))
    shown = pl.DataFrame([row(0, 50.0, denominator=4000.0, value=12.5)], schema=MONTH)
    assert any("fewer than 5 practices" in each for each in month_violations(shown, figures(), PACKAGE, few))
