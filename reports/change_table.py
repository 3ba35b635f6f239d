"""The change behind the dumbbells, as rows of cells: what was expected, and what is left net of the region."""

from __future__ import annotations

from collections.abc import Sequence

from reports.changes import change_cells
from reports.judgement import LEVELS
from reports.markdown import Markdown
from reports.net import net_change
from reports.pills import JUDGED, pill
from reports.rows import MeasureRows, Row
from reports.setting import Setting
from reports.tables import Table, as_cells, title_cells, unit_name
from transforms.definitions import Measure

_HEADS = (
    "who",
    "change",
    "change_interval",
    "ratio",
    "expected",
    "expected_interval",
    "net",
    "net_interval",
    "verdict",
)


def changes_table(measures: Sequence[MeasureRows], setting: Setting) -> Table | None:
    """Own practice, cluster and region: the change, the expected figure, the net change and the verdict."""
    if not setting.followup:
        return None
    rows: list[tuple[Markdown, ...]] = []
    for number, measured in enumerate(measures, start=1):
        found = [row for row in (measured.own, measured.cluster, measured.region) if row is not None]
        rows.append(title_cells(number, measured.measure, setting, len(_HEADS)))
        rows += [as_cells(_row(row, measured.measure, setting)) for row in found]
    return Table(tuple(setting.voice.say("table", key) for key in _HEADS), tuple(rows), 1)


def level_words(setting: Setting) -> Markdown:
    """With which confidence the table's intervals are made."""
    levels = {level: setting.voice.numbers.percent(LEVELS[level]) for level in LEVELS}
    return setting.voice.say("table", "levels", **levels)


def _row(row: Row, measure: Measure, setting: Setting) -> list[str]:
    absent, kind = setting.voice.write("state", "absent"), pill(row, setting)
    verdict = absent if row.judged.verdict is None else setting.voice.write("pill", kind)
    held = _held_against(row, measure, setting) if kind in JUDGED else [absent] * 4
    return [unit_name(row, setting), *change_cells(row, measure, setting), *held, verdict]


def _held_against(row: Row, measure: Measure, setting: Setting) -> list[str]:
    """Expected and net change, each with its interval."""
    numbers, absent, judged = setting.voice.numbers, setting.voice.write("state", "absent"), row.judged
    expected = absent if judged.expected is None else numbers.shared(measure, judged.expected)
    bounds = judged.expected_interval
    around = absent if bounds is None else numbers.interval(measure, *bounds)
    net = net_change(row, measure, setting)
    if net is None:
        return [expected, around, absent, absent]
    return [expected, around, net.change, setting.voice.write("table", "range", lower=net.lower, upper=net.upper)]
