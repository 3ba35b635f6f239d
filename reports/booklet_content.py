"""Every value of the template booklet.qmd, made before anything is rendered."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reports.booklet_measures import listed, measure_values, said
from reports.laid_over import laid_over_lines
from reports.markdown import Markdown, escaped
from transforms.package_parts import AGENDAS

if TYPE_CHECKING:
    from reports.booklet import Booklet

Row = Sequence[object]
PARTS = ("plan", "measures", "data_guide", "fact_sheet", "reflection", "coordinator", "feedback", "sources")
"""The parts in the order they stand in."""
TEXTS = ("plan", "data_guide", "fact_sheet", "reflection", "coordinator")
"""Those that a package has a text for; each is a file of that name that ends in .md."""
_HTTPS = re.compile(r"https://[A-Za-z0-9\-._~:/?#@!$&'*+,;=%]+")
SCALE = ("1", "2", "3", "4", "5")


def content(booklet: Booklet, texts: Mapping[str, Markdown]) -> dict[str, Any]:
    """The values by the names the template calls them."""
    package, voice = booklet.package, booklet.voice
    return {
        "language": booklet.language,
        "w": voice.words,
        "package": package,
        **_head(booklet),
        "texts": texts,
        **_parts(booklet, texts),
        "shared": [(name, text) for name, text in _shared(booklet) if text],
        "measures": [measure_values(booklet, each, at) for at, each in enumerate(package.shown, 1)],
        "question_groups": _question_groups(booklet),
        "agenda": _agenda(booklet),
        "feedback": [(said(booklet, each.text), each.answer) for each in package.feedback],
        "scale": SCALE,
        "references": [_reference(booklet, at) for at in range(len(package.references))],
        "changes": [
            (change.version, voice.numbers.short_day(change.on), said(booklet, change.what))
            for change in package.changes
        ],
    }


def _parts(booklet: Booklet, texts: Mapping[str, Markdown]) -> dict[str, Any]:
    """The parts that the package has, and a line for each text that it lacks: a part with nothing in it is left out."""
    package, voice = booklet.package, booklet.voice
    beside = {
        "measures": package.measures,
        "reflection": package.questions,
        "coordinator": package.agenda,
        "feedback": package.feedback,
        "sources": package.references or package.changes,
    }
    held = [part for part in PARTS if part in texts or beside.get(part)]
    lacking = [part for part in TEXTS if part not in texts]
    return {
        "contents": [(part, voice.say("part", part), _anchor(part)) for part in held],
        "lacking": [
            voice.say("booklet", "missing", part=voice.say("part", part), file=f"{part}.md") for part in lacking
        ],
    }


def _head(booklet: Booklet) -> dict[str, Any]:
    package, voice = booklet.package, booklet.voice
    title, reviewed = voice.text(package.title), package.status == "reviewed"
    status = voice.say("booklet", "draft")
    if reviewed and package.reviewed_on:
        day = voice.numbers.short_day(package.reviewed_on)
        status = voice.say("booklet", "reviewed", day=day, reviewer=package.clinical_reviewer)
    running = "running" if reviewed else "running_draft"
    return {
        "running": voice.write("booklet", running, title=title, version=package.version),
        "footer": voice.write("booklet", "footer"),
        "example": "",
        "page": voice.write("head", "page"),
        "of": voice.write("head", "of"),
        "title": said(booklet, package.title),
        "status": status,
        "draft": not reviewed,
        "facts": _facts(booklet),
        "focus": said(booklet, package.focus),
        "glance": _glance(booklet),
        "laid_over": laid_over_lines(package, booklet),
    }


def _facts(booklet: Booklet) -> list[Row]:
    package, voice = booklet.package, booklet.voice
    lines = (
        ("version", package.version),
        ("owner", package.owner),
        ("author", package.author),
        ("reviewer", package.clinical_reviewer or voice.write("booklet", "nobody")),
        ("review_due", voice.numbers.short_day(package.review_due)),
    )
    return [(voice.say("booklet", key), value) for key, value in lines if value]


def _glance(booklet: Booklet) -> list[Row]:
    package, voice = booklet.package, booklet.voice
    needed = ", ".join(booklet.sources.values()) or voice.write("booklet", "needed_none")
    data = (voice.say("booklet", "needed"), needed)
    if not package.measures:
        return [(voice.say("booklet", "without_numbers"), said(booklet, package.without_numbers)), data]
    draft = voice.say("booklet", "draft_measure")
    names = [voice.say("booklet", "figures"), *[""] * (len(package.measures) - 1)]
    figures = [
        Markdown("**{at}** {title}{draft}").fill(
            at=at, title=said(booklet, each.title), draft=Markdown(f" [{draft}]{{.badge .draft}}" if each.draft else "")
        )
        for at, each in enumerate(package.shown, 1)
    ]
    return [*zip(names, figures, strict=True), data, *_window_lines(booklet)]


def _window_lines(booklet: Booklet) -> list[Row]:
    windows, voice = booklet.package.windows, booklet.voice
    later = voice.one_or_many("measured", "years", windows.followup_after_months // 12)
    followup = voice.say("measured", "followup_of", n=later)
    return [
        (voice.say("measured", "window"), voice.say("measured", "window_of", n=windows.months)),
        (
            voice.say("measured", "followup"),
            Markdown("{when} {why}").fill(when=followup, why=said(booklet, windows.followup_why)),
        ),
    ]


def _shared(booklet: Booklet) -> list[Row]:
    """What holds for every measure alike: said once, above them."""
    package, voice = booklet.package, booklet.voice
    eras = [
        voice.say(
            "measured", "excluded_of", period=voice.numbers.period(era.start, era.end), why=said(booklet, era.why)
        )
        for era in package.windows.excluded
    ]
    return [
        (voice.say("measured", "population"), said(booklet, package.population)),
        *_window_lines(booklet),
        (voice.say("measured", "excluded"), Markdown(" ".join(eras))),
    ]


def _question_groups(booklet: Booklet) -> list[tuple[Markdown, list[Markdown]]]:
    """The questions under the measures they are about, in the measures' order; those about everything last."""
    package, voice = booklet.package, booklet.voice
    order = [measure.id for measure in package.shown]
    groups: dict[tuple[str, ...], list[Markdown]] = {}
    for question in package.questions:
        groups.setdefault(tuple(sorted(question.measures, key=order.index)), []).append(said(booklet, question))
    found: list[tuple[Markdown, list[Markdown]]] = []
    for about in sorted(groups, key=lambda names: (not names, [order.index(name) for name in names])):
        titles = [f"{voice.text(package.measure(name).title)} ({order.index(name) + 1})" for name in about]
        named = listed(booklet, "reflecting", "and", titles)
        found.append((voice.say("reflecting", "about" if about else "about_all", titles=named), groups[about]))
    return found


