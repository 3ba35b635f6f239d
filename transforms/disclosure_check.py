"""The last look at a pack: every printed figure held against the rules, by code that did not make it.

It reads the finished `report.figure` rows only. A pack with a violation is not written.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from transforms.definitions import Package

_SIDES = ("before", "now")
_SIZES = ("numerator", "denominator", "lower", "upper")
_DELIVERED = ("value", "zero", "too_few", "suppressed")


Counts = Mapping[tuple[str, str, str], tuple[float, float]]
"""Exact numerator and denominator by measure, label and side: what a dot's value is held against."""


def violations(figures: Iterable[Mapping[str, Any]], package: Package, mode: str, counts: Counts) -> list[str]:
    """One sentence per figure that breaks a rule: which measure, unit, side and rule. None: the pack may be written."""
    rows = list(figures)
    found = [*_wrongly_own(rows), *_too_visible(rows, mode)]
    for row in rows:
        if row["own"]:
            continue
        found += [f"{_name(row, 'now')} {fault}" for fault in _faults_of_change(row, mode)]
        for side in _SIDES:
            found += [f"{_name(row, side)} {fault}" for fault in _faults(row, side, package, mode)]
            if row["level"] == "practice" and not _is_rounded(row, side, package, counts):
                found.append(f"{_name(row, side)} has a value that was not computed from the rounded counts")
            if row["level"] == "practice" and mode != "open" and not _is_printed(row, side, package):
                found.append(f"{_name(row, side)} has more decimals than are printed")
    return found


def _wrongly_own(rows: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    """Own rows are exact, so nothing else may be one."""
    labels: dict[str, str] = {}
    for row in rows:
        if not row["own"]:
            continue
        if row["level"] != "practice" or row["audience"] == "cluster":
            yield _name(row, "now") + " is marked as the reader's own and is not"
        elif labels.setdefault(row["audience"], row["label"]) != row["label"]:
            yield _name(row, "now") + " is marked as own of a reader who has more than one practice then"


def _too_visible(rows: Sequence[Mapping[str, Any]], mode: str) -> Iterable[str]:
    """Other practices are shown to nobody in `own_only`, and where fewer than five delivered only in `open`."""
    delivered = Counter(
        (row["audience"], row["measure_id"])
        for row in rows
        if row["level"] == "practice" and row["now_state"] in _DELIVERED
    )
    for row in rows:
        if row["own"] or row["level"] != "practice":
            continue
        if mode == "own_only":
            yield _name(row, "now") + " is shown in a pack of own figures only"
        elif mode == "letters" and delivered[row["audience"], row["measure_id"]] < 5:
            yield _name(row, "now") + " is shown although fewer than five practices delivered"


def _is_rounded(row: Mapping[str, Any], side: str, package: Package, counts: Counts) -> bool:
    value = row[f"{side}_value"]
    if value is None:
        return True
    measure = package.measure(row["measure_id"])
    numerator, denominator = counts.get((measure.id, row["label"], side)) or (None, None)
    if numerator is None or denominator is None:
        return False
    fives = [5 * int((count + 2.5) // 5) for count in (numerator, denominator)]
    hidden = 0 < numerator < 5 or denominator < 30
    if measure.kind == "proportion":
        hidden |= 0 < denominator - numerator < 5
    half_a_step = 0.5 * 10**-measure.decimals + 1e-9
    return not hidden and abs(value - measure.per * fives[0] / fives[1]) <= half_a_step


def _is_printed(row: Mapping[str, Any], side: str, package: Package) -> bool:
    value, decimals = row[f"{side}_value"], package.measure(row["measure_id"]).decimals
    return value is None or math.isclose(value, round(value, decimals), abs_tol=1e-9)


def _name(row: Mapping[str, Any], side: str) -> str:
    return f"{row['measure_id']}, {row['level']} {row['label'] or '(no letter)'}, {side}, for {row['audience']}:"


def _faults_of_change(row: Mapping[str, Any], mode: str) -> Iterable[str]:
    before = math.nan if row["before_value"] is None else row["before_value"]
    now = math.nan if row["now_value"] is None else row["now_value"]
    change, ratio = now - before, now / before if before else math.nan
    if row["change"] is not None and not math.isclose(row["change"], change, abs_tol=1e-9):
        yield "has a change that is not that of the printed values"
    if row["ratio"] is not None and not math.isclose(row["ratio"], ratio):
        yield "has a ratio that is not that of the printed values"
    if row["level"] == "practice" and mode != "open":
        if row["change_lower"] is not None or row["change_upper"] is not None:
            yield "gives the size of another practice away"
        if row["reason"] is not None or (row["label"] and row["now_state"] in ("not_submitted", "not_applicable")):
            yield "says what happened to another practice"


def _faults(row: Mapping[str, Any], side: str, package: Package, mode: str) -> Iterable[str]:
    measure = package.measure(row["measure_id"])
    numerator, denominator, value = (row[f"{side}_{part}"] for part in ("numerator", "denominator", "value"))
    if row["level"] == "practice" and mode != "open":
        if any(row[f"{side}_{part}"] is not None for part in _SIZES):
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
