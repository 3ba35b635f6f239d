"""The bounds of an incomplete cluster: right whatever the missing have, and nothing about one practice to be read."""

from __future__ import annotations

import math
from itertools import permutations

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transforms.bounds import Bound, Counts, Known, bound, high_of, rate_step
from transforms.definitions import Measure, Package
from transforms.disclosure_check import truth_of
from transforms.disclosure_check_bounds import bound_violations
from transforms.disclosure_profiles import profile
from transforms.published import BOUND, FIGURE

SDS = profile("sds")
LISTED = {"source": "list_sizes", "quantity": "patients"}
COUNTED = {"source": "care_plans", "quantity": "patients", "conditions": ["copd"], "groups": ["with_care_plan"]}
TEXTS = {"title": {"da": "a"}, "definition": {"da": "a"}, "unit": {"da": "a"}, "events": {"da": "a"}}
SHARE = Measure.model_validate(
    {
        "id": "share",
        "kind": "proportion",
        "per": 100,
        "numerator": COUNTED | {"window_months": 3},
        "denominator": LISTED,
    }
    | TEXTS
)
RATE = Measure.model_validate(
    {"id": "rate", "kind": "rate", "numerator": {"source": "prescriptions", "quantity": "items"}, "denominator": LISTED}
    | TEXTS
)
ELSEWHERE = tuple(float(value) for value in range(300, 500, 8))


def known(*delivered: tuple[float, float], missing: float, elsewhere: tuple[float, ...] = ELSEWHERE) -> Known:
    counts = tuple(Counts(*each) for each in delivered)
    numerator, denominator = (sum(part) for part in zip(*counts, strict=True))
    return Known(counts, numerator, denominator, denominator + missing, elsewhere)


FOUR = known((300, 1000), (240, 1200), (420, 1500), (200, 900), missing=8000)


def test_a_share_by_hand() -> None:
    """1,160 of 12,600 is 9.2 %: on the grid from 5. The missing 8,000 are 63.5 %: 5 + 5 + 63.5 is under 75."""
    assert bound(SHARE, FOUR, SDS) == Bound(5.0, 75.0, "certain")


def test_a_rate_by_hand() -> None:
    """1,160 on 12,600 is 92 per 1,000. The median elsewhere is 396, so the grid is 50; 24 of 25 are at 484 or under."""
    assert rate_step(RATE, ELSEWHERE) == 50
    assert high_of(ELSEWHERE) == 484
    assert bound(RATE, FOUR, SDS) == Bound(50.0, 450.0, "region")  # 100 + 484 x 8,000 / 12,600 = 407


@pytest.mark.parametrize(
    ("measure", "of", "reason"),
    [
        (SHARE, known((300, 1000), (240, 1200), missing=9000), "few"),
        (SHARE.model_copy(update={"denominator": SHARE.numerator}), FOUR, "kind"),
        (SHARE.model_copy(update={"kind": "mean"}), FOUR, "kind"),
        (RATE, Known(FOUR.delivered, 1160, 4600, None, ELSEWHERE), "unlisted"),
        (RATE, Known(FOUR.delivered, 1160, 4600, 12600, ELSEWHERE[:19]), "range"),
        (SHARE, known((900, 5000), (20, 200), (10, 200), missing=3000), "telling"),
        (SHARE, known((4990, 5000), (100, 200), (120, 200), missing=3000), "telling"),
        (SHARE, known((10, 1000), (20, 1000), (15, 1000), (14, 1000), missing=90000), "wide"),
    ],
)
def test_where_there_are_none_it_is_said_why(measure: Measure, of: Known, reason: str) -> None:
    assert bound(measure, of, SDS) == Bound(reason=reason)  # type: ignore[arg-type]


sizes = st.integers(200, 4000)
practices = st.lists(st.tuples(st.integers(0, 100), sizes), min_size=1, max_size=4)
absent = st.lists(st.tuples(st.floats(0, 1), sizes), min_size=1, max_size=9)


