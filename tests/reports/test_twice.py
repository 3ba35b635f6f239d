"""Those who answered in both rounds, as report, drawing and workbook tell of them; and groups, where it is groups."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import report_packs as packs

from reports.assemble import assemble
from reports.figures_file import write_figures
from reports.fonts import cut_fonts
from reports.pack import CLUSTER, Document
from transforms.published import PAIRED

SHARE, OTHER = packs.MEASURES[1:3]
NUMBERS = {"pairs": 35.0, "before_value": 40.0, "now_value": 51.4, "change": 11.4}
LIMITS = {"change_lower": 2.6, "change_upper": 20.1}


def document(audience: str = CLUSTER, language: str = "da", **changed: Any) -> Document:
    """The ordinary pack, with one measure of pairs and one of groups."""
    made = packs.tables(packs.Plan(readers="F"))
    rows: list[dict[str, Any]] = [
        {"pack_id": packs.PACK_ID, "measure_id": SHARE, "way": "pairs"} | NUMBERS | LIMITS | changed,
        {"pack_id": packs.PACK_ID, "measure_id": OTHER, "way": "groups"},
    ]
    named = made.pack.with_columns(language=pl.lit(language))
    tables = replace(made, pack=named, paired=pl.DataFrame(rows, schema=PAIRED))
    return Document("klyngerapport", audience, tables, packs.package(), packs.VERSIONS)


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cut_fonts(tmp_path_factory.mktemp("fonts"))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("da", ("De samme 35", "Svarede begge gange", "+2,6", "+20,1", "som to grupper", "51,4")),
        ("en", ("The same 35", "Answered both times", "+2.6", "+20.1", "as two groups", "51.4")),
    ],
)
def test_a_report_says_which_measures_follow_the_same_people(fonts: Path, language: str, said: tuple[str, ...]) -> None:
    written = assemble(document(language=language), fonts).markdown.replace("\\", "")
    first, second = (written.index(f"(dumbbell-{name}") for name in (SHARE, OTHER))
    of_pairs, of_groups = written[first:second], written[second:]
    assert all(words in of_pairs for words in (*said[:4], said[5]))
    assert said[4] not in of_pairs
    assert (of_groups.count(said[4]), said[0] in of_groups) == (1, False)


def test_the_drawing_of_the_cluster_has_a_line_of_them_and_a_members_has_not(fonts: Path) -> None:
    name = f"dumbbell-{SHARE}.svg"
    drawn = assemble(document(), fonts).charts
    without = assemble(document(way="groups", **dict.fromkeys((*NUMBERS, *LIMITS))), fonts).charts
    assert drawn[name] != without[name]
    assert drawn[f"dumbbell-{OTHER}.svg"] == without[f"dumbbell-{OTHER}.svg"]
    member = packs.practice_id("F")
    of_member, plain = (assemble(document(member, **more), fonts) for more in ({}, {"way": "groups"}))
    assert of_member.charts[name] == plain.charts[name]
    assert "De samme 35" in of_member.markdown.replace("\\", "")


def test_the_table_of_figures_has_a_row_for_each_round(fonts: Path, tmp_path: Path) -> None:
    _, text = write_figures(document(), tmp_path, fonts)
    with text.open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter=";") if row["Hvem"] == "Svarede begge gange"]
    assert [(row["Kode"], row["Periode"], row["Tal"], row["Nævner"]) for row in rows] == [
        (SHARE, "Før", "40,0", "35"),
        (SHARE, "Efter", "51,4", "35"),
    ]
    assert [rows[1][name] for name in ("Ændring", "Ændring, nedre", "Ændring, øvre")] == ["11,4", "2,6", "20,1"]
    assert {row["Tæller"] for row in rows} == {""}
