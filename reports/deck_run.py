"""The slide of a run: the cluster month by month as a native line chart, where there are enough months to be judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from reports.deck_chart import Bars, Drawing, Look, Place, Series, draw
from reports.deck_drawings import axis_of
from reports.deck_notes import observed
from reports.deck_page import Box
from reports.deck_slides import TEXT_LEFT, TEXT_WIDTH, Deck
from reports.deck_template import SIDE
from reports.deck_type import Paragraph
from reports.figures import palette
from reports.figures.scale import ticks
from reports.markdown import escaped
from reports.pack import CLUSTER
from reports.rows import MeasureRows
from reports.runs import FEWEST_JUDGED, Run, alternative, figure, run_sentence, runs_of, unit_of
from reports.setting import Setting

_LETTER = 12
"""Points of the months under the axis."""
_SIDE_BY_SIDE = 8
"""So many of them have room; of more, every third has its words, as on paper."""
Chosen = Callable[[Mapping[str, Any]], bool]


def run_slide(deck: Deck, rows: MeasureRows) -> None:
    """One measure month by month; no slide for a series too short to say anything of."""
    months = deck.tables.months.filter(measure_id=rows.measure.id)
    found = runs_of(deck.package, months, CLUSTER)
    if not found or sum(value is not None for value in found[0].values()) < FEWEST_JUDGED:
        return
    run, setting, voice = found[0], deck.setting, deck.setting.voice
    page = deck.page(voice.say("run", "finding", title=voice.text(rows.measure.title)))
    page.words(Box(SIDE, 122, 800, 24), [Paragraph(escaped(unit_of(run, setting)), 14, colour=palette.OTHERS, after=0)])
    draw(page, Box(SIDE - 6, 148, 812, 470), run_drawing(run, setting), voice.language)
    page.words(
        Box(SIDE, 624, 800, 42), [Paragraph(voice.say("run", "reading_deck"), 13, colour=palette.OTHERS, after=0)]
    )
    said = [Paragraph(run_sentence(run, setting), 18, after=12)]
    said.append(Paragraph(voice.say("direction", rows.measure.direction), 14, colour=palette.OTHERS))
    page.words(Box(TEXT_LEFT, 128, TEXT_WIDTH, 500), said)
    page.foot(deck.badges(draft=rows.measure.draft), observed(rows, setting))
    page.notes([voice.say("run", "reading_deck"), run_sentence(run, setting), voice.say("run", "season")])


def run_drawing(run: Run, setting: Setting) -> Drawing:
    """A line through all months, each window's dots drawn apart, the median, and what is no value on the axis."""
    values, say = run.values(), setting.voice.write
    places = ticks(max(value for value in values if value is not None))
    axis = axis_of(places, run.measure, setting)

    def points(chosen: Chosen) -> tuple[float | None, ...]:
        return tuple(value if chosen(row) else None for row, value in zip(run.rows, values, strict=True))

    median = tuple(run.median for _ in run.rows)
    lines = [
        Series(say("who", "cluster"), tuple(values), Look(palette.OTHERS, "", line="solid")),
        Series(
            say("run", "median", x=figure(run, run.median or 0, setting)).replace("\n", " "),
            tuple(None if value is None else round(value, run.decimals) for value in median),
            Look(palette.MID, "", line="dash"),
        ),
    ]
    lines += _dots(setting, points, run.median or 0)
    lines += [_meeting(run, places[-1], setting), *_without_value(run, places[0], setting)]
    return Drawing(
        f"run-{run.measure.id}",
        alternative(run, setting),
        tuple(each for each in lines if _drawn(each)),
        axis,
        tuple(setting.voice.numbers.short_month(row["period_start"]) for row in run.rows),
        letter=_LETTER,
        every=1 if len(run.rows) <= _SIDE_BY_SIDE else 3,
    )


def _dots(setting: Setting, points: Callable[[Chosen], tuple[float | None, ...]], middle: float) -> list[Series]:
    """The dots of each window, those between them, and those that are not final: the last looks like none of them."""
    say = setting.voice.write
    looks = {
        "before": (say("head", "before"), Look(palette.INK, size=11, hollow=True)),
        "between": (say("run", "between"), Look(palette.OTHERS, size=5)),
        "now": (say("head", "now" if setting.followup else "window"), Look(palette.INK, size=11)),
    }
    found = [
        _named(name, points(lambda row, side=side: row["side"] == side and not row["provisional"]), look, middle)
        for side, (name, look) in looks.items()
        if setting.followup or side == "now"
    ]
    return [*found, _provisional(points(lambda row: bool(row["provisional"])), points(lambda _: True), setting)]


def _provisional(values: tuple[float | None, ...], every: tuple[float | None, ...], setting: Setting) -> Series:
    """Their name stands on the side that the line does not come from: they lie at its end."""
    made = _named(setting.voice.write("run", "provisional"), values, _PROVISIONAL)
    labels: dict[int, Place] = {}
    for at in made.labels:
        before = every[at - 1] if at else None
        labels[at] = "b" if before is not None and before > (every[at] or 0) else "t"
    return replace(made, labels=labels, told=False)


_PROVISIONAL = Look(palette.INK, "diamond", 12, hollow=True)


def _meeting(run: Run, high: float, setting: Setting) -> Series:
    """The month of the baseline meeting: a line down from the top, as on paper."""
    at = tuple(high if row["meeting"] else None for row in run.rows)
    made = _named(setting.voice.write("run", "meeting"), at, Look(palette.INK, "dash", 7))
    labels: dict[int, Place] = dict.fromkeys(made.labels, "r")
    return replace(made, labels=labels, told=False, bars=(Bars(colour=palette.INK, thick=1.25),))


def _named(name: str, values: tuple[float | None, ...], look: Look, middle: float = 0) -> Series:
    """Dots with the name of all at the first of them, on its side of the middle."""
    first = next((at for at, value in enumerate(values) if value is not None), None)
    labels: dict[int, Place] = {} if first is None else {first: "t" if (values[first] or 0) >= middle else "b"}
    return Series(name, values, look, (), labels, named=True)


def _without_value(run: Run, low: float, setting: Setting) -> list[Series]:
    """Months that are hidden or did not come lie on the axis, each kind with a mark and a name, and with no number."""
    say = setting.voice.write
    marks: dict[str, tuple[str, Look, Chosen]] = {
        "hidden": (say("state", "suppressed"), Look(palette.BLOCK, "square", 12), _is("suppressed")),
        "missing": (say("state", "not_submitted"), Look(palette.MID, "x", 9), _is("not_submitted")),
    }
    return [
        replace(_named(name, tuple(low if chosen(row) else None for row in run.rows), look), told=False)
        for name, look, chosen in marks.values()
    ]


def _is(state: str) -> Chosen:
    return lambda row: row["state"] == state


def _drawn(series: Series) -> bool:
    return any(value is not None for value in series.values)
