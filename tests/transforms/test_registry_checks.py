"""Each check of a registry fails on its fault, names the row and the practice, and passes without it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from small_registry import day, delivery, listed, row

from transforms.checked import CheckResult
from transforms.contract import REGISTRY_RULES, parse_contract
from transforms.registry import Delivery
from transforms.registry_checks import Known, check_registry

CONTRACT = parse_contract(Path(__file__).parents[2] / "expectations" / "contracts" / "registry.toml")
NOTHING_KNOWN = Known(frozenset(), frozenset(), None)
MANY = frozenset(f"p{number}" for number in range(20))


def member(practice: str, cluster: str = "K1", **cells: str) -> dict[str, object]:
    return row(practice, cluster, **{"member_from": "2020-01-01"} | cells)


def failed(given: Delivery, known: Known = NOTHING_KNOWN) -> dict[str, CheckResult]:
    return {each.check_id: each for each in check_registry(CONTRACT, given, known) if each.outcome == "failed"}


FAULTS = {
    "one_cluster_at_a_time.cluster_id": (
        listed("2025-01-01", member("p"), member("q"), member("p", "K2", member_from="2024-05-01")),
        [(4, "p")],
    ),
    "one_region_at_a_time.region_id": (listed("2025-01-01", member("p"), member("q", region="R2")), [(3, "K1")]),
    "dates_in_order.member_from.member_to": (listed("2025-01-01", member("p", member_to="2019-12-31")), [(2, "p")]),
    "dates_in_order.opened.closed": (
        listed("2025-01-01", member("p", opened="2024-02-02", closed="2024-02-01")),
        [(2, "p")],
    ),
    "rows_agree.opened.closed.successor_id": (
        listed(
            "2025-01-01",
            member("p", member_to="2021-01-01", opened="2020-01-01"),
            member("p", "K2", member_from="2022-01-01", opened="2020-01-02"),
        ),
        [(3, "p")],
    ),
}


@pytest.mark.parametrize("check_id", FAULTS)
def test_a_planted_fault_fails_its_check_alone_and_names_row_and_unit(check_id: str) -> None:
    given, expected = FAULTS[check_id]
    found = failed(given)
    assert list(found) == [check_id]
    assert found[check_id].blocks
    assert [(each.row_number, each.value) for each in found[check_id].examples] == expected


@pytest.mark.parametrize(
    ("successors", "wrong"),
    [
        ({"a": "b"}, []),
        ({"a": "b", "b": "c"}, []),
        ({"a": "a"}, [2]),
        ({"a": "elsewhere"}, [2]),
        ({"a": "b", "b": "a"}, [2, 3]),
        ({"a": "b", "b": "c", "c": "b"}, [3, 4]),
    ],
)
def test_a_successor_is_another_practice_of_the_registry_and_no_circle(
    successors: dict[str, str], wrong: list[int]
) -> None:
    rows = [member(practice, closed="2024-01-01") | {"successor_id": successors.get(practice)} for practice in "abc"]
    found = failed(listed("2025-01-01", *rows)).get("known_successor.successor_id")
    assert [each.row_number for each in found.examples] == wrong if found else wrong == []


def test_a_practice_that_moved_without_a_gap_or_an_overlap_is_fine() -> None:
    moved = [member("p", member_to="2024-04-30"), member("p", "K2", member_from="2024-05-01")]
    assert failed(listed("2025-01-01", *moved)) == {}


def test_a_cluster_that_changes_region_on_a_day_is_in_one_region_at_a_time() -> None:
    changes = [member("p", region="R1"), member("p", region="R9", cluster_from="2027-01-01")]
    assert failed(listed("2026-07-01", *changes)) == {}


def test_in_a_snapshot_a_practice_is_in_one_cluster_whatever_its_dates_say() -> None:
    twice = delivery("2025-01-01", row("p"), row("p", "K2"))
    assert list(failed(twice)) == ["one_cluster_at_a_time.cluster_id"]


@pytest.mark.parametrize(("there", "refused"), [(20, False), (16, False), (15, True), (0, True)])
def test_more_than_a_fifth_of_the_members_missing_is_a_registry_cut_off(there: int, refused: bool) -> None:
    rows = [member(practice) for practice in sorted(MANY)[:there]]
    found = failed(listed("2025-01-01", *rows), Known(MANY, MANY, None))
    assert list(found) == (["most_practices_kept"] if refused else [])


def test_of_a_handful_two_may_go() -> None:
    three = frozenset({"p", "q", "r"})
    assert failed(listed("2025-01-01", member("p")), Known(three, three, None)) == {}


@pytest.mark.parametrize(("shape", "refused"), [("list", True), ("snapshot", False)])
def test_a_list_older_than_the_one_in_use_is_refused_and_an_old_snapshot_is_not(shape: str, refused: bool) -> None:
    older = delivery("2025-01-01", member("p"), shape=shape)
    found = failed(older, replace(NOTHING_KNOWN, newest_list=day("2025-01-02")))
    assert list(found) == (["newest_registry"] if refused else [])


def test_every_rule_of_the_registry_stands_in_its_contract() -> None:
    assert {check.rule for check in CONTRACT.checks} >= set(REGISTRY_RULES)
