"""What a check found: the shape in which results travel from the validating process to the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from transforms.contract import Severity

Outcome = Literal["passed", "failed", "crashed"]


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
class CheckResult:
    """One check of one extract. *failed*: the data broke the rule. *crashed*: the check itself could not run.

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
    rejected: tuple[Example, ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether the extract must not be promoted: a critical rule that failed, or could not be asked.

        Rows that are rejected one by one block nothing: the others go on without them.
        """
        return self.severity == "critical" and self.outcome != "passed" and not self.rejected
