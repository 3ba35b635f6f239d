"""What a report rests on: who delivered, which extracts, which checks did not pass, which versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from reports.markdown import Markdown
from reports.setting import Setting
from transforms.definitions import Measure, Selection

SHORT_SHA = 8
_SHAS_SHOWN = 4
_SEVERITIES = ("critical", "warning", "info")


@dataclass(frozen=True)
class FailedCheck:
    """One check that failed or crashed, its files taken together."""

    source: str
    check_id: str
    severity: str
    outcome: str
    why: str
    rows_failed: int
    rows_checked: int


def failed_checks(checks: pl.DataFrame) -> list[FailedCheck]:
    """The gravest first. One check of one source over several files is one line."""
    keys = ["source", "check_id", "severity", "outcome", "why"]
    grouped = checks.group_by(keys).agg(pl.col("rows_failed").sum(), pl.col("rows_checked").sum())
    found = [FailedCheck(**record) for record in grouped.iter_rows(named=True)]
    return sorted(found, key=lambda check: (_rank(check.severity), check.source, check.check_id, check.outcome))


def _rank(severity: str) -> int:
    return _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)


def check_lines(checks: Sequence[FailedCheck], setting: Setting) -> list[Markdown]:
    """One line per check that did not pass, or the one line that all did."""
    if not checks:
        return [setting.voice.say("checks", "passed")]
    return [_check_line(check, setting) for check in checks]


def _check_line(check: FailedCheck, setting: Setting) -> Markdown:
    voice, count = setting.voice, setting.voice.numbers.count
    return voice.say(
        "checks",
        "crashed" if check.outcome == "crashed" else "failed",
        severity=voice.known("checks", check.severity, check.severity),
        source=_source_name(check.source, setting),
        why=(check.why or check.check_id).rstrip(". ") + ("." if check.outcome == "crashed" else ""),
        failed=count(check.rows_failed),
        checked=count(check.rows_checked),
    )


def measure_check_line(measure: Measure, checks: Sequence[FailedCheck], setting: Setting) -> Markdown | None:
    """The checks that touch one measure, printed in its band: in full if one, counted if more."""
    touched = [
        check for check in checks if any(_touches(check, part) for part in (measure.numerator, measure.denominator))
    ]
    if not touched:
        return None
    if len(touched) > 1:
        return setting.voice.say("note", "checks_many", n=len(touched))
    return setting.voice.say("note", "checks_one", why=_check_line(touched[0], setting))


_ASKED_BY = {"indication": "indications", "sex": "sex", "age_band": "age"}
"""Columns that matter only to a selection with the filter named beside them."""


def _touches(check: FailedCheck, selection: Selection) -> bool:
    """Whether what the check looked at is in what `selection` counts."""
    if check.source != selection.source:
        return False
    columns = check.check_id.split(".")[1:]
    filters = [_ASKED_BY[column] for column in columns if column in _ASKED_BY]
    return len(filters) != len(columns) or not columns or any(getattr(selection, name) for name in filters)


def delivered_words(notes: pl.DataFrame, setting: Setting) -> Markdown:
    """How many practices the figures hold, and what happened to the others: never which."""
    voice, pack = setting.voice, setting.pack
    parts = [
        voice.say("grounds", "delivered", delivered=pack["practices_delivered"], members=pack["practices_members"]),
    ]
    if setting.followup:
        parts.append(voice.say("grounds", "matched", matched=pack["practices_matched"]))
    for record in notes.sort("change").iter_rows(named=True):
        if record["practices"] and f"{record['change']}_one" in voice.words["grounds"]:
            parts.append(voice.one_or_many("grounds", record["change"], int(record["practices"])))
    key = "same_season" if setting.followup else "one_window"
    periods = {"before": setting.period("before")} if setting.followup else {}
    parts.append(voice.say("grounds", key, now=setting.period("now"), **periods))
    return Markdown(" ".join(parts))


def source_lines(sources: pl.DataFrame, setting: Setting) -> list[Markdown]:
    """One line per source: how many extracts, what they cover, whether they are final, and their short digests."""
    lines = []
    for (source,), extracts in sources.sort("source", "period_start", "sha256").group_by("source", maintain_order=True):
        lines.append(_source_line(str(source), list(extracts.iter_rows(named=True)), setting))
    return lines


def _source_line(source: str, extracts: Sequence[Mapping[str, Any]], setting: Setting) -> Markdown:
    voice = setting.voice
    starts = [extract["period_start"] for extract in extracts if extract["period_start"]]
    ends = [extract["period_end"] for extract in extracts if extract["period_end"]]
    # A registry covers no period: it is what was known when it came.
    period = {"period": voice.numbers.period(min(starts), max(ends))} if starts and ends else {}
    line = voice.say(
        "grounds",
        "source" if period else "source_without_period",
        source=_source_name(source, setting),
        extracts=voice.one_or_many("grounds", "extracts", len(extracts)),
        **period,
        status=_status([extract["status"] for extract in extracts], setting),
        shas=_shas([extract["sha256"] for extract in extracts], setting),
    )
    excluded = sum(extract["rows_excluded"] or 0 for extract in extracts)
    return Markdown(line + " " + voice.one_or_many("grounds", "excluded", excluded)) if excluded else line


def _status(statuses: Sequence[str], setting: Setting) -> str:
    status = statuses[0] if len(set(statuses)) == 1 else "both"
    return setting.voice.known("grounds", status, status)


def _shas(digests: Sequence[str], setting: Setting) -> Markdown:
    short = ", ".join(digest[:SHORT_SHA] for digest in digests[:_SHAS_SHOWN])
    more = len(digests) - _SHAS_SHOWN
    if more < 1:
        return Markdown(short)
    return Markdown(f"{short} {setting.voice.say('grounds', 'more_shas', n=more)}")


def _source_name(source: str, setting: Setting) -> str:
    return setting.voice.known("source", source, source)


def version_words(versions: Mapping[str, str]) -> str:
    return " · ".join(f"{name} {version}" for name, version in sorted(versions.items()))
