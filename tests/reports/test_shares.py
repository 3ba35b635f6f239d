"""The bars of a distribution: as long as the figures of report.*, with their numbers beside them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import report_packs as packs

from reports.assemble import assemble
from reports.content import distributions
from reports.figures.share_bars import WIDTH, Share, Shares, draw_shares
from reports.pack import CLUSTER, Document, PackTables
from reports.rows import measures
from reports.setting import Setting
from reports.shares import shares_chart
from reports.wording import voice
from transforms.definitions import Package, parse_package

FOLDER = Path(__file__).parents[2] / "klyngepakker" / "trivsel" / "package.toml"
TAKEN = {"1": 5.0, "2": 10.0, "3": 20.0, "4": 40.0, "5": 25.0}


def package() -> Package:
    return parse_package(FOLDER)


def tables(language: str = "da") -> PackTables:
    """A pack of one distribution: the cluster's and the region's share of each step, now and before."""
    made = packs.tables(packs.Plan(language=language))
    measure = next(one for one in package().shown if one.kind == "distribution")
    units = made.figures.filter(pl.col("level") != "practice", measure_id=packs.MEASURES[1], audience=CLUSTER)
    steps = [
        units.with_columns(
            measure_id=pl.lit(measure.id),
            category=pl.lit(step),
            now_value=pl.lit(share),
            before_value=pl.lit(share + 2),
            now_denominator=pl.lit(120.0),
        )
        for step, share in TAKEN.items()
    ]
    hidden = pl.when(pl.col("category") == "1")
    figures = pl.concat(steps).with_columns(
        now_state=hidden.then(pl.lit("suppressed")).otherwise("now_state"),
        now_value=hidden.then(None).otherwise("now_value"),
    )
    return replace(made, figures=figures)


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_step_has_its_bar_and_its_numbers(fonts: Path, language: str) -> None:
    made = tables(language)
    setting = Setting(made.row, voice(language), fonts, member=False)
    rows = measures(package(), made.figures, made.row)
    (band,) = distributions(package(), rows, 4, setting)
    assert band.number == 5
    words = re.findall(r"<text\b[^>]*>([^<]*)</text>", band.charts[0].svg)
    percent = "{}\u00a0%" if language == "da" else "{}%"
    for share in list(TAKEN.values())[1:]:
        assert any(word.startswith(f"{share:.0f}") and word.endswith("%") for word in words), (share, percent)
    assert setting.voice.write("state", "suppressed") in words
    assert "120" in band.notes[0]


def lengths(svg: str, colour: str) -> list[float]:
    """How long each filled box of a colour is, in mm."""
    per_mm = float(re.findall(r'viewBox="0 0 ([\d.]+)', svg)[0]) / WIDTH
    boxes = re.findall(rf'd="M ([\d.]+) [\d.]+ L ([\d.]+) [^"]*" style="fill: {colour}"', svg)
    return [round(abs(float(end) - float(start)) / per_mm, 2) for start, end in boxes]


def test_a_bar_is_as_long_as_its_share_and_a_hidden_one_has_one_length(fonts: Path) -> None:
    rows = (
        Share("a", 10.0, None, None, ("10", "", "")),
        Share("b", 40.0, None, None, ("40", "", "")),
        Share("c", None, None, None, ("", "", ""), hidden=True),
        Share("d", None, None, None, ("", "", "")),
    )
    svg = draw_shares(Shares(rows, ("", "", ""), 40.0), fonts)
    assert lengths(svg, "#46525d") == [20.0, 80.0]
    assert lengths(svg, "#b9c2ca") == [9.0]


def test_the_picture_and_its_words_are_in_the_report(fonts: Path) -> None:
    sources = assemble(Document("k", CLUSTER, tables(), package(), {}), fonts)
    (name,) = [one for one in sources.charts if one.startswith("shares-")]
    assert sources.charts[name].startswith("<svg")
    assert "Fordeling" in sources.markdown


def test_same_rows_same_bytes(fonts: Path) -> None:
    made = tables()
    setting = Setting(made.row, voice("da"), fonts, member=False)
    measure = next(one for one in package().shown if one.kind == "distribution")
    parts = [rows for rows in measures(package(), made.figures, made.row) if rows.measure.category is not None]
    first = shares_chart(measure, parts, setting)
    draw_shares.cache_clear()
    assert shares_chart(measure, parts, setting) == first
