"""What a verdict says in words: what was seen, what the region did, what was to be expected, and how sure it is."""

from __future__ import annotations

from math import isfinite
from typing import Literal

import polars as pl

from reports.changes import change_in_brief
from reports.markdown import Markdown
from reports.net import detectable, net_change
from reports.pills import JUDGED, pill
from reports.rows import MeasureRows, Point, Row
from reports.seen import known_counts
from reports.setting import Setting
from transforms import scales
from transforms.definitions import Measure

EXPLAINED = ("check", "background", "expected")
"""Reasons of a verdict that have a sentence of their own."""
_SEEN_TO_BE_DRAWN = 0.05
"""From this part of it on, a reader who reckons sees that the expected figure is not the region's change alone."""


def judged(row: Row, rows: MeasureRows, setting: Setting) -> Markdown:
    """A likely change, or one that cannot be told from chance."""
    concluded = _likely if pill(row, setting) == "likely" else _chance
    return Markdown(_seen(row, rows, setting) + concluded(row, rows.measure, setting))


def too_few(row: Row, rows: MeasureRows, setting: Setting) -> Markdown:
    """Too few to show a change, how large one would have had to be, and what to look at instead.

    Where the figures are many enough, and it is the others around that are too few, that is what is said.
    """
    if row.judged.lacks_others and row.paired:
        return Markdown(_seen(row, rows, setting) + setting.voice.say("verdict", "because_background"))
    form, counts = known_counts(row, rows.measure, setting)
    words = setting.voice.say("sentence", f"{'' if setting.followup else 'now_'}too_few_{form}", **counts)
    smallest = detectable(row, rows.measure, setting) if setting.followup else ""
    if smallest:
        words = Markdown(words + setting.voice.say("verdict", "few_detectable", change=smallest))
    return Markdown(words + _instead_of_few(row, rows, setting))


def incomparable(row: Row, rows: MeasureRows, setting: Setting) -> Markdown:
    """Why the two are not held against each other, the later figure alone, and what to look at instead."""
    say = setting.voice.say
    words = say("sentence", "incomparable", reason=setting.reason(row))
    if row.now.readable:
        words = Markdown(words + say("sentence", "stands_alone", v1=setting.value(rows.measure, row.now)))
    instead = setting.voice.words["instead"]
    if row.reason in instead:
        return Markdown(words + instead[row.reason])
    return Markdown(words + (say("instead", "cluster_change") if _cluster_shows(row, rows, setting) else ""))


def _seen(row: Row, rows: MeasureRows, setting: Setting) -> Markdown:
    """Before and after, what was to be seen had nothing but the region changed, and what the region did.

    The region stands in the sentence of the own practice, and is not told again in the cluster's under it.
    """
    measure, say, judged = rows.measure, setting.voice.say, row.judged
    expected, region = Markdown(), _region(row, rows, setting)
    if judged.expected is not None and not judged.lacks_others:
        expected = say("verdict", "expected", x=setting.voice.numbers.shared(measure, judged.expected))
    before, now = setting.beside(measure, row.before), setting.value(measure, row.now)
    is_told_above = not row.own and rows.own is not None and pill(rows.own, setting) in (*JUDGED, "readable")
    parts = ["region" if region and not is_told_above else "", _drawn(row, rows) if expected else ""]
    why = "_".join(filter(None, parts))
    told = say("verdict", why, change=region) if why else Markdown()
    return say("verdict", "seen", v0=before, v1=now, expected=expected, region=told)


def _drawn(row: Row, rows: MeasureRows) -> Literal["", "rise", "fall"]:
    """Whether an extreme figure before was drawn towards the others' so far that it shows in the expected figure.

    Not where the verdict's own sentence says so.
    """
    before, expected, region = row.before, row.judged.expected, rows.region
    if expected is None or row.judged.reason == "expected" or region is None or not region.paired:
        return ""
    alone = _moved(rows.measure, before, region.before, region.now)
    if alone is None or abs(expected - alone) < _SEEN_TO_BE_DRAWN * alone:
        return ""
    return "rise" if expected > alone else "fall"


def _moved(measure: Measure, figure: Point | None, before: Point | None, now: Point) -> float | None:
    """What `figure` were if it changed as another did from `before` to `now`, on the scale of the measure's kind."""
    values = [None if point is None else point.value for point in (figure, before, now)]
    own, first, last = (scales.at(measure.kind, pl.lit(value, pl.Float64) / measure.per) for value in values)
    alone = pl.select(scales.value_at(measure.kind, own + last - first) * measure.per).item()
    return alone if alone is not None and isfinite(alone) else None


def _region(row: Row, rows: MeasureRows, setting: Setting) -> str:
    """How the rest of the region changed: empty where it is not known."""
    if rows.region is not None and rows.region.paired:
        return change_in_brief(rows.region, rows.measure, setting)
    return "" if row.judged.background_ratio is None else setting.relative(row.judged.background_ratio)


def _likely(row: Row, measure: Measure, setting: Setting) -> Markdown:
    net, say = net_change(row, measure, setting), setting.voice.say
    if net is None:
        return say("verdict", "likely")
    words = {"net": net.change + net.unit, "lower": net.lower, "upper": net.upper}
    return say("verdict", "likely_net", level=net.level, **words)


def _chance(row: Row, measure: Measure, setting: Setting) -> Markdown:
    say, reason = setting.voice.say, row.judged.reason
    if reason in EXPLAINED:
        return _explained(row, str(reason), measure, setting)
    smallest, net = detectable(row, measure, setting), net_change(row, measure, setting)
    if smallest:
        return say("verdict", "chance_detectable", change=smallest)
    if net is None:
        return say("verdict", "chance")
    return say("verdict", "chance_net", level=net.level, lower=net.lower, upper=net.upper + net.unit)


def _explained(row: Row, reason: str, measure: Measure, setting: Setting) -> Markdown:
    say, interval = setting.voice.say, row.judged.expected_interval
    if reason != "expected":
        return say("verdict", f"because_{reason}")
    bounds = Markdown()
    if interval is not None:
        bounds = say("verdict", "bounds", interval=setting.voice.numbers.interval(measure, *interval))
    return say("verdict", "because_expected", bounds=bounds)


def _instead_of_few(row: Row, rows: MeasureRows, setting: Setting) -> Markdown:
    say = setting.voice.say
    if row.own and (not setting.followup or _cluster_shows(row, rows, setting)):
        return say("sentence", "use_cluster")
    return say("instead", "longer") if setting.followup else Markdown()


def _cluster_shows(row: Row, rows: MeasureRows, setting: Setting) -> bool:
    """Whether the cluster's change can be read where the practice's own cannot."""
    return row.own and rows.cluster is not None and pill(rows.cluster, setting) in (*JUDGED, "readable")
