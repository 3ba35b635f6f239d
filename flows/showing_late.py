"""The end of `report --add` on the terminal: which practices count now, and which figures moved from what to what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from flows.cli_extracts import outcome_line
from flows.findings import Line
from flows.late import Late, Remade
from flows.progress import DISPLAY

MOST_OWN = 20


def show_late(late: Late) -> None:
    """Lines and, on a terminal, a table per pack; plain lines where a program or a file is at the other end."""
    for outcome in late.outcomes:
        DISPLAY.say(outcome_line(outcome.file_name, outcome.state, outcome.rows, outcome.shown or outcome.sentence))
    for outcome in late.blocked:
        DISPLAY.say(f"{outcome.state:9} {outcome.shown}")
    for remade in late.remade:
        _show(remade)
    if not late.remade and not late.blocked:
        DISPLAY.say(_nothing(late))
    elif late.left:
        DISPLAY.say(_others(late.left))


def as_json(late: Late) -> dict[str, Any]:
    """The same for a program."""
    return {
        "files": [
            {"file": each.file_name, "state": each.state, "rows": each.rows, "why": each.shown or each.sentence}
            for each in late.outcomes
        ],
        "packs": [
            {
                "pack": each.pack_id,
                "folder": str(each.folder),
                **asdict(each.moved),
                "cluster": [{"measure": name, "before": was, "now": figure} for name, was, figure in _rows(each)],
            }
            for each in late.remade
        ],
        "blocked": [each.shown for each in late.blocked],
        "left": list(late.left),
    }


def _show(remade: Remade) -> None:
    change = remade.moved
    DISPLAY.say("")
    DISPLAY.say(
        f"{remade.pack_id}: {change.delivered} of {change.members} practices have delivered"
        + (f", {change.delivered_before} before." if change.delivered != change.delivered_before else ", as before.")
    )
    for what, practices in (("Counting now", change.joined), ("No longer counting", change.lost)):
        if practices:
            DISPLAY.say(f"{what}: {', '.join(practices)}.")
    _show_rows([row for row in _rows(remade) if row[1] != row[2]])
    for own in change.own[:MOST_OWN]:
        DISPLAY.say(f"  own figure of {own.practice}, {own.measure}: {_number(own.before)} -> {_number(own.now)}")
    if len(change.own) > MOST_OWN:
        DISPLAY.say(f"  and {len(change.own) - MOST_OWN} more own figures; each member's report has its own.")
    DISPLAY.say(f"The new pack: {remade.folder}")


def _show_rows(rows: Sequence[tuple[str, str, str]]) -> None:
    if not rows:
        DISPLAY.say("No printed figure of the cluster moved.")
        return
    if not DISPLAY.lively:
        for measure, was, figure in rows:
            DISPLAY.say(f"  {measure}: from {was} to {figure}")
        return
    table = Table("the cluster's", "was", "is now", box=None, padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*row)
    DISPLAY.console.print(table)


def _rows(remade: Remade) -> Iterator[tuple[str, str, str]]:
    """Every measure with the cluster's figure as printed then and now; `-` where it had none."""
    then = {line.measure: line for line in remade.before}
    later = {line.measure: line for line in remade.now}
    for measure in dict.fromkeys((*then, *later)):
        yield measure, _figure(then.get(measure)), _figure(later.get(measure))


def _figure(line: Line | None) -> str:
    return "-" if line is None else line.figure


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.4g}"


def _nothing(late: Late) -> str:
    if all(outcome.state == "refused" for outcome in late.outcomes):
        return "Nothing was brought in, and no pack was touched. The packs are as they were."
    if late.left:
        return f"That pack does not rest on these files; others do: {', '.join(late.left[:6])}. Nothing was rendered."
    return "Nothing changed: every pack that rests on these files has been made from them already, or none does."


def _others(left: Sequence[str]) -> str:
    return f"Left as they are, though they rest on these files too: {', '.join(left[:6])}. klyngeflow run makes them."
