"""The flows: what happens in which order. Tasks are names around functions that are tested without Prefect.

Tasks hand each other names (folders, numbers, codes, dates), never frames or connections. A retry is tried only where
one can help: another writer had the warehouse, the validating process died, a disk or share did not answer.
"""

# ruff: noqa: E402 - the environment must be set before Prefect reads it

from __future__ import annotations

from flows.environment import refuse_telemetry

refuse_telemetry()

import getpass
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.runtime import flow_run
from prefect.tasks import Task

from expectations.errors import ValidationUnavailableError
from flows import agreeing, building, following_up, ingesting, rendering, requesting
from flows.bringing_in import Steps, bring_in
from flows.clock import today
from flows.documenting import document_checks
from flows.findings import Findings, cluster_lines, markdown
from flows.guarding import words_kept_back
from flows.ingesting import Delivery, Outcome
from flows.modes import meeting_for
from flows.orders import Order
from flows.progress import DISPLAY
from flows.returned_sheets import take_sheets
from flows.settings import Workspace, load_workspace
from flows.sound_packages import sound_orders
from flows.validating import one_validator
from transforms.errors import MachineError, UserError
from warehouse import meetings, runs
from warehouse.connection import WarehouseBusyError
from warehouse.landing import Landed
from warehouse.publishing import publish as publish_copy

# A full disk or a damaged file does not mend itself while a run waits: those are told at once.
_MAY_PASS = (WarehouseBusyError, ValidationUnavailableError, OSError)


def _may_pass(_: Task[..., Any], __: TaskRun, state: State[Any]) -> bool:
    return isinstance(state.data, _MAY_PASS) or isinstance(getattr(state.data, "result", None), _MAY_PASS)


_step = {"cache_policy": NO_CACHE, "retries": 2, "retry_delay_seconds": 3, "retry_condition_fn": _may_pass}


@task(task_run_name="land-{delivery.path.name}", **_step)
@words_kept_back
def land(workspace: Path, delivery: Delivery) -> Landed:
    """Keep one file as received."""
    return ingesting.land_delivery(load_workspace(workspace), delivery)


@task(task_run_name="stage-{extract_id}", **_step)
@words_kept_back
def stage(workspace: Path, extract_id: int) -> tuple[str, ...]:
    """Type the rows of one extract."""
    return ingesting.stage_extract(load_workspace(workspace), extract_id)


@task(task_run_name="validate-{extract_id}", **_step)
@words_kept_back
def validate(workspace: Path, extract_id: int) -> None:
    """Ask every check of the contract of one extract."""
    with one_validator() as validator:
        ingesting.validate_extract(load_workspace(workspace), extract_id, validator)


@task(task_run_name="promote-{extract_id}", **_step)
@words_kept_back
def promote(workspace: Path, extract_id: int) -> Outcome:
    """Enter the rows of one extract as facts."""
    return ingesting.promote_extract(load_workspace(workspace), extract_id)


@task(task_run_name="record-{path.name}", **_step)
@words_kept_back
def record_agreed(workspace: Path, path: Path) -> Outcome | None:
    """Record the goals of one form from the inbox."""
    return agreeing.record_from_inbox(load_workspace(workspace), path)


@task(task_run_name="compute-{orders[0].package}", **_step)
@words_kept_back
def compute(workspace: Path, orders: list[Order], run_id: str) -> int:
    """Compute the figures of the orders' packages, which have the same windows, for all units."""
    return building.compute_packages(load_workspace(workspace), orders, run_id)


@task(task_run_name="build-{order.pack_id}", **_step)
@words_kept_back
def build(workspace: Path, order: Order) -> str:
    """Put one pack's printable figures in report.*."""
    opened = load_workspace(workspace)
    building.build_pack(opened, order)
    # Only now: a mistyped request that nothing can be made for must not stand as a meeting.
    meetings.record_request(opened.store, meeting_for(opened, order), order.package, "klyngeflow", order.request)
    return order.pack_id


