"""The fonts: four static cuts, made once, the same every time."""

from __future__ import annotations

from pathlib import Path

from fontTools.ttLib import TTFont

from reports.fonts import STYLE_SHEET, WEIGHTS, cut_fonts


def test_each_weight_is_static_and_its_figures_are_equally_wide(fonts: Path) -> None:
    for weight in WEIGHTS:
        with TTFont(fonts / f"Inter-{weight}.ttf") as font:
            assert "fvar" not in font
            assert font["OS/2"].usWeightClass == weight
            names = font.getBestCmap()
            assert len({font["hmtx"][names[ord(digit)]][0] for digit in "0123456789"}) == 1
            assert {ord(letter) for letter in "æøåÆØÅ−–●≠…≈"} <= set(names)


def test_a_second_call_leaves_them_alone(fonts: Path) -> None:
    before = {file.name: file.stat().st_mtime_ns for file in fonts.iterdir()}
    assert cut_fonts(fonts) == fonts
    assert {file.name: file.stat().st_mtime_ns for file in fonts.iterdir()} == before
    assert (fonts / STYLE_SHEET).read_text(encoding="utf-8").count("@font-face") == 4
