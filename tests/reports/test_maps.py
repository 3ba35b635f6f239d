"""The map of alternatives: what is drawn is what report.* holds, and every name stands inside the picture."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import report_packs as packs
from pptx import Presentation

from reports.deck import write_deck
from reports.figures.alternatives_map import HEIGHT, WIDTH, Plan, Route, draw_map
from reports.maps import map_chart, maps
from reports.pack import documents
from reports.rows import MeasureRows, measures
from reports.setting import Setting
from reports.wording import voice
from transforms.definitions import Pair
from transforms.model import Text


def read(fonts: Path, audience: str, plan: packs.Plan | None = None) -> tuple[list[MeasureRows], Setting]:
    tables = packs.tables(plan)
    setting = Setting(tables.row, voice(tables.row["language"]), fonts, member=audience != "cluster")
    reader = audience if audience == "cluster" else packs.practice_id(audience)
    return measures(packs.package(), tables.figures_for(reader), tables.row), setting


def numbers_in(path: str) -> list[float]:
    return [float(found) for found in re.findall(r"-?\d+\.?\d*", path)]


def rings(svg: str) -> int:
    return svg.count("fill: #ffffff")


def test_each_practice_with_both_figures_has_an_arrow_and_a_new_one_a_dot(fonts: Path) -> None:
    rows, setting = read(fonts, "F")
    chart = map_chart(rows[1], rows[2], setting)
    assert chart is not None
    paired = [row for row in rows[1].practices if row.paired and row.label]
    assert rings(chart.svg) == len(paired) + 2  # and those of cluster and region
    words = re.findall(r"<text\b[^>]*>([^<]*)</text>", chart.svg)
    assert {row.sign for row in paired} | {packs.NEW, "klyngen", "regionen"} <= set(words)


def test_an_arrow_ends_where_the_axes_say_its_figures_are(fonts: Path) -> None:
    axis = ((0.0, "0"), (100.0, "100"))
    plan = Plan((Route("A", "practice", (20.0, 30.0), (80.0, 90.0)),), axis, axis, ("x", "y"), ("", "", "", ""), None)
    svg = draw_map(plan, fonts)
    (tip,) = (found for found in re.findall(r'<path d="(M[^"]*)"[^>]*fill: #74808b', svg))
    x, y = numbers_in(tip)[:2]
    per_mm = numbers_in(re.findall(r'viewBox="([^"]*)"', svg)[0])[2] / WIDTH
    left, right, bottom, top = 12.5, 86.0, 10.5, HEIGHT - 2.0
    assert x / per_mm == pytest.approx(left + 0.8 * (right - left), abs=0.05)
    assert HEIGHT - y / per_mm == pytest.approx(bottom + 0.9 * (top - bottom), abs=0.05)


def test_the_text_alternative_holds_the_figures(fonts: Path) -> None:
    rows, setting = read(fonts, "F")
    chart = map_chart(rows[1], rows[2], setting)
    assert chart is not None
    assert "Din praksis: fra 29,8\u00a0% og 17,3\u00a0% til 33,3\u00a0% og 17,0\u00a0%." in chart.alt


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_total_is_drawn_of_what_adds_up_alone(fonts: Path, language: str) -> None:
    rows, setting = read(fonts, "cluster", packs.Plan(language=language))
    rate = rows[0]
    word = setting.voice.write("map", "total", n="452")
    both = map_chart(rate, rate, setting)
    shares = map_chart(rows[1], rows[2], setting)
    assert both is not None
    assert shares is not None
    assert word in both.svg
    assert " i alt" not in shares.svg
    assert " in all" not in shares.svg


@pytest.mark.parametrize("plan", [packs.Plan(mode="own_only"), packs.Plan(practices="FGKL", delivered="FGK")])
def test_no_other_practice_is_on_the_map_where_they_are_withheld(fonts: Path, plan: packs.Plan) -> None:
    rows, setting = read(fonts, "F", plan)
    chart = map_chart(rows[1], rows[2], setting)
    assert chart is not None
    assert rings(chart.svg) == 3
    assert not {"G", "K"} & set(re.findall(r"<text\b[^>]*>([^<]*)</text>", chart.svg))


def test_a_package_with_declared_alternatives_has_a_map_for_each_pair(fonts: Path) -> None:
    rows, setting = read(fonts, "cluster")
    words = Text(da="To sammen", en="Two together")
    pair = Pair(measures=(packs.MEASURES[1], packs.MEASURES[2]), title=words, why=words)
    package = packs.package().model_copy(update={"pairs": (pair,)})
    assert [one.title for one in maps(package, rows, setting)] == ["To sammen"]
    assert maps(packs.package().model_copy(update={"pairs": ()}), rows, setting) == []


def test_the_decks_map_has_its_corner_words_inside_the_field(fonts: Path, tmp_path: Path) -> None:
    words = Text(da="To sammen", en="Two together")
    pair = Pair(measures=(packs.MEASURES[1], packs.MEASURES[2]), title=words, why=words)
    package = packs.package().model_copy(update={"pairs": (pair,)})
    deck = Presentation(str(write_deck(documents(packs.tables(), package, packs.VERSIONS)[-1], tmp_path, fonts)))
    (slide,) = (each for each in deck.slides if any(shape.name.startswith("map-") for shape in each.shapes))
    (chart,) = (shape for shape in slide.shapes if shape.name.startswith("map-"))
    at = {shape.text_frame.text: shape for shape in slide.shapes if shape.has_text_frame}
    upright, both, neither, across = (
        at[each] for each in ("mere af det lodrette", "mere af begge", "mindre af begge", "mere af det vandrette")
    )
    assert upright.left == neither.left < both.left == across.left
    assert upright.top == both.top < neither.top == across.top
    assert chart.left < upright.left
    assert across.left + across.width < chart.left + chart.width
    assert across.top + across.height < chart.top + chart.height
