"""What `klyngeflow deliver` does, alone in the workspace; Prefect has no part in it."""

from __future__ import annotations

from flows.delivering import Round, Told, candidates, deliver_each
from flows.erasing import finish_what_was_cut_off
from flows.mailing import NoSuchNoticeError, Sent, decide, send_due
from flows.reminded_sheets import FOLDER
from flows.reminding import Reminded, remind_due
from flows.settings import Workspace
from warehouse.files import clear_leftovers
from warehouse.ledger import utc_now
from warehouse.locks import one_command


def deliver_packs(
    workspace: Workspace, round_: Round, chosen: tuple[str | None, str | None], *, remind: bool
) -> tuple[list[Told], Sent | None, list[str]]:
    """Hand over the pack or the cluster's packs that are `chosen`, or all; then send what mail there is to send."""
    finish_what_was_cut_off(workspace)
    with one_command(workspace.store):
        clear_leftovers(workspace.store)
        found = list(deliver_each(workspace, candidates(workspace, round_, *chosen), round_))
        if round_.dry:
            return found, None, []
        lines: list[str] = []
        if remind:
            reminded = remind_due(workspace, round_.today, round_.who)
            lines += reminded_lines(reminded)
        return found, send_due(workspace, round_.today, utc_now(), round_.who), lines


def reminded_lines(reminded: Reminded) -> list[str]:
    """Who is reminded and with what, and who has no address."""
    sheets = f", {reminded.with_sheet} with a blank sheet" if reminded.with_sheet else ""
    lines = [f"{reminded.queued} practices are reminded{sheets}."]
    if reminded.without_address:
        lines.append(f"No e-mail in modtagere.csv for {', '.join(reminded.without_address[:6])}: not reminded.")
    if reminded.sheets_laid_out:
        lines.append(f"{reminded.sheets_laid_out} blank sheets for those without one lie in outbox/{FOLDER}.")
    return lines


def settle_notice(workspace: Workspace, named: str, outcome: str, who: str) -> str:
    """Put on record what a person found out about a notice; one sentence that says how it stands.

    Raises:
        NoSuchNoticeError: there is no such notice or outcome.
    """
    if outcome not in ("sent", "again", "drop"):
        raise NoSuchNoticeError(f"A notice is settled as sent, again or drop, and not as {outcome!r}.")
    with one_command(workspace.store):
        settled = decide(workspace, named, outcome, who)
    then = ": the next klyngeflow deliver sends it" if settled.state == "queued" else ""
    return f"{settled.notice_id} to {settled.recipient} {settled.unit_id} is {settled.state}{then}."
