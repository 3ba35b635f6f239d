"""The last look at a pack: every printed figure held against the rules, by code that did not make it.

It reads the finished `report.figure` rows and the exact counts behind them, one row at a time. A pack with a violation
is not written. Rules over several figures are in `transforms.disclosure_check_sets`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import polars as pl

from transforms.definitions import Measure, Package
from transforms.disclosure_check_answers import faults_of_answers
from transforms.disclosure_check_sets import faults_of_sets
from transforms.disclosure_profiles import COLUMNS, JUDGED_RATIOS, JUDGED_VALUES, SIDES, Item, Mode, Profile
from transforms.disclosure_truth import Key, Row, Truth, name, rounded_to
from transforms.published import STATES

__all__ = ["Truth", "truth_of", "violations"]

_DELIVERED = ("value", "zero", "too_few", "suppressed")
_WITH_VALUE = ("value", "zero", "too_few")
_GIVES_AWAY: dict[Item, str] = {
    "value": "has a figure that this profile does not show",
    "counts": "gives the size of another practice away",
    "size": "gives the size of another practice away",
    "interval": "gives the size of another practice away",
    "change_interval": "gives the size of another practice away",
    "judged": "has a standardised or expected figure, a net change or a verdict of another practice",
    "reason": "says what happened to another practice",
}


def truth_of(units: pl.DataFrame, mode: Mode, profile: Profile) -> Truth:
    """What `violations` holds a pack against: `units` are the exact figures of all measures (`pack.exact_figures`)."""
    counts: dict[Key, tuple[float | None, float | None]] = {}
    compared: dict[Key, bool] = {}
    practices: dict[Key, int] = {}
    values: dict[Key, list[float]] = {}
    for row in units.iter_rows(named=True):
        for side in SIDES:
            key = (row["measure_id"], row.get("category"), row["level"], row["label"], side)
            counts[key] = row[f"{side}_numerator"], row[f"{side}_denominator"]
            compared[key] = row["reason"] is None
            practices[key] = row["practices"]
            values[key] = row.get(f"{side}_observations") or []
    return Truth(mode, profile, counts, compared, practices, values)


def violations(figures: pl.DataFrame, package: Package, truth: Truth) -> list[str]:
    """One sentence per figure that breaks a rule: which measure, unit, side and rule. None: the pack may be written."""
    rows: list[Row] = list(figures.iter_rows(named=True))
    found = [*_wrongly_own(rows), *_too_visible(rows, truth)]
    for row in (row for row in rows if not row["own"]):
        measure = package.measure(row["measure_id"])
        found += [f"{name(row, 'now')} {fault}" for fault in _faults_of_change(row)]
        found += [*_unshown(row, truth), *_of_another_number(row, truth)]
        found += [f"{name(row, 'now')} {fault}" for fault in _faults_of_judgement(row, measure)]
        for side in SIDES:
            found += [f"{name(row, side)} {fault}" for fault in _faults(row, side, measure, truth)]
    return [*found, *faults_of_answers(rows, package, truth), *faults_of_sets(rows, package, truth)]


def _wrongly_own(rows: list[Row]) -> Iterable[str]:
    """Own rows are exact but for answers of the staff, so nothing else may be one."""
    labels: dict[str, str] = {}
    for row in rows:
        if not row["own"]:
            continue
        if row["level"] != "practice" or row["audience"] == "cluster":
            yield name(row, "now") + " is marked as the reader's own and is not"
        elif labels.setdefault(row["audience"], row["label"]) != row["label"]:
            yield name(row, "now") + " is marked as own of a reader who has more than one practice then"


def _too_visible(rows: list[Row], truth: Truth) -> Iterable[str]:
    """Other practices are shown to nobody in `own_only`, and where too few delivered only in `open`."""
    came: dict[tuple[str, str], set[tuple[str, int]]] = {}
    for at, row in enumerate(rows):
        if row["level"] == "practice" and row["now_state"] in _DELIVERED:
            # A practice without a letter counts by its place: there is nothing else to tell it by.
            who = (row["label"], 0 if row["label"] else at)
            came.setdefault((row["audience"], row["measure_id"]), set()).add(who)
    fewest = truth.profile.fewest_practices
    for row in rows:
        if row["own"] or row["level"] != "practice":
            continue
        if truth.mode == "own_only":
            yield name(row, "now") + " is shown in a pack of own figures only"
        elif truth.mode == "letters" and len(came.get((row["audience"], row["measure_id"]), ())) < fewest:
            yield name(row, "now") + f" is shown although fewer than {_word(fewest)} practices delivered"
        if row["label"] and truth.of(row, "now") is None:
            yield name(row, "now") + " is of a practice that may be in no report"


def _word(number: int) -> str:
    return {5: "five"}.get(number, str(number))


def _unshown(row: Row, truth: Truth) -> Iterable[str]:
    """What the profile does not show of such a unit to such a reader."""
    practice = row["level"] == "practice"
    may = truth.profile.columns(truth.mode, practice=practice)
    for item, columns in COLUMNS.items():
        seen = [column for column in columns if column not in may and row[column] is not None]
        for side in sorted({"before" if column.startswith("before_") else "now" for column in seen}):
            yield f"{name(row, side)} {_GIVES_AWAY[item]}"
    nameless = row["now_state"] in ("not_submitted", "not_applicable")
    if practice and truth.dots and row["label"] and nameless:
        yield name(row, "now") + " says what happened to another practice"
    if practice and truth.dots and not row["label"] and (row["now_value"], row["before_value"]) != (None, None):
        yield name(row, "now") + " has a value without a letter"


def _of_another_number(row: Row, truth: Truth) -> Iterable[str]:
    """A cluster's figure says how many practices it rests on; nothing else does, and nothing that is hidden."""
    told = row["practices"]
    if told is None:
        return
    shown = any(row[f"{side}_value"] is not None for side in SIDES)
    if row["level"] != "cluster" or not shown:
        yield name(row, "now") + " says how many practices it rests on, which is told of a cluster's figure alone"
    elif told != truth.practices.get(truth.key(row, "now")):
        yield name(row, "now") + " says that it rests on another number of practices than it does"


