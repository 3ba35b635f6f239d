"""Leaks planted into a sound pack of three measures: each is blocked, and the sentence names measure, unit and side."""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl
import pytest
from small_pack import PLENTY, Row, exact, letter
from small_region import RATE, SHARE, measure, package

from transforms.definitions import Measure
from transforms.disclosure import Mode, View, shown, shown_to
from transforms.disclosure_check import truth_of, violations
from transforms.disclosure_profiles import profile
from transforms.disclosure_rules import ruled
from transforms.published import FIGURE

SDS = profile("sds")
ALL = {"source": "prescriptions", "quantity": "items"}
BROAD = measure("all_items", numerator=ALL | {"codes": ("J01",)})
WHOLE = package(BROAD, RATE, SHARE)
SIX = ((400, 4130), (390, 3970))


def units() -> pl.DataFrame:
    """Seven practices and three measures. F has one item less of the narrower measure than of the broader; G is new."""
    last = {BROAD.id: (SIX, SIX), RATE.id: ((SIX[0], (389, 3970)), SIX), SHARE.id: (((40, 400), (38, 400)),) * 2}
    frames: list[pl.DataFrame] = []
    for each in (BROAD, RATE, SHARE):
        practices = dict.fromkeys("abcdefg", PLENTY if each is SHARE else SIX) | {
            "f": last[each.id][0],
            "g": (("not_submitted"), last[each.id][1][1]),
        }
        sums = [
            [sum(pair[side][part] for name, pair in practices.items() if name != "g") for part in (0, 1)]
            for side in (0, 1)
        ]
        around = {"cluster": (tuple(sums[0]), tuple(sums[1]))}
        frame = exact(practices, each, reasons={"g": "joined"}, around=around)  # pyright: ignore
        frames.append(frame.with_columns(measure_id=pl.lit(each.id)))
    return pl.concat(frames)


UNITS = units()


def pack(mode: Mode) -> list[Row]:
    return [dict(row) for row in made_once(mode)]


@cache
def made_once(mode: Mode) -> list[Row]:
    marked = ruled(WHOLE, UNITS, SDS)
    rows: list[Row] = []
    for each in (BROAD, RATE, SHARE):
        units = marked.filter(measure_id=each.id)
        for row in shown_to(each, units, (None, *"abcdefg"), View(None, mode, 20, SDS)).iter_rows(named=True):
            whole = row | {"measure_id": each.id, "pack_id": "pack"}
            rows.append({name: whole.get(name) for name in FIGURE})
    return rows


def said(rows: list[Row], mode: Mode) -> list[str]:
    return violations(pl.DataFrame(rows, schema=FIGURE), WHOLE, truth_of(UNITS, mode, SDS))


@pytest.mark.parametrize("mode", ["letters", "open", "own_only"])
def test_the_sound_pack_is_let_through(mode: Mode) -> None:
    assert said(pack(mode), mode) == []


def test_the_new_practice_has_no_letter_and_the_near_one_no_figure() -> None:
    rows = [row for row in pack("letters") if row["audience"] == "cluster" and row["level"] == "practice"]
    assert sorted({row["label"] for row in rows}) == ["", "A", "B", "C", "D", "E", "F"]
    narrow = next(row for row in rows if row["measure_id"] == RATE.id and row["label"] == "F")
    assert (narrow["now_state"], narrow["before_state"]) == ("suppressed", "value")


