"""All measures of many packages from millions of fact rows, beside the same aggregates written by hand in SQL.

python -m bench.measure --millions 50 --packages 20
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import duckdb

from bench.ingest import Memory
from bench.measure_by_hand import ByHand
from bench.measure_packages import make_packages
from bench.measure_world import FIRST_MONTH, World, make_world
from transforms.calendar import Window
from transforms.merging import STRATA
from warehouse import mart
from warehouse.workspace import Store

T = TypeVar("T")
KNOWN_AT = datetime(2026, 2, 10)
YEAR = 12
MOST_TIMES = 2.0
MOST_MEGABYTES = 6_000

# Each aggregate made by hand beside the mart's; what either lacks counts as a difference.
HELD_AGAINST = """
with ours as (
    select package_id, measure_id, level, unit_id, window_start, numerator, denominator, value,
        if(practice_set = 'matched', 'matched', 'alone') as practice_set
    from warehouse.mart.measure
    where run_id = $run_id and numerator is not null)
select count(*) filter (where coalesce(abs(ours.numerator - hand.numerator) <= 1e-9 * abs(hand.numerator)
        and abs(ours.denominator - hand.denominator) <= 1e-9 * abs(hand.denominator)
        and coalesce(abs(ours.value - hand.value) <= 1e-9 * abs(hand.value), ours.value is null and hand.value is null),
        false)) as same,
    count(*) as every
from by_hand as hand full join ours using (package_id, measure_id, level, unit_id, practice_set, window_start)
"""


@dataclass(frozen=True)
class Spent:
    """What one way of making the figures took, without starting its process."""

    seconds: float = 0.0
    processor: float = 0.0
    megabytes: int = 0
    same: int = 0
    every: int = 0

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            self.seconds + other.seconds,
            self.processor + other.processor,
            max(self.megabytes, other.megabytes),
            self.same + other.same,
            self.every + other.every,
        )


@dataclass(frozen=True)
class Task:
    """The figures to make: of so many packages, over each of two windows a year apart that the months hold."""

    store: Store
    packages: int
    months: int
    apart: tuple[str, ...] = STRATA

    @property
    def pairs(self) -> list[tuple[Window, Window]]:
        """Baseline and follow-up, a year each, from the first month on."""
        baselines = [Window.of(FIRST_MONTH, YEAR).shifted(YEAR * year) for year in range(self.months // YEAR - 1)]
        return [(baseline, baseline.shifted(YEAR)) for baseline in baselines]

    def in_the_mart(self) -> Spent:
        """By the way that every figure of klyngeflow goes."""
        packages = make_packages(self.packages)
        spent = Spent()
        for number, pair in enumerate(self.pairs):
            period = mart.Period(*pair, silence_is_consent=True, apart=self.apart)
            spent += measured(
                lambda period=period, number=number: mart.compute_packages(
                    self.store, packages, period, KNOWN_AT, f"pair-{number}"
                )
            )
        return spent

    def by_hand(self) -> Spent:
        """By statements written for the purpose, held against what lies in the mart."""
        packages = make_packages(self.packages)
        spent = Spent()
        for number, pair in enumerate(self.pairs):
            with duckdb.connect() as connection:
                connection.execute(f"attach '{self.store.database}' as warehouse (read_only)")
                connection.execute("set enable_progress_bar = false; use warehouse")
                spent += measured(lambda connection=connection, pair=pair: ByHand(connection, *pair).compute(packages))
                found = connection.execute(HELD_AGAINST, {"run_id": f"pair-{number}"}).fetchone()
                spent += Spent(same=found[0], every=found[1])
        return spent


def measured(work: Callable[[], object]) -> Spent:
    """Do `work` in this process."""
    begun, used = time.perf_counter(), time.process_time()
    with Memory() as memory:
        work()
    return Spent(time.perf_counter() - begun, time.process_time() - used, memory.own)


def alone(work: Callable[..., T], *values: object) -> T:
    """What `work` gives in a process of its own, so that its memory is its own."""
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawning) as pool:
        return pool.submit(work, *values).result()


def told(label: str, spent: Spent) -> None:
    """One line of the table."""
    sys.stdout.write(f"{label:22} {spent.seconds:8.1f} s {spent.processor:8.1f} s of CPU {spent.megabytes:6} MB\n")
    sys.stdout.flush()


def judged(ours: Spent, hand: Spent) -> bool:
    """Say how the two compare; whether every aim is met."""
    times, processor = ours.seconds / hand.seconds, ours.processor / hand.processor
    met = {
        f"{times:.2f} times by the clock, {processor:.2f} by the processor (aim: {MOST_TIMES:g})": times <= MOST_TIMES,
        f"{ours.megabytes} MB at most (aim: {MOST_MEGABYTES})": ours.megabytes < MOST_MEGABYTES,
        f"{hand.same} of {hand.every} aggregates are the same": 0 < hand.same == hand.every,
    }
    for sentence, is_met in met.items():
        sys.stdout.write(f"{'met' if is_met else 'NOT met':8} {sentence}\n")
    return all(met.values())


def main(arguments: list[str] | None = None) -> int:
    """Print what each way takes, and whether the aims are met; 1 where one is not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millions", type=float, default=50.0)
    parser.add_argument("--packages", type=int, default=20)
    parser.add_argument("--months", type=int, default=36, help="two years or more")
    parser.add_argument("--practices", type=int, default=1700)
    parser.add_argument("--clusters", type=int, default=116)
    parser.add_argument("--merge-strata", action="store_true", help="sex and age apart only where a measure asks")
    chosen = parser.parse_args(arguments)
    world = World(int(chosen.millions * 1_000_000), chosen.practices, chosen.clusters, chosen.months)
    with tempfile.TemporaryDirectory(prefix="klyngeflow_bench_") as name:
        store = Store(Path(name))
        begun = time.perf_counter()
        alone(make_world, world, store)
        sys.stdout.write(f"({chosen.millions:g} million rows written in {time.perf_counter() - begun:.0f} s)\n")
        apart = () if chosen.merge_strata else STRATA
        task = Task(store, chosen.packages, chosen.months, apart)
        told("klyngeflow", ours := alone(task.in_the_mart))
        told("by hand", hand := alone(task.by_hand))
    sys.stdout.write(f"{os.cpu_count()} cores; load {os.getloadavg()[0]:.1f}\n")
    return 0 if judged(ours, hand) else 1


if __name__ == "__main__":
    sys.exit(main())
