"""A change: points for a share, per cent and the difference beside it for a rate."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import report_packs as packs

from reports.assemble import assemble
from reports.change_table import changes_table
from reports.changes import change_lines, relative_cell
from reports.markdown import plain
from reports.pack import documents
from reports.rows import MeasureRows, measures
from reports.sentences import summary
from reports.setting import Setting
from reports.wording import voice


def read(language: str = "da") -> tuple[list[MeasureRows], Setting]:
    made = packs.tables(packs.Plan(language=language))
    setting = Setting(made.row, voice(language), Path(), member=True)
    return measures(packs.package(), made.figures_for(packs.practice_id("F")), made.row), setting


def in_the_box(rows: MeasureRows, setting: Setting) -> str:
    found = summary(rows, setting)
    assert found is not None
    return plain(found[1]).replace("\u00a0", " ")


def test_a_share_changes_by_points_alone() -> None:
    rows, setting = read()
    expected = "Penicillin V: 33,3 % mod 29,8 % før (+3,5 procentpoint), ventet 31,2 %. Klyngen: 35,7 % mod 31,5 %."
    assert in_the_box(rows[1], setting) == expected
    assert rows[1].own is not None
    assert change_lines(rows[1].own, rows[1].measure, setting) == ("+3,5", "procentpoint")
    assert relative_cell(rows[1].own, rows[1].measure, setting) == "–"


def test_a_rate_changes_by_per_cent_with_the_difference_beside_it() -> None:
    rows, setting = read()
    assert "(−16 %)" in in_the_box(rows[0], setting)
    own = rows[0].own
    assert own is not None
    assert change_lines(own, rows[0].measure, setting) == ("−16\u00a0%", "−41 pr. 1.000")
    without = replace(own, ratio=None)
    assert change_lines(without, rows[0].measure, setting) == ("−41", "pr. 1.000")
    assert change_lines(replace(own, change=None), rows[0].measure, setting) == ("", "")


def test_the_same_in_english() -> None:
    rows, setting = read("en")
    assert "(+3.5 percentage points)" in in_the_box(rows[1], setting)
    assert rows[0].own is not None
    assert change_lines(rows[0].own, rows[0].measure, setting) == ("−16%", "−41 per 1,000")


def test_the_table_has_a_relative_change_for_rates_only() -> None:
    rows, setting = read()
    table = changes_table(rows, setting)
    assert table is not None
    at = [plain(head) for head in table.heads].index("Relativt")
    shown = [plain(cells[at]) for cells in table.rows if cells[at]]
    assert [cell != "–" for cell in shown] == [True] * 3 + [False] * (len(shown) - 3)


@pytest.mark.parametrize("language", ["da", "en"])
def test_nothing_is_marked_as_relative_in_brackets(fonts: Path, language: str) -> None:
    made = packs.tables(packs.Plan(language=language))
    for document in documents(made, packs.package(), {}):
        sources = assemble(document, fonts)
        every = " ".join([sources.markdown, *sources.charts.values()])
        assert not re.search(r"\((relativt|relative)|pct\.", every)
