"""Pills and sentences: what is said, and what is never said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import report_packs as packs

from reports.markdown import plain
from reports.pills import pill
from reports.rows import MeasureRows, Row, measures
from reports.sentences import sentence, summary
from reports.setting import Setting
from reports.wording import voice

NEVER = ("uændret", "ingen effekt", "bedst", "dårligst", "dårlig", "bedre", "værre", "unchanged", "no effect", "worst")


def rows_and_setting(plan: packs.Plan | None = None, reader: str = "F") -> tuple[list[MeasureRows], Setting]:
    tables = packs.tables(plan)
    setting = Setting(tables.row, voice(tables.row["language"]), Path(), member=True)
    return measures(packs.package(), tables.figures_for(packs.practice_id(reader)), tables.row), setting


def said(row: Row | None, rows: MeasureRows, setting: Setting) -> str:
    assert row is not None
    return plain(sentence(row, rows, setting)).replace("\u00a0", " ")


def test_a_rate_is_told_in_counts_values_and_the_interval_of_the_change() -> None:
    rows, setting = rows_and_setting()
    assert said(rows[0].own, rows[0], setting) == (
        "754 recepter mod 894: fra 262 til 221 pr. 1.000 (95 % usikkerhed for ændringen: −58 til −39)."
        " Resten af regionen gik fra 224 til 216."
    )


def test_a_share_is_told_with_its_denominator_and_percentage_points() -> None:
    rows, setting = rows_and_setting()
    words = said(rows[1].own, rows[1], setting)
    assert words.startswith("1.136 af 3.412 mod 1.017 af 3.412: fra 29,8 % til 33,3 %")
    assert "procentpoint" in words


def test_the_same_in_english() -> None:
    rows, setting = rows_and_setting(packs.Plan(language="en"))
    words = said(rows[0].own, rows[0], setting)
    assert words.startswith("754 prescriptions against 894: from 262 to 221 per 1,000 (95% interval of the change: −58")


def test_too_few_points_to_the_cluster_and_shows_no_change() -> None:
    rows, setting = rows_and_setting()
    words = said(rows[3].own, rows[3], setting)
    assert words == "9 af 17 mod 13 af 24: for få til at vise en ændring, op eller ned. Brug klyngens tal."


@pytest.mark.parametrize("reason", ["joined", "merged", "moved", "missing_before", "something new"])
def test_what_cannot_be_compared_says_why(reason: str) -> None:
    rows, setting = rows_and_setting()
    own = rows[0].own
    assert own is not None
    changed = replace(own, comparable=False, reason=reason, change=None)
    assert pill(changed, setting) == "incomparable"
    words = said(changed, rows[0], setting)
    assert words.startswith("Før og efter kan ikke sammenlignes: ")
    assert "Det nye tal står alene: 221 pr. 1.000." in words


@pytest.mark.parametrize("state", ["not_submitted", "suppressed", "not_computable", "not_applicable"])
def test_each_state_has_a_pill_and_a_sentence_of_its_own(state: str) -> None:
    rows, setting = rows_and_setting()
    own = rows[0].own
    assert own is not None
    changed = replace(own, now=replace(own.now, state=state, value=None))
    others = {said(replace(own, now=replace(own.now, state=one, value=None)), rows[0], setting) for one in ("zero",)}
    assert pill(changed, setting) == state
    assert said(changed, rows[0], setting) not in others


def test_the_box_has_one_line_per_measure() -> None:
    rows, setting = rows_and_setting()
    lines = [summary(one, setting) for one in rows]
    assert [line[0] for line in lines if line] == ["readable", "readable", "readable", "too_few"]
    first = lines[0]
    assert first is not None
    expected = "Alle antibiotika: 221 pr. 1.000 mod 262 før (−16 %). Klyngen: 206 mod 226."
    assert plain(first[1]).replace("\u00a0", " ") == expected


@pytest.mark.parametrize("language", ["da", "en"])
def test_no_word_ranks_judges_or_calls_a_wide_interval_no_change(language: str) -> None:
    words = voice(language).words
    every = " ".join(text.lower() for section in words.values() for text in section.values())
    assert [word for word in NEVER if word in every] == []
