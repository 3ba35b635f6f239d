"""Putting Prefect's list of runs right after the ledger: what crashed, what is late, what was missed."""

# ruff: noqa: E402 - the environment must be set before Prefect reads it

from __future__ import annotations

from flows.environment import refuse_telemetry

refuse_telemetry()

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterParentFlowRunId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import ObjectNotFound
from prefect.states import Crashed

from flows.scheduled import CAUGHT_UP
from flows.schedules import SCHEDULES, Schedule
from warehouse import runs, scheduled_days
from warehouse.workspace import Store

DEPLOYMENT = "klyngeflow"
"""The name that every flow is deployed under."""
AT_WORK = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
PATIENCE = timedelta(minutes=15)
"""A schedule has begun by itself by then, where anything was there to begin it."""


def put_right(client: SyncPrefectClient, store: Store) -> list[str]:
    """Show as crashed each run whose process is gone, and what it had begun; returns their names."""
    runs.end_crashed(store)
    alive = runs.of_flow_runs(store)
    gone = [each for each in _at_work(client) if alive.get(str(each.id)) is False]
    crashed = [each for run in gone for each in (*_begun_by(client, run), run)]
    for each in crashed:
        client.set_flow_run_state(each.id, Crashed(message=runs.CRASHED), force=True)
    return [each.name for each in crashed]


def end_orphans(client: SyncPrefectClient, store: Store) -> list[str]:
    """As `put_right`, where this process has begun nothing yet: what nobody living is known to do is not done."""
    found = put_right(client, store)
    alive = runs.of_flow_runs(store)
    nobodys = [each for each in _at_work(client) if not alive.get(str(each.id)) and each.parent_task_run_id is None]
    for each in nobodys:
        client.set_flow_run_state(each.id, Crashed(message=runs.CRASHED), force=True)
    return found + [each.name for each in nobodys]


def forget_late(client: SyncPrefectClient, now: datetime) -> int:
    """Delete what was to begin by itself while nobody was there: what of it is due is caught up once; how many.

    What a person began in the page and nobody picked up is left: it is begun now.
    """
    state = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]))
    before = FlowRunFilterExpectedStartTime(before_=now)
    wanted = FlowRunFilter(state=state, expected_start_time=before)
    count = kept = 0
    while late := client.read_flow_runs(flow_run_filter=wanted, offset=kept):
        of_schedules = [each for each in late if each.auto_scheduled or CAUGHT_UP in each.tags]
        for each in of_schedules:
            client.delete_flow_run(each.id)
        count, kept = count + len(of_schedules), kept + len(late) - len(of_schedules)
    return count


def catch_up(client: SyncPrefectClient, store: Store, now: datetime, patience: timedelta = PATIENCE) -> list[str]:
    """Begin, once, each schedule whose last day was missed; the days before that are part of it. Returns their names.

    One that was never done here is missed as well: a machine may always be off at night. One that fails is tried again
    each hour; without `patience`, which is how a server begins, at once.
    """
    begun: list[str] = []
    for schedule in SCHEDULES.values():
        if schedule.since(now) > patience and _missed(store, schedule, now):
            deployment = client.read_deployment_by_name(f"{schedule.name}/{DEPLOYMENT}")
            key = f"{schedule.name} {schedule.due(now)} {now:%Y-%m-%d %H}"
            run = client.create_flow_run_from_deployment(deployment.id, tags=[CAUGHT_UP], idempotency_key=key)
            if not patience and run.state is not None and run.state.is_final():  # of this hour, and cut off
                key = f"{key}:{now:%M:%S}"
                client.create_flow_run_from_deployment(deployment.id, tags=[CAUGHT_UP], idempotency_key=key)
            begun.append(schedule.name)
    return begun


def _missed(store: Store, schedule: Schedule, now: datetime) -> bool:
    due = schedule.due(now)
    done = scheduled_days.last_done(store, schedule.name, due)
    return done is None or done < due


def _at_work(client: SyncPrefectClient) -> list[FlowRun]:
    state = FlowRunFilterState(type=FlowRunFilterStateType(any_=AT_WORK))
    return client.read_flow_runs(flow_run_filter=FlowRunFilter(state=state), limit=200)


def _begun_by(client: SyncPrefectClient, run: FlowRun) -> Iterator[FlowRun]:
    """The flows inside `run` that still stand as at work, the innermost first."""
    inside = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=AT_WORK)),
        parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[run.id]),
    )
    try:
        children = client.read_flow_runs(flow_run_filter=inside)
    except ObjectNotFound:
        return
    for child in children:
        yield from _begun_by(client, child)
        yield child


def now_in_utc() -> datetime:
    """This moment."""
    return datetime.now(UTC)
