"""How one figure came about, step by step, with every number that is needed to work it out again by hand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from transforms.calendar import Window
from transforms.definitions import Measure
from transforms.explanation_rows import row_lines
from transforms.filters import Selection
from transforms.package_figures import MeasureRun
from transforms.scales import link
from transforms.sources import COLUMNS
from transforms.verdict import CONFIDENCE, YARDSTICK

Level = Literal["practice", "cluster", "region"]
_SCALES = {
    "log": "the natural logarithm",
    "logit": "the natural logarithm of the odds, value / (1 - value)",
    "identity": "the value itself",
}


class NoFigureError(LookupError):
    """The measure has no figure of the unit in its windows."""


@dataclass(frozen=True)
class Step:
    """One step: its title and its lines, each a sentence or a formula with its numbers."""

    title: str
    lines: tuple[str, ...]


def explain(run: MeasureRun, level: Level, unit: str) -> list[Step]:
    """The steps from months that count to the verdict for one unit; without a follow-up, to the value.

    Raises:
        NoFigureError: the measure has no such unit in its windows.
    """
    figures = run.figures().filter(level=level, unit_id=unit)
    if figures.is_empty():
        raise NoFigureError(unit)
    steps = [Step("What is counted", tuple(_definition(run.measure)))]
    for side, window in _windows(run):
        row = _row(run, figures, side, level)
        value = Step(f"{_word(side)}: no value", ("nothing counts",)) if row is None else _value(run.measure, row)
        read = Step(f"{_word(side)}: the rows that were read", tuple(row_lines(run, side, level, unit)))
        steps += [read, _months(run, side, window, (level, unit)), value]
    if run.followup:
        compared = run.compared().filter(level=level, unit_id=unit)
        steps += [step for row in compared.iter_rows(named=True) for step in _comparison(run.measure, row)]
        if level == "cluster":
            steps.append(_movers(run, unit))
    return steps


def number(value: float | None) -> str:
    """A number with as many digits as it takes to work on with it."""
    return "none" if value is None else f"{value:.10g}"


def _windows(run: MeasureRun) -> list[tuple[Literal["before", "now"], Window]]:
    return [("before", run.baseline)] if run.followup is None else [("before", run.baseline), ("now", run.followup)]


def _definition(measure: Measure) -> Iterable[str]:
    unit = measure.unit.in_language("en")
    yield f"{measure.id} is a {measure.kind}: numerator / denominator x {measure.per} ({unit})."
    for name, selection in (("numerator", measure.numerator), ("denominator", measure.denominator)):
        yield f"{name}: {_chosen(selection)}."


def _chosen(selection: Selection) -> str:
    parts = [f"{selection.quantity} of {selection.source}"]
    for name in ("codes", "exclude_codes", *COLUMNS):
        if wanted := getattr(selection, name):
            parts.append(f"{name.replace('_', ' ')} {', '.join(wanted)}")
    parts += [f"{name} {value}" for name in ("sex", "age") if (value := getattr(selection, name))]
    return "; ".join(parts)


def _months(run: MeasureRun, side: Literal["before", "now"], window: Window, of: tuple[Level, str]) -> Step:
    months = run.months_behind(side, *of)
    title = f"{_word(side)} {window.start:%Y-%m} to {window.end:%Y-%m}: the months that count"
    grouped = months.group_by("period").agg(
        pl.col("numerator", "denominator").sum(), pl.col("practice_id").n_unique().alias("practices")
    )
    lines = [
        f"{row['period']:%Y-%m}: numerator {number(row['numerator'])}, denominator {number(row['denominator'])}"
        + ("" if of[0] == "practice" else f", {row['practices']} practices")
        for row in grouped.sort("period").iter_rows(named=True)
    ]
    missing = [month for month in window.months if month not in set(grouped["period"].to_list())]
    lines += [f"{month:%Y-%m}: does not count (not submitted, or nobody was listed)" for month in missing]
    if of[0] != "practice":
        lines += _by_practice(months)
    return Step(title, tuple(lines))


def _by_practice(months: pl.DataFrame) -> list[str]:
    sums = months.group_by("practice_id").agg(pl.col("numerator", "denominator").sum()).sort("practice_id")
    return [
        f"practice {row['practice_id']}: numerator {number(row['numerator'])}, denominator {number(row['denominator'])}"
        for row in sums.iter_rows(named=True)
    ]


def _row(
    run: MeasureRun, figures: pl.DataFrame, side: Literal["before", "now"], level: Level
) -> Mapping[str, Any] | None:
    """The unit's figure in a window, or None where nobody behind it submitted anything."""
    window = run.baseline if side == "before" else run.followup
    alone = {"before": "then", "now": "now"}[side]
    found = figures.filter(window_start=None if window is None else window.start)
    matched = found.filter(practice_set="matched")
    shown = matched if run.followup and level != "practice" and matched.height else found.filter(practice_set=alone)
    if shown.is_empty():
        return None
    return shown.row(0, named=True) | {"side": side, "months": 0 if window is None else len(window.months)}


def _value(measure: Measure, row: Mapping[str, Any]) -> Step:
    shares = [
        f"{part} in person-months is divided by the window's {row['months']} months"
        for part, selection in (("numerator", measure.numerator), ("denominator", measure.denominator))
        if selection.source == "list_sizes"
    ]
    interval = {"proportion": "Wilson", "rate": "exact Poisson below 10 events, Byar from 10"}.get(measure.kind, "")
    lines = [
        *shares,
        f"{number(row['numerator'])} / {number(row['denominator'])} x {measure.per} = {number(row['value'])}",
        f"95 % interval {number(row['lower'])} to {number(row['upper'])}" + (f" ({interval})" if interval else ""),
        f"state: {row['state']}",
    ]
    if row.get("standardised") is not None:
        lines.append(
            f"standardised by sex and age: {number(row['standardised'])} "
            f"({number(row['numerator'])} where {number(row['expected'])} were to be expected)"
        )
    return Step(f"{_word(row['side'])}: the value", tuple(lines))


