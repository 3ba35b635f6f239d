"""What the commands do, once everything heavy is wanted: the flows, with their surroundings made ready."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

from flows.environment import prepare_prefect
from flows.findings import Findings
from flows.ingesting import Delivery, Outcome, deliveries, prepare, turn_away
from flows.orders import for_meeting
from flows.progress import DISPLAY
from flows.settings import SettingsError, Workspace
from flows.validating import one_validator
from warehouse.connection import one_command
from warehouse.landing import is_personal


@contextmanager
def _surroundings(workspace: Workspace, *, validating: bool) -> Iterator[None]:
    prepare_prefect(workspace.store.prefect)
    with one_command(workspace.store):
        if not validating:
            with DISPLAY.running():
                yield
            return
        with one_validator(), DISPLAY.running():
            yield


def run_everything(workspace: Workspace) -> Findings:
    """The flow `pipeline`."""
    if not workspace.inbox.is_dir():
        raise SettingsError(
            f"The inbox {workspace.inbox} is not there. Make the folder and put extracts into it, or mend `inbox` in "
            "klyngeflow.toml."
        )
    prepare(workspace)
    claimed, unclaimed = deliveries(workspace)
    turned_away = turn_away(workspace, [delivery for delivery in claimed if is_personal(delivery.path.name)])
    with _surroundings(workspace, validating=True):
        from flows.pipeline import pipeline

        found = pipeline(workspace.root)
    nameless = [path for path in unclaimed if is_personal(path.name)]
    if nameless:
        DISPLAY.say(f"{len(nameless)} file(s) in the inbox have a person number in their name: take them out of it.")
    for path in (path for path in unclaimed if path not in nameless):
        DISPLAY.say(f"Left alone: {path.name} (no contract of this workspace takes a file of that name).")
    return replace(found, outcomes=(*turned_away, *found.outcomes))


def ingest_files(workspace: Workspace, source: str, files: Sequence[Path], *, again: bool) -> list[Outcome]:
    """The flow `ingest` for named files."""
    workspace.contract(source)
    prepare(workspace)
    named = [Delivery(source, path, again) for path in files]
    personal = [delivery for delivery in named if is_personal(delivery.path.name)]
    turned_away = turn_away(workspace, personal)
    with _surroundings(workspace, validating=True):
        from flows.pipeline import ingest

        return turned_away + ingest(workspace.root, [delivery for delivery in named if delivery not in personal])


def request_pack(
    workspace: Workspace, cluster: str, package: str, meeting: date, kind: Literal["baseline", "followup"]
) -> Findings:
    """The flow `request`."""
    order = for_meeting(workspace, cluster, package, meeting, kind)
    with _surroundings(workspace, validating=False):
        from flows.pipeline import request

        return request(workspace.root, order)
