"""What was seen: counts and values, in the form that the known counts allow. Nothing is concluded here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.changes import is_share
from reports.markdown import Markdown
from reports.rows import MeasureRows, Row
from reports.setting import Setting
from transforms.definitions import Measure


def both(row: Row, measure: Measure, setting: Setting) -> Markdown:
    """Before and now: `754 recepter mod 894: fra 262 til 221 pr. 1.000`, with the interval of the change."""
    form, counts = known_counts(row, measure, setting)
    before, now = setting.beside(measure, row.before), setting.value(measure, row.now)
    interval = _change_interval(row, measure, setting)
    return setting.voice.say("sentence", form, v0=before, v1=now, interval=interval, **counts)


def now_alone(row: Row, measure: Measure, setting: Setting) -> Markdown:
    """The one window of a baseline pack."""
    form, counts = known_counts(row, measure, setting)
    interval, figure = Markdown(), setting.voice.numbers.figure
    if row.now.interval is not None:
        lower, upper = row.now.interval
        upper_words = setting.voice.numbers.with_unit(measure, upper)
        interval = setting.voice.say("sentence", "now_interval", lower=figure(measure, lower), upper=upper_words)
    return setting.voice.say("sentence", f"now_{form}", v1=setting.value(measure, row.now), interval=interval, **counts)


def counts_line(rows: MeasureRows, told: Sequence[Row], setting: Setting) -> Markdown | None:
    """The counts behind the rows `told`, for the note under a measure; null where none may be seen."""
    say, parts = setting.voice.say, []
    for row in told:
        form, counts = known_counts(row, rows.measure, setting)
        if form == "plain":
            continue
        words = say("seconds", f"counts_{form}", **counts)
        if row.own:
            parts.append(say("note", "counts_own", counts=words))
        elif row.practices is not None:
            parts.append(setting.voice.one_or_many("note", "counts_cluster", row.practices, counts=words))
    events = setting.voice.text(rows.measure.events)
    return say("note", "counts", events=events, list=Markdown(", ".join(parts))) if parts else None


def counts_now(form: str, counts: Mapping[str, str], setting: Setting) -> str:
    """The latest count alone: `754`, or for a share `754 af 2.120`. `form` and `counts` are those of `known_counts`."""
    if form == "rate":
        return counts["n1"]
    return setting.voice.write("table", "of", n=counts["n1"], d=counts["d1"])


def known_counts(row: Row, measure: Measure, setting: Setting) -> tuple[str, dict[str, str]]:
    """Which form of a sentence the known counts allow (rate, share, plain), and those counts in words."""
    if measure.kind not in ("rate", "proportion"):
        return "plain", {}
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


def _change_interval(row: Row, measure: Measure, setting: Setting) -> Markdown:
    if row.change_lower is None or row.change_upper is None:
        return Markdown()
    change = setting.voice.numbers.change
    lower, upper = change(measure, row.change_lower), change(measure, row.change_upper)
    key = "interval_points" if is_share(measure, setting) else "interval"
    return setting.voice.say("sentence", key, lower=lower, upper=upper)
