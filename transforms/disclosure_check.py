"""The last look at a pack: every printed figure held against the rules, by code that did not make it.

It reads the finished `report.figure` rows only. A pack with a violation is not written.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from transforms.definitions import Package

_SIDES = ("before", "now")
_SIZES = ("numerator", "denominator", "lower", "upper")


Counts = Mapping[tuple[str, str, str], tuple[float, float]]
"""Exact numerator and denominator by measure, label and side: what a dot's value is held against."""


def violations(figures: Iterable[Mapping[str, Any]], package: Package, mode: str, counts: Counts) -> list[str]:
    """One sentence per figure that breaks a rule: which measure, unit, side and rule. None: the pack may be written."""
    found: list[str] = []
    for row in figures:
        if row["own"]:
            if row["level"] != "practice" or row["audience"] == "cluster":
                found.append(_name(row, "now") + " is marked as the reader's own and is not")
            continue
        for side in _SIDES:
            found += [f"{_name(row, side)} {fault}" for fault in _faults(row, side, package, mode)]
            if row["level"] == "practice" and not _is_rounded(row, side, package, counts):
                found.append(f"{_name(row, side)} has a value that was not computed from the rounded counts")
    return found


def _is_rounded(row: Mapping[str, Any], side: str, package: Package, counts: Counts) -> bool:
    value = row[f"{side}_value"]
    if value is None:
        return True
    numerator, denominator = counts[row["measure_id"], row["label"], side]
    fives = [5 * int((count + 2.5) // 5) for count in (numerator, denominator)]
    hidden = 0 < numerator < 5 or denominator < 30
    return not hidden and math.isclose(value, package.measure(row["measure_id"]).per * fives[0] / fives[1])


def _name(row: Mapping[str, Any], side: str) -> str:
    return f"{row['measure_id']}, {row['level']} {row['label'] or '(no letter)'}, {side}, for {row['audience']}:"


def _faults(row: Mapping[str, Any], side: str, package: Package, mode: str) -> Iterable[str]:
    measure = package.measure(row["measure_id"])
    numerator, denominator, value = (row[f"{side}_{part}"] for part in ("numerator", "denominator", "value"))
    if row["level"] == "practice" and mode != "open":
        if any(row[f"{side}_{part}"] is not None for part in _SIZES) or row["change_lower"] is not None:
            yield "gives the size of another practice away"
        return
    for count in (numerator, denominator):
        if count is not None and (count % 5 != 0 or 0 < count < 5):
            yield "holds a count that is not rounded to 5"
    if denominator is not None and denominator < 30:
        yield "stands on fewer than 30"
    if value is not None and (numerator is None or denominator is None):
        yield "has a value whose rounded counts are not given"
    elif value is not None and not math.isclose(value, measure.per * numerator / denominator, abs_tol=1e-9):
        yield "has a value that was not computed from the rounded counts"
    if row[f"{side}_state"] in ("suppressed", "not_submitted", "not_applicable") and value is not None:
        yield "is hidden and has a value all the same"
