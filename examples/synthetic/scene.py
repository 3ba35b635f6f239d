"""One month of the region, and the drawing of events in it."""

from dataclasses import dataclass

import numpy as np

from examples.synthetic.draws import FloatArray, IntArray, draw_counts, poisson_table
from examples.synthetic.logs import Log
from examples.synthetic.patients import Patients
from examples.synthetic.rates import BANDS, FRAILTY, SEASON, Stream

_PER_PATIENT_MONTH = 1 / 12_000


@dataclass(frozen=True)
class Scene:
    """One row per patient who is listed in the month: the row among all patients, and the rate that applies.

    `key` counts through practice, sex, age band and frailty; `log` has the same rows without any event.
    """

    month: int
    rows: IntArray
    key: IntArray
    log: Log


def set_scene(people: Patients, month: int) -> Scene:
    """The region as it is in the month."""
    rows = people.listed(month)
    practice, sex, band = people.practice[rows], people.sex[rows], people.band(rows, month)
    key = ((practice * 2 + sex) * len(BANDS) + band) * len(FRAILTY) + people.frailty[rows]
    none = np.zeros(len(rows), dtype=np.uint8)
    log = Log(
        practice=practice.astype(np.uint8),
        month=np.full(len(rows), month, dtype=np.uint8),
        code=none,
        indication=none,
        sex=sex.astype(np.uint8),
        band=band.astype(np.uint8),
        late=none.astype(np.bool_),
    )
    return Scene(month, rows, key.astype(np.int32), log)


def happenings(scene: Scene, stream: Stream, level: FloatArray, rng: np.random.Generator) -> IntArray:
    """How many events of the stream each listed patient has in the month."""
    return draw_counts(rng, poisson_table(_rates(stream, scene.month, level)), scene.key)


def damped(level: FloatArray, scale: float = 1.0) -> FloatArray:
    """Practice levels halfway to the average, times a scale: services differ less than prescribing."""
    return (level + 1.0) * (scale / 2)


def _rates(stream: Stream, month: int, level: FloatArray) -> FloatArray:
    """The monthly rate for each value of the key."""
    cells = np.array([stream.women, stream.men], dtype=np.float64) * _PER_PATIENT_MONTH
    swing = 1.0 + stream.winter * (SEASON[month % 12] - 1.0)
    by_cell = level[:, None, None] * (cells * swing)
    return (by_cell[..., None] * np.array(FRAILTY)).reshape(-1)
