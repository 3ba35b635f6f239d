"""Rules for the five texts beside package.toml: that they are there and whole, and that what they claim is cited."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from transforms.lint import DEFINITION, Finding, Rule, Subject, found
from transforms.lint_prose import Passage, Prose, Section
from transforms.naming import nearest

HEADINGS: dict[str, tuple[str, ...]] = {
    "plan.md": ("Fokus", "Problemet", "Det vi håber på", "Hvem gør hvad hvornår"),
    "data_guide.md": ("Hvor tallene kommer fra", "Sådan gør I", "Hvad tallene ikke viser"),
    "fact_sheet.md": ("Det vi ved", "Anbefalinger", "Hvor vejledningerne er uenige"),
    "reflection.md": ("Før mødet", "På mødet"),
    "coordinator.md": ("Forberedelse", "Gruppearbejde", "Indvendinger", "Afslutning"),
}
"""The texts of a package, and the headings of the second level that each has (docs/packages.md)."""
CLAIMS = ("Det vi ved", "Anbefalinger")
"""The sections of the fact sheet that say what somebody else has found or recommends."""
FEWEST_WORDS = 8
"""Under this a section says nothing that its heading does not."""
_FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\]")
_PLACEHOLDER = re.compile(
    r"\b(TODO|TBD|FIXME|XXX|lorem ipsum|udfyldes|indsæt (selv|her|tekst)|skriv her|her skrives|write here)\b|"
    r"\[(skriv|indsæt|udfyld|write)[^\]]*\]|^\s*(\.\.\.|…)\s*$",
    re.IGNORECASE,
)


def missing_texts(there: Sequence[Prose], *, shipped: bool) -> Iterator[Finding]:
    """Texts that are not there: one finding for each, or one in all for a workspace's own package without any."""
    missing = [name for name in HEADINGS if name not in {text.file for text in there}]
    if missing and not shipped and not there:
        wrong = f"the package has no texts: {', '.join(missing)}"
        remedy = "Write them when others than you are to use it"
        yield replace(found("text-missing", (DEFINITION, 1), wrong, remedy), severity="warning")
        return
    for name in missing:
        headings = ", ".join(f"## {heading}" for heading in HEADINGS[name])
        each = found("text-missing", (name, 1), "the text is not there", f"Write it, with the headings {headings}")
        yield each if shipped else replace(each, severity="warning")


def headings(text: Prose, *, shipped: bool) -> Iterator[Finding]:
    """Headings that a text must have and has not; what hangs under none of them is not looked for."""
    there = [section.heading for section in text.sections]
    last = text.sections[-1].line if text.sections else 1
    for wanted in HEADINGS.get(text.file, ()):
        if wanted not in there:
            wrong = f"the heading '## {wanted}' is not there{nearest(wanted, there)}"
            each = found("heading-missing", (text.file, last), wrong, f"Write '## {wanted}' and what belongs under it")
            yield each if shipped else replace(each, severity="warning")


def empty_sections(text: Prose) -> Iterator[Finding]:
    """Sections in which nobody has written anything yet."""
    for section in text.sections:
        words = sum(len(passage.words.split()) for passage in section.passages)
        if section.heading in HEADINGS.get(text.file, ()) and words < FEWEST_WORDS:
            wrong = f"under '## {section.heading}' stands {'nothing' if not words else f'{words} word(s)'}"
            yield found("empty-text", (text.file, section.line), wrong, "Write what belongs there")


def placeholders(passage: Passage) -> Iterator[Finding]:
    """Words that stand where somebody is to write others."""
    if match := _PLACEHOLDER.search(passage.words):
        wrong = f"{match[0].strip()!r} stands where a text is to be"
        yield found("empty-text", passage.place, wrong, "Write the text, or take the line out")


def cited(subject: Subject) -> Iterator[Finding]:
    """Footnotes whose reference is not in package.toml, or that are explained in the text and not there."""
    known = [reference.id for reference in subject.package.references]
    for text in subject.texts:
        for passage in text.passages:
            for name in _FOOTNOTE.findall(passage.words):
                if name not in known:
                    wrong = f"[^{name}] is in no [[references]]{nearest(name, known)}"
                    yield found("unknown-reference", passage.place, wrong, "Add it to package.toml, or cite another")
        for name, line in text.notes:
            wrong = f"[^{name}] is explained here"
            remedy = "Take the line out: the list of references is made from package.toml"
            yield found("unknown-reference", (text.file, line), wrong, remedy)


def unread_references(subject: Subject) -> Iterator[Finding]:
    """References that no text, no direction and no aim rests on."""
    package = subject.package
    used = {name for text in subject.texts for each in text.passages for name in _FOOTNOTE.findall(each.words)}
    used |= {name for measure in package.measures for name in measure.guidelines}
    used |= {measure.national_aim.origin for measure in package.measures if measure.national_aim}
    for index, reference in enumerate(package.references):
        if subject.texts and reference.id not in used:
            wrong = f"nothing cites the reference {reference.id!r}"
            remedy = f"Cite it as [^{reference.id}] where it is used, or take it out"
            yield found("unread-reference", subject.at("references", index), wrong, remedy)


def claims_without_references(subject: Subject) -> Iterator[Finding]:
    """Sections of the fact sheet that claim something and cite nothing."""
    sheet = subject.text("fact_sheet.md")
    for section in sheet.sections if sheet else ():
        if section.heading in CLAIMS and _says_something(section) and not _cites(section):
            wrong = f"'## {section.heading}' claims something and cites nothing"
            remedy = "Cite what was opened as [^id]; leave out what nothing stands behind"
            yield found("without-references", ("fact_sheet.md", section.line), wrong, remedy)


def _says_something(section: Section) -> bool:
    return any(passage.words.strip() for passage in section.passages)


def _cites(section: Section) -> bool:
    return any(_FOOTNOTE.search(passage.words) for passage in section.passages)


TEXT_RULES: tuple[Rule, ...] = (cited, unread_references, claims_without_references)
