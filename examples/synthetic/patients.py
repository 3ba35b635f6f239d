"""The patients: who they are, where they are listed, and when they come and go."""

from dataclasses import dataclass

import numpy as np

from examples.synthetic.draws import GRID, FloatArray, IntArray, choose, cumulative, generator, on_grid, uniforms
from examples.synthetic.months import MONTHS
from examples.synthetic.rates import BAND_STARTS, BANDS, FRAILTY
from examples.synthetic.region import Practice

# Shares of the age bands in a young, a mixed and an elderly list, per thousand.
_AGE_MIX = cumulative(
    [
        [70, 80, 15, 380, 210, 130, 65, 25, 25],
        [60, 110, 25, 215, 185, 205, 110, 45, 45],
        [40, 90, 22, 130, 150, 245, 175, 75, 73],
    ]
)
_WOMEN = on_grid([0.488, 0.488, 0.488, 0.50, 0.50, 0.502, 0.515, 0.535, 0.60])
# A patient's chance of leaving the region's lists in a month, by moving or by dying.
_LEAVES = on_grid([0.004, 0.003, 0.003, 0.010, 0.005, 0.003, 0.004, 0.006, 0.012])
_ARRIVALS_PER_MONTH = 0.0065
_BORN_SHARE = on_grid(0.22)
_BAND_OF_AGE = np.searchsorted(np.array(BAND_STARTS[1:-1]), np.arange(150), side="right").astype(np.int32)


@dataclass
class Patients:
    """One row per patient: practice, sex, birth month, frailty, and the months from and to which they are listed.

    `born` counts months from January 2024 and is negative for nearly all. `until` is not included.
    """

    practice: IntArray
    sex: IntArray
    born: IntArray
    frailty: IntArray
    since: IntArray
    until: IntArray

    def listed(self, month: int) -> IntArray:
        """The rows of those who are on a list in the month."""
        return np.flatnonzero((self.since <= month) & (month < self.until)).astype(np.int32)

    def band(self, rows: IntArray, month: int) -> IntArray:
        """The age band at the start of the month; a child is 0 years until the first birthday."""
        return _BAND_OF_AGE[(month - self.born[rows]) // 12]


def build_patients(practices: tuple[Practice, ...], seed: int) -> Patients:
    """Everyone who is listed at the start, and after them everyone who will arrive."""
    rng = generator(seed, 2)
    home, since = _homes(practices, rng)
    profile = np.array([practice.profile for practice in practices], dtype=np.int32)
    band = choose(rng, _AGE_MIX[profile[home]], len(home))
    newborn = (since > 0) & (uniforms(rng, len(home)) < _BORN_SHARE)
    age = np.where(newborn, 0, _age_in_months(rng, band))
    return Patients(
        practice=home,
        sex=(uniforms(rng, len(home)) >= _WOMEN[band]).astype(np.int32),
        born=(since - age).astype(np.int32),
        frailty=rng.integers(0, len(FRAILTY), size=len(home), dtype=np.int32),
        since=since,
        until=np.full(len(home), MONTHS, dtype=np.int32),
    )


def leave(people: Patients, rows: IntArray, month: int, rng: np.random.Generator) -> None:
    """Those who leave in the month are on no list from the next."""
    goes = uniforms(rng, len(rows)) < _LEAVES[people.band(rows, month)]
    people.until[rows[goes]] = month + 1


def _homes(practices: tuple[Practice, ...], rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """One entry per patient: the practice first listed with, and the month of it."""
    index = np.arange(len(practices), dtype=np.int32)
    at_start = [practice.patients if practice.opens == 0 else 0 for practice in practices]
    arriving = [_arrivals(practice) for practice in practices]
    first = np.array([practice.opens for practice in practices], dtype=np.int32)
    newcomers = np.repeat(index, arriving)
    since = rng.integers(np.maximum(first[newcomers], 1), MONTHS, dtype=np.int32)
    stayers = np.repeat(index, at_start)
    return np.concatenate([stayers, newcomers]), np.concatenate([np.zeros(len(stayers), dtype=np.int32), since])


def _arrivals(practice: Practice) -> int:
    months: float = _ARRIVALS_PER_MONTH * (MONTHS - max(practice.opens, 1))
    return round(practice.patients * months)


def _age_in_months(rng: np.random.Generator, band: IntArray) -> IntArray:
    """An age within the band; the oldest band thins out with age."""
    start = np.array(BAND_STARTS[: len(BANDS)], dtype=np.int32) * 12
    width = np.diff(np.array(BAND_STARTS, dtype=np.int32)) * 12
    share: FloatArray = np.stack([uniforms(rng, len(band)), uniforms(rng, len(band))]) / GRID
    within: FloatArray = np.where(band == len(BANDS) - 1, np.minimum(share[0], share[1]), share[0])
    return (start[band] + np.floor(within * width[band])).astype(np.int32)