def _faults_of_change(row: Row) -> Iterable[str]:
    before = math.nan if row["before_value"] is None else row["before_value"]
    now = math.nan if row["now_value"] is None else row["now_value"]
    change, ratio = now - before, now / before if before else math.nan
    if row["change"] is not None and not math.isclose(row["change"], change, abs_tol=1e-9):
        yield "has a change that is not that of the printed values"
    if row["ratio"] is not None and not math.isclose(row["ratio"], ratio):
        yield "has a ratio that is not that of the printed values"
    changed = [row[column] for column in COLUMNS["change_interval"]]
    if row["change"] is None and any(limit is not None for limit in changed):
        yield "has an interval of a change that is hidden"


def _faults_of_judgement(row: Row, measure: Measure) -> Iterable[str]:
    decimals = dict.fromkeys(JUDGED_VALUES, measure.decimals) | dict.fromkeys(JUDGED_RATIOS, 4)
    for column, places in decimals.items():
        value = row[column]
        if value is not None and not math.isclose(value, round(value, places), abs_tol=1e-9):
            yield f"has more decimals in {column} than are printed"
    hidden = "suppressed" in (row["before_state"], row["now_state"])
    if hidden and any(row[column] is not None for column in COLUMNS["judged"]):
        yield "is hidden and judged all the same"


def _faults(row: Row, side: str, measure: Measure, truth: Truth) -> Iterable[str]:
    state, value = row[f"{side}_state"], row[f"{side}_value"]
    if state is not None and state not in STATES:
        yield "has a state that tells its figure from other hidden ones"
    if (value is None) == (state in _WITH_VALUE):
        yield "is hidden and has a value all the same" if value is not None else "has no value and is not called hidden"
    exact = truth.of(row, side)
    if value is not None and exact is not None:
        yield from _should_be_hidden(exact, measure, truth.profile)
    if row["level"] == "practice" and truth.dots:
        return
    yield from _faults_of_counts(row, side, truth)
    if measure.kind in ("mean", "median") or measure.numerator_base is not None:
        yield from _faults_of_an_estimate(row, side, measure)
    else:
        yield from _faults_of_value(row, side, measure)
    if exact is not None:
        yield from _not_of_its_set(row, side, exact, truth)


