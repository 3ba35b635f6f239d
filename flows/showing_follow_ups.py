"""Follow-ups for a reader: the list, and one in full: when, what it could show, who came and left, what is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from rich.table import Table

from flows.follow_up_answers import looked_at, open_outlooks
from flows.following_up import Outlook, last_day_to_confirm, months_of
from flows.progress import DISPLAY
from flows.settings import Workspace
from transforms.follow_ups import FollowUp, Reach
from warehouse import goals

_COMMAND = "klyngeflow follow-ups"


def outlooks(workspace: Workspace, found: Sequence[FollowUp], today: date) -> tuple[list[Outlook], list[str]]:
    """Each follow-up as it looks today, by the day that is proposed; a sentence for each that cannot be looked at."""
    seen, kept_back = looked_at(workspace, found, today)
    by_day = sorted(
        seen, key=lambda each: (each.proposal.meeting if each.proposal else date.max, each.follow_up.follow_up_id)
    )
    return by_day, kept_back


def show_list(workspace: Workspace, seen: Sequence[Outlook], today: date) -> None:
    """A table on a terminal, a line for each elsewhere."""
    if not seen:
        DISPLAY.say("No follow-up is proposed. One appears on the day after a baseline meeting.")
        return
    if DISPLAY.lively:
        DISPLAY.console.print(_table(workspace, seen))
    else:
        for each in seen:
            DISPLAY.say(_line(workspace, each))
    late = [each for each in seen if _is_late(workspace, each, today)]
    for each in late:
        DISPLAY.say(f"Late: {each.follow_up.follow_up_id} was to be confirmed by now. To act: coordinator.")
    DISPLAY.say(f"Whole story: {_COMMAND} F0001. Then: {_COMMAND} F0001 --confirm, or --decline.")


def proposed_lines(workspace: Workspace, today: date) -> Iterator[str]:
    """A line per follow-up that is proposed and not answered yet, for a calendar."""
    for each in open_outlooks(workspace, today):
        if each.proposal is not None:
            by = last_day_to_confirm(workspace, each.proposal)
            about = f"{each.follow_up.follow_up_id} ({each.follow_up.title})"
            yield f"Proposed: {about} on {each.proposal.meeting}, confirm by {by}"


def _table(workspace: Workspace, seen: Sequence[Outlook]) -> Table:
    heads = ("", "cluster", "package", "met", "proposed", "confirm by", "figures of", "could show", "members", "state")
    table = Table(*heads, box=None, padding=(0, 2, 0, 0))
    for each in seen:
        follow_up, found = each.follow_up, each.proposal
        days = ("-", "-", "-")
        if found is not None:
            days = (str(found.meeting), str(last_day_to_confirm(workspace, found)), months_of(found.window))
        table.add_row(
            follow_up.follow_up_id,
            follow_up.baseline.cluster_id,
            follow_up.baseline.package_id,
            str(follow_up.baseline.meeting_date),
            *days,
            _showing(each),
            _members(each),
            _state(follow_up),
        )
    return table


def _line(workspace: Workspace, each: Outlook) -> str:
    found = each.proposal
    when = "nothing can be compared"
    if found is not None:
        by = last_day_to_confirm(workspace, found)
        when = f"{found.meeting} proposed, confirm by {by}, figures of {months_of(found.window)}"
    about = f"{each.follow_up.follow_up_id}  {each.follow_up.title}: {_state(each.follow_up)}"
    return f"{about}; {when}; could show: {_showing(each)}; members: {_members(each)}"


def _state(follow_up: FollowUp) -> str:
    return f"{follow_up.state} ({follow_up.request_id})" if follow_up.request_id else follow_up.state


def _showing(each: Outlook) -> str:
    measures = len({reach.measure_id for reach in each.reach})
    return "not known yet" if each.showing is None else f"{each.showing} of {measures} measures"


def _members(each: Outlook) -> str:
    parts = [f"+{len(each.change.joined)}"] if each.change.joined else []
    parts += [f"-{len(each.change.left)}"] if each.change.left else []
    return " ".join(parts) or "the same"


def _is_late(workspace: Workspace, each: Outlook, today: date) -> bool:
    found, held = each.proposal, each.follow_up
    return held.state == "proposed" and found is not None and last_day_to_confirm(workspace, found) <= today


def story(workspace: Workspace, each: Outlook) -> Iterator[str]:
    """Everything about one follow-up, and the next step."""
    follow_up, found = each.follow_up, each.proposal
    yield f"{follow_up.follow_up_id}  {follow_up.title}"
    yield f"  {_state(follow_up)}"
    yield ""
    if found is None:
        yield "  No window of the coming years is clear of the periods that the package excludes."
    else:
        yield from _when(workspace, each)
    yield ""
    yield from _what(each)
    yield ""
    yield from _who(each)
    agreed = goals.listed(workspace.store, follow_up.baseline.cluster_id, follow_up.baseline.package_id)[
        "meeting_date"
    ].to_list()
    count = agreed.count(follow_up.baseline.meeting_date)
    yield f"  Goals agreed at the meeting: {count or 'none recorded (klyngeflow agreed)'}"
    yield ""
    yield f"Next: {_next(each)}"


def _when(workspace: Workspace, each: Outlook) -> Iterator[str]:
    found = each.proposal
    if found is None:
        return
    why = "the months that were shown then" if found.same_months else "the first whole window after the meeting"
    yield f"  Meeting proposed on {found.meeting}, not before {found.earliest}; confirm by " + (
        f"{last_day_to_confirm(workspace, found)}"
    )
    yield f"  Figures of {months_of(found.window)} ({why}), beside {months_of(found.before)}"
    yield f"  Asked for then: {', '.join(each.sources)} until {found.window.end:%Y-%m}"


def _what(each: Outlook) -> Iterator[str]:
    if each.showing is None:
        yield "  What it could show cannot be said: two windows in the same season have not been delivered yet."
        return
    yield "  How large a change of the cluster it could show (four times of five), by the newest windows:"
    for reach in each.reach:
        yield f"    {_named(each, reach)}: {_amount(each, reach)}"
    if each.showing == 0:
        yield "  None of the measures could show a change one may hope for: meet about what you do, not about figures."


def _named(each: Outlook, reach: Reach) -> str:
    title = each.package.measure(reach.measure_id).title.in_language("en")
    return f"{title}, {reach.category}" if reach.category else title


def _amount(each: Outlook, reach: Reach) -> str:
    if reach.change is None or reach.value is None:
        return "no change could be told from chance"
    unit = each.package.measure(reach.measure_id).unit.in_language("en")
    rest = "" if reach.shows else " - more than half of what there is to change"
    return f"{reach.change:.3g} {unit}, from {reach.value:.3g}{rest}"


def _who(each: Outlook) -> Iterator[str]:
    change = each.change
    yield (
        f"  Members then and now: {len(change.stayed)} stayed"
        + (f", {len(change.joined)} came ({', '.join(change.joined)})" if change.joined else "")
        + (f", {len(change.left)} left ({', '.join(change.left)})" if change.left else "")
    )
    if len(change.stayed) * 2 < len(change.stayed) + len(change.left):
        yield "  Fewer than half of those who met then are still here: a baseline anew says more."


def _next(each: Outlook) -> str:
    follow_up = each.follow_up
    if follow_up.state == "confirmed":
        return f"klyngeflow requests {follow_up.request_id}"
    again = " after all" if follow_up.state == "declined" else ""
    return f"{_COMMAND} {follow_up.follow_up_id} --confirm{again} (--meeting DAY for another day)"


def as_dict(workspace: Workspace, each: Outlook) -> dict[str, Any]:
    """One follow-up for a program to read."""
    found = each.proposal
    proposed = None
    if found is not None:
        proposed = {
            "meeting": found.meeting,
            "earliest": found.earliest,
            "confirm_by": last_day_to_confirm(workspace, found),
            "window_start": found.window.start,
            "window_end": found.window.end,
            "before_start": found.before.start,
            "before_end": found.before.end,
            "same_months": found.same_months,
        }
    reach = [vars(row) | {"shows": row.shows} for row in each.reach]
    about = {**vars(each.follow_up.baseline), **vars(each.follow_up)}
    del about["baseline"]
    return about | {"proposal": proposed, "reach": reach, "membership": vars(each.change)}
