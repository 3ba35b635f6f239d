"""From a measure's values to millimetres: axes that start at nought and stop at a round number."""

from __future__ import annotations

import math
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 2.5, 5.0)


@dataclass(frozen=True)
class Scale:
    """A straight line from values to millimetres."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        span = self.high - self.low
        share = (value - self.low) / span if span else 0.5
        return self.start + share * (self.end - self.start)

    def inside(self, value: float) -> float:
        """The same, kept within the ends."""
        return min(max(self.at(value), min(self.start, self.end)), max(self.start, self.end))


def ticks(highest: float, ceiling: float | None = None) -> tuple[float, ...]:
    """Nought and two to four equal steps that just hold `highest`; `ceiling` is where the unit ends (100 %)."""
    if highest <= 0:
        return (0.0, 1.0)
    power = 10.0 ** math.floor(math.log10(highest))
    steps = [factor * power * shift for shift in (0.1, 1.0) for factor in _STEPS]
    fitting = [(step * math.ceil(_tidy(highest / step)), step) for step in steps]
    fitting = [(top, step) for top, step in fitting if 2 <= round(top / step) <= 4]
    top, step = min(fitting, key=lambda pair: (pair[0], pair[1]))
    if ceiling is not None and top > ceiling:
        top, step = ceiling, ceiling / 2
    return tuple(step * index for index in range(round(top / step) + 1))


def span_ticks(lowest: float, highest: float) -> tuple[float, ...]:
    """Three to six round values from just under `lowest` to just over `highest`, where nought may be away."""
    spread = (highest - lowest) or abs(highest) or 1.0
    power = 10.0 ** math.floor(math.log10(spread))
    for step in sorted(factor * power * shift for shift in (0.1, 1.0) for factor in _STEPS):
        first, last = math.floor(_tidy(lowest / step)), math.ceil(_tidy(highest / step))
        if last - first <= 4:
            return tuple(step * index for index in range(first, max(last, first + 1) + 1))
    return (lowest, highest)


def _tidy(number: float) -> float:
    return round(number, 9)
