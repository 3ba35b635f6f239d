"""Building packs: from exact figures to the tables that one meeting's readers may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random, SystemRandom

import polars as pl

from flows.keys import write_key
from flows.modes import meeting_for
from flows.orders import Order, planned, require_numbers
from flows.settings import PackPlan, SettingsError, Workspace
from transforms.bounds_of_pack import bounds, missing_practices
from transforms.definitions import Package
from transforms.disclosure import unlike
from transforms.disclosure_case_mix import CaseMix, printed_profiles, with_case_mix
from transforms.disclosure_case_mix_check import case_mix_violations
from transforms.disclosure_check import truth_of, violations
from transforms.disclosure_check_bounds import bound_violations
from transforms.disclosure_check_months import TruthOfMonths, month_violations, truth_of_months
from transforms.disclosure_check_twice import pair_violations
from transforms.disclosure_rules import hidden_rows, ruled
from transforms.disclosure_twice import printed_pairs, rounds_of_pack, sources_of_pairs
from transforms.errors import DataRefusedError, UserError
from transforms.months_of_pack import Monthly, behind_the_cluster, printed_months
from transforms.pack import Mart, Meeting, exact_figures, members, notes, pack_row, published_figures
from transforms.practice_months import Facts
from transforms.similar import neighbours
from transforms.topics import of_topic
from warehouse import mart, packs
from warehouse import profiles as mart_profiles
from warehouse.facts import last_known, read_ground, read_source
from warehouse.goals import goals_of


class PackBlockedError(DataRefusedError):
    """A printed figure would break a disclosure rule; the pack was not written."""


class NothingDeliveredError(UserError):
    """There is nothing to print."""


def by_windows(workspace: Workspace, orders: list[Order]) -> list[list[Order]]:
    """The orders with the same windows together, one for each package: what one reading of the facts is enough for."""
    found: dict[object, dict[str, Order]] = {}
    for order in orders:
        windows = order.windows(order.package_in(workspace))
        found.setdefault(windows, {}).setdefault(order.package, order)
    return [list(together.values()) for together in found.values()]


def compute_packages(workspace: Workspace, orders: list[Order], run_id: str) -> int:
    """Compute the figures of the orders' packages for all units, over the windows of the first; returns the rows."""
    packages = [workspace.computed_package(order.package, order.cluster) for order in orders]
    period = orders[0].period(workspace)
    return mart.compute_packages(workspace.store, packages, period, last_known(workspace.store), run_id)


def planned_orders(workspace: Workspace) -> list[Order]:
    """The packs that klyngeflow.toml plans: each for every cluster, or the named ones, with a member who consents."""
    plans = workspace.definition.packs
    for plan in plans:
        require_numbers(workspace.package(plan.package))
    return [planned(plan, cluster) for plan in plans for cluster in _clusters(workspace, plan)]


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
    package, meeting = order.package_in(workspace), meeting_for(workspace, order)
    period = order.period(workspace)
    facts = of_topic(_facts(workspace, period), package)
    computed = workspace.computed_package(order.package, order.cluster)
    exact = Mart(mart.measures(workspace.store, computed, period), mart.comparisons(workspace.store, computed, period))
    shown = members(meeting, facts)
    labels = _labels(workspace, meeting, package, shown)
    units = _units(package, meeting, exact, facts, labels)
    _require_delivered(units, meeting)
    mix = _case_mix(workspace, meeting, exact, facts, labels)
    figures = with_case_mix(_figures(package, meeting, units, labels), package, meeting, mix)
    profiles = printed_profiles(meeting, mix, labels)
    bounded = bounds(package, meeting, exact, facts, units)
    truth = truth_of(units, meeting.mode, meeting.profile)
    faults = violations(figures, package, truth) + bound_violations(bounded, package, figures, truth)
    faults += case_mix_violations(figures, profiles, package, meeting.profile)
    monthly = _monthly(workspace, meeting, computed, period)
    by_month = printed_months(package, meeting, monthly, units, labels)
    faults += month_violations(by_month.months, figures, package, _truth_of_months(package, meeting, monthly, units))
    people = rounds_of_pack(package, meeting, _with_answers(workspace, package, period, facts), units)
    paired, unpaired = printed_pairs(package, meeting, people, units)
    faults += pair_violations(paired.iter_rows(named=True), figures.iter_rows(named=True), people, meeting.profile)
    _require_no_faults(meeting, faults)
    sources, checks = packs.sources_and_checks(workspace.store, meeting, package, last_known(workspace.store))
    row = pack_row(meeting, package, facts, figures, example=workspace.definition.example_data)
    told = notes(meeting, exact, package, facts, shown["practice_id"].to_list())
    if meeting.mode != "open":
        _keep_key(workspace, meeting, package, shown, labels)
    agreed = goals_of(workspace.store, meeting, package.id)
    hidden = hidden_rows(unlike(units, meeting.mode, meeting.profile), meeting.pack_id, package.id)
    absent = missing_practices(package, meeting, facts, shown, list(labels.values()))
    hidden = pl.concat([hidden, by_month.hidden, unpaired])
    frames = (row, figures, sources, checks, told, profiles, agreed, bounded, absent, by_month.months, paired, hidden)
    packs.write_pack(workspace.store, meeting.pack_id, dict(zip(packs.WRITTEN, frames, strict=True)))


