"""The bands of a distribution: named parts of a column that do not overlap."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import combinations
from math import inf

from pydantic import Field

from transforms.model import Strict, Text

OTHER = "other"
"""What is in none of the named bands."""
NOT_STATED = "not_stated"
"""What has nothing in the column."""
_AGE = re.compile(r"^(\d+)(?:\+|-(\d+))$")


class Band(Strict):
    """One category of a distribution: what of the column belongs to it.

    Code prefixes of the column `code`, whole years such as `18-64` of `age_band`, and of any other column its values as
    they stand. A fact of none of the bands is in the category `other`.
    """

    id: str = Field(pattern=r"^[^\s/](?:[^/]*[^\s/])?$")
    values: tuple[str, ...] = Field(min_length=1)
    title: Text | None = None


def refuse_overlapping(column: str, bands: Iterable[Band]) -> None:
    """Nothing, where no fact can be in two of the bands over `column`.

    Raises ValueError where one could, where two have one name, or where a name is one that is given by itself.
    """
    every = list(bands)
    for band in every:
        if band.id in (OTHER, NOT_STATED):
            raise ValueError(f"band {band.id!r}: that name is given to what is in no band; write another")
        for value in band.values:
            if column == "age_band" and not _AGE.match(value):
                raise ValueError(f"band {band.id!r}: age {value!r} is neither like '18+' nor like '0-5'")
    for one, other in combinations(every, 2):
        if one.id == other.id:
            raise ValueError(f"band {one.id!r} is named twice")
        for value in one.values:
            if shared := next((each for each in other.values if _overlap(column, value, each)), None):
                raise ValueError(f"bands {one.id!r} and {other.id!r} overlap in {value} and {shared}")


def years(age: str) -> tuple[int, float]:
    """Lowest and highest whole year of `0-5` or `80+` (infinite: no highest)."""
    if age.endswith("+"):
        return int(age[:-1]), inf
    low, _, high = age.partition("-")
    return int(low), int(high)


def _overlap(column: str, one: str, other: str) -> bool:
    if column == "code":
        return one.startswith(other) or other.startswith(one)
    if column == "age_band":
        (low, high), (from_, to) = years(one), years(other)
        return low <= to and from_ <= high
    return one == other
