"""Building packs: from exact figures to the tables that one meeting's readers may see."""

from __future__ import annotations

from dataclasses import replace
from random import Random, SystemRandom

import polars as pl

from flows.keys import write_key
from flows.orders import Order, planned
from flows.settings import PackPlan, SettingsError, Workspace
from transforms.definitions import Package
from transforms.disclosure_check import Counts, figure_name, violations
from transforms.errors import DataRefusedError, UserError
from transforms.pack import Mart, Meeting, exact_figures, members, notes, pack_row, published_figures
from transforms.practice_months import Facts
from warehouse import mart, meetings, packs
from warehouse.facts import last_known, read_facts


class PackBlockedError(DataRefusedError):
    """A printed figure would break a disclosure rule; the pack was not written."""


class NothingDeliveredError(UserError):
    """There is nothing to print."""


def compute_package(workspace: Workspace, package_id: str, period: mart.Period, run_id: str) -> int:
    """Compute the package's figures for all units; returns the number of rows."""
    return mart.compute(workspace.store, workspace.package(package_id), period, last_known(workspace.store), run_id)


def planned_orders(workspace: Workspace) -> list[Order]:
    """The packs that klyngeflow.toml plans: each for every cluster, or the named ones, with a member who consents."""
    return [planned(plan, cluster) for plan in workspace.definition.packs for cluster in _clusters(workspace, plan)]


def _clusters(workspace: Workspace, plan: PackPlan) -> list[str]:
    """The clusters with at least one consenting member at the end of the plan's later window."""
    period = planned(plan, "any").period(workspace)
    facts = _facts(workspace, period)
    current = facts.memberships.filter(
        pl.col("valid_from") <= period.span.end, pl.col("valid_to").is_null() | (pl.col("valid_to") >= period.span.end)
    )
    consenting = facts.practices.filter("consented").select("practice_id")
    having = current.join(consenting, on="practice_id").select(pl.col("cluster_id").unique().sort())
    found = having.collect()["cluster_id"].to_list()
    if unknown := sorted(set(plan.clusters) - set(found)):
        raise SettingsError(
            f"klyngeflow.toml plans {plan.package} for {', '.join(unknown)}, where no member has consented. "
            f"Write one of: {', '.join(found[:8])}."
        )
    return [cluster for cluster in found if not plan.clusters or cluster in plan.clusters]


def build_pack(workspace: Workspace, order: Order) -> None:
    """Put the pack's figures in report.*, rounded and hidden as its readers may see them.

    Raises:
        PackBlockedError: a figure breaks a rule; its sentence names the figure.
    """
    package, meeting = workspace.package(order.package), _meeting(workspace, order)
    period = order.period(workspace)
    facts = _facts(workspace, period)
    exact = Mart(mart.measures(workspace.store, package, period), mart.comparisons(workspace.store, package, period))
    shown = members(meeting, facts)
    labels = _labels(workspace, meeting, package, shown)
    figures, counts = _figures(package, meeting, exact, facts, labels)
    if not counts or all(None in pair for pair in counts.values()):
        raise NothingDeliveredError(
            f"The pack {meeting.pack_id} was not made: no practice of the cluster has delivered anything for "
            f"{meeting.later.start} to {meeting.later.end}. Bring the extracts in, or choose another meeting date."
        )
    if faults := violations(figures.iter_rows(named=True), package, meeting.mode, counts):
        raise PackBlockedError(f"The pack {meeting.pack_id} was not written: {faults[0]} ({len(faults)} in all).")
    sources, checks = packs.sources_and_checks(workspace.store, meeting, package, last_known(workspace.store))
    row = pack_row(meeting, package, facts, figures, example=workspace.definition.example_data)
    told = notes(meeting, exact, package, facts, shown["practice_id"].to_list())
    if meeting.mode != "open":
        write_key(
            workspace, meeting.pack_id, labels, dict(zip(shown["practice_id"], shown["practice_name"], strict=True))
        )
    frames = (row, figures, sources, checks, told)
    packs.write_pack(workspace.store, meeting.pack_id, dict(zip(packs.TABLES, frames, strict=True)))


def _meeting(workspace: Workspace, order: Order) -> Meeting:
    """The meeting, with when its baseline was talked about, if it was."""
    held = meetings.baseline_meeting(workspace.store, order.cluster, order.package)
    return replace(order.meeting_of(workspace), baseline_meeting=held if order.kind == "followup" else None)


def _figures(
    package: Package, meeting: Meeting, exact: Mart, facts: Facts, labels: dict[str, str]
) -> tuple[pl.DataFrame, Counts]:
    counts: dict[tuple[str, str, str], tuple[float, float]] = {}
    parts: list[pl.DataFrame] = []
    for measure in package.measures:
        units = exact_figures(measure, meeting, exact, facts, labels)
        for row in units.filter(pl.col("level") == "practice").iter_rows(named=True):
            for side in ("before", "now"):
                name = figure_name(measure.id, row["category"])
                counts[name, row["label"], side] = row[f"{side}_numerator"], row[f"{side}_denominator"]
        parts.append(published_figures(measure, units, meeting, labels, package.minimum_events))
    return pl.concat(parts), counts


def _labels(workspace: Workspace, meeting: Meeting, package: Package, shown: pl.DataFrame) -> dict[str, str]:
    if meeting.mode == "open":
        return _names(shown)
    seed = workspace.definition.letters.seed
    random = SystemRandom() if seed is None else Random(f"{seed}/{meeting.cluster_id}/{package.id}")
    return packs.letters(workspace.store, meeting, package, shown["practice_id"].to_list(), random)


def _names(shown: pl.DataFrame) -> dict[str, str]:
    """The practices' names; where two have the same, with their numbers."""
    twice = set(shown["practice_name"].filter(shown["practice_name"].is_duplicated()))
    pairs = zip(shown["practice_id"], shown["practice_name"], strict=True)
    return {practice: f"{name} ({practice})" if name in twice else name for practice, name in pairs}


def _facts(workspace: Workspace, period: mart.Period) -> Facts:
    store, span = workspace.store, (period.span.start, period.span.end)
    return read_facts(store, span, last_known(store), silence_is_consent=period.silence_is_consent, codes=period.codes)