def _faults_of_an_estimate(row: Row, side: str, measure: Measure) -> Iterable[str]:
    """A mean, a median and a ratio of two rates are not one printed count over another: their decimals are cut."""
    value = row[f"{side}_value"]
    if value is not None and row[f"{side}_denominator"] is None:
        yield "has a value and does not say how many it stands on"
    if value is not None and not math.isclose(value, round(value, measure.decimals), abs_tol=1e-9):
        yield "has more decimals than are printed"
    if measure.kind in ("mean", "median") and row[f"{side}_numerator"] is not None:
        yield "gives the sum behind an average"


def _should_be_hidden(exact: tuple[float, float], measure: Measure, profile: Profile) -> Iterable[str]:
    numerator, denominator = exact
    if 0 < numerator < profile.smallest_count and measure.kind not in ("mean", "median"):
        yield f"stands on a count of 1 to {profile.smallest_count - 1}, has a value and should be hidden"
    if denominator < profile.smallest_unit:
        yield f"stands on fewer than {profile.smallest_unit}"
    if measure.kind in ("proportion", "distribution") and 0 < denominator - numerator < profile.smallest_rest:
        yield f"leaves a rest of 1 to {profile.smallest_rest - 1}, has a value and should be hidden"


def _faults_of_counts(row: Row, side: str, truth: Truth) -> Iterable[str]:
    profile = truth.profile
    for part in ("numerator", "denominator"):
        count = row[f"{side}_{part}"]
        if count is None:
            continue
        if profile.rounding > 1 and (count % profile.rounding != 0 or 0 < count < profile.rounding):
            yield f"holds a count that is not rounded to {profile.rounding}"
        if row[f"{side}_state"] not in _WITH_VALUE:
            yield "is hidden and has a count all the same"
    size = row[f"{side}_denominator"]
    if size is not None and size < profile.smallest_unit:
        yield f"stands on fewer than {profile.smallest_unit}"
    if row["level"] != "practice" and row[f"{side}_value"] is not None:
        behind = truth.practices.get(truth.key(row, side))
        if behind is not None and behind < profile.fewest_practices:
            yield f"stands on fewer than {_word(profile.fewest_practices)} practices"


def _faults_of_value(row: Row, side: str, measure: Measure) -> Iterable[str]:
    value, numerator, denominator = (row[f"{side}_{part}"] for part in ("value", "numerator", "denominator"))
    if value is None:
        return
    if numerator is None or denominator is None:
        yield "has a value whose rounded counts are not given"
    elif not denominator or not math.isclose(value, measure.per * numerator / denominator, abs_tol=1e-9):
        yield "has a value that was not computed from the rounded counts"


def _not_of_its_set(row: Row, side: str, exact: tuple[float, float], truth: Truth) -> Iterable[str]:
    """Whether a printed count is that of the unit's own set: for a cluster, the practices compared in both windows."""
    for part, count in zip(("numerator", "denominator"), exact, strict=True):
        printed = row[f"{side}_{part}"]
        if printed is None:
            continue
        largest = truth.largest(row, side, part) if row["level"] == "cluster" else 0.0
        mostly_one = largest > truth.profile.largest_share * count
        step = truth.profile.rounding_of_one_large if mostly_one else truth.profile.rounding
        if printed == rounded_to(count, step):
            continue
        if mostly_one and printed == rounded_to(count, truth.profile.rounding):
            yield f"is mostly one practice and not rounded to {step}"
        elif printed % truth.profile.rounding == 0:
            yield f"has a {part} of another set of practices than the one that is shown"