@task(task_run_name="render", **_step)
@words_kept_back
def render(workspace: Path, pack_ids: list[str], run_id: str) -> list[Path]:
    """Render packs and put them in the outbox."""

    def tell(done: int, total: int) -> None:
        DISPLAY.advance("Rendering reports", done, total)

    return rendering.render_packs(load_workspace(workspace), pack_ids, run_id, tell)


@task(task_run_name="propose-follow-ups", **_step)
@words_kept_back
def propose_follow_ups(workspace: Path) -> list[str]:
    """Enter the follow-ups that baseline meetings held before today ask for; their numbers."""
    return [each.follow_up_id for each in following_up.propose(load_workspace(workspace), today())]


@task(task_run_name="swap-public-copy", **_step)
@words_kept_back
def swap_public_copy(workspace: Path) -> Path:
    """Put a fresh copy of the warehouse where users read it."""
    return publish_copy(load_workspace(workspace).store)


@task(task_run_name="write-data-docs", **_step)
def write_data_docs(workspace: Path) -> Path:
    """Write the pages about what the checks found."""
    return document_checks(load_workspace(workspace))


@flow(flow_run_name="ingest-{workspace.name}", validate_parameters=False)
@words_kept_back
def ingest(workspace: Path, files: list[Delivery]) -> list[Outcome]:
    """Bring files in, one after another; a refused one leaves the others alone."""
    outcomes: list[Outcome] = []
    with one_validator():
        for number, delivery in enumerate(files):
            DISPLAY.advance("Bringing extracts in", number, len(files))
            outcomes.append(bring_in(workspace, delivery, Steps(land, stage, validate, promote)))
        DISPLAY.advance("Bringing extracts in", len(files), len(files))
    write_data_docs(workspace)
    swap_public_copy(workspace)
    return outcomes


@flow(flow_run_name="measure-{workspace.name}", validate_parameters=False)
@words_kept_back
def measure(workspace: Path, orders: list[Order], run_id: str) -> int:
    """Compute each package once per pair of windows that the orders need; packages with the same ones at once."""
    needed = building.by_windows(load_workspace(workspace), orders)
    rows = 0
    for number, together in enumerate(needed):
        DISPLAY.advance("Computing measures", number, len(needed))
        rows += compute(workspace, together, run_id)
    DISPLAY.advance("Computing measures", len(needed), len(needed))
    return rows


@flow(flow_run_name="publish-{workspace.name}", validate_parameters=False)
@words_kept_back
def publish(workspace: Path, orders: list[Order], run_id: str) -> tuple[list[Path], list[Outcome]]:
    """Make the packs; one that is blocked leaves the others alone."""
    pack_ids: list[str] = []
    blocked: list[Outcome] = []
    for number, order in enumerate(orders):
        DISPLAY.advance("Building packs", number, len(orders))
        try:
            pack_ids.append(build(workspace, order))
        except UserError as error:
            blocked.append(Outcome(order.pack_id, "blocked", 0, str(error), error.shown(), error.exit_code))
            if not isinstance(error, MachineError):  # a machine may be mended by the next run; the rest not by itself
                requesting.block(load_workspace(workspace), order.pack_id, str(error))
    DISPLAY.advance("Building packs", len(orders), len(orders))
    if not pack_ids:
        return [], blocked
    return render(workspace, pack_ids, run_id), blocked


