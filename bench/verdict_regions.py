"""Made-up regions whose truth is known: practices in clusters, counted in two windows, judged by `transforms`.

Everything is drawn for many regions at once. Nobody changes more than drift allows unless `changed` says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from transforms.definitions import Kind, Measure
from transforms.measures import figures
from transforms.surroundings import concentration, surroundings
from transforms.verdict import CONFIDENCE, judged

Numbers = npt.NDArray[np.float64]
COUNTS = ("before_numerator", "before_denominator", "now_numerator", "now_denominator")
MINIMUM = 20
"""From how many events (observations of a share) a figure is read: the default of a package."""
LIST_SIZE, LIST_SPREAD = 2800, 0.45


@dataclass(frozen=True)
class Scenario:
    """What a region is like. Spreads and drifts are standard deviations on the measure's scale (0.05: 5 % of a rate).

    `dispersion` is the variance of a count over that of independent events; `background` what everybody's rate (odds)
    is multiplied by between the windows: season, a trend, a new guideline. `lasting` drift is a walk from the baseline;
    otherwise both windows stray from one level. `ground` is the denominator's part of the list.
    """

    name: str
    kind: Kind = "rate"
    level: float = 0.1
    dispersion: float = 2.0
    drift: float = 0.05
    cluster_drift: float = 0.03
    background: float = 1.0
    practices_apart: float = 0.25
    clusters_apart: float = 0.1
    clusters: tuple[int, int] = (22, 22)
    lasting: bool = False
    ground: float = 1.0

    @property
    def measure(self) -> Measure:
        """Enough of a measure for the verdict."""
        return Measure.model_construct(id=self.name, kind=self.kind, per=1000 if self.kind == "rate" else 100)


def regions(draw: np.random.Generator, scenario: Scenario, number: int) -> pl.DataFrame:
    """One row per practice: unit, cluster and region, list sizes and the true level of both windows."""
    least, most = scenario.clusters
    of_region = np.repeat(np.arange(number), draw.integers(least, most + 1, number))
    of_cluster = np.repeat(np.arange(len(of_region)), draw.integers(6, 26, len(of_region)))
    many = len(of_cluster)
    apart = draw.normal(0, scenario.clusters_apart, len(of_region))[of_cluster]
    middle = _scaled(scenario, scenario.level) + apart + draw.normal(0, scenario.practices_apart, many)
    before, now = _strays(draw, scenario, of_cluster)
    size = draw.lognormal(np.log(LIST_SIZE), LIST_SPREAD, many)
    grown = size * np.exp(draw.normal(0, 0.02, many))
    return pl.DataFrame(
        {
            "unit_id": np.arange(many),
            "cluster_id": of_cluster,
            "region_id": of_region[of_cluster],
            "before_denominator": np.maximum(1, np.round(size * scenario.ground)),
            "now_denominator": np.maximum(1, np.round(grown * scenario.ground)),
            "before_at": middle + before,
            "now_at": middle + now + np.log(scenario.background),
        }
    )


def counted(draw: np.random.Generator, scenario: Scenario, practices: pl.DataFrame) -> pl.DataFrame:
    """`practices` with the counts of both windows."""
    counts = {
        f"{side}_numerator": _events(
            draw,
            scenario,
            practices[f"{side}_denominator"].to_numpy(),
            _value(scenario, practices[f"{side}_at"].to_numpy()),
        )
        for side in ("before", "now")
    }
    return practices.with_columns(pl.Series(name, events) for name, events in counts.items())


def changed(
    draw: np.random.Generator, scenario: Scenario, quiet: pl.DataFrame, factor: float | pl.Series
) -> pl.DataFrame:
    """`quiet` with another later window, in which every rate (share) is multiplied by `factor`."""
    times = factor if isinstance(factor, float) else factor.to_numpy()
    level = _value(scenario, quiet["now_at"].to_numpy()) * times
    highest = 0.999 if scenario.kind == "proportion" else np.inf
    events = _events(draw, scenario, quiet["now_denominator"].to_numpy(), np.minimum(level, highest))
    return quiet.with_columns(now_numerator=pl.Series(events))


def answered(measure: Measure, around: pl.DataFrame, practices: pl.DataFrame) -> pl.DataFrame:
    """The verdict of every practice and cluster, given what `surroundings` found around each cluster.

    What a cluster is held against comes from the others alone. So all clusters may change, each before an unchanged
    rest of its region, and that is the same as changing one at a time.
    """
    shared = around.select(pl.exclude("^.*_practice$", "^.*_cluster$"))
    levels: list[pl.DataFrame] = []
    for level in CONFIDENCE:
        own = around.select("cluster_id", pl.col(f"^.*_{level}$").name.map(lambda name: name.rpartition("_")[0]))
        units = with_figures(measure, practices if level == "practice" else pooled(practices))
        levels.append(units.with_columns(level=pl.lit(level)).join(own, on="cluster_id", how="left"))
    rows = pl.concat(levels, how="diagonal_relaxed").join(shared, on="cluster_id", how="left")
    rows = rows.join(concentration(measure, practices), on="cluster_id", how="left")
    alone = pl.when(pl.col("level") == "practice").then(1.0).otherwise("concentration")
    return judged(
        measure,
        rows.with_columns(concentration=alone, reason=pl.lit(None, dtype=pl.String), check_bias=pl.lit(0.0)),
    )


def around_each(measure: Measure, practices: pl.DataFrame) -> pl.DataFrame:
    """One row per cluster: what the rest of its region shows."""
    return surroundings(measure, with_figures(measure, practices))


def pooled(practices: pl.DataFrame) -> pl.DataFrame:
    """One row per cluster: its practices' counts added up, and how many they are."""
    of_cluster = practices.group_by("cluster_id", maintain_order=True)
    return of_cluster.agg(pl.col("region_id").first(), pl.col(COUNTS).sum(), practices=pl.len())


