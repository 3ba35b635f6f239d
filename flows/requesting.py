"""Requests: what is refused before anything starts, what enters one, and what moves it on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Literal

from flows.assessing import assess, earliest_followup
from flows.modes import agreed_mode
from flows.orders import Order, OrderError, pack_name, require_cluster, require_numbers
from flows.settings import Workspace
from flows.sound_packages import refuse_faults
from transforms.calendar import month_after
from transforms.disclosure_profiles import Mode
from transforms.errors import UserError
from transforms.model import Strict
from transforms.modes import more_cautious
from transforms.requests import FORMATS, OPEN, Level, Request
from warehouse import meetings, requests
from warehouse.ledger import utc_now
from warehouse.registry import registry_loads
from warehouse.requests import PROGRAM
from warehouse.schema import migrate

MOST_YEARS = 5
"""A meeting that is further away, or a month longer ago, is a mistyped year: a request for it would wait and wait."""


class RequestError(OrderError):
    """What was asked for cannot become a request; nothing was started."""


class Wish(Strict):
    """What somebody asks for: see `transforms.requests.Request`.

    `baseline_held`: when a baseline meeting was held that klyngeflow made no pack for.
    """

    cluster: str
    package: str
    meeting: date
    kind: Literal["baseline", "followup"]
    mode: Mode | None = None
    level: Level = "practice"
    formats: tuple[str, ...] = ()
    allow_draft: bool = False
    data_until: date | None = None
    baseline_held: date | None = None


def ask(workspace: Workspace, wish: Wish, who: str, today: date) -> Request:
    """Enter the wish as a request and hold it against what is known.

    Raises:
        UserError: one sentence with the remedy; nothing was entered.
    """
    refuse(workspace, wish, today)
    if wish.baseline_held is not None:
        meetings.record_meeting(workspace.store, wish.cluster, wish.package, "baseline", wish.baseline_held)
    return look_at(workspace, requests.enter(workspace.store, _request(wish, who)), today)


def look_at(workspace: Workspace, request: Request, today: date) -> Request:
    """The request where it stands today: moved there, or with a newer reason where it stays."""
    found = assess(workspace, request, today).applied(request)
    return request if found == request else requests.assessed(workspace.store, request, found)


def ready_orders(workspace: Workspace, today: date, faults: dict[str, Exception] | None = None) -> list[Order]:
    """Every open request looked at; the orders of those that are ready.

    `faults` takes the faults of ours, by request; without it the first is raised once all have been looked at.
    """
    met: dict[str, Exception] = {} if faults is None else faults
    orders: list[Order] = []
    for each in requests.every(workspace.store):
        if each.state in OPEN:
            try:
                found = look_at(workspace, each, today)
                orders += [order_of(found)] if found.state == "ready" else []
            except UserError:
                raise
            except Exception as fault:  # whatever it is, it is this request's
                met[each.request_id] = fault
                told = replace(each, reason=fault_told("It could not be looked at", fault))
                requests.assessed(workspace.store, each, told)
    if met and faults is None:
        raise next(iter(met.values()))
    return orders


def fault_told(what: str, fault: Exception) -> str:
    """For whoever asks: what was not done because of a fault of ours, of which only its kind is named."""
    return (
        f"{what}: klyngeflow met a fault of its own ({type(fault).__name__}). The next run tries again; the run that "
        "failed says where in the code it was."
    )


def order_of(request: Request) -> Order:
    """The order of a request that is ready."""
    if request.baseline_from is None:
        raise RequestError(f"The request {request.request_id} is {request.state}: there is nothing to make yet.")
    return Order(
        cluster=request.cluster_id,
        package=request.package_id,
        kind=request.kind,
        meeting=request.meeting_date,
        baseline_from=request.baseline_from,
        followup_from=request.followup_from,
        mode=request.mode,
        request=request.request_id,
    )


def block(workspace: Workspace, pack_id: str, why: str) -> None:
    """The pack of a ready request cannot be made, for a reason that waiting does not mend."""
    request = requests.standing(workspace.store, pack_id)
    if request is not None and request.state == "ready":
        requests.move(workspace.store, replace(request, state="failed", reason=why), "assessment", PROGRAM)


def keep_why(workspace: Workspace, pack_id: str, why: str) -> None:
    """Why the pack of a ready request was not made this time: it stays ready, and says so to whoever asks."""
    request = requests.standing(workspace.store, pack_id)
    if request is not None and request.state == "ready":
        requests.assessed(workspace.store, request, replace(request, reason=why))


def find(workspace: Workspace, named: str) -> Request:
    """The request with that number, or of that pack.

    Raises:
        RequestError: with the newest there are.
    """
    migrate(workspace.store.database)
    every = requests.every(workspace.store)
    for each in reversed(every):
        if named.upper() == each.request_id.upper() or named == each.pack_id:
            return each
    newest = ", ".join(each.request_id for each in every[-6:]) or "none yet"
    raise RequestError(f"There is no request {named!r}. There are: {newest}. klyngeflow requests lists them.")


def by_person(workspace: Workspace, named: str, state: Literal["cancelled", "delivered"], who: str) -> Request:
    """Move a request by hand.

    Raises:
        IllegalMoveError: it cannot go there from where it is.
    """
    request = replace(find(workspace, named), state=state, reason="", waits_until=None)
    requests.move(workspace.store, request, "person", who)
    return request


def refuse(workspace: Workspace, wish: Wish, today: date) -> None:
    """Nothing, where the wish can become a request.

    Raises:
        UserError: what is wrong with it, and what to do.
    """
    refuse_faults(workspace, wish.package)
    migrate(workspace.store.database)
    if not registry_loads(workspace.store).is_empty():
        require_cluster(workspace, wish.cluster)
    package = workspace.package(wish.package, wish.cluster)
    require_numbers(package)
    _refuse_days(wish, today)
    if package.status == "draft" and not wish.allow_draft:
        raise RequestError(
            f"{package.id} is a draft: no clinician has reviewed it. Ask for it with --allow-draft, and every page "
            "will say so; or choose another: klyngeflow catalogue."
        )
    _refuse_choices(workspace, wish)
    _refuse_windows(workspace, wish)
    _refuse_second(workspace, wish)


def _refuse_days(wish: Wish, today: date) -> None:
    """Days and months that are over, or so far away that somebody mistyped them."""
    if wish.meeting < today:
        raise RequestError(
            f"The meeting on {wish.meeting} has been held. Write a day from {today} on; a pack of an earlier meeting "
            "is made by a plan in klyngeflow.toml ([[packs]]) and klyngeflow run."
        )
    if wish.meeting.year > today.year + MOST_YEARS:
        raise RequestError(f"The meeting on {wish.meeting} is more than {MOST_YEARS} years away. Mend the year.")
    if wish.baseline_held is not None and wish.baseline_held >= min(today, wish.meeting):
        raise RequestError(
            f"The baseline meeting on {wish.baseline_held} has not been held before today. Write the day on which it "
            "was, or ask for it as a meeting of its own: --kind baseline."
        )
    if wish.data_until is not None and wish.data_until.year < today.year - MOST_YEARS:
        raise RequestError(
            f"Figures until {wish.data_until:%Y-%m} are more than {MOST_YEARS} years old. Mend the year."
        )


def _refuse_choices(workspace: Workspace, wish: Wish) -> None:
    if unknown := [each for each in wish.formats if each not in FORMATS]:
        raise RequestError(f"There is no format {unknown[0]!r}. Write some of: {', '.join(FORMATS)}.")
    if wish.formats and not {"html", "pdf"} & set(wish.formats):
        raise RequestError("A pack has its reports as html or pdf. Add one of the two to the formats.")
    if wish.mode is None or registry_loads(workspace.store).is_empty():
        return
    agreed = agreed_mode(workspace, wish.cluster, wish.package, wish.meeting)
    if more_cautious(agreed, wish.mode) != wish.mode:
        raise RequestError(
            f"{wish.cluster} has agreed on {agreed}, and {wish.mode} shows more. Ask without --mode, or bring in a "
            "registry that says what the cluster has agreed on since."
        )


def _refuse_windows(workspace: Workspace, wish: Wish) -> None:
    """A follow-up without a baseline, or so soon that no window lies between the two meetings."""
    if wish.data_until is not None and wish.data_until >= wish.meeting.replace(day=1):
        raise RequestError(
            f"The figures cannot hold {wish.data_until:%Y-%m}: that month is not over before the meeting on "
            f"{wish.meeting}. Write an earlier month."
        )
    if wish.kind == "baseline":
        return
    known = meetings.baseline_meeting(workspace.store, wish.cluster, wish.package, wish.meeting)
    held = wish.baseline_held or known
    if held is None and not _had_a_meeting(workspace, wish):
        raise RequestError(
            f"{wish.cluster} has had no meeting about {wish.package} that a follow-up could follow. Ask for a baseline "
            "(--kind baseline), or say when it was held before klyngeflow was here: --baseline-held YYYY-MM-DD."
        )
    if held is None:
        return
    first = earliest_followup(workspace, wish.package, wish.cluster, held)
    if wish.meeting < first:
        raise RequestError(
            f"The windows cannot match: the figures of a follow-up begin after the baseline meeting on {held}, and no "
            f"whole window of {wish.package} ends before {first}. Choose a meeting from that day on."
        )
    last = month_after(first, -1)
    if wish.data_until is not None and wish.data_until.replace(day=1) < last:
        raise RequestError(
            f"The windows cannot match: figures until {wish.data_until:%Y-%m} would begin before the baseline meeting "
            f"on {held}. Write {last:%Y-%m} or later."
        )


def _had_a_meeting(workspace: Workspace, wish: Wish) -> bool:
    return meetings.held_before(workspace.store, wish.cluster, wish.package, wish.meeting)


def _refuse_second(workspace: Workspace, wish: Wish) -> None:
    pack = pack_name(wish.cluster, wish.package, wish.kind, wish.meeting)
    there = requests.standing(workspace.store, pack)
    if there is None:
        return
    made = f"make its files once more with klyngeflow render --pack {pack}, or " if there.state not in OPEN else ""
    raise RequestError(
        f"That has been asked for: {there.request_id} ({there.title}) is {there.state}. See klyngeflow requests "
        f"{there.request_id}; {made}take it back first: klyngeflow cancel {there.request_id}."
    )


def _request(wish: Wish, who: str) -> Request:
    return Request(
        request_id="",
        pack_id=pack_name(wish.cluster, wish.package, wish.kind, wish.meeting),
        cluster_id=wish.cluster,
        package_id=wish.package,
        meeting_date=wish.meeting,
        kind=wish.kind,
        mode=wish.mode,
        level=wish.level,
        formats=wish.formats,
        allow_draft=wish.allow_draft,
        data_until=wish.data_until.replace(day=1) if wish.data_until else None,
        requested_at=utc_now(),
        requested_by=who,
    )
