"""Many measures computed as one: every measure's practices, clusters and regions are numbered for themselves.

What is worked out is worked out per practice, cluster or region. Where no two measures share one, the measures may lie
in the same frame, and a step of the work is taken once for all of them: the steps of a measure are many and their
frames are small, so that the number of steps, not of rows, is what takes time. Numbers are also quicker than names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import polars as pl

from transforms.calendar import Window
from transforms.case_mix import Split, expected_of, split_of
from transforms.kinds import COUNTS
from transforms.measures import figures_of_practices, months_open, summed
from transforms.package_figures import MeasureRun
from transforms.practice_months import Facts, counted_months, empty_lists

MOST_TOGETHER = 24
"""Measures in one frame. Each holds some tens of thousands of rows of a region: more take memory and save nothing."""

_NAMES = ("unit_id", "practice_id", "cluster_id", "region_id", "successor_id")


@dataclass(frozen=True)
class StackedRun(MeasureRun):
    """Several runs as one, whose figures are those of each by itself, in the order of `runs`.

    The runs are over the same windows and practices and are alike, as `stacks` puts them together. `measure`, `facts`
    and the rest are those of the first: they are asked only for what is the same for all.
    """

    runs: tuple[MeasureRun, ...] = ()

    @classmethod
    def of(cls, runs: Sequence[MeasureRun]) -> StackedRun:
        """`runs` as one."""
        of = runs[0]
        windows = of.baseline, of.followup
        return cls(of.measure, of.facts, *windows, of.minimum_events, of.window_reason, of.check_bias, runs=tuple(runs))

    def apart(self, rows: pl.DataFrame) -> list[pl.DataFrame]:
        """`rows` of all the runs (`figures`, `compared` or `contributed`) by run, with the names as they were."""
        by_run = rows.partition_by("run", maintain_order=True, as_dict=True, include_key=False)
        nothing = rows.clear().drop("run")
        return [by_run.get((number,), nothing) for number in range(len(self.runs))]

    @cached_property
    def names(self) -> pl.Enum:
        """Every name of a practice, cluster or region, in order."""
        return self.facts.once.get(partial(_names_of, self.facts), "names")

    @cached_property
    def practices(self) -> pl.DataFrame:
        """One row per run and practice of the registry."""
        return self._of_each_run(super().practices)

    @cached_property
    def regions(self) -> pl.DataFrame:
        """One row per run and cluster: its region."""
        return self._of_each_run(super().regions)

    def _counted(self, window: Window) -> pl.DataFrame:
        return self._with_places(self._stacked(counted_months(run.measure, window, run.facts) for run in self.runs))

    def _practice_figures(self, window: Window) -> pl.DataFrame:
        return self.once.get(partial(self._figures_of_practices, window), "practice figures", window)

    def _figures_of_practices(self, window: Window) -> pl.DataFrame:
        months = next(months for side, months, _ in self._sides() if side == window)
        sums = summed(self.measure, window, months, "practice_id")
        every = self._of_each_run(months_open(window, self.facts)).join(sums, on="practice_id", how="left")
        listed_nobody = self._stacked(empty_lists(run.measure, window, run.facts) for run in self.runs)
        return figures_of_practices(self.measure, every, listed_nobody, self.minimum_events)

    def _expectations(self, window: Window, months: pl.DataFrame) -> pl.DataFrame:
        splits = [split_of(run.measure, window, partial(self._months_of, run, window), run.facts) for run in self.runs]
        together = Split(
            counted=self._stacked(split.counted for split in splits),
            unsplit=self._stacked(split.unsplit for split in splits),
            unlike=self._stacked(split.unlike for split in splits),
        )
        return expected_of(self.measure, window, months, together)

    def _months_of(self, run: MeasureRun, window: Window) -> pl.DataFrame:
        """Which months count, with their regions: the same ones for all measures of the same sources."""
        sources = frozenset(selection.source for selection in run.measure.selections)
        return run.facts.once.get(partial(run._counted, window), "months of sources", sources, window)

    def _named(self, rows: pl.DataFrame) -> pl.DataFrame:
        unit = "unit_id" if "unit_id" in rows.columns else "practice_id"
        many, names = len(self.names.categories), self.names.categories
        called = {
            "measure_id": pl.Series([run.measure.id for run in self.runs], dtype=pl.String),
            "category": pl.Series([run.measure.category for run in self.runs], dtype=pl.String),
        }
        number = pl.col(unit) // many
        return rows.with_columns(
            *(pl.lit(each).gather(number).alias(name) for name, each in called.items()),
            *(pl.lit(names).gather(pl.col(name) % many).alias(name) for name in _NAMES if name in rows.columns),
            run=number,
        )

    def _of_each_run(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`rows`, which are the same for every run, once for each."""
        return self._stacked([rows] * len(self.runs))

    def _stacked(self, frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
        """The frames, one of each run, under one another: with numbers for names, in the names' order for each run."""
        every = pl.concat(
            [frame.with_columns(run=pl.lit(number, dtype=pl.UInt32)) for number, frame in enumerate(frames)]
        )
        first = pl.col("run") * len(self.names.categories)
        numbered = [pl.col(name).cast(self.names).to_physical() + first for name in _NAMES if name in every.columns]
        return every.with_columns(numbered).drop("run")


def stacks(runs: Sequence[MeasureRun], most: int = MOST_TOGETHER) -> list[list[int]]:
    """Which of `runs` can be computed as one, by their places: those that differ only in what they count."""
    alike: dict[object, list[int]] = {}
    for place, run in enumerate(runs):
        alike.setdefault(_reckoned(run), []).append(place)
    return [places[first : first + most] for places in alike.values() for first in range(0, len(places), most)]


def _reckoned(run: MeasureRun) -> object:
    """Everything about a run that its figures depend on besides its counted months and what they are split by."""
    measure, months = run.measure, len(run.baseline.months)
    parts = [getattr(measure, part) for part in COUNTS]
    shares = tuple(None if part is None else part.share(months) for part in parts)
    figures = (measure.kind, measure.per, measure.individual, shares)
    return *figures, run.minimum_events, run.window_reason, run.check_bias


def _names_of(facts: Facts) -> pl.Enum:
    frames = [facts.practices, facts.clusters, facts.memberships, facts.submissions]
    found = [
        frame.select(pl.col(name).cast(pl.String).alias("name")).unique()
        for frame in frames
        for name in frame.collect_schema().names()
        if name in _NAMES
    ]
    return pl.Enum(pl.concat(found).drop_nulls().unique().sort("name").collect()["name"])
