"""The slides of the meeting itself: title, agenda, questions for the groups, and what is agreed at the end."""

from __future__ import annotations

from reports.deck_page import Box, Page
from reports.deck_slides import TEXT_LEFT, TEXT_WIDTH, Deck
from reports.deck_template import SIDE, WIDTH
from reports.deck_type import Paragraph
from reports.figures import palette
from reports.grounds import delivered_words, rests_on
from reports.markdown import Markdown, escaped
from reports.numbers import Numbers
from transforms.definitions import Package
from transforms.package_parts import AGENDAS, AgendaItem

_USUAL = ("90", "120", "40", "virtual")
"""The agenda that is shown: an hour and a half where the package has one."""
_ACROSS = 9
_MODES = ("letters", "open", "own_only")


def title_slide(deck: Deck) -> None:
    """Topic, cluster, date, periods, and how many have delivered."""
    setting, voice, pack = deck.setting, deck.setting.voice, deck.setting.pack
    kind = "followup" if setting.followup else "baseline"
    heading = voice.say("deck", f"title_{kind}", title=voice.text(deck.package.title))
    page = deck.page(heading, escaped(voice.write("head", kind)))
    page.words(Box(SIDE, 150, 780, 190), [Paragraph(escaped(voice.text(deck.package.focus)), 24)])
    facts = [Paragraph(escaped(pack["cluster_name"]), 24, bold=True, after=6)]
    if pack["meeting_date"] is not None:
        day = voice.numbers.short_day(pack["meeting_date"])
        facts.append(Paragraph(voice.say("deck", "meeting", day=day), 20, after=14))
    windows = ("before", "now") if setting.followup else ("now",)
    for window in windows:
        label = voice.write("head", window if setting.followup else "window")
        facts.append(Paragraph(escaped(f"{label}: {setting.period(window)}"), 16, after=4))
    page.words(Box(SIDE, 350, 780, 200), facts)
    flags = [
        voice.write("head", "example") if pack["example_data"] else "",
        voice.write("head", "draft") if deck.package.status == "draft" else "",
    ]
    for at, flag in enumerate(filter(None, flags)):
        page.badge(flag, SIDE, 560 + 42 * at)
    _squares(deck, page)
    mode = pack["mode"] if pack["mode"] in _MODES else "letters"
    page.foot(deck.badges(), voice.say("deck", mode))
    page.notes([voice.say("deck", "note_title"), delivered_words(deck.tables, setting)])


