"""The data checks that did not pass: in full where the report ends, and in the band of the measures they touch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from reports.found import found_words
from reports.markdown import Markdown
from reports.setting import Setting
from transforms.definitions import Measure
from transforms.filters import Selection
from transforms.sources import QUANTITIES

_SEVERITIES = ("critical", "warning", "info")
_KINDS = (*_SEVERITIES, "crashed")
_NOT_ASKED = "not_asked"
_FEWEST_SHOWN = 0.0005
"""A share under this is not written as a number: it would read as nought."""


@dataclass(frozen=True)
class FailedCheck:
    """One check that failed, crashed or could not be asked, its `files` taken together."""

    source: str
    check_id: str
    severity: str
    outcome: str
    why: str
    rows_failed: int
    rows_checked: int
    files: int = 1
    found: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """What is said of it: its severity, or that it could not be carried out."""
        if self.outcome == "crashed":
            return "crashed"
        return self.severity if self.severity in _SEVERITIES else "warning"


def failed_checks(checks: pl.DataFrame) -> list[FailedCheck]:
    """The gravest first. One check of one source over several files is one line."""
    keys = ["source", "check_id", "severity", "outcome", "why"]
    ordered = checks.sort("file_name").group_by(keys, maintain_order=True)
    rows, told = pl.col("rows_failed", "rows_checked"), pl.col("found").drop_nulls().unique(maintain_order=True)
    files = pl.col("file_name").n_unique().alias("files")
    found = [
        FailedCheck(**(record | {"found": tuple(record["found"])}))
        for record in ordered.agg(rows.sum(), told, files).iter_rows(named=True)
    ]
    return sorted(found, key=lambda check: (_rank(check.severity), check.source, check.check_id, check.outcome))


def _rank(severity: str) -> int:
    return _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)


def check_lines(checks: Sequence[FailedCheck], setting: Setting) -> list[Markdown]:
    """One line per check that did not pass, with its source, or the one line that all did; and what was not asked."""
    say = setting.voice.say
    failed = [check for check in checks if check.outcome != _NOT_ASKED]
    unasked = [check for check in checks if check.outcome == _NOT_ASKED]
    lines = [Markdown(f"{_line(check, setting)} {_source(check.source, setting)}") for check in failed]
    if not failed:
        lines = [say("checks", "passed_of_asked" if unasked else "passed")]
    for source in dict.fromkeys(check.source for check in unasked):
        number = max(check.files for check in unasked if check.source == source)
        line = setting.voice.one_or_many("checks", "not_asked", number)
        lines.append(Markdown(f"{line} {_source(source, setting)}"))
    return lines


def _source(source: str, setting: Setting) -> Markdown:
    return setting.voice.say("checks", "source", source=setting.voice.known("source", source, source))


def measure_check_line(measure: Measure, checks: Sequence[FailedCheck], setting: Setting) -> Markdown | None:
    """The checks that touch one measure, printed in its band: in full if one, counted if more."""
    parts = measure.selections
    asked = [check for check in checks if check.outcome != _NOT_ASKED]
    touched = [check for check in asked if any(_touches(check, part) for part in parts)]
    if not touched:
        return None
    if len(touched) == 1:
        return _line(touched[0], setting)
    counts = Counter(check.kind for check in touched)
    words = [setting.voice.one_or_many("checks", f"count_{kind}", counts[kind]) for kind in _KINDS if counts[kind]]
    return setting.voice.say("checks", "counted", counts=Markdown(", ".join(words)))


def _line(check: FailedCheck, setting: Setting) -> Markdown:
    """How grave it is, what it means, and how many rows: `(8 % af rækkerne: 6.093 af 74.445)`."""
    why = (check.why or check.check_id).rstrip(". ")
    rows = Markdown()
    if check.kind != "crashed" and check.rows_failed and check.rows_checked:
        count = setting.voice.numbers.count
        failed, checked = count(check.rows_failed), count(check.rows_checked)
        rows = setting.voice.say("checks", "rows", share=_share(check, setting), failed=failed, checked=checked)
    line = setting.voice.say("checks", check.kind, why=why) + rows
    whole = line if line.endswith(("?", "!")) else f"{line}."
    return Markdown(" ".join((whole, *found_words(check.found, setting))))


def _share(check: FailedCheck, setting: Setting) -> str:
    """Whole per cent, with a decimal where it would round to nought."""
    share = check.rows_failed / check.rows_checked
    if share < _FEWEST_SHOWN:
        return setting.voice.write("checks", "hardly_any")
    return setting.voice.numbers.percent(share * 100, 1 if share < 0.01 else 0)


_ASKED_BY = {"indication": "indications", "sex": "sex", "age_band": "age"}
"""Columns that matter only to a selection with the filter named beside them."""


def _touches(check: FailedCheck, selection: Selection) -> bool:
    """Whether what the check looked at is in what `selection` counts."""
    if check.source != selection.source:
        return False
    columns = check.check_id.split(".")[1:]
    counted = [column for column in columns if column in QUANTITIES[selection.model]]
    if counted and len(counted) == len(columns) and selection.column not in counted:
        return False
    filters = [_ASKED_BY[column] for column in columns if column in _ASKED_BY]
    return len(filters) != len(columns) or not columns or any(getattr(selection, name) for name in filters)
