"""What the practices of a workspace did on a package's measures: what a dry run reckons with where there are data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl

from flows.code_systems import code_systems
from flows.settings import Workspace
from transforms.calendar import Window, month_after
from transforms.definitions import Measure, Package
from transforms.dry_run_habits import Habits, measured_habits
from transforms.errors import UserError
from transforms.package_figures import MeasureRun, parts_of
from transforms.practice_months import Facts
from transforms.topics import of_topic
from transforms.window_rules import clear_baseline
from warehouse import meetings
from warehouse.facts import last_known, read_facts

LISTS = "list_sizes"


def measured(workspace: Workspace, package: Package) -> dict[str, Habits]:
    """By measure: what was found in the newest whole window and the same months before. Without data it is not there.

    Every practice that delivered counts, whether or not it consented to a report: no figure of one is shown.
    """
    if not workspace.store.database.exists():
        return {}
    used = {selection.source for each in package.measures for selection in each.selections} | {LISTS}
    delivered = meetings.delivered_until(workspace.store, sorted(used))
    found: dict[str, Habits] = {}
    for measure in package.measures:
        needed = {selection.source for selection in measure.selections} | {LISTS}
        if needed <= set(delivered):
            habits = _of_measure(workspace, package, measure, min(delivered[source] for source in needed))
            found |= {} if habits is None else {measure.id: habits}
    return found


def _of_measure(workspace: Workspace, package: Package, measure: Measure, last: date) -> Habits | None:
    months = package.windows.months
    followup = Window.of(month_after(last, 1 - months), months)
    baseline = clear_baseline(package.windows, followup)
    facts = of_topic(_facts(workspace, baseline, followup), package)
    try:
        runs = [
            MeasureRun(part, facts, baseline, followup, package.minimum_events) for part in parts_of(measure, facts)
        ]
        compared = [run.compared() for run in runs]
    except UserError:  # the extracts do not tell apart what is asked for: what the package says is still there
        return None
    if not compared:
        return None
    largest = max(compared, key=lambda rows: rows["now_numerator"].sum() or 0)
    return measured_habits(measure, largest, _lists(facts, followup), months)


def _facts(workspace: Workspace, baseline: Window, followup: Window) -> Facts:
    known = last_known(workspace.store)
    span = (baseline.start, followup.end)
    facts = read_facts(workspace.store, span, known, silence_is_consent=True)
    everybody = facts.practices.with_columns(consented=pl.lit(value=True))
    return replace(facts, practices=everybody, codes=code_systems(workspace))


def _lists(facts: Facts, window: Window) -> pl.DataFrame:
    """One row per practice: its mean list over the window."""
    inside = facts.by_source[LISTS].filter(pl.col("period").is_between(window.start, window.end))
    of_month = inside.group_by("practice_id", "period").agg(pl.col("patients").sum())
    return of_month.group_by(unit_id="practice_id").agg(pl.col("patients").mean()).collect()
