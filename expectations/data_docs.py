"""Data Docs: what Great Expectations found, one page per extract and an index, to open where there is no network.

Great Expectations' own pages load styles and scripts from other machines and print the values of failed rows. These are
made from the same results and hold row numbers and counts alone. Nothing heavy is imported here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from expectations.pages import page

KEPT = 200
"""How many extracts, the newest, have a page; the ledger holds all of them."""

ASKED_AS = {
    "not_null": "ExpectColumnValuesToNotBeNull",
    "allowed": "ExpectColumnValuesToBeInSet",
    "pattern": "ExpectColumnValuesToMatchRegex",
    "between": "ExpectColumnValuesToBeBetween",
    "unique_key": "UnexpectedRowsExpectation",
    "not_above": "ExpectColumnPairValuesAToBeGreaterThanB",
    "allowed_together": "ExpectColumnPairValuesToBeInSet",
    "known_practice": "UnexpectedRowsExpectation",
    "inside_period": "ExpectColumnValuesToBeBetween",
    "row_count": "ExpectTableRowCountToBeBetween",
}
"""What each rule is in Great Expectations; a rule about deliveries is asked of the ledger instead."""

_FIRST = {"crashed": 0, "failed": 1, "not_asked": 2, "passed": 3}
_GRAVEST = {"critical": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class CheckLine:
    """One check of one extract as the page shows it: no value of any row."""

    check_id: str
    rule: str
    severity: str
    outcome: str
    rows_checked: int
    rows_failed: int
    example_rows: str
    why: str


@dataclass(frozen=True)
class ExtractPage:
    """One extract: its row of the ledger, what its source is, and its checks."""

    extract_id: int
    file_name: str
    sha256: str
    state: str
    status: str | None
    reason: str | None
    period_start: date | None
    period_end: date | None
    received_at: datetime | None
    rows_read: int | None
    rows_staged: int | None
    rows_excluded: int | None
    rows_rejected: int | None
    title: str
    one_row: str
    checks: tuple[CheckLine, ...]

    @property
    def place(self) -> str:
        """The name of its file among the others."""
        return f"extract_{self.extract_id:05}.html"

    def count(self, outcome: str) -> int:
        """How many of its checks ended so."""
        return sum(check.outcome == outcome for check in self.checks)

    def tone(self, outcome: str) -> str:
        """How loud the count is: a failed check that is not critical keeps nothing out."""
        blocks = any(check.outcome == outcome and check.severity == "critical" for check in self.checks)
        return "warning" if outcome == "failed" and not blocks else outcome


def write_data_docs(folder: Path, extracts: Sequence[ExtractPage], language: str) -> Path:
    """Write the newest extracts' pages and the index into `folder`, take the others away, and return the index.

    A page that stays the same is left alone: what lies in `folder` afterwards depends on `extracts` only.
    """
    folder.mkdir(parents=True, exist_ok=True)
    newest = sorted(extracts, key=lambda extract: extract.extract_id, reverse=True)[:KEPT]
    for extract in newest:
        _write(folder / extract.place, _extract(extract, language))
    for path in folder.glob("extract_*.html"):
        if path.name not in {extract.place for extract in newest}:
            path.unlink()
    return _write(folder / "index.html", page("index.html", language, pages=newest))


def _extract(extract: ExtractPage, language: str) -> str:
    checks = sorted(extract.checks, key=lambda check: (_FIRST[check.outcome], _GRAVEST[check.severity]))
    shown = ExtractPage(**(extract.__dict__ | {"checks": tuple(checks)}))
    return page("extract.html", language, page=shown, asked=lambda rule: ASKED_AS.get(rule, rule))


def _write(path: Path, text: str) -> Path:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        aside = path.with_suffix(".part")
        aside.write_text(text, encoding="utf-8", newline="\n")
        aside.replace(path)
    return path
