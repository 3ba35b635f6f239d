"""What must hold of a workspace in which years were lived through: each fault is a sentence, and nothing else is said.

Who was to get what is worked out from the orders, the answers and the register that the years were lived with, and
held against what lies in the outbox, what a mail server took and what the audit trail tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

from delivery_world import rows

from flows import auditing
from flows.showing_requests import next_step
from transforms.audit import Event
from transforms.calendar import Window
from transforms.errors import UserError
from transforms.follow_ups import FollowUp, Held
from transforms.meeting_plan import due_dates
from transforms.parcels import Delivery
from transforms.requests import MOVES, OPEN, Request
from warehouse import deliveries, follow_ups, requests

if TYPE_CHECKING:
    from two_years import Story

REMINDED_EVERY = timedelta(days=14)
SOONEST, LATEST = timedelta(days=180), timedelta(days=366)
"""A follow-up's meeting lies half a year to a year after the first one; later only where its window is long."""
TO_HAND = timedelta(days=180)
"""From the end of a window to the meeting at the latest: a quarter's end, its extract, the plan, a month begun."""
ANSWERED = {"Ja": "confirmed", "Nej": "declined", None: "proposed"}
LEVELS = {"Klynge og praksis": "practice", "Kun klyngen": "cluster"}


class Lived(NamedTuple):
    """The workspace afterwards, what a mail server took (Message-ID, address), and who consents in a cluster by day."""

    story: Story
    came: Sequence[tuple[str, str]]
    members: Callable[[str, date], set[str]]

    @property
    def last(self) -> date:
        """The last day that was lived through."""
        return max(self.story.said)

    @property
    def requests(self) -> list[Request]:
        return requests.every(self.story.workspace.store)

    @property
    def delivered(self) -> list[Request]:
        return [each for each in self.requests if each.state == "delivered"]

    @property
    def follow_ups(self) -> list[FollowUp]:
        return follow_ups.every(self.story.workspace.store)

    def readers(self, request: Request) -> set[str]:
        """The practices that get something of their own: there when the months shown ended, and still there."""
        return self._present(request) - self.newcomers(request)

    def newcomers(self, request: Request) -> set[str]:
        """The practices that came after the months shown: nothing can tell of them."""
        begins = request.followup_from or request.baseline_from
        if begins is None:
            return set()
        months = self.story.workspace.package(request.package_id).windows.months
        return self._present(request) - self.members(request.cluster_id, Window.of(begins, months).end)

    def _present(self, request: Request) -> set[str]:
        return self.members(request.cluster_id, request.meeting_date) if request.level == "practice" else set()

    def handed(self, request: Request) -> list[Delivery]:
        """What was handed over of a request's pack, without those who got nothing since they do not consent."""
        found = deliveries.of_pack(self.story.workspace.store, request.pack_id)
        return [each for each in found if each.state != "withheld"]


def faults(lived: Lived) -> list[str]:
    """Everything that is wrong."""
    return list(chain.from_iterable(check(lived) for check in CHECKS))


def told_of(lived: Lived, what: str) -> list[Event]:
    """The trail's entries of one kind, the oldest first."""
    return [entry.event for entry in auditing.trail(lived.story.workspace) if entry.event.what == what]


def moved_on(lived: Lived, request: Request, state: str) -> date:
    """The day on which `request` came to be in `state`, by the trail; the last one where it did so more than once."""
    events = [event for event in told_of(lived, "request") if event.request_id == request.request_id]
    return max((event.happened_at.date() for event in events if event.state == state), default=date.max)