def with_figures(measure: Measure, rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with value, interval and state of both windows, as measures have them."""
    for side in ("before", "now"):
        plain = rows.select(
            pl.col(f"{side}_numerator").alias("numerator"),
            pl.col(f"{side}_denominator").alias("denominator"),
            months=pl.lit(1),
            open_months=pl.lit(1),
        )
        found = figures(measure, plain, MINIMUM).select("value", "lower", "upper", "state")
        rows = rows.hstack(found.rename({name: f"{side}_{name}" for name in found.columns}))
    return rows


def _strays(
    draw: np.random.Generator, scenario: Scenario, of_cluster: npt.NDArray[np.int64]
) -> tuple[Numbers, Numbers]:
    """How far each practice strays from its level in each window; changes have the scenario's drift in either way."""
    many, clusters = len(of_cluster), int(of_cluster[-1]) + 1
    part = 0.0 if scenario.lasting else 0.5**0.5
    sides = [
        share * (draw.normal(0, scenario.drift, many) + draw.normal(0, scenario.cluster_drift, clusters)[of_cluster])
        for share in (part, part or 1.0)
    ]
    return sides[0], sides[1]


def _scaled(scenario: Scenario, level: float) -> float:
    return float(np.log(level / (1 - level)) if scenario.kind == "proportion" else np.log(level))


def _value(scenario: Scenario, at: Numbers) -> Numbers:
    return 1 / (1 + np.exp(-at)) if scenario.kind == "proportion" else np.exp(at)


def _events(draw: np.random.Generator, scenario: Scenario, ground: Numbers, level: Numbers) -> Numbers:
    """Counts with `dispersion` times the variance of independent events.

    Negative binomial, that is patients by chance with logarithmic numbers of events each; beta binomial for shares.
    """
    over = scenario.dispersion - 1
    if scenario.kind == "proportion":
        certain = np.maximum(ground - scenario.dispersion, 0.01) / over if over else 0.0
        share = draw.beta(level * certain, (1 - level) * certain) if over else level
        return draw.binomial(ground.astype(np.int64), share).astype(np.float64)
    expected = level * ground
    return draw.poisson(draw.gamma(expected / over, over) if over else expected).astype(np.float64)