def _counts(drawn: list[tuple[int, int]]) -> list[tuple[float, float]]:
    return [(share * size // 100, size) for share, size in drawn]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(practices, absent)
def test_whatever_the_missing_have_a_share_lies_within(
    came: list[tuple[int, int]], late: list[tuple[float, int]]
) -> None:
    delivered = _counts(came)
    found = bound(SHARE, known(*delivered, missing=sum(size for _, size in late)), SDS)
    if found.lower is None or found.upper is None:
        return
    every = [*delivered, *((share * size, size) for share, size in late)]
    truth = 100 * sum(count for count, _ in every) / sum(size for _, size in every)
    assert found.lower - 1e-9 <= truth <= found.upper + 1e-9


@settings(derandomize=True, deadline=None, max_examples=60)
@given(practices, absent)
def test_a_rate_lies_within_while_the_supposition_holds(
    came: list[tuple[int, int]], late: list[tuple[float, int]]
) -> None:
    delivered = _counts(came)
    found = bound(RATE, known(*delivered, missing=sum(size for _, size in late)), SDS)
    if found.lower is None or found.upper is None:
        return
    high = sorted(ELSEWHERE)[math.ceil(0.95 * len(ELSEWHERE)) - 1]
    every = [*delivered, *((share * size * high / 1000, size) for share, size in late)]
    truth = 1000 * sum(count for count, _ in every) / sum(size for _, size in every)
    assert found.lower - 1e-9 <= truth <= found.upper + 1e-9


def possible(measure: Measure, of: Known, seen: Bound, reader: int | None, target: int) -> tuple[float, float]:
    """An attack: the least and the most that `target` can have for one who knows all sizes and how bounds are made.

    The reader has the own count, every list size and the figures elsewhere. Tried are all counts of the target, each
    with the others (but the reader's) at their least and at their most: the sum may be anything between.
    """
    listed = of.listed or 0.0
    step = 5.0 if measure.kind == "proportion" else 50.0
    low, high = (seen.lower or 0.0) * listed / measure.per, ((seen.lower or 0.0) + step) * listed / measure.per
    own = of.delivered[reader].numerator if reader is not None else 0.0
    rest = [each for at, each in enumerate(of.delivered) if at not in (reader, target)]
    room = sum(each.denominator for each in rest) if measure.kind == "proportion" else math.inf
    most = of.delivered[target].denominator if measure.kind == "proportion" else high
    counts = [count for count in range(int(most) + 1) if own + count < high and own + count + room >= low]
    return min(counts), max(counts)


def attackers(of: Known) -> list[tuple[int | None, int]]:
    places = range(len(of.delivered))
    return [*permutations(places, 2), *((None, target) for target in places)]


@settings(derandomize=True, deadline=None, max_examples=40)
@given(practices, st.integers(500, 30000), st.sampled_from([SHARE, RATE]))
@example([(30, 1000), (20, 1000), (28, 1000)], 1000, SHARE)
def test_no_one_learns_another_practices_count(came: list[tuple[int, int]], missing: int, measure: Measure) -> None:
    of = known(*_counts(came), missing=missing)
    seen = bound(measure, of, SDS)
    if seen.lower is None:
        return
    for reader, target in attackers(of):
        least, most = possible(measure, of, seen, reader, target)
        count, size = of.delivered[target]
        assert most >= min(1.5 * count, size) - 1
        assert measure.kind == "rate" or size - least >= min(1.5 * (size - count), size) - 1


@settings(derandomize=True, deadline=None, max_examples=40)
@given(practices, practices, st.integers(4000, 30000))
def test_bounds_tell_nothing_but_the_box(
    came: list[tuple[int, int]], others: list[tuple[int, int]], missing: int
) -> None:
    """Two clusters of the same sizes whose delivered sums lie in one box have the same bounds."""
    first = _counts(came)
    second = [(share * size // 100, size) for (share, _), (_, size) in zip(others, came, strict=False)]
    if len(first) != len(second):
        return
    one, two = (bound(SHARE, known(*each, missing=missing), SDS) for each in (first, second))
    if one.lower is not None and one.lower == two.lower:
        assert one == two


def checked(row: dict[str, object], *counts: tuple[float, float], shown: float | None = None) -> list[str]:
    package = Package.model_construct(measures=(SHARE,))
    bounds = pl.DataFrame([{"pack_id": "p", "measure_id": "share", "practices": len(counts)} | row], schema=BOUND)
    figure = {"measure_id": "share", "level": "cluster", "now_value": shown}
    units = [
        {
            **{"measure_id": "share", "category": None, "level": "practice", "label": str(at), "reason": None},
            **{"practices": len(counts), "now_numerator": count, "now_denominator": size},
            **{"before_numerator": None, "before_denominator": None},
        }
        for at, (count, size) in enumerate(counts)
    ]
    truth = truth_of(pl.DataFrame(units), "letters", SDS)
    return bound_violations(bounds, package, pl.DataFrame([figure], schema=FIGURE), truth)


GOOD = {"lower": 5.0, "upper": 75.0, "basis": "certain", "reason": None}
COUNTS = ((300.0, 1000.0), (240.0, 1200.0), (420.0, 1500.0), (200.0, 900.0))


def test_the_last_look_lets_good_bounds_through() -> None:
    assert checked(GOOD, *COUNTS) == []
    assert checked({"lower": None, "upper": None, "basis": None, "reason": "few"}, *COUNTS[:1]) == []


@pytest.mark.parametrize(
    ("row", "counts", "shown", "fault"),
    [
        (GOOD | {"lower": 9.2}, COUNTS, None, "finer than a twentieth"),
        (GOOD, COUNTS[:2], None, "stand on fewer than 3"),
        (GOOD, ((900.0, 5000.0), (20.0, 200.0), (10.0, 200.0)), None, "tell a practice's count"),
        (GOOD, ((4990.0, 5000.0), (100.0, 200.0), (100.0, 200.0), (100.0, 200.0)), None, "tell"),
        (GOOD, COUNTS, 25.0, "stand beside the figure"),
        (GOOD | {"reason": "few"}, COUNTS, None, "neither given nor said"),
        (GOOD | {"upper": 5.0}, COUNTS, None, "not under the upper"),
    ],
)
def test_planted_leaks_block_the_pack(
    row: dict[str, object], counts: tuple[tuple[float, float], ...], shown: float | None, fault: str
) -> None:
    assert any(fault in found for found in checked(row, *counts, shown=shown))


RARE = tuple(4.0 for _ in range(25))


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 6), sizes), min_size=3, max_size=4), st.integers(8000, 30000))
@example([(2, 1000), (1, 1000), (2, 1000)], 9000)
@example([(4, 1000), (3, 1000), (3, 1000)], 15000)
def test_a_count_of_one_to_four_may_be_five_to_every_practice(came: list[tuple[int, int]], missing: int) -> None:
    """Of something rare the grid is 0.5 per 1,000, some six events: less one's own, little may be left."""
    of = known(*came, missing=missing, elsewhere=RARE)
    seen = bound(RATE, of, SDS)
    assert rate_step(RATE, RARE) == 0.5
    if seen.lower is None or of.listed is None:
        return
    under = (seen.lower + 0.5) * of.listed / 1000
    for reader, target in permutations(range(len(came)), 2):
        if 0 < came[target][0] < 5:
            assert came[reader][0] + 5 < under


def test_bounds_of_something_rare_are_given_where_the_step_leaves_room() -> None:
    assert bound(RATE, known((3, 1500), (4, 1500), (2, 1500), missing=30000, elsewhere=RARE), SDS).reason is None
