"""By how much a failed check may have moved a measure: what it takes to overturn a verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from transforms.definitions import Measure

OF_PRESENCE = ("practices_delivered", "regions_delivered")
"""Rules about who delivered at all: whoever did not is not submitted, and moves nobody's figure."""


def check_bias(measure: Measure, effects: Mapping[str, Sequence[float]]) -> float:
    """The largest distance, as a logarithm, that failed checks put between a measure and what was to be expected.

    `effects` has, by source, what came over what was to be expected (0.9: a tenth is missing), above 0. Both sides of
    a measure may be off in opposite directions, so their distances add up. Where both are of one source, what is
    missing is missing from both; it counts once, as if from one alone.
    """
    sources = {measure.numerator.source, measure.denominator.source}
    return sum(
        max((abs(math.log(each)) for each in effects.get(source, ()) if each > 0), default=0) for source in sources
    )
