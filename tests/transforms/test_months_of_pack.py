"""A pack's months against a plain loop over the rows they come from."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from small_region import BASELINE, BOTH, FOLLOWUP
from test_kinds import PACKAGE
from test_pack_of_every_kind import MEETING, REGION, made

from transforms.calendar import Window
from transforms.disclosure_check import Truth
from transforms.disclosure_check_months import month_violations, truth_of_months
from transforms.months import is_monthly, practice_months
from transforms.months_of_pack import Monthly, behind_the_cluster, printed_months
from transforms.published import MONTH

__all__ = ["made"]
SPAN = Window(BASELINE.start, FOLLOWUP.end)
NAMES = [f"p{at:02}" for at in range(6)]
Made = tuple[pl.DataFrame, pl.DataFrame, Truth]


def counts() -> pl.DataFrame:
    facts = REGION.facts()
    return pl.concat([practice_months(measure, SPAN, facts) for measure in PACKAGE.measures])


NOT_FINAL = pl.DataFrame(
    {"practice_id": ["p03"], "source": ["list_sizes"], "period": [BOTH[4]]}, schema_overrides={"period": pl.Date}
)


@pytest.fixture(scope="module")
def months(made: Made) -> pl.DataFrame:
    return printed_months(PACKAGE, MEETING, Monthly(counts(), NOT_FINAL), made[0], NAMES).months


def total(table: str, quantity: str, month: date, *codes: str) -> float:
    rows = [row for row in REGION.rows[table] if row["practice_id"] in NAMES and row["period"] == month]
    return sum(row[quantity] for row in rows if not codes or row["code"].startswith(codes))


RATES = {"penicillin_v_per_1000": (("J01CE02",), 1), "antibiotics_per_100_years": (("J01",), 12)}
"""What each counts, and how many months of a patient make one of its denominator."""


@pytest.mark.parametrize("measure_id", RATES)
def test_the_clusters_months_are_the_plain_sums_to_the_nearest_five(months: pl.DataFrame, measure_id: str) -> None:
    assert months.schema == MONTH
    codes, share = RATES[measure_id]
    per = PACKAGE.measure(measure_id).per
    for month in BOTH:
        row = months.filter(level="cluster", measure_id=measure_id, period_start=month).row(0, named=True)
        assert abs(row["numerator"] - total("prescriptions", "items", month, *codes)) <= 2.5
        assert abs(row["denominator"] - total("list_sizes", "patients", month) / share) <= 2.5
        assert row["numerator"] % 5 == row["denominator"] % 5 == 0
        assert row["value"] == pytest.approx(per * row["numerator"] / row["denominator"])


def test_months_between_the_windows_that_nobody_submitted_are_not_noughts(months: pl.DataFrame) -> None:
    between = months.filter(level="cluster", side="between")
    assert between.height == 9 * between["measure_id"].n_unique() > 0
    assert between["state"].unique().to_list() == ["not_submitted"]
    assert between["value"].null_count() == between.height


def test_ones_own_months_are_exact_and_for_nobody_else(months: pl.DataFrame) -> None:
    own = months.filter(pl.col("value").is_not_null(), level="practice")
    assert own.height > 0
    for row in own.filter(months=1).iter_rows(named=True):
        exact = counts().filter(practice_id=row["audience"], measure_id=row["measure_id"], period=row["period_start"])
        assert (row["numerator"], row["denominator"]) == exact.select("numerator", "denominator").row(0)
    assert set(own["audience"]) <= set(NAMES)
    assert own.filter(pl.col("numerator").is_between(0, 5, closed="none")).is_empty()


def test_a_month_that_rests_on_what_is_not_final_says_so(months: pl.DataFrame) -> None:
    told = months.filter("provisional")
    assert told["period_start"].unique().to_list() == [BOTH[4]]
    assert set(told["audience"]) == {"cluster", "p03"}


def test_averages_and_single_answers_have_no_months(months: pl.DataFrame) -> None:
    without = {measure.id for measure in PACKAGE.measures if not is_monthly(measure)}
    assert {measure.kind for measure in PACKAGE.measures if measure.id in without} >= {"mean", "median", "distribution"}
    assert not without & set(months["measure_id"])


def test_the_last_look_passes_them_and_stops_one_that_is_changed(made: Made, months: pl.DataFrame) -> None:
    behind = {measure.id: behind_the_cluster(made[0], measure.id) for measure in PACKAGE.measures}
    labels = dict(zip(NAMES, "ABCDEF", strict=True))
    truth = truth_of_months(counts(), behind, labels, MEETING.profile)
    assert month_violations(months, made[1], PACKAGE, truth) == []
    first = pl.col("level").eq("cluster") & pl.col("value").is_not_null()
    exact = months.with_columns(numerator=pl.when(first).then(pl.col("numerator") + 1).otherwise("numerator"))
    assert len(month_violations(exact, made[1], PACKAGE, truth)) >= months.filter(first).height
