"""Explaining one figure: which windows, which unit, and the steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from difflib import get_close_matches

from flows.code_systems import code_systems
from flows.settings import Workspace
from flows.starting import require_warehouse
from transforms.calendar import Window
from transforms.check_bias import check_bias
from transforms.definitions import Measure, Package
from transforms.errors import UserError
from transforms.explanation import Level, NoFigureError, Step, explain
from transforms.package_figures import MeasureRun, parts_of
from transforms.practice_months import Facts
from transforms.topics import of_topic
from transforms.window_rules import window_reason
from warehouse import mart
from warehouse.facts import last_known, read_facts
from warehouse.mart import Period

Months = tuple[str | None, str | None]


class ExplainError(UserError):
    """What was asked for cannot be explained: there is no such measure, unit or window."""


def explained(workspace: Workspace, package_id: str, measure_id: str, unit: str, months: Months) -> list[Step]:
    """The steps to the figure of `unit`, computed anew from what is known now.

    Raises:
        ExplainError: an unknown measure or unit, a month that is none, or no window was computed yet.
    """
    require_warehouse(workspace)
    package = workspace.computed_package(package_id, unit)
    measure = _measure(package, measure_id)
    period = _period(workspace, package, months)
    known = last_known(workspace.store)
    facts = read_facts(
        workspace.store,
        (period.span.start, period.span.end),
        known,
        silence_is_consent=period.silence_is_consent,
        codes=period.codes,
    )
    facts = of_topic(facts, package)
    reason = window_reason(package.windows, period.baseline, period.followup) if period.followup else None
    effects = mart.check_effects(workspace.store, period, known)
    level = _level(facts, unit)
    steps: list[Step] = []
    for part in parts_of(measure, facts):
        bias = check_bias(part, effects)
        run = MeasureRun(
            part, facts, period.baseline, period.followup, package.minimum_events, window_reason=reason, check_bias=bias
        )
        try:
            found = explain(run, level, unit)
        except NoFigureError:
            raise ExplainError(f"The {level} {unit} has no figure of {measure_id} in those windows.") from None
        steps += [replace(step, title=_titled(part, step.title)) for step in found]
    return steps


def _titled(part: Measure, title: str) -> str:
    """A step's title, led by the category where the measure has several."""
    return title if part.category is None else f"{part.category}: {title}"


def _measure(package: Package, measure_id: str) -> Measure:
    ids = [measure.id for measure in package.measures]
    if measure_id not in ids:
        near = get_close_matches(measure_id, ids, 1, 0)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise ExplainError(f"{package.id} has no measure {measure_id!r}. It has: {', '.join(ids)}.{meant}")
    return package.measure(measure_id)


def _level(facts: Facts, unit: str) -> Level:
    clusters = facts.clusters.collect()
    practices = facts.practices.select("practice_id").collect()["practice_id"].to_list()
    known: list[tuple[Level, list[str]]] = [
        ("practice", practices),
        ("cluster", clusters["cluster_id"].to_list()),
        ("region", clusters["region_id"].drop_nulls().unique().to_list()),
    ]
    for level, units in known:
        if unit in units:
            return level
    near = get_close_matches(unit, [each for _, units in known for each in units], 3, 0)
    raise ExplainError(f"There is no practice, cluster or region {unit!r} in the registry. Near: {', '.join(near)}.")


def _period(workspace: Workspace, package: Package, months: Months) -> Period:
    baseline, followup = (_month(text) for text in months)
    if baseline is None:
        newest = mart.newest_windows(workspace.store, package)
        if newest is None:
            raise ExplainError(
                f"Nothing of {package.id} has been computed yet. Name the windows: --baseline YYYY-MM --followup "
                "YYYY-MM, or make a pack first: klyngeflow request."
            )
        baseline, followup = newest
    length = package.windows.months
    later = Window.of(followup, length) if followup else None
    silence = workspace.definition.consent.default == "given"
    return Period(Window.of(baseline, length), later, silence, code_systems(workspace))


def _month(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise ExplainError(f"{text!r} is not a month. Write it as YYYY-MM, such as 2026-01.") from None
