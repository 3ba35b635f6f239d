"""The slide of a distribution: what each step or band takes of the whole, for the cluster and the region."""

from __future__ import annotations

from collections.abc import Sequence

from reports.deck_chart import Bars, Drawing, Look, Place, Series, draw
from reports.deck_drawings import as_printed, axis_of
from reports.deck_notes import objections, observed
from reports.deck_page import Box
from reports.deck_slides import TEXT_LEFT, TEXT_WIDTH, Deck
from reports.deck_template import SIDE
from reports.deck_type import Paragraph
from reports.figures import palette
from reports.figures.scale import ticks
from reports.markdown import escaped
from reports.rows import MeasureRows, Point, Row
from reports.setting import Setting
from transforms.categories import title_of
from transforms.definitions import Measure

_LETTERS_SHOWN = 60
"""How many letters the names of all steps may have together before they are printed smaller."""


def shares_slide(deck: Deck, measure: Measure, parts: Sequence[MeasureRows]) -> None:
    """One distribution; its words stand in the measure, its figures in `parts`, in the order of the steps."""
    setting, voice = deck.setting, deck.setting.voice
    page = deck.page(escaped(voice.text(measure.title)))
    drawing = shares_drawing(measure, parts, setting)
    if drawing is None:
        page.words(Box(SIDE, 300, 800, 60), [Paragraph(voice.say("deck", "no_chart"), 18)])
    else:
        draw(page, Box(SIDE - 6, 124, 812, 490), drawing, voice.language)
    reading = "read_shares_followup" if setting.followup else "read_shares"
    page.words(Box(SIDE, 624, 800, 42), [Paragraph(voice.say("deck", reading), 13, colour=palette.OTHERS)])
    said = [Paragraph(escaped(voice.text(measure.definition)), 16, after=12)]
    said += [Paragraph(_line(measure, rows, setting), 15, after=4) for rows in parts if rows.cluster is not None]
    said.append(Paragraph(voice.say("direction", measure.direction), 14, colour=palette.OTHERS))
    page.words(Box(TEXT_LEFT, 128, TEXT_WIDTH, 528), said)
    page.foot(deck.badges(draft=measure.draft), observed(parts[0], setting))
    page.notes(
        [*(each.words for each in said), *_reservations(deck, measure), *objections(parts[0], deck.tables, setting)]
    )


def _reservations(deck: Deck, measure: Measure) -> list[str]:
    voice = deck.setting.voice
    if measure.pitfalls is None:
        return []
    return [voice.say("deck", "note_pitfalls", words=voice.text(measure.pitfalls))]


def _line(measure: Measure, rows: MeasureRows, setting: Setting) -> str:
    row, say = rows.cluster, setting.voice.say
    title = _name(measure, rows, setting)
    now = setting.value(rows.measure, row.now if row else None)
    if row is None or not setting.followup or not row.paired:
        return say("deck", "share", title=title, v1=now)
    return say("deck", "share_followup", title=title, v1=now, v0=setting.beside(rows.measure, row.before))


def _name(measure: Measure, rows: MeasureRows, setting: Setting) -> str:
    return title_of(measure, rows.measure.category or "", setting.voice.language)


def shares_drawing(measure: Measure, parts: Sequence[MeasureRows], setting: Setting) -> Drawing | None:
    """Dots on stems, one for each step: the cluster filled, hollow where it is the figure before, the region a tick.

    Null where nothing may be drawn.
    """
    say, parts = setting.voice.write, [as_printed(rows) for rows in parts]
    clusters, regions = [rows.cluster for rows in parts], [rows.region for rows in parts]
    now = [_shown(row) for row in clusters]
    labels: dict[int, Place] = {at: "t" for at, value in enumerate(now) if value is not None}
    name = say("who", "cluster")
    series = [
        Series(name, tuple(now), Look(palette.INK, size=11), (Bars(),), labels),
        Series(say("who", "region"), tuple(_shown(row) for row in regions), Look(palette.OTHERS, "dash", 16)),
    ]
    if setting.followup:
        before = tuple(_shown(row, "before") for row in clusters)
        series.insert(0, Series(f"{name} {say('chart', 'before')}", before, Look(palette.OTHERS, size=13, hollow=True)))
    series = [each for each in series if any(value is not None for value in each.values)]
    if not series:
        return None
    names = tuple(_name(measure, rows, setting) for rows in parts)
    places = ticks(max(value for each in series for value in each.values if value is not None), measure.per)
    axis = axis_of(places, measure, setting)
    letter = 14 if sum(map(len, names)) <= _LETTERS_SHOWN else 11
    alt = say("deck", "alt_shares", title=setting.voice.text(measure.title))
    return Drawing(f"shares-{measure.id}", alt, tuple(series), axis, names, letter=letter)


def _shown(row: Row | None, window: str = "now") -> float | None:
    point: Point | None = None if row is None else row.now if window == "now" else row.before
    return None if point is None else point.value
