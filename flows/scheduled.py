"""The flows that Prefect begins by itself or from its page: names around the steps of `flows.daily`.

Parameters are names and days, so that a run can begin in any process. Whether a day is done, and who is at work on
what, stands in the ledger; what Prefect keeps of its runs decides nothing.
"""

# ruff: noqa: E402 - the environment must be set before Prefect reads it

from __future__ import annotations

from flows.environment import refuse_telemetry

refuse_telemetry()

import getpass
import os
import threading
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import FlowRunContext
from prefect.runtime import flow_run
from prefect.tasks import Task

from flows import daily
from flows.clock import today
from flows.daily import Told
from flows.erasing import finish_what_was_cut_off
from flows.guarding import words_kept_back
from flows.ingesting import prepare
from flows.requesting import Wish, ask, find
from flows.schedules import DAILY, MONTHLY, NIGHTLY, Schedule
from flows.settings import Workspace, load_workspace
from flows.showing_requests import next_step
from transforms.errors import UserError
from transforms.requests import Request
from warehouse import leases, runs, scheduled_days
from warehouse.connection import WarehouseBusyError
from warehouse.locks import one_command

CAUGHT_UP = "caught up"
"""The tag of a run that was begun because a day had been missed."""
SERVED_BY = "KLYNGEFLOW_SERVED_BY"
"""Names the process that flow runs are to end with, where there is one."""
WAIT_SECONDS = 600.0


def _may_pass(_: Task[..., Any], __: TaskRun, state: State[Any]) -> bool:
    """Where a second try can help: another command is at work, a disk or share did not answer."""
    return isinstance(state.data, WarehouseBusyError | OSError) or isinstance(
        getattr(state.data, "result", None), WarehouseBusyError | OSError
    )


@task(task_run_name="{name}", cache_policy=NO_CACHE, retries=3, retry_delay_seconds=60, retry_condition_fn=_may_pass)
@words_kept_back
def step(workspace: str, name: str, day: date) -> Told:
    """One step of a schedule."""
    return daily.STEPS[name](load_workspace(Path(workspace)), day)


@flow(name="nightly", flow_run_name="nightly", validate_parameters=False)
@words_kept_back
def nightly(workspace: str) -> str:
    """Bring in what lies in the inbox, look at the requests, and make the packs that this completes."""
    return _of_schedule(NIGHTLY, workspace)


@flow(name="daily", flow_run_name="daily", validate_parameters=False)
@words_kept_back
def daily_check(workspace: str) -> str:
    """Look at the requests on a new day, make what is ready, and tell what of the plans is late."""
    return _of_schedule(DAILY, workspace)


@flow(name="monthly", flow_run_name="monthly", validate_parameters=False)
@words_kept_back
def monthly(workspace: str) -> str:
    """Hold what was written down against itself."""
    return _of_schedule(MONTHLY, workspace)


@flow(name="render", flow_run_name="render", validate_parameters=False)
@words_kept_back
def render(workspace: str) -> str:
    """Make the packs that are ready now. Several such runs may work beside each other; no pack is made by two."""
    with runs.recorded(_begin(workspace).store, "packs", flow_run.id):
        return _steps_of(workspace, ("look", "render"), "Packs that were ready", "render")