SIZE, RULES = "gives the size of another practice away", "in steps of"
LEAKS: list[tuple[str, Mode, str, Measure, str, Row, str]] = [
    ("its numerator", "letters", "B", RATE, "now", {"now_numerator": 390.0}, SIZE),
    ("its list size", "letters", "B", RATE, "before", {"before_denominator": 4130.0}, SIZE),
    ("its interval", "letters", "B", RATE, "now", {"now_lower": 89.0, "now_upper": 108.0}, SIZE),
    ("the interval of its change", "letters", "B", RATE, "now", {"change_upper": 14.0}, SIZE),
    ("an exact rate", "letters", "B", RATE, "now", {"now_value": 1000 * 390 / 3970}, RULES),
    ("a rate with a decimal", "letters", "B", RATE, "now", {"now_value": 98.2}, RULES),
    ("a share in finer steps", "letters", "B", SHARE, "now", {"now_value": 15.2}, RULES),
    ("another's value", "letters", "B", RATE, "now", {"now_value": 150.0}, RULES),
    ("a state that gives size", "letters", "B", RATE, "now", {"now_state": "zero"}, "gives its size away"),
    ("why it is not compared", "letters", "B", RATE, "now", {"reason": "merged"}, "says what happened"),
    ("a verdict", "letters", "B", RATE, "now", {"verdict": "likely change"}, "verdict of another practice"),
    ("an expected value", "letters", "B", RATE, "now", {"expected": 98.0}, "expected figure"),
    ("a standardised value", "letters", "B", RATE, "before", {"before_standardised": 98.0}, "standardised"),
    ("a net change", "letters", "B", RATE, "now", {"net_ratio": 1.1}, "net change"),
    ("what could be shown", "letters", "B", RATE, "now", {"detectable_change": 9.0}, "expected figure"),
    ("the reason of a verdict", "letters", "B", RATE, "now", {"verdict_reason": "x"}, "verdict of another practice"),
    (
        "a nested count",
        "letters",
        "F",
        RATE,
        "now",
        {"now_state": "value", "now_value": 98.0},
        "differs by fewer than 5",
    ),
    ("a practice that may not be there", "letters", "B", RATE, "now", {"label": "Q"}, "may be in no report"),
    (
        "a state of its own",
        "letters",
        "F",
        RATE,
        "now",
        {"now_state": "1-4"},
        "tells its figure from other hidden ones",
    ),
    ("a hidden figure called too few", "letters", "F", RATE, "now", {"now_state": "too_few"}, "is not called hidden"),
    ("others in own figures", "own_only", "B", RATE, "now", {}, "own figures only"),
    ("an unrounded count", "open", "B", RATE, "now", {"now_numerator": 391.0}, "not rounded to 5"),
    ("a small unit", "open", "B", RATE, "now", {"now_denominator": 25.0}, "fewer than 30"),
    ("an exact cluster", "open", "cluster", RATE, "now", {"now_numerator": 2339.0}, "not rounded to 5"),
    ("all who were there", "open", "cluster", RATE, "before", {"before_numerator": 2800.0}, "another set of practices"),
    ("a value of other counts", "open", "cluster", BROAD, "now", {"now_value": 98.2}, "not computed from the rounded"),
    ("an expected value in full", "open", "cluster", RATE, "now", {"expected": 98.2371}, "more decimals in expected"),
    ("a net ratio in full", "open", "region", RATE, "now", {"net_ratio": 1.03712345}, "more decimals in net_ratio"),
    ("an interval without a change", "open", "B", RATE, "now", {"change": None}, "interval of a change"),
    ("two totals of one thing", "open", "cluster", SHARE, "now", {"now_lower": 11.0}, "is not what"),
    ("a verdict of a hidden one", "open", "F", RATE, "now", {"verdict": "too few data"}, "hidden and judged"),
    ("how many stand behind it", "open", "B", RATE, "now", {"practices": 7}, "told of a cluster's figure alone"),
    ("how many of all", "open", "cluster", RATE, "now", {"practices": 7}, "another number of practices"),
    ("a count of a hidden one", "open", "F", RATE, "now", {"now_numerator": 390.0}, "hidden and has a count"),
]


