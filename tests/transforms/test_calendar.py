"""Months and windows: laws, and the months that people trip over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.calendar import Window, last_day, month_after

DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))
COUNTS = st.integers(-400, 400)
LENGTHS = st.integers(1, 36)
explore = settings(deadline=None, max_examples=100, derandomize=True)


@explore
@given(DAYS, COUNTS)
def test_going_there_and_back_is_the_months_first_day(day: date, count: int) -> None:
    assert month_after(month_after(day, count), -count) == day.replace(day=1)


@explore
@given(DAYS, COUNTS, COUNTS)
def test_two_steps_are_one_long_step(day: date, first: int, second: int) -> None:
    assert month_after(month_after(day, first), second) == month_after(day, first + second)


@explore
@given(DAYS)
def test_the_day_after_the_last_day_begins_the_next_month(day: date) -> None:
    assert last_day(day) + timedelta(days=1) == month_after(day, 1)
    assert last_day(day).month == day.month


@explore
@given(DAYS, LENGTHS)
def test_a_windows_months_are_as_many_as_asked_and_fill_it(day: date, months: int) -> None:
    window = Window.of(day, months)
    assert len(window.months) == len(set(window.months)) == months
    assert (window.months[0], last_day(window.months[-1])) == (window.start, window.end)
    assert list(window.months) == sorted(window.months)


@explore
@given(DAYS, LENGTHS)
def test_a_window_shifted_by_its_length_begins_the_day_after(day: date, months: int) -> None:
    window = Window.of(day, months)
    assert window.shifted(months).start == window.end + timedelta(days=1)


@explore
@given(DAYS, LENGTHS, COUNTS)
def test_a_shifted_window_keeps_its_length_and_comes_back(day: date, months: int, count: int) -> None:
    window = Window.of(day, months)
    assert len(window.shifted(count).months) == months
    assert window.shifted(count).shifted(-count) == window


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2024, 1, 31), 2, date(2024, 2, 29)),
        (date(2025, 1, 31), 2, date(2025, 2, 28)),
        (date(2025, 11, 15), 3, date(2026, 1, 31)),
        (date(2025, 12, 1), 1, date(2025, 12, 31)),
    ],
)
def test_a_window_ends_on_its_last_months_last_day(start: date, months: int, end: date) -> None:
    assert Window.of(start, months) == Window(start.replace(day=1), end)
