"""Which counts of a package lie within which others: a difference of two nested counts is a count of its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations
from typing import Literal, NamedTuple

from transforms.definitions import Package
from transforms.filters import Selection
from transforms.kinds import AVERAGES
from transforms.sources import COLUMNS

Part = Literal["numerator", "denominator"]
_LISTS = tuple(COLUMNS)


class Count(NamedTuple):
    """One of the two counts behind a measure's figure."""

    measure_id: str
    part: Part


def nested(package: Package) -> list[tuple[Count, Count]]:
    """Every pair (wider, narrower) of counts of two measures of which the first holds all that the second does.

    The two counts of one share are not here: what is left of a share has a rule of its own. Two counts of the very same
    things are not either: `alike` has them.
    """
    return list(_pairs(package))


def alike(package: Package) -> set[tuple[str, str]]:
    """Every two measures that count the very same things somewhere, by their ids.

    The totals of one unit differ by nothing, unless the two measures rest on different practices.
    """
    found = combinations(_counted(package), 2)
    return {
        (one.measure_id, other.measure_id)
        for (one, held), (other, holding) in found
        if one.measure_id != other.measure_id and holds(holding, held) and holds(held, holding)
    }


def _pairs(package: Package) -> Iterator[tuple[Count, Count]]:
    for (wide, holding), (narrow, held) in permutations(_counted(package), 2):
        if wide.measure_id != narrow.measure_id and holds(holding, held) and not holds(held, holding):
            yield wide, narrow


def _counted(package: Package) -> list[tuple[Count, Selection]]:
    counts: list[tuple[Count, Selection]] = []
    for each in package.measures:
        if each.kind not in AVERAGES:  # whose numerator is no count, and is not printed
            counts.append((Count(each.id, "numerator"), each.numerator))
        counts.append((Count(each.id, "denominator"), each.denominator))
    return counts


def holds(wide: Selection, narrow: Selection) -> bool:
    """Whether everything that `narrow` counts is counted by `wide` too, as far as the two definitions tell."""
    same = ("source", "quantity", "window_months")
    if any(getattr(wide, name) != getattr(narrow, name) for name in same):
        return False
    lists = all(_within(getattr(wide, name), getattr(narrow, name)) for name in _LISTS)
    return lists and _codes_within(wide, narrow) and wide.sex in (None, narrow.sex) and _ages_within(wide, narrow)


def _within(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    return not wide or (bool(narrow) and set(narrow) <= set(wide))


def _codes_within(wide: Selection, narrow: Selection) -> bool:
    if wide.codes and not (narrow.codes and all(code.startswith(wide.codes) for code in narrow.codes)):
        return False
    return all(_left_out(code, narrow) for code in wide.exclude_codes)


def _left_out(code: str, narrow: Selection) -> bool:
    """Whether nothing under `code` is counted by `narrow`."""
    touched = not narrow.codes or any(code.startswith(one) or one.startswith(code) for one in narrow.codes)
    return not touched or (bool(narrow.exclude_codes) and code.startswith(narrow.exclude_codes))


def _ages_within(wide: Selection, narrow: Selection) -> bool:
    if wide.age_range is None:
        return True
    if narrow.age_range is None:
        return False
    (low, high), (first, last) = wide.age_range, narrow.age_range
    return low <= first and (high is None or (last is not None and last <= high))
