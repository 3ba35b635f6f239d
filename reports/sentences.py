"""One pill and one plain sentence per row, and one line per measure for the box on top. No verdicts, no blame."""

from __future__ import annotations

from typing import Literal

from reports.changes import change_in_brief, is_share
from reports.markdown import Markdown
from reports.rows import MeasureRows, Row
from reports.setting import Setting
from transforms.definitions import Measure

Pill = Literal["readable", "too_few", "incomparable", "not_submitted", "suppressed", "not_computable", "not_applicable"]


def pill(row: Row, setting: Setting) -> Pill:
    """How a row may be read: enough figures, too few on their own, or not beside each other at all."""
    state = row.now.state
    if state not in ("value", "zero", "too_few"):
        return state
    if not setting.followup:
        return "too_few" if state == "too_few" else "readable"
    if not row.comparable:
        return "incomparable"
    if state == "too_few" or (row.before is not None and row.before.state == "too_few"):
        return "too_few"
    return "readable" if row.paired else "incomparable"


def sentence(row: Row, rows: MeasureRows, setting: Setting) -> Markdown:
    """What the figures of one row say."""
    kind, say = pill(row, setting), setting.voice.say
    if kind == "too_few":
        return Markdown(_too_few(row, rows.measure, setting) + (say("sentence", "use_cluster") if row.own else ""))
    if kind == "incomparable":
        return _incomparable(row, rows.measure, setting)
    if kind != "readable":
        return say("sentence", kind)
    words = _both(row, rows.measure, setting) if setting.followup else _now(row, rows.measure, setting)
    if row.level == "cluster" and setting.followup:
        words = say("sentence", "matched", m=int(setting.pack["practices_matched"]), rest=words)
    return Markdown(words + _region(rows, setting)) if row.own or rows.own is None else words


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
    if kind == "too_few":
        counts = _counts(row, setting)
        key = "too_few" if counts else "too_few_no_counts"
        return say("seconds", key, title=title, counts=counts)
    if kind == "incomparable":
        key = "incomparable_now" if row.now.readable else "incomparable"
        return say("seconds", key, title=title, v1=now, reason=setting.reason(row))
    if kind != "readable":
        return say("seconds", "state", title=title, state=setting.state(row.now))
    if not setting.followup:
        return say("seconds", "now", title=title, v1=now)
    before = setting.beside(measure, row.before)
    change = change_in_brief(row, measure, setting)
    return say("seconds", "both" if change else "both_no_change", title=title, v1=now, v0=before, change=change)


def _beside(row: Row | None, word: str, measure: Measure, setting: Setting) -> str:
    if row is None or row.now.value is None:
        return ""
    now = setting.beside(measure, row.now)
    if row.paired:
        return setting.voice.say("seconds", f"{word}_both", v1=now, v0=setting.beside(measure, row.before))
    return setting.voice.say("seconds", f"{word}_now", v1=now)


def _counts(row: Row, setting: Setting) -> str:
    """`9 af 17 mod 13 af 24` for a share, `17 mod 24` otherwise: empty where the counts may not be seen."""
    count = setting.voice.numbers.count
    if row.now.numerator is None:
        return ""
    if not setting.followup or row.before is None or row.before.numerator is None:
        return count(row.now.numerator)
    return setting.voice.write("seconds", "counts", n1=count(row.now.numerator), n0=count(row.before.numerator))


def _form(row: Row, measure: Measure, setting: Setting) -> tuple[str, dict[str, str]]:
    """Which form of a sentence the known counts allow (rate, share, plain), and those counts in words."""
    count, parts = setting.voice.numbers.count, [("1", row.now)]
    if setting.followup and row.before is not None:
        parts.append(("0", row.before))
    numerators = {f"n{at}": point.numerator for at, point in parts}
    denominators = {f"d{at}": point.denominator for at, point in parts if measure.kind == "proportion"}
    known = {**numerators, **denominators}
    if None in known.values() or (setting.followup and row.before is None):
        return "plain", {}
    words = {key: count(number) for key, number in known.items() if number is not None}
    words["events"] = setting.voice.text(measure.events)
    return ("share" if measure.kind == "proportion" else "rate"), words


def _both(row: Row, measure: Measure, setting: Setting) -> Markdown:
    form, counts = _form(row, measure, setting)
    before, now = setting.beside(measure, row.before), setting.value(measure, row.now)
    return setting.voice.say("sentence", form, v0=before, v1=now, interval=_interval(row, measure, setting), **counts)


def _interval(row: Row, measure: Measure, setting: Setting) -> Markdown:
    if row.change_lower is None or row.change_upper is None:
        return Markdown()
    change = setting.voice.numbers.change
    lower, upper = change(measure, row.change_lower), change(measure, row.change_upper)
    key = "interval_points" if is_share(measure, setting) else "interval"
    return setting.voice.say("sentence", key, lower=lower, upper=upper)


def _now(row: Row, measure: Measure, setting: Setting) -> Markdown:
    form, counts = _form(row, measure, setting)
    interval, figure = Markdown(), setting.voice.numbers.figure
    if row.now.interval is not None:
        lower, upper = row.now.interval
        upper_words = setting.voice.numbers.with_unit(measure, upper)
        interval = setting.voice.say("sentence", "now_interval", lower=figure(measure, lower), upper=upper_words)
    return setting.voice.say("sentence", f"now_{form}", v1=setting.value(measure, row.now), interval=interval, **counts)


def _too_few(row: Row, measure: Measure, setting: Setting) -> Markdown:
    form, counts = _form(row, measure, setting)
    return setting.voice.say("sentence", f"{'' if setting.followup else 'now_'}too_few_{form}", **counts)


def _incomparable(row: Row, measure: Measure, setting: Setting) -> Markdown:
    words = setting.voice.say("sentence", "incomparable", reason=setting.reason(row))
    if row.now.readable:
        words = Markdown(words + setting.voice.say("sentence", "stands_alone", v1=setting.value(measure, row.now)))
    return words


def _region(rows: MeasureRows, setting: Setting) -> str:
    region = rows.region
    if region is None or not region.now.readable:
        return ""
    now = setting.beside(rows.measure, region.now)
    if not region.paired:
        return setting.voice.say("sentence", "now_region", v1=now) if not setting.followup else ""
    before = setting.beside(rows.measure, region.before)
    return setting.voice.say("sentence", "region_same" if before == now else "region", v0=before, v1=now)
