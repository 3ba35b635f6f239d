"""Letter codes: random within a cluster and topic, never in the order of size, value or number, and kept once drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # without I and O, which are read as 1 and 0


def draw(practices: Sequence[str], held: Mapping[str, str], random: Random) -> dict[str, str]:
    """A letter for each of `practices`: the one it holds already, else a free one drawn at random.

    A cluster of more than 24 draws codes of two letters.
    """
    missing = sorted(set(practices) - set(held))
    pairs = [first + second for first in ALPHABET for second in ALPHABET]
    codes = list(ALPHABET) if len(set(practices) | set(held)) <= len(ALPHABET) else pairs
    free = sorted(set(codes) - set(held.values()))
    if len(free) < len(missing):
        free = sorted(set(pairs) - set(held.values()))
    drawn = random.sample(free, len(missing))
    return {practice: held[practice] for practice in practices if practice in held} | dict(
        zip(missing, drawn, strict=True)
    )