def _comparison(measure: Measure, row: Mapping[str, Any]) -> list[Step]:
    change = Step(
        "Change",
        (
            f"{number(row['now_value'])} - {number(row['before_value'])} = {number(row['change'])}, "
            f"95 % interval {number(row['change_lower'])} to {number(row['change_upper'])} (every event by itself)",
        ),
    )
    if row["reason"] is not None:
        return [Step("Change", (f"cannot be compared: {row['reason']}",)), _verdict_step(row)]
    if row["level"] not in CONFIDENCE:
        return [change]
    if row["freedom"] is None or row["expected"] is None:
        return [change, _verdict_step(row)]
    return [change, _surroundings(measure, row), _expected(measure, row), _net(row), _verdict_step(row)]


def _surroundings(measure: Measure, row: Mapping[str, Any]) -> Step:
    told = {name: number(row[name]) for name in YARDSTICK}
    return Step(
        "What it is held against: the region without the cluster",
        (
            f"changes are taken on {_SCALES[link(measure.kind)]}",
            f"the rest of the region changed by {told['background_change']} (ratio {told['background_ratio']}), "
            f"variance {told['background_variance']}",
            f"dispersion {told['dispersion']}: how many times the variance of independent events a change has",
            f"drift {told['drift']}: variance of practices' changes beyond that; "
            f"cluster drift {told['cluster_drift']}: of clusters beyond their practices'",
            f"concentration {told['concentration']}: the sum of squared shares of events (1 for one practice)",
            f"baselines of the others, as fractions of 1: mean {told['prior_mean']}, "
            f"lasting variance {told['prior_variance']} of {told['prior_observed']} observed, "
            f"as of {told['prior_units']} units of one size",
            f"freedom {told['freedom']}: the degrees of freedom of what was learnt from the others",
        ),
    )


def _expected(measure: Measure, row: Mapping[str, Any]) -> Step:
    lines = [
        f"{number(row['expected'])}, and {_percent(row)} of follow-ups between {number(row['expected_lower'])} "
        f"and {number(row['expected_upper'])}",
        f"the follow-up is {number(row['now_value'])}: " + ("outside" if _outside(row) else "inside"),
    ]
    return Step("Expected if nothing but the background had changed", (*_shrinking(measure, row), *lines))


def _shrinking(measure: Measure, row: Mapping[str, Any]) -> list[str]:
    """How the baseline is drawn towards the others' mean: Marshall 1991, with dispersion and what passes."""
    if measure.kind not in ("rate", "proportion"):
        return []
    mean, lasting = row["prior_mean"], row["prior_variance"]
    steepness = mean if measure.kind == "rate" else mean * (1 - mean)
    passing = row["drift"] * row["concentration"] + (row["cluster_drift"] or 0 if row["level"] == "cluster" else 0)
    noise = row["dispersion"] * steepness / row["before_denominator"] + passing / 2 * steepness**2
    weight = lasting / (lasting + noise) if lasting > 0 else 0.0
    baseline = row["before_value"] / measure.per
    return [
        f"uncertainty of the baseline: {number(row['dispersion'])} x {number(steepness)} / "
        f"{number(row['before_denominator'])} + {number(passing)} / 2 x {number(steepness)}^2 = {number(noise)}",
        f"weight of the own baseline: {number(lasting)} / ({number(lasting)} + {number(noise)}) = {number(weight)}",
        f"drawn towards the others: {number(mean)} + {number(weight)} x ({number(baseline)} - {number(mean)}) = "
        f"{number(mean + weight * (baseline - mean))}, then moved by {number(row['background_change'])}",
    ]


def _outside(row: Mapping[str, Any]) -> bool:
    limits = row["expected_lower"], row["expected_upper"]
    return None not in limits and not limits[0] <= row["now_value"] <= limits[1]


def _net(row: Mapping[str, Any]) -> Step:
    return Step(
        "Net of the background",
        (
            f"{number(row['net_ratio'])} times what the background alone would have made of the baseline, "
            f"{_percent(row)} interval {number(row['net_lower'])} to {number(row['net_upper'])}",
            f"a change of {number(row['detectable_change'])} would have been found four times of five",
        ),
    )


def _verdict_step(row: Mapping[str, Any]) -> Step:
    lines = [f"verdict: {row['verdict']}" + (f" ({row['verdict_reason']})" if row["verdict_reason"] else "")]
    if row["check_bias"] and not math.isclose(row["check_bias"], 0):
        lines.append(f"failed checks may have moved it by {number(row['check_bias'])} on that scale")
    return Step("Is the change real?", tuple(lines))


def _movers(run: MeasureRun, unit: str) -> Step:
    rows = run.contributed().filter(cluster_id=unit)
    lines = [
        f"practice {row['practice_id']}, {row['part'].replace('_', ' ')}: {number(row['contribution'])} "
        f"(share of the denominator {number(row['share_before'])} -> {number(row['share_now'])})"
        for row in rows.sort(pl.col("contribution").abs(), descending=True).iter_rows(named=True)
    ]
    total = f"sum: {number(float(rows['contribution'].sum()))}, the change from everybody then to everybody now"
    return Step("Who moved the cluster", (*lines, total))


def _percent(row: Mapping[str, Any]) -> str:
    return f"{100 * CONFIDENCE[row['level']]:.0f} %"


def _word(side: str) -> str:
    return {"before": "Baseline", "now": "Follow-up"}[side]
