"""Holding a request against what is known today: what it waits for and until when, or the order for its pack.

Plain functions of the workspace and a day: no clock, no Prefect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import polars as pl

from flows.orders import NothingYetError, Order, for_request
from flows.settings import Workspace
from flows.sound_packages import refuse_faults
from transforms.calendar import Window, month_after
from transforms.cluster_standing import Member, standing
from transforms.definitions import Package
from transforms.errors import MachineError, UserError
from transforms.meeting_plan import FRESH_DAYS, Progress, due_dates
from transforms.requests import Request, State
from transforms.topics import filled_in, of_topics
from warehouse.facts import last_known, read_submissions
from warehouse.ledger import source_months, submission_states
from warehouse.registry import registry_known, registry_loads

DELIVERED = frozenset({"figures", "zero", "provisional", "in_part"})
"""States of ledger.submission_state in which a month is there."""


@dataclass(frozen=True)
class Assessment:
    """Where a request should stand, and why. `matrix` has practice_id, source, period and state of what it needs."""

    state: State
    reason: str = ""
    until: date | None = None
    order: Order | None = None
    matrix: pl.DataFrame | None = None
    progress: Progress = field(default_factory=Progress)

    def applied(self, request: Request) -> Request:
        """The request as it should stand."""
        order = self.order
        return replace(
            request,
            state=self.state,
            reason=self.reason,
            waits_until=self.until,
            baseline_from=order.baseline_from if order else None,
            followup_from=order.followup_from if order else None,
        )


def assess(workspace: Workspace, request: Request, today: date) -> Assessment:
    """Where `request` stands on `today`: the first of registry, consent and data that it still waits for, or ready."""
    try:
        found = _found(workspace, request, today)
    except MachineError:
        raise
    except UserError as error:
        return Assessment("failed", str(error))
    if request.meeting_date < today and found.state != "ready":
        return replace(found, state="failed", until=None, reason=f"The day of the meeting has passed. {found.reason}")
    return found


def _found(workspace: Workspace, request: Request, today: date) -> Assessment:
    refuse_faults(workspace, request.package_id)
    due = due_dates(request.meeting_date, workspace.definition.plan)
    loads = registry_loads(workspace.store)
    if loads.is_empty():
        words = "The registry is empty. Bring it in: klyngeflow ingest registry FILE."
        return Assessment("waiting for registry", words, request.meeting_date)
    members = members_of(workspace, request)
    if not members:
        words = f"The registry has no practice in {request.cluster_id} on {request.meeting_date}. Bring in a newer one."
        return Assessment("waiting for registry", words, request.meeting_date)
    silent = [member.practice_id for member in members if member.consent is None]
    given = workspace.definition.consent.default == "given"
    shown = [member.practice_id for member in members if (given if member.consent is None else member.consent)]
    asked = [] if given else silent
    if not shown or (asked and today < due["confirmed"]):
        until = due["confirmed"] if shown else request.meeting_date
        words = f"{len(shown)} of {len(members)} practices have consented; no answer from {_named(asked)}."
        return Assessment("waiting for consent", words, until)
    fresh = max(loads["loaded_at"].to_list()).date() >= due["confirmed"] - timedelta(days=FRESH_DAYS)
    found = _of_data(workspace, request, shown, today < due["validated"])
    progress = Progress(confirmed=fresh and not asked, complete=found.progress.complete)
    until = due["validated"] if found.until == date.max else found.until
    return replace(found, until=until, progress=progress)


def members_of(workspace: Workspace, request: Request) -> tuple[Member, ...]:
    """The practices of the request's cluster on the day of its meeting, as far as is known now."""
    known_at = last_known(workspace.store)
    found = standing(registry_known(workspace.store, known_at), request.cluster_id, request.meeting_date)
    return found.members if found else ()


def members_on(workspace: Workspace, cluster: str, day: date) -> frozenset[str]:
    """The codes of the practices of a cluster on a day, as far as is known now."""
    found = standing(registry_known(workspace.store, last_known(workspace.store)), cluster, day)
    return frozenset(member.practice_id for member in found.members) if found else frozenset()


def _of_data(workspace: Workspace, request: Request, shown: Sequence[str], patient: bool) -> Assessment:
    """`patient`: it is early enough to wait for practices that have not delivered; date.max stands for that day."""
    try:
        order = for_request(workspace, request)
    except NothingYetError as error:
        return Assessment(
            "waiting for data", str(error), request.meeting_date, matrix=_wanted(workspace, request, shown)
        )
    order.meeting_of(workspace)  # refuses windows that overlap
    matrix = needed(workspace, order, shown)
    there = matrix.filter(pl.col("state").is_in(DELIVERED))
    lacking = matrix.filter(pl.col("state") == "not_submitted")
    delivered = set(there["practice_id"]) - set(lacking["practice_id"])
    complete = Progress(complete=lacking.is_empty() and not there.is_empty())
    missing = f"{len(delivered)} of {len(shown)} practices have delivered all months; {_lacking(lacking)}."
    if there.is_empty():
        if lacking.is_empty():
            missing = f"Nobody has delivered anything of {_months(order, order.package_in(workspace))}."
        return Assessment("waiting for data", missing, request.meeting_date, matrix=matrix)
    if not lacking.is_empty() and patient:
        return Assessment("waiting for data", missing, date.max, matrix=matrix)
    return Assessment("ready", "" if lacking.is_empty() else missing, None, order, matrix, complete)


