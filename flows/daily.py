"""What runs by itself: a list of named steps, each a plain function of the workspace and a day that says what it did.

A step takes the locks it needs, may be killed anywhere and run again, and on a day on which all is done does nothing.
What it says is for the page of a run: requests, files, states and days; no figure, no cell of a file.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from flows import agreeing, auditing, building, following_up, ingesting, meeting_calendar, requesting
from flows.backing_up import back_up
from flows.bringing_in import Steps, bring_in
from flows.delivering import deliver_due
from flows.documenting import document_checks
from flows.follow_up_answers import looked_at
from flows.inbox import growing_sentence, still_growing
from flows.ingesting import Outcome, by_name, deliveries, turn_away
from flows.mailing import send_due
from flows.modes import meeting_for
from flows.order_forms import is_form, take_forms
from flows.orders import Order
from flows.reminding import Reminded, remind_due
from flows.returned_sheets import returned_among, take_sheets
from flows.settings import Workspace
from flows.showing_requests import STEPS as PLAN_STEPS
from flows.validating import one_validator
from reports.render import RenderError
from transforms.errors import MachineError, UserError
from transforms.requests import OPEN
from warehouse import follow_ups, leases, meetings, requests, runs
from warehouse.files import clear_leftovers
from warehouse.ledger import utc_now
from warehouse.locks import beside_others, one_builder, one_command
from warehouse.publishing import publish as publish_copy

MOST_AT_ONCE = 6
"""Packs that one worker takes at a time: they share a computation, and leave some for the next worker."""


@dataclass(frozen=True)
class Told:
    """What a step did, and what somebody has to look at; sentences for the quality unit."""

    done: tuple[str, ...] = ()
    mind: tuple[str, ...] = ()


Step = Callable[[Workspace, date], Told]


def bring_inbox_in(workspace: Workspace, today: date) -> Told:
    """Everything in the inbox that is whole: extracts, forms of goals, order forms."""
    with one_command(workspace.store):
        clear_leftovers(workspace.store)
        ingesting.prepare(workspace)
        runs.end_crashed(workspace.store)
        claimed, unclaimed = deliveries(workspace)
        personal, files = by_name(claimed)
        goals, wishes = agreeing.forms_among(unclaimed), [path for path in unclaimed if is_form(path)]
        sheets = returned_among(path for path in unclaimed if path not in {*goals, *wishes})
        growing = still_growing((*(each.path for each in files), *goals, *wishes, *sheets))
        outcomes = turn_away(workspace, personal)
        whole = [each for each in files if each.path not in growing]
        outcomes += _brought_in(workspace, whole)
        filled = [path for path in sheets if path not in growing]
        outcomes += take_sheets(workspace, filled, getpass.getuser(), partial(_brought_in, workspace))
        forms = [agreeing.record_from_inbox(workspace, path) for path in goals if path not in growing]
        outcomes += [outcome for outcome in forms if outcome is not None]
        outcomes += take_forms(workspace, [path for path in wishes if path not in growing], getpass.getuser(), today)
        if any(outcome.state != "known" for outcome in outcomes):
            document_checks(workspace)
            publish_copy(workspace.store)
    return _told_of_files(outcomes, [growing_sentence(path) for path in sorted(growing)])


def _brought_in(workspace: Workspace, files: Sequence[ingesting.Delivery]) -> list[Outcome]:
    if not files:
        return []
    with one_validator() as validator:
        steps = Steps(
            ingesting.land_delivery,
            ingesting.stage_extract,
            lambda place, extract_id: ingesting.validate_extract(place, extract_id, validator),
            ingesting.promote_extract,
        )
        return [bring_in(workspace, each, steps) for each in files]


def _told_of_files(outcomes: Sequence[Outcome], growing: Sequence[str]) -> Told:
    came = [f"{each.file_name}: {each.state}" for each in outcomes if each.state in ("accepted", "recorded")]
    known = sum(each.state == "known" for each in outcomes)
    refused = [f"{each.file_name}: {each.sentence}" for each in outcomes if each.state == "refused"]
    return Told((*came, *([f"{known} files were known already"] if known else [])), (*refused, *growing))


def look_at_requests(workspace: Workspace, today: date) -> Told:
    """Every open request held against what is known today; which moved, and what the others wait for."""
    store = workspace.store
    with beside_others(store), one_builder(store):
        before = {each.request_id: each for each in requests.every(store)}
        faults: dict[str, Exception] = {}  # told of here; the step that makes packs meets them again, and raises
        requesting.ready_orders(workspace, today, faults)
        after = requests.every(store)
    moved = [
        f"{each.request_id} ({each.title}): {before[each.request_id].state} -> {each.state}"
        for each in after
        if each.state != before[each.request_id].state
    ]
    waiting = [
        f"{each.request_id} ({each.title}) is {each.state}" + (f" until {each.waits_until}" if each.waits_until else "")
        for each in after
        if each.state in OPEN and each.state != "ready"
    ]
    failed = [
        f"{each.request_id} ({each.title}) has failed: {each.reason} Ask anew where it is still wanted."
        for each in after
        if each.state == "failed" and before[each.request_id].state != "failed"
    ]
    faulty = [f"{each.request_id} ({each.title}): {each.reason}" for each in after if each.request_id in faults]
    return Told(tuple(moved), (*faulty, *failed, *waiting))


@dataclass
class _Day:
    """What became of a day's ready requests: names of packs, why some cannot be made, and, by pack, why not this time.

    `tried` are the packs that were begun. `faults` are ours, by pack or by request: they keep nothing else back, and
    one of them is raised in the end.
    """

    made: list[str] = field(default_factory=list[str])
    blocked: list[str] = field(default_factory=list[str])
    not_this_time: dict[str, str] = field(default_factory=dict[str, str])
    tried: set[str] = field(default_factory=set[str])
    faults: dict[str, Exception] = field(default_factory=dict[str, Exception])

    def failed(self, pack_id: str, fault: Exception) -> None:
        """The pack met a fault of ours: the next run tries again, and whoever asks is told."""
        self.faults[pack_id] = fault
        self.not_this_time[pack_id] = requesting.fault_told("It could not be made", fault)


def render_ready(workspace: Workspace, today: date) -> Told:
    """The packs of the requests that are ready, beside other workers: none is made by two.

    Computing and building is for one worker at a time; rendering, which takes most of the time, is not.

    Raises:
        Exception: a request or a pack met a fault of ours; the others were made, and the request says so.
    """
    of_today = _Day()
    with beside_others(workspace.store):
        while True:
            with ExitStack() as taken:
                share = _take_share(workspace, today, of_today, taken)
                if not share:
                    break
                _make(workspace, share, of_today)
        if of_today.made:
            with one_builder(workspace.store):
                publish_copy(workspace.store)
    for pack_id, why in of_today.not_this_time.items():
        requesting.keep_why(workspace, pack_id, why)
    if of_today.faults:
        raise next(iter(of_today.faults.values()))
    blocked = [*of_today.blocked, *(f"{pack_id}: {why}" for pack_id, why in of_today.not_this_time.items())]
    return Told(tuple(f"{pack_id}: made" for pack_id in of_today.made), tuple(blocked))


def _take_share(workspace: Workspace, today: date, of_today: _Day, taken: ExitStack) -> list[Order]:
    """Some ready orders with the same figures, leased until `taken` is closed; those of others are left to them."""
    share: list[Order] = []
    with one_builder(workspace.store):
        for order in requesting.ready_orders(workspace, today, of_today.faults):
            begun = order.pack_id in of_today.tried
            if begun or len(share) == MOST_AT_ONCE or (share and not _same_figures(share[0], order)):
                continue
            of_today.tried.add(order.pack_id)
            if leases.take(workspace.store, lease_of(order)):
                taken.enter_context(leases.kept(workspace.store, lease_of(order)))
                share.append(order)
    return share


def lease_of(order: Order) -> str:
    """The name of the lease that making the order's pack takes."""
    return f"pack {order.pack_id}"


