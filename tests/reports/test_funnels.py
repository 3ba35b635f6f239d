"""The funnel: drawn only where sizes are printed, with the limits of transforms.overdispersion and the printed dots."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import report_packs as packs

from reports.deck import write_deck
from reports.deck_funnel import funnel_drawing
from reports.figures.funnel import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH
from reports.funnels import axes_of, funnel_chart, funnel_of, funnels
from reports.pack import documents
from reports.rows import MeasureRows, measures
from reports.setting import Setting
from reports.wording import voice
from transforms.overdispersion import adjusted_funnel


def read(fonts: Path, mode: str = "open", sizes: bool = True) -> tuple[list[MeasureRows], Setting]:
    tables = packs.tables(packs.Plan(mode=mode))
    figures = tables.figures_for("cluster")
    if sizes:
        # Practices from 200 to 1,300 prescriptions: the ordinary pack's are all of one size.
        at = pl.int_range(pl.len()).over("measure_id", "level")
        size = 200.0 + 100 * at
        share = 25.0 + (7 * at) % 20
        practice = pl.col("level") == "practice"
        figures = figures.with_columns(
            now_denominator=pl.when(practice).then(size).otherwise("now_denominator"),
            now_numerator=pl.when(practice).then((size * share / 100).round()).otherwise("now_numerator"),
        )
    setting = Setting(tables.row, voice("da"), fonts, member=False)
    return measures(packs.package(), figures, tables.row), setting


def test_in_letters_nobody_is_placed_by_size(fonts: Path) -> None:
    rows, setting = read(fonts, "letters", sizes=False)
    assert funnels(rows, setting) == []


def test_one_size_that_may_not_be_seen_leaves_the_funnel_out(fonts: Path) -> None:
    rows, _ = read(fonts)
    first = rows[1].others[0]
    unseen = replace(first, now=replace(first.now, denominator=None))
    assert funnel_of(replace(rows[1], others=(unseen, *rows[1].others[1:]))) is None


@pytest.mark.parametrize("at", [0, 1])
def test_the_curves_are_the_limits_of_the_units(fonts: Path, at: int) -> None:
    """A rate and a share: the drawn limits at each practice's size are those that its place rests on."""
    rows, _ = read(fonts)
    found = funnel_of(rows[at])
    assert found is not None
    shown = [row.now for row in rows[at].practices if row.now.readable]
    frame = pl.DataFrame(
        [(one.numerator, one.denominator) for one in shown], ["numerator", "denominator"], orient="row"
    )
    limits = adjusted_funnel(frame, "rate" if at == 0 else "proportion")
    per = rows[at].measure.per
    for curve, tag in zip(found.curves, ("95", "998"), strict=True):
        for size, lower, upper in limits.select("denominator", f"lower_{tag}", f"upper_{tag}").iter_rows():
            left = max(place for place, one in enumerate(curve.sizes) if one <= size)
            for drawn, limit in ((curve.lower, lower), (curve.upper, upper)):
                ends = sorted(drawn[left : left + 2])
                assert ends[0] - 1e-6 <= limit * per <= ends[1] + 1e-6
    assert found.inside == (limits["position"] == "inside").sum()


def test_dots_stand_at_the_printed_size_and_figure(fonts: Path) -> None:
    rows, setting = read(fonts)
    chart, found = funnel_chart(rows[1], setting), funnel_of(rows[1])
    assert chart is not None
    assert found is not None
    x, y = axes_of(found)
    right = max(x[-1], found.curves[0].sizes[-1])
    per_mm = float(re.findall(r'viewBox="0 0 ([\d.]+)', chart.svg)[0]) / WIDTH
    starts = re.findall(r'd="M ([\d.]+) ([\d.]+) C [^"]*" style="fill: #46525d', chart.svg)
    drawn = sorted((float(at) / per_mm, HEIGHT - float(up) / per_mm) for at, up in starts)
    printed = [(row.now.denominator, row.now.value) for row in rows[1].practices if row.now.readable]
    for (at, up), (size, value) in zip(drawn, sorted(printed), strict=True):  # type: ignore[type-var]
        assert size is not None
        assert value is not None
        assert at == pytest.approx(LEFT + size / right * (RIGHT - LEFT), abs=0.05)
        # A path of a circle begins at its lowest point.
        place = BOTTOM + (value - y[0]) / (y[-1] - y[0]) * (TOP - BOTTOM)
        assert up == pytest.approx(min(max(place, BOTTOM), TOP), abs=1.0)


def test_the_picture_has_a_text_alternative_with_the_count(fonts: Path) -> None:
    rows, setting = read(fonts)
    chart = funnel_chart(rows[1], setting)
    assert chart is not None
    assert re.search(r"\d+ af \d+ praksis ligger inden for 95\u00a0%-grænserne", chart.alt)


def test_the_slide_has_the_printed_figures_and_no_more(fonts: Path) -> None:
    rows, setting = read(fonts)
    found = funnel_of(rows[1])
    assert found is not None
    drawing = funnel_drawing(found, rows[1], setting)
    dots = [series for series in drawing.series if series.look.symbol]
    printed = {(row.sign, row.now.denominator, row.now.value) for row in rows[1].practices if row.now.readable}
    decimals = rows[1].measure.decimals
    assert {(dot.name, dot.xs[0], dot.values[0]) for dot in dots} == {
        (sign, size, round(value or 0, decimals)) for sign, size, value in printed
    }
    low, high = drawing.y.low, drawing.y.high
    assert all(low <= value <= high for series in drawing.series for value in series.values if value is not None)


def test_slides_have_a_funnel_in_open_mode_alone(fonts: Path, tmp_path: Path) -> None:
    from pptx import Presentation

    for mode, expected in (("open", 4), ("letters", 0)):
        document = documents(packs.tables(packs.Plan(mode=mode)), packs.package(), {})[-1]
        shapes = [
            shape for slide in Presentation(str(write_deck(document, tmp_path, fonts))).slides for shape in slide.shapes
        ]
        assert sum(shape.name.startswith("funnel-") for shape in shapes) == expected
