"""The box about the reader's patients: what it says, to whom, and when it keeps quiet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import report_packs as packs

from reports.assemble import assemble
from reports.case_mix import Patients, patients
from reports.pack import PackTables, documents
from reports.rows import measures
from reports.setting import Setting
from reports.wording import voice
from transforms.published import FIGURE, PROFILE

READER = packs.practice_id("F")
PEOPLE = {"list_size": 2145.0, "share_women": 0.51, "share_0_17": 0.19, "share_65": 0.23, "share_80": 0.06}


def profile(level: str, **changed: Any) -> dict[str, Any]:
    return {"pack_id": packs.PACK_ID, "audience": READER, "level": level, "practices": 14, **PEOPLE} | changed


def with_case_mix(plan: packs.Plan | None = None, **changed: Any) -> PackTables:
    """The ordinary pack, standardised, with a pool like F."""
    made = packs.tables(plan or packs.Plan())
    pooled = pl.col("own") | (pl.col("level") != "practice")
    figures = made.figures.with_columns(now_standardised=pl.when(pooled).then(pl.col("now_value") * 1.1))
    alike = figures.filter(audience=READER, level="region").with_columns(
        level=pl.lit("similar"), label=pl.lit(""), now_value=pl.col("now_value") + 1
    )
    rows = [
        profile("practice", practices=1, list_size=1709.33, share_65=0.1198),
        profile("cluster"),
        profile("region", practices=48),
        profile("similar", practices=20) | changed,
    ]
    return replace(
        made, figures=pl.concat([figures, alike]).cast(dict(FIGURE)), profiles=pl.DataFrame(rows, schema=PROFILE)
    )


def box(tables: PackTables, audience: str = READER, language: str = "da") -> Patients | None:
    member = audience != "cluster"
    rows = measures(packs.package(), tables.figures_for(audience), tables.row)
    return patients(*tables.case_mix_for(audience), rows, Setting(tables.row, voice(language), Path(), member))


def shown(tables: PackTables, **asked: Any) -> Patients:
    found = box(tables, **asked)
    assert found is not None
    return found


def plain(cells: tuple[str, ...]) -> list[str]:
    return [cell.replace("\\", "").replace("\u00a0", " ") for cell in cells]


def test_the_own_patients_stand_beside_cluster_pool_and_region() -> None:
    table = shown(with_case_mix()).profile
    assert plain(table.heads)[1] == "Tilmeldte pr. praksis"
    rows = [plain(row) for row in table.rows]
    assert [row[0] for row in rows] == [
        "[Din praksis]{.own}",
        "Klyngen (14 praksis)",
        "Praksis som din (20 praksis)",
        "Resten af regionen (48 praksis)",
    ]
    assert rows[0][1:] == ["1.709", "51 %", "19 %", "12 %", "6 %"]


def test_what_nobody_knows_has_no_column() -> None:
    table = shown(with_case_mix()).profile
    assert not any("Gennemsnitsalder" in head for head in table.heads)


def test_crude_and_standardised_stand_side_by_side() -> None:
    tables = with_case_mix()
    figures = shown(tables).figures
    assert figures is not None
    first = plain(figures.rows[0])
    assert first[0] == "1 Alle antibiotika (pr. 1.000)"
    assert first[1:] == ["221", "243", "227", "217", "216"]


def test_a_figure_that_is_too_few_says_so_and_one_not_standardised_is_a_dash() -> None:
    tables = with_case_mix()
    without = tables.figures.with_columns(
        now_standardised=pl.when(pl.col("measure_id") != packs.MEASURES[3]).then("now_standardised")
    )
    found = shown(replace(tables, figures=without))
    assert found.figures is not None
    last = plain(found.figures.rows[3])
    assert (last[1], last[2], last[3]) == ("52,9 % (for få)", "–", "–")
    assert any("En streg betyder" in note for note in found.notes)


def test_nothing_standardised_is_said_in_a_sentence() -> None:
    tables = with_case_mix()
    none = tables.figures.with_columns(now_standardised=pl.lit(None, pl.Float64)).filter(pl.col("level") != "similar")
    found = shown(replace(tables, figures=none, profiles=tables.profiles.filter(pl.col("level") != "similar")))
    assert found.figures is None
    assert any("ikke korrigeret" in note for note in found.notes)
    assert not any("Praksis som din" in note for note in found.notes)


def test_a_hidden_profile_is_hidden() -> None:
    tables = with_case_mix()
    hidden = dict.fromkeys((*PEOPLE, "practices"), None)
    rows = [profile("practice", practices=1), profile("cluster", **hidden)]
    table = shown(replace(tables, profiles=pl.DataFrame(rows, schema=PROFILE))).profile
    assert plain(table.rows[1]) == ["Klyngen", *["(skjult)"] * 5]


@pytest.mark.parametrize("audience", ["cluster", packs.practice_id("G")])
def test_who_has_no_profile_has_no_box(audience: str) -> None:
    assert box(with_case_mix(), audience) is None


def test_the_box_speaks_english_too() -> None:
    assert [head for head in shown(with_case_mix(), language="en").profile.heads if "Women" in head]


def test_the_box_is_in_the_member_report_alone(fonts: Path) -> None:
    tables = with_case_mix(packs.Plan(readers="F"))
    for document in documents(tables, packs.package(), packs.VERSIONS):
        markdown = assemble(document, fonts).markdown
        assert ("## Din patientsammensætning" in markdown) == (document.audience == READER)
