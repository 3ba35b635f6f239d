"""A dry run: the country is as large as Denmark, what is enough is counted anew, and chance keeps its promise."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from transforms.definitions import Measure
from transforms.dry_run import DRAWS, Found, compared, dry_run
from transforms.dry_run_country import REGIONS, country
from transforms.dry_run_draws import drawn, repeated
from transforms.dry_run_habits import Habits, habits_of, lacking, listed_part, measured_habits

WORDS = {name: {"da": "ord", "en": "word"} for name in ("title", "definition", "unit", "events")}
LIST = {"source": "list_sizes", "quantity": "patients"}
J01 = {"source": "prescriptions", "quantity": "items", "codes": ["J01"]}
PEN = J01 | {"codes": ["J01CE02"]}
USERS = {"source": "patient_counts", "quantity": "patients", "groups": ["brugere"], "window_months": 12}
ANSWERS = {"source": "questionnaire", "quantity": "answers", "codes": ["pause"]}
DENMARK = country()
A_PART = DENMARK.filter(pl.col("region_id").is_in(["nordjylland", "sjaelland"]))


def measure(kind: str, numerator: Any, denominator: Any = None, **more: Any) -> Measure:
    held = {} if denominator is None else {"denominator": denominator}
    return Measure.model_validate({"id": "m", "kind": kind, "numerator": numerator} | held | WORDS | more)


RATE = measure("rate", J01, LIST, expected={"value": 150})
SHARE = measure("proportion", PEN, J01, per=100, expected={"value": 30, "denominator": 300})
EVERY_KIND = {
    "rate": RATE,
    "rate of events": measure("rate", PEN, J01, per=100, expected={"value": 30, "denominator": 300}),
    "rate of patients": measure("rate", USERS, LIST | {"age": "18+"}, expected={"value": 140}),
    "rate over years": measure("rate", J01, LIST | {"quantity": "person_years"}, per=100, expected={"value": 30}),
    "share": SHARE,
    "share of patients": measure(
        "proportion", USERS, USERS | {"groups": ["alle"]}, per=100, expected={"value": 25, "denominator": 30}
    ),
    "mean of scores": measure(
        "mean", ANSWERS | {"quantity": "score"}, expected={"value": 3.8, "denominator": 20}, decimals=1
    ),
    "median": measure("median", ANSWERS | {"quantity": "score"}, expected={"value": 3.8, "denominator": 20}),
    "distribution": measure("distribution", ANSWERS, by="answer", expected={"value": 40, "denominator": 20}),
    "ratio": measure("ratio", PEN, J01 | {"codes": ["J01CA"]}, expected={"value": 1.5, "denominator": 90}),
    "ratio of rates": measure(
        "ratio", PEN, J01, numerator_base=LIST, denominator_base=LIST, expected={"value": 0.3, "denominator": 300}
    ),
    "mean of sums": measure(
        "mean", J01 | {"quantity": "ddd"}, LIST | {"quantity": "person_days"}, per=1000, expected={"value": 15}
    ),
}


def found(each: Measure, practices: pl.DataFrame = A_PART, months: int = 6, minimum: int = 20) -> Found:
    habits = habits_of(each)
    assert habits is not None
    return dry_run(each, habits, practices, months, minimum)


@pytest.fixture(scope="module")
def rate() -> Found:
    return found(RATE)


def test_the_country_is_as_large_as_denmark() -> None:
    clusters = DENMARK.group_by("cluster_id").agg(pl.col("patients").sum(), pl.col("region_id").n_unique())
    assert clusters.height == sum(REGIONS.values()) == 116
    assert clusters["patients"].min() == pytest.approx(17_117, abs=5)
    assert clusters["patients"].max() == pytest.approx(110_140, abs=20)
    assert clusters["region_id"].max() == 1
    assert DENMARK["patients"].sum() == pytest.approx(5_500_000, rel=0.01)
    assert DENMARK.height == pytest.approx(1_700, rel=0.02)
    assert DENMARK["patients"].mean() == pytest.approx(3_200, rel=0.03)
    assert DENMARK["practice_id"].n_unique() == DENMARK.height


def test_the_same_seed_is_the_same_country_and_the_same_findings(rate: Found) -> None:
    assert_frame_equal(country(), DENMARK)
    assert country(1)["patients"].sum() == pytest.approx(5_500_000, rel=0.01)
    assert not country(1).equals(DENMARK)
    assert found(RATE) == rate


@pytest.mark.parametrize("name", EVERY_KIND)
def test_every_kind_is_drawn_and_judged(name: str) -> None:
    each, habits = EVERY_KIND[name], habits_of(EVERY_KIND[name])
    assert habits is not None
    rows = compared(each, habits, DENMARK, (6, 5))
    clusters = rows.filter(level="cluster")
    assert (rows.height, clusters.height) == (DENMARK.height + 116, 116)
    assert clusters["before_value"].median() == pytest.approx(habits.value, rel=0.1)
    told = clusters["detectable_change"].drop_nulls().len()
    assert told == (0 if name == "mean of sums" else 116)


def test_a_mean_of_sums_has_a_figure_and_no_change() -> None:
    result = found(EVERY_KIND["mean of sums"])
    assert (result.use, result.cluster.reach) == ("no_interval", None)
    assert result.cluster.enough == A_PART["cluster_id"].n_unique()


@pytest.mark.parametrize(("each", "minimum"), [(RATE, 400), (SHARE, 400)], ids=["rate", "share"])
def test_who_has_enough_is_counted_anew_from_what_was_drawn(each: Measure, minimum: int) -> None:
    habits = habits_of(each)
    assert habits is not None
    result = dry_run(each, habits, DENMARK, 6, minimum)
    before, _ = drawn(each, habits, repeated(DENMARK, DRAWS), 6, 20261122)
    asked = "numerator" if each.kind == "rate" else "denominator"
    enough = sum(1 for row in before.iter_rows(named=True) if row[asked] >= minimum)
    by_cluster: dict[str, float] = {}
    for row in before.iter_rows(named=True):
        by_cluster[row["cluster_id"]] = by_cluster.get(row["cluster_id"], 0) + row[asked]
    assert 0 < result.practice.enough < result.practice.units
    assert result.practice.enough == round(enough / DRAWS)
    assert result.cluster.enough == round(sum(1 for total in by_cluster.values() if total >= minimum) / DRAWS)


@pytest.mark.parametrize("each", [RATE, SHARE], ids=["rate", "share"])
def test_chance_calls_no_more_changes_than_was_promised(each: Measure) -> None:
    result = found(each, DENMARK)
    for level in (result.practice, result.cluster):
        assert level.alarms <= level.stated * level.read
    assert result.practice.read > 1000
    assert result.cluster.read == 116


def test_a_longer_window_and_longer_lists_show_smaller_changes(rate: Found) -> None:
    longer = measure("rate", J01, LIST, expected={"value": 300})  # twice the events in twice the months
    larger = A_PART.with_columns(pl.col("patients") * 3)
    for other in (found(longer, months=12), found(RATE, larger)):
        for level in ("practice", "cluster"):
            mine, theirs = getattr(rate, level).reach, getattr(other, level).reach
            assert theirs.part < mine.part


def test_rare_events_are_for_the_cluster_and_the_rarest_for_a_talk() -> None:
    assert found(measure("rate", J01, LIST, expected={"value": 7})).use == "cluster"
    assert found(measure("rate", J01, LIST, expected={"value": 0.05})).use == "talk"


@pytest.mark.parametrize(
    ("each", "lack"),
    [
        (measure("rate", J01, LIST), "expected"),
        (measure("proportion", PEN, J01, expected={"value": 300}), "denominator"),
        (measure("proportion", PEN, J01, per=100, expected={"value": 100, "denominator": 5}), "impossible"),
        (RATE, None),
    ],
)
def test_a_measure_that_says_too_little_is_not_reckoned_with(each: Measure, lack: str | None) -> None:
    assert lacking(each) == lack
    assert (habits_of(each) is None) == (lack is not None)


def test_a_denominator_is_per_1000_listed_and_year() -> None:
    habits = Habits(30, 300)
    counts = {
        months: drawn(SHARE, habits, DENMARK, months, 1)[0]["denominator"].sum() / DENMARK["patients"].sum()
        for months in (6, 12)
    }
    assert counts[12] == pytest.approx(0.3, rel=0.05)
    assert counts[6] == pytest.approx(0.15, rel=0.05)
    whole = measure("rate", J01, LIST | {"quantity": "person_days"}, expected={"value": 1, "denominator": 365_250})
    found_habits = habits_of(whole)
    assert found_habits is not None
    assert found_habits.ground == pytest.approx(1000)


@pytest.mark.parametrize("name", ["rate", "share", "share of patients", "rate over years", "ratio of rates"])
def test_what_was_drawn_is_measured_again(name: str) -> None:
    each, habits = EVERY_KIND[name], habits_of(EVERY_KIND[name])
    assert habits is not None
    lists = DENMARK.select("patients", unit_id="practice_id")
    again = measured_habits(each, compared(each, habits, DENMARK, (6, 20)), lists, 6)
    assert again is not None
    assert (again.origin, again.spread_measured) == ("workspace", True)
    assert again.value == pytest.approx(habits.value, rel=0.08)  # pooled: those far apart weigh more
    assert again.ground == pytest.approx(habits.ground, rel=0.05)
    assert again.dispersion == pytest.approx(habits.dispersion, rel=0.35)
    assert again.drift == pytest.approx(habits.drift, abs=0.06)
    assert again.practices_apart == pytest.approx(0.27, rel=0.2)  # practices and their clusters together


def test_a_workspace_with_one_window_tells_the_level_alone() -> None:
    rows = compared(SHARE, Habits(30, 300), DENMARK, (6, 20)).with_columns(
        pl.lit(None, dtype=pl.Float64).alias(name) for name in ("before_value", "dispersion", "prior_variance")
    )
    again = measured_habits(SHARE, rows, DENMARK.select("patients", unit_id="practice_id"), 6)
    assert again is not None
    assert not again.spread_measured
    assert again.value == pytest.approx(30, rel=0.08)
    assert measured_habits(SHARE, rows.clear(), DENMARK.select("patients", unit_id="practice_id"), 6) is None


def test_parts_of_a_list_add_up_to_the_list() -> None:
    parts = [measure("rate", J01, LIST | {"age": age}).denominator for age in ("0-5", "6-17", "18-79", "80+")]
    assert sum(listed_part(part) for part in parts) == pytest.approx(1)
    assert listed_part(RATE.denominator) == 1
