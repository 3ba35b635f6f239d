"""The bars of a distribution for a report: what each step or band takes of the whole, now, before and in the region."""

from __future__ import annotations

from collections.abc import Sequence

from reports.charts import Chart
from reports.figures.scale import ticks
from reports.figures.share_bars import Share, Shares, draw_shares
from reports.markdown import Markdown
from reports.rows import MeasureRows, Point, Row
from reports.setting import Setting
from transforms.categories import title_of
from transforms.definitions import Measure


def shares_chart(measure: Measure, parts: Sequence[MeasureRows], setting: Setting) -> Chart:
    """The cluster's bars; the reader's own where the reader has figures. `parts` stand in the order of the steps."""
    rows = tuple(_share(measure, part, setting) for part in parts)
    say = setting.voice.write
    found = [value for row in rows for value in (row.now, row.before, row.region) if value is not None]
    top = min(ticks(max(found, default=0), measure.per)[-1], max([*found, 1.0]) * 1.04)
    who = say("who", "own" if _has_own(parts) else "cluster")
    heads = (who, say("chart", "before") if setting.followup else "", say("chart", "region"))
    svg = draw_shares(Shares(rows, heads, top), setting.fonts)
    alt = say("alt", "shares", title=setting.voice.text(measure.title), who=who)
    steps = "; ".join(say("alt", "share", step=row.name, value=row.words[0]) for row in rows)
    return Chart(f"shares-{measure.id}.svg", svg, f"{alt} {steps}.", 184)


def counted(parts: Sequence[MeasureRows], setting: Setting) -> list[Markdown]:
    """How many answers or patients the bars are shares of, in the reader's practice and in the cluster."""
    told: list[Markdown] = []
    for role in ("own", "cluster"):
        rows = [row for part in parts if (row := getattr(part, role)) is not None]
        known = next((row.now.denominator for row in rows if row.now.denominator is not None), None)
        if known is not None:
            told.append(setting.voice.say("note", f"n_{role}", n=setting.voice.numbers.count(known)))
    return told


def _has_own(parts: Sequence[MeasureRows]) -> bool:
    return any(part.own is not None and part.own.now.value is not None for part in parts)


def _share(measure: Measure, part: MeasureRows, setting: Setting) -> Share:
    row, region = part.cluster, part.region
    if part.own is not None and part.own.now.value is not None:
        row = part.own
    points = (row and row.now, row and row.before if setting.followup else None, region and region.now)
    now, before, around = (None if point is None else point.value for point in points)
    words = tuple(_words(measure, point, setting) for point in points)
    name = title_of(measure, part.measure.category or "", setting.voice.language)
    return Share(name, now, before, around, (words[0], words[1], words[2]), _hidden(row))


def _words(measure: Measure, point: Point | None, setting: Setting) -> str:
    return "" if point is None else setting.beside(measure, point)


def _hidden(row: Row | None) -> bool:
    return row is not None and row.now.state == "suppressed"
