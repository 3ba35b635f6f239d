"""The slides with figures: the main points, one slide for each measure, and one for each pair of alternatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reports.checks import failed_checks, measure_check_line
from reports.deck_chart import Drawing, draw
from reports.deck_drawings import measure_drawing, states_of
from reports.deck_map import corner_words, pair_drawing
from reports.deck_notes import measure_notes, observed
from reports.deck_page import Box, Page
from reports.deck_template import SIDE, WIDTH
from reports.deck_type import PX_PER_MM, Paragraph, wide
from reports.figures import palette
from reports.luck import luck_words
from reports.markdown import Markdown, escaped
from reports.pack import PackTables
from reports.pills import JUDGED, pill
from reports.rows import MeasureRows, Row
from reports.sentences import sentence, summary
from reports.setting import Setting
from transforms.definitions import Package, Pair

CHART = Box(SIDE - 6, 124, 812, 478)
TEXT_LEFT, TEXT_WIDTH = 892, 332
_END = 656


@dataclass(frozen=True)
class Deck:
    """What every slide is made from."""

    presentation: Any
    package: Package
    tables: PackTables
    setting: Setting

    def page(self, title: str, over: str | None = None) -> Page:
        """A new slide with its head. `title` and `over` are Markdown."""
        say, voice = self.setting.voice.say, self.setting.voice
        kind = voice.write("head", "followup" if self.setting.followup else "baseline")
        page = Page(self.presentation, self.setting.fonts, voice.language)
        line = say("deck", "over", title=voice.text(self.package.title), kind=kind.lower())
        page.head(line if over is None else over, title)
        return page

    def badges(self, *, draft: bool = False) -> list[str]:
        """What every slide says of its figures, in a word or two."""
        say = self.setting.voice.write
        example = say("deck", "example") if self.setting.pack["example_data"] else ""
        return [example, say("deck", "draft") if draft or self.package.status == "draft" else ""]


def main_slide(deck: Deck, measures: Sequence[MeasureRows]) -> None:
    """One sentence for each measure, beside its verdict."""
    setting, say = deck.setting, deck.setting.voice.say
    page = deck.page(say("deck", "main"))
    found = [line for line in (summary(rows, setting) for rows in measures) if line is not None]
    step = min(100.0, 520 / max(len(found), 1))
    for at, (kind, words) in enumerate(found):
        top = 132 + at * step
        page.rule(SIDE, top, WIDTH - 2 * SIDE)
        page.pill(Box(SIDE, top + step / 2 - 19, 318, 38), kind, setting.voice.write("pill", kind))
        page.words(
            Box(SIDE + 350, top + 6, WIDTH - 2 * SIDE - 350, step - 12), [Paragraph(words, 18, after=0)], middle=True
        )
    luck = luck_words(deck.tables.figures, setting)
    page.foot(deck.badges(), "")
    page.notes([say("deck", "note_main"), *(words for _, words in found), *([luck] if luck else [])])


def measure_slide(deck: Deck, rows: MeasureRows) -> None:
    """One measure: the picture, the cluster's figures, the verdict and what it says."""
    setting = deck.setting
    page = deck.page(finding(rows, setting))
    drawing = measure_drawing(rows, setting)
    _picture(page, drawing, rows, setting)
    top = _figures(page, rows, setting)
    if rows.cluster is not None:
        kind = pill(rows.cluster, setting)
        top = page.pill(Box(TEXT_LEFT, top + 18, TEXT_WIDTH, 38), kind, setting.voice.write("pill", kind)) + 10
    page.words(Box(TEXT_LEFT, top, TEXT_WIDTH, _END - top), _said(deck, rows))
    page.foot(deck.badges(draft=rows.measure.draft), observed(rows, setting))
    page.notes(measure_notes(rows, deck.tables, setting))