def _same_figures(one: Order, other: Order) -> bool:
    return (one.package, one.baseline_from, one.followup_from) == (
        other.package,
        other.baseline_from,
        other.followup_from,
    )


def _make(workspace: Workspace, share: Sequence[Order], of_today: _Day) -> None:
    """Make the packs of `share`, as far as each can be: none keeps another back."""
    built: list[str] = []
    computed = False
    with runs.recorded(workspace.store, "render") as run_id:
        with one_builder(workspace.store):
            for order in share:
                try:
                    if not computed:
                        building.compute_packages(workspace, [order], run_id)
                        computed = True
                    _build(workspace, order)
                    built.append(order.pack_id)
                except MachineError:
                    raise
                except UserError as error:
                    requesting.block(workspace, order.pack_id, str(error))
                    of_today.blocked.append(f"{order.pack_id}: {error}")
                except Exception as error:  # whatever it is, it is this pack's
                    of_today.failed(order.pack_id, error)
        _render(workspace, built, run_id, of_today)


def _render(workspace: Workspace, built: Sequence[str], run_id: str, of_today: _Day) -> None:
    """Render the packs together; where that fails, each by itself, so that one leaves the others alone."""
    from flows.rendering import render_packs

    try:
        of_today.made += [folder.name for folder in render_packs(workspace, list(built), run_id, lambda _, __: None)]
    except RenderError as error:
        if len(built) == 1:
            again = "The next run tries again; klyngeflow doctor looks at the machine."
            of_today.not_this_time[built[0]] = f"It could not be rendered: {error}. {again}"
            return
    except UserError:
        raise
    except Exception as error:
        if len(built) == 1:
            of_today.failed(built[0], error)
            return
    else:
        return
    for pack_id in built:
        _render(workspace, [pack_id], run_id, of_today)


def _build(workspace: Workspace, order: Order) -> None:
    building.build_pack(workspace, order)
    meeting = meeting_for(workspace, order)
    meetings.record_request(workspace.store, meeting, order.package, requests.PROGRAM, order.request)


