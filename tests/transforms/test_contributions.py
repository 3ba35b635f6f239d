"""Who moved the cluster: the parts sum to its change, and each is what a loop over practices gives."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.contributions import contributions

Counts = Mapping[str, tuple[float, float]]
PRACTICES = st.dictionaries(
    st.sampled_from("abcdefgh"), st.tuples(st.integers(0, 500), st.integers(1, 4000)), min_size=1, max_size=8
)
explore = settings(deadline=None, max_examples=150, derandomize=True)


def frame(counts: Counts, cluster: str = "c") -> pl.DataFrame:
    rows = [(cluster, practice, float(x), float(n)) for practice, (x, n) in counts.items()]
    return pl.DataFrame(rows, schema=["cluster_id", "practice_id", "numerator", "denominator"], orient="row")


def value(counts: Counts) -> float:
    return sum(x for x, _ in counts.values()) / sum(n for _, n in counts.values())


def parts(before: Counts, now: Counts, per: float = 1) -> dict[tuple[str, str], float]:
    rows = contributions(frame(before), frame(now), per).select("practice_id", "part", "contribution")
    return {(practice, part): moved for practice, part, moved in rows.iter_rows()}


@explore
@given(PRACTICES, PRACTICES)
def test_the_parts_sum_to_the_clusters_change(before: Counts, now: Counts) -> None:
    assert sum(parts(before, now, 1000).values()) == pytest.approx(1000 * (value(now) - value(before)), abs=1e-9)


@explore
@given(PRACTICES, PRACTICES)
def test_each_part_is_what_a_loop_gives(before: Counts, now: Counts) -> None:
    middle = (value(before) + value(now)) / 2
    whole = [sum(n for _, n in side.values()) for side in (before, now)]
    expected: dict[tuple[str, str], float] = {}
    for name in before.keys() | now.keys():
        shares = [
            side[name][1] / total if name in side else 0 for side, total in zip((before, now), whole, strict=True)
        ]
        values = [side[name][0] / side[name][1] if name in side else None for side in (before, now)]
        if values[0] is None:
            expected[name, "joined"] = shares[1] * (values[1] - middle)
        elif values[1] is None:
            expected[name, "left"] = shares[0] * (middle - values[0])
        else:
            expected[name, "own_change"] = (shares[0] + shares[1]) / 2 * (values[1] - values[0])
            expected[name, "weight"] = (shares[1] - shares[0]) * ((values[0] + values[1]) / 2 - middle)
    assert parts(before, now) == pytest.approx(expected, abs=1e-12)


def test_only_who_changed_moves_a_cluster_of_the_same_practices() -> None:
    found = parts({"a": (10, 100), "b": (30, 100)}, {"a": (20, 100), "b": (30, 100)}, 100)
    assert found == pytest.approx(
        {("a", "own_change"): 5, ("a", "weight"): 0, ("b", "own_change"): 0, ("b", "weight"): 0}, abs=1e-12
    )


def test_a_practice_as_the_cluster_is_moves_nothing_by_coming() -> None:
    found = parts({"a": (10, 100), "b": (10, 100)}, {"a": (10, 100), "b": (10, 100), "c": (5, 50)})
    assert list(found.values()) == pytest.approx([0] * 5, abs=1e-12)


def test_clusters_are_apart_and_one_without_a_window_has_no_rows() -> None:
    before = pl.concat([frame({"a": (1, 10)}, "c1"), frame({"b": (1, 10)}, "c2")])
    now = pl.concat([frame({"a": (2, 10)}, "c1"), frame({"b": (0, 0)}, "c2")])
    found = contributions(before, now, 1)
    assert found["cluster_id"].unique().to_list() == ["c1"]
    assert found["contribution"].sum() == pytest.approx(0.1)
