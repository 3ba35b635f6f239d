"""Rows that were left out are told to whoever reads the figures."""

from __future__ import annotations

from pathlib import Path

import pytest
import report_packs as packs

from reports.grounds import source_lines
from reports.markdown import plain
from reports.setting import Setting
from reports.wording import voice


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("da", "2 rækker kunne ikke bruges og er udeladt: tallene kan være for lave."),
        ("en", "2 rows could not be used and are left out: the figures may be too low."),
    ],
)
def test_rejected_rows_are_told_with_the_source_they_are_of(language: str, sentence: str) -> None:
    made = packs.tables(packs.Plan(language=language))
    setting = Setting(made.row, voice(language), Path(), member=True)
    lines = [plain(line).replace("\u00a0", " ") for line in source_lines(made.sources, setting)]
    assert [line.endswith(sentence) for line in lines] == [False, True]
