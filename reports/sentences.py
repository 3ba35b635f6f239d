"""One plain sentence per row, and one line per measure for the box on top. What a verdict says is in verdicts.py."""

from __future__ import annotations

from reports.bounds import bound_sentence
from reports.changes import change_in_brief
from reports.markdown import Markdown
from reports.pills import JUDGED, Pill, pill
from reports.rows import MeasureRows, Row
from reports.seen import both, now_alone
from reports.setting import Setting
from reports.verdicts import incomparable, judged, too_few
from transforms.definitions import Measure


def sentence(row: Row, rows: MeasureRows, setting: Setting) -> Markdown:
    """What the figures of one row say."""
    kind, say = pill(row, setting), setting.voice.say
    if kind == "too_few":
        return too_few(row, rows, setting)
    if kind == "incomparable":
        return incomparable(row, rows, setting)
    if row.now.bounded is not None:
        return Markdown(bound_sentence(row.now.bounded, rows.measure, setting) + _region_alone(row, rows, setting))
    if kind not in (*JUDGED, "readable"):
        return say("sentence", kind)
    return judged(row, rows, setting) if kind in JUDGED else _unjudged(row, rows, setting)


def _unjudged(row: Row, rows: MeasureRows, setting: Setting) -> Markdown:
    """What was seen where nothing is concluded: one window, or a change that has no verdict."""
    measure, say = rows.measure, setting.voice.say
    words = both(row, measure, setting) if setting.followup else now_alone(row, measure, setting)
    if row.practices is not None and setting.followup:
        words = say("sentence", "matched", m=row.practices, rest=words)
    return Markdown(words + _region(rows, setting)) if row.own or rows.own is None else words


def _region_alone(row: Row, rows: MeasureRows, setting: Setting) -> str:
    return _region(rows, setting) if row.own or rows.own is None else ""


def _region(rows: MeasureRows, setting: Setting) -> str:
    region = rows.region
    if region is None or not region.now.readable:
        return ""
    now = setting.beside(rows.measure, region.now)
    if not region.paired:
        return setting.voice.say("sentence", "now_region", v1=now) if not setting.followup else ""
    before = setting.beside(rows.measure, region.before)
    return setting.voice.say("sentence", "region_same" if before == now else "region", v0=before, v1=now)


def summary(rows: MeasureRows, setting: Setting) -> tuple[Pill, Markdown] | None:
    """The measure in one line: the own practice with the cluster beside it, or the cluster with the region."""
    first, second, word = (
        (rows.own, rows.cluster, "cluster") if setting.member else (rows.cluster, rows.region, "region")
    )
    if first is None:
        return None
    kind = pill(first, setting)
    return kind, Markdown(_headline(first, rows.measure, setting) + _beside(second, word, rows.measure, setting))


def _headline(row: Row, measure: Measure, setting: Setting) -> Markdown:
    say, title = setting.voice.say, setting.voice.text(measure.title)
    now = setting.value(measure, row.now)
    kind = pill(row, setting)
    if kind == "too_few" and not (row.judged.lacks_others and row.paired):
        counts = _counts(row, setting)
        key = "too_few" if counts else "too_few_no_counts"
        return say("seconds", key, title=title, counts=counts)
    if kind == "incomparable":
        key = "incomparable_now" if row.now.readable else "incomparable"
        return say("seconds", key, title=title, v1=now, reason=setting.reason(row))
    if row.now.bounded is not None:
        return say("seconds", "bound" if row.now.bounded.lower is not None else "state", title=title, v1=now, state=now)
    if kind not in (*JUDGED, "readable", "too_few"):
        return say("seconds", "state", title=title, state=setting.state(row.now))
    if not setting.followup:
        return say("seconds", "now", title=title, v1=now)
    change, expected = change_in_brief(row, measure, setting), Markdown()
    if kind in JUDGED and row.judged.expected is not None:
        expected = say("seconds", "expected", x=setting.voice.numbers.shared(measure, row.judged.expected))
    values = {"title": title, "v1": now, "v0": setting.beside(measure, row.before), "expected": expected}
    return say("seconds", "both" if change else "both_no_change", change=change, **values)


def _beside(row: Row | None, word: str, measure: Measure, setting: Setting) -> str:
    if row is not None and row.now.bounded is not None:
        return setting.voice.say("seconds", f"{word}_now", v1=setting.value(measure, row.now))
    if row is None or row.now.value is None:
        return ""
    now = setting.beside(measure, row.now)
    if row.paired:
        return setting.voice.say("seconds", f"{word}_both", v1=now, v0=setting.beside(measure, row.before))
    return setting.voice.say("seconds", f"{word}_now", v1=now)


def _counts(row: Row, setting: Setting) -> str:
    """`17 mod 24`: empty where the counts may not be seen."""
    count = setting.voice.numbers.count
    if row.now.numerator is None:
        return ""
    if not setting.followup or row.before is None or row.before.numerator is None:
        return count(row.now.numerator)
    return setting.voice.write("seconds", "counts", n1=count(row.now.numerator), n0=count(row.before.numerator))
