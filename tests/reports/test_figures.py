"""The charts: real text, same bytes, every state in its own shape, the own layer put on and taken off."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import report_packs as packs

from reports.charts import dumbbell_chart, key_chart, pairs_chart, strip_chart, strip_layout
from reports.figures.canvas import Canvas, Type
from reports.figures.key import WIDTH as KEY_WIDTH
from reports.figures.key import key_width
from reports.figures.palette import SEMIBOLD
from reports.figures.practices import WIDTH as PAIRS_WIDTH
from reports.figures.practices import Pair, Pairs, draw_pairs
from reports.figures.scale import span_ticks, ticks
from reports.figures.strip import draw_strip
from reports.figures.strip_layout import WIDTH, Column, Strip
from reports.rows import MeasureRows, measures
from reports.setting import Setting
from reports.wording import voice
from transforms.published import STATES


def read(fonts: Path, audience: str, plan: packs.Plan | None = None) -> tuple[list[MeasureRows], Setting]:
    tables = packs.tables(plan)
    setting = Setting(tables.row, voice(tables.row["language"]), fonts, member=audience != "cluster")
    reader = audience if audience == "cluster" else packs.practice_id(audience)
    return measures(packs.package(), tables.figures_for(reader), tables.row), setting


def words_of(svg: str) -> list[str]:
    return re.findall(r"<text\b[^>]*>([^<]*)</text>", svg)


def test_numbers_are_real_text_in_the_strip_and_the_dumbbell(fonts: Path) -> None:
    rows, setting = read(fonts, "F")
    strip, bells = strip_chart(rows[0], None, setting), dumbbell_chart(rows[0], setting)
    assert {"klyngen 206", "regionen 216", "din praksis", "F", "4 ikke leveret"} <= set(words_of(strip.svg))
    assert {"efter 221", "før 262", "206", "226", "216", "224"} <= set(words_of(bells.svg))
    assert "font-family: 'Inter'" in strip.svg


def test_the_own_layer_on_the_shared_picture_is_what_drawing_it_alone_gives(fonts: Path) -> None:
    rows, setting = read(fonts, "F")
    shared = strip_layout(read(fonts, "cluster")[0][0], setting)
    strip = strip_layout(rows[0], setting)
    assert shared.without("F") == strip.without("F")
    assert sorted(words_of(draw_strip(strip, shared, fonts))) == sorted(words_of(draw_strip(strip, None, fonts)))


def test_the_own_layer_leaves_no_trace(fonts: Path) -> None:
    rows, setting = read(fonts, "cluster")
    shared = strip_layout(rows[0], setting)
    before = draw_strip(shared, None, fonts)
    for reader in "FG":
        own, _ = read(fonts, reader)
        draw_strip(strip_layout(own[0], setting), shared, fonts)
    assert draw_strip(shared, None, fonts) == before


def test_others_have_no_interval_in_letters_mode(fonts: Path) -> None:
    rows, setting = read(fonts, "F")
    columns = strip_layout(rows[0], setting).columns
    assert {column.lower for column in columns if not column.own} == {None}
    assert next(column.lower for column in columns if column.own) is not None


@pytest.mark.parametrize("own", [True, False])
def test_every_state_is_drawn_differently(fonts: Path, own: bool) -> None:
    drawn = {state: draw_strip(_one_column(state, own), None, fonts) for state in STATES}
    assert len(set(drawn.values())) == len(STATES)


def _one_column(state: str, own: bool) -> Strip:
    value = {"value": 5.0, "zero": 0.0, "too_few": 5.0}.get(state)
    column = Column("x", "", 30.0, 4.0, state, own, value, None, None)  # type: ignore[arg-type]
    return Strip(10.0, ((0.0, "0"), (10.0, "10")), (column,), (), (), 60.0, "din praksis", "n = 0", "")


def test_practices_without_figures_carry_no_letter(fonts: Path) -> None:
    rows, setting = read(fonts, "F")
    unsubmitted = [one for one in strip_layout(rows[0], setting).columns if one.state == "not_submitted"]
    assert [one.sign for one in unsubmitted] == [""] * 4


def test_over_24_practices_only_the_own_dot_is_labelled(fonts: Path) -> None:
    many = packs.LETTERS + "".join(chr(code) for code in range(0x391, 0x391 + 12))
    rows, setting = read(fonts, "F", packs.Plan(practices=many, delivered=many))
    assert {column.sign for column in strip_layout(rows[0], setting).columns} == {"", "F"}


def test_with_few_delivered_the_figure_says_why_the_others_are_missing(fonts: Path) -> None:
    rows, setting = read(fonts, "F", packs.Plan(practices="FGKL", delivered="FGK"))
    strip = strip_layout(rows[0], setting)
    assert [column.sign for column in strip.columns] == ["F"]
    assert "De andre praksis vises ikke:" in words_of(draw_strip(strip, None, fonts))


def test_a_number_at_the_end_of_the_axis_is_not_cut_off(fonts: Path) -> None:
    row = Pair("A", "practice", 40.0, 80.0, "80,0 of 100", "", joined=True)
    pairs = Pairs((row,), ((40.0, "40"), (80.0, "80")), "før", "efter")
    canvas = Canvas(PAIRS_WIDTH, pairs.height, fonts)
    drawn = re.search(
        r'<text\b[^>]*transform="translate\(([\d.]+)[^>]*>80,0 of 100<|x="([\d.]+)"[^>]*>80,0 of 100<',
        svg := draw_pairs(pairs, fonts),
    )
    assert drawn, svg[:500]
    whole = re.search(r'viewBox="0 0 ([\d.]+)', svg)
    assert whole
    per_mm = float(whole[1]) / PAIRS_WIDTH
    begins = float(drawn[1] or drawn[2]) / per_mm
    assert begins + canvas.text_width(row.now_words, Type(weight=SEMIBOLD)) <= PAIRS_WIDTH


@pytest.mark.parametrize("practices", [packs.LETTERS, packs.LETTERS + "UVWXYZ"])
def test_everything_stands_inside_the_strip(fonts: Path, practices: str) -> None:
    rows, setting = read(fonts, "F", packs.Plan(practices=practices, delivered=practices[:-4]))
    for one in rows:
        columns = strip_layout(one, setting).columns
        assert max(column.x + column.width / 2 for column in columns) <= WIDTH + 0.01


def test_practices_are_sorted_by_the_value_before(fonts: Path) -> None:
    rows, setting = read(fonts, "cluster")
    chart = pairs_chart(rows[0], setting)
    assert chart is not None
    letters = [word for word in words_of(chart.svg) if len(word) == 1 and word.isalpha()]
    before = {row.sign: row.before.value for row in rows[0].others if row.paired and row.before}
    assert letters[: len(before)] == sorted(before, key=lambda sign: (-(before[sign] or 0), sign))
    assert letters[-2:] == ["P", "T"]


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_words_of_the_key_do_not_touch(fonts: Path, language: str) -> None:
    assert key_width(voice(language), fonts) <= KEY_WIDTH - 6 * 0.8
    rows, setting = read(fonts, "F")
    assert "Ikke leveret" in words_of(key_chart(rows, setting).svg)


def test_a_drawing_is_the_same_twice_and_holds_no_id_or_address(fonts: Path) -> None:
    rows, setting = read(fonts, "F")
    svg = dumbbell_chart(rows[0], setting).svg
    dumbbell_again = strip_chart(rows[1], None, setting).svg
    assert dumbbell_again == strip_chart(rows[1], None, setting).svg
    assert " id=" not in svg
    assert set(re.findall(r'https?://[^"]*', svg)) == {"http://www.w3.org/2000/svg"}


def test_names_are_escaped_in_a_drawing(fonts: Path) -> None:
    canvas = Canvas(50, 10, fonts)
    canvas.text((1, 1), "<script>$x$&", Type())
    assert "&lt;script&gt;$x$&amp;" in canvas.svg()


@pytest.mark.parametrize("highest", [0.004, 0.3, 1, 9.9, 45, 99, 262, 12345])
def test_an_axis_holds_its_values_on_few_round_ticks(highest: float) -> None:
    places = ticks(highest)
    assert places[0] == 0
    assert places[-1] >= highest
    assert 3 <= len(places) <= 5


def test_a_share_never_has_an_axis_past_a_hundred() -> None:
    assert ticks(99.5, 100)[-1] == 100
    low, *_, high = span_ticks(158, 287)
    assert (low, high) == (150, 300)
