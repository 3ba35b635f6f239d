"""What the commands do, once everything heavy is wanted: the flows, with their surroundings made ready."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Literal

from flows.environment import prepare_prefect
from flows.findings import Findings
from flows.ingesting import Delivery, Outcome, deliveries, prepare
from flows.orders import for_meeting
from flows.progress import DISPLAY
from flows.settings import Workspace
from flows.validating import one_validator


@contextmanager
def _surroundings(workspace: Workspace, *, validating: bool) -> Iterator[None]:
    prepare_prefect(workspace.store.prefect)
    if not validating:
        with DISPLAY.running():
            yield
        return
    with one_validator(), DISPLAY.running():
        yield


def run_everything(workspace: Workspace) -> Findings:
    """The flow `pipeline`."""
    _, unclaimed = deliveries(workspace)
    with _surroundings(workspace, validating=True):
        from flows.pipeline import pipeline

        found = pipeline(workspace.root)
    for path in unclaimed:
        DISPLAY.say(f"Left alone: {path.name} (no contract of this workspace takes a file of that name).")
    return found


def ingest_files(workspace: Workspace, source: str, files: Sequence[Path]) -> list[Outcome]:
    """The flow `ingest` for named files."""
    workspace.contract(source)
    prepare(workspace)
    with _surroundings(workspace, validating=True):
        from flows.pipeline import ingest

        return ingest(workspace.root, [Delivery(source, path) for path in files])


def request_pack(
    workspace: Workspace, cluster: str, package: str, meeting: date, kind: Literal["baseline", "followup"]
) -> Findings:
    """The flow `request`."""
    order = for_meeting(workspace, cluster, package, meeting, kind)
    with _surroundings(workspace, validating=False):
        from flows.pipeline import request

        return request(workspace.root, order)
