"""The last look at the months of a pack, by code that did not make them: loops over printed rows, no frames."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from transforms.calendar import month_after
from transforms.definitions import Measure, Package
from transforms.disclosure_profiles import Profile
from transforms.disclosure_truth import Row, rounded_to
from transforms.months import listed_on_average
from transforms.nesting import nested

_WITH_VALUE = ("value", "zero")
_STATES = (*_WITH_VALUE, "suppressed", "not_submitted")
Counts = tuple[float, float]


@dataclass(frozen=True)
class TruthOfMonths:
    """Exact numerators and denominators by measure, practice and month; and who stands behind the cluster's figure.

    `labels` is what each practice is called in the pack.
    """

    profile: Profile
    counts: Mapping[tuple[str, str, date], Counts]
    behind: Mapping[str, Sequence[str]]
    labels: Mapping[str, str]

    def parts(self, row: Row) -> list[Counts]:
        """What each practice behind a printed row has in it; those that have nothing are left out."""
        practices = [row["audience"]] if row["level"] == "practice" else self.behind.get(row["measure_id"], ())
        found = [self.of(row["measure_id"], practice, row) for practice in practices]
        return [each for each in found if each is not None]

    def of(self, measure_id: str, practice: str, row: Row) -> Counts | None:
        """One practice's counts in the months of a printed row: null unless it has all of them."""
        months = [month_after(row["period_start"], at) for at in range(row["months"])]
        came = [self.counts.get((measure_id, practice, month)) for month in months]
        if any(each is None for each in came):
            return None
        pairs = [each for each in came if each is not None]
        return sum(one for one, _ in pairs), sum(other for _, other in pairs)


def truth_of_months(
    counts: pl.DataFrame, behind: Mapping[str, Sequence[str]], labels: Mapping[str, str], profile: Profile
) -> TruthOfMonths:
    """What `month_violations` holds the rows against; `counts` has the columns of `transforms.months.MONTHS`."""
    exact = {(row[0], row[1], row[2]): (row[3], row[4]) for row in counts.iter_rows()}
    return TruthOfMonths(profile, exact, behind, labels)


def month_violations(months: pl.DataFrame, figures: pl.DataFrame, package: Package, truth: TruthOfMonths) -> list[str]:
    """One sentence per month that breaks a rule, alone or beside the totals in `figures` (rows of report.figure)."""
    rows: list[Row] = list(months.iter_rows(named=True))
    found: list[str] = []
    for row in rows:
        measure = package.measure(row["measure_id"])
        found += [f"{_name(row)} {fault}" for fault in _faults(row, measure, truth)]
    shared = [row for row in rows if row["level"] == "cluster"]
    found += _nested_too_near(shared, package, truth)
    totals = _totals(figures)
    found += _not_whole(rows, package)
    by_window: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in shared:
        by_window[row["measure_id"], row["side"]].append(row)
    for (measure_id, side), inside in by_window.items():
        if side != "between":
            found += _beside_the_total(inside, totals.get((measure_id, side)), truth)
    return found


def _not_whole(rows: Sequence[Row], package: Package) -> Iterable[str]:
    """A series stands whole or not at all, and in the months that its package looks at."""
    by_series: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        by_series[row["measure_id"], row["audience"], row["level"]].append(row)
    for series in by_series.values():
        for row in series:
            if row["state"] == "suppressed":
                yield f"{_name(row)} is hidden among months that are shown"
            if row["level"] not in ("cluster", "practice"):
                yield f"{_name(row)} is of a level that has no months"
        for side in {row["side"] for row in series} - {"between"} | {"now"}:
            months = sum(row["months"] for row in series if row["side"] == side)
            if months != package.windows.months:
                yield f"{_name(series[0])} and the others have {months} months on the side {side!r}"


def _name(row: Row) -> str:
    return f"{row['measure_id']}, {row['level']} {row['label']}, {row['period_start']:%Y-%m}, for {row['audience']}:"


def _totals(figures: pl.DataFrame) -> dict[tuple[str, str], Row]:
    shown = figures.filter(pl.col("audience") == "cluster", pl.col("level") == "cluster", pl.col("category").is_null())
    return {
        (row["measure_id"], side): row
        for row in shown.iter_rows(named=True)
        for side in ("before", "now")
        if row[f"{side}_value"] is not None
    }


def _faults(row: Row, measure: Measure, truth: TruthOfMonths) -> Iterable[str]:
    if row["state"] not in _STATES:
        yield "has a state that tells it from other hidden months"
    shown = row["state"] in _WITH_VALUE
    if any((row[name] is not None) is not shown for name in ("numerator", "denominator", "value")):
        yield "is hidden and has a figure all the same" if not shown else "has no figure and is not called hidden"
        return
    if row["level"] == "practice" and truth.labels.get(row["audience"]) != row["label"]:
        yield "is another practice's month than its reader's"
    if row["level"] == "cluster" and row["audience"] != "cluster":
        yield "is not what all see of the cluster"
    if not shown:
        return
    if not math.isclose(row["value"], measure.per * row["numerator"] / row["denominator"], abs_tol=1e-9):
        yield "has a value that was not computed from its counts"
    yield from _faults_of_counts(row, measure, truth)


