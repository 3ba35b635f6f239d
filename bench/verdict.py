"""How often `likely change` is said where nothing changed, and how often where something did.

python -m bench.verdict [--regions N] [--quick]
python -m bench.verdict --placebo DIR
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from bench.verdict_placebo import placebo
from bench.verdict_rates import NAIVE, aims_missed, by_size, extremes, share, with_naive
from bench.verdict_regions import Scenario, answered, around_each, changed, counted, regions

SEED = 20260104
CLUSTERS = 2000
CHANGE = 0.85
SCENARIOS = (
    Scenario("independent events, no drift", dispersion=1, drift=0, cluster_drift=0),
    Scenario("variance 1.5 x the mean", dispersion=1.5),
    Scenario("variance 2 x the mean"),
    Scenario("variance 3 x the mean", dispersion=3),
    Scenario("clusters do not drift", cluster_drift=0),
    Scenario("clusters drift 5 %", cluster_drift=0.05),
    Scenario("practices drift 10 %, clusters 5 %", drift=0.1, cluster_drift=0.05),
    Scenario("drift that stays", drift=0.1, cluster_drift=0.05, lasting=True),
    Scenario("a season 30 % stronger", background=1.3),
    Scenario("a trend of -7 %", background=0.93),
    Scenario("rare events", level=0.02),
    Scenario("rare events, variance 3 x the mean", level=0.02, dispersion=3),
    Scenario("common events", level=0.5),
    Scenario("practices far apart", practices_apart=0.5, clusters_apart=0.2),
    Scenario("clusters alike", clusters_apart=0.02),
    Scenario("share of 30 %", kind="proportion", level=0.3, ground=0.1),
    Scenario("share of 3 %, everybody's 10 % higher", kind="proportion", level=0.03, ground=0.5, background=1.1),
    Scenario("share of 90 %", kind="proportion", level=0.9, ground=0.1, dispersion=1.5),
    Scenario("small regions", clusters=(4, 6)),
    Scenario("small regions, much noise", clusters=(4, 6), dispersion=3, drift=0.1, cluster_drift=0.05),
)
QUICK = (SCENARIOS[2], SCENARIOS[16], SCENARIOS[18])


@dataclass(frozen=True)
class Outcome:
    """A scenario's verdicts: without any change, with a true change, with one as large as was called detectable."""

    scenario: Scenario
    quiet: pl.DataFrame
    true: pl.DataFrame
    detectable: pl.DataFrame


def simulate(scenario: Scenario, number: int, seed: int) -> Outcome:
    """`number` regions, judged three times. The baselines are the same each time."""
    draw, measure = np.random.default_rng(seed), scenario.measure
    practices = counted(draw, scenario, regions(draw, scenario, number))
    around = around_each(measure, practices)
    quiet = with_naive(measure, answered(measure, around, practices))
    true = with_naive(measure, answered(measure, around, changed(draw, scenario, practices, CHANGE)))
    found: list[pl.DataFrame] = []
    for level, key in (("practice", "unit_id"), ("cluster", "cluster_id")):
        side = pl.when(pl.col("expected") > measure.per / 2, scenario.kind == "proportion").then(-1).otherwise(1)
        times = 1 + side * pl.col("detectable_change") / pl.col("expected")
        factors = quiet.filter(level=level).select(key, times=times.fill_null(1.0))
        each = practices.join(factors, on=key, how="left", maintain_order="left")["times"]
        found.append(answered(measure, around, changed(draw, scenario, practices, each)).filter(level=level))
    return Outcome(scenario, quiet, true, pl.concat(found))


def printed(outcome: Outcome) -> list[str]:
    """The table of a scenario."""
    scenario, lines = outcome.scenario, [outcome.scenario.name]
    for level in ("cluster", "practice"):
        quiet, true = outcome.quiet.filter(level=level), outcome.true.filter(level=level)
        high, low = extremes(quiet)
        found = outcome.detectable.filter(level=level)
        lines += [
            f"  {level:8} {len(quiet):6} units, {100 * share(quiet).unread:4.1f} % with too few data",
            f"    false alarms        {share(quiet)}   naive {share(quiet, NAIVE)}",
            f"    highest baselines   {share(high)}   naive {share(high, NAIVE)}",
            f"    lowest baselines    {share(low)}   naive {share(low, NAIVE)}",
            f"    {abs(CHANGE - 1):.0%} lower: found    {share(true)}   naive {share(true, NAIVE)}",
            f"    by events           {by_size(true, level, 'events')}",
        ]
        if level == "cluster":
            lines.append(f"    by practices        {by_size(true, level, 'practices')}")
        lines.append(f"    detectable: found   {share(found)}")
    spread = outcome.quiet.filter(level="cluster").select("dispersion", "drift", "cluster_drift").mean().row(0)
    drift = math.hypot(scenario.drift, scenario.cluster_drift)
    return [
        *lines,
        f"  measured: dispersion {spread[0]:.2f} (true {scenario.dispersion:g}), drift of practices "
        f"{spread[1] ** 0.5:.3f} ({drift:.3f}), of clusters {spread[2] ** 0.5:.3f} ({scenario.cluster_drift:.3f})",
    ]


def summary(outcomes: Sequence[Outcome]) -> list[str]:
    """Every scenario on one line, all of them together on the last."""
    lines = [f"{'%':40} cluster: false high  low found detectable  practice: false high  low found detectable"]
    every = [(o.scenario.name, o.quiet, [extremes(o.quiet.filter(level=k)) for k in LEVELS], o) for o in outcomes]
    for name, quiet, ends, outcome in every:
        cells: list[str] = []
        for level, (high, low) in zip(LEVELS, ends, strict=True):
            true, found = outcome.true.filter(level=level), outcome.detectable.filter(level=level)
            parts = [share(part) for part in (quiet.filter(level=level), high, low, true, found)]
            cells.append("".join(f"{100 * part.rate:6.2f}" for part in parts))
        lines.append(f"{name:40}        {cells[0]}                {cells[1]}")
    return lines


LEVELS = ("cluster", "practice")


def measured(scenarios: Sequence[Scenario], number: int | None) -> int:
    """Prints every scenario and the summary; 1 when an aim is missed."""
    outcomes: list[Outcome] = []
    for place, scenario in enumerate(scenarios):
        enough = math.ceil(CLUSTERS / (sum(scenario.clusters) / 2))
        outcome = simulate(scenario, number or enough, SEED + place)
        outcomes.append(outcome)
        print("\n".join(printed(outcome)), end="\n\n", flush=True)  # noqa: T201
    print("\n".join(summary(outcomes)))  # noqa: T201
    missed = aims_missed([(outcome.scenario.name, outcome.quiet) for outcome in outcomes])
    print("\n".join(missed) if missed else "All aims are met.")  # noqa: T201
    return bool(missed)


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 where every aim is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--regions", type=int, help="regions a scenario, instead of so many that 2,000 clusters are made"
    )
    parser.add_argument("--quick", action="store_true", help="three scenarios")
    parser.add_argument("--placebo", type=Path, metavar="DIR", help="real practices, shuffled into clusters")
    chosen = parser.parse_args(arguments)
    begun = time.monotonic()
    scenarios = QUICK if chosen.quick else SCENARIOS
    code = placebo(chosen.placebo) if chosen.placebo else measured(scenarios, chosen.regions)
    print(f"{time.monotonic() - begun:.0f} s")  # noqa: T201
    return code


if __name__ == "__main__":
    sys.exit(main())