def ordered_meetings(lived: Lived) -> Iterator[str]:
    """Each meeting that was ordered has one request, which ended as it was to."""
    baselines = [each for each in lived.requests if each.kind == "baseline"]
    asked = {(each.cluster_id, each.package_id, each.meeting_date): each for each in baselines}
    if len(asked) < len(baselines):
        yield "One meeting has more than one request."
    for order in lived.story.script.orders:
        request = asked.pop((order.cluster, order.package, order.meeting), None)
        if request is None:
            yield f"{order.cluster} ordered {order.package} for {order.meeting}, and there is no request for it."
        elif (request.state, request.level) != (order.end, LEVELS[order.level]):
            is_now = f"{request.state} with the level {request.level}"
            yield f"{request.title} was to end {order.end} ({order.level}), and is {is_now}. {request.reason}"
    yield from (f"{each.title} was ordered by nobody." for each in asked.values())


def packs_in_time(lived: Lived) -> Iterator[str]:
    """Each pack was rendered before its day for being delivered, delivered before the meeting, to each reader once."""
    workspace = lived.story.workspace
    for each in lived.delivered:
        due = due_dates(each.meeting_date, workspace.definition.plan)["delivered"]
        rendered, delivered = moved_on(lived, each, "rendered"), moved_on(lived, each, "delivered")
        if rendered > due:
            yield f"{each.title} was rendered on {rendered} and was to be delivered on {due}."
        if delivered > each.meeting_date:
            yield f"{each.title} was delivered on {delivered}, after its meeting."
        got = Counter(found.unit_id for found in lived.handed(each))
        if got != Counter({**dict.fromkeys(lived.readers(each), 1), each.cluster_id: 2}):
            told = f"{dict(sorted(got.items()))}: its readers are {sorted(lived.readers(each))}"
            yield f"{each.title} was handed to {told}."
        withheld = {found.unit_id for found in deliveries.of_pack(workspace.store, each.pack_id) if found.reason}
        if untold := lived.newcomers(each) - withheld:
            yield f"{each.title} says nothing of {sorted(untold)}, who came after the months shown."


def reasons(lived: Lived) -> Iterator[str]:
    """What got no pack says why, and what to do; what still waits is of a meeting to come."""
    for each in lived.requests:
        if each.state == "failed" and not (each.reason and "klyngeflow request" in next_step(each)):
            yield f"{each.title} has failed without a reason or a next step: {each.reason!r}."
        if each.state in (*OPEN, "rendered") and each.meeting_date <= lived.last:
            yield f"{each.title} is still {each.state} after its meeting. {each.reason}"
        if each.state in OPEN and not each.reason:
            yield f"{each.title} is {each.state} and says nothing of why."


def follow_ups_appear(lived: Lived) -> Iterator[str]:
    """Each baseline that was held has one follow-up, proposed on the day after, that stands as it was answered."""
    asked = {each.request_id: each for each in lived.requests}
    held = Counter(Held(each.cluster_id, each.package_id, each.meeting_date) for each in _with_baseline(lived))
    found = Counter(each.baseline for each in lived.follow_ups)
    if found != held:
        yield f"Held meetings without a follow-up: {held - found}; follow-ups without a held meeting: {found - held}."
    for each in lived.follow_ups:
        right = ANSWERED[lived.story.script.answers.get(each.baseline.cluster_id)]
        if each.state != right:
            yield f"The follow-up of {each.title} was to be {right} and is {each.state}."
        proposed = [event for event in _told_of_follow_up(lived, each) if event.detail.endswith("is proposed")]
        if [event.happened_at.date() for event in proposed] != [each.baseline.meeting_date + timedelta(days=1)]:
            yield f"The follow-up of {each.title} was proposed at {[event.happened_at for event in proposed]}."
        if each.state == "confirmed":
            months = lived.story.workspace.package(each.baseline.package_id).windows.months
            yield from _second_meeting(each, asked.get(str(each.request_id)), lived.last, months)


def _with_baseline(lived: Lived) -> list[Request]:
    return [each for each in lived.delivered if each.kind == "baseline" and each.meeting_date < lived.last]


def _told_of_follow_up(lived: Lived, each: FollowUp) -> list[Event]:
    every = told_of(lived, "follow-up")
    return [event for event in every if event.detail.partition(",")[0] == each.follow_up_id]


