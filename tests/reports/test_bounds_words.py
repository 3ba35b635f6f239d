"""A cluster of which too few have delivered: bounds in words, numbers and pictures, at a baseline and a follow-up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import report_packs as packs

from reports.assemble import assemble
from reports.bounds import Bounded, bound_sentence
from reports.markdown import plain
from reports.pack import CLUSTER, Document, PackTables
from reports.pills import pill
from reports.rows import MeasureRows, measures
from reports.sentences import sentence, summary
from reports.setting import Setting
from reports.wording import voice
from transforms.published import BOUND

FEW = packs.Plan(delivered="FGNR", readers="F")
SIDES = [f"{side}_{part}" for side in ("before", "now") for part in ("numerator", "denominator", "value", "lower")]


def incomplete(plan: packs.Plan, **bound: object) -> PackTables:
    """The ordinary pack with a cluster that has bounds in the place of its figures."""
    made = packs.tables(plan)
    cluster = pl.col("level") == "cluster"
    hidden = [pl.when(~cluster).then(name).alias(name) for name in (*SIDES, "before_upper", "now_upper", "change")]
    states = [pl.when(cluster).then(pl.lit("suppressed")).otherwise("now_state").alias("now_state")]
    states += [pl.when(cluster & pl.col("before_state").is_not_null()).then(pl.lit("suppressed")).alias("before_state")]
    row = {
        "pack_id": packs.PACK_ID,
        "practices": 4,
        "lower": None,
        "upper": None,
        "basis": None,
        "reason": None,
    } | bound
    rows = [row | {"measure_id": measure.id} for measure in packs.package().measures]
    return replace(made, figures=made.figures.with_columns(*hidden, *states), bounds=pl.DataFrame(rows, schema=BOUND))


def read(tables: PackTables) -> tuple[MeasureRows, Setting]:
    setting = Setting(tables.row, voice(tables.row["language"]), Path(), member=False)
    return measures(packs.package(), tables.figures_for(CLUSTER), tables.row, tables.bounds)[0], setting


@pytest.mark.parametrize("followup", [True, False])
@pytest.mark.parametrize("basis", ["certain", "region"])
def test_bounds_are_told_with_what_they_rest_on(followup: bool, basis: str) -> None:
    rows, setting = read(incomplete(replace(FEW, followup=followup), lower=150.0, upper=400.0, basis=basis))
    assert rows.cluster is not None
    words = plain(sentence(rows.cluster, rows, setting)).replace("\u00a0", " ")
    assert words.startswith("4 af ")
    assert "150" in words
    assert "400 pr. 1.000" in words
    assert ("19 af 20 praksis" in words) == (basis == "region")
    assert pill(rows.cluster, setting) == "few_delivered"
    line = summary(rows, setting)
    assert line is not None
    assert "mellem 150 og 400" in plain(line[1]).replace("\u00a0", " ")


@pytest.mark.parametrize("reason", ["few", "telling", "kind", "unlisted", "range", "wide"])
@pytest.mark.parametrize("language", ["da", "en"])
def test_where_there_are_none_the_reason_is_a_short_sentence(reason: str, language: str) -> None:
    rows, setting = read(incomplete(replace(FEW, language=language), reason=reason))
    words = plain(bound_sentence(Bounded(4, None, None, None, reason), rows.measure, setting))
    assert max(len(part.split()) for part in words.split(". ")) <= 22
    assert "{" not in words


def test_that_one_outweighs_the_others_is_not_told() -> None:
    rows, setting = read(incomplete(FEW, reason="few"))
    few, telling = (
        bound_sentence(Bounded(4, None, None, None, each), rows.measure, setting) for each in ("few", "telling")
    )
    assert few == telling


@pytest.mark.parametrize("followup", [True, False])
def test_the_report_has_them_in_words_table_and_text_alternative(followup: bool, fonts: Path) -> None:
    made = incomplete(replace(FEW, followup=followup), lower=150.0, upper=400.0, basis="region")
    document = Document("klyngerapport", CLUSTER, made, packs.package(), packs.VERSIONS)
    markdown = assemble(document, fonts).markdown.replace("\u00a0", " ")
    assert "150–400" in markdown
    alternatives = [line for line in markdown.splitlines() if line.startswith("![")]
    assert any("mellem 150 og 400 pr" in line for line in alternatives)
    assert "For få har leveret" in markdown
