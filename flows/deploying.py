"""What is deployed: each flow under one name, some with a schedule in Denmark's time, and what runs them."""

# ruff: noqa: E402 - the environment must be set before Prefect reads it

from __future__ import annotations

from flows.environment import refuse_telemetry

refuse_telemetry()

import asyncio
import os
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import PrefectException
from prefect.runner import Runner
from prefect.schedules import Cron, Schedule
from prefect.types.entrypoint import EntrypointType

from flows import scheduled
from flows.clock import ZONE
from flows.progress import DISPLAY
from flows.schedules import SCHEDULES
from flows.settings import Workspace
from flows.watching import DEPLOYMENT, catch_up, end_orphans, forget_late, now_in_utc, put_right
from transforms.errors import MachineError

FLOWS: dict[str, Flow[Any, Any]] = {
    "nightly": scheduled.nightly,
    "daily": scheduled.daily_check,
    "monthly": scheduled.monthly,
    "render": scheduled.render,
    "request": scheduled.request,
}
"""By the name of their deployment's flow."""
AT_ONCE = 2
WATCH_SECONDS = 20.0


def schedule_of(name: str) -> Schedule | None:
    """When the flow called `name` begins by itself; None: when somebody begins it."""
    found = SCHEDULES.get(name)
    return Cron(found.cron, timezone=str(ZONE)) if found else None


def deployments(workspace: Path) -> list[RunnerDeployment]:
    """Every flow, deployed for `workspace`."""
    return [_deployment(name, each, workspace) for name, each in FLOWS.items()]


def _deployment(name: str, flow: Flow[Any, Any], workspace: Path) -> RunnerDeployment:
    return flow.to_deployment(
        DEPLOYMENT,
        schedule=schedule_of(name),
        parameters={"workspace": str(workspace)},
        description=flow.description,
        tags=[DEPLOYMENT],
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def run_deployments(workspace: Workspace) -> None:
    """Begin what is due, until the process is stopped."""
    os.environ[scheduled.SERVED_BY] = str(os.getpid())
    store, root = workspace.store, workspace.root.resolve()
    with get_client(sync_client=True) as client:
        if crashed := end_orphans(client, store):
            DISPLAY.say(f"{len(crashed)} run(s) had ended without being done; what they were at is picked up.")
        if late := forget_late(client, now_in_utc()):
            DISPLAY.say(f"{late} run(s) were due while this machine was off; what they would have done is done once.")
    runner = Runner(name=DEPLOYMENT, limit=AT_ONCE, pause_on_shutdown=False)
    for each in deployments(root):
        runner.add_deployment(each)
    with get_client(sync_client=True) as client:
        for name in catch_up(client, store, now_in_utc(), timedelta(0)):
            DISPLAY.say(f"Caught up: {name}.")
    threading.Thread(target=_keep_watch, args=(workspace,), daemon=True).start()
    asyncio.run(runner.start())


def _keep_watch(workspace: Workspace) -> None:
    """Twice a minute: what crashed is shown so, what was missed is begun. A server that is busy is asked again."""
    waits = threading.Event()
    while not waits.wait(WATCH_SECONDS):
        with suppress(PrefectException, httpx.HTTPError, MachineError), get_client(sync_client=True) as client:
            put_right(client, workspace.store)
            catch_up(client, workspace.store, now_in_utc())
