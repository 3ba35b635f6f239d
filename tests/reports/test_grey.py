"""What is left of the charts in grey print: each mark is told from its ground by lightness alone (WCAG 2.2)."""

from __future__ import annotations

import pytest

from reports.figures import palette as colours

MARK, TEXT = 3.0, 4.5
"""Success criteria 1.4.11 and 1.4.3: the least contrast of a mark, and of small text."""
ON_WHITE = {"INK": TEXT, "OTHERS": TEXT, "BLOCK": TEXT, "ACCENT": TEXT, "MID": MARK}
ON_FIELD = {"INK": TEXT, "OTHERS": TEXT, "BLOCK": MARK, "MID": MARK}
"""In the shaded windows of a run chart: line, dots and meeting, the median and its words, hidden months, the axis."""


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_is_as_the_guideline_says() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize(("name", "least"), ON_WHITE.items())
def test_what_is_drawn_on_white_is_seen_in_grey(name: str, least: float) -> None:
    assert contrast(getattr(colours, name), colours.PAPER) >= least


@pytest.mark.parametrize(("name", "least"), ON_FIELD.items())
def test_what_is_drawn_in_a_shaded_window_is_seen_in_grey(name: str, least: float) -> None:
    assert contrast(getattr(colours, name), colours.FIELD) >= least


def test_the_own_column_holds_its_mark_in_grey() -> None:
    assert contrast(colours.ACCENT, colours.ACCENT_TINT) >= TEXT


def test_a_ring_and_a_dot_are_not_the_same_in_grey() -> None:
    """Before and after, provisional and final: the inside of a ring is as far from its edge as ink from paper."""
    assert min(contrast(each, colours.PAPER) for each in (colours.INK, colours.OTHERS, colours.ACCENT)) >= MARK
