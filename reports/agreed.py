"""What the cluster agreed on at an earlier meeting, beside what was seen since: figures of report.figure alone.

It says what was hoped for and what was seen, and never whether the one became the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from reports.changes import change_in_brief, has_change, is_share
from reports.markdown import Markdown
from reports.numbers import NBSP
from reports.pills import Pill, pill
from reports.rows import MeasureRows, Row
from reports.sentences import sentence
from reports.setting import Setting
from transforms.definitions import Measure, Package

UNCOUNTED = "uncounted"
"""In the place of a verdict, where no measure can say anything: told in words, not computed."""
Standing = Pill | Literal["uncounted"]


@dataclass(frozen=True)
class Goal:
    """One row of report.goal with its outcome: `rows` is its measure as this reader sees it, None where nothing is."""

    record: Mapping[str, Any]
    measure: Measure | None
    rows: MeasureRows | None

    @property
    def cluster(self) -> Row | None:
        """The cluster's row of report.figure."""
        return self.rows.cluster if self.rows is not None else None


@dataclass(frozen=True)
class Told:
    """One goal as printed."""

    pill: Standing
    pill_words: str
    lines: tuple[Markdown, ...]


@dataclass(frozen=True)
class Agreed:
    """The box of goals. `begin` is what the coordinator does with it."""

    heading: str
    begin: Markdown
    goals: tuple[Told, ...]
    own: Markdown


def agreed(
    goals: pl.DataFrame, package: Package, measures: Sequence[MeasureRows], setting: Setting, *, begin: bool = False
) -> Agreed | None:
    """What the box says; None where nothing was agreed. Members get it short: what, and the cluster's figures."""
    found = goals_of(goals, package, measures)
    if not found:
        return None
    say, told = setting.voice.say, _short if setting.member else _whole
    return Agreed(
        heading=heading(found, setting),
        begin=say("agreed", "begin") if begin else Markdown(),
        goals=tuple(Told(*standing(goal, setting), told(goal, setting)) for goal in found),
        own=Markdown(say("agreed", "own_member") if setting.member else say("agreed", "own")),
    )


def goals_of(goals: pl.DataFrame, package: Package, measures: Sequence[MeasureRows]) -> list[Goal]:
    """The goals in their order, each with its measure as `measures` (this reader's rows) has it."""
    known = {measure.id: measure for measure in package.measures}
    rows = {each.measure.id: each for each in measures if each.measure.category is None}
    return [
        Goal(record, known.get(record["measure_id"]), rows.get(record["measure_id"]))
        for record in goals.sort("number").iter_rows(named=True)
    ]


def heading(found: Sequence[Goal], setting: Setting) -> str:
    """With the day of the meeting."""
    return setting.voice.write("agreed", "heading_day", day=day_of(found, setting))


def day_of(found: Sequence[Goal], setting: Setting) -> str:
    return setting.voice.numbers.short_day(found[0].record["agreed_on"])


def standing(goal: Goal, setting: Setting) -> tuple[Standing, str]:
    """The verdict on the cluster's change and its word; `uncounted` where there is none."""
    if goal.cluster is None:
        return UNCOUNTED, setting.voice.write("agreed", UNCOUNTED)
    kind = pill(goal.cluster, setting)
    return kind, setting.voice.write("pill", kind)


def hope(goal: Goal, setting: Setting) -> str:
    """`10 % lavere`, `3 procentpoint højere`, `36 %`, `lavere`: empty where nothing was hoped for in figures."""
    record, write = goal.record, setting.voice.write
    direction, amount = record["direction"], record["amount"]
    if goal.measure is None or (direction is None and amount is None):
        return ""
    if amount is None:
        return write("agreed", direction)
    written = _amount(goal.measure, amount, record["amount_is"], setting)
    key = "level" if direction is None or record["amount_is"] == "level" else f"{direction}_amount"
    return write("agreed", key, x=written)


def _amount(measure: Measure, amount: float, amount_is: str, setting: Setting) -> str:
    """As fine as it was written: a hope is nobody's measurement."""
    numbers = setting.voice.numbers
    written = numbers.axis([amount])[0]
    if amount_is == "percent" or (amount_is == "level" and is_share(measure, setting)):
        return f"{written}{numbers.percent_sign}"
    if is_share(measure, setting):
        return setting.voice.write("agreed", "points", x=written).replace(" ", NBSP)
    return f"{written}{NBSP}{setting.voice.text(measure.unit).replace(' ', NBSP)}"


def seen(goal: Goal, setting: Setting) -> Markdown:
    """What the cluster's row says, in the very words of its verdict, or why there is nothing to say."""
    if goal.rows is None or goal.cluster is None:
        return _unseen(goal, setting)
    return sentence(goal.cluster, goal.rows, setting)


def seen_short(goal: Goal, setting: Setting) -> Markdown:
    """Before and now with the change, or what stands in the way."""
    say, row = setting.voice.say, goal.cluster
    if goal.rows is None or row is None:
        return _unseen(goal, setting)
    kind = pill(row, setting)
    if row.paired and kind in ("likely", "chance", "readable"):
        values = {"v1": setting.value(goal.rows.measure, row.now), "v0": setting.beside(goal.rows.measure, row.before)}
        change = change_in_brief(row, goal.rows.measure, setting) if has_change(row, setting) else ""
        return say("agreed", "seen_short" if change else "seen_short_plain", change=change, **values)
    if kind in ("too_few", "incomparable"):
        return say("agreed", f"seen_{kind}")
    return say("agreed", "seen_state", state=setting.state(row.now))


def _unseen(goal: Goal, setting: Setting) -> Markdown:
    if goal.record["measure_id"] is None:
        return setting.voice.say("agreed", "uncounted_short" if setting.member else "uncounted_words")
    return setting.voice.say("agreed", "gone" if goal.measure is None else "shares")


def _whole(goal: Goal, setting: Setting) -> tuple[Markdown, ...]:
    say, record = setting.voice.say, goal.record
    day = setting.voice.numbers.short_day(record["by_when"])
    lines = [say("agreed", "line_who", what=record["what"], who=record["who"], day=day), *_hoped(goal, setting)]
    words = seen(goal, setting)
    return (*lines, say("agreed", "seen", words=words) if goal.cluster is not None else words)


def _short(goal: Goal, setting: Setting) -> tuple[Markdown, ...]:
    first = setting.voice.say("agreed", "line", what=goal.record["what"].rstrip("."))
    return (Markdown(" ".join([first, *_hoped(goal, setting), seen_short(goal, setting)])),)


def _hoped(goal: Goal, setting: Setting) -> list[Markdown]:
    """What was hoped for, with the measure it was hoped for in."""
    if goal.measure is None:
        return []
    words = hope(goal, setting) or setting.voice.write("agreed", "no_hope")
    return [setting.voice.say("agreed", "hoped", title=setting.voice.text(goal.measure.title), hope=words)]
