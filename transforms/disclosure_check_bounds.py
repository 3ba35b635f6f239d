"""The last look at the bounds of an incomplete cluster, by code that did not make them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import polars as pl

from transforms.definitions import Measure, Package
from transforms.disclosure_truth import Row, Truth

_LEAST_DELIVERED = 3


def bound_violations(bounds: pl.DataFrame, package: Package, figures: pl.DataFrame, truth: Truth) -> list[str]:
    """One sentence per fault: bounds of a figure that is printed, off the grid, or from which a practice's follows.

    A reader who is one of those that delivered takes the own count from what all have together. Of what is left, each
    other one must be able to have half as much again as it has.
    """
    printed = {
        row["measure_id"]
        for row in figures.iter_rows(named=True)
        if row["level"] == "cluster" and row["category"] is None and row["now_value"] is not None
    }
    found: list[str] = []
    for row in bounds.iter_rows(named=True):
        measure = package.measure(row["measure_id"])
        faults = [*_faults(row, measure, truth)]
        if row["measure_id"] in printed and row["lower"] is not None:
            faults.append("stand beside the figure that they are instead of")
        found += [f"{measure.id}, the cluster's bounds {fault}" for fault in faults]
    return found


def _faults(row: Row, measure: Measure, truth: Truth) -> Iterable[str]:
    lower, upper = row["lower"], row["upper"]
    if (lower is None) != (row["reason"] is not None) or (upper is None) != (lower is None):
        yield "are neither given nor said to be none"
    if lower is None or upper is None:
        return
    if not 0 <= lower < upper:
        yield "are none: the lower is not under the upper"
    counts = _delivered(measure, truth)
    if len(counts) < _LEAST_DELIVERED:
        yield f"stand on fewer than {_LEAST_DELIVERED} practices"
    step = _coarsest(lower, upper)
    if measure.kind == "proportion" and step < measure.per / 20 * (1 - 1e-9):
        yield "are finer than a twentieth of the whole"
    if _tells_one([count for count, _ in counts]):
        yield "tell a practice's count to another of those that delivered"
    elif measure.kind == "proportion" and _tells_one([size - count for count, size in counts]):
        yield "tell what is left of a practice's count to another of those that delivered"


def _coarsest(lower: float, upper: float) -> float:
    """The largest step of 1, 2, 5, 10, ... that both lie on."""
    steps = [lead * 10.0**power for power in range(-3, 6) for lead in (1, 2, 5)]
    on_both = [step for step in steps if all(math.isclose(end / step, round(end / step)) for end in (lower, upper))]
    return max(on_both, default=0.0)


def _delivered(measure: Measure, truth: Truth) -> list[tuple[float, float]]:
    counted = [key for key in truth.counts if key[0] == measure.id and key[2] == "practice" and key[4] == "now"]
    found = [truth.counts[key] for key in counted]
    return [(numerator or 0.0, denominator or 0.0) for numerator, denominator in found if denominator is not None]


def _tells_one(counts: Sequence[float]) -> bool:
    """Whether somebody who delivered and knows what all have together would know another's to within a half."""
    for reader, own in enumerate(counts):
        for other, count in enumerate(counts):
            at_most = sum(counts) - own
            if other != reader and at_most < 1.5 * count:
                return True
    return False
