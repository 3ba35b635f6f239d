"""What readers see of case-mix: the own exact, pools rounded, nobody else's; and what the last look says of faults."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from random import Random
from typing import Any

import polars as pl
import pytest
from small_region import BASELINE, BOTH, FOLLOWUP, MINIMUM, RATE, SHARE, SmallRegion, package

from transforms.disclosure import Mode
from transforms.disclosure_case_mix import CaseMix, printed_profiles, with_case_mix
from transforms.disclosure_case_mix_check import case_mix_violations
from transforms.disclosure_check import Truth, truth_of, violations
from transforms.disclosure_profiles import profile
from transforms.disclosure_rules import ruled
from transforms.pack import Mart, Meeting, exact_figures, members, published_figures
from transforms.package_figures import MeasureRun
from transforms.profile import likeness, profiles
from transforms.published import FIGURE, PROFILE
from transforms.similar import neighbours

STANDARDISED = ("before_standardised", "now_standardised", "now_standardised_lower", "now_standardised_upper")
BANDS = ("0-17", "18-64", "65+")
Row = dict[str, Any]


@dataclass(frozen=True)
class Printed:
    """Everything of one pack: what was printed of it, and the exact figures it was made from."""

    figures: pl.DataFrame
    profiles: pl.DataFrame
    mix: CaseMix
    labels: dict[str, str]
    truth: Truth

    def figure(self, audience: str, level: str, measure: str = RATE.id) -> Row:
        rows = self.figures.filter(audience=audience, level=level, measure_id=measure)
        return rows.filter(pl.col("own") == (level == "practice")).row(0, named=True)

    def mart(self, level: str, unit: str, side: str = "now", measure: str = RATE.id) -> Row:
        window = FOLLOWUP if side == "now" else BASELINE
        kind = ("now" if side == "now" else "then") if level == "practice" else "matched"
        rows = self.mix.mart.measures.filter(measure_id=measure, level=level, unit_id=unit, practice_set=kind)
        return rows.filter(window_start=window.start).row(0, named=True)


def region(practices: int = 8) -> SmallRegion:
    """Two clusters of `practices` each, with lists of different size and age, and items that follow both."""
    made, random = SmallRegion(), Random(7)
    for cluster in ("c1", "c2"):
        for at in range(practices):
            name = f"{cluster}{'abcdefghijkl'[at]}"
            made.add(name, cluster=cluster, months=())
            for month in BOTH:
                made.submits(name, month)
                fill(made, random, name, month, at)
    return made


def fill(made: SmallRegion, random: Random, name: str, month: date, at: int) -> None:
    for sex in ("female", "male"):
        for place, band in enumerate(BANDS):
            patients = 100 + 40 * ((at + place) % 5) + random.randrange(20)
            made.lists(name, month, patients, sex, band)
            for code, share in (("J01CE02", 0.02), ("J01CA04", 0.05)):
                items = round(patients * share * (1 + place)) + random.randrange(3)
                made.prescribes(name, month, items, code=code, sex=sex, age_band=band)


@cache
def printed(mode: Mode = "letters", practices: int = 8, *, followup: bool = True) -> Printed:
    return printed_of(region(practices), mode, followup=followup)


def printed_of(made: SmallRegion, mode: Mode = "letters", *, followup: bool = True) -> Printed:
    later = FOLLOWUP if followup else None
    meeting = Meeting("pack", "c1", date(2026, 5, 1), BASELINE, later, mode, "da")
    facts = made.facts()
    runs = [MeasureRun(measure, facts, BASELINE, later, MINIMUM) for measure in (RATE, SHARE)]
    compared = pl.concat([run.compared() for run in runs])
    mart = Mart(pl.concat([run.figures() for run in runs]), compared if followup else compared.clear())
    labels = {name: f"L{name}" for name in members(meeting, facts)["practice_id"]}
    made_of = profiles(meeting.later, facts)
    consented = facts.practices.filter("consented").select("practice_id").collect()
    mix = CaseMix(mart, made_of, neighbours(likeness(made_of, consented), labels, consented), "r1")
    exact = [exact_figures(each, meeting, mart, facts, labels) for each in (RATE, SHARE)]
    units = ruled(package(), pl.concat(exact, how="diagonal_relaxed"), meeting.profile)
    rows = [
        published_figures(each, units.filter(measure_id=each.id), meeting, labels, MINIMUM) for each in (RATE, SHARE)
    ]
    figures = with_case_mix(pl.concat(rows), package(), meeting, mix)
    truth = truth_of(units, mode, meeting.profile)
    return Printed(figures, printed_profiles(meeting, mix, labels), mix, labels, truth)


def five(count: float) -> float:
    return 5 * int((count + 2.5) // 5)


@pytest.mark.parametrize("hidden", ["before", "now"])
def test_where_one_side_is_hidden_neither_is_standardised_and_the_pack_is_let_through(hidden: str) -> None:
    made, window = region(), FOLLOWUP if hidden == "now" else BASELINE
    every = made.rows["prescriptions"]
    mine = [row for row in every if row["practice_id"].startswith("c1") and row["period"] in window.months]
    for row in mine[3:]:
        every.remove(row)
    for row in mine[:3]:
        row["items"] = 1
    found = printed_of(made)
    cluster = found.figure("c1a", "cluster")
    other = "before" if hidden == "now" else "now"
    assert (cluster[f"{hidden}_state"], cluster[f"{other}_state"]) == ("suppressed", "value")
    assert [cluster[name] for name in STANDARDISED] == [None] * 4
    assert found.figure("c1a", "region")[f"{other}_standardised"] is not None
    assert violations(found.figures, package(), found.truth) == []


def test_what_is_printed_has_the_shape_of_its_tables() -> None:
    assert printed().figures.schema == FIGURE
    assert printed().profiles.schema == PROFILE


@pytest.mark.parametrize("measure", [RATE.id, SHARE.id])
def test_the_own_practice_is_exactly_what_the_mart_holds(measure: str) -> None:
    for name in printed().labels:
        own = printed().figure(name, "practice", measure)
        now, before = (printed().mart("practice", name, side, measure) for side in ("now", "before"))
        assert [own[key] for key in STANDARDISED[1:]] == pytest.approx(
            [now[key] for key in ("standardised", "standardised_lower", "standardised_upper")]
        )
        assert own["before_standardised"] == pytest.approx(before["standardised"])


@pytest.mark.parametrize("measure", [RATE, SHARE], ids=lambda measure: measure.id)
@pytest.mark.parametrize("level", ["cluster", "region"])
def test_pools_are_standardised_from_their_rounded_counts(level: str, measure: Any) -> None:
    for side in ("before", "now"):
        exact = printed().mart(level, {"cluster": "c1", "region": "r1"}[level], side, measure.id)
        inside = printed().mart("cluster", "c1", side, measure.id)
        numerator, denominator, expected = (
            exact[name] - (inside[name] if level == "region" else 0)
            for name in ("numerator", "denominator", "expected")
        )
        crude = five(numerator) / five(denominator)
        found = printed().figure("c1a", level, measure.id)[f"{side}_standardised"]
        by_hand = crude * (denominator / expected) * exact["reference"]
        assert found == pytest.approx(round(by_hand, measure.decimals))


@pytest.mark.parametrize("mode", ["letters", "open", "own_only"])
def test_nobody_sees_how_another_practice_is_standardised(mode: Mode) -> None:
    others = printed(mode).figures.filter(pl.col("level") == "practice", ~pl.col("own"))
    assert others.select(pl.col(STANDARDISED).is_not_null().any()).row(0) == (False,) * 4
    assert (others.height > 0) == (mode != "own_only")


def test_practices_like_mine_are_the_sum_of_the_nearest_rounded() -> None:
    for reader in printed().labels:
        near = printed().mix.pairs.filter(reader=reader)["unit_id"].to_list()
        assert len(near) == 15
        rows = [printed().mart("practice", name) for name in near]
        numerator, denominator = (sum(row[part] for row in rows) for part in ("numerator", "denominator"))
        found = printed().figure(reader, "similar")
        assert (found["now_numerator"], found["now_denominator"]) == (five(numerator), five(denominator))
        crude = five(numerator) / five(denominator) * 1000
        assert found["now_value"] == pytest.approx(crude)
        ratio = crude / 1000 * denominator / sum(row["expected"] for row in rows)
        assert found["now_standardised"] == pytest.approx(round(ratio * rows[0]["reference"], RATE.decimals))
        assert (found["label"], found["own"], found["before_value"], found["change"]) == ("", False, None, None)


def test_practices_like_mine_are_told_to_one_reader_each() -> None:
    rows = printed().figures.filter(level="similar", measure_id=RATE.id)
    assert sorted(rows["audience"]) == sorted(printed().labels)


def test_who_withdrew_consent_since_is_in_no_pool() -> None:
    near = pl.DataFrame({"practice_id": ["a"] * 2, "neighbour_id": ["b", "c"], "distance": [0.1, 0.2]})
    found = neighbours(near, ["a"], pl.DataFrame({"practice_id": ["a", "c"]}))
    assert found.rows() == [("a", "c")]


def test_a_pool_of_fewer_than_five_has_no_figure() -> None:
    made = region(3)
    assert printed_of(made).figures.filter(level="similar")["now_state"].to_list() == ["value"] * 6
    for name in ("c2a", "c2b"):
        made.keeps_back(name, BOTH)
    rows = printed_of(made).figures.filter(level="similar")
    assert rows["now_state"].unique().to_list() == ["suppressed"]
    assert rows.select(pl.col("now_value", "now_standardised").is_not_null().any()).row(0) == (False, False)


def test_a_baseline_pack_has_no_before() -> None:
    made = printed(followup=False)
    assert made.figures["before_standardised"].null_count() == made.figures.height
    own = made.figures.filter(pl.col("own"), pl.col("measure_id") == RATE.id)
    assert own["now_standardised"].null_count() == 0
    assert made.figure("c1a", "cluster")["now_standardised"] is not None


def test_a_reader_sees_no_other_practices_profile() -> None:
    for audience in ("cluster", *printed().labels):
        seen = printed().profiles.filter(audience=audience)
        levels = ["cluster", "region"] if audience == "cluster" else ["cluster", "practice", "region", "similar"]
        assert seen["level"].to_list() == levels
        for row in seen.filter(level="practice").iter_rows(named=True):
            own = printed().mix.profiles.filter(level="practice", unit_id=audience).row(0, named=True)
            assert row["list_size"] == own["list_size"]
            assert [row["share_65"], row["share_women"]] == [own["share_65"], own["share_women"]]


def test_profiles_of_pools_are_rounded() -> None:
    exact = {(row["level"], row["unit_id"]): row for row in printed().mix.profiles.iter_rows(named=True)}
    cluster, whole = exact["cluster", "c1"], exact["region", "r1"]
    rest = {name: whole[name] - cluster[name] for name in ("patients", "age_65", "practices")}
    for level, of in (("cluster", cluster), ("region", rest)):
        row = printed().profiles.filter(audience="c1a", level=level).row(0, named=True)
        assert row["share_65"] == round(five(of["age_65"]) / five(of["patients"]), 2)
        assert row["list_size"] == five(of["patients"] / of["practices"])
        assert row["practices"] == 8


def test_a_cluster_of_four_has_no_profile_to_show() -> None:
    rows = printed("letters", 4).profiles.filter(level="cluster")
    hidden = ("practices", "list_size", "share_women", "share_0_17", "share_65")
    assert rows.select(pl.col(hidden).is_not_null().any()).row(0) == (False,) * 5


def test_few_of_a_kind_have_no_share() -> None:
    made = printed()
    few = made.mix.profiles.with_columns(age_65=pl.when(pl.col("level") == "cluster").then(3.0).otherwise("age_65"))
    meeting = Meeting("pack", "c1", date(2026, 5, 1), BASELINE, FOLLOWUP, "letters", "da")
    row = (
        printed_profiles(meeting, replace(made.mix, profiles=few), made.labels)
        .filter(level="cluster")
        .row(0, named=True)
    )
    assert row["share_65"] is None
    assert row["share_women"] is not None


@pytest.mark.parametrize("mode", ["letters", "open", "own_only"])
@pytest.mark.parametrize("followup", [True, False])
def test_what_is_printed_passes_the_last_look(mode: Mode, followup: bool) -> None:
    made = printed(mode, followup=followup)
    assert faults(made.figures.to_dicts(), made.profiles.to_dicts()) == []
    assert violations(made.figures, package(), made.truth) == []


def faults(figures: list[Row], profiled: list[Row]) -> list[str]:
    frames = pl.DataFrame(figures, schema=FIGURE), pl.DataFrame(profiled, schema=PROFILE)
    return case_mix_violations(*frames, package(), profile("sds"))


@pytest.mark.parametrize(
    ("level", "change", "says"),
    [
        ("cluster", {"now_standardised": 12.3456}, "more decimals than are printed"),
        ("region", {"now_value": None}, "is hidden and standardised all the same"),
        ("similar", {"label": "Lc1b"}, "more than their pool"),
        ("similar", {"audience": "cluster"}, "says it to all"),
        ("practice", {"now_standardised": 12.0}, "another practice's standardised figure"),
    ],
)
def test_a_figure_that_says_too_much_is_named(level: str, change: Row, says: str) -> None:
    rows = printed().figures.filter(pl.col("audience") == "c1a", pl.col("level") == level, ~pl.col("own")).to_dicts()
    assert says in faults([rows[0] | change], [])[0]
    assert faults(rows, []) == []


@pytest.mark.parametrize(
    ("level", "change", "says"),
    [
        ("practice", {"audience": "cluster"}, "a practice's own profile, told to all"),
        ("cluster", {"practices": 4}, "fewer than 5 practices"),
        ("region", {"list_size": 2301.0}, "list size that is not rounded"),
        ("similar", {"share_65": 0.1234}, "whole per cents"),
        ("similar", {"audience": "cluster"}, "is not the reader's"),
        ("cluster", {"level": "elsewhere"}, "is not the reader's"),
    ],
)
def test_a_profile_that_says_too_much_is_named(level: str, change: Row, says: str) -> None:
    row = printed().profiles.filter(audience="c1a", level=level).row(0, named=True)
    assert says in faults([], [row | change])[0]
