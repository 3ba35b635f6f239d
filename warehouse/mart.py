"""The mart: exact figures, the quality unit's own. It can be computed again from the facts at any time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import polars as pl

from transforms.calendar import Window
from transforms.codes import CodeSystem
from transforms.definitions import Package
from transforms.merging import STRATA, selections_of
from transforms.package_figures import MeasureRun
from transforms.practice_months import Facts
from warehouse.connection import reading, writing
from warehouse.facts import read_ground
from warehouse.merged_facts import MergedFacts
from warehouse.queries import run
from warehouse.workspace import Store


@dataclass(frozen=True)
class Period:
    """A pack's windows: a baseline and, at a follow-up, the later one; and how the facts in them are to be read.

    `silence_is_consent` is what a practice's silence means; `codes` has the code system of each source that has one;
    `apart` says which of sex and age band are not merged, since figures may be standardised by both.
    """

    baseline: Window
    followup: Window | None
    silence_is_consent: bool
    codes: Mapping[str, CodeSystem] = field(default_factory=dict[str, CodeSystem], compare=False)
    apart: tuple[str, ...] = field(default=STRATA, compare=False)

    @property
    def span(self) -> Window:
        """From the first day of the first window to the last day of the last."""
        return Window(self.baseline.start, (self.followup or self.baseline).end)

    def parameters(self, package: Package) -> dict[str, Any]:
        """The windows and the package as SQL parameters."""
        after = self.followup
        return {
            "package_id": package.id,
            "baseline": self.baseline.start,
            "baseline_end": self.baseline.end,
            "followup": after.start if after else None,
            "followup_end": after.end if after else None,
        }


def compute(store: Store, package: Package, period: Period, known_at: datetime, run_id: str) -> int:
    """Compute every measure of `package` and put the figures in the mart; returns how many rows were written."""
    return compute_packages(store, [package], period, known_at, run_id)


def compute_packages(store: Store, packages: Sequence[Package], period: Period, known_at: datetime, run_id: str) -> int:
    """Compute every measure of `packages` over the same windows; returns how many rows were written.

    As many packages as fit into memory share one reading of the facts.
    """
    span = (period.span.start, period.span.end)
    ground = read_ground(store, span, known_at, silence_is_consent=period.silence_is_consent)
    reader = MergedFacts(store, span, known_at, period.codes, period.apart)
    written = 0
    for batch in reader.batches([selections_of(package) for package in packages]):
        together = [packages[number] for number in batch]
        by_source = reader.read(selection for package in together for selection in selections_of(package))
        for package in together:
            facts = replace(ground, by_source=by_source, codes=period.codes)
            written += _computed(store, package, period, facts, {"known_at": known_at, "run_id": run_id})
    return written


def _computed(store: Store, package: Package, period: Period, facts: Facts, of_run: dict[str, Any]) -> int:
    runs = [
        MeasureRun(measure, facts, period.baseline, period.followup, package.minimum_events)
        for measure in package.measures
    ]
    measures = pl.concat([each.figures() for each in runs])
    compared = pl.concat([each.compared() for each in runs]) if period.followup else None
    values = period.parameters(package) | of_run | {"definition": package.sha256}
    with writing(store.database) as connection:
        connection.register("frame", measures)
        run(connection, "forget_measures", values)
        run(connection, "enter_measures", values)
        if compared is not None:
            connection.register("frame", compared)
            run(connection, "forget_comparisons", values)
            run(connection, "enter_comparisons", values)
    return len(measures) + (0 if compared is None else len(compared))


def measures(store: Store, package: Package, period: Period) -> pl.DataFrame:
    """The package's rows of mart.measure for the period's windows."""
    values = period.parameters(package) | {"definition": package.sha256}
    with reading(store.database) as connection:
        return run(connection, "read_measures", values).pl()


def comparisons(store: Store, package: Package, period: Period) -> pl.DataFrame:
    """The package's rows of mart.comparison for the period's windows; none without a follow-up."""
    with reading(store.database) as connection:
        return run(connection, "read_comparisons", period.parameters(package)).pl()
