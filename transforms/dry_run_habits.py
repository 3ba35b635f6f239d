"""What practices of the synthetic Denmark do on a measure: what is reckoned with, and where each number comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import polars as pl

from transforms import scales
from transforms.definitions import Measure
from transforms.filters import Selection
from transforms.kinds import AVERAGES, Kind
from transforms.sources import MONTHS_IN

DISPERSION = 2.5
"""Variance of a count of prescriptions or services over that of independent events: patients come back. Antibacterial
items of 85 to 87 practices of Manchester, 2014 to 2018, gave 1.1 to 4.3 (`python -m bench.verdict --placebo`)."""
DRIFT, CLUSTER_DRIFT = 0.10, 0.02
"""Standard deviation of practices' and of clusters' changes by themselves, on the measure's scale; 0.06 to 0.13 and
0.016 to 0.025 in the same real practices."""
PRACTICES_APART, CLUSTERS_APART = 0.25, 0.10
"""Standard deviation between practices of a cluster, and between clusters, on the measure's scale: our assumption, the
one that the verdict's calibration is made with (`bench/verdict_regions.py`)."""
GROUND_APART = 0.20
"""The same for how much a practice has in its denominator, where that is not its list: our assumption."""
GROWTH = 0.02
"""Standard deviation of how much a list grows or shrinks in a year: our assumption."""
SCORE_TOPS = (5.0, 10.0)
SCORE_LEAST = 1.0
SCORE_SPREAD, SCORE_PRACTICES, SCORE_CLUSTERS, SCORE_DRIFT = 0.22, 0.08, 0.03, 0.03
"""Of scores on a scale from 1: standard deviations between persons, practices, clusters and years, as parts of the
scale's length: our assumption (0.9 of a point between persons on a scale from 1 to 5)."""
AGES = (0.0, 5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 100)
YOUNGER = (0.0, 0.05, 0.10, 0.16, 0.22, 0.35, 0.47, 0.59, 0.73, 0.85, 0.945, 1.0)
"""The part of all listed who are younger than each of AGES: Denmark's in round figures, our assumption."""

Lack = Literal["expected", "denominator", "impossible"]
Origin = Literal["package", "workspace"]


@dataclass(frozen=True)
class Habits:
    """What one measure is reckoned with. `value` is typical, in the measure's unit.

    `ground` is the denominator of 1,000 listed: a year's of what adds up over time, as it stands of lists (in patients)
    and of counts of patients. The others are as the constants above, on the measure's scale.
    """

    value: float
    ground: float
    origin: Origin = "package"
    dispersion: float = DISPERSION
    drift: float = DRIFT
    cluster_drift: float = CLUSTER_DRIFT
    practices_apart: float = PRACTICES_APART
    clusters_apart: float = CLUSTERS_APART
    spread_measured: bool = False


def lacking(measure: Measure) -> Lack | None:
    """What a measure has to say before it can be reckoned with; None where it says enough."""
    if measure.expected is None:
        return "expected"
    if measure.expected.denominator is None and not measure.denominator.is_stock:
        return "denominator"
    is_share = scales.link(measure.kind) == "logit"
    return "impossible" if is_share and measure.expected.value >= measure.per else None


def habits_of(measure: Measure) -> Habits | None:
    """What the package itself reckons with (`expected`); None where it does not say enough."""
    expected = measure.expected
    if expected is None or lacking(measure) is not None:
        return None
    ground = expected.denominator
    if ground is None:
        ground = 1000 * listed_part(measure.denominator)
    elif measure.denominator.is_stock:
        ground *= MONTHS_IN.get(measure.denominator.quantity, 12) / 12
    found = replace(Habits(expected.value, ground), dispersion=_usual_dispersion(measure))
    if measure.individual:
        length = score_top(expected.value) - SCORE_LEAST
        of_scores = (SCORE_DRIFT, 0.0, SCORE_PRACTICES, SCORE_CLUSTERS)
        drift, cluster_drift, practices, clusters = (part * length for part in of_scores)
        found = replace(
            found, drift=drift, cluster_drift=cluster_drift, practices_apart=practices, clusters_apart=clusters
        )
    return found


