"""What a cluster's figure must lie between while most of its practices have not delivered.

With fewer practices than the profile asks for, a cluster has no figure: it would be that of a few, and not the
cluster's. What is known already bounds it all the same, where the measure is of listed patients: how many those are is
known of the missing practices too. Write N for what the delivered months hold, D for all the cluster's practice-months
(a share of the window's, as in the figure itself) and M for the part of D that is missing.

* A share lies between N / D, should none of the missing patients count, and (N + M) / D, should all of them. Nothing
  is supposed: worst-case bounds (Manski, Partial Identification of Probability Distributions, 2003, section 1.2).
* A rate is at least N / D. It has no upper bound but by a supposition: that the missing practices together have no
  more than 19 of 20 practices of the rest of the region (the 95th percentile q of at least 20): (N + q M) / D. It is
  said to be one wherever it is printed.
* Of anything else (another denominator, a mean, a ratio) there is none: nobody knows the missing denominators.

Nothing about one practice may follow from the bounds, and N / D would, for whoever knows a part of N. So N / D is
looked at once, through a grid: it lies in [L, L + s), and both bounds are made of L alone: L, and L + s + what is
missing, rounded up to the grid. s is a twentieth of a share's whole, and a tenth of the region's median rate or the
next of 1, 2, 5, 10, ... above: about what one practice of twelve adds. Fewer than three delivered give no bounds, and
neither do those whose exact sum would tell one practice's count to within a half to another of them that takes its own
away (the p % rule with p = 50: Hundepool et al., Statistical Disclosure Control, 2012, section 4.2), though nobody sees
that sum. Nor do those whose step, less one practice's own count, would leave another no more than 4: a count of 1-4
must stay one that may be 5.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Literal, NamedTuple

from transforms.definitions import Measure
from transforms.disclosure_profiles import Profile
from transforms.disclosure_rules import STEPS

Basis = Literal["certain", "region"]
"""What the upper bound rests on: nothing but counting, or the rest of the region's practices."""
Reason = Literal["few", "telling", "kind", "unlisted", "range", "wide"]
"""Why there are no bounds: too few delivered, one practice would be told by them, the denominators of the missing are
not known by the measure's nature or because a list size lacks, too few practices elsewhere, or nothing said."""

FEWEST_DELIVERED = 3
FEWEST_ELSEWHERE = 20
HIGH = 0.95
PROTECTION = 0.5
"""By how much more than a practice has, it must be possible for it to have, in the eyes of each other practice."""
_SHARE_STEPS = 20
_RATE_STEPS = 10
_NEARLY = 1e-9


class Counts(NamedTuple):
    """Exact numerator and denominator of one practice."""

    numerator: float
    denominator: float


@dataclass(frozen=True)
class Known:
    """What is known of one measure in a cluster that is not complete, exact.

    `delivered` has a practice's counts each; `numerator` and `denominator` are the cluster's over the months delivered,
    `listed` the denominator over all its months (None: a missing practice has no list size); `elsewhere` the values of
    the region's practices outside the cluster.
    """

    delivered: tuple[Counts, ...]
    numerator: float
    denominator: float
    listed: float | None
    elsewhere: tuple[float, ...]


class Bound(NamedTuple):
    """The bounds in the measure's unit, and what the upper one rests on; or why there are none."""

    lower: float | None = None
    upper: float | None = None
    basis: Basis | None = None
    reason: Reason | None = None


def bound(measure: Measure, known: Known, profile: Profile) -> Bound:
    """The bounds of the cluster's figure, or the reason why there are none (see the module)."""
    if len(known.delivered) < FEWEST_DELIVERED:
        return Bound(reason="few")
    if not of_listed_patients(measure):
        return Bound(reason="kind")
    if not known.listed:
        return Bound(reason="unlisted")
    is_share = measure.kind == "proportion"
    step = measure.per / _SHARE_STEPS if is_share else rate_step(measure, known.elsewhere)
    if step is None:
        return Bound(reason="range")
    lower = step * math.floor(measure.per * known.numerator / known.listed / step + _NEARLY)
    if tells(measure, known, step, profile):
        return Bound(reason="telling")
    missing = max(1 - known.denominator / known.listed, 0.0)
    most = measure.per if is_share else high_of(known.elsewhere)
    upper = step * math.ceil((lower + step + most * missing) / step - _NEARLY)
    if is_share:
        upper = min(upper, float(measure.per))
        if lower == 0 and upper == measure.per:
            return Bound(reason="wide")
    return Bound(round(lower, 10), round(upper, 10), "certain" if is_share else "region")


def of_listed_patients(measure: Measure) -> bool:
    """Whether the denominator is known of a practice that has delivered nothing but its list size."""
    plain = measure.kind in ("rate", "proportion") and measure.category is None and measure.numerator_base is None
    return plain and measure.denominator.is_stock and not measure.individual


def rate_step(measure: Measure, elsewhere: Sequence[float]) -> float | None:
    """The grid of a rate's bounds, in its unit; None where too few practices elsewhere say how high rates are."""
    if len(elsewhere) < FEWEST_ELSEWHERE or high_of(elsewhere) <= 0:
        return None
    middle = sorted(elsewhere)[len(elsewhere) // 2] or high_of(elsewhere)
    wanted = max(middle / _RATE_STEPS, 10.0**-measure.decimals)
    return float(next((step for step in STEPS if step >= wanted * (1 - _NEARLY)), STEPS[-1]))


def high_of(values: Sequence[float]) -> float:
    """The value that 95 % of `values` are at or under: one of them, the nearest rank."""
    return sorted(values)[math.ceil(HIGH * len(values)) - 1]


def tells(measure: Measure, known: Known, step: float, profile: Profile) -> bool:
    """Whether bounds on a grid of `step` would tell of a single practice.

    They do where the grid is finer than the smallest count that is shown, and where a practice, had it the delivered
    practices' exact sum, would see that another cannot have half as much again as it has; of a share also of its rest.
    And where a practice that takes its own count off the most that the sum can be would see that another's is small.
    """
    if _tells_small(measure, known, step, profile):
        return True
    parts = [[each.numerator for each in known.delivered]]
    if measure.kind == "proportion":
        parts.append([each.denominator - each.numerator for each in known.delivered])
    fine = step / measure.per * (known.listed or 0.0) < profile.smallest_count
    return fine or any(_tells(part) for part in parts)


def _tells(counts: Sequence[float]) -> bool:
    """The largest is the best known, and best of all to the one who knows the largest part of the others."""
    ordered = sorted(counts, reverse=True)
    return sum(ordered[2:]) < PROTECTION * ordered[0]


def _tells_small(measure: Measure, known: Known, step: float, profile: Profile) -> bool:
    """Whether the sum's place on the grid shows to some practice that another has under the smallest count shown."""
    on_grid = step / measure.per * (known.listed or 0.0)
    place = math.floor(known.numerator / on_grid + _NEARLY) if on_grid else 0
    most = math.ceil((place + 1) * on_grid - _NEARLY) - 1
    counts = [each.numerator for each in known.delivered]
    told = _small_of(counts, most, profile.smallest_count)
    if measure.kind != "proportion":
        return told
    rests = [each.denominator - each.numerator for each in known.delivered]
    return told or _small_of(rests, known.denominator - place * on_grid, profile.smallest_rest)


def _small_of(counts: Sequence[float], most: float, smallest: float) -> bool:
    return any(0 < count < smallest and most - own < smallest for own, count in permutations(counts, 2))
