"""The registry over time: held against a day-by-day model in plain Python, in whatever order deliveries come."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from small_registry import day, delivery, listed, row, stays

from transforms.registry import SCHEMAS, Delivery, history

MEMBERSHIP = ("practice_id", "cluster_id", "valid_from", "valid_to")
PRACTICES, CLUSTERS = ("p1", "p2", "p3"), ("K1", "K2", None)
SNAPSHOTS = st.dictionaries(
    st.dates(date(2020, 1, 1), date(2020, 3, 1)),
    st.dictionaries(st.sampled_from(PRACTICES), st.sampled_from(CLUSTERS)),
    min_size=1,
    max_size=5,
)
Told = dict[date, dict[str, str | None]]


def deliveries(told: Told) -> list[Delivery]:
    return [
        delivery(as_at.isoformat(), *(row(practice, cluster) for practice, cluster in found.items()), order=number)
        for number, (as_at, found) in enumerate(told.items())
    ]


def in_cluster(memberships: pl.DataFrame, practice: str, on: date) -> list[str]:
    return [
        cluster
        for of, cluster, first, last in memberships.select(MEMBERSHIP).iter_rows()
        if of == practice and first <= on and (last is None or on <= last)
    ]


@settings(deadline=None, max_examples=40)
@given(told=SNAPSHOTS)
def test_on_every_day_a_practice_is_where_the_newest_snapshot_until_then_found_it(told: Told) -> None:
    memberships = history(deliveries(told))["membership"]
    for on in (date(2019, 12, 30) + timedelta(days) for days in range(70)):
        before = [as_at for as_at in told if as_at <= on]
        for practice in PRACTICES:
            found = told[max(before)].get(practice) if before else None
            assert in_cluster(memberships, practice, on) == ([found] if found else [])


@settings(deadline=None, max_examples=40)
@given(told=SNAPSHOTS, seed=st.integers(0, 9))
def test_the_order_in_which_snapshots_come_changes_nothing(told: Told, seed: int) -> None:
    came = list(told.items())
    Random(seed).shuffle(came)
    first, second = history(deliveries(told)), history(deliveries(dict(came)))
    assert all(first[table].equals(second[table]) for table in SCHEMAS)


@settings(deadline=None, max_examples=40)
@given(told=SNAPSHOTS)
def test_a_snapshot_that_comes_again_changes_nothing(told: Told) -> None:
    once, twice = history(deliveries(told)), history([*deliveries(told), *deliveries(told)])
    assert all(once[table].equals(twice[table]) for table in SCHEMAS)


def test_continuing_moving_going_and_coming_are_dated_on_the_snapshot_that_found_them() -> None:
    told = history(
        [
            delivery("2018-01-01", row("same"), row("moves"), row("goes")),
            delivery("2018-04-01", row("same"), row("moves", "K2"), row("comes")),
        ]
    )
    assert stays(told["membership"], *MEMBERSHIP) == [
        ("comes", "K1", "2018-04-01", None),
        ("goes", "K1", "2018-01-01", "2018-03-31"),
        ("moves", "K1", "2018-01-01", "2018-03-31"),
        ("moves", "K2", "2018-04-01", None),
        ("same", "K1", "2018-01-01", None),
    ]
    assert told["practice"]["closed"].null_count() == 4


LIST = listed(
    "2025-06-01",
    row("stays", member_from="2020-01-01"),
    row("moves", member_from="2020-01-01", member_to="2025-12-31"),
    row("moves", "K2", member_from="2026-01-01"),
    row("shuts", member_from="2020-01-01", closed="2025-03-31"),
    order=1,
)


def test_a_list_is_taken_at_its_word_and_a_closed_practice_leaves_on_its_last_day() -> None:
    assert stays(history([LIST])["membership"], *MEMBERSHIP) == [
        ("moves", "K1", "2020-01-01", "2025-12-31"),
        ("moves", "K2", "2026-01-01", None),
        ("shuts", "K1", "2020-01-01", "2025-03-31"),
        ("stays", "K1", "2020-01-01", None),
    ]


def test_a_snapshot_after_a_list_keeps_what_was_announced_and_takes_back_what_came_otherwise() -> None:
    as_announced = history([LIST, delivery("2025-09-01", row("stays"), row("moves"), order=2)])
    otherwise = history([LIST, delivery("2025-09-01", row("stays"), row("moves", "K3"), order=2)])
    assert as_announced["membership"].equals(history([LIST])["membership"])
    assert [stay[1:] for stay in stays(otherwise["membership"], *MEMBERSHIP) if stay[0] == "moves"] == [
        ("K1", "2020-01-01", "2025-08-31"),
        ("K3", "2025-09-01", None),
    ]


def test_a_snapshot_of_before_the_list_undoes_nothing() -> None:
    older = delivery("2024-01-01", row("stays", "K9"), order=2)
    assert history([LIST, older])["membership"].equals(history([LIST])["membership"])


def test_an_older_list_that_comes_later_undoes_nothing_and_of_one_day_the_last_to_come_counts() -> None:
    older = listed("2025-01-01", row("stays", "K9", member_from="2020-01-01"), order=2)
    again = listed("2025-06-01", row("stays", "K9", member_from="2020-01-01"), order=3)
    assert history([LIST, older])["membership"].equals(history([LIST])["membership"])
    assert history([LIST, again])["membership"]["cluster_id"].to_list() == ["K9"]


UNIT = ("region_id", "valid_from", "valid_to")


def test_two_regions_become_one_as_the_lists_find_it() -> None:
    before = listed("2026-10-01", row("p", region="R1", member_from="2020-01-01"), row("q", "K2", "R2"))
    after = listed("2027-01-01", row("p", region="R9", member_from="2020-01-01"), row("q", "K2", "R9"))
    told = history([before, after])
    assert stays(told["cluster"].filter(pl.col("cluster_id") == "K1"), *UNIT) == [
        ("R1", None, "2026-12-31"),
        ("R9", "2027-01-01", None),
    ]
    assert stays(told["region"], *UNIT) == [
        ("R1", None, "2026-12-31"),
        ("R2", None, "2026-12-31"),
        ("R9", "2027-01-01", None),
    ]


def test_a_change_of_region_that_is_announced_has_its_own_day_and_the_region_its_successor() -> None:
    ends = {"region_to": "2026-12-31", "region_successor_id": "R9"}
    told = history(
        [
            listed(
                "2026-06-01",
                row("p", region="R1", member_from="2020-01-01", **ends),
                row("p", region="R9", member_from="2020-01-01", cluster_from="2027-01-01"),
            )
        ]
    )
    assert stays(told["cluster"], *UNIT) == [("R1", None, "2026-12-31"), ("R9", "2027-01-01", None)]
    regions = told["region"].filter(pl.col("region_id") == "R1")
    assert stays(regions, "valid_to", "successor_id") == [("2026-12-31", "R9")]
    assert stays(told["membership"], *MEMBERSHIP) == [("p", "K1", "2020-01-01", None)]


def test_a_cluster_is_renamed_ended_and_found_new() -> None:
    told = history(
        [
            delivery("2020-01-01", row("p", "K1", cluster_name="Old"), row("q", "K2")),
            delivery("2020-04-01", row("p", "K1", cluster_name="New"), row("q", "K3")),
        ]
    )
    assert stays(told["cluster"], "cluster_id", "cluster_name", "valid_from", "valid_to") == [
        ("K1", "New", "2020-04-01", None),
        ("K1", "Old", None, "2020-03-31"),
        ("K2", "K2", None, "2020-03-31"),
        ("K3", "K3", "2020-04-01", None),
    ]


CONSENT = ("practice_id", "given", "valid_from", "valid_to")


def test_consent_that_changes_is_dated_and_a_delivery_without_answers_takes_none_back() -> None:
    told = history(
        [
            listed("2025-01-01", row("p", consent="yes"), row("q", consent="no")),
            listed("2025-02-01", row("p"), row("q")),
            listed("2025-03-01", row("p", consent="no", consent_from="2025-02-15"), row("q", consent="no")),
        ]
    )
    assert stays(told["consent"], *CONSENT) == [
        ("p", False, "2025-02-15", None),
        ("p", True, None, "2025-02-14"),
        ("q", False, None, None),
    ]


def test_one_no_among_several_rows_is_a_no() -> None:
    rows = [
        row("p", cluster, member_from="2020-01-01", consent=said) for cluster, said in (("K1", "yes"), ("K2", "no"))
    ]
    assert stays(history([listed("2025-01-01", rows[0], *rows)])["consent"], *CONSENT) == [("p", False, None, None)]


def test_modes_are_kept_per_cluster_and_package_and_withheld_per_practice() -> None:
    told = history(
        [
            listed(
                "2025-01-01",
                row("p", anonymity="open", withheld="yes"),
                row("q", anonymity="letters", anonymity_package="nsaid", anonymity_from="2025-02-01", withheld="no"),
                row("r", "K2", anonymity="open"),
                row("s", "K2", anonymity="own_only"),
            )
        ]
    )
    assert stays(told["anonymity"], "cluster_id", "practice_id", "package_id", "mode", "valid_from") == [
        (None, "p", None, "withheld", None),
        ("K1", None, None, "open", None),
        ("K1", None, "nsaid", "letters", "2025-02-01"),
        ("K2", None, None, "own_only", None),
    ]


@settings(deadline=None, max_examples=30)
@given(told=SNAPSHOTS, position=st.integers(0, 5))
def test_a_snapshot_changes_nothing_before_its_own_day(told: Told, position: int) -> None:
    late = sorted(told)[position % len(told)]
    rest = {as_at: found for as_at, found in told.items() if as_at != late}
    with_it, without = history(deliveries(told))["membership"], history(deliveries(rest))["membership"]
    for on in (date(2019, 12, 30) + timedelta(days) for days in range((late - date(2019, 12, 30)).days)):
        assert [in_cluster(with_it, p, on) for p in PRACTICES] == [in_cluster(without, p, on) for p in PRACTICES]
    assert day("2019-12-30") < late
