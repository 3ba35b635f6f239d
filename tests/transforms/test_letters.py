"""Letters: unique, kept, from the right alphabet, and blind to any order."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from transforms.letters import draw, outgrows

explore = settings(deadline=None, max_examples=60, derandomize=True)
TWENTY_FOUR = set("ABCDEFGHJKLMNPQRSTUVWXYZ")


def named(count: int) -> list[str]:
    return [f"{number:06}" for number in range(count)]


@explore
@given(st.integers(0, 71), st.integers(0, 10**6))
def test_every_practice_has_a_letter_of_its_own(count: int, seed: int) -> None:
    drawn = draw(named(count), {}, Random(seed))
    assert sorted(drawn) == named(count)
    assert len(set(drawn.values())) == count
    assert set("".join(drawn.values())) <= TWENTY_FOUR


@pytest.mark.parametrize(("count", "length"), [(1, 1), (24, 1), (25, 2), (71, 2)])
def test_a_cluster_of_more_than_twenty_four_has_two_letters_each(count: int, length: int) -> None:
    assert {len(letter) for letter in draw(named(count), {}, Random(1)).values()} == {length}


def test_the_full_alphabet_leaves_out_i_and_o() -> None:
    assert set(draw(named(24), {}, Random(1)).values()) == TWENTY_FOUR


def test_the_order_practices_come_in_changes_nothing() -> None:
    there, back = named(12), named(12)[::-1]
    assert draw(there, {}, Random(7)) == draw(back, {}, Random(7))
    assert draw(there, {}, Random(7)) != draw(there, {}, Random(8))


@explore
@given(st.integers(1, 30), st.integers(0, 30), st.integers(0, 10**6))
def test_who_holds_a_letter_keeps_it_when_others_join(first: int, more: int, seed: int) -> None:
    held = draw(named(first), {}, Random(seed))
    drawn = draw(named(first + more), held, Random(seed + 1))
    assert outgrows(named(first + more), held) == (first <= 24 < first + more)
    if not outgrows(named(first + more), held):
        assert {name: drawn[name] for name in held} == held
    assert len(set(drawn.values())) == first + more
    assert len({len(letter) for letter in drawn.values()}) == 1


def test_the_letter_of_one_who_left_is_not_given_to_another() -> None:
    held = draw(named(23), {}, Random(3))
    newcomers = draw(["999998"], held, Random(4))
    assert set(newcomers) == {"999998"}
    assert set(newcomers.values()).isdisjoint(held.values())


@pytest.mark.parametrize("count", [8, 24])
def test_letters_do_not_follow_the_order_of_practices(count: int) -> None:
    ranks = [
        stats.spearmanr(range(count), [ord(drawn[name]) for name in named(count)]).statistic for drawn in _draws(count)
    ]
    assert abs(sum(ranks) / len(ranks)) < 4 / (len(ranks) * (count - 1)) ** 0.5
    assert stats.kstest(ranks, "norm", args=(0, (count - 1) ** -0.5)).statistic < 0.12


def test_every_letter_is_as_likely_for_every_practice() -> None:
    counts = {(name, letter): 0 for name in named(24) for letter in TWENTY_FOUR}
    for drawn in _draws(24):
        for pair in drawn.items():
            counts[pair] += 1
    assert stats.chisquare(list(counts.values())).pvalue > 0.001


def _draws(count: int) -> list[dict[str, str]]:
    return [draw(named(count), {}, Random(seed)) for seed in range(600)]
