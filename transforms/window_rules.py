"""When two windows may be set beside each other: as long, in the same season, apart, and clear of excluded periods."""

from __future__ import annotations

from typing import Literal, get_args

from transforms.calendar import Window
from transforms.definitions import Windows

WindowReason = Literal["overlap", "length", "season", "era"]
WINDOW_REASONS: tuple[WindowReason, ...] = get_args(WindowReason)
"""They hold for every unit alike, and leave nobody out of what a cluster's figure rests on."""


def window_reason(rules: Windows, baseline: Window, followup: Window) -> WindowReason | None:
    """Why nothing of the two windows can be compared, or None."""
    if followup.start <= baseline.end:
        return "overlap"
    if len(baseline.months) != len(followup.months):
        return "length"
    if baseline.start.month != followup.start.month:
        return "season"
    return "era" if touches_era(rules, baseline) or touches_era(rules, followup) else None


def touches_era(rules: Windows, window: Window) -> bool:
    """Whether a month of the window lies in a period that the package excludes."""
    return any(era.start <= window.end and era.end >= window.start for era in rules.excluded)


def clear_baseline(rules: Windows, followup: Window, most_years: int = 6) -> Window:
    """The newest window before `followup` in its season that no excluded period touches.

    The one that the package asks for (`followup_after_months`), else as many whole years earlier as it takes; where
    `most_years` are not enough, the one that was asked for: its figures are shown, and not compared.
    """
    asked = followup.shifted(-rules.followup_after_months)
    earlier = [asked.shifted(-12 * years) for years in range(most_years)]
    return next((window for window in earlier if not touches_era(rules, window)), asked)