def measured_habits(measure: Measure, compared: pl.DataFrame, patients: pl.DataFrame, months: int) -> Habits | None:
    """What practices of a workspace did: level, spread and dispersion of its own figures; None without any.

    `compared` has the measure's rows of mart.comparison with what they were held against; `patients` one row per
    unit_id with its mean list. Where only one of the windows has figures, or too few others are around, the spread is
    the assumed one. `months` is the window's length.
    """
    rows = compared.filter(pl.col("level") == "practice").join(patients, on="unit_id")
    side = "now" if rows["now_value"].count() >= rows["before_value"].count() else "before"
    known = rows.filter(pl.col(f"{side}_value").is_not_null(), pl.col("patients") > 0)
    numerator, denominator, listed = known.select(
        pl.col(f"{side}_numerator", f"{side}_denominator", "patients").sum()
    ).row(0)
    if not known.height or denominator <= 0 or numerator <= 0:
        return None
    ground = 1000 * denominator / listed * (12 / months if happens(measure.denominator) else 1)
    if measure.denominator.is_stock:
        ground *= measure.denominator.share(months) / months
    over = _pooled_base(measure, known, side)
    found = Habits(measure.per * numerator / denominator * over, ground, "workspace", _usual_dispersion(measure))
    return _with_spread(measure, found, rows)


def _pooled_base(measure: Measure, known: pl.DataFrame, side: str) -> float:
    if measure.numerator_base is None:
        return 1.0
    bases = known.select(pl.col(f"{side}_numerator_base", f"{side}_denominator_base").sum()).row(0)
    return float(bases[1] / bases[0])


def _with_spread(measure: Measure, habits: Habits, rows: pl.DataFrame) -> Habits:
    """`habits` with what the units around each cluster were found to vary by, on the measure's scale."""
    kind = measure.kind
    clusters = rows.filter(pl.col("dispersion").is_not_null(), pl.col("prior_variance").is_not_null())
    if clusters.is_empty():
        return habits
    slope = scales.slope(kind, pl.col("prior_mean"))
    row = clusters.select(
        pl.col("dispersion", "drift").median(),
        pl.col("cluster_drift").fill_null(0.0).median(),
        apart=(pl.col("prior_variance").sqrt() / slope).median(),
    ).row(0, named=True)
    return replace(
        habits,
        dispersion=row["dispersion"],
        drift=row["drift"] ** 0.5,
        cluster_drift=row["cluster_drift"] ** 0.5,
        practices_apart=row["apart"],
        clusters_apart=0.0,  # the spread of all practices of a region holds that of its clusters
        spread_measured=True,
    )


def _usual_dispersion(measure: Measure) -> float:
    """1 where every person counts once; more where the same patient comes back."""
    counted = measure.numerator
    return 1.0 if counted.counts_patients or counted.model == "questionnaire" else DISPERSION


def happens(selection: Selection) -> bool:
    """Whether what is counted adds up over time, so that a longer window holds more of it."""
    return not (selection.is_stock or selection.counts_patients)


def drawn_as(measure: Measure) -> Kind:
    """The kind whose scale a measure is drawn on: a mean of sums (DDD per day) is never below 0."""
    return "rate" if measure.kind in AVERAGES and not measure.individual else measure.kind


def listed_part(selection: Selection) -> float:
    """The part of a list that a selection of listed patients lets through."""
    low, high = selection.age_range or (0, None)
    ends = np.interp([low, AGES[-1] if high is None else high + 1], AGES, YOUNGER)
    return float(ends[1] - ends[0]) * (0.5 if selection.sex else 1.0)


def score_top(value: float) -> float:
    """The end of the scale that scores of about `value` are given on."""
    return next((top for top in SCORE_TOPS if value < top), 2 * value)