def propose_follow_ups(workspace: Workspace, today: date) -> Told:
    """The follow-ups that baseline meetings held before today ask for, and those that nobody has answered in time."""
    with one_command(workspace.store):
        new = following_up.propose(workspace, today)
    said = [f"{each.follow_up_id} ({each.title}): proposed" for each in new]
    proposed = [each for each in follow_ups.every(workspace.store) if each.state == "proposed"]
    seen, kept_back = looked_at(workspace, proposed, today)
    late = [
        f"{each.follow_up.follow_up_id} ({each.follow_up.title}) was to be confirmed by now. To act: coordinator."
        for each in seen
        if each.proposal is not None and following_up.last_day_to_confirm(workspace, each.proposal) <= today
    ]
    return Told(tuple(said), (*late, *kept_back))


def deliver_rendered(workspace: Workspace, today: date) -> Told:
    """Hand over the rendered packs whose day for it has come; nothing where there is no modtagere.csv."""
    with one_command(workspace.store):
        found = deliver_due(workspace, today)
    done: list[str] = []
    kept: list[str] = []
    for each in found:
        titled = f"{each.request.request_id} ({each.request.title})"
        if each.refused is not None:
            kept.append(f"{titled}: {each.refused}")
            continue
        done.append(f"{titled}: delivered")
        withheld = each.plan.withheld if each.plan else {}
        done.extend(f"{titled}: {unit} gets nothing, since {why}" for unit, why in withheld.items())
    return Told(tuple(done), tuple(kept))


def remind_and_send(workspace: Workspace, today: date) -> Told:
    """Queue what practices are to be reminded of, and send every notice whose time has come."""
    if workspace.definition.mail is None:
        return Told()
    with one_command(workspace.store):
        reminded, fault = _reminded(workspace, today)
        sent = send_due(workspace, today, utc_now())
    sheets = f", {reminded.with_sheet} with a blank sheet" if reminded.with_sheet else ""
    done = [f"{reminded.queued} reminders queued{sheets}", f"{sent.sent} e-mails sent, {sent.waiting} waiting"]
    nowhere = len(reminded.without_address)
    laid = f"; {reminded.sheets_laid_out} blank sheets lie in the outbox" if reminded.sheets_laid_out else ""
    mind = [f"{nowhere} practices lack data and have no address{laid}"] if nowhere else []
    if sent.unknown or sent.refused:
        mind.append(f"{sent.unknown} e-mails of which nobody knows whether they came, {sent.refused} refused")
    return Told(tuple(done), (*fault, *mind, *sent.told, *([sent.stopped] if sent.stopped else [])))


def _reminded(workspace: Workspace, today: date) -> tuple[Reminded, tuple[str, ...]]:
    """A fault in modtagere.csv keeps reminders back, and no notice whose address is known already."""
    try:
        return remind_due(workspace, today), ()
    except MachineError:
        raise
    except UserError as error:
        return Reminded(), (str(error),)


def back_up_once_a_month(workspace: Workspace, today: date) -> Told:
    """A backup, where none was made this month."""
    made = back_up(workspace, today)
    return Told((f"{made.name}: written",) if made else ("There is one of this month",))


def check_deadlines(workspace: Workspace, today: date) -> Told:
    """What of the plans back from the meetings is late, and whose turn it is."""
    found = meeting_calendar.planned(workspace, today)
    late = [
        f"{each.request.request_id} ({each.request.title}): {PLAN_STEPS[step.name]} was due {step.due}, "
        f"{step.days_late} days ago. To act: {step.who}."
        for each in found
        for step in each.steps
        if step.state == "late"
    ]
    return Told((f"{len(found)} meetings to come were looked at",), tuple(late))


def check_trail(workspace: Workspace, _: date) -> Told:
    """Whether the audit trail is as it was written.

    Raises:
        BrokenTrailError: names the entry that is not.
    """
    return Told((auditing.checked(workspace),))


STEPS: Mapping[str, Step] = {
    "inbox": bring_inbox_in,
    "look": look_at_requests,
    "render": render_ready,
    "follow-ups": propose_follow_ups,
    "deliver": deliver_rendered,
    "mail": remind_and_send,
    "deadlines": check_deadlines,
    "backup": back_up_once_a_month,
    "trail": check_trail,
}
"""By name: what schedules (`flows.schedules`) are made of, in the order that a schedule gives."""
TITLES: Mapping[str, str] = {
    "inbox": "The inbox",
    "look": "Requests",
    "render": "Packs",
    "follow-ups": "Follow-ups",
    "deliver": "Delivery",
    "mail": "Reminders and notices",
    "deadlines": "Deadlines",
    "backup": "Backup",
    "trail": "Audit trail",
}


def page(told: Mapping[str, Told], title: str) -> str:
    """What a run did, as Markdown for its page."""
    parts = [f"# {title}"]
    for name, each in told.items():
        lines = [*(f"- {line}" for line in each.done), *(f"- **Look at:** {line}" for line in each.mind)]
        parts.append("\n".join([f"## {TITLES[name]}", "", *(lines or ["Nothing to do."])]))
    return "\n\n".join(parts) + "\n"
