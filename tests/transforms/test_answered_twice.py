"""Those who answered in both rounds: found, compared with themselves, and shown only where nobody is told of."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from random import Random
from statistics import mean, stdev
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from small_region import BASELINE, BEFORE, FOLLOWUP, MINIMUM, NOW, SmallRegion, measure, package

from transforms.answered_twice import Rounds
from transforms.disclosure_check_twice import pair_violations
from transforms.disclosure_profiles import Profile, profile
from transforms.disclosure_rules import ruled
from transforms.disclosure_twice import printed_pairs, rounded_table, rounds_of_pack
from transforms.pack import Mart, Meeting, exact_figures, members, published_figures
from transforms.package_figures import MeasureRun, parts_of

Row = dict[str, Any]
ASKED: Row = {"source": "questionnaire", "codes": ("trivsel_01",)}
PAUSE: Row = {"source": "questionnaire", "quantity": "answers", "codes": ("pause_01",)}
GLAD = measure("glad", kind="mean", per=1, numerator=ASKED | {"quantity": "score"}, denominator=None)
OFTEN = measure("often", kind="proportion", per=100, numerator=PAUSE | {"answers": ("ofte",)}, denominator=PAUSE)
PACKAGE = package(GLAD, OFTEN)
MEETING = Meeting("pack", "c1", date(2026, 5, 1), BASELINE, FOLLOWUP, "letters", "da")
SDS, INTERNAL = profile("sds"), profile("internal")
WINDOWS = (BEFORE[1], NOW[1])


def region(stay: Callable[[int], int], people: int = 9) -> SmallRegion:
    """Six practices in c1, two in each of c2 and c3; `stay(n)` of practice n's people answer under their old code."""
    made, chance = SmallRegion(), Random(7)
    for number in range(10):
        name, cluster = f"p{number}", "c1" if number < 6 else f"c{2 + number % 2}"
        made.add(name, cluster=cluster)
        for wave, month in enumerate(WINDOWS):
            made.submits(name, month, "questionnaire")
            for one in range(people):
                code = f"S{one}" if one < stay(number) else f"N{wave}{one}"
                score = chance.randint(1, 4) + wave * (one % 2)
                made.answers(name, month, code, score)
                often = "ofte" if chance.random() < 0.35 + 0.25 * wave else "sjaelden"
                made.answers(name, month, code, None, code="pause_01", answer=often)
    return made


def built(made: SmallRegion, rules: Profile = SDS) -> tuple[dict[str, Row], list[Row], dict[str, Rounds], list[Row]]:
    """The rows of report.paired by measure, those of mart.hidden, who answered, and the printed figures."""
    facts, meeting = made.facts(), replace(MEETING, profile=rules)
    runs = [
        MeasureRun(part, facts, BASELINE, FOLLOWUP, MINIMUM)
        for one in PACKAGE.measures
        for part in parts_of(one, facts)
    ]
    mart = Mart(
        pl.concat([run.figures() for run in runs]), pl.concat([run.compared() for run in runs], how="diagonal_relaxed")
    )
    names = members(meeting, facts)["practice_id"].to_list()
    labels = dict(zip(names, "ABCDEFGH", strict=False))
    exact = [exact_figures(one, meeting, mart, facts, labels) for one in PACKAGE.measures]
    units = ruled(PACKAGE, pl.concat(exact, how="diagonal_relaxed"), rules)
    people = rounds_of_pack(PACKAGE, meeting, facts, units)
    paired, hidden = printed_pairs(PACKAGE, meeting, people, units)
    printed = [
        published_figures(one, units.filter(measure_id=one.id), meeting, names, MINIMUM) for one in PACKAGE.measures
    ]
    rows = {row["measure_id"]: row for row in paired.iter_rows(named=True)}
    return rows, hidden.to_dicts(), people, pl.concat(printed).to_dicts()


