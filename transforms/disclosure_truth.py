"""What the last look at a pack holds it against: the exact counts behind every printed figure, and the rules."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from transforms.disclosure_profiles import Mode, Profile

Row = Mapping[str, Any]
"""A row of report.figure."""
Key = tuple[str, str | None, str, str, str]
"""Measure, category, level, label and side."""


@dataclass(frozen=True)
class Truth:
    """Exact numerator and denominator by figure; whether it can be compared; and how many practices stand behind it.

    `values` has the single values behind an average.
    """

    mode: Mode
    profile: Profile
    counts: Mapping[Key, tuple[float | None, float | None]]
    compared: Mapping[Key, bool]
    practices: Mapping[Key, int]
    values: Mapping[Key, Sequence[float]] = field(default_factory=dict[Key, Sequence[float]])

    @property
    def dots(self) -> bool:
        """Whether other practices are dots."""
        return self.mode == "letters" and self.profile.coarse_dots

    def key(self, row: Row, side: str) -> Key:
        """The key of a printed figure."""
        return row["measure_id"], row["category"], row["level"], row["label"], side

    def of(self, row: Row, side: str) -> tuple[float, float] | None:
        """The exact counts behind a printed figure; nought and nought where the unit delivered none."""
        found = self.counts.get(self.key(row, side))
        return None if found is None else (found[0] or 0.0, found[1] or 0.0)

    def largest(self, row: Row, side: str, part: str) -> float:
        """The largest count among the practices that can be compared, of the measure and category of `row`."""
        at = ("numerator", "denominator").index(part)
        of_measure = (row["measure_id"], row["category"], "practice")
        inside = [key for key in self.counts if key[:3] == of_measure and key[4] == side and self.compared[key]]
        return max((self.counts[key][at] or 0.0 for key in inside), default=0.0)


def name(row: Row, side: str) -> str:
    """Which figure is meant, as a sentence about it begins."""
    measure = row["measure_id"] if row["category"] is None else f"{row['measure_id']} {row['category']}"
    return f"{measure}, {row['level']} {row['label'] or '(no letter)'}, {side}, for {row['audience']}:"


def rounded_to(count: float, step: int) -> float:
    """`count` to the nearest `step`, halves upwards; a sum of thirds that is a half but for its last digit is one."""
    return step * math.floor(count / step + 0.5 + 1e-9)
