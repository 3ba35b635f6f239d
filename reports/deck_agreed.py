"""The slide of what was agreed: each goal beside the cluster's figures before and now, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence

from reports.agreed import UNCOUNTED, Goal, day_of, goals_of, hope, seen, standing
from reports.changes import change_in_brief, has_change
from reports.deck_page import Box, Page
from reports.deck_slides import Deck
from reports.deck_template import SIDE, WIDTH
from reports.deck_type import Paragraph
from reports.figures import palette
from reports.markdown import Markdown, escaped
from reports.numbers import Numbers
from reports.rows import MeasureRows, Row
from reports.setting import Setting
from transforms.definitions import Measure

MOST_ON_A_SLIDE = 4
_LEFT, _MIDDLE, _RIGHT = 400, 478, 904
"""Width of the first column, and where the others begin, in px."""
_AXIS = (500.0, 844.0)
_DOT, _LABEL = 18, 130
_TOP, _END = 160, 650


def agreed_slides(deck: Deck, measures: Sequence[MeasureRows]) -> None:
    """A slide for every four goals; none where nothing was agreed."""
    found = goals_of(deck.tables.goals, deck.package, measures)
    for start in range(0, len(found), MOST_ON_A_SLIDE):
        _slide(deck, found[start : start + MOST_ON_A_SLIDE])


def _slide(deck: Deck, goals: Sequence[Goal]) -> None:
    voice = deck.setting.voice
    page = deck.page(voice.say("agreed", "heading"))
    day = voice.say("agreed", "slide_over", day=day_of(goals, deck.setting))
    heads = (day, voice.say("agreed", "slide_figures"), voice.say("agreed", "slide_seen"))
    for words, left in zip(heads, (SIDE, _MIDDLE, _RIGHT), strict=True):
        page.words(Box(left, 126, 380, 26), [Paragraph(words, 14, colour=palette.OTHERS, after=0)])
    page.rule(SIDE, _TOP - 4, WIDTH - 2 * SIDE, palette.MID, 1)
    step = min(160.0, (_END - _TOP) / len(goals))
    for at, goal in enumerate(goals):
        top = _TOP + at * step
        if at:
            page.rule(SIDE, top, WIDTH - 2 * SIDE)
        _agreed(deck, page, goal, Box(SIDE, top + 8, _LEFT, step - 16))
        _figures(deck, page, goal, top + step / 2)
        _seen(deck, page, goal, top + step / 2)
    page.foot(deck.badges(), voice.say("agreed", "slide_foot"))
    page.notes([voice.say("agreed", "slide_note"), *(_note(deck, goal) for goal in goals)])


def _agreed(deck: Deck, page: Page, goal: Goal, box: Box) -> None:
    """What, and what was hoped for in which measure."""
    words = [Paragraph(escaped(goal.record["what"]), 18, bold=True, after=3)]
    if goal.measure is not None:
        voice = deck.setting.voice
        hoped = hope(goal, deck.setting) or voice.write("agreed", "no_hope")
        said = voice.say("agreed", "hoped", title=voice.text(goal.measure.title), hope=hoped)
        words.append(Paragraph(said, 14, colour=palette.OTHERS, after=0))
    page.words(box, words, middle=True)


def _figures(deck: Deck, page: Page, goal: Goal, middle: float) -> None:
    """Before and now on a line, with the value to come to where one was named; words where there is nothing to draw."""
    row, say = goal.cluster, deck.setting.voice.say
    if goal.measure is None or row is None or not row.paired:
        now = row.now if row is not None and row.now.readable else None
        words = say("agreed", "slide_uncounted")
        if row is not None and goal.measure is not None:
            words = say("agreed", "slide_now", x=deck.setting.value(goal.measure, now or row.now))
        page.words(Box(_AXIS[0], middle - 14, 340, 28), [Paragraph(words, 15, colour=palette.OTHERS, after=0)])
        return
    _line(page, _marks(goal, goal.measure, row, deck.setting), middle)


def _marks(goal: Goal, measure: Measure, row: Row, setting: Setting) -> list[tuple[str, float, Markdown]]:
    """Kind, value and label of each mark."""
    say = setting.voice.say
    found = [
        (kind, (point.value or 0.0) if point is not None else 0.0, say("agreed", key, x=setting.beside(measure, point)))
        for kind, key, point in (("before", "slide_before", row.before), ("now", "slide_now", row.now))
    ]
    if goal.record["amount_is"] == "level":
        level = float(goal.record["amount"])
        numbers: Numbers = setting.voice.numbers
        words = numbers.axis([level])[0] + (numbers.percent_sign if measure.unit.da == "%" else "")
        found.append(("hoped", level, say("agreed", "slide_hoped", x=words)))
    return found


def _line(page: Page, marks: Sequence[tuple[str, float, Markdown]], middle: float) -> None:
    low, high = min(value for _, value, _ in marks), max(value for _, value, _ in marks)
    start, end = _AXIS
    places = {kind: (start + end) / 2 for kind, _, _ in marks}
    if high > low:
        inner = (start + 60, end - 60)
        places = {kind: inner[0] + (value - low) / (high - low) * (inner[1] - inner[0]) for kind, value, _ in marks}
    page.rule(start, middle, end - start, palette.GRID, 1)
    first, last = sorted((places["before"], places["now"]))
    page.rule(first, middle, last - first, palette.HATCH, 6)
    if "hoped" in places:
        page.bar(places["hoped"], middle - 17, 34)
    for kind in ("before", "now"):
        half = _DOT / 2
        page.dot(Box(places[kind] - half, middle - half, _DOT, _DOT), filled=kind == "now")
    _labels(page, marks, places, middle)


def _labels(page: Page, marks: Sequence[tuple[str, float, Markdown]], places: dict[str, float], middle: float) -> None:
    """Before stands over its mark and now under its own; the hope stands where there is more room."""
    lanes = {"before": -46.0, "now": 18.0}
    if "hoped" in places:
        far = {kind: abs(places["hoped"] - places[kind]) for kind in lanes}
        beside = max(far, key=lambda kind: far[kind])
        lanes["hoped"] = lanes[beside]
        if far[beside] < _LABEL:
            away = 1 if places["hoped"] >= places[beside] else -1
            places = places | {"hoped": places[beside] + away * _LABEL}
    for kind, _, words in marks:
        left = min(max(places[kind] - _LABEL / 2, _MIDDLE - 10), _RIGHT - 10 - _LABEL)
        label = Paragraph(words, 15, bold=kind == "now", after=0)
        page.words(Box(left, middle + lanes[kind], _LABEL, 26), [label], "ctr")


def _seen(deck: Deck, page: Page, goal: Goal, middle: float) -> None:
    """The change as the reports print it, over the verdict."""
    setting, row = deck.setting, goal.cluster
    kind, words = standing(goal, setting)
    width = WIDTH - SIDE - _RIGHT
    if kind == UNCOUNTED or row is None or goal.measure is None:
        said = Paragraph(seen(goal, setting), 15, after=0)
        page.words(Box(_RIGHT, middle - 40, width, 80), [said], middle=True)
        return
    change = change_in_brief(row, goal.measure, setting) if has_change(row, setting) else ""
    if change:
        page.words(Box(_RIGHT, middle - 42, width, 32), [Paragraph(escaped(change), 20, bold=True, after=0)])
    page.pill(Box(_RIGHT, middle - 4 if change else middle - 19, width, 38), kind, words)


def _note(deck: Deck, goal: Goal) -> str:
    """Who and by when, and what the verdict says in full."""
    record, voice = goal.record, deck.setting.voice
    day = voice.numbers.short_day(record["by_when"])
    agreed = voice.say("agreed", "line_who", what=record["what"], who=record["who"], day=day)
    return f"{agreed}: {seen(goal, deck.setting)}"
