"""How a row may be read, in one word: its verdict at a follow-up, else whether there are figures to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from reports.rows import Row
from reports.setting import Setting
from transforms.verdict import Verdict

Pill = Literal[
    "likely",
    "chance",
    "readable",
    "too_few",
    "incomparable",
    "not_submitted",
    "suppressed",
    "not_computable",
    "not_applicable",
    "few_delivered",
]
OF_VERDICT: Mapping[Verdict, Pill] = {
    "likely change": "likely",
    "cannot be told from chance": "chance",
    "too few data": "too_few",
    "not comparable": "incomparable",
}
JUDGED: tuple[Pill, ...] = ("likely", "chance")
"""The verdicts that hold a figure against the expected one, which is then printed with it."""


def pill(row: Row, setting: Setting) -> Pill:
    """The verdict where there is one and the figures it is about are printed; never more than the figures can bear."""
    if row.now.bounded is not None:
        return "few_delivered"
    state = row.now.state
    if state not in ("value", "zero", "too_few"):
        return state
    if not setting.followup:
        return "too_few" if state == "too_few" else "readable"
    verdict = None if row.judged.verdict is None else OF_VERDICT[row.judged.verdict]
    if verdict is not None and verdict not in JUDGED:
        return verdict
    if not row.comparable:
        return "incomparable"
    if state == "too_few" or (row.before is not None and row.before.state == "too_few"):
        return "too_few"
    return (verdict or "readable") if row.paired else "incomparable"