def _with_answers(workspace: Workspace, package: Package, period: mart.Period, facts: Facts) -> Facts:
    """`facts` with the sources that hold what single people answered."""
    span, known_at = (period.span.start, period.span.end), last_known(workspace.store)
    answers = {
        source: read_source(workspace.store, source, span, known_at).collect().lazy()
        for source in sources_of_pairs(package)
    }
    return replace(facts, by_source={**facts.by_source, **answers})


def _monthly(workspace: Workspace, meeting: Meeting, computed: Package, period: mart.Period) -> Monthly:
    shown = mart.months(workspace.store, computed, period, meeting.cluster_id)
    return Monthly(shown, mart.provisional_months(workspace.store, meeting.cluster_id, period.span))


def _truth_of_months(package: Package, meeting: Meeting, monthly: Monthly, units: pl.DataFrame) -> TruthOfMonths:
    behind = {measure.id: behind_the_cluster(units, measure.id) for measure in package.measures}
    named = units.filter(pl.col("level") == "practice").select("unit_id", "label").unique()
    return truth_of_months(monthly.counts, behind, dict(named.iter_rows()), meeting.profile)


def _require_no_faults(meeting: Meeting, faults: list[str]) -> None:
    if faults:
        raise PackBlockedError(f"The pack {meeting.pack_id} was not written: {faults[0]} ({len(faults)} in all).")


def _keep_key(
    workspace: Workspace, meeting: Meeting, package: Package, shown: pl.DataFrame, labels: dict[str, str]
) -> None:
    names = dict(zip(shown["practice_id"], shown["practice_name"], strict=True))
    earlier = packs.earlier_letters(workspace.store, meeting, package)
    write_key(workspace, meeting.pack_id, labels, names, earlier)


def _units(package: Package, meeting: Meeting, exact: Mart, facts: Facts, labels: dict[str, str]) -> pl.DataFrame:
    """The exact figures of every unit and measure of the pack, with what is hidden and why."""
    units = [exact_figures(measure, meeting, exact, facts, labels) for measure in package.measures]
    return ruled(package, pl.concat(units, how="diagonal_relaxed"), meeting.profile)


def _require_delivered(units: pl.DataFrame, meeting: Meeting) -> None:
    counts = units.filter(pl.col("level") == "practice").select("^.*_(numerator|denominator)$")
    if counts.height and counts.select(pl.any_horizontal(pl.all().is_not_null()).any()).item():
        return
    raise NothingDeliveredError(
        f"The pack {meeting.pack_id} was not made: no practice of the cluster has delivered anything for "
        f"{meeting.later.start} to {meeting.later.end}. Bring the extracts in, or choose another meeting date."
    )


def _figures(package: Package, meeting: Meeting, units: pl.DataFrame, labels: dict[str, str]) -> pl.DataFrame:
    parts = [
        published_figures(
            measure, units.filter(pl.col("measure_id") == measure.id), meeting, labels, package.minimum_events
        )
        for measure in package.measures
    ]
    return pl.concat(parts)


def _case_mix(workspace: Workspace, meeting: Meeting, exact: Mart, facts: Facts, readers: Mapping[str, str]) -> CaseMix:
    profiles, likeness = mart_profiles.read(workspace.store, meeting.later)
    consented = facts.practices.filter("consented").select("practice_id").collect()
    region = facts.clusters.filter(pl.col("cluster_id") == meeting.cluster_id).select("region_id").collect().item()
    return CaseMix(exact, profiles, neighbours(likeness, readers, consented), region)


def _labels(workspace: Workspace, meeting: Meeting, package: Package, shown: pl.DataFrame) -> dict[str, str]:
    if meeting.mode == "open":
        return _names(shown)
    return packs.letters(
        workspace.store, meeting, package, shown["practice_id"].to_list(), _chance(workspace, meeting, package)
    )


def _chance(workspace: Workspace, meeting: Meeting, package: Package) -> Callable[[int], Random]:
    """A source of chance for each round of drawing: the machine's, or for examples one from the workspace's seed."""
    seed = workspace.definition.letters.seed
    if seed is None:
        return lambda _: SystemRandom()
    return lambda rounds: Random(f"{seed}/{meeting.cluster_id}/{package.id}" + (f"/{rounds}" if rounds else ""))


def _names(shown: pl.DataFrame) -> dict[str, str]:
    """The practices' names; where two have the same, with their numbers."""
    twice = set(shown["practice_name"].filter(shown["practice_name"].is_duplicated()))
    pairs = zip(shown["practice_id"], shown["practice_name"], strict=True)
    return {practice: f"{name} ({practice})" if name in twice else name for practice, name in pairs}


def _facts(workspace: Workspace, period: mart.Period) -> Facts:
    store, span = workspace.store, (period.span.start, period.span.end)
    ground = read_ground(store, span, last_known(store), silence_is_consent=period.silence_is_consent)
    return replace(ground, codes=period.codes)
