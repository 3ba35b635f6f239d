"""The coordinator sheet: findings by the rule, objections with the pack's own numbers, nothing that members hide."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import report_packs as packs

from reports.bundled import BundledRenderer
from reports.coordinator import Coordinated, content, coordinator_sources
from reports.coordinator_agenda import STANDARD
from reports.coordinator_apart import apart, missing
from reports.coordinator_findings import chosen
from reports.markdown import plain
from reports.pack import PackTables
from reports.rows import measures
from reports.setting import Setting
from reports.wording import voice
from transforms.package_parts import AGENDAS

TEXTS = {
    "coordinator": "## Gruppearbejde\n\nTo og to.\n\n## Indvendinger\n\n**»Det er kontrol.«** Nej.\n\n"
    "## Afslutning\n\nSlut til tiden.\n\n| Hvem | Hvornår |\n|---|---|\n| | |\n"
}
FEW = packs.Plan(practices=packs.LETTERS[:12], delivered=packs.LETTERS[:4], readers=packs.LETTERS[:12])
LONGEST_SENTENCE = 32


def setting_of(made: PackTables, fonts: Path = Path()) -> Setting:
    return Setting(made.row, voice(made.row["language"]), fonts, member=False)


def picked(made: PackTables) -> list[tuple[str, str]]:
    rows = measures(packs.package(), made.figures_for("cluster"), made.row)
    return [(choice.kind, choice.rows.measure.id) for choice in chosen(rows, setting_of(made))]


def made_of(made: PackTables, fonts: Path, texts: dict[str, str] | None = None) -> dict[str, Any]:
    return content(Coordinated(made, packs.package(), TEXTS if texts is None else texts), setting_of(made, fonts))


def markdown(made: PackTables, fonts: Path, texts: dict[str, str] | None = None) -> str:
    chosen_texts = TEXTS if texts is None else texts
    return coordinator_sources(Coordinated(made, packs.package(), chosen_texts), fonts).markdown


def words_of(made: PackTables, fonts: Path) -> str:
    return plain(markdown(made, fonts)).replace("\u00a0", " ")


def changed(made: PackTables, measure_id: str, **values: Any) -> PackTables:
    """The cluster's row of one measure with other values."""
    mine = (pl.col("level") == "cluster") & (pl.col("measure_id") == measure_id)
    return replace(
        made,
        figures=made.figures.with_columns(
            pl.when(mine).then(pl.lit(value)).otherwise(pl.col(name)).alias(name) for name, value in values.items()
        ),
    )


def test_likely_changes_come_first_and_the_one_with_most_beyond_chance_before_the_others() -> None:
    made = packs.tables()
    rows = made.figures.filter(pl.col("audience") == "cluster", pl.col("level") == "cluster").iter_rows(named=True)
    beyond = {
        row["measure_id"]: max(math.log(row["net_lower"]), -math.log(row["net_upper"]))
        for row in rows
        if row["verdict"] == "likely change"
    }
    assert picked(made) == [("likely", name) for name in sorted(beyond, key=lambda name: -beyond[name])]


def test_then_a_change_beyond_the_regions_and_then_the_widest_spread() -> None:
    made = packs.tables()
    for name in packs.MEASURES:
        made = changed(made, name, verdict=packs.CHANCE, verdict_reason="expected", net_lower=0.9, net_upper=1.1)
    made = changed(made, packs.MEASURES[1], net_lower=1.02, net_upper=1.2)
    dots = made.figures.filter(
        pl.col("audience") == "cluster", pl.col("level") == "practice", pl.col("now_state").is_in(["value", "zero"])
    )
    whole = {
        row["measure_id"]: row["now_value"]
        for row in made.figures.filter(pl.col("audience") == "cluster", pl.col("level") == "cluster").iter_rows(
            named=True
        )
    }
    spread = {
        name: (max(values) - min(values)) / whole[name]
        for name in packs.MEASURES
        if name != packs.MEASURES[1]
        for values in [dots.filter(pl.col("measure_id") == name)["now_value"].to_list()]
    }
    widest = max(spread, key=lambda name: spread[name])
    rest = next(name for name in packs.MEASURES if name not in (packs.MEASURES[1], widest))
    assert picked(made) == [("chance", packs.MEASURES[1]), ("spread", widest), ("other", rest)]


def test_a_baseline_begins_with_what_differs_from_the_region() -> None:
    made = packs.baseline()
    kinds = picked(made)
    rows = made.figures.filter(pl.col("audience") == "cluster").iter_rows(named=True)
    both = {(row["measure_id"], row["level"]): row for row in rows if row["level"] != "practice"}
    apart_from = [
        name
        for name in packs.MEASURES
        if not both[name, "cluster"]["now_lower"]
        <= both[name, "region"]["now_value"]
        <= both[name, "cluster"]["now_upper"]
    ]
    assert sorted(name for kind, name in kinds if kind == "region") == sorted(apart_from)
    assert len(kinds) == 3
    assert len({name for _, name in kinds}) == 3


