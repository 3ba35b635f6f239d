"""What explains the figures of a workbook: whose they are, its columns, states and verdicts, and the measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from reports.checks import check_lines, failed_checks
from reports.figures_file_rows import Printed
from reports.judgement import LEVELS
from reports.markdown import plain
from reports.rows import MeasureRows
from reports.setting import Setting
from transforms.definitions import Measure
from transforms.published import STATES

VERDICTS = ("likely", "chance", "too_few", "incomparable")


@dataclass(frozen=True)
class Explained:
    """One part of the sheet: a heading, then names with what they mean."""

    title: str
    rows: tuple[tuple[str, str], ...]


def explanation(
    printed: Printed, checks: pl.DataFrame, columns: Sequence[str], setting: Setting
) -> tuple[Explained, ...]:
    """The parts in the order they stand."""
    write = setting.voice.write
    parts = [
        Explained(setting.voice.text(printed.package.title), _about(printed, setting)),
        Explained(write("export", "columns"), tuple(_column(name, setting) for name in columns)),
        Explained(write("export", "states"), tuple(_state(state, setting) for state in STATES)),
        Explained(write("export", "measures"), tuple(_measures(printed, setting))),
        Explained(write("heading", "checks"), tuple(("", plain(line)) for line in _checks(checks, setting))),
    ]
    if any(rows.cluster is not None and rows.cluster.now.bounded is not None for rows in printed.measures):
        told = (write("bound", "none"), write("export", "means_state_few_delivered"))
        parts[2] = Explained(parts[2].title, (*parts[2].rows, told))
    if setting.followup:
        verdicts = ((write("pill", kind), write("export", f"verdict_{kind}")) for kind in VERDICTS)
        parts.insert(3, Explained(write("export", "verdicts"), tuple(verdicts)))
    return tuple(parts)


def _about(printed: Printed, setting: Setting) -> tuple[tuple[str, str], ...]:
    write, pack, package = setting.voice.write, setting.pack, printed.package
    windows = ("before", "now") if setting.followup else ("now",)
    own = next((rows.own.label for rows in printed.measures if rows.own is not None), "")
    rows = [
        (write("export", "kind"), write("head", "followup" if setting.followup else "baseline")),
        (write("head", "cluster"), pack["cluster_name"]),
        (write("who", "own"), own),
        *((write("head", each if setting.followup else "window"), setting.period(each)) for each in windows),
        (write("head", "meeting"), setting.voice.numbers.short_day(pack["meeting_date"])),
        ("", write("head", "example") if pack["example_data"] else ""),
        ("", write("head", "draft") if package.status == "draft" else ""),
        ("", write("head", "footer")),
        ("", write("uncertainty", "rounded" if setting.member else "rounded_cluster")),
        ("", _withheld(printed.measures, setting)),
    ]
    return tuple((name, words) for name, words in rows if words)


def _withheld(measures: Sequence[MeasureRows], setting: Setting) -> str:
    reason = next((rows.withheld for rows in measures if rows.withheld), "")
    return setting.voice.write("table", f"practices_{reason}") if reason else ""


def _column(name: str, setting: Setting) -> tuple[str, str]:
    levels = {level: setting.voice.numbers.percent(LEVELS[level]) for level in LEVELS}
    return setting.voice.write("export", name), setting.voice.write("export", f"means_{name}", **levels)


def _state(state: str, setting: Setting) -> tuple[str, str]:
    write = setting.voice.write
    name = write("export", f"state_{state}") if state in ("value", "zero") else write("state", state)
    return name, write("export", f"means_state_{state}")


def _measures(printed: Printed, setting: Setting) -> list[tuple[str, str]]:
    whole = [rows.measure for rows in printed.measures if rows.measure.category is None]
    return [(setting.voice.text(measure.title), _measure(measure, setting)) for measure in whole]


def _measure(measure: Measure, setting: Setting) -> str:
    text, write = setting.voice.text, setting.voice.write
    parts = [text(measure.definition), write("direction", measure.direction)]
    parts += [text(each) for each in (measure.pitfalls, measure.draft_why) if each is not None]
    return " ".join(parts)


def _checks(checks: pl.DataFrame, setting: Setting) -> list[str]:
    return [str(line) for line in check_lines(failed_checks(checks), setting)]