@flow(flow_run_name="pipeline-{workspace.name}", validate_parameters=False)
@words_kept_back
def pipeline(
    workspace: Path, files: list[Delivery], forms: Sequence[Path] = (), sheets: Sequence[Path] = ()
) -> Findings:
    """The whole job: `files` of the inbox in, what practices filled in on `sheets`, the goals of `forms`, then every
    pack that klyngeflow.toml plans or a request is ready for.
    """
    opened = load_workspace(workspace)
    with runs.recorded(opened.store, "pipeline", flow_run.id) as run_id:
        outcomes = ingest(workspace, files)
        # After the registry, which says which practices and clusters there are, and before the packs that print them.
        outcomes += take_sheets(opened, sheets, getpass.getuser(), partial(ingest, workspace))
        outcomes += [outcome for form in forms if (outcome := record_agreed(workspace, form)) is not None]
        orders, left_out = sound_orders(opened)
        planned = {order.pack_id for order in orders}
        asked = [order for order in requesting.ready_orders(opened, today()) if order.pack_id not in planned]
        asked, failed = _computed(opened, asked, run_id)
        found = _make(opened, orders, asked, run_id, [*outcomes, *left_out, *failed])
        if new := propose_follow_ups(workspace):
            DISPLAY.say(f"{len(new)} follow-up(s) proposed: {', '.join(new)}. klyngeflow follow-ups shows them.")
    swap_public_copy(workspace)
    return found


@flow(flow_run_name="request-{order.pack_id}", validate_parameters=False)
@words_kept_back
def request(workspace: Path, order: Order) -> Findings:
    """One pack for one meeting, from what has been accepted."""
    return _of_requests(workspace, [order], "request")


@flow(flow_run_name="report-{workspace.name}", validate_parameters=False)
@words_kept_back
def report(workspace: Path, orders: list[Order]) -> Findings:
    """Packs that were made before, once more, from what has been accepted since."""
    opened = load_workspace(workspace)
    with runs.recorded(opened.store, "report", flow_run.id) as run_id:
        found = _make(opened, orders, [], run_id, [])
    swap_public_copy(workspace)
    return found


@flow(flow_run_name="requests-{workspace.name}", validate_parameters=False)
@words_kept_back
def requested(workspace: Path, orders: list[Order]) -> Findings:
    """The packs of requests that have become ready."""
    return _of_requests(workspace, orders, "requests")


def _of_requests(workspace: Path, orders: list[Order], recorded_as: str) -> Findings:
    opened = load_workspace(workspace)
    with runs.recorded(opened.store, recorded_as, flow_run.id) as run_id:
        asked, failed = _computed(opened, orders, run_id)
        found = _make(opened, [], asked, run_id, failed)
    swap_public_copy(workspace)
    return found


def _computed(workspace: Workspace, asked: list[Order], run_id: str) -> tuple[list[Order], list[Outcome]]:
    """Compute what requests need: those that can be made, and an outcome for each that fails by it."""
    if not asked:
        return [], []
    try:
        measure(workspace.root, asked, run_id)
    except MachineError:
        raise
    except UserError as error:
        if len(asked) > 1:  # one of them stands in the way of the others
            each = [_computed(workspace, [order], run_id) for order in asked]
            return [order for made, _ in each for order in made], [outcome for _, failed in each for outcome in failed]
        requesting.block(workspace, asked[0].pack_id, str(error))
        return [], [Outcome(asked[0].pack_id, "blocked", 0, str(error), error.shown(), error.exit_code)]
    return asked, []


def _make(
    workspace: Workspace, planned: list[Order], asked: list[Order], run_id: str, outcomes: list[Outcome]
) -> Findings:
    """The planned packs, computed here, and those of requests, which are computed already."""
    folders: list[Path] = []
    blocked: list[Outcome] = []
    orders = [*planned, *asked]
    if planned:
        measure(workspace.root, planned, run_id)
    if orders:
        folders, blocked = publish(workspace.root, orders, run_id)
    made = {folder.name for folder in folders}
    lines = [line for order in orders if order.pack_id in made for line in cluster_lines(workspace, order)]
    found = Findings((*outcomes, *blocked), tuple(folders), tuple(lines))
    create_markdown_artifact(
        markdown(found), key="findings", description=f"What the run of {workspace.definition.name} found"
    )
    return found
