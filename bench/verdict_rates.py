"""Shares of verdicts with their own intervals, and the aims they are held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from transforms.definitions import Measure
from transforms.differences import newcombe, rate_ratio
from transforms.intervals import wilson
from transforms.verdict import CONFIDENCE

LIKELY = pl.col("verdict") == "likely change"
NAIVE = pl.col("naive")
READ = pl.col("verdict").is_in(["likely change", "cannot be told from chance"])
AIMS = {"cluster": 0.05, "practice": 0.01}
EXTREME = 0.05
SIZES = {
    ("cluster", "events"): (0, 500, 1000, 2000, 4000, 8000),
    ("practice", "events"): (0, 50, 100, 200, 400, 800),
    ("cluster", "practices"): (0, 10, 15, 20),
}


@dataclass(frozen=True)
class Share:
    """A share of the units that can be read, with a 95 % interval that knows that units of one region are alike."""

    rate: float
    lower: float
    upper: float
    units: int
    unread: float

    def __str__(self) -> str:
        return f"{100 * self.rate:5.2f} % ({100 * self.lower:.2f} to {100 * self.upper:.2f})"


def share(units: pl.DataFrame, what: pl.Expr = LIKELY) -> Share:
    """How many of the units with a readable verdict `what` holds for.

    Wilson's interval for as many independent units as give the variance between regions (ratio estimator).
    """
    read = units.filter(READ)
    if read.is_empty():
        return Share(float("nan"), 0.0, 1.0, 0, 1.0)
    by_region = read.group_by("region_id").agg(hits=what.sum(), units=pl.len())
    n, groups, rate = len(read), len(by_region), float(by_region["hits"].sum()) / len(read)
    error = ((by_region["hits"] - rate * by_region["units"]) ** 2).sum() * groups / max(1, groups - 1) / n**2
    alone = rate * (1 - rate) / n
    effective = n / max(1.0, error / alone) if alone > 0 else n
    limits = pl.select(wilson(pl.lit(rate * effective), pl.lit(effective))).row(0)
    return Share(rate, *limits, n, 1 - n / len(units))


def with_naive(measure: Measure, rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with what a test of before against after alone would say, at the same confidence."""
    sides = [pl.col(name) for name in ("now_numerator", "now_denominator", "before_numerator", "before_denominator")]
    levels: list[pl.DataFrame] = []
    for level, confidence in CONFIDENCE.items():
        found = newcombe(*sides, confidence) if measure.kind == "proportion" else rate_ratio(*sides, confidence)
        none = 0.0 if measure.kind == "proportion" else 1.0
        told = ((found.lower > none) | (found.upper < none)).fill_null(False)
        levels.append(rows.filter(level=level).with_columns(naive=told))
    return pl.concat(levels)


def extremes(units: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The units of one level with the highest and the lowest baselines, a twentieth each of those that can be read."""
    read = units.filter(READ)
    value = pl.col("before_value")
    return (
        read.filter(value >= value.quantile(1 - EXTREME)),
        read.filter(value <= value.quantile(EXTREME)),
    )


def by_size(units: pl.DataFrame, level: str, size: str) -> str:
    """The share of likely changes by the baseline's number of events, or by the number of practices."""
    what = pl.col("before_numerator") if size == "events" else pl.col("practices")
    bounds = SIZES[level, size]
    parts: list[str] = []
    for least, most in zip(bounds, (*bounds[1:], None), strict=True):
        inside = units.filter(what > least, *([] if most is None else [what <= most]))
        found = share(inside)
        if found.units >= 30:
            parts.append(f"{f'to {most}' if most else f'over {least}'}: {100 * found.rate:.0f} %")
    return ", ".join(parts)


def aims_missed(quiet: Sequence[tuple[str, pl.DataFrame]]) -> list[str]:
    """One line for every aim missed.

    Of all units the rate itself must keep to the aim; of the few with extreme baselines its interval must reach the aim
    in each scenario, and the rate must keep to it over all scenarios together.
    """
    missed: list[str] = []
    for level, aim in AIMS.items():
        ends: list[pl.DataFrame] = []
        for place, (name, rows) in enumerate(quiet):
            units = rows.filter(level=level)
            if (found := share(units)).rate > aim:
                missed.append(f"MISSED {name}, {level}: {found} false alarms, aim {aim:.0%}")
            for end, which in zip(extremes(units), ("highest", "lowest"), strict=True):
                if (found := share(end)).lower > aim:
                    missed.append(f"MISSED {name}, {level}, {which} baselines: {found} false alarms, aim {aim:.0%}")
                apart = pl.concat_str(pl.lit(f"{place}."), "region_id")
                ends.append(end.select("verdict", region_id=apart))
        found = share(pl.concat(ends))
        if found.rate > aim:
            missed.append(f"MISSED all scenarios, {level}, extreme baselines: {found} false alarms, aim {aim:.0%}")
    return missed