def _agenda(booklet: Booklet) -> dict[str, Any] | None:
    """One row per item, with its minutes in each meeting, and the sums; None where there is no agenda."""
    voice, items = booklet.voice, booklet.package.agenda
    if not items:
        return None
    held = [name for name in AGENDAS if any(name in item.minutes for item in items)]
    none = voice.say("agenda", "not_there")
    rows = [
        (said(booklet, item.what), said(booklet, item.form), [item.minutes.get(name, none) for name in held])
        for item in items
    ]
    sums = [sum(item.minutes.get(name, 0) for item in items) for name in held]
    return {"heads": [voice.say("agenda", name) for name in held], "rows": rows, "sums": sums}


def _reference(booklet: Booklet, at: int) -> dict[str, Any]:
    reference, voice = booklet.package.references[at], booklet.voice
    return {
        "mark": Markdown(f"[\\[{at + 1}\\]]{_anchor(f'kilde-{at + 1}')}"),
        "title": reference.title.rstrip("."),
        "publisher": reference.publisher.rstrip("."),
        "year": reference.year,
        "url": _address(str(reference.url)) if reference.url else "",
        "opened": voice.say("changed", "opened", day=voice.numbers.short_day(reference.opened)),
    }


def _anchor(name: str) -> Markdown:
    """What makes a place that can be linked to."""
    return Markdown(f"{{#{name.replace('_', '-')}}}")


def _address(url: str) -> Markdown:
    """An address as a link, where it is one to https; a booklet is read on paper too, so it stands there in full."""
    words = escaped(url)
    return Markdown(f"[{words}]({url})") if _HTTPS.fullmatch(url) else words
