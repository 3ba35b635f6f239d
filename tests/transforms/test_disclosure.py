"""What each reader may see: rounded, hidden, blanked - and never more."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_pack import COUNTED, PARTS, PLENTY, SDS, SIDES, Side, cluster_of, exact, faults, named, printed, show
from small_region import RATE, SHARE, package

from transforms.comparison import REASONS
from transforms.definitions import Measure
from transforms.disclosure import Mode
from transforms.disclosure_rules import rounded, ruled
from transforms.disclosure_truth import rounded_to

SIZES = [f"{side}_{part}" for side in SIDES for part in ("numerator", "denominator", "lower", "upper")]
CHANGE_LIMITS = ["change_lower", "change_upper"]
explore = settings(deadline=None, max_examples=25, derandomize=True)


def last_of_six(side: Side, measure: Measure = RATE, mode: Mode = "open") -> dict[str, Any]:
    """What the others see of the last of six practices, whose later window is `side`."""
    return show(exact(cluster_of(6, (PLENTY[0], side)), measure), mode=mode, measure=measure)["f"]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((5, 30), (5, 30)),
        ((7, 32), (5, 30)),
        ((8, 33), (10, 35)),
        ((7.5, 32.5), (10, 35)),
        ((22, 997.4), (20, 995)),
        ((1002, 1998), (1000, 2000)),
        ((0, 30), (0, 30)),
    ],
)
def test_others_are_rounded_to_five_halves_upwards(counts: Side, expected: tuple[float, float]) -> None:
    found = last_of_six(counts)
    assert (found["now_numerator"], found["now_denominator"]) == expected
    assert found["now_value"] == pytest.approx(1000 * expected[0] / expected[1])


HIDDEN = [
    *(pytest.param(RATE, (count, 400), id=f"{count} events") for count in (0.5, 1, 2, 3, 4, 4.9)),
    pytest.param(RATE, (20, 29), id="29 patients"),
    pytest.param(RATE, (20, 29.9), id="29.9 patients"),
    pytest.param(RATE, (0, 12), id="none of 12"),
    *(pytest.param(SHARE, (400 - rest, 400), id=f"all but {rest}") for rest in (1, 4)),
    pytest.param(SHARE, (4, 400), id="4 of 400"),
]


@pytest.mark.parametrize(("measure", "counts"), HIDDEN)
@pytest.mark.parametrize("mode", ["letters", "open"])
def test_few_are_hidden_and_never_zero(measure: Measure, counts: Side, mode: Mode) -> None:
    found = last_of_six(counts, measure, mode)
    assert found["now_state"] == "suppressed"
    assert [found[f"now_{part}"] for part in PARTS] == [None] * 5
    assert [found[name] for name in ("change", "ratio", *CHANGE_LIMITS)] == [None] * 4


@pytest.mark.parametrize("level", ["cluster", "region"])
@pytest.mark.parametrize(("measure", "counts"), HIDDEN)
def test_few_in_a_cluster_or_around_it_are_hidden_too(measure: Measure, counts: Side, level: str) -> None:
    found = show(exact(cluster_of(6), measure, around={level: (PLENTY[0], counts)}), measure=measure)[level]
    assert found["now_state"] == "suppressed"
    assert [found[f"now_{part}"] for part in PARTS] == [None] * 5


@pytest.mark.parametrize("mode", ["letters", "open"])
@pytest.mark.parametrize("measure", [RATE, SHARE], ids=["rate", "share"])
def test_zero_stays_zero(measure: Measure, mode: Mode) -> None:
    found = last_of_six((0, 400), measure, mode)
    assert (found["now_state"], found["now_value"]) == ("zero", 0)


@pytest.mark.parametrize("measure", [RATE, SHARE], ids=["rate", "share"])
@pytest.mark.parametrize("mode", ["letters", "open", "own_only"])
@pytest.mark.parametrize("counts", [(3, 17), (0, 12), (61, 413), (411, 413)])
def test_the_readers_own_figures_are_exact(counts: Any, mode: Mode, measure: Measure) -> None:
    found = show(exact(cluster_of(6, (PLENTY[0], counts)), measure), "f", mode, measure)["f"]
    assert found["own"]
    assert (found["now_numerator"], found["now_denominator"]) == counts
    assert found["now_value"] == pytest.approx(measure.per * counts[0] / counts[1])
    assert None not in (found["now_lower"], found["now_upper"], found["change"], found["change_lower"])


@pytest.mark.parametrize("reader", [None, "a"])
def test_in_letters_another_practice_is_a_dot(reader: str | None) -> None:
    found = show(exact(cluster_of(6)), reader)["f"]
    assert [found[name] for name in (*SIZES, *CHANGE_LIMITS)] == [None] * 10
    assert (found["label"], found["now_value"]) == (
        "F",
        160,
    )  # 1000 * 60 / 395, in steps of 20: five events of 395 are 13
    assert found["change"] == pytest.approx(160 - 140)  # 1000 * 60 / 415


@pytest.mark.parametrize("level", ["cluster", "region"])
def test_a_cluster_and_its_surroundings_have_sizes_and_intervals(level: str) -> None:
    found = show(exact(cluster_of(6)))[level]
    assert None not in [found[name] for name in (*SIZES, *CHANGE_LIMITS)]


@pytest.mark.parametrize("reason", REASONS)
def test_in_letters_nobody_learns_why_another_practice_is_not_compared(reason: str) -> None:
    frame = exact(cluster_of(6), reasons={"f": reason})
    assert (show(frame)["f"]["reason"], show(frame)["f"]["comparable"]) == (None, False)
    assert show(frame, "f")["f"]["reason"] == show(frame, mode="open")["f"]["reason"] == reason


@pytest.mark.parametrize("state", ["not_submitted", "not_applicable"])
@pytest.mark.parametrize("before", [PLENTY[0], "not_submitted"])
def test_in_letters_who_delivered_nothing_has_no_letter_and_no_figure(before: Side, state: str) -> None:
    frame = exact(cluster_of(7, (before, state)), reasons={"g": "missing_now"})
    found = show(frame)["g"]
    assert (found["label"], found["now_state"]) == ("", state)
    assert [found[f"{side}_{part}"] for side in SIDES for part in PARTS] == [None] * 10
    assert show(frame, mode="open")["g"]["label"] == show(frame, "g")["g"]["label"] == "G"


def seen(frame: Any, reader: str | None = None, mode: Mode = "letters") -> list[str]:
    return list(show(frame, reader, mode))


def test_under_five_delivered_nobody_sees_others_and_the_cluster_is_hidden() -> None:
    frame = exact(cluster_of(6, (PLENTY[0], "not_submitted"), (PLENTY[0], "not_submitted")))
    assert seen(frame) == ["cluster", "region"]
    assert seen(frame, "a") == ["a", "cluster", "region"]
    found = show(frame, "a")
    assert (found["cluster"]["now_state"], found["cluster"]["now_value"]) == ("suppressed", None)
    assert (found["region"]["now_state"], found["region"]["now_value"]) == ("suppressed", None)


def test_five_delivered_see_each_other_and_the_cluster() -> None:
    frame = exact(cluster_of(6, (PLENTY[0], "not_submitted")))
    assert seen(frame, "a") == ["a", "b", "c", "d", "e", "f", "cluster", "region"]
    assert show(frame, "a")["cluster"]["now_value"] is not None


def test_a_reader_who_delivered_nothing_is_not_one_of_the_five() -> None:
    frame = exact(cluster_of(5, (PLENTY[0], "not_submitted")))
    assert seen(frame, "e") == ["e", "cluster", "region"]


@pytest.mark.parametrize("reader", [None, "a"])
def test_own_only_shows_no_other_practice_however_many_delivered(reader: str | None) -> None:
    assert seen(exact(cluster_of(9)), reader, "own_only") == [*filter(None, [reader]), "cluster", "region"]


def test_open_shows_all_with_name_size_and_interval() -> None:
    frame = exact(cluster_of(4))
    assert seen(frame, mode="open") == ["a", "b", "c", "d", "cluster", "region"]
    found = show(frame, mode="open")
    assert None not in [found["a"][name] for name in (*SIZES, *CHANGE_LIMITS)]
    assert found["cluster"]["now_state"] == "suppressed"


def test_the_cluster_stands_on_five_that_can_be_compared_not_on_five_that_delivered() -> None:
    frame = exact(cluster_of(6), reasons={"a": "moved", "b": "joined"})
    assert show(frame)["cluster"]["now_state"] == show(frame)["cluster"]["before_state"] == "suppressed"
    assert "f" in show(frame)


def test_a_dot_is_the_same_whatever_the_counts_are_that_round_alike() -> None:
    first, second = (show(exact(cluster_of(6, (PLENTY[0], counts))))["f"] for counts in ((58, 398), (62, 402)))
    assert first == second


def sides(measure: Measure) -> st.SearchStrategy[Side]:
    small, large = st.integers(0, 60), st.integers(0, 4000)
    listed = st.one_of(small, large).map(lambda months: months / 3)
    whole = st.one_of(small, large)
    if measure is RATE:
        counted = st.tuples(st.one_of(small, large), listed)
    else:
        counted = whole.flatmap(lambda n: st.tuples(st.integers(0, n) | st.integers(max(0, n - 6), n), st.just(n)))
    return counted | st.sampled_from(["not_submitted", "not_applicable"])


@st.composite
def clusters(drawn: st.DrawFn) -> tuple[Measure, Mode, Any]:
    measure = drawn(st.sampled_from([RATE, SHARE]))
    mode: Mode = drawn(st.sampled_from(["letters", "open", "own_only"]))
    pair = st.tuples(sides(measure), sides(measure))
    names = "abcdefgh"[: drawn(st.integers(1, 8))]
    practices = {name: drawn(pair) for name in names}
    reasons = {name: drawn(st.sampled_from([None, None, *REASONS])) for name in names}
    around = {level: drawn(pair) for level in ("cluster", "region")}
    return measure, mode, exact(practices, measure, around=around, reasons=reasons)


@explore
@given(clusters())
def test_whatever_the_counts_what_is_shown_passes_the_last_look(case: tuple[Measure, Mode, Any]) -> None:
    measure, mode, frame = case
    assert faults(printed(frame, mode, measure, readers=(None, "a")), frame, mode, measure) == []


@explore
@given(clusters())
def test_whatever_the_counts_no_small_one_of_another_is_printed(case: tuple[Measure, Mode, Any]) -> None:
    measure, mode, frame = case
    truth = {(row["level"], row["label"]): row for row in frame.iter_rows(named=True)}
    for row in printed(frame, mode, measure, readers=(None, "a")):
        for side in () if row["own"] or not row["label"] else SIDES:
            numerator, denominator = (truth[row["level"], row["label"]][f"{side}_{part}"] for part in PARTS[:2])
            few = denominator is None or denominator < 30 or 0 < numerator < 5
            few = few or (measure is SHARE and 0 < denominator - numerator < 5)
            assert not (few and any(row[f"{side}_{part}"] is not None for part in PARTS))
            assert row[f"{side}_value"] != 0 or numerator == 0


@explore
@given(clusters())
def test_a_figure_is_there_exactly_where_its_state_says_so(case: tuple[Measure, Mode, Any]) -> None:
    measure, mode, frame = case
    for row in printed(frame, mode, measure, readers=(None, "a")):
        for side in SIDES:
            assert (row[f"{side}_value"] is not None) == (row[f"{side}_state"] in COUNTED)


def test_a_category_whose_total_tells_takes_the_others_with_it() -> None:
    """Two practices with 3 each are all of one category: either of them could tell the other's from the total."""
    asked = {"numerator": {"source": "services", "quantity": "services"}, "by": "sex", "kind": "distribution"}
    plain = RATE.model_dump(include={"id", "title", "definition", "unit", "events"})
    split = Measure.model_validate(plain | asked)
    parts: list[pl.DataFrame] = []
    for category, counts in {"rare": (0, 3), "usual": (400, 397)}.items():
        few, other = (((count, 400), (count, 400)) for count in counts)
        units = dict.fromkeys("abcd", few) | dict.fromkeys("ef", other)
        parts.append(exact(units, split.of_category(category)).with_columns(category=pl.lit(category)))
    rows = ruled(package(split), named(pl.concat(parts), split), SDS).filter(level="cluster")
    assert dict(rows.select("category", "now_rule").iter_rows()) == {"rare": "total", "usual": "category"}


@pytest.mark.parametrize(("count", "printed"), [(13342.499999999998, 13345), (13342.5, 13345), (13342.4999, 13340)])
def test_a_half_that_is_off_in_its_last_digit_is_a_half_for_who_prints_and_for_who_looks(
    count: float, printed: int
) -> None:
    """Person-months over months: (4003 + 4003 + 4002.5) / 3 and the like."""
    assert pl.select(rounded(pl.lit(count), 5)).item() == rounded_to(count, 5) == printed
