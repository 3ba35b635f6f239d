"""Every sentence is short and none judges: those made from verdicts, and those that the packages come with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import get_args

import pytest
import report_packs as packs
from readability import lix, sentences, words

from reports.markdown import plain
from reports.rows import MeasureRows, Row, measures
from reports.sentences import sentence, summary
from reports.setting import Setting
from reports.verdicts import EXPLAINED
from reports.wording import voice
from transforms.comparison import REASONS
from transforms.published import STATES
from transforms.verdict import Verdict

MOST_WORDS, USUAL_WORDS = 25, 15
LIGHT_NEWSPAPER = 40
"""LIX: a newspaper's easier half. The texts are read in the evening, after a day's work."""
ONE_IN = 20
"""At most one sentence in so many of a package's own texts is longer than `MOST_WORDS`."""
JUDGING = re.compile(
    r"\b(bedst\w*|dårligst\w*|værst\w*|forbedr\w*|forværr\w*|desværre|heldigvis|rangliste\w*|topscorer\w*|bundscorer\w*"
    r"|skuffende|utilfredsstillende|best|worst|improve\w*|worsen\w*|unfortunately|rank(?:s|ed|ing)?|league table)\b",
    re.IGNORECASE,
)
TEXTS = sorted(packs.PACKAGE.parents[1].glob("*/*.md"))


def read(language: str, *, followup: bool, reader: str) -> tuple[list[MeasureRows], Setting]:
    plan = packs.Plan(language=language, followup=followup)
    made = packs.tables(plan) if followup else packs.baseline(plan)
    setting = Setting(made.row, voice(language), Path(), member=reader != "cluster")
    audience = reader if reader == "cluster" else packs.practice_id(reader)
    return measures(packs.package(), made.figures_for(audience), made.row), setting


def variants(row: Row) -> Iterator[Row]:
    """The row with every state, every reason not to compare and every verdict."""
    yield from (replace(row, now=replace(row.now, state=state)) for state in STATES)
    yield from (replace(row, comparable=False, reason=reason, change=None) for reason in REASONS)
    for verdict, why in product(get_args(Verdict), (None, *EXPLAINED)):
        yield replace(row, judged=replace(row.judged, verdict=verdict, reason=why))


def generated(language: str) -> set[str]:
    found: set[str] = set()
    for followup, reader in product((True, False), ("F", "cluster")):
        every, setting = read(language, followup=followup, reader=reader)
        for rows in every:
            units = [row for row in (rows.own, rows.cluster) if row is not None]
            found |= {plain(sentence(each, rows, setting)) for row in units for each in variants(row)}
            line = summary(rows, setting)
            found |= {plain(line[1])} if line else set()
    return found


@pytest.mark.parametrize("language", ["da", "en"])
def test_what_is_said_of_a_figure_is_short_and_judges_nobody(language: str) -> None:
    every = generated(language)
    assert len(every) > 80
    parts = [part for text in every for part in sentences(text)]
    assert [part for part in parts if len(words(part)) > MOST_WORDS] == []
    assert sum(len(words(part)) for part in parts) / len(parts) < USUAL_WORDS
    assert [text for text in every if JUDGING.search(text)] == []


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_word_of_ours_is_short_and_judges_nobody(language: str) -> None:
    texts = [text for section in voice(language).words.values() for text in section.values()]
    long = [part for text in texts for part in sentences(text) if len(words(part)) > MOST_WORDS + 5]
    assert long == []
    assert [text for text in texts if JUDGING.search(text)] == []
    assert lix("\n".join(text for text in texts if len(words(text)) > 5)) < LIGHT_NEWSPAPER + 5


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_packages_texts_are_as_light_as_a_newspaper(path: Path) -> None:
    text = running_text(path.read_text(encoding="utf-8"))
    parts = [part for whole in sentences(text) for part in re.split(r"[;:]\s", whole)]
    long = [part for part in parts if len(words(part)) > MOST_WORDS]
    assert lix(text) < LIGHT_NEWSPAPER
    assert len(long) <= 1 + len(parts) / ONE_IN, long


def running_text(markdown: str) -> str:
    """Paragraphs and items without their marks; no headings, tables or footnotes."""
    text = re.sub(r"(?m)^(?:\[\^.*|#.*|\|.*)$", "", markdown)
    text = re.sub(r"\[\^[^\]]*\]|https?://\S+|[*_`>#]", "", text)
    text = re.sub(r"(?m)^\s*(?:-|\d+\.)\s+", "\n", text)
    return re.sub(r"(?<=\S)\n(?=\S)", " ", text)


def test_the_measure_is_the_published_one() -> None:
    """Two sentences of six words, three of which are long: 6 + 25."""
    text = "Klyngen mødes i aften hos lægerne. Patienterne sover, og vi taler stille."
    assert [len(words(part)) for part in sentences(text)] == [6, 6]
    assert lix(text) == 6 + 100 * 3 / 12


def test_a_full_stop_after_an_abbreviation_ends_nothing() -> None:
    assert len(sentences("Fra 262 til 221 pr. 1.000 i jan. 2025. Og så videre.")) == 2
