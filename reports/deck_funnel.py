"""The slide of a funnel: how far apart practices of a size lie by chance. Only where sizes are printed: `open` mode."""

from __future__ import annotations

from reports.deck_chart import Axis, Drawing, Look, Series, draw
from reports.deck_drawings import as_printed, axis_of
from reports.deck_notes import observed
from reports.deck_page import Box
from reports.deck_slides import TEXT_LEFT, TEXT_WIDTH, Deck
from reports.deck_template import SIDE
from reports.deck_type import Paragraph
from reports.figures import palette
from reports.funnels import Funnel, axes_of, funnel_of
from reports.rows import MeasureRows
from reports.setting import Setting

_DECIMALS = 4
"""Of the limits in the workbook: they are computed from printed figures, and finer than any of them."""


def funnel_slide(deck: Deck, rows: MeasureRows) -> None:
    """One measure's funnel, where there is one."""
    found, setting = funnel_of(rows), deck.setting
    if found is None:
        return
    voice = setting.voice
    told = {"title": voice.text(rows.measure.title), "inside": found.inside, "n": len(found.dots)}
    page = deck.page(voice.say("funnel", "finding", **told))
    draw(page, Box(SIDE - 6, 124, 812, 510), funnel_drawing(found, rows, setting), voice.language)
    said = [Paragraph(voice.say("funnel", "reading"), 18, after=12)]
    said.append(Paragraph(voice.say("direction", rows.measure.direction), 14, colour=palette.OTHERS))
    page.words(Box(TEXT_LEFT, 128, TEXT_WIDTH, 500), said)
    page.foot(deck.badges(draft=rows.measure.draft), observed(rows, setting))
    page.notes([voice.say("funnel", "reading"), voice.say("alt", "funnel", **told)])


def funnel_drawing(found: Funnel, rows: MeasureRows, setting: Setting) -> Drawing:
    """The practices by size, the line they have in common, and the limits as far as the axes reach."""
    say, numbers, measure = setting.voice.write, setting.voice.numbers, as_printed(rows).measure
    x, y = axes_of(found)
    names = (numbers.percent(95), f"{numbers.decimal(99.8, 1)}{numbers.percent_sign}")
    series: list[Series] = []
    for curve, name, dash in zip(found.curves, names, ("solid", "dash"), strict=True):
        for side in (curve.lower, curve.upper):
            kept = [(at, round(value, _DECIMALS)) for at, value in zip(curve.sizes, side, strict=True)]
            inside = [(round(at), value) for at, value in kept if y[0] <= value <= y[-1]]
            if inside:
                look = Look(palette.MID, "", line="dash" if dash == "dash" else "solid")
                xs, values = tuple(float(at) for at, _ in inside), tuple(value for _, value in inside)
                series.append(Series(name, values, look, (), {len(xs) - 1: "r"} if side is curve.upper else {}, xs=xs))
    ends = (float(x[0]), float(round(found.curves[0].sizes[-1])))
    level = round(found.baseline, measure.decimals)
    pooled = say("funnel", "pooled", x=numbers.figure(measure, level))
    series.append(Series(pooled, (level, level), Look(symbol="", line="solid", thick=2), (), {1: "r"}, xs=ends))
    for dot in found.dots:
        value = round(dot.value, measure.decimals)
        series.append(Series(dot.sign, (value,), Look(), (), {0: "r"} if dot.sign else {}, xs=(dot.size,)))
    step = x[1] - x[0]
    across = Axis(
        x[0], x[-1] + (step if ends[1] > x[-1] - 0.6 * step else 0), step, "#,##0", "#,##0", say("funnel", "size")
    )
    alt = say("alt", "funnel", title=setting.voice.text(measure.title), n=len(found.dots), inside=found.inside)
    return Drawing(f"funnel-{measure.id}", alt, tuple(series), axis_of(y, measure, setting), x=across)
