"""Disclosure profiles: what may leave the quality unit, as data (`disclosure_profiles.toml`), parsed once."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from transforms.model import Strict

Mode = Literal["letters", "open", "own_only"]
Item = Literal["value", "counts", "size", "interval", "change_interval", "judged", "reason"]

SIDES = ("before", "now")
JUDGED_VALUES = (
    *("before_standardised", "now_standardised", "now_standardised_lower", "now_standardised_upper"),
    *("expected", "expected_lower", "expected_upper", "detectable_change"),
)
"""In the measure's unit: printed with the measure's decimals."""
JUDGED_RATIOS = ("background_ratio", "net_ratio", "net_lower", "net_upper")
"""Without unit: kept to four decimals, so that an end of an interval is not rounded onto none."""
COLUMNS: dict[Item, tuple[str, ...]] = {
    "value": ("before_value", "now_value", "change", "ratio"),
    "counts": ("before_numerator", "now_numerator"),
    "size": ("before_denominator", "now_denominator"),
    "interval": ("before_lower", "before_upper", "now_lower", "now_upper"),
    "change_interval": ("change_lower", "change_upper"),
    "judged": (*JUDGED_VALUES, *JUDGED_RATIOS, "verdict", "verdict_reason"),
    "reason": ("reason",),
}
"""The columns of report.figure that each item stands for."""


class UnknownProfileError(ValueError):
    """There is no profile of that name; the sentence has the nearest one."""


class Others(Strict):
    """What a reader sees of a practice that is not the own one, by mode."""

    letters: tuple[Item, ...]
    open: tuple[Item, ...]
    own_only: tuple[Item, ...]


class Profile(Strict):
    """The rules for every printed figure but the reader's own, which is exact. Counts are whole things counted."""

    rounding: int = Field(ge=1)
    smallest_count: int = Field(ge=1)
    smallest_rest: int = Field(ge=1)
    smallest_difference: int = Field(ge=1)
    smallest_unit: int = Field(ge=1)
    fewest_practices: int = Field(ge=1)
    fewest_alike: int = Field(ge=1)
    largest_share: float = Field(gt=0, le=1)
    rounding_of_one_large: int = Field(ge=1)
    coarse_dots: bool
    around: tuple[Item, ...]
    others: Others

    def columns(self, mode: Mode, *, practice: bool) -> frozenset[str]:
        """The columns that are printed of another practice in `mode`, or of the cluster and the region."""
        items = getattr(self.others, mode) if practice else self.around
        return frozenset(name for item in items for name in COLUMNS[item])

    @property
    def smallest_printed(self) -> int:
        """The smallest count above nought that can be printed: the smallest one shown, rounded."""
        return int(self.smallest_count / self.rounding + 0.5) * self.rounding


@cache
def profiles() -> dict[str, Profile]:
    """Every profile by its name."""
    text = Path(__file__).with_name("disclosure_profiles.toml").read_text(encoding="utf-8")
    return {name: Profile.model_validate(table) for name, table in tomllib.loads(text).items()}


def profile(name: str) -> Profile:
    """The profile called `name`.

    Raises:
        UnknownProfileError: there is none; says which name is nearest.
    """
    known = profiles()
    if name not in known:
        near = get_close_matches(name.lower(), known, 1, 0.0)
        raise UnknownProfileError(
            f"there is no profile {name!r}; the nearest name is {near[0]}. Write one of: {', '.join(known)}"
        )
    return known[name]