@pytest.mark.parametrize(
    ("mode", "who", "of", "side", "breach", "rule"), [leak[1:] for leak in LEAKS], ids=[leak[0] for leak in LEAKS]
)
def test_a_planted_leak_is_blocked_and_named(
    mode: Mode, who: str, of: Measure, side: str, breach: Row, rule: str
) -> None:
    rows = pack("letters" if mode == "own_only" else mode)
    level = who if who in ("cluster", "region") else "practice"
    hit = next(
        row
        for row in rows
        if (row["audience"], row["measure_id"], row["level"]) == ("cluster", of.id, level)
        and (level != "practice" or row["label"] == who)
    )
    hit.update(breach)
    unit = f"{level} {hit['label']}"
    assert [fault for fault in said(rows, mode) if fault.startswith(f"{of.id}, {unit}, {side},") and rule in fault]


def test_a_letter_for_the_new_practice_alone_is_blocked() -> None:
    rows = pack("letters")
    for row in rows:
        if row["audience"] == "cluster" and not row["label"] and row["measure_id"] == RATE.id:
            row.update({"label": "G", "now_state": "value", "now_value": 98.0})
    assert any("practice G, now, for cluster: is one of so few of its kind" in fault for fault in said(rows, "letters"))


def of_one(counts: list[int], mode: Mode, around: tuple[int, int]) -> tuple[pl.DataFrame, list[Row]]:
    """A cluster of practices with `counts` and the cluster's own, both now; and what is printed of it."""
    practices: Any = {letter(at).lower(): ((40, 4000), (count, 4000)) for at, count in enumerate(counts)}
    before = (40 * len(counts), 4000 * len(counts))
    frame = exact(practices, around={"cluster": (before, around)}).with_columns(measure_id=pl.lit(RATE.id))
    view = View(None, mode, 20, SDS)
    rows = [
        {name: (row | {"audience": "cluster", "pack_id": "pack"}).get(name) for name in FIGURE}
        for row in shown(RATE, ruled(package(RATE), frame, SDS), view).iter_rows(named=True)
    ]
    return frame, rows


def test_a_total_that_is_mostly_one_practice_is_rounded_to_ten() -> None:
    frame, rows = of_one([60, 10, 10, 12, 13], "open", (105, 20000))
    whole = next(row for row in rows if row["level"] == "cluster")
    assert (whole["now_numerator"], whole["now_denominator"]) == (110, 20000)
    whole.update({"now_numerator": 105.0, "now_value": 5.25})
    found = violations(pl.DataFrame(rows, schema=FIGURE), package(RATE), truth_of(frame, "open", SDS))
    assert "items_per_1000, cluster CLUSTER, now, for cluster: is mostly one practice and not rounded to 10" in found


def test_a_total_that_gives_a_hidden_count_away_is_hidden_and_blocked_if_it_is_not() -> None:
    frame, rows = of_one([12, 12, 12, 12, 1], "open", (49, 20000))  # 12 is printed as 10, 49 as 50
    whole = next(row for row in rows if row["level"] == "cluster")
    assert whole["now_state"] != "suppressed"
    frame, rows = of_one([13, 13, 13, 13, 3], "open", (52, 20000))  # 13 is printed as 15, 52 as 50: 0 to 0 is left
    whole = next(row for row in rows if row["level"] == "cluster")
    assert (whole["now_state"], whole["now_value"], whole["now_numerator"]) == ("suppressed", None, None)
    whole.update({"now_state": "value", "now_numerator": 50.0, "now_denominator": 20000.0, "now_value": 2.5})
    found = violations(pl.DataFrame(rows, schema=FIGURE), package(RATE), truth_of(frame, "open", SDS))
    assert any("cluster CLUSTER, now, for cluster: leaves too little doubt" in fault for fault in found)


def test_four_practices_have_no_total() -> None:
    frame, rows = of_one([40, 40, 40, 40], "open", (160, 16000))
    whole = next(row for row in rows if row["level"] == "cluster")
    assert whole["now_state"] == "suppressed"
    whole.update({"now_state": "value", "now_numerator": 160.0, "now_denominator": 16000.0, "now_value": 10.0})
    found = violations(pl.DataFrame(rows, schema=FIGURE), package(RATE), truth_of(frame, "open", SDS))
    assert "items_per_1000, cluster CLUSTER, now, for cluster: stands on fewer than five practices" in found