@pytest.mark.parametrize("plan", [packs.Plan(), packs.Plan(language="en"), FEW, packs.Plan(mode="own_only")])
def test_there_are_three_findings_in_every_pack_that_has_three_measures(plan: packs.Plan, fonts: Path) -> None:
    found = made_of(packs.tables(plan), fonts)["findings"]
    assert [finding.number for finding in found] == [1, 2, 3]
    assert all(finding.sentences and finding.chart.alt for finding in found)


def test_the_answers_hold_the_clusters_own_numbers(fonts: Path) -> None:
    made = packs.tables()
    words, numbers = words_of(made, fonts), voice("da").numbers
    rows = made.figures.filter(pl.col("audience") == "cluster", pl.col("level") == "cluster")
    for row in rows.iter_rows(named=True):
        measure = packs.package().measure(row["measure_id"])
        now, before = numbers.count(row["now_numerator"]), numbers.count(row["before_numerator"])
        title = f"{measure.title.da}:"
        few = f"{now} mod {before}" if measure.kind == "rate" else f"{now} af {numbers.count(row['now_denominator'])}"
        assert f"{title} {few}" in words
        interval = numbers.interval(measure, row["expected_lower"], row["expected_upper"])
        expected = f"ventet {numbers.shared(measure, row['expected'])} ({interval}), det blev"
        assert f"{title} {expected} {numbers.with_unit(measure, row['now_value'])}.".replace("\u00a0", " ") in words
    region = made.figures.filter(pl.col("audience") == "cluster", pl.col("level") == "region").row(0, named=True)
    assert f"ændrede sig {numbers.percent((region['ratio'] - 1) * 100, signed=True)}".replace("\u00a0", " ") in words


def test_patient_mix_is_answered_with_the_adjusted_figures(fonts: Path) -> None:
    made = packs.tables()
    assert "ikke korrigeret for alder og køn" in words_of(made, fonts)
    adjusted = changed(made, packs.MEASURES[0], now_standardised=203.0)
    region = (pl.col("level") == "region") & (pl.col("measure_id") == packs.MEASURES[0])
    column = pl.when(region).then(219.0).otherwise(pl.col("now_standardised")).alias("now_standardised")
    adjusted = replace(adjusted, figures=adjusted.figures.with_columns(column))
    line = "206 pr. 1.000, korrigeret for alder og køn 203. Resten af regionen: 216, korrigeret 219."
    assert line in words_of(adjusted, fonts)


def test_failed_checks_and_rows_left_out_are_in_the_answer(fonts: Path) -> None:
    words = words_of(packs.tables(), fonts)
    assert "Indikation mangler oftere end aftalt" in words
    assert "2 rækker kunne ikke bruges og er udeladt" in words


def test_what_chance_alone_would_give_is_told_once(fonts: Path) -> None:
    assert words_of(packs.tables(), fonts).count("Var intet ændret, ville der alligevel stå") == 1
    assert "Var intet ændret" not in words_of(packs.baseline(), fonts)


@pytest.mark.parametrize("mode", ["letters", "open", "own_only"])
def test_nothing_of_what_only_a_practice_sees_of_itself_is_in_it(mode: str, fonts: Path) -> None:
    made = packs.tables(packs.Plan(mode=mode))
    mine = pl.col("audience") != "cluster"
    figures = [name for name, kind in made.figures.schema.items() if kind == pl.Float64 and name != "detectable_change"]
    shifted = made.figures.with_columns(
        pl.when(mine).then(pl.lit(98765.4)).otherwise(pl.col(name)).alias(name) for name in figures
    )
    texts = TEXTS
    before = coordinator_sources(Coordinated(made, packs.package(), texts), fonts)
    after = coordinator_sources(Coordinated(replace(made, figures=shifted), packs.package(), texts), fonts)
    assert before.markdown == after.markdown
    assert before.charts == after.charts
    assert not any(packs.practice_id(letter) in before.markdown for letter in packs.LETTERS)


def test_who_lies_apart_stands_by_letter_and_in_the_order_of_letters(fonts: Path) -> None:
    made = packs.tables()
    far = (pl.col("audience") == "cluster") & (pl.col("measure_id") == packs.MEASURES[0])
    lifted = made.figures.with_columns(
        pl.when(far & (pl.col("label") == letter)).then(value).otherwise(pl.col("now_value")).alias("now_value")
        for letter, value in (("R", 900.0),)
    )
    rows = measures(packs.package(), lifted.filter(pl.col("audience") == "cluster"), made.row)
    found = apart(rows, setting_of(made))
    assert "R" in [each.who for each in found]
    assert [each.who for each in found] == sorted(each.who for each in found)
    seen = " ".join(next(each for each in found if each.who == "R").seen)
    assert "900 pr. 1.000" in plain(seen).replace("\u00a0", " ")