def _faults_of_counts(row: Row, measure: Measure, truth: TruthOfMonths) -> Iterable[str]:
    profile, parts = truth.profile, truth.parts(row)
    stock = listed_on_average(measure)
    expected = 1 if row["level"] == "practice" else len(truth.behind.get(row["measure_id"], ()))
    if len(parts) != expected:
        yield "stands on other practices than the window's figure"
        return
    if row["level"] == "cluster":
        yield from _told_to_members(row, measure, parts, profile)
    if row["level"] == "cluster" and sum(each > 0 for _, each in parts) < profile.fewest_practices:
        yield f"stands on fewer than {profile.fewest_practices} practices"
    numerator, denominator = _exact(parts, row, stock=stock)
    if 0 < numerator < profile.smallest_count:
        yield f"stands on a count of 1 to {profile.smallest_count - 1} and should be hidden"
    if denominator < profile.smallest_unit:
        yield f"stands on fewer than {profile.smallest_unit}"
    if measure.kind == "proportion" and 0 < denominator - numerator < profile.smallest_rest:
        yield f"leaves a rest of 1 to {profile.smallest_rest - 1} and should be hidden"
    for at, (part, count) in enumerate((("numerator", numerator), ("denominator", denominator))):
        step = 1 if row["level"] == "practice" else _step([counts[at] for counts in parts], profile)
        printed = count if step == 1 else rounded_to(count, step)
        if not math.isclose(row[part], printed, abs_tol=1e-6):
            yield f"has a {part} that is not rounded to {step}"


def _told_to_members(row: Row, measure: Measure, parts: Sequence[Counts], profile: Profile) -> Iterable[str]:
    """What a member learns of the others who takes its own off the printed count, or off the exact one."""
    most = _range(row["numerator"], _step([numerator for numerator, _ in parts], profile), profile)[1]
    for at, (own, _) in enumerate(parts):
        others = [each for number, each in enumerate(parts) if number != at]
        numerator = sum(each for each, _ in others)
        if (own > 0 and most - own < profile.smallest_count) or 0 < numerator < profile.smallest_count:
            yield "tells a member too much of the others"
        rest = sum(whole - part for part, whole in others)
        if measure.kind == "proportion" and 0 < rest < profile.smallest_rest:
            yield "tells a member too much of the others' rest"


def _exact(parts: Sequence[Counts], row: Row, *, stock: bool) -> Counts:
    """What they have together; listed patients of several months are an average of them."""
    numerator, denominator = (sum(counts[at] for counts in parts) for at in (0, 1))
    return numerator, denominator / row["months"] if stock else denominator


def _step(counts: Sequence[float], profile: Profile) -> int:
    mostly_one = max(counts, default=0.0) > profile.largest_share * sum(counts)
    return profile.rounding_of_one_large if mostly_one else profile.rounding


def _nested_too_near(rows: Sequence[Row], package: Package, truth: TruthOfMonths) -> Iterable[str]:
    """A month beside a wider count of the same month, if that is printed or not: their difference is a count too."""
    for wide, narrow in nested(package):
        for row in rows:
            if row["measure_id"] != narrow.measure_id or row["state"] not in _WITH_VALUE:
                continue
            others = truth.parts(dict(row) | {"measure_id": wide.measure_id})
            if not others or len(others) != len(truth.behind.get(wide.measure_id, ())):
                continue
            at_wide, at_narrow = wide.part == "denominator", narrow.part == "denominator"
            stocks = [listed_on_average(package.measure(each.measure_id)) for each in (wide, narrow)]
            held = _exact(truth.parts(row), row, stock=stocks[1])[at_narrow]
            less = _exact(others, row, stock=stocks[0])[at_wide] - held
            if 0 < less < truth.profile.smallest_difference:
                yield f"{_name(row)} differs too little from {wide.measure_id}, which holds it"


def _beside_the_total(inside: Sequence[Row], total: Row | None, truth: TruthOfMonths) -> Iterable[str]:
    """Whether a window's printed total and its months tell an outsider more together than each does alone."""
    shown = [row for row in inside if row["numerator"] is not None]
    if total is None:
        yield from (f"{_name(row)} is shown although the window's figure is hidden" for row in shown)
        return
    printed = total[f"{inside[0]['side']}_numerator"]
    if truth.profile.rounding == 1 or printed is None:
        return
    low, high = _range(printed, _step_of_total(inside, truth), truth.profile)
    ranges = [_range(row["numerator"], _step_of(row, truth), truth.profile) for row in shown]
    least, most = sum(each for each, _ in ranges), sum(each for _, each in ranges)
    # A month that is not printed may have been anything.
    most = most if len(shown) == len(inside) else math.inf
    for row, (one_least, one_most) in zip(shown, ranges, strict=True):
        if low - (most - one_most) > one_least or high - (least - one_least) < one_most:
            yield f"{_name(row)} is told more closely by the window's total"
    if shown and (least > low or most < high):
        yield f"{_name(inside[0])} and the others tell the window's total more closely"
    for row in (row for row in inside if row["state"] == "suppressed"):
        alone = len(shown) == len(inside) - 1
        lowest = low - sum(each for _, each in ranges) if alone else 0.0
        if shown and (lowest > 1 or high - least < truth.profile.smallest_count):
            yield f"{_name(row)} is hidden and follows from the window's total"


def _range(printed: float, step: int, profile: Profile) -> Counts:
    """The least and the most that a printed count can stand for."""
    if printed == 0:
        return 0.0, 0.0
    return max(printed - step // 2, min(profile.smallest_count, printed)), printed + (step - 1) // 2


def _step_of(row: Row, truth: TruthOfMonths) -> int:
    return _step([counts[0] for counts in truth.parts(row)], truth.profile)


def _step_of_total(inside: Sequence[Row], truth: TruthOfMonths) -> int:
    """What a window's total is rounded to, by what each practice has in all of the window's months."""
    sums: dict[str, float] = defaultdict(float)
    measure_id = inside[0]["measure_id"]
    for practice in truth.behind.get(measure_id, ()):
        for row in inside:
            for at in range(row["months"]):
                sums[practice] += truth.counts.get(
                    (measure_id, practice, month_after(row["period_start"], at)), (0.0, 0.0)
                )[0]
    return _step(list(sums.values()), truth.profile)
