"""What the commands do, once everything heavy is wanted: the flows, with their surroundings made ready."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from flows.agreeing import forms_among
from flows.clock import today
from flows.environment import prepare_prefect
from flows.erasing import resume
from flows.findings import Findings
from flows.following_up import anything_new, propose
from flows.inbox import growing_sentence, still_growing, unfinished_sentence
from flows.ingesting import Delivery, Outcome, by_name, deliveries, prepare, turn_away
from flows.order_forms import is_form, take_forms
from flows.progress import DISPLAY
from flows.requesting import Wish, ask, find, order_of, ready_orders, refuse
from flows.returned_sheets import returned_among
from flows.settings import SettingsError, Workspace
from flows.sound_packages import refuse_faults
from flows.validating import one_validator
from transforms.follow_ups import FollowUp
from transforms.requests import Request
from warehouse import follow_ups, runs
from warehouse.files import clear_leftovers
from warehouse.landing import is_personal
from warehouse.locks import one_command
from warehouse.schema import migrate


@contextmanager
def _surroundings(workspace: Workspace, *, validating: bool) -> Iterator[None]:
    """One command alone in the workspace: what a killed one left is gone, Prefect's server and the checks are up."""
    with one_command(workspace.store):
        # Both take seconds to start, and what follows takes some too.
        server = prepare_prefect(workspace.store.prefect)
        with one_validator() if validating else nullcontext():
            clear_leftovers(workspace.store)
            prepare(workspace)
            resume(workspace)
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

    personal, rest = by_name(named)
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
        personal, files = by_name(claimed)
        turned_away = turn_away(workspace, personal)
        goals, wishes = forms_among(unclaimed), [path for path in unclaimed if is_form(path)]
        sheets = returned_among(path for path in unclaimed if path not in {*goals, *wishes})
        growing = still_growing((*(delivery.path for delivery in files), *goals, *wishes, *sheets))
        # Before the flow, which makes the packs of the requests that are ready after its ingest.
        asked = take_forms(workspace, [path for path in wishes if path not in growing], getpass.getuser(), today())
        whole = [delivery for delivery in files if delivery.path not in growing]
        settled = ([path for path in some if path not in growing] for some in (goals, sheets))
        found = pipeline(workspace.root, whole, *settled)
    for path in sorted(growing):
        DISPLAY.say(growing_sentence(path))
    _tell_of_unclaimed([path for path in unclaimed if path not in {*goals, *wishes, *sheets}])
    return replace(found, outcomes=(*turned_away, *asked, *found.outcomes))


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
        outcomes = one_by_one(workspace, [Delivery(source, path, again) for path in files])
        return [*outcomes, *make_ready(workspace)]


def make_ready(workspace: Workspace) -> list[Outcome]:
    """Within surroundings: the packs of requests that became ready; says where they are, returns those blocked."""
    from flows.pipeline import requested

    orders = ready_orders(workspace, today())
    if not orders:
        return []
    found = requested(workspace.root, orders)
    for folder in found.folders:
        DISPLAY.say(f"A request was ready with this: {folder}")
    return list(found.outcomes)


def request_pack(workspace: Workspace, wish: Wish, who: str) -> tuple[Request, Findings | None]:
    """Enter the wish as a request and, where it is ready, go on with the flow `request`; None: it waits."""
    refuse_faults(workspace, wish.package)
    refuse(workspace, wish, today())
    with one_command(workspace.store):
        entered = ask(workspace, wish, who, today())
    if entered.state != "ready":
        return entered, None
    with _surroundings(workspace, validating=False):
        from flows.pipeline import request

        found = request(workspace.root, order_of(entered))
    return find(workspace, entered.request_id), found


def propose_follow_ups(workspace: Workspace) -> list[FollowUp]:
    """Every follow-up there is, with those that baseline meetings ask for since anybody looked."""
    migrate(workspace.store.database)
    if anything_new(workspace, today()):
        with one_command(workspace.store):
            propose(workspace, today())
    return follow_ups.every(workspace.store)
