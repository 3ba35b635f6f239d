"""Random draws that are the same on every machine: whole numbers compared with whole numbers.

A probability is rounded to a grid of 1e-7 before a drawn whole number is compared with it, and no logarithm or
exponential is taken from the machine's own library, whose last digit differs between machines.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

IntArray = NDArray[np.int32]
BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

GRID = 10_000_000
MOST_EVENTS = 10


def generator(seed: int, stream: int) -> np.random.Generator:
    """A generator for one part of the simulation, so that a change in one part leaves the others as they were."""
    return np.random.Generator(np.random.PCG64([seed, stream]))


def on_grid(probability: ArrayLike) -> IntArray:
    """Probabilities as whole numbers out of GRID."""
    return np.rint(np.asarray(probability, dtype=np.float64) * GRID).astype(np.int32)


def uniforms(rng: np.random.Generator, count: int) -> IntArray:
    """Whole numbers from 0 to GRID - 1, all equally likely."""
    return rng.integers(0, GRID, size=count, dtype=np.int32)


def chance(rng: np.random.Generator, probability: float | FloatArray, count: int) -> BoolArray:
    """True with the given probability, one answer per row."""
    return uniforms(rng, count) < on_grid(probability)


def cumulative(weights: ArrayLike) -> IntArray:
    """Weights along the last axis as rising whole numbers that end at GRID."""
    weight = np.asarray(weights, dtype=np.float64)
    running = np.cumsum(weight, axis=-1)
    return on_grid(running / running[..., -1:])


def choose(rng: np.random.Generator, steps: IntArray, count: int) -> IntArray:
    """One choice per row; `steps` holds one row of cumulative weights for all, or one for each."""
    drawn = uniforms(rng, count)[:, None]
    return (drawn >= steps).sum(axis=1, dtype=np.int32)


def poisson_table(rates: FloatArray) -> IntArray:
    """One row per rate: the cumulative Poisson probabilities of 0, 1, 2 ... events out of GRID.

    exp(-rate) is (1 - rate/1024) to the power 1024, by ten squarings: products alone are the same everywhere.
    """
    term = 1.0 - rates / 1024.0
    for _ in range(10):
        term = term * term
    total = term
    columns = [total]
    for events in range(1, MOST_EVENTS):
        term = term * rates / events
        total = total + term
        columns.append(total)
    return on_grid(np.stack(columns, axis=-1))


def draw_counts(rng: np.random.Generator, table: IntArray, row: IntArray) -> IntArray:
    """One Poisson count per entry of `row`, by inversion against that row of the table."""
    drawn = uniforms(rng, len(row))
    counts = np.zeros(len(row), dtype=np.int32)
    left = np.flatnonzero(drawn >= table[row, 0])
    for column in range(1, MOST_EVENTS):
        counts[left] += 1
        left = left[drawn[left] >= table[row[left], column]]
    return counts
