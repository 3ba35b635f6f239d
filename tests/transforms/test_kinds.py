"""Every kind of measure, as documented, computed and recomputed by loops; and the laws they keep."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import naive_figures as naive
import naive_kinds
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from small_region import BASELINE, BEFORE, FOLLOWUP, MINIMUM, NOW, SmallRegion, surveyed_region

from transforms.categories import in_order, title_of
from transforms.definitions import Measure, Package
from transforms.kinds import KINDS, completed, difference, has_ground, with_figures, without
from transforms.measures import practice_figures
from transforms.package_figures import MeasureRun, parts_of
from transforms.selection import DefinitionError

WORDS = {"da": "ord", "en": "words"}
PAGE = (Path(__file__).parents[2] / "docs" / "measures.md").read_text(encoding="utf-8")
SIMPLE: dict[str, Any] = {"version": "1", "status": "draft", "owner": "os", "review_due": date(2027, 1, 1)}
SIMPLE |= {"id": "alle", "title": WORDS, "focus": WORDS, "windows": {"months": 3}, "minimum_events": MINIMUM}
explore = settings(deadline=None, max_examples=25, derandomize=True)


def documented() -> Package:
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    described = tomllib.loads(text)
    words = dict.fromkeys(("title", "definition", "unit", "events"), WORDS)
    measures = [words | measure for measure in described["measures"]]
    return Package.model_validate(SIMPLE | described | {"measures": measures})


PACKAGE = documented()
REGIONS = [surveyed_region(seed, 9) for seed in range(3)]


def rows_of(
    measure: Measure, region: SmallRegion, level: str = "practice", practice_set: str = "then"
) -> dict[str, Any]:
    found = MeasureRun(measure, region.facts(), BASELINE, FOLLOWUP, MINIMUM).figures()
    chosen = found.filter(level=level, practice_set=practice_set, window_start=BASELINE.start)
    return {row["unit_id"]: row for row in chosen.iter_rows(named=True)}


def figure(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["value"], row["lower"], row["upper"]


def near(expected: tuple[float | None, ...]) -> tuple[Any, ...]:
    return tuple(None if number is None else pytest.approx(number) for number in expected)


def test_every_kind_has_an_example_in_the_documentation() -> None:
    assert {measure.kind for measure in PACKAGE.measures} == set(KINDS)
    assert all(f"| `{kind}` |" in PAGE for kind in KINDS)


@pytest.mark.parametrize("level", ["practice", "cluster", "region"])
@pytest.mark.parametrize("measure_id", ["wellbeing", "typical_wellbeing"])
@pytest.mark.parametrize("region", REGIONS)
def test_averages_are_of_every_respondent_put_together(region: SmallRegion, measure_id: str, level: str) -> None:
    measure = PACKAGE.measure(measure_id)
    names = [
        row["practice_id"] for row in region.rows["practices"] if row["consented"] or level in ("practice", "region")
    ]
    expected = naive_kinds.values(region, measure, BEFORE, level, names)
    found = rows_of(measure, region, level)
    assert expected
    average = {"mean": naive_kinds.mean, "median": naive_kinds.median}[measure.kind]
    for unit, given_values in expected.items():
        assert figure(found[unit]) == near(average(given_values))
        assert found[unit]["observations"] == pytest.approx(sorted(given_values))
        assert found[unit]["denominator"] == len(given_values)
        assert found[unit]["state"] == ("value" if len(given_values) >= MINIMUM else "too_few")


@pytest.mark.parametrize("region", REGIONS)
def test_a_mean_of_sums_has_a_value_and_no_interval(region: SmallRegion) -> None:
    measure = PACKAGE.measure("minutes_per_certificate")
    for name, row in rows_of(measure, region).items():
        rows = [
            each
            for each in region.rows["registrations"]
            if each["practice_id"] == name and each["period"] in naive_kinds.months_of(region, measure, name, BEFORE)
        ]
        count = sum(each["count"] for each in rows)
        expected = sum(each["minutes"] for each in rows) / count if count else None
        assert figure(row) == (None if expected is None else pytest.approx(expected), None, None)


@pytest.mark.parametrize("measure_id", ["breaks", "first_choice", "ages"])
@pytest.mark.parametrize("region", REGIONS)
def test_a_distribution_is_each_categorys_share_of_the_whole(region: SmallRegion, measure_id: str) -> None:
    measure = PACKAGE.measure(measure_id)
    found = {part.category: rows_of(part, region) for part in parts_of(measure, region.facts())}
    for row in region.rows["practices"]:
        name = row["practice_id"]
        expected = naive_kinds.divided(region, measure, BEFORE, name)
        assert set(expected) <= set(found)
        whole = sum(expected.values())
        for category, rows in found.items():
            told = rows[name]
            if told["numerator"] is None:
                assert not expected
                continue
            assert (told["numerator"], told["denominator"]) == near((expected.get(category or "", 0), whole))
            if whole:
                interval = stats.binomtest(round(told["numerator"]), round(whole)).proportion_ci(method="wilson")
                if told["numerator"].is_integer() and told["denominator"].is_integer():
                    assert (told["lower"], told["upper"]) == near((interval.low * 100, interval.high * 100))


@pytest.mark.parametrize("level", ["practice", "cluster", "region"])
@pytest.mark.parametrize("region", REGIONS)
def test_categories_sum_to_the_whole_at_every_level(region: SmallRegion, level: str) -> None:
    for measure_id in ("breaks", "first_choice", "ages"):
        parts = [rows_of(part, region, level) for part in parts_of(PACKAGE.measure(measure_id), region.facts())]
        for unit in parts[0]:
            told = [rows[unit] for rows in parts]
            if told[0]["value"] is not None:
                assert sum(row["value"] for row in told) == pytest.approx(100)


@pytest.mark.parametrize("region", REGIONS)
def test_a_ratio_of_events_is_one_over_the_other(region: SmallRegion) -> None:
    measure = PACKAGE.measure("amoxicillin_per_penicillin_v")
    sums = naive.pooled(region, measure, BEFORE, "practice", [row["practice_id"] for row in region.rows["practices"]])
    found = rows_of(measure, region)
    for unit, (over, under) in sums.items():
        if under:
            low, high = stats.binomtest(int(over), int(over + under)).proportion_ci(0.95, "exact")
            limits = low / (1 - low), high / (1 - high)
            assert figure(found[unit]) == near((over / under, *limits))
        else:
            assert found[unit]["state"] == "not_computable"


@pytest.mark.parametrize("level", ["practice", "cluster", "region"])
@pytest.mark.parametrize("region", REGIONS)
def test_a_ratio_of_two_rates_is_the_ratio_of_their_values(region: SmallRegion, level: str) -> None:
    ratio = rows_of(PACKAGE.measure("years_against_patients"), region, level)
    over, under = (
        rows_of(PACKAGE.measure(name), region, level) for name in ("antibiotics_per_100_years", "penicillin_v_per_1000")
    )
    for unit, row in ratio.items():
        if under[unit]["value"]:
            expected = (over[unit]["value"] / 100) / (under[unit]["value"] / 1000)
            assert row["value"] == pytest.approx(expected)
            assert row["lower"] <= row["value"] <= row["upper"]


def test_person_years_are_person_months_over_twelve() -> None:
    region = SmallRegion().add("a", months=BEFORE, patients=400)
    found = practice_figures(PACKAGE.measure("antibiotics_per_100_years"), BASELINE, region.facts(), MINIMUM)
    assert found["denominator"].to_list() == [400 * 3 / 12]


def test_one_person_is_one_value_however_many_answers_and_belongs_to_the_last_month() -> None:
    region = SmallRegion().add("a", months=BEFORE).moves("a", BEFORE[2], "c2")
    for month in BEFORE:
        region.submits("a", month, "questionnaire")
    for month, score in zip(BEFORE, (1, 2, 6), strict=True):
        region.answers("a", month, "R1", score)
    region.answers("a", BEFORE[0], "R2", 5).answers("a", BEFORE[0], "R2", None, code="trivsel_02")
    assert rows_of(PACKAGE.measure("wellbeing"), region)["a"]["observations"] == [3.0, 5.0]
    by_cluster = rows_of(PACKAGE.measure("wellbeing"), region, "cluster")
    assert {unit: row["observations"] for unit, row in by_cluster.items()} == {"c1": [5.0], "c2": [3.0]}


def test_a_band_that_cuts_through_the_extracts_bands_is_told_with_those_there_are() -> None:
    ages = PACKAGE.measure("ages").model_dump() | {"bands": [{"id": "young", "values": ["0-20"]}]}
    cut = Measure.model_validate(ages | {"category": None})
    with pytest.raises(DefinitionError, match=r"0-20 cuts through the band 18-64.*begin.*: 0-5, 6-17, 18-64, 65\+"):
        parts_of(cut, surveyed_region(1).facts())


def test_nothing_stated_and_nothing_named_are_categories_too() -> None:
    region = SmallRegion().add("a", months=BEFORE, others=0)
    region.prescribes("a", BEFORE[0], 3, indication="uti").prescribes("a", BEFORE[0], 4, indication="skin")
    by_indication = {
        "by": "indication",
        "bands": [{"id": "urinary", "values": ["uti"]}, {"id": "none", "values": ["lungs"]}],
    }
    measure = Measure.model_validate(PACKAGE.measure("first_choice").model_dump() | by_indication)
    found = {part.category: rows_of(part, region)["a"]["numerator"] for part in parts_of(measure, region.facts())}
    assert found == {"urinary": 3, "none": 0, "other": 4, "not_stated": 90}
    assert list(found) == ["urinary", "none", "other", "not_stated"]


def test_categories_stand_in_the_order_of_their_bands_then_by_age_number_or_alphabet() -> None:
    measure = PACKAGE.measure("first_choice")
    assert in_order(measure, ["other", "broad_spectrum", "penicillin_v"]) == ["penicillin_v", "broad_spectrum", "other"]
    assert in_order(PACKAGE.measure("breaks"), ["10", "9", "ofte", "not_stated"]) == ["9", "10", "ofte", "not_stated"]
    assert in_order(PACKAGE.measure("breaks"), ["18-64", "0-5", "65+"]) == ["0-5", "18-64", "65+"]
    assert [title_of(measure, name, "da") for name in ("broad_spectrum", "other")] == ["Bredspektret", "other"]


def test_alternatives_stand_beside_each_other_where_the_first_of_them_stands() -> None:
    ids = [measure.id for measure in PACKAGE.shown]
    assert ids[2:4] == ["penicillin_v_share", "first_choice"]
    assert sorted(ids) == sorted(measure.id for measure in PACKAGE.measures)


scores = st.lists(st.integers(1, 5).map(float), min_size=2, max_size=30)


def averages(kind: Any, *groups: list[float]) -> pl.DataFrame:
    columns = {"observations": groups, "numerator": [sum(each) for each in groups]}
    frame = pl.DataFrame(columns | {"denominator": [float(len(each)) for each in groups]})
    return with_figures(kind, 1, completed(frame))


@given(scores, scores)
@explore
def test_what_is_left_of_the_whole_without_a_part_is_the_rest(part: list[float], rest: list[float]) -> None:
    frames = []
    for values in (sorted(part + rest), sorted(part), sorted(rest)):
        columns = {"observations": [values], "numerator": [sum(values)], "denominator": [float(len(values))]}
        frames.append(completed(pl.DataFrame(columns)))
    assert without(frames[0], frames[1], "").row(0, named=True) == frames[2].row(0, named=True)


@pytest.mark.parametrize("kind", ["mean", "median"])
@given(scores, scores)
@explore
def test_an_interval_holds_its_value_and_pooling_stays_between(kind: Any, one: list[float], other: list[float]) -> None:
    first, second, both = averages(kind, one, other, one + other).iter_rows(named=True)
    for row in (first, second, both):
        assert row["lower"] is None or row["lower"] - 1e-9 <= row["value"] <= row["upper"] + 1e-9
    values = sorted((first["value"], second["value"]))
    assert values[0] - 1e-9 <= both["value"] <= values[1] + 1e-9


@pytest.mark.parametrize("kind", KINDS)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(60, 400), st.integers(60, 400))
@explore
def test_a_difference_turns_round_with_its_windows(kind: Any, x1: int, x2: int, n1: int, n2: int) -> None:
    def change(now: tuple[int, int], before: tuple[int, int]) -> tuple[Any, ...]:
        sides: list[pl.DataFrame] = []
        for side, (x, n) in (("now_", now), ("before_", before)):
            values = sorted([float(x % 7)] * 5 + [float(n % 9)] * 9)
            part: dict[str, Any] = {"numerator": float(x), "denominator": float(n), "observations": values}
            part |= {"numerator_base": 1.0, "denominator_base": 1.0}
            sides.append(pl.DataFrame({f"{side}{name}": [column] for name, column in part.items()}))
        frame = pl.concat(sides, how="horizontal")
        for side in ("now_", "before_"):
            frame = with_figures(kind, 100, frame, side)
        return frame.select(difference(kind, 100)).row(0)

    there, back = change((x1, n1), (x2, n2)), change((x2, n2), (x1, n1))
    assert near(back) == tuple(None if limit is None else -limit for limit in (there[0], there[2], there[1]))
    assert there[1] is None or there[1] - 1e-9 <= there[0] <= there[2] + 1e-9


def test_a_ratio_has_ground_only_where_both_sides_can_be_divided() -> None:
    frame = pl.DataFrame({"denominator": [1.0, 1.0, 0.0, 1.0], "numerator_base": [None, 0.0, 1.0, 1.0]})
    frame = frame.with_columns(denominator_base=pl.Series([None, 1.0, 1.0, 2.0]))
    assert frame.select(has_ground("ratio")).to_series().to_list() == [True, False, False, True]


def test_the_same_definition_runs_over_any_window() -> None:
    region = REGIONS[0]
    for measure in PACKAGE.measures:
        for part in parts_of(measure, region.facts()):
            for window, months in ((BASELINE, BEFORE), (FOLLOWUP, NOW)):
                found = practice_figures(part, window, region.facts(), MINIMUM)
                assert found.height == len(region.rows["practices"])
                assert len(months) == len(window.months)