def by_hand(made: SmallRegion, code: str, tell: Callable[[Row], float]) -> list[tuple[float, float]]:
    """Everybody in c1 with an answer in both waves: a dictionary over the rows as they were written."""
    given = {
        (row["practice_id"], row["respondent"], row["period"]): tell(row)
        for row in made.rows["questionnaire"]
        if row["code"] == code and row["practice_id"] in {f"p{number}" for number in range(6)}
    }
    first, then = WINDOWS
    both = [(value, given.get((who, whose, then))) for (who, whose, when), value in given.items() if when == first]
    return [(before, now) for before, now in both if now is not None]


def wilson(x: float, n: float) -> tuple[float, float]:
    z = stats.norm.ppf(0.975)
    middle, reach = x + z * z / 2, z * math.sqrt(x * (n - x) / n + z * z / 4)
    return (middle - reach) / (n + z * z), (middle + reach) / (n + z * z)


def newcombe(a: float, b: float, c: float, d: float) -> tuple[float, float, float]:
    """Newcombe 1998, method 10, written out: (b - c) / n with its limits."""
    n = a + b + c + d
    p1, p2 = (a + b) / n, (a + c) / n
    (l1, u1), (l2, u2) = wilson(a + b, n), wilson(a + c, n)
    product = a * d - b * c
    product = max(product - n / 2, 0) if product > 0 else product
    root = math.sqrt((a + b) * (c + d) * (a + c) * (b + d))
    phi = product / root if root else 0
    low = math.sqrt((p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2)
    high = math.sqrt((u1 - p1) ** 2 - 2 * phi * (u1 - p1) * (p2 - l2) + (p2 - l2) ** 2)
    return (b - c) / n, (b - c) / n - low, (b - c) / n + high


@pytest.mark.parametrize("rules", [SDS, INTERNAL], ids=["sds", "internal"])
def test_a_mean_of_pairs_is_that_of_each_persons_change(rules: Profile) -> None:
    made = region(lambda number: 6)
    pairs = by_hand(made, "trivsel_01", lambda row: row["score"])
    row = built(made, rules)[0]["glad"]
    changes = [now - before for before, now in pairs]
    reach = stats.t.ppf(0.975, len(changes) - 1) * stdev(changes) / math.sqrt(len(changes))
    assert (row["way"], len(pairs)) == ("pairs", 36)
    assert row["pairs"] == (35 if rules is SDS else 36)
    means = [round(mean(side), 1) for side in zip(*pairs, strict=True)]
    assert [row["before_value"], row["now_value"]] == pytest.approx(means)
    assert row["change"] == pytest.approx(means[1] - means[0])
    limits = [mean(changes) - reach, mean(changes) + reach]
    assert [row["change_lower"], row["change_upper"]] == pytest.approx(limits, abs=0.0501)


def test_a_share_of_pairs_is_that_of_the_same_people() -> None:
    made = region(lambda number: 6)
    pairs = by_hand(made, "pause_01", lambda row: float(row["answer"] == "ofte"))
    count = {key: sum(pair == key for pair in pairs) for key in [(1, 1), (0, 1), (1, 0), (0, 0)]}
    exact = newcombe(*count.values())
    row = built(made, INTERNAL)[0]["often"]
    assert [row[name] for name in ("change", "change_lower", "change_upper")] == pytest.approx([100 * x for x in exact])
    rounded = built(made)[0]["often"]
    assert rounded["way"] == "pairs"
    five = [
        5 * math.floor(x / 5 + 0.5) for x in (36, count[1, 1] + count[1, 0], count[1, 1] + count[0, 1], count[1, 1])
    ]
    n, before, now, both = five
    assert [rounded["before_value"], rounded["now_value"]] == pytest.approx([100 * before / n, 100 * now / n])
    told = newcombe(both, now - both, before - both, n - before - now + both)
    assert [rounded["change_lower"], rounded["change_upper"]] == pytest.approx([100 * told[1], 100 * told[2]])


@pytest.mark.parametrize(
    ("stay", "rule"),
    [
        (lambda number: 3, "few_pairs"),  # 18: fewer than 30
        (lambda number: 9 if number else 6, "few_rest"),  # 3 are left of each round
        (lambda number: 9 if number else 0, "few_rest"),  # 9 are left, all of one practice
        (lambda number: 9, None),  # nobody is left
        (lambda number: 7, None),
    ],
)
def test_pairs_are_shown_where_neither_they_nor_the_rest_are_few(stay: Callable[[int], int], rule: str | None) -> None:
    rows, hidden, people, printed = built(region(stay))
    assert rows["glad"]["way"] == ("groups" if rule else "pairs")
    assert {one["rule"] for one in hidden if one["measure_id"] == "glad"} == ({rule} if rule else set())
    assert (rows["glad"]["change"] is None) is bool(rule)
    assert pair_violations(rows.values(), printed, people, SDS) == []


def test_inside_the_quality_unit_five_of_two_practices_are_enough_and_four_are_not() -> None:
    def found(stay: Callable[[int], int]) -> str:
        return built(region(stay), INTERNAL)[0]["glad"]["way"]

    assert found(lambda number: {0: 3, 1: 2}.get(number, 0)) == "pairs"
    assert found(lambda number: {0: 2, 1: 2}.get(number, 0)) == "groups"
    assert found(lambda number: {0: 7}.get(number, 0)) == "groups"


def test_a_code_is_a_persons_own_in_one_practice_and_of_one_question() -> None:
    """Whoever changed practice, question, or answered a share twice is in the rest, and the rest is still all of it."""
    made = region(lambda number: 6)
    before = len(by_hand(made, "trivsel_01", lambda row: row["score"]))
    for row in made.rows["questionnaire"]:
        if row["practice_id"] == "p0" and row["respondent"] == "S0" and row["period"] == NOW[1]:
            row["practice_id"] = "p1"
            row["respondent"] = "MOVED"
    made.answers("p2", NOW[1], "S1", None, code="pause_01", answer="ofte")
    _, hidden, people, _ = built(made, INTERNAL)
    assert people["glad"].pairs.height == before - 1
    assert people["often"].pairs.height == before - 2
    assert people["often"].rest("now")["now_answers"].sum() == 54 - before + 3
    assert [one["rule"] for one in hidden if one["rule"] == "other_answers"] == []


def test_a_practice_that_is_not_compared_has_no_pairs() -> None:
    made = region(lambda number: 7).keeps_back("p0", BEFORE, "questionnaire")
    people = built(made, INTERNAL)[2]
    assert "p0" not in set(people["glad"].people["practice_id"])
    assert people["glad"].pairs.height == 35


@pytest.mark.parametrize(
    ("stay", "changed", "said"),
    [
        (7, {"pairs": 42.0}, "not rounded"),
        (7, {"change": 1.9}, "not that of the printed values"),
        (7, {"way": "groups"}, "have a figure all the same"),
        (3, {"way": "pairs"}, "too few"),
        (0, {"way": "pairs"}, "too few"),
    ],
)
def test_the_last_look_blocks_what_the_rules_would_not_print(stay: int, changed: Row, said: str) -> None:
    whole = built(region(lambda number: 7))[0]["glad"]
    _, _, people, printed = built(region(lambda number: stay))
    assert any(said in fault for fault in pair_violations([whole | changed], printed, people, SDS))


def test_the_last_look_knows_that_a_rest_of_one_practice_is_its_staff() -> None:
    whole = built(region(lambda number: 7))[0]["glad"]
    _, _, people, printed = built(region(lambda number: 9 if number else 3))
    faults = pair_violations([whole], printed, people, SDS)
    assert any("those of one practice" in fault for fault in faults)
    hidden = [row | {"now_value": None} for row in printed]
    assert "although all who answered are not" in pair_violations([whole], hidden, people, SDS)[0]


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=4, max_size=4).filter(any))
def test_a_rounded_table_is_one_and_tells_nothing_finer_than_five(table: list[int]) -> None:
    a, b, c, d = rounded_table(tuple(float(count) for count in table), SDS)
    assert all(count >= 0 and count % 5 == 0 for count in (a, b, c, d))
    for ours, exact in ((a + b + c + d, sum(table)), (a + c, table[0] + table[2]), (a + b, table[0] + table[1])):
        assert abs(ours - exact) <= (2 if exact not in (1, 2) else 4)
