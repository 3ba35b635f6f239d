"""A practice takes its consent back: what is made again without it, and what was sent before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from flows.clock import today
from flows.erasing import finish_what_was_cut_off
from flows.requesting import ready_orders
from flows.settings import Workspace
from flows.starting import require_warehouse
from flows.taking_out import take_out
from warehouse import consents
from warehouse.consents import Sent
from warehouse.locks import one_command
from warehouse.publishing import publish


def withdraw(workspace: Workspace, practice: str, first: date, who: str) -> tuple[bool, list[Sent]]:
    """Enter that the practice has said no; whether packs are to be made again now, and what had been sent before.

    Raises:
        UnknownPracticeError: the registry has no such practice.
    """
    require_warehouse(workspace)
    finish_what_was_cut_off(workspace)
    with one_command(workspace.store):
        consents.withdraw_consent(workspace.store, practice.strip(), first, who)
        again = bool(ready_orders(workspace, today()))
        sent = [each for each in consents.sent_before(workspace.store) if each.practice_id == practice.strip()]
        for each in sent:
            take_out(workspace, each.pack_id, each.practice_id)
        publish(workspace.store)
    return again, sent


def make_again(workspace: Workspace) -> int:
    """Make the packs that became ready by it, without the practice; the worst exit code among them."""
    from flows.commands import in_surroundings, make_ready
    from flows.progress import DISPLAY

    with in_surroundings(workspace, validating=False):
        outcomes = make_ready(workspace)
    for outcome in outcomes:
        DISPLAY.say(f"{outcome.state:9} {outcome.file_name}: {outcome.shown or outcome.sentence}")
    return max((outcome.exit_code for outcome in outcomes), default=0)


def sent_lines(sent: Sequence[Sent]) -> Iterator[str]:
    """One line per sent pack: whose consent ended when, which pack, when it was sent and who says so."""
    for each in sent:
        when = f"sent {each.sent_at:%Y-%m-%d %H:%M} by {each.sent_by}" if each.sent_at else "sent"
        yield (
            f"{each.practice_id} (no since {each.withdrawn_at:%Y-%m-%d %H:%M}): {each.pack_id} ({each.request_id}), "
            f"{when}. Ask those who have it to destroy it, and take its letter out of outbox/kuverter if it lies there."
        )