def finding(rows: MeasureRows, setting: Setting) -> Markdown:
    """The headline: what the cluster's figures say, never more than the verdict."""
    say, title = setting.voice.say, setting.voice.text(rows.measure.title)
    row = rows.cluster
    if row is None:
        return escaped(title)
    kind, now = pill(row, setting), setting.beside(rows.measure, row.now)
    if kind in ("likely", "readable") and setting.followup:
        key = "finding_likely" if kind == "likely" else "finding_readable_followup"
        return say("deck", key, title=title, v0=setting.beside(rows.measure, row.before), v1=now)
    if kind == "readable":
        region = rows.region.now if rows.region is not None else None
        if region is None or region.value is None:
            return say("deck", "finding_readable_alone", title=title, v1=now)
        return say("deck", "finding_readable", title=title, v1=now, v2=setting.beside(rows.measure, region))
    if kind in ("chance", "too_few", "incomparable"):
        return say("deck", f"finding_{kind}", title=title)
    if row.now.bounded is not None and row.now.bounded.lower is not None:
        return say("deck", "finding_bound", title=title, v1=setting.value(rows.measure, row.now))
    return say("deck", "finding_state", title=title, state=setting.state(row.now))


def _picture(page: Page, drawing: Drawing | None, rows: MeasureRows, setting: Setting) -> None:
    """The chart, under it what is no value, and how the picture is read."""
    say = setting.voice.write
    states = states_of(rows)
    unit = setting.voice.text(rows.measure.unit)
    if unit != "%":
        page.words(Box(SIDE, 122, 800, 24), [Paragraph(escaped(unit), 14, colour=palette.OTHERS, after=0)])
    if drawing is None:
        page.words(Box(SIDE, 300, 800, 60), [Paragraph(setting.voice.say("deck", "no_chart"), 18)])
    else:
        box = Box(CHART.left, 148, CHART.width, (440 if states else 470))
        draw(page, box, drawing, setting.voice.language)
    if states:
        _states(page, states, setting, 594)
    reading = _reading(rows, setting)
    if rows.withheld:
        reading = say("chart", f"others_{rows.withheld}").replace("\n", " ") + " " + reading
    page.words(Box(SIDE, 624, 800, 42), [Paragraph(escaped(reading), 13, colour=palette.OTHERS, after=0)])


def _reading(rows: MeasureRows, setting: Setting) -> str:
    say, row = setting.voice.write, rows.cluster
    if row is not None and row.now.bounded is not None:
        return ""
    if not rows.practices:
        return say("deck", "read_units" if setting.followup else "read_units_baseline")
    if not setting.followup:
        return say("deck", "read_baseline")
    expected = row is not None and row.judged.expected is not None and pill(row, setting) in JUDGED
    return say("deck", "read_followup" if expected else "read_followup_plain")


def _states(page: Page, states: Sequence[tuple[str, list[str], int]], setting: Setting, top: float) -> None:
    """`[block] skjult: E, R`, `n = 0: T`, `[hatch] 4 ikke leveret`: each drawn as in the reports."""
    left = float(SIDE)
    for state, signs, number in states:
        left += page.mark(state, left, top)
        words = _state_words(state, signs, number, setting)
        width = wide(words, 14, palette.REGULAR, setting.fonts) * PX_PER_MM + 4
        room = min(width, SIDE + 800 - left)
        page.words(Box(left, top, max(room, 40), 24), [Paragraph(escaped(words), 14, after=0)])
        left += room + 26


def _state_words(state: str, signs: Sequence[str], number: int, setting: Setting) -> str:
    say = setting.voice.write
    word = say("state", state)
    if state == "not_computable":
        word = say("chart", "not_computable")
    if state == "not_applicable":
        word = f"– {word}"
        signs = signs if len(signs) == number else [str(number)]
    return f"{word}: {', '.join(signs)}" if signs else f"{number} {word}"


def _figures(page: Page, rows: MeasureRows, setting: Setting) -> float:
    """The cluster's figures one under the other, the latest under a rule; returns where they end."""
    top = 124.0
    told = _told(rows, setting)
    for label, number, strong in told:
        size = 26 if strong else 20
        if strong and len(told) > 2:
            page.rule(TEXT_LEFT, top, TEXT_WIDTH, palette.INK, 1)
        page.words(Box(TEXT_LEFT, top + 2, 190, 48), [Paragraph(escaped(label), 15, after=0)], middle=True)
        figure = [Paragraph(escaped(number), size, bold=strong, after=0)]
        page.words(Box(TEXT_LEFT + 192, top + 2, 140, 48), figure, "r", middle=True)
        top += 52
    return top


