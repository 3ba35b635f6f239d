"""A dry run: what a package's measures could show in the whole country, before anyone is asked for data.

Counts of every practice are drawn for two windows between which nobody did anything new, and the functions that fill
mart.comparison judge them. Nothing here is a formula beside theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl

from transforms import scales
from transforms.calendar import Window
from transforms.comparison import changes
from transforms.definitions import Measure
from transforms.dry_run_country import SEED
from transforms.dry_run_draws import drawn, repeated
from transforms.dry_run_habits import SCORE_LEAST, Habits, score_top
from transforms.held_against import held_against
from transforms.kinds import AVERAGES, COUNTS, SHARES
from transforms.measures import figures, summed
from transforms.verdict import CONFIDENCE, judged

Use = Literal["both", "cluster_change", "cluster", "read", "unjudged", "talk", "no_interval"]
"""What a measure is good for: change in each practice; the practice's figure, but change in the cluster; the cluster
alone; the cluster's figure, but hardly a change; the same, but no verdict; a talk; a figure without an interval."""
DRAWS = 10
"""How many times the country is drawn: a handful of chance alarms among 116 clusters is too few to count once."""
MOST_PRACTICES, MOST_CLUSTERS = 0.75, 0.9
"""From what part of the units on a level can be used: three practices of four, nine clusters of ten. Our judgement."""
WITHIN_REACH = 0.5
"""A change of more than half of what there is to change is not counted on. Our judgement."""
READ = ("likely change", "cannot be told from chance")
_PARTS = (*COUNTS, "observations", "value", "lower", "upper", "state")
_START = date(2025, 1, 1)


@dataclass(frozen=True)
class Reach:
    """Detectable changes of units of one level, in the measure's unit: a quarter has less than `lower`, half than
    `middle`, three quarters than `upper`. `part` is the middle one over what there is to change."""

    lower: float
    middle: float
    upper: float
    part: float


@dataclass(frozen=True)
class LevelFound:
    """One level of the country. `observed` is the median of what `minimum_events` asks for.

    `enough` units have a figure to be read on its own; of those `read` that got a verdict, `alarms` (a mean over the
    draws) are called a likely change though nothing changed; at most the part `stated` was promised.
    """

    units: int
    enough: int
    observed: float
    read: int
    alarms: float
    stated: float
    reach: Reach | None


@dataclass(frozen=True)
class Found:
    """What a dry run found of one measure."""

    measure_id: str
    habits: Habits
    practice: LevelFound
    cluster: LevelFound
    use: Use


def dry_run(measure: Measure, habits: Habits, practices: pl.DataFrame, months: int, minimum_events: int) -> Found:
    """What `measure` could show in the country `practices` (`dry_run_country.country`) over windows of `months`."""
    rows = compared(measure, habits, repeated(practices, DRAWS), (months, minimum_events))
    levels = {level: _level(measure, habits, rows.filter(level=level)) for level in CONFIDENCE}
    use = _use(measure, levels["practice"], levels["cluster"])
    return Found(measure.id, habits, levels["practice"], levels["cluster"], use)


def compared(
    measure: Measure, habits: Habits, practices: pl.DataFrame, lengths: tuple[int, int], seed: int = SEED
) -> pl.DataFrame:
    """One row per practice and cluster, as mart.comparison has them. `lengths`: months of a window, minimum events."""
    months, minimum_events = lengths
    window = Window.of(_START, months)
    sides = drawn(measure, habits, practices, months, seed)
    rows = [_pairs(measure, sides, window, minimum_events, level) for level in CONFIDENCE]
    every = pl.concat(rows, how="diagonal_relaxed").with_columns(reason=pl.lit(None, dtype=pl.String))
    known = pl.col("before_value").is_not_null() & pl.col("now_value").is_not_null()
    held = held_against(measure, every, every.filter(pl.col("level") == "practice", known))
    return judged(measure, changes(measure, held.with_columns(check_bias=pl.lit(0.0))))


def _pairs(
    measure: Measure, sides: tuple[pl.DataFrame, pl.DataFrame], window: Window, minimum_events: int, level: str
) -> pl.DataFrame:
    unit = f"{level}_id"
    both: list[pl.DataFrame] = []
    for side, months in zip(("before_", "now_"), sides, strict=True):
        sums = summed(measure, window, months, unit).with_columns(open_months=pl.lit(1))
        found = figures(measure, sums, minimum_events)
        both.append(found.select(pl.col(unit).alias("unit_id"), pl.col(_PARTS).name.prefix(side)))
    places = sides[0].select(pl.col(unit).alias("unit_id"), "cluster_id", "region_id").unique()
    paired = both[0].join(both[1], on="unit_id").join(places, on="unit_id")
    return paired.with_columns(level=pl.lit(level)).sort("unit_id")


def has_enough(measure: Measure) -> pl.Expr:
    """Whether the first window's figure can be read on its own: none of many is a share like any other."""
    state = pl.col("before_state")
    return (state == "value") | ((state == "zero") & pl.lit(measure.kind in SHARES))


def observations(measure: Measure) -> pl.Expr:
    """What `minimum_events` is asked of: events of a rate, both sides of a ratio, the denominator of other kinds."""
    numerator, denominator = pl.col("before_numerator"), pl.col("before_denominator")
    of_kind = {"rate": numerator, "ratio": pl.min_horizontal(numerator, denominator)}
    return of_kind.get(measure.kind, denominator)


def _level(measure: Measure, habits: Habits, rows: pl.DataFrame) -> LevelFound:
    read = rows.filter(pl.col("verdict").is_in(list(READ)))
    return LevelFound(
        units=round(rows.height / DRAWS),
        enough=round(rows.filter(has_enough(measure)).height / DRAWS),
        observed=rows.select(observations(measure).median()).item() or 0.0,
        read=round(read.height / DRAWS),
        alarms=read.filter(pl.col("verdict") == "likely change").height / DRAWS,
        stated=1 - CONFIDENCE[rows["level"][0]],
        reach=_reach(measure, habits, rows),
    )


def _reach(measure: Measure, habits: Habits, rows: pl.DataFrame) -> Reach | None:
    """Of all units with a figure, also those with too few observations: who is left out would shift the middle."""
    changes_of = rows["detectable_change"].drop_nulls()
    if changes_of.len() * 2 < rows.height:
        return None
    quarters = [float(changes_of.quantile(part, "linear") or 0.0) for part in (0.25, 0.5, 0.75)]
    return Reach(*quarters, part=quarters[1] / room(measure, habits.value))


def room(measure: Measure, value: float) -> float:
    """What there is to change of a value: a rate itself, a share or score up to the nearer end of its scale."""
    if scales.link(measure.kind) == "logit":
        return min(value, measure.per - value)
    if measure.individual:
        return min(value - SCORE_LEAST, score_top(value) - value) if value > SCORE_LEAST else value
    return value


def _use(measure: Measure, practice: LevelFound, cluster: LevelFound) -> Use:
    if measure.kind in AVERAGES and not measure.individual:
        return "no_interval"
    in_practices = practice.enough >= MOST_PRACTICES * practice.units
    if in_practices and _within_reach(practice):
        return "both"
    if cluster.enough < MOST_CLUSTERS * cluster.units:
        return "talk"
    if cluster.reach is None:
        return "unjudged"
    if not _within_reach(cluster):
        return "read"
    return "cluster_change" if in_practices else "cluster"


def _within_reach(level: LevelFound) -> bool:
    return level.reach is not None and level.reach.part <= WITHIN_REACH
