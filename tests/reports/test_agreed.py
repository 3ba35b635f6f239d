"""What was agreed, in a follow-up's documents: the very figures of report.figure, no judgement, and text as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import report_packs as packs
from pptx import Presentation

from reports.agreed import agreed
from reports.assemble import assemble
from reports.bundled import BundledRenderer
from reports.coordinator import Coordinated, coordinator_sources
from reports.pack import CLUSTER, Document, PackTables, documents, render_document
from reports.rows import measures
from reports.setting import Setting
from reports.wording import LANGUAGES, voice
from transforms.published import GOAL

FIRST, SECOND, _, LAST = packs.MEASURES
HOSTILE = '=1+1 <script>alert(1)</script> {{< x >}} *b* | & "q" #let x = $y$ [z](w) ${a} @SUM(A1)'


def goal(number: int = 1, **parts: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"pack_id": packs.PACK_ID, "number": number, "agreed_on": date(2025, 9, 17)}
    usual |= {"what": "Se tiden an", "who": "alle læger", "by_when": date(2025, 12, 1), "measure_id": FIRST}
    return usual | {"direction": "lower", "amount": 10.0, "amount_is": "percent"} | parts


def told_only(number: int = 1, **parts: Any) -> dict[str, Any]:
    return goal(number, **{"measure_id": None, "direction": None, "amount": None, "amount_is": None} | parts)


def with_goals(*goals: Mapping[str, Any], plan: packs.Plan | None = None) -> PackTables:
    return replace(packs.tables(plan), goals=pl.DataFrame(list(goals), schema=GOAL))


def found(tables: PackTables, name: str) -> Document:
    return next(one for one in documents(tables, packs.package(), packs.VERSIONS) if one.name == name)


def markdown(tables: PackTables, fonts: Path, name: str = "klyngerapport") -> str:
    return assemble(found(tables, name), fonts).markdown.replace("\\", "").replace("\u00a0", " ")


def sheet(tables: PackTables, fonts: Path) -> str:
    made = coordinator_sources(Coordinated(tables, packs.package(), {}), fonts).markdown
    return made.replace("\\", "").replace("\u00a0", " ")


def lines(tables: PackTables, fonts: Path, *, member: bool = False) -> list[str]:
    setting = Setting(tables.row, voice(tables.row["language"]), fonts, member)
    audience = packs.practice_id("F") if member else CLUSTER
    box = agreed(
        tables.goals, packs.package(), measures(packs.package(), tables.figures_for(audience), tables.row), setting
    )
    assert box is not None
    return [" ".join(each.lines).replace("\\", "").replace("\u00a0", " ") for each in box.goals]


def cell(tables: PackTables, measure: str, column: str) -> float:
    row = tables.figures_for(CLUSTER).filter(pl.col("measure_id") == measure, pl.col("level") == "cluster")
    return float(row[column].item())


def test_the_outcome_is_the_clusters_row_of_the_figures(fonts: Path) -> None:
    tables = with_goals(goal(), goal(2, measure_id=SECOND, direction=None, amount=36.0, amount_is="level"))
    one, two = lines(tables, fonts)
    before, now = (f"{cell(tables, FIRST, f'{window}_value'):.0f}" for window in ("before", "now"))
    assert f"Fra {before} til {now} pr. 1.000" in one
    assert "alle læger, senest 1. dec. 2025" in one
    assert "**Håbet:** 10 % lavere (Alle antibiotika)." in one
    before, now = (f"{cell(tables, SECOND, f'{window}_value'):.1f} %".replace(".", ",") for window in ("before", "now"))
    assert f"Fra {before} til {now}" in two
    assert "**Håbet:** nå 36 % (Penicillin V)." in two


def test_the_words_of_the_outcome_are_those_of_the_measures_own_verdict(fonts: Path) -> None:
    text = markdown(with_goals(goal()), fonts)
    sentence = text.partition("**Set:** ")[2].partition("\n")[0]
    assert "Forskellen er større" in sentence
    assert text.count(sentence) == 2  # in the box, and in the measure's band


def test_a_member_gets_it_short_with_the_clusters_figures(fonts: Path) -> None:
    (line,) = lines(with_goals(goal()), fonts, member=True)
    assert line.startswith("**Se tiden an.** **Håbet:** 10 % lavere")
    assert line.endswith("Klyngen: 206 pr. 1.000 mod 226 før (−9 %).")
    assert "alle læger" not in line


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"verdict": "too few data"}, "for få"),
        ({"comparable": False, "verdict": "not comparable", "reason": "merged"}, "kan ikke sammenlignes"),
        ({"now_state": "suppressed", "now_value": None}, "vises ikke"),
    ],
)
def test_what_cannot_be_read_is_said(change: dict[str, Any], said: str, fonts: Path) -> None:
    tables = with_goals(goal())
    here = (pl.col("measure_id") == FIRST) & (pl.col("level") == "cluster")
    figures = tables.figures.with_columns(
        pl.when(here).then(pl.lit(value, dtype=tables.figures.schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in change.items()
    )
    (line,) = lines(replace(tables, figures=figures), fonts)
    assert said in line


def test_goals_that_no_figure_shows_are_told_as_such(fonts: Path) -> None:
    none, gone = lines(with_goals(told_only(), goal(2, measure_id="was_once")), fonts)
    assert "hører ikke til et målepunkt" in none
    assert "ikke med i pakken mere" in gone


def test_no_word_says_whether_a_hope_was_met(fonts: Path) -> None:
    for language in LANGUAGES:
        text = " ".join(lines(with_goals(goal(), plan=packs.Plan(language=language)), fonts)).lower()
        assert [
            word for word in ("nået", "opfyldt", "mangler", "met", "achieved", "failed") if f" {word}" in text
        ] == []


def test_without_goals_the_coordinator_alone_is_told_how_to_bring_them(fonts: Path) -> None:
    tables = packs.tables()
    assert "Der er ikke optegnet aftaler" in sheet(tables, fonts)
    assert "aftaler.xlsx" in sheet(packs.baseline(), fonts)
    for name in ("klyngerapport", "medlem_F"):
        assert "aftaler" not in markdown(tables, fonts, name)
    assert "Det aftalte vi" not in markdown(packs.baseline(), fonts)


def test_the_goals_open_the_coordinators_sheet(fonts: Path) -> None:
    text = sheet(with_goals(goal()), fonts)
    assert text.index("Det aftalte vi 17. sep. 2025") < text.index("## Dagsorden")
    assert "Begynd her" in text


def deck_texts(path: Path) -> list[str]:
    slides = Presentation(str(path)).slides
    return ["\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame) for slide in slides]


def test_the_slide_and_the_file_have_the_reports_figures(
    fonts: Path, tmp_path: Path, renderer: BundledRenderer
) -> None:
    tables = with_goals(goal(), told_only(2), *(goal(at, measure_id=SECOND, amount_is="unit") for at in (3, 4, 5)))
    (file,) = render_document(found(tables, "oplaeg"), tmp_path, renderer)
    texts = deck_texts(file.path)
    assert [at for at, text in enumerate(texts) if "Det aftalte vi" in text] == [1, 2]
    assert [
        part for part in ("før 226", "nu 206", "−9 %", "tælles ikke") if part not in texts[1].replace("\u00a0", " ")
    ] == []
    assert "10 procentpoint lavere" in texts[2].replace("\u00a0", " ")
    assert (
        len(deck_texts(render_document(found(packs.tables(), "oplaeg"), tmp_path, renderer)[0].path)) == len(texts) - 2
    )


def test_hostile_words_are_words_in_every_format(fonts: Path, tmp_path: Path, renderer: BundledRenderer) -> None:
    tables = with_goals(goal(what=HOSTILE, who=HOSTILE), told_only(2, what="=1+1", who="+1"))
    twice: list[list[str]] = []
    for folder in ("first", "second"):
        files = render_document(found(tables, "klyngerapport"), tmp_path / folder, renderer)
        files += render_document(found(tables, "oplaeg"), tmp_path / folder, renderer)
        twice.append([file.sha256 for file in files])
    assert twice[0] == twice[1]
    text = packs.text_of((tmp_path / "first" / "klyngerapport.html").read_text(encoding="utf-8"))
    assert text.count(HOSTILE) == 2
    assert any(HOSTILE in each for each in deck_texts(tmp_path / "first" / "oplaeg.pptx"))
    rows = list(openpyxl.load_workbook(tmp_path / "first" / "tal.xlsx")["Aftaler"].iter_rows(min_row=2))
    assert [rows[0][1].value, rows[1][1].value, rows[1][2].value] == [HOSTILE, "=1+1", "+1"]
    assert {each.data_type for row in rows for each in row[1:3]} <= {"s", "inlineStr"}
    assert [rows[0][at].value for at in (7, 8, 9)] == [226, 206, -20]
