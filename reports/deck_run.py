"""The slide of a run: the cluster month by month as a native line chart, where there are enough months to be judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reports.deck_chart import Drawing, Look, Place, Series, draw
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

_LETTER = 11
"""Points of the months under the axis: eighteen of them stand side by side."""
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
    sides = ("before", "between", "now") if setting.followup else ("now",)
    for side in sides:
        name = say("run", "between") if side == "between" else say("head", side if setting.followup else "window")
        look = (
            Look(palette.OTHERS, size=5) if side == "between" else Look(palette.INK, size=11, hollow=side == "before")
        )
        lines.append(_named(name, points(lambda row, side=side: row["side"] == side), look, run.median or 0))
    return Drawing(
        f"run-{run.measure.id}",
        alternative(run, setting),
        tuple(each for each in [*lines, *_without_value(run, places[0], setting)] if _drawn(each)),
        axis,
        tuple(setting.voice.numbers.short_month(row["period_start"]) for row in run.rows),
        letter=_LETTER,
    )


def _named(name: str, values: tuple[float | None, ...], look: Look, middle: float = 0) -> Series:
    """Dots with the name of all at the first of them, on its side of the middle."""
    first = next((at for at, value in enumerate(values) if value is not None), None)
    labels: dict[int, Place] = {} if first is None else {first: "t" if (values[first] or 0) >= middle else "b"}
    return Series(name, values, look, (), labels, named=True)


def _without_value(run: Run, low: float, setting: Setting) -> list[Series]:
    """Months that are hidden or did not come lie on the axis, each kind with a mark and a name; so does the meeting."""
    say = setting.voice.write
    marks: dict[str, tuple[str, Look, Chosen]] = {
        "hidden": (say("state", "suppressed"), Look(palette.BLOCK, "square", 12), _is("suppressed")),
        "missing": (say("state", "not_submitted"), Look(palette.MID, "x", 9), _is("not_submitted")),
        "meeting": (say("run", "meeting"), Look(palette.INK, "triangle", 12), lambda row: bool(row["meeting"])),
    }
    return [
        _named(name, tuple(low if chosen(row) else None for row in run.rows), look)
        for name, look, chosen in marks.values()
    ]


def _is(state: str) -> Chosen:
    return lambda row: row["state"] == state


def _drawn(series: Series) -> bool:
    return any(value is not None for value in series.values)
