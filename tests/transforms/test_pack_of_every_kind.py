"""A pack with every kind of measure: judged, made fit to print, looked over, and told in words."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pptx import Presentation
from small_region import BASELINE, BOTH, FOLLOWUP, MINIMUM, SmallRegion
from test_kinds import PACKAGE

from reports.assemble import assemble
from reports.deck import write_deck
from reports.figures_file import write_figures
from reports.fonts import cut_fonts
from reports.pack import PackTables, documents
from transforms.categories import title_of
from transforms.disclosure_check import Truth, truth_of, violations
from transforms.disclosure_rules import ruled
from transforms.pack import Mart, Meeting, exact_figures, members, pack_row, published_figures
from transforms.package_figures import MeasureRun, parts_of
from transforms.published import CHECK, FIGURE, NOTE, SOURCE
from transforms.similar import similar_figures

Row = dict[str, Any]
KINDS_ASKED = {"wellbeing": 1, "breaks": 0}
RARE = 1
"""How many of cluster c1's respondents never have a break: too few to be shown."""


def region() -> SmallRegion:
    """Six practices in each of three clusters; everybody answers, and what they answer drifts a little."""
    made = SmallRegion()
    for number in range(18):
        name, cluster = f"p{number:02}", f"c{number // 6 + 1}"
        made.add(name, cluster=cluster, patients=500 + 20 * number, items=30 + number % 5, others=60 + number % 7)
        for at, month in enumerate(BOTH):
            made.submits(name, month, "questionnaire", "registrations")
            made.registers(name, month, 20 + (number * at) % 9, 200 + 7 * at)
            made.prescribes(name, month, 12 + (number + at) % 4, code="J01MA02")
            for respondent in range(7):
                score = 1 + (number + at + 2 * respondent) % 5
                made.answers(name, month, f"R{at}{respondent}", score, code="trivsel_01")
                answer = (
                    "aldrig"
                    if number < RARE and respondent == 0 and at % 3 == 0
                    else "sommetider"
                    if score < 3
                    else "ofte"
                )
                made.answers(name, month, f"R{at}{respondent}", None, code="pause_01", answer=answer)
    return made


REGION = region()
MEETING = Meeting("pack", "c1", date(2026, 5, 1), BASELINE, FOLLOWUP, "letters", "da")


def mart() -> Mart:
    facts = REGION.facts()
    runs = [
        MeasureRun(part, facts, BASELINE, FOLLOWUP, MINIMUM)
        for measure in PACKAGE.measures
        for part in parts_of(measure, facts)
    ]
    return Mart(
        pl.concat([run.figures() for run in runs]), pl.concat([run.compared() for run in runs], how="diagonal_relaxed")
    )


@pytest.fixture(scope="module")
def made() -> tuple[pl.DataFrame, pl.DataFrame, Truth]:
    """What is exact, what is printed, and what the last look is given to hold it against."""
    facts, computed = REGION.facts(), mart()
    names = members(MEETING, facts)["practice_id"].to_list()
    labels = dict(zip(names, "ABCDEF", strict=True))
    exact = [exact_figures(measure, MEETING, computed, facts, labels) for measure in PACKAGE.measures]
    units = ruled(PACKAGE, pl.concat(exact, how="diagonal_relaxed"), MEETING.profile)
    printed = [
        published_figures(measure, units.filter(measure_id=measure.id), MEETING, names, MINIMUM)
        for measure in PACKAGE.measures
    ]
    return units, pl.concat(printed), truth_of(units, MEETING.mode, MEETING.profile)


def rows(printed: pl.DataFrame, **wanted: Any) -> Iterator[Row]:
    return printed.filter(**wanted).iter_rows(named=True)


def test_every_measure_is_printed_and_passes_the_last_look(made: tuple[pl.DataFrame, pl.DataFrame, Truth]) -> None:
    _, printed, truth = made
    assert printed.schema == FIGURE
    assert printed["measure_id"].unique().sort().to_list() == sorted(measure.id for measure in PACKAGE.measures)
    assert violations(printed, PACKAGE, truth) == []


@pytest.mark.parametrize("measure_id", ["wellbeing", "typical_wellbeing"])
def test_an_average_of_others_stands_on_thirty_and_tells_no_sum(
    made: tuple[pl.DataFrame, pl.DataFrame, Truth], measure_id: str
) -> None:
    exact, printed, _ = made
    decimals = PACKAGE.measure(measure_id).decimals
    for row in rows(printed, measure_id=measure_id):
        of_unit = exact.filter(measure_id=measure_id, label=row["label"]).row(0, named=True)
        if row["level"] == "practice":  # the own one too: single people answered
            assert (row["now_state"], row["now_value"]) == ("suppressed", None)
        else:
            assert (row["now_denominator"] % 5, row["now_numerator"]) == (0, None)
            assert row["now_value"] == round(row["now_value"], decimals)
            assert row["change"] == pytest.approx(row["now_value"] - row["before_value"])
            middle = sum(of_unit["now_observations"]) / len(of_unit["now_observations"])
            assert measure_id != "wellbeing" or row["now_value"] == pytest.approx(middle, abs=0.051)