def _squares(deck: Deck, page: Page) -> None:
    """A square for each practice: filled where it has delivered. Which is which is not told."""
    voice, pack = deck.setting.voice, deck.setting.pack
    members, delivered = int(pack["practices_members"]), int(pack["practices_delivered"])
    side = TEXT_WIDTH / _ACROSS
    rows = -(-members // _ACROSS)
    size = side if rows <= 6 else side * 6 / rows
    across = _ACROSS if rows <= 6 else int(TEXT_WIDTH / size)
    for at in range(members):
        left, top = TEXT_LEFT + at % across * size, 150 + at // across * size
        page.square(Box(left, top, size - 6, size - 6), filled=at < delivered)
    end = 150 + -(-members // across) * size + 10
    words = [
        Paragraph(voice.say("deck", "delivered", delivered=delivered, members=members), 18, bold=True, after=6),
        Paragraph(_grounds(deck), 14, colour=palette.OTHERS, after=0),
    ]
    page.words(Box(TEXT_LEFT, end, TEXT_WIDTH, 656 - end), words)


def _grounds(deck: Deck) -> Markdown:
    return Markdown(" ".join(rests_on(deck.tables.figures, deck.setting)))


def agenda_slide(deck: Deck) -> None:
    """The package's agenda for the usual length; its other lengths stand in the notes."""
    voice, agenda = deck.setting.voice, deck.package.agenda
    length = next((each for each in _USUAL if any(each in item.minutes for item in agenda)), None)
    if length is None:
        return
    page = deck.page(voice.say("deck", "agenda"), _length(deck, length))
    items = [item for item in agenda if length in item.minutes]
    step = min(76.0, 520 / len(items))
    for at, item in enumerate(items):
        top = 136 + at * step
        page.rule(SIDE, top, WIDTH - 2 * SIDE)
        page.words(Box(SIDE, top + 14, 120, step - 16), [_strong(_minutes(deck, item, length))])
        page.words(Box(SIDE + 130, top + 14, 730, step - 16), [Paragraph(escaped(voice.text(item.what)), 20, after=0)])
        if item.form is not None:
            form = Paragraph(escaped(voice.text(item.form)), 15, colour=palette.OTHERS, after=0)
            page.words(Box(TEXT_LEFT + 30, top + 16, TEXT_WIDTH - 30, step - 18), [form], "r")
    page.foot(deck.badges(), "")
    page.notes([voice.say("deck", "note_agenda"), *_other_lengths(deck, length)])


def _strong(words: str) -> Paragraph:
    return Paragraph(escaped(words), 20, bold=True, after=0)


def _minutes(deck: Deck, item: AgendaItem, length: str) -> str:
    return deck.setting.voice.write("deck", "minutes", n=item.minutes[length])  # type: ignore[index]


def _length(deck: Deck, length: str) -> Markdown:
    say = deck.setting.voice.say
    return say("deck", "agenda_screen") if length == "virtual" else say("deck", "agenda_length", n=length)


def _other_lengths(deck: Deck, shown: str) -> list[Markdown]:
    told = []
    for length in AGENDAS:
        items = [item for item in deck.package.agenda if length in item.minutes]
        if length != shown and items:
            parts = ", ".join(f"{deck.setting.voice.text(item.what)} ({item.minutes[length]})" for item in items)
            listed = f"{_length(deck, length)}: {parts}"
            told.append(deck.setting.voice.say("deck", "note_agenda_others", list=listed))
    return told


def questions_slide(deck: Deck) -> None:
    """The package's questions, each with the measures it is about."""
    voice, package = deck.setting.voice, deck.package
    if not package.questions:
        return
    page = deck.page(voice.say("deck", "questions"), voice.say("deck", "questions_over"))
    shown = {measure.id for measure in package.measures}
    step = min(140.0, 524 / len(package.questions))
    for at, question in enumerate(package.questions):
        top = 134 + at * step
        about = [voice.text(package.measure(name).title) for name in question.measures if name in shown]
        words = [Paragraph(escaped(voice.text(question)), 22, after=3)]
        words.append(Paragraph(_about(deck, about), 13, colour=palette.OTHERS, after=0))
        page.words(Box(SIDE, top, 50, 40), [Paragraph(escaped(f"{at + 1}."), 22, bold=True, after=0)])
        page.words(Box(SIDE + 54, top, WIDTH - 2 * SIDE - 54, step - 10), words)
    page.foot(deck.badges(), voice.say("deck", "questions_foot"))
    page.notes([voice.say("deck", "note_questions")])


def _about(deck: Deck, titles: list[str]) -> Markdown:
    say = deck.setting.voice.say
    if not titles:
        return say("reflecting", "about_all")
    listed = ", ".join(titles[:-1])
    return say(
        "reflecting", "about", titles=say("reflecting", "and", first=listed, last=titles[-1]) if listed else titles[0]
    )


def closing_slide(deck: Deck) -> None:
    """What we take home, what our goal is, when we look again: with room to write."""
    voice = deck.setting.voice
    page = deck.page(voice.say("deck", "closing"), voice.say("deck", "closing_over"))
    asked = (("take_home", ""), ("goal", voice.say("deck", "goal_parts")), ("again", _again(deck)))
    for at, (key, under) in enumerate(asked):
        top = 140 + at * 172
        words = [Paragraph(voice.say("deck", key), 24, bold=True, after=4)]
        words += [Paragraph(under, 16, colour=palette.OTHERS, after=0)] if under else []
        page.words(Box(SIDE, top, WIDTH - 2 * SIDE, 76), words)
        page.rule(SIDE, top + 138, WIDTH - 2 * SIDE, palette.MID, 1)
    page.foot(deck.badges(), voice.say("deck", "foot_goals"))
    page.notes([voice.say("deck", "note_closing"), _why(deck.package, deck)])


def _why(package: Package, deck: Deck) -> str:
    why = package.windows.followup_why
    return escaped(deck.setting.voice.text(why)) if why is not None else _again(deck)


def _again(deck: Deck) -> Markdown:
    """When the package suggests to look again, as a month where the meeting has a date."""
    say, months, day = (
        deck.setting.voice.say,
        deck.package.windows.followup_after_months,
        deck.setting.pack["meeting_date"],
    )
    if day is None:
        return say("deck", "again_plain", n=months)
    numbers: Numbers = deck.setting.voice.numbers
    later = day.replace(year=day.year + months // 12, day=1)
    return say("deck", "again_when", n=months, month=numbers.period(later, later))
