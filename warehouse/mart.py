"""The mart: exact figures, the quality unit's own. It can be computed again from the facts at any time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from transforms.calendar import Window
from transforms.check_bias import OF_PRESENCE, check_bias
from transforms.codes import CodeSystem
from transforms.definitions import Package
from transforms.package_figures import MeasureRun, parts_of
from transforms.window_rules import window_reason
from warehouse.connection import reading, writing
from warehouse.facts import read_facts
from warehouse.queries import run
from warehouse.workspace import Store


@dataclass(frozen=True)
class Period:
    """A pack's windows: a baseline and, at a follow-up, the later one; and how the facts in them are to be read.

    `silence_is_consent` is what a practice's silence means; `codes` has the code system of each source that has one.
    """

    baseline: Window
    followup: Window | None
    silence_is_consent: bool
    codes: Mapping[str, CodeSystem] = field(default_factory=dict[str, CodeSystem], compare=False)

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
    facts = read_facts(
        store,
        (period.span.start, period.span.end),
        known_at,
        silence_is_consent=period.silence_is_consent,
        codes=period.codes,
    )
    values = period.parameters(package) | {"known_at": known_at, "run_id": run_id, "definition": package.sha256}
    effects = _check_effects(store, values)
    runs = [
        MeasureRun(
            part,
            facts,
            period.baseline,
            period.followup,
            package.minimum_events,
            window_reason=window_reason(package.windows, period.baseline, period.followup) if period.followup else None,
            check_bias=check_bias(part, effects),
        )
        for measure in package.measures
        for part in parts_of(measure, facts)
    ]
    measures = pl.concat([each.figures() for each in runs])
    compared = pl.concat([each.compared() for each in runs]) if period.followup else None
    with writing(store.database) as connection:
        connection.register("frame", measures)
        run(connection, "forget_measures", values)
        run(connection, "enter_measures", values)
        if compared is not None:
            connection.register("frame", compared)
            run(connection, "forget_comparisons", values)
            run(connection, "enter_comparisons", values)
            connection.register("frame", pl.concat([each.contributed() for each in runs]))
            run(connection, "forget_contributions", values)
            run(connection, "enter_contributions", values)
    return len(measures) + (0 if compared is None else len(compared))


def _check_effects(store: Store, values: dict[str, Any]) -> dict[str, list[float]]:
    """By source, what came over what was to be expected, of each failed check that says so."""
    effects: dict[str, list[float]] = {}
    with reading(store.database) as connection:
        found = run(connection, "read_check_effects", values | {"of_presence": list(OF_PRESENCE)}).fetchall()
    for source, effect in found:
        effects.setdefault(source, []).append(effect)
    return effects


def measures(store: Store, package: Package, period: Period) -> pl.DataFrame:
    """The package's rows of mart.measure for the period's windows."""
    values = period.parameters(package) | {"definition": package.sha256}
    with reading(store.database) as connection:
        return run(connection, "read_measures", values).pl()


def comparisons(store: Store, package: Package, period: Period) -> pl.DataFrame:
    """The package's rows of mart.comparison for the period's windows; none without a follow-up."""
    with reading(store.database) as connection:
        return run(connection, "read_comparisons", period.parameters(package)).pl()
