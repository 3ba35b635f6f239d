"""What a follow-up of a cluster could show, told before anyone is asked for data.

The newest window that was delivered is compared with the same months before, by the functions that judge a follow-up:
how large a change they would have found in the cluster is how large a change the next two windows can show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from flows.code_systems import code_systems
from flows.orders import newest_window
from flows.settings import Workspace
from transforms.calendar import Window
from transforms.definitions import Measure, Package
from transforms.dry_run import room
from transforms.errors import MachineError, UserError
from transforms.follow_ups import Reach
from transforms.package_figures import MeasureRun, parts_of
from transforms.practice_months import Facts
from transforms.topics import of_topic
from transforms.window_rules import clear_baseline, window_reason
from warehouse.facts import last_known, read_facts


class Reaches:
    """What follow-ups could show on a day; clusters with the same package share what is computed."""

    def __init__(self, workspace: Workspace, today: date) -> None:
        self._workspace = workspace
        self._today = today
        self._known: dict[str, pl.DataFrame | None] = {}

    def of(self, cluster: str, package_id: str) -> list[Reach]:
        """By measure that is shown; empty where two windows have not been delivered yet, or cannot be compared."""
        package = self._workspace.package(package_id, cluster)
        if package.sha256 not in self._known:
            self._known[package.sha256] = self._compared(package)
        rows = self._known[package.sha256]
        if rows is None:
            return []
        own = rows.filter(level="cluster", unit_id=cluster).rows_by_key("measure_id", named=True)
        return [_reach(measure, row) for measure in package.shown for row in own.get(measure.id, [])]

    def _compared(self, package: Package) -> pl.DataFrame | None:
        """The newest window against the same months before, of all units; None where that cannot be done."""
        try:
            later = newest_window(self._workspace, package, self._today, None)
            before = clear_baseline(package.windows, later)
            if window_reason(package.windows, before, later) is not None:
                return None
            facts = of_topic(self._facts(before, later), package)
            runs = [
                MeasureRun(part, facts, before, later, package.minimum_events)
                for measure in package.shown
                for part in parts_of(measure, facts)
            ]
            compared = [run.compared() for run in runs]
        except MachineError:
            raise
        except UserError:  # not delivered yet, or not as the measure asks for it: nothing can be said of it
            return None
        columns = ("measure_id", "category", "level", "unit_id", "now_value", "detectable_change")
        return pl.concat([rows.select(columns) for rows in compared]) if compared else None

    def _facts(self, before: Window, later: Window) -> Facts:
        store, definition = self._workspace.store, self._workspace.definition
        given = definition.consent.default == "given"
        facts = read_facts(store, (before.start, later.end), last_known(store), silence_is_consent=given)
        return replace(facts, codes=code_systems(self._workspace))


def _reach(measure: Measure, row: Mapping[str, Any]) -> Reach:
    value = row["now_value"]
    to_change = None if value is None else room(measure, value)
    return Reach(measure.id, row["category"], value, row["detectable_change"], to_change)