def test_the_region_without_the_cluster_has_its_own_respondents_alone(
    made: tuple[pl.DataFrame, pl.DataFrame, Truth],
) -> None:
    row = made[0].filter(measure_id="typical_wellbeing", level="region").row(0, named=True)
    expected = [1 + (n + at + 2 * r) % 5 for n in range(6, 18) for at in (3, 4, 5) for r in range(7)]
    assert row["now_observations"] == sorted(expected)


def test_a_small_category_takes_all_of_its_units_with_it(made: tuple[pl.DataFrame, pl.DataFrame, Truth]) -> None:
    breaks = list(rows(made[1], measure_id="breaks", audience="cluster", level="cluster"))
    assert sorted(row["category"] for row in breaks) == ["aldrig", "ofte", "sommetider"]
    assert {row["now_state"] for row in breaks} == {"suppressed"}
    around = list(rows(made[1], measure_id="breaks", audience="cluster", level="region"))
    assert {row["now_state"] for row in around} <= {"value", "zero"}
    assert sum(row["now_value"] for row in around) == pytest.approx(100, abs=5)


def test_a_category_shown_beside_a_hidden_one_blocks_the_pack(made: tuple[pl.DataFrame, pl.DataFrame, Truth]) -> None:
    changed = [
        row | {"now_state": "value", "now_value": 50.0, "now_numerator": 50.0, "now_denominator": 100.0}
        if (row["category"], row["level"], row["audience"]) == ("ofte", "cluster", "cluster")
        else row
        for row in rows(made[1], measure_id="breaks")
    ]
    found = violations(pl.DataFrame(changed, schema=FIGURE), PACKAGE, made[2])
    assert any("breaks" in fault and "cluster" in fault and "another category is hidden" in fault for fault in found)


def test_practices_like_mine_have_a_mean_and_no_distribution() -> None:
    like = pl.DataFrame({"reader": ["p00"] * 6, "unit_id": [f"p{number:02}" for number in range(6, 12)]})
    heights = {name: similar_figures(PACKAGE.measure(name), MEETING, mart(), like).height for name in KINDS_ASKED}
    assert heights == KINDS_ASKED


def test_members_are_counted_once_where_the_first_measure_is_a_distribution(
    made: tuple[pl.DataFrame, pl.DataFrame, Truth],
) -> None:
    first = PACKAGE.model_copy(update={"measures": (PACKAGE.measure("breaks"),)})
    row = pack_row(MEETING, first, REGION.facts(), made[1], example=False).row(0, named=True)
    assert (row["practices_members"], row["practices_delivered"], row["practices_matched"]) == (6, 6, 6)


def test_every_kind_stands_in_the_reports_of_cluster_and_member(
    made: tuple[pl.DataFrame, pl.DataFrame, Truth], tmp_path: Path
) -> None:
    pack = pack_row(MEETING, PACKAGE, REGION.facts(), made[1], example=True)
    empty = [pl.DataFrame(schema=schema) for schema in (SOURCE, CHECK, NOTE)]
    made_of = PackTables(pack, made[1], *empty)
    fonts = cut_fonts(tmp_path / "fonts")
    for document in documents(made_of, PACKAGE, {"klyngeflow": "0"})[:2]:
        page = assemble(document, fonts).markdown
        for measure in PACKAGE.measures:
            for category in made[1].filter(measure_id=measure.id)["category"].unique():
                assert category is None or f"{measure.title.da}: {title_of(measure, category, 'da')}" in plain(page)
        assert re.findall(r"\b(None|nan|inf)\b", page) == []
    _, text = write_figures(documents(made_of, PACKAGE, {})[0], tmp_path, fonts)
    told = list(csv.DictReader(text.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    assert {line["Kode"] for line in told} == {measure.id for measure in PACKAGE.measures}
    # A category is told of cluster and region alone, and of an average how many stand behind it.
    divided = [line for line in told if line["Kategori"]]
    assert {line["Kode"] for line in divided} >= {"breaks"}
    assert {line["Hvem"] for line in divided} == {"Klyngen", "Resten af regionen"}
    average = [line for line in told if line["Kode"] == "wellbeing" and line["Hvem"] == "Klyngen"]
    assert [(line["Tæller"], bool(line["Nævner"]), bool(line["Tal"])) for line in average] == [("", True, True)] * 2
    slides = write_deck(documents(made_of, PACKAGE, {})[-1], tmp_path, fonts)
    shapes = [shape for slide in Presentation(slides).slides for shape in slide.shapes]
    distributions = {f"shares-{measure.id}" for measure in PACKAGE.measures if measure.kind == "distribution"}
    assert {shape.name for shape in shapes if shape.has_chart and shape.name.startswith("shares")} == distributions
    words = " ".join(shape.text_frame.text for shape in shapes if shape.has_text_frame)
    assert re.findall(r"\b(None|nan|inf)\b", words) == []


def plain(page: str) -> str:
    """Without the marks of Markdown."""
    return page.replace("\\", "")
