"""The goals of a follow-up as rows of the file of figures: what, who, by when, the hope, and the cluster's figures."""

from __future__ import annotations

from collections.abc import Mapping

from reports.agreed import Goal, hope, seen, standing
from reports.changes import has_change
from reports.figures_file_rows import Line, Number, figure, rounded
from reports.markdown import plain
from reports.rows import Point
from reports.setting import Setting
from transforms.definitions import Measure

GOAL_COLUMNS: Mapping[str, int] = {
    **{"number": 5, "what": 44, "who": 22, "by_when": 14, "agreed_on": 12, "measure": 30, "hope": 22},
    **{"before": 10, "now": 10, "change": 10, "verdict": 30},
}
"""Words of `[goal_form]` with the width of their columns in letters."""


def goal_line(goal: Goal, setting: Setting) -> Line:
    """One goal. A cell is blank where the report prints nothing there; where nothing is counted the verdict says so."""
    record, row = goal.record, goal.cluster
    line: Line = {
        "number": rounded(record["number"], 0),
        "what": record["what"],
        "who": record["who"],
        "by_when": record["by_when"],
        "agreed_on": record["agreed_on"],
        "verdict": standing(goal, setting)[1],
    }
    if goal.measure is None:
        return line
    line |= {"measure": setting.voice.text(goal.measure.title), "hope": hope(goal, setting) or None}
    if row is None:
        return line | {"verdict": plain(seen(goal, setting))}
    line |= {"before": _value(goal.measure, row.before), "now": _value(goal.measure, row.now)}
    return line | ({"change": rounded(row.change, goal.measure.decimals)} if has_change(row, setting) else {})


def _value(measure: Measure, point: Point | None) -> Number | None:
    return figure(measure, point.value) if point is not None and point.readable else None
