"""Figures of the other kinds a second way: loops over rows, statistics by the standard library and scipy."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

import naive_figures as naive
from scipy import stats
from small_region import CLUSTERS, Row, SmallRegion

from transforms.definitions import Measure

Values = dict[str, list[float]]
LOWEST_AGE = naive.LOWEST_AGE


def counts(measure: Measure, row: Row) -> bool:
    return any(row["code"].startswith(prefix) for prefix in measure.numerator.codes)


def months_of(region: SmallRegion, measure: Measure, name: str, months: tuple[date, ...]) -> list[date]:
    """Months in which the practice had patients and submitted every source of the measure."""
    found: list[date] = []
    for month in months:
        listed = sum(
            row["patients"]
            for row in region.rows["list_sizes"]
            if row["practice_id"] == name and row["period"] == month
        )
        came = {
            row["source"] for row in region.rows["submissions"] if (row["practice_id"], row["period"]) == (name, month)
        }
        if listed > 0 and {part.source for part in measure.selections} <= came:
            found.append(month)
    return found


def values(
    region: SmallRegion, measure: Measure, months: tuple[date, ...], level: str, names: Collection[str]
) -> Values:
    """By unit: one value per respondent, the mean of the scores that count."""
    found: Values = defaultdict(list)
    for name in names:
        counted = months_of(region, measure, name, months)
        scores: dict[str, list[tuple[date, float]]] = defaultdict(list)
        for row in region.rows["questionnaire"]:
            if (
                row["practice_id"] == name
                and row["period"] in counted
                and counts(measure, row)
                and row["score"] is not None
            ):
                scores[row["respondent"]].append((row["period"], row["score"]))
        for given in scores.values():
            cluster = naive.cluster_in(region, name, max(month for month, _ in given))
            unit = {"practice": name, "cluster": cluster, "region": CLUSTERS.get(cluster or "")}[level]
            if unit is not None:
                found[unit].append(statistics.fmean(score for _, score in given))
    return found


def mean(given: list[float]) -> tuple[float, float | None, float | None]:
    middle = statistics.fmean(given)
    if len(given) < 2:
        return middle, None, None
    arm = float(stats.t.ppf(0.975, len(given) - 1)) * statistics.stdev(given) / len(given) ** 0.5
    return middle, middle - arm, middle + arm


def median(given: list[float]) -> tuple[float, float | None, float | None]:
    """The narrowest pair of values, equally far from both ends, that covers the median 19 times of 20."""
    ordered, number = sorted(given), len(given)
    for place in reversed(range(number // 2)):
        if stats.binom.cdf(place, number, 0.5) <= 0.025:
            return statistics.median(given), ordered[place], ordered[-1 - place]
    return statistics.median(given), None, None


def category(measure: Measure, row: Row) -> str:
    """Which category a row of the measure's source is in."""
    value: Any = row[measure.by or ""]
    if value is None:
        return "not_stated"
    for band in measure.bands:
        for wanted in band.values:
            low, _, high = wanted.rstrip("+").partition("-")
            inside = {
                "code": lambda wanted=wanted: value.startswith(wanted),
                "age_band": lambda low=low, high=high: int(low) <= LOWEST_AGE[value] <= int(high or 200),
            }.get(measure.by or "", lambda wanted=wanted: value == wanted)
            if inside():
                return band.id
    return "other" if measure.bands else value


def divided(region: SmallRegion, measure: Measure, months: tuple[date, ...], name: str) -> dict[str, float]:
    """One practice's sums by category over the months that count."""
    source, quantity = measure.numerator.source, measure.numerator.quantity
    prefixes = measure.numerator.codes or ("",)
    found: dict[str, float] = defaultdict(float)
    for month in months_of(region, measure, name, months):
        for row in region.rows[source]:
            mine = row["practice_id"] == name and row["period"] == month
            if mine and any((row.get("code") or "").startswith(prefix) for prefix in prefixes):
                found[category(measure, row)] += row[quantity] / (len(months) if source == "list_sizes" else 1)
    return found
