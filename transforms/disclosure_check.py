"""The last look at a pack: every printed figure held against the rules, by code that did not make it.

It reads the finished `report.figure` rows only. A pack with a violation is not written.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from transforms.definitions import Package
from transforms.kinds import AVERAGES, SHARES

_SIDES = ("before", "now")
_SIZES = ("numerator", "denominator", "lower", "upper")
_DELIVERED = ("value", "zero", "too_few", "suppressed")


Counts = Mapping[tuple[str, str, str], tuple[float, float]]
"""Exact numerator and denominator by measure, label and side: what a dot's value is held against."""


def violations(figures: Iterable[Mapping[str, Any]], package: Package, mode: str, counts: Counts) -> list[str]:
    """One sentence per figure that breaks a rule: which measure, unit, side and rule. None: the pack may be written."""
    rows = list(figures)
    found = [*_wrongly_own(rows), *_too_visible(rows, mode), *_hidden_in_part(rows)]
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
    delivering = {
        (row["audience"], row["measure_id"], row["label"])
        for row in rows
        if row["level"] == "practice" and row["now_state"] in _DELIVERED
    }
    delivered = Counter((audience, measure_id) for audience, measure_id, _ in delivering)
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
    numerator, denominator = counts.get((figure_name(row["measure_id"], row["category"]), row["label"], side)) or (
        None,
        None,
    )
    if numerator is None or denominator is None:
        return False
    if measure.kind in AVERAGES:
        return denominator >= 30
    fives = [5 * int((count + 2.5) // 5) for count in (numerator, denominator)]
    hidden = 0 < numerator < 5 or denominator < 30
    if measure.kind in SHARES:
        hidden |= 0 < denominator - numerator < 5
    if measure.numerator_base is not None:
        return not hidden
    half_a_step = 0.5 * 10**-measure.decimals + 1e-9
    return not hidden and abs(value - measure.per * fives[0] / fives[1]) <= half_a_step


def _is_printed(row: Mapping[str, Any], side: str, package: Package) -> bool:
    value, decimals = row[f"{side}_value"], package.measure(row["measure_id"]).decimals
    return value is None or math.isclose(value, round(value, decimals), abs_tol=1e-9)


def _faults_of_an_estimate(row: Mapping[str, Any], side: str, package: Package) -> Iterable[str]:
    """A mean, a median and a ratio of two rates are not one printed count over another: their decimals are cut."""
    if row[f"{side}_value"] is not None and row[f"{side}_denominator"] is None:
        yield "has a value and does not say how many it stands on"
    if not _is_printed(row, side, package):
        yield "has more decimals than are printed"
    if package.measure(row["measure_id"]).kind in AVERAGES and row[f"{side}_numerator"] is not None:
        yield "gives the sum behind an average"


def _hidden_in_part(rows: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    """The categories of a distribution sum to a whole: where one is hidden, no other may be shown."""
    for side in _SIDES:
        units: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
        for row in rows:
            if row["category"] is not None and not row["own"] and row["label"]:
                unit = (row["audience"], row["measure_id"], row["level"], row["label"])
                units.setdefault(unit, []).append(row)
        for categories in units.values():
            shown = [row for row in categories if row[f"{side}_value"] is not None]
            if shown and any(row[f"{side}_state"] == "suppressed" for row in categories):
                yield f"{_name(shown[0], side)} is shown beside a hidden part of the same whole"


def figure_name(measure_id: str, category: str | None) -> str:
    """What a figure is called where exact counts are looked up: the measure, and the category where it has one."""
    return measure_id if category is None else f"{measure_id}/{category}"


def _name(row: Mapping[str, Any], side: str) -> str:
    name = figure_name(row["measure_id"], row["category"])
    return f"{name}, {row['level']} {row['label'] or '(no letter)'}, {side}, for {row['audience']}:"


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
    if measure.kind in AVERAGES or measure.numerator_base is not None:
        yield from _faults_of_an_estimate(row, side, package)
    elif value is not None and (numerator is None or denominator is None):
        yield "has a value whose rounded counts are not given"
    elif value is not None and not math.isclose(value, measure.per * numerator / denominator, abs_tol=1e-9):
        yield "has a value that was not computed from the rounded counts"
    if row[f"{side}_state"] in ("suppressed", "not_submitted", "not_applicable") and value is not None:
        yield "is hidden and has a value all the same"