@flow(name="request", flow_run_name="request-{cluster}-{package}-{meeting}", validate_parameters=False)
@words_kept_back
def request(  # noqa: PLR0913 - the page makes a form of its parameters
    workspace: str,
    cluster: str,
    package: str,
    meeting: date,
    kind: Literal["baseline", "follow-up"] = "baseline",
    who: str = "",
    mode: Literal["letters", "open", "own_only"] | None = None,
    formats: list[Literal["html", "pdf", "docx", "pptx", "xlsx"]] | None = None,
    level: Literal["practice", "cluster"] = "practice",
    allow_draft: bool = False,
) -> str:
    """Ask for one pack for one meeting: made at once where its data are there, else when they come.

    `cluster` is its code in the registry, `package` a klyngepakke such as antibiotika, `who` goes into the audit trail.
    No formats: all there are. A package that no clinician has reviewed is a draft.
    """
    opened = _begin(workspace)
    wish = Wish(
        cluster=cluster,
        package=package,
        meeting=date.fromisoformat(str(meeting)),  # the page sends text, which its form has checked
        kind="followup" if kind == "follow-up" else "baseline",
        mode=mode,
        level=level,
        formats=tuple(formats or ()),
        allow_draft=allow_draft,
    )
    with runs.recorded(opened.store, "request", flow_run.id):
        with one_command(opened.store, WAIT_SECONDS):
            entered = ask(opened, wish, who or getpass.getuser(), today())
        if entered.state == "ready":
            _steps_of(workspace, ("render",), entered.title, "render")
    return _told_of(find(opened, entered.request_id))


def _told_of(stands: Request) -> str:
    line = f"{stands.request_id} ({stands.title}) is {stands.state}."
    told = "\n\n".join(filter(None, (f"# {line}", stands.reason, f"Next: {next_step(stands)}.")))
    create_markdown_artifact(told, key="request", description=line)
    return line


def _of_schedule(schedule: Schedule, workspace: str) -> str:
    """The schedule's steps, once for the day that is due; a run that a person began is always done."""
    opened = _begin(workspace)
    due = schedule.due(datetime.now(UTC))
    done = scheduled_days.last_done(opened.store, schedule.name, due)
    lease = f"schedule {schedule.name}"
    if (_by_itself() and done == due) or not leases.take(opened.store, lease):
        line = f"Nothing was done: {schedule.name} is done for {due}, or another run is at it."
        # Under a name of its own: the page shows the newest of a name, and that is to be what was done.
        create_markdown_artifact(line, key=f"{schedule.name}-again", description=schedule.title)
        return line
    with leases.kept(opened.store, lease), runs.recorded(opened.store, schedule.name, flow_run.id) as run_id:
        told = _steps_of(workspace, schedule.steps, schedule.title, schedule.name)
        scheduled_days.done(opened.store, schedule.name, due, run_id)
    return told


def _by_itself() -> bool:
    """Whether no person began this run."""
    context = FlowRunContext.get()
    begun = context.flow_run if context else None
    return begun is not None and (bool(begun.auto_scheduled) or CAUGHT_UP in begun.tags)


def _steps_of(workspace: str, names: tuple[str, ...], title: str, key: str) -> str:
    """Run the steps in their order; the page shows how far they have come, and then what they did."""
    shown = create_progress_artifact(0.0, key=f"{key}-progress", description=title)
    told: dict[str, Told] = {}
    failed: list[Exception] = []
    for number, name in enumerate(names, 1):
        try:
            told[name] = step(workspace, name, today())
        except Exception as error:  # a broken trail must not keep the backup from being made
            told[name] = Told(mind=(str(error) if isinstance(error, UserError) else "It failed; the log says where.",))
            failed.append(error)
        update_progress_artifact(shown, progress=100 * number / len(names))
    create_markdown_artifact(daily.page(told, title), key=key, description=title)
    if failed:
        raise failed[0]
    done, mind = (sum(len(getattr(each, part)) for each in told.values()) for part in ("done", "mind"))
    return f"{done} things done, {mind} to look at"


def _begin(workspace: str) -> Workspace:
    """The workspace with its warehouse ready; crashed runs are entered as such, and the run ends with its server."""
    _end_with_server()
    opened = load_workspace(Path(workspace))
    prepare(opened)
    finish_what_was_cut_off(opened)
    runs.end_crashed(opened.store)
    return opened


def _end_with_server() -> None:
    """A server that is killed cannot end what it began: each of its runs looks after that itself."""
    parent = os.getppid()
    if os.environ.get(SERVED_BY) == str(parent):
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
