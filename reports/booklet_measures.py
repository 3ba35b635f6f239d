"""A measure in words, for somebody who will never see its TOML: what is counted over what, and how to read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reports.markdown import Markdown, escaped
from transforms.definitions import Measure, Selection
from transforms.kinds import AVERAGES
from transforms.model import Text

if TYPE_CHECKING:
    from reports.booklet import Booklet

Line = tuple[Markdown, Markdown]
_NAMED = ("indications", "conditions", "groups", "answers", "questionnaires")


def measure_values(booklet: Booklet, measure: Measure, number: int) -> dict[str, Any]:
    """What the template needs of one measure: its head, its definition and the lines under it."""
    return {
        "number": number,
        "title": said(booklet, measure.title),
        "draft": booklet.voice.say("booklet", "draft_measure") if measure.draft else "",
        "definition": said(booklet, measure.definition),
        "lines": [(name, text) for name, text in _lines(booklet, measure) if text],
    }


def said(booklet: Booklet, text: Text | None) -> Markdown:
    """The words of `text`, marked as Danish where they stand in for English."""
    if text is None:
        return Markdown("")
    words = escaped(text.in_language(booklet.language))
    return Markdown(f"[{words}]{{lang=da}}") if booklet.language != "da" and not text.en else words


def cited(booklet: Booklet, references: Iterable[str]) -> Markdown:
    """` [3]` for each of `references`, as a link to the list of them."""
    known = {reference.id: at for at, reference in enumerate(booklet.package.references, 1)}
    marks = [f"[[{at}]](#kilde-{at}){{.cite}}" for at in sorted(known[name] for name in references)]
    return Markdown(" " + " ".join(marks) if marks else "")


def listed(booklet: Booklet, section: str, key: str, names: Sequence[str]) -> str:
    """`a, b or c`, by the word `key` of `section`."""
    if len(names) < 2:
        return "".join(names)
    return booklet.voice.write(section, key, first=", ".join(names[:-1]), last=names[-1])


def _lines(booklet: Booklet, measure: Measure) -> Iterable[Line]:
    say = booklet.voice.say
    yield say("measured", "counted"), _counted(booklet, measure.numerator, measure.numerator_base)
    yield _over(booklet, measure)
    yield say("measured", "unit"), said(booklet, measure.unit)
    yield say("measured", "direction"), say("measured", measure.direction, cited=cited(booklet, measure.guidelines))
    yield say("measured", "minimum"), _minimum(booklet, measure)
    yield say("measured", "pitfalls"), said(booklet, measure.pitfalls)
    yield from _aim_and_draft(booklet, measure)
    yield say("measured", "source"), _sources(booklet, measure)
    for pair in booklet.package.pairs:
        if measure.id in pair.measures:
            others = [booklet.package.measure(name).title for name in pair.measures if name != measure.id]
            titles = ", ".join(booklet.voice.text(title) for title in others)
            yield say("measured", "pair"), say("measured", "pair_of", titles=titles, why=said(booklet, pair.why))


def _aim_and_draft(booklet: Booklet, measure: Measure) -> Iterable[Line]:
    say = booklet.voice.say
    if measure.national_aim:
        origin = cited(booklet, [measure.national_aim.origin])
        yield say("measured", "aim"), say("measured", "aim_of", aim=said(booklet, measure.national_aim), cited=origin)
    if measure.draft:
        yield say("measured", "draft"), said(booklet, measure.draft_why)


def _sources(booklet: Booklet, measure: Measure) -> Markdown:
    names = dict.fromkeys(booklet.sources.get(each.source, each.source) for each in measure.selections)
    return escaped(", ".join(names))


def _minimum(booklet: Booklet, measure: Measure) -> Markdown:
    n = booklet.voice.numbers.count(booklet.package.minimum_events)
    kind = "mean" if measure.kind in AVERAGES else measure.kind
    if kind == "mean" and not measure.individual:
        kind = "mean_of_sums"
    return booklet.voice.say("measured", f"minimum_{kind}", n=n)


def _over(booklet: Booklet, measure: Measure) -> Line:
    say, per = booklet.voice.say, booklet.voice.numbers.count(measure.per)
    if measure.individual:
        return say("measured", "over_mean"), say("measured", "each_answer")
    if measure.kind == "distribution":
        return say("measured", "over_distribution"), _divided(booklet, measure)
    kind = "mean" if measure.kind in AVERAGES else measure.kind
    kind = "per" if kind != "proportion" and measure.per > 1 else kind
    return say("measured", f"over_{kind}", per=per), _counted(booklet, measure.denominator, measure.denominator_base)


def _divided(booklet: Booklet, measure: Measure) -> Markdown:
    by = booklet.voice.known("chosen", f"by_{measure.by}", measure.by or "")
    bands = [booklet.voice.text(band.title) if band.title else band.id for band in measure.bands]
    if not bands:
        return escaped(by)
    return booklet.voice.say("chosen", "divided", by=by, bands=", ".join(bands))


def _counted(booklet: Booklet, selection: Selection, base: Selection | None) -> Markdown:
    words = _selected(booklet, selection)
    if base is not None:
        return booklet.voice.say("measured", "over_base", what=words, base=_selected(booklet, base))
    return escaped(words)


def _selected(booklet: Booklet, selection: Selection) -> str:
    """`redeemed prescriptions: code J01, not J01XX05; women; 18 years and over`."""
    voice = booklet.voice
    what = voice.known("counted", f"{selection.model}_{selection.quantity}", selection.quantity)
    parts = [
        ", ".join(_of_codes(booklet, selection)),
        *(_of_names(booklet, selection, name) for name in _NAMED),
        voice.write("chosen", selection.sex) if selection.sex else "",
        _of_age(booklet, selection),
        voice.write("chosen", "window_months", n=selection.window_months) if selection.window_months else "",
    ]
    chosen = "; ".join(part for part in parts if part)
    return f"{what}: {chosen}" if chosen else what


def _of_codes(booklet: Booklet, selection: Selection) -> Iterable[str]:
    for name in ("codes", "exclude_codes"):
        codes: tuple[str, ...] = getattr(selection, name)
        if codes:
            yield booklet.voice.write("chosen", name, list=listed(booklet, "chosen", "or", codes))


def _of_names(booklet: Booklet, selection: Selection, name: str) -> str:
    known: Mapping[str, str] = booklet.names.get(selection.source, {})
    names = [known.get(each, each) for each in getattr(selection, name)]
    return booklet.voice.write("chosen", name, list=listed(booklet, "chosen", "or", names)) if names else ""


def _of_age(booklet: Booklet, selection: Selection) -> str:
    if selection.age_range is None:
        return ""
    low, high = selection.age_range
    key = "age_from" if high is None else "age_between"
    return booklet.voice.write("chosen", key, low=low, high=high)
