"""The same figures a second way: loops over rows and dictionaries, one practice and one day at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, timedelta

from small_region import BASELINE, BEFORE, CLUSTERS, FOLLOWUP, MINIMUM, NOW, Row, SmallRegion

from transforms.definitions import Measure, Selection

LOWEST_AGE = {"0-5": 0, "6-17": 6, "18-64": 18, "65+": 65}
WANTED_AGE = {"18+": 18}
Sums = dict[str, tuple[float, float]]


def days_of(month: date) -> Iterator[date]:
    day = month
    while day.month == month.month:
        yield day
        day += timedelta(days=1)


def counts(selection: Selection, row: Row) -> bool:
    code = row.get("code") or ""
    wanted = not selection.codes or any(code[: len(prefix)] == prefix for prefix in selection.codes)
    unwanted = any(code[: len(prefix)] == prefix for prefix in selection.exclude_codes)
    right_sex = selection.sex in (None, row["sex"])
    old_enough = selection.age is None or LOWEST_AGE[row["age_band"]] >= WANTED_AGE[selection.age]
    return wanted and not unwanted and right_sex and old_enough


def total(region: SmallRegion, selection: Selection, name: str, month: date) -> float:
    found = 0.0
    for row in region.rows[selection.source]:
        if row["practice_id"] == name and row["period"] == month and counts(selection, row):
            found += row[selection.quantity]
    return found


def cluster_in(region: SmallRegion, name: str, month: date) -> str | None:
    for day in reversed(list(days_of(month))):
        for row in region.rows["memberships"]:
            if (
                row["practice_id"] == name
                and row["valid_from"] <= day
                and not (row["valid_to"] and row["valid_to"] < day)
            ):
                return row["cluster_id"]
    return None


def has_ground(region: SmallRegion, measure: Measure, name: str, month: date) -> bool:
    listed = 0.0
    for row in region.rows["list_sizes"]:
        if row["practice_id"] == name and row["period"] == month:
            listed += row["patients"]
    came = [row["source"] for row in region.rows["submissions"] if (row["practice_id"], row["period"]) == (name, month)]
    return listed > 0 and measure.numerator.source in came and measure.denominator.source in came


def months_that_count(region: SmallRegion, measure: Measure, name: str, months: tuple[date, ...]) -> list[date]:
    return [month for month in months if has_ground(region, measure, name, month)]


def is_open(practice: Row, month: date) -> bool:
    opened, closed = practice.get("opened"), practice.get("closed")
    return any(not (opened and day < opened) and not (closed and day > closed) for day in days_of(month))


def pooled(region: SmallRegion, measure: Measure, months: tuple[date, ...], level: str, names: Collection[str]) -> Sums:
    """Numerator and denominator by unit, for the practices `names`."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for name in names:
        for month in months_that_count(region, measure, name, months):
            cluster = cluster_in(region, name, month)
            unit = {"practice": name, "cluster": cluster, "region": CLUSTERS.get(cluster or "")}[level]
            if unit is None:
                continue
            for part, selection in enumerate((measure.numerator, measure.denominator)):
                share = len(months) if selection.source == "list_sizes" else 1
                sums[unit][part] += total(region, selection, name, month) / share
    return {unit: (found[0], found[1]) for unit, found in sums.items()}


def state(measure: Measure, numerator: float, denominator: float) -> str:
    if denominator == 0:
        return "not_computable"
    if measure.kind == "rate":
        return "zero" if numerator == 0 else "value" if numerator >= MINIMUM else "too_few"
    if denominator < MINIMUM:
        return "too_few"
    return "value" if numerator else "zero"


def state_without_figures(practice: Row, months: tuple[date, ...]) -> str:
    return "not_submitted" if any(is_open(practice, month) for month in months) else "not_applicable"


def reason(region: SmallRegion, measure: Measure, practice: Row) -> str | None:
    """Why the practice cannot be compared; in the order that `transforms.comparison` promises."""
    name, closed = practice["practice_id"], practice.get("closed")
    took_over = any(
        other.get("successor_id") == name and BASELINE.start <= other["closed"] <= FOLLOWUP.end
        for other in region.rows["practices"]
    )
    if took_over or (practice.get("successor_id") and closed <= FOLLOWUP.end):
        return "merged"
    before, now = (months_that_count(region, measure, name, months) for months in (BEFORE, NOW))
    if [month.month for month in before] != [month.month for month in now] or not before:
        if closed and closed < FOLLOWUP.end:
            return "closed"
        if practice.get("opened") and practice["opened"] > BASELINE.start:
            return "joined"
        return "missing_before" if len(before) < 3 else "missing_now"
    same = all(
        cluster_in(region, name, then) == cluster_in(region, name, later)
        for then, later in zip(before, now, strict=True)
    )
    return None if same else "moved"
