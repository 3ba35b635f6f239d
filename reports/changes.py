"""A change in figures: percentage points for a share; for any other unit per cent, with the difference beside it.

A share never changes by per cent here: a percentage of a percentage is read as points.
"""

from __future__ import annotations

from reports.numbers import NBSP
from reports.pills import pill
from reports.rows import Row
from reports.setting import Setting
from transforms.definitions import Measure


def is_share(measure: Measure, setting: Setting) -> bool:
    """Whether values of `measure` are per cent themselves."""
    return setting.voice.text(measure.unit) == "%"


def change_in_brief(row: Row, measure: Measure, setting: Setting) -> str:
    """`+2,8 procentpoint` or `−23 %`: empty where neither is known."""
    if is_share(measure, setting):
        if row.change is None:
            return ""
        points = setting.voice.write("change", "points")
        return f"{setting.voice.numbers.change(measure, row.change)}{NBSP}{points}"
    return "" if row.ratio is None else setting.relative(row.ratio)


def change_lines(row: Row, measure: Measure, setting: Setting) -> tuple[str, str]:
    """Two short lines, the upper one in bold: `+2,8` over `procentpoint`, `−15 %` over `−33 pr. 1.000`."""
    if row.change is None:
        return "", ""
    change = setting.voice.numbers.change(measure, row.change)
    if is_share(measure, setting):
        return change, setting.voice.write("change", "points")
    unit = setting.voice.text(measure.unit)
    return (change, unit) if row.ratio is None else (setting.relative(row.ratio), f"{change} {unit}")


def change_cells(row: Row, measure: Measure, setting: Setting) -> list[str]:
    """Difference, its interval and the relative change for a table: dashes where the two are not set beside each other.

    That is where a figure is missing, where they are not comparable, and where they are too few to be read alone.
    """
    write = setting.voice.write
    if row.change is None or not has_change(row, setting):
        return [write("state", "absent")] * 3
    change, bounds = setting.voice.numbers.change, write("state", "absent")
    if row.change_lower is not None and row.change_upper is not None:
        lower, upper = change(measure, row.change_lower), change(measure, row.change_upper)
        bounds = write("table", "range", lower=lower, upper=upper)
    return [change(measure, row.change), bounds, relative_cell(row, measure, setting)]


def has_change(row: Row, setting: Setting) -> bool:
    """Whether the two figures are set beside each other: both are there, comparable, and enough to be read alone."""
    unread = pill(row, setting) in ("too_few", "incomparable") and not row.judged.lacks_others
    return row.paired and row.change is not None and not unread


def relative_cell(row: Row, measure: Measure, setting: Setting) -> str:
    """The change in per cent for a table; a dash for a share."""
    if is_share(measure, setting) or row.ratio is None or not row.paired:
        return setting.voice.write("state", "absent")
    return setting.relative(row.ratio)
