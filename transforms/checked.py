"""What a check found: the shape in which results travel from the validating process to the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from transforms.contract import Severity

Outcome = Literal["passed", "failed", "crashed", "not_asked"]
"""`not_asked`: there was nothing to hold the extract against, such as a first delivery without any history."""

Said = str | int | float
"""A value of a finding: a name, a code, a month as YYYY-MM, a count or a ratio. Never a figure of one practice."""


@dataclass(frozen=True)
class Reference:
    """What staged rows are held against: the practices known now and the months the extract says it covers."""

    practices: frozenset[str]
    period_start: date
    period_end: date


@dataclass(frozen=True)
class Example:
    """One offending row: its number in the file (the header line counts), the column and the value found."""

    row_number: int
    column: str
    value: str


@dataclass(frozen=True)
class Found:
    """One thing that a check found, fit to print: `say` names the sentence of the reports' words, `values` fill it."""

    say: str
    values: Mapping[str, Said]


def findings_json(found: Iterable[Found]) -> str | None:
    """The findings as the ledger keeps them, or None where there are none."""
    said = [{"say": each.say} | dict(each.values) for each in found]
    return json.dumps(said, ensure_ascii=False, sort_keys=True) if said else None


@dataclass(frozen=True)
class CheckResult:
    """One check of one extract. *failed*: the data broke the rule. *crashed*: the check itself could not run.

    `effect` is what came over what was to be expected (1: as expected; 0.9: a tenth is missing), where a rule has such
    a figure. `named` are the practices behind a finding, for the quality unit's own eyes: never in a report.
    `rejected` has every offending cell where the contract rejects the rows of the rule and accepts so many of them.
    """

    check_id: str
    rule: str
    columns: tuple[str, ...]
    severity: Severity
    outcome: Outcome
    rows_checked: int
    rows_failed: int
    examples: tuple[Example, ...] = ()
    found: tuple[Found, ...] = ()
    named: tuple[str, ...] = ()
    effect: float | None = None
    rejected: tuple[Example, ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether the extract must not be promoted: a critical rule that failed, or whose asking broke down.

        Rows that are rejected one by one block nothing: the others go on without them.
        """
        return self.severity == "critical" and self.outcome in ("failed", "crashed") and not self.rejected
