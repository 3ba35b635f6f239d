"""When two windows may be set beside each other."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from transforms.calendar import Window
from transforms.definitions import Era, Windows
from transforms.model import Text
from transforms.window_rules import clear_baseline, window_reason

COVID = Era(start=date(2020, 3, 1), end=date(2022, 2, 28), why=Text(da="Epidemi"))
RULES = Windows(months=6, excluded=(COVID,))
FIRST_HALF = Window.of(date(2024, 1, 1), 6)


@pytest.mark.parametrize(
    ("followup", "reason"),
    [
        (Window.of(date(2025, 1, 1), 6), None),
        (Window.of(date(2026, 1, 1), 6), None),
        (Window.of(date(2025, 7, 1), 6), "season"),
        (Window.of(date(2025, 1, 1), 12), "length"),
        (Window.of(date(2024, 6, 1), 6), "overlap"),
        (Window.of(date(2023, 1, 1), 6), "overlap"),
    ],
)
def test_a_follow_up_is_as_long_in_the_same_season_and_later(followup: Window, reason: str | None) -> None:
    assert window_reason(RULES, FIRST_HALF, followup) == reason


@pytest.mark.parametrize(
    ("first", "reason"),
    [(date(2019, 1, 1), None), (date(2019, 10, 1), "era"), (date(2022, 2, 1), "era"), (date(2022, 3, 1), None)],
)
def test_no_window_touches_an_excluded_period(first: date, reason: str | None) -> None:
    baseline = Window.of(first, 6)
    assert window_reason(RULES, baseline, baseline.shifted(48)) == reason


@pytest.mark.parametrize(
    ("followup", "baseline"),
    [
        (date(2025, 1, 1), date(2024, 1, 1)),  # a year before, and clear
        (date(2023, 1, 1), date(2019, 1, 1)),  # 2022, 2021 and 2020 are touched
        (date(2022, 9, 1), date(2019, 9, 1)),  # so it would be, but September 2019 to February 2020 is clear
    ],
)
def test_the_baseline_goes_back_by_whole_years_until_it_is_clear(followup: date, baseline: date) -> None:
    assert clear_baseline(RULES, Window.of(followup, 6)) == Window.of(baseline, 6)


def test_where_no_year_is_clear_the_asked_one_is_shown_and_not_compared() -> None:
    rules = Windows(months=6, excluded=(Era(start=date(2000, 1, 1), end=date(2024, 12, 31), why=Text(da="Alt")),))
    followup = Window.of(date(2025, 1, 1), 6)
    baseline = clear_baseline(rules, followup)
    assert baseline == FIRST_HALF
    assert window_reason(rules, baseline, followup) == "era"


def test_an_era_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError, match="write the earlier day first"):
        Era(start=date(2022, 1, 1), end=date(2021, 1, 1), why=Text(da="Epidemi"))
