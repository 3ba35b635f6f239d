"""What the commands do, once everything heavy is wanted: the flows, with their surroundings made ready."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Literal

from flows.agreeing import forms_among
from flows.environment import prepare_prefect
from flows.findings import Findings
from flows.inbox import growing_sentence, still_growing, unfinished_sentence
from flows.ingesting import Delivery, Outcome, deliveries, prepare, turn_away
from flows.orders import for_meeting
from flows.progress import DISPLAY
from flows.settings import SettingsError, Workspace
from flows.sound_packages import refuse_faults
from flows.validating import one_validator
from warehouse import runs
from warehouse.files import clear_leftovers
from warehouse.landing import is_personal
from warehouse.locks import one_command


@contextmanager
def _surroundings(workspace: Workspace, *, validating: bool) -> Iterator[None]:
    """One command alone in the workspace: what a killed one left is gone, Prefect's server and the checks are up."""
    with one_command(workspace.store):
        # Both take seconds to start, and what follows takes some too.
        server = prepare_prefect(workspace.store.prefect)
        with one_validator() if validating else nullcontext():
            clear_leftovers(workspace.store)
            prepare(workspace)
            if crashed := runs.end_crashed(workspace.store):
                DISPLAY.say(f"{crashed} run(s) before this one ended without being done; going on from what was kept.")
            import_module("flows.pipeline")  # and with it Prefect, which takes seconds as well
            if server is not None:
                server.wait()
            with DISPLAY.running():
                yield


def in_surroundings(workspace: Workspace, *, validating: bool) -> AbstractContextManager[None]:
    """For commands in modules of their own: one command alone in the workspace, with all that the flows need."""
    return _surroundings(workspace, validating=validating)


def one_by_one(workspace: Workspace, named: Sequence[Delivery]) -> list[Outcome]:
    """The flow `ingest` for named deliveries, within surroundings; an outcome for each, in their order."""
    from flows.pipeline import ingest

    personal, rest = _by_name(named)
    growing = still_growing(delivery.path for delivery in rest)
    whole = [delivery for delivery in rest if delivery.path not in growing]
    with runs.recorded(workspace.store, "ingest"):
        found = dict(zip((each.path for each in whole), ingest(workspace.root, whole), strict=True))
    found |= dict(zip((each.path for each in personal), turn_away(workspace, personal), strict=True))
    found |= {
        path: Outcome(path.name, "refused", sentence=unfinished_sentence(path), exit_code=2) for path in sorted(growing)
    }
    return [found[each.path] for each in named]


def run_everything(workspace: Workspace) -> Findings:
    """The flow `pipeline`."""
    if not workspace.inbox.is_dir():
        raise SettingsError(
            f"The inbox {workspace.inbox} is not there. Make the folder and put extracts into it, or mend `inbox` in "
            "klyngeflow.toml."
        )
    with _surroundings(workspace, validating=True):
        from flows.pipeline import pipeline

        claimed, unclaimed = deliveries(workspace)
        personal, files = _by_name(claimed)
        turned_away = turn_away(workspace, personal)
        forms = forms_among(unclaimed)
        growing = still_growing([*(delivery.path for delivery in files), *forms])
        whole = [delivery for delivery in files if delivery.path not in growing]
        found = pipeline(workspace.root, whole, [form for form in forms if form not in growing])
    for path in sorted(growing):
        DISPLAY.say(growing_sentence(path))
    _tell_of_unclaimed([path for path in unclaimed if path not in forms])
    return replace(found, outcomes=(*turned_away, *found.outcomes))


def _by_name(claimed: Sequence[Delivery]) -> tuple[list[Delivery], list[Delivery]]:
    """Those whose very names hold a person number, and the others."""
    personal = [delivery for delivery in claimed if is_personal(delivery.path.name)]
    return personal, [delivery for delivery in claimed if delivery not in personal]


def _tell_of_unclaimed(unclaimed: Sequence[Path]) -> None:
    nameless = [path for path in unclaimed if is_personal(path.name)]
    if nameless:
        DISPLAY.say(f"{len(nameless)} file(s) in the inbox have a person number in their name: take them out of it.")
    for path in (path for path in unclaimed if path not in nameless):
        DISPLAY.say(f"Left alone: {path.name} (no contract of this workspace takes a file of that name).")


def ingest_files(workspace: Workspace, source: str, files: Sequence[Path], *, again: bool) -> list[Outcome]:
    """The flow `ingest` for named files."""
    workspace.contract(source)
    with _surroundings(workspace, validating=True):
        return one_by_one(workspace, [Delivery(source, path, again) for path in files])


def request_pack(
    workspace: Workspace, cluster: str, package: str, meeting: date, kind: Literal["baseline", "followup"]
) -> Findings:
    """The flow `request`."""
    refuse_faults(workspace, package)
    order = for_meeting(workspace, cluster, package, meeting, kind)
    with _surroundings(workspace, validating=False):
        from flows.pipeline import request

        return request(workspace.root, order)