def _wanted(workspace: Workspace, request: Request, practices: Sequence[str]) -> pl.DataFrame | None:
    """As `needed`, of the window that a request asks for and that has not come whole; None where it names none."""
    if request.data_until is None:
        return None
    package = workspace.package(request.package_id, request.cluster_id)
    months = package.windows.months
    window = Window.of(month_after(request.data_until, 1 - months), months)
    rows = [(each, source, month) for each in practices for source in sources_of(package) for month in window.months]
    asked = pl.DataFrame(rows, schema=["practice_id", "source", "period"], orient="row")
    states = _of_topic(workspace, package, window.months, submission_states(workspace.store, None, request.cluster_id))
    held = asked.join(states, on=["practice_id", "source", "period"], how="left", maintain_order="left")
    return held.with_columns(pl.col("state").fill_null("not_submitted")).sort("source", "practice_id", "period")


def sources_of(package: Package) -> list[str]:
    """The sources that a pack of the package is made of; a month counts only where patients were listed."""
    return sorted({selection.source for each in package.measures for selection in each.selections} | {"list_sizes"})


def needed(workspace: Workspace, order: Order, practices: Sequence[str]) -> pl.DataFrame:
    """One row per practice, source and month that the pack is made of: practice_id, source, period, state.

    Of a source only the months that anybody has delivered: what is counted once a window has no other months.
    """
    package = order.package_in(workspace)
    sources = sources_of(package)
    windows = [window for window in order.windows(package) if window is not None]
    months = [month for window in windows for month in window.months]
    states = _of_topic(workspace, package, months, submission_states(workspace.store, None, order.cluster))
    inside = states.filter(pl.col("source").is_in(sources), pl.col("period").is_in(months))
    own = pl.col("source").is_in(filled_in(package))
    whole = source_months(workspace.store).filter(pl.col("practices_submitted") > 0).remove(own)
    counted = pl.concat(
        [each.select("source", "period") for each in (whole, states.filter(own, pl.col("state").is_in(DELIVERED)))]
    )
    return (
        inside.join(counted, on=["source", "period"], how="semi")
        .filter(pl.col("practice_id").is_in(list(practices)))
        .sort("source", "practice_id", "period")
    )


def _of_topic(workspace: Workspace, package: Package, months: Sequence[date], states: pl.DataFrame) -> pl.DataFrame:
    """`states`, where who filled in sheets of other topics alone has not submitted."""
    asked = filled_in(package)
    if not asked or not months:
        return states
    known = read_submissions(workspace.store, (min(months), max(months)), last_known(workspace.store))
    key = ["practice_id", "source", "period"]
    own = of_topics(known.lazy(), package).select(key).unique().with_columns(of_topic=pl.lit(value=True)).collect()
    silent = pl.col("source").is_in(asked) & pl.col("state").is_in(DELIVERED) & pl.col("of_topic").is_null()
    state = pl.when(silent).then(pl.lit("not_submitted")).otherwise("state").alias("state")
    return states.join(own, on=key, how="left", maintain_order="left").with_columns(state).drop("of_topic")


def _months(order: Order, package: Package) -> str:
    spans = [f"{each.start:%Y-%m} to {each.end:%Y-%m}" for each in order.windows(package) if each is not None]
    return " and ".join(spans)


def _lacking(lacking: pl.DataFrame) -> str:
    """Who lacks what: a source with the practices and the months it lacks."""
    if lacking.is_empty():
        return "nothing is missing"
    parts: list[str] = []
    for (source,), rows in lacking.group_by("source", maintain_order=True):
        first, last = rows["period"].min(), rows["period"].max()
        practices = rows["practice_id"].unique(maintain_order=True).to_list()
        span = f"{first:%Y-%m}" if first == last else f"{first:%Y-%m} to {last:%Y-%m}"
        parts.append(f"{source} of {_named(practices)} ({span})")
    return "missing: " + "; ".join(parts)


def _named(practices: Sequence[str], most: int = 4) -> str:
    rest = f" and {len(practices) - most} more" if len(practices) > most else ""
    return ", ".join(practices[:most]) + rest if practices else "nobody"


def earliest_followup(workspace: Workspace, package_id: str, cluster: str, held: date) -> date:
    """The first day on which a window of the package that began after a meeting on `held` has ended."""
    months = workspace.package(package_id, cluster).windows.months
    return month_after(held, months + 1)
