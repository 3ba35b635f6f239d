"""The three most telling findings in a cluster's own figures, by a written rule that looks at nobody's name.

The rule, over the rows that the cluster itself sees:

1. At a follow-up, the cluster's likely changes; of several, the one with the most beyond chance first.
2. Then changes that differ from the region's beyond their interval, without being likely ones; in the same order.
   At a baseline there is no change: instead, figures whose interval leaves out the rest of the region's.
3. Then the measure on which the practices drawn are spread the most, for the cluster's own figure as the unit.
4. Then, while there are fewer than three, what is left in the package's order.

"Beyond chance" is the end of the interval that is nearer to none, as a logarithm of a ratio. A measure is told once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from reports.charts import Chart, dumbbell_chart, strip_chart
from reports.markdown import Markdown
from reports.pills import JUDGED, pill
from reports.rows import FEWEST_SHOWN, MeasureRows, Row
from reports.seen import counts_line, counts_now, known_counts
from reports.sentences import sentence
from reports.setting import Setting

MOST = 3
Kind = Literal["likely", "chance", "region", "spread", "other"]


@dataclass(frozen=True)
class Choice:
    """One finding before it is said: which measure, and which part of the rule chose it."""

    kind: Kind
    rows: MeasureRows


@dataclass(frozen=True)
class Finding:
    """One finding as printed."""

    number: int
    title: str
    pill: str
    pill_words: str
    sentences: tuple[Markdown, ...]
    say: Markdown
    chart: Chart


def chosen(measures: Sequence[MeasureRows], setting: Setting) -> list[Choice]:
    """At most three, each of another measure."""
    first = _by_excess(_changes(measures, setting) if setting.followup else _from_region(measures))
    spread = sorted(
        ((width, rows) for rows in measures if (width := _spread(rows)) is not None), key=lambda pair: -pair[0]
    )
    ordered = [
        *(Choice("likely", rows) for kind, rows in first if kind == "likely"),
        *(Choice(kind, rows) for kind, rows in first if kind != "likely"),
        *(Choice("spread", rows) for _, rows in spread[:1]),
        *(Choice("other", rows) for rows in measures if rows.cluster is not None),
    ]
    once: dict[str, Choice] = {}
    for choice in ordered:
        once.setdefault(choice.rows.measure.id, choice)
    return list(once.values())[:MOST]


def findings(measures: Sequence[MeasureRows], setting: Setting) -> list[Finding]:
    """The findings in words, each with its picture."""
    found, told = chosen(measures, setting), Counter[str]()
    made: list[Finding] = []
    for number, choice in enumerate(found, start=1):
        told[choice.kind] += 1
        made.append(_told(number, choice, told[choice.kind], setting))
    return made


def _prompt(kind: Kind, again: int, setting: Setting) -> str:
    """What the coordinator may say; another sentence the second time, where there is one."""
    key = f"say_{kind}_{again}"
    return setting.voice.write("finding", key if key in setting.voice.words["finding"] else f"say_{kind}")


def _by_excess(found: Iterable[tuple[Kind, float, MeasureRows]]) -> list[tuple[Kind, MeasureRows]]:
    return [(kind, rows) for kind, _, rows in sorted(found, key=lambda each: -each[1])]


def _changes(measures: Sequence[MeasureRows], setting: Setting) -> Iterable[tuple[Kind, float, MeasureRows]]:
    for rows in measures:
        if rows.cluster is None or pill(rows.cluster, setting) not in JUDGED:
            continue
        judged = rows.cluster.judged
        excess = _excess(judged.net_lower, judged.net_upper, 1.0)
        if pill(rows.cluster, setting) == "likely":
            yield "likely", excess, rows
        elif excess > 0:
            yield "chance", excess, rows


def _from_region(measures: Sequence[MeasureRows]) -> Iterable[tuple[Kind, float, MeasureRows]]:
    for rows in measures:
        if not (_readable(rows.cluster) and _readable(rows.region)) or rows.cluster is None or rows.region is None:
            continue
        excess = _excess(rows.cluster.now.lower, rows.cluster.now.upper, rows.region.now.value)
        if excess > 0:
            yield "region", excess, rows


def _excess(lower: float | None, upper: float | None, none: float | None) -> float:
    """How far the nearer end of an interval lies from `none`, as a logarithm; 0 where `none` is inside or unknown."""
    if not none or none <= 0:
        return 0.0
    above = math.log(lower / none) if lower is not None and lower > 0 else 0.0
    below = math.log(none / upper) if upper is not None and upper > 0 else 0.0
    return max(above, below, 0.0)


def _spread(rows: MeasureRows) -> float | None:
    """Highest less lowest dot over the cluster's figure; null where too few are drawn or the cluster has no figure."""
    values = drawn(rows)
    if len(values) < FEWEST_SHOWN or not _readable(rows.cluster) or rows.cluster is None or not rows.cluster.now.value:
        return None
    return (max(values) - min(values)) / rows.cluster.now.value


def drawn(rows: MeasureRows) -> list[float]:
    """The figures of the practices in the picture, as the cluster sees them."""
    return [row.now.value for row in rows.others if row.now.readable and row.now.value is not None]


def _readable(row: Row | None) -> bool:
    return row is not None and row.now.readable


def _told(number: int, choice: Choice, again: int, setting: Setting) -> Finding:
    rows, cluster = choice.rows, choice.rows.cluster
    if cluster is None:
        raise ValueError(f"{rows.measure.id}: a finding needs the cluster's figure")
    kind, say = pill(cluster, setting), setting.voice.write
    is_spread = choice.kind == "spread"
    sentences = _spread_words(rows, cluster, setting) if is_spread else _change_words(rows, cluster, setting)
    return Finding(
        number=number,
        title=setting.voice.text(rows.measure.title),
        pill=kind,
        pill_words=say("pill", kind),
        sentences=tuple(sentences),
        say=setting.voice.say("coordinator", "say", words=_prompt(choice.kind, again, setting)),
        chart=strip_chart(rows, None, setting) if is_spread else dumbbell_chart(rows, setting),
    )


def _change_words(rows: MeasureRows, cluster: Row, setting: Setting) -> list[Markdown]:
    told = [cluster] if pill(cluster, setting) in JUDGED else []
    counts = counts_line(rows, told, setting)
    return [sentence(cluster, rows, setting), *([] if counts is None else [counts])]


def _spread_words(rows: MeasureRows, cluster: Row, setting: Setting) -> list[Markdown]:
    say, values, numbers = setting.voice.say, drawn(rows), setting.voice.numbers
    low, high = numbers.shared(rows.measure, min(values)), numbers.with_unit(rows.measure, max(values))
    form, counts = known_counts(cluster, rows.measure, setting)
    told = Markdown()
    if form != "plain" and not setting.followup:
        told = say("finding", "spread_counts", counts=f"{counts_now(form, counts, setting)} {counts['events']}")
    elif form != "plain":
        told = say("finding", "spread_counts", counts=setting.voice.write("seconds", f"counts_{form}", **counts))
    whole = say("finding", "spread_cluster", v1=setting.value(rows.measure, cluster.now), counts=told)
    return [
        say("finding", "spread", low=low, high=high, n=len(values)),
        whole,
        say("finding", "spread_chance"),
    ]
