"""The words that stand in for a chart where it cannot be seen."""

from __future__ import annotations

from collections.abc import Sequence

from reports.figures.strip_layout import STATE_ORDER
from reports.pills import JUDGED, pill
from reports.rows import MeasureRows, Row
from reports.setting import Setting


def strip_alternative(rows: MeasureRows, setting: Setting) -> str:
    """The range of the practices, then own practice, cluster and region, then how many are in each other state."""
    words, value = setting.voice.write, setting.value
    title = setting.voice.text(rows.measure.title)
    text = words("alt", "strip", title=title, period=setting.period("now"))
    readable = sorted(row.now.value for row in rows.practices if row.now.readable and row.now.value is not None)
    if len(readable) > 1:
        low, high = (setting.voice.numbers.with_unit(rows.measure, number) for number in (readable[0], readable[-1]))
        text += words("alt", "strip_range", n=len(readable), low=low, high=high)
    for key, row in (("own", rows.own), ("cluster", rows.cluster), ("region", rows.region)):
        text += words("alt", f"strip_{key}", value=value(rows.measure, row.now)) if row else ""
    for state in STATE_ORDER:
        count = sum(row.now.state == state for row in rows.practices)
        text += words("alt", "strip_group", words=words("state", state), n=count) if count else ""
    return text


def dumbbell_alternative(found: Sequence[Row], rows: MeasureRows, setting: Setting) -> str:
    """Each row's figure before and now, with the expected one and the verdict where the picture has the tick."""
    words, value = setting.voice.write, setting.value
    suffix = "" if setting.followup else "_now"
    text = words("alt", f"dumbbell{suffix}", title=setting.voice.text(rows.measure.title))
    for row in found:
        who = words("who", "own" if row.own else row.level)
        before, now = value(rows.measure, row.before), value(rows.measure, row.now)
        kind, expected = pill(row, setting), row.judged.expected
        if kind in JUDGED and expected is not None:
            told = {"x": setting.voice.numbers.with_unit(rows.measure, expected), "verdict": words("pill", kind)}
            text += words("alt", "dumbbell_row_expected", who=who, before=before, now=now, **told)
        else:
            text += words("alt", f"dumbbell_row{suffix}", who=who, before=before, now=now)
    return text