def _second_meeting(confirmed: FollowUp, request: Request | None, last: date, months: int) -> Iterator[str]:
    first = confirmed.baseline.meeting_date
    if request is None or request.kind != "followup":
        yield f"The follow-up of {confirmed.title} was confirmed, and there is no request for it."
        return
    if not SOONEST < request.meeting_date - first < max(LATEST, timedelta(days=31 * months) + TO_HAND):
        yield f"{request.title} lies too near to {first}, or too far from it."
    if request.meeting_date <= last and request.state != "delivered":
        yield f"{request.title} was held and had no pack. {request.reason}"
    if request.state == "delivered" and request.baseline_from and request.followup_from:
        same_months = request.baseline_from.month == request.followup_from.month
        if not same_months or request.baseline_from >= first or request.followup_from <= first:
            compared = f"{request.baseline_from} with {request.followup_from}"
            yield f"{request.title} compares months from {compared}; the first meeting was on {first}."


def nothing_twice(lived: Lived) -> Iterator[str]:
    """The server took what was to be sent, each once; whoever has a report of a delivered pack was told of it once."""
    columns = ("message_id", "address", "kind", "pack_id", "state")
    entered = rows(lived.story.workspace, "meeting.notice", *columns)
    twice = Counter(lived.came) - Counter((number, address) for number, address, *_ in entered)
    never = Counter((number, address) for number, address, *_ in entered) - Counter(lived.came)
    if twice or never:
        yield f"E-mails that came and were not to: {dict(twice)}; that were to come and did not: {dict(never)}."
    if unsent := sorted(number for number, *_, state in entered if state != "sent"):
        yield f"E-mails that were not sent: {unsent}."
    told = Counter((address, pack) for _, address, kind, pack, _ in entered if kind == "ready")
    to_tell = Counter(
        (f"p{code}@example.test", each.pack_id) for each in lived.delivered for code in lived.readers(each)
    )
    if told != to_tell:
        yield f"Told that a pack is ready and should not be: {told - to_tell}; not told: {to_tell - told}."


def one_folder_each(lived: Lived) -> Iterator[str]:
    """Only delivered packs were handed over, in one version, and nothing else lies where recipients get theirs."""
    root = lived.story.workspace.store.outbox / "modtagere"
    lying = {each.name for each in root.iterdir()}
    handed = [(each, found) for each in lived.requests for found in lived.handed(each)]
    for request, found in handed:
        if (request.state, found.state, found.version) != ("delivered", "delivered", 1):
            yield f"{found.unit_id} has version {found.version} ({found.state}) of {request.title}: {request.state}."
        if found.folder not in lying or not list((root / found.folder).glob("*.html")):
            yield f"{found.unit_id} has no folder with a report of {request.title}."
    folders = Counter(found.folder for _, found in handed)
    if set(folders) != lying or any(count > 1 for count in folders.values()):
        yield f"Folders and hand-overs do not fit: {sorted(map(str, lying.symmetric_difference(folders)))}."


def reminded_seldom(lived: Lived) -> Iterator[str]:
    """Reminders go to members, before it is too late, and to nobody more often than each fortnight."""
    workspace, asked = lived.story.workspace, {each.request_id: each for each in lived.requests}
    days: dict[str, list[date]] = {}
    for unit, day, number in rows(
        workspace, "meeting.notice where kind = 'reminder'", "unit_id", "noticed_on", "request_id"
    ):
        request = asked[number]
        last = due_dates(request.meeting_date, workspace.definition.plan)["validated"]
        days.setdefault(unit, []).append(day)
        if day > last:
            yield f"{unit} was reminded of {request.title} on {day}, and {last} was the last day that helps."
        if unit not in lived.members(request.cluster_id, request.meeting_date):
            yield f"{unit} was reminded of {request.title} and has nothing to deliver for it."
    for unit, reminded in days.items():
        if any(later - sooner < REMINDED_EVERY for sooner, later in pairwise(sorted(reminded))):
            yield f"{unit} was reminded more often than each fortnight: {sorted(reminded)}."


