"""How many practices a cluster's figure rests on: said of each figure by itself, in every place that says it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import report_packs as packs

from reports.charts import dumbbell_chart
from reports.deck_notes import observed
from reports.figures_file_rows import Number, Printed, lines
from reports.grounds import rests_on
from reports.markdown import plain
from reports.pack import CLUSTER, PackTables
from reports.rows import MeasureRows, measures
from reports.seen import counts_line
from reports.sentences import sentence
from reports.setting import Setting
from reports.wording import voice

FIRST, SECOND = packs.MEASURES[:2]


def made(behind: dict[str, int | None], *, followup: bool = True, language: str = "da") -> PackTables:
    """The ordinary pack, whose cluster has figures of as many practices as `behind` says, by measure."""
    plan = packs.Plan(followup=followup, judged=False, language=language)
    tables = packs.tables(plan) if followup else packs.baseline(plan)
    number = pl.col("measure_id").replace_strict(behind, default=pl.col("practices"), return_dtype=pl.Int64)
    cluster = pl.col("level") == "cluster"
    return replace(tables, figures=tables.figures.with_columns(practices=pl.when(cluster).then(number)))


def read(tables: PackTables) -> tuple[list[MeasureRows], Setting]:
    setting = Setting(tables.row, voice(tables.row["language"]), Path(), member=False)
    return measures(packs.package(), tables.figures_for(CLUSTER), tables.row), setting


def told(tables: PackTables) -> str:
    return plain(" ".join(rests_on(tables.figures, read(tables)[1])))


def test_two_measures_of_two_numbers_of_practices_each_say_their_own() -> None:
    rows, setting = read(made({FIRST: 9, SECOND: 11}))
    for one, number in ((rows[0], 9), (rows[1], 11)):
        assert one.cluster is not None
        assert plain(sentence(one.cluster, one, setting)).startswith(f"De {number} praksis med tal i begge perioder:")
        assert f"i klyngens {number} praksis" in plain(counts_line(one, [one.cluster], setting) or "")
        assert f"i klyngens {number} praksis" in plain(observed(one, setting))


def test_a_baseline_says_it_of_the_one_window() -> None:
    rows, setting = read(made({FIRST: 9, SECOND: 11}, followup=False))
    for one, number in ((rows[0], 9), (rows[1], 11)):
        assert re.search(rf"\b{number} praksis", plain(observed(one, setting)))


def test_where_the_number_is_not_known_none_is_said() -> None:
    """A figure that is hidden, and a pack of a version that did not keep it."""
    rows, setting = read(made({FIRST: None}))
    row = rows[0].cluster
    assert row is not None
    words = [plain(sentence(row, rows[0], setting)), plain(counts_line(rows[0], [row], setting) or "")]
    assert all("None" not in each and "praksis med tal i begge" not in each for each in words)


WORDS = [
    ({}, True, "da", "13 har tal i begge perioder. Klyngens tal før og efter bygger på dem."),
    ({FIRST: 9}, True, "da", "Klyngens tal før og efter bygger på 9 til 13 af dem, alt efter målepunkt."),
    (dict.fromkeys(packs.MEASURES, 9), True, "da", "Klyngens tal før og efter bygger på 9 af dem."),
    ({}, False, "da", ""),
    ({FIRST: 9}, False, "da", "Klyngens tal bygger på 9 til 14 af dem, alt efter målepunkt."),
    (dict.fromkeys(packs.MEASURES, 9), False, "da", "Klyngens tal bygger på 9 af dem."),
    ({FIRST: 9}, True, "en", "rest on 9 to 13 of them, depending on the measure."),
    (dict.fromkeys(packs.MEASURES), True, "da", "13 har tal i begge perioder."),
]


@pytest.mark.parametrize(("behind", "followup", "language", "words"), WORDS)
def test_the_pack_says_how_many_its_figures_rest_on(
    behind: dict[str, int | None], followup: bool, language: str, words: str
) -> None:
    found = told(made(behind, followup=followup, language=language))
    assert found.endswith(words) if words else not found


def test_the_dumbbell_says_it_under_the_clusters_name(fonts: Path) -> None:
    rows, setting = read(made({FIRST: 9, SECOND: 11}))
    drawn = [packs.text_of(dumbbell_chart(one, replace(setting, fonts=fonts)).svg) for one in rows[:2]]
    assert ("9 praksis" in drawn[0], "11 praksis" in drawn[1]) == (True, True)


def test_the_others_are_withheld_of_the_measure_that_few_delivered_alone() -> None:
    tables = made({})
    gone = (pl.col("measure_id") == FIRST) & (pl.col("level") == "practice") & pl.col("label").is_in(list("FGTKRELQHM"))
    states = {"now_state": pl.when(gone).then(pl.lit("not_submitted")).otherwise("now_state")}
    rows, _ = read(replace(tables, figures=tables.figures.with_columns(**states)))
    assert (rows[0].withheld, rows[1].withheld) == ("too_few", "")


def test_the_figures_file_has_it_for_the_cluster_alone() -> None:
    tables = made({FIRST: 9, SECOND: 11})
    rows, setting = read(tables)
    found = lines(Printed(packs.package(), rows, tables.figures_for(CLUSTER), tables.profiles), setting)
    told = {(line["measure_id"], line["who"]): line["practices"] for line in found if "practices" in line}
    assert told[FIRST, "Klyngen"] == Number(9, 0)
    assert told[SECOND, "Klyngen"] == Number(11, 0)
    assert {who for _, who in told} == {"Klyngen"}