def _told(rows: MeasureRows, setting: Setting) -> list[tuple[str, str, bool]]:
    say, measure, row, region = setting.voice.write, rows.measure, rows.cluster, rows.region
    told: list[tuple[str, str, bool]] = []
    if row is not None and setting.followup:
        told.append((say("deck", "cluster_before"), setting.beside(measure, row.before), False))
        if pill(row, setting) in JUDGED and row.judged.expected is not None:
            expected = setting.voice.numbers.shared(measure, row.judged.expected)
            told.append((say("deck", "expected_row"), expected, False))
    if row is not None:
        word = say("deck", "cluster_now" if setting.followup else "cluster")
        open_ended = row.now.bounded is not None and row.now.bounded.lower is None
        told.append((word, say("state", "absent") if open_ended else setting.beside(measure, row.now), True))
    if region is not None:
        told.append((say("deck", "region"), _region(region, rows, setting), False))
    return told


def _region(region: Row, rows: MeasureRows, setting: Setting) -> str:
    now = setting.beside(rows.measure, region.now)
    if not setting.followup or region.before is None or not region.paired:
        return now
    before = setting.voice.numbers.figure(rows.measure, region.before.value or 0)
    return setting.voice.write("deck", "region_change", v0=before, v1=now)


def _said(deck: Deck, rows: MeasureRows) -> list[Paragraph]:
    """The sentence, the direction, and the failed check where one touches the figures."""
    setting, voice = deck.setting, deck.setting.voice
    said = []
    if rows.cluster is not None:
        said.append(Paragraph(sentence(rows.cluster, rows, setting), 16))
    said.append(Paragraph(voice.say("direction", rows.measure.direction), 14, colour=palette.OTHERS))
    touched = measure_check_line(rows.measure, failed_checks(deck.tables.checks), setting)
    if touched is not None:
        said.append(Paragraph(touched, 13))
    return said


def pair_slide(deck: Deck, pair: Pair, first: MeasureRows, second: MeasureRows) -> None:
    """Two alternatives as the axes of one picture: what one loses the other may gain."""
    setting, voice = deck.setting, deck.setting.voice
    page = deck.page(escaped(voice.text(pair.title)))
    drawing = pair_drawing(first, second, setting)
    if drawing is None:
        page.words(Box(SIDE, 300, 800, 60), [Paragraph(voice.say("deck", "no_chart"), 18)])
    else:
        chart = Box(SIDE - 6, 124, 812, 500)
        draw(page, chart, drawing, voice.language)
        corner_words(page, chart, setting)
    said = [Paragraph(escaped(voice.text(pair.why)), 17, after=12)]
    said += [Paragraph(_pair_line(rows, setting), 16) for rows in (first, second) if rows.cluster is not None]
    moved = setting.followup
    said.append(Paragraph(voice.say("deck", "path" if moved else "points"), 14, colour=palette.OTHERS))
    if moved:
        said.append(Paragraph(voice.say("deck", "swap"), 14))
    page.words(Box(TEXT_LEFT, 128, TEXT_WIDTH, _END - 128), said)
    withheld = voice.write("chart", f"others_{first.withheld}").replace("\n", " ") if first.withheld else ""
    page.foot(deck.badges(draft=first.measure.draft or second.measure.draft), escaped(withheld))
    lines = [sentence(rows.cluster, rows, setting) for rows in (first, second) if rows.cluster is not None]
    pitfalls = [
        voice.say("deck", "note_pitfalls", words=voice.text(rows.measure.pitfalls))
        for rows in (first, second)
        if rows.measure.pitfalls is not None
    ]
    page.notes([voice.say("deck", "note_pair", why=voice.text(pair.why)), *lines, *pitfalls])


def _pair_line(rows: MeasureRows, setting: Setting) -> Markdown:
    say, title = setting.voice.say, setting.voice.text(rows.measure.title)
    row = rows.cluster
    now = setting.value(rows.measure, row.now if row else None)
    if row is None or not setting.followup or not row.paired:
        return say("deck", "pair_baseline", title=title, v1=now)
    return say("deck", "pair_followup", title=title, v1=now, v0=setting.beside(rows.measure, row.before))