def trail_is_whole(lived: Lived) -> Iterator[str]:
    """The chain holds, and its moments are in order."""
    try:
        auditing.checked(lived.story.workspace)
    except UserError as error:
        yield str(error)
    moments = [entry.event.happened_at for entry in auditing.trail(lived.story.workspace)]
    if moments != sorted(moments):
        yield "The audit trail's entries are not in the order in which they happened."


def trail_tells_of_requests(lived: Lived) -> Iterator[str]:
    """Who asked for what and when, each move in the table of moves, and how it ended: from the trail alone."""
    told: dict[str, list[Event]] = {}
    for event in told_of(lived, "request"):
        told.setdefault(str(event.request_id), []).append(event)
    if told.keys() != {each.request_id for each in lived.requests}:
        yield f"The trail tells of the requests {sorted(told)}, and there are {len(lived.requests)}."
    for each in (each for each in lived.requests if each.request_id in told):
        asked, *moves = told[each.request_id]
        first = (asked.state, asked.detail, asked.pack_id, asked.who, asked.happened_at)
        if first != ("requested", each.title, each.pack_id, each.requested_by, each.requested_at):
            yield f"The trail does not tell who asked for {each.title}: {asked}."
        for before, after in pairwise([asked, *moves]):
            if after.state not in MOVES[before.state]:  # type: ignore[index] - a word of the trail
                yield f"{each.title} went from {before.state} to {after.state}, which is no move."
        # What an open request still waits for changes with each extract, and is no move.
        is_told = [event.detail if each.state not in OPEN else each.reason for event in moves[-1:]]
        if ([event.state for event in moves[-1:]], is_told) != ([each.state], [each.reason]):
            yield f"{each.title} is {each.state}, and the trail ends otherwise: {moves[-1:]}."


def trail_tells_who_got_what(lived: Lived) -> Iterator[str]:
    """Each hand-over and each mail, and what became of each follow-up."""
    workspace = lived.story.workspace
    handed = rows(workspace, "meeting.delivery", "pack_id", "recipient", "unit_id", "version", "state", "reason")
    mails = rows(workspace, "meeting.notice", "notice_id", "kind", "recipient", "unit_id")
    gone = [(event.pack_id, event.detail) for event in told_of(lived, "delivery")]
    said = [
        (pack, f"{who} {unit}, version {n}, {state}{f': {why}' * bool(why)}")
        for pack, who, unit, n, state, why in handed
    ]
    if sorted(gone) != sorted(said):
        yield "The trail and the table of deliveries tell of different hand-overs."
    sent = [event.detail for event in told_of(lived, "mail") if event.detail.endswith(", sent")]
    if sorted(sent) != sorted(f"{number}, {kind} to {who} {unit}, sent" for number, kind, who, unit in mails):
        yield "The trail and the table of notices tell of different e-mails."
    last = {event.detail.partition(",")[0]: event.detail for event in told_of(lived, "follow-up")}
    if last.keys() != {each.follow_up_id for each in lived.follow_ups}:
        yield f"The trail tells of the follow-ups {sorted(last)}, and there are {len(lived.follow_ups)}."
    for each in lived.follow_ups:
        as_what = f" as {each.request_id}" if each.request_id else ""
        if not last.get(each.follow_up_id, "").endswith(f"is {each.state}{as_what}"):
            yield f"{each.title} is {each.state}{as_what}, and the trail ends otherwise: {last.get(each.follow_up_id)}."


CHECKS: tuple[Callable[[Lived], Iterator[str]], ...] = (
    ordered_meetings,
    packs_in_time,
    reasons,
    follow_ups_appear,
    nothing_twice,
    one_folder_each,
    reminded_seldom,
    trail_is_whole,
    trail_tells_of_requests,
    trail_tells_who_got_what,
)
