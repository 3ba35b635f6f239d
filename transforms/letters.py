"""Letter codes: random within a cluster and topic, never in the order of size, value or number, and kept once drawn.

A code means one practice for ever: one that has ended is not given to another. A cluster has single letters as long as
they suffice, else two letters each, for all its practices: a code of another length would tell who came last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # without I and O, which are read as 1 and 0


def outgrows(practices: Sequence[str], held: Mapping[str, str], ended: Sequence[str] = ()) -> bool:
    """Whether the single letters that `held` are cannot be kept: with the newcomers there would be too many."""
    single = any(len(letter) == 1 for letter in held.values())
    return single and not _suffice(set(practices) | set(held), ended)


def draw(
    practices: Sequence[str], held: Mapping[str, str], random: Random, ended: Sequence[str] = ()
) -> dict[str, str]:
    """A letter for each of `practices`: the one it holds already, else a free one drawn at random.

    Where the cluster `outgrows` single letters nobody keeps one: all are drawn anew, of two letters.
    """
    kept: Mapping[str, str] = {} if outgrows(practices, held, ended) else held
    missing = sorted(set(practices) - set(kept))
    one_each = _suffice(set(practices) | set(held), ended) and all(len(letter) == 1 for letter in kept.values())
    pairs = [first + second for first in ALPHABET for second in ALPHABET]
    taken = {*kept.values(), *held.values(), *ended}
    drawn = random.sample(sorted(set(ALPHABET if one_each else pairs) - taken), len(missing))
    return {practice: kept[practice] for practice in practices if practice in kept} | dict(
        zip(missing, drawn, strict=True)
    )


def _suffice(practices: set[str], ended: Sequence[str]) -> bool:
    gone = {letter for letter in ended if len(letter) == 1}
    return len(practices) + len(gone) <= len(ALPHABET)