@pytest.mark.parametrize("plan", [packs.Plan(mode="own_only"), FEW])
def test_nobody_stands_out_where_the_others_are_not_shown(plan: packs.Plan, fonts: Path) -> None:
    values = made_of(packs.tables(plan), fonts)
    assert values["apart"] == []
    assert values["apart_none"] == voice("da").write(
        "table", "practices_own_only" if plan.mode == "own_only" else "practices_too_few"
    )


def test_open_clusters_see_names(fonts: Path) -> None:
    plan = packs.Plan(mode="open", names={letter: f"Lægehuset {letter}" for letter in packs.LETTERS}, readers="FN")
    words = words_of(packs.tables(plan), fonts)
    assert "Mangler: Lægehuset N" in words
    assert "Nøglen" not in words


def test_with_four_of_twelve_delivered_it_says_who_is_missing(fonts: Path) -> None:
    made = packs.tables(FEW)
    assert missing(made.figures) == (sorted(packs.LETTERS[4:12]), [])
    words = words_of(made, fonts)
    *most, last = sorted(packs.LETTERS[4:12])
    assert f"Mangler: {', '.join(most)} og {last}." in words
    assert "4 af 12 praksis har leveret." in words
    assert "Der er jo 8, der mangler." in words


def test_a_package_without_texts_or_agenda_has_a_usable_sheet(fonts: Path) -> None:
    made = packs.tables()
    bare = packs.package().model_copy(update={"agenda": (), "questions": ()})
    sources = coordinator_sources(Coordinated(made, bare, {}), fonts)
    words = plain(sources.markdown)
    assert "Pakken har ingen dagsorden." in words
    assert voice("da").write("coordinator", "closing_standard") in words
    assert "Gruppearbejde" not in words
    assert "Spørgsmål til grupperne" not in words


@pytest.mark.parametrize("length", ["40", "90", "120"])
def test_the_ordinary_agenda_fills_the_meeting(length: str) -> None:
    assert sum(minutes.get(length, 0) for minutes in STANDARD.values()) == int(length)
    assert all(name in AGENDAS for minutes in STANDARD.values() for name in minutes)


def test_an_agendas_times_follow_each_other(fonts: Path) -> None:
    made = made_of(packs.tables(), fonts)["agenda"]
    for at, end in enumerate(made.ends):
        spans = [spans[at].split("–") for _, _, spans in made.rows if spans[at] != "–"]
        assert [start for start, _ in spans] == ["0", *(stop for _, stop in spans[:-1])]
        assert spans[-1][1] == end


def test_the_packages_plan_is_printed_once_with_room_to_write(fonts: Path) -> None:
    text = markdown(packs.tables(), fonts)
    assert "Slut til tiden" in text
    assert text.count("| Hvem |") == 1


@pytest.mark.parametrize("language", ["da", "en"])
def test_sentences_are_short(language: str) -> None:
    sections = ("coordinator", "finding", "objection", "apart", "standard_agenda")
    texts = [text for name in sections for text in voice(language).words[name].values()]
    sentences = [each for text in texts for each in re.split(r"(?<=[.?!:])\s", plain(text))]
    assert [each for each in sentences if len(each.split()) > LONGEST_SENTENCE] == []


def test_words_that_attack_come_out_as_words(renderer: BundledRenderer, fonts: Path, tmp_path: Path) -> None:
    hostile = '<script>alert(1)</script> #read("/etc/hosts") {{< include x >}} $x$ | =1+1'
    made = packs.tables(packs.Plan(cluster=hostile, mode="open", names={"N": hostile}, readers="N"))
    texts = {"coordinator": f"## Gruppearbejde\n\n{hostile}\n\n## Afslutning\n\n{hostile}\n"}
    html, _, _ = renderer.render(coordinator_sources(Coordinated(made, packs.package(), texts), fonts), tmp_path / "d")
    page = html.read_text(encoding="utf-8")
    assert "<script>" not in page
    assert packs.text_of(page).count("alert(1)") >= 4


def test_the_same_pack_gives_the_same_bytes(renderer: BundledRenderer, fonts: Path, tmp_path: Path) -> None:
    sources = coordinator_sources(Coordinated(packs.tables(), packs.package(), TEXTS), fonts)
    first, second = (renderer.render(sources, tmp_path / name / "drejebog") for name in _folders(tmp_path))
    assert [path.suffix for path in first] == [".html", ".pdf", ".docx"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def _folders(tmp_path: Path) -> tuple[str, str]:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    return "a", "b"
