"""Measures computed as one have the figures that each has by itself: every row, every bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from small_region import BASELINE, FOLLOWUP, MEASURES, MINIMUM, RATE, SHARE, random_region
from test_pack_of_every_kind import PACKAGE, region

from transforms.calendar import Window
from transforms.package_figures import MeasureRun, parts_of
from transforms.practice_months import Facts
from transforms.stacked_figures import StackedRun, stacks

TABLES = ("figures", "compared", "contributed")


def runs_of(facts: Facts, followup: Window | None = FOLLOWUP) -> list[MeasureRun]:
    """Every measure, in one package that asks for few events and in one that asks for more."""
    return [
        MeasureRun(measure, facts, BASELINE, followup, minimum) for minimum in (MINIMUM, 12) for measure in MEASURES
    ]


def together(runs: Sequence[MeasureRun], table: str, most: int = 5) -> list[pl.DataFrame]:
    """The rows of each of `runs`, made in stacks."""
    found: dict[int, pl.DataFrame] = {}
    for places in stacks(runs, most):
        run = StackedRun.of([runs[place] for place in places])
        found |= zip(places, run.apart(getattr(run, table)()), strict=True)
    return [found[place] for place in range(len(runs))]


def same_as_alone(runs: Sequence[MeasureRun], tables: Sequence[str] = TABLES, most: int = 5) -> None:
    for table in tables:
        for run, rows in zip(runs, together(runs, table, most), strict=True):
            alone = getattr(run, table)()
            assert_frame_equal(rows, alone, check_exact=True, check_column_order=False)


@pytest.mark.parametrize("seed", range(3))
def test_measures_of_two_packages_have_the_figures_of_each_by_itself(seed: int) -> None:
    same_as_alone(runs_of(random_region(seed).facts()))


def test_a_baseline_alone_has_its_figures() -> None:
    same_as_alone(runs_of(random_region(3).facts(), followup=None), tables=["figures"])


def test_every_kind_has_its_figures() -> None:
    facts = region().facts()
    parts = [part for measure in PACKAGE.measures for part in parts_of(measure, facts)]
    # Each part twice, as in two packages: so no kind is alone in its stack.
    runs = [MeasureRun(part, facts, BASELINE, FOLLOWUP, MINIMUM) for part in parts * 2]
    assert all(len(places) > 1 for places in stacks(runs))
    same_as_alone(runs, most=24)


def test_what_is_reckoned_otherwise_is_in_a_stack_of_its_own() -> None:
    one, *others = (
        MeasureRun(RATE, random_region(0).facts(), BASELINE, FOLLOWUP, MINIMUM),
        MeasureRun(SHARE, random_region(0).facts(), BASELINE, FOLLOWUP, MINIMUM),
        MeasureRun(RATE, random_region(0).facts(), BASELINE, FOLLOWUP, MINIMUM + 1),
        MeasureRun(RATE, random_region(0).facts(), BASELINE, FOLLOWUP, MINIMUM, check_bias=0.1),
        MeasureRun(RATE, random_region(0).facts(), BASELINE, FOLLOWUP, MINIMUM, window_reason="season_differs"),
        MeasureRun(RATE.model_copy(update={"per": 100}), random_region(0).facts(), BASELINE, FOLLOWUP, MINIMUM),
    )
    assert len(stacks([one, *others])) == 1 + len(others)
    assert stacks([one, others[0], replace(one)]) == [[0, 2], [1]]


@pytest.mark.parametrize("most", [1, 2, 24])
def test_every_run_is_in_one_stack(most: int) -> None:
    runs = runs_of(random_region(0).facts())
    found = stacks(runs, most)
    assert sorted(chain.from_iterable(found)) == list(range(len(runs)))
    assert max(map(len, found)) <= most
