"""The last look names every planted breach, and has nothing to say of a sound pack."""

from __future__ import annotations

from typing import Any

import pytest
from small_pack import PLENTY, Row, cluster_of, exact, faults, printed
from small_region import RATE, SHARE

from transforms.definitions import Measure
from transforms.disclosure import Mode

SOUND = exact(
    cluster_of(7, ((3, 400), (2, 411)), (PLENTY[0], "not_submitted")),
    reasons={"g": "missing_now"},
    around={"cluster": ((313, 2465), (300, 2396))},
)
SOUND_SHARES = exact(cluster_of(7, ((398, 400), (399, 400)), (PLENTY[0], "not_submitted")), SHARE)
GIVES_SIZE = "gives the size of another practice away"
NOT_ROUNDED = "holds a count that is not rounded to 5"
NOT_FROM_ROUNDED = "has a value that was not computed from the rounded counts"


def planted(
    who: str, breach: Row, mode: Mode = "letters", measure: Measure = RATE, audience: str = "cluster"
) -> list[str]:
    """What is said of a sound pack in which `who` was changed for `audience`."""
    frame = SOUND if measure is RATE else SOUND_SHARES
    rows = printed(frame, mode, measure)
    level = who if who in ("cluster", "region") else "practice"
    hit = next(
        row
        for row in rows
        if (row["audience"], row["level"]) == (audience, level) and (level != "practice" or row["label"] == who)
    )
    hit.update(breach)
    return faults(rows, frame, mode, measure)


@pytest.mark.parametrize("measure", [RATE, SHARE], ids=["rate", "share"])
@pytest.mark.parametrize("mode", ["letters", "open", "own_only"])
def test_a_sound_pack_has_no_faults(mode: Mode, measure: Measure) -> None:
    frame = SOUND if measure is RATE else SOUND_SHARES
    assert faults(printed(frame, mode, measure), frame, mode, measure) == []


@pytest.mark.parametrize("side", ["before", "now"])
@pytest.mark.parametrize("part", ["numerator", "denominator", "lower", "upper"])
def test_a_dot_with_a_size_or_an_interval_is_named(part: str, side: str) -> None:
    found = planted("B", {f"{side}_{part}": 60.0})
    assert f"items_per_1000, practice B, {side}, for cluster: {GIVES_SIZE}" in found


@pytest.mark.parametrize("part", ["change_lower", "change_upper"])
def test_a_dot_with_an_interval_of_its_change_is_named(part: str) -> None:
    assert any("practice B" in fault and GIVES_SIZE in fault for fault in planted("B", {part: 1.0}))


DOTS = [
    pytest.param("B", RATE, 1000 * 58 / 397, id="the exact value"),
    pytest.param("B", RATE, 1000 * 60 / 400, id="another rounded value"),
    pytest.param("F", RATE, 1000 * 2 / 411, id="the exact value of a small count"),
    pytest.param("F", RATE, 0.0, id="a small count rounded to zero"),
    pytest.param("F", SHARE, 100.0, id="all but one rounded to all"),
    pytest.param("B", RATE, 150.0, id="a finer step than the smallest practice allows"),
]


@pytest.mark.parametrize(("who", "measure", "value"), DOTS)
def test_a_dot_whose_value_is_not_of_the_rounded_counts_is_named(who: str, measure: Measure, value: float) -> None:
    found = planted(who, {"now_value": value, "now_state": "value"}, measure=measure)
    said = NOT_FROM_ROUNDED if who == "B" else "has a value and should be hidden"
    assert any(f"practice {who}, now" in fault and said in fault for fault in found)


@pytest.mark.parametrize("who", ["cluster", "region", "B"])
@pytest.mark.parametrize(
    ("breach", "said"),
    [
        ({"now_numerator": 58.0}, NOT_ROUNDED),
        ({"now_denominator": 397.0}, NOT_ROUNDED),
        ({"now_numerator": 3.0}, NOT_ROUNDED),
        ({"now_denominator": 25.0}, "stands on fewer than 30"),
        ({"now_value": 146.1}, NOT_FROM_ROUNDED),
        ({"now_numerator": None}, "has a value whose rounded counts are not given"),
        ({"now_state": "suppressed"}, "is hidden and has a value all the same"),
        ({"now_state": "not_submitted"}, "is hidden and has a value all the same"),
    ],
)
def test_a_count_or_value_that_is_not_rounded_is_named(who: str, breach: Row, said: str) -> None:
    named = "practice B" if who == "B" else who
    found = planted(who, breach, mode="open")
    assert any(fault.startswith(f"items_per_1000, {named}") and fault.endswith(said) for fault in found)


@pytest.mark.parametrize("who", ["cluster", "region", "B"])
@pytest.mark.parametrize(("part", "value"), [("change", -4.05), ("ratio", 0.9737)])
def test_a_change_that_is_not_that_of_the_printed_values_is_named(who: str, part: str, value: float) -> None:
    assert any(part in fault and "printed values" in fault for fault in planted(who, {part: value}))


@pytest.mark.parametrize(
    ("who", "audience"), [("cluster", "a"), ("region", "a"), ("B", "cluster")], ids=["a cluster", "a region", "for all"]
)
def test_what_is_nobodys_own_is_not_to_be_marked_as_such(who: str, audience: str) -> None:
    found = planted(who, {"own": True}, audience=audience)
    assert any("is marked as the reader's own and is not" in fault for fault in found)


def test_a_reader_has_one_practice_and_not_two() -> None:
    found = planted("B", {"own": True, "now_numerator": 58.0, "now_denominator": 397.0}, audience="a")
    assert any("for a:" in fault and "more than one practice" in fault for fault in found)


@pytest.mark.parametrize(
    ("who", "breach"), [("", {"label": "G"}), ("B", {"reason": "moved"})], ids=["its letter", "its reason"]
)
def test_a_dot_that_says_who_did_not_deliver_is_named(who: str, breach: Row) -> None:
    assert any("says what happened to another practice" in fault for fault in planted(who, breach))


def as_mode(frame: Any, made: Mode, checked: Mode) -> list[str]:
    return faults(printed(frame, made), frame, checked)


def test_other_practices_among_fewer_than_five_are_named() -> None:
    few = exact(cluster_of(4))
    rows = [row for row in printed(SOUND) if row["label"] in "ABCD" or row["level"] != "practice"]
    assert any("fewer than five practices delivered" in fault for fault in faults(rows, few))


def test_other_practices_in_a_pack_of_own_figures_only_are_named() -> None:
    assert any("own figures only" in fault for fault in as_mode(SOUND, "letters", "own_only"))


def test_figures_made_for_the_open_mode_are_not_let_through_as_letters() -> None:
    assert any(GIVES_SIZE in fault for fault in as_mode(SOUND, "open", "letters"))
