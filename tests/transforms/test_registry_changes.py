"""Changes of a registry: counted by year, and a cluster's standing on a day."""

from __future__ import annotations

import polars as pl
from small_registry import day, delivery, listed, row, stays

from transforms.cluster_standing import standing
from transforms.registry import history
from transforms.registry_changes import events, per_year

TOLD = history(
    [
        listed(
            "2025-06-01",
            row("moves", member_from="2020-01-01", member_to="2025-03-31", consent="yes"),
            row("moves", "K2", member_from="2025-04-01", consent="yes"),
            row("comes", member_from="2025-05-01", practice_name="Torvet"),
            row("leaves", member_from="2020-01-01", member_to="2025-02-28", consent="no"),
            row("shuts", member_from="2020-01-01", closed="2025-08-31", consent="no", withheld="yes"),
            row("joins", member_from="2020-01-01", closed="2025-01-31", successor_id="shuts"),
            row("long ago", member_from="2010-01-01", member_to="2012-12-31", closed="2012-12-31"),
        )
    ]
)


def test_each_change_is_one_event_on_its_day() -> None:
    happened = events(TOLD).filter(pl.col("day").dt.year() == 2025)
    assert stays(happened, "day", "event", "unit_id", "from_id", "to_id") == [
        ("2025-01-31", "merged", "joins", None, "shuts"),
        ("2025-03-01", "gone", "leaves", "K1", None),
        ("2025-04-01", "moved", "moves", "K1", "K2"),
        ("2025-05-01", "came", "comes", None, "K1"),
        ("2025-08-31", "closed", "shuts", None, None),
    ]


def test_years_hold_as_many_of_each_as_there_are_events() -> None:
    happened = events(TOLD)
    counted = {row["year"]: row for row in per_year(happened).to_dicts()}
    assert (counted[2025]["moved"], counted[2025]["gone"], counted[2012]["closed"]) == (1, 1, 1)
    assert sum(sum(row.values()) - row["year"] for row in counted.values()) == happened.height


def test_who_is_found_by_the_first_snapshot_did_not_come_on_its_day() -> None:
    found = [delivery("2020-01-01", row("p")), delivery("2020-04-01", row("p", "K2"), row("q"))]
    happened = events(history(found), begins=day("2020-01-01"))
    assert stays(happened, "event", "unit_id") == [
        ("came", "q"),
        ("cluster_began", "K2"),
        ("moved", "p"),
    ]


def test_a_practice_that_was_away_comes_back_and_is_not_new() -> None:
    found = [
        delivery("2020-01-01", row("p"), row("q")),
        delivery("2020-04-01", row("q")),
        delivery("2020-07-01", row("p"), row("q")),
    ]
    happened = events(history(found), begins=day("2020-01-01"))
    assert stays(happened, "day", "event", "unit_id") == [("2020-07-01", "back", "p")]


def test_the_standing_has_the_members_of_the_day_and_what_they_said() -> None:
    found = standing(TOLD, "K1", day("2025-06-15"))
    assert found is not None
    assert [(each.practice_id, each.name, each.since, each.consent, each.withheld) for each in found.members] == [
        ("comes", "Torvet", day("2025-05-01"), None, False),
        ("shuts", "", day("2020-01-01"), False, True),
    ]
    assert [row["event"] for row in found.happened] == ["merged", "gone", "moved", "came"]
    assert [(row["event"], row["day"]) for row in found.coming] == [("closed", day("2025-08-31"))]


def test_what_happened_more_than_a_year_before_is_not_told() -> None:
    found = standing(TOLD, "K1", day("2026-06-15"))
    assert found is not None
    assert [row["event"] for row in found.happened] == ["closed"]


def test_a_cluster_that_is_not_there_has_no_standing() -> None:
    assert standing(TOLD, "K9", day("2025-06-15")) is None


def test_a_no_that_is_announced_holds_at_once() -> None:
    told = history([listed("2025-01-01", row("p", member_from="2020-01-01", consent="no", consent_from="2025-12-01"))])
    found = standing(told, "K1", day("2025-06-15"))
    assert found is not None
    assert found.members[0].consent is False
