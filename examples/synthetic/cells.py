"""Events of the rest of the catalogue, drawn for practices, sexes and age bands together, beside all other streams.

Nobody's own history is behind them: what patients of these medicines have is drawn in traits_besides.py.
"""

from dataclasses import replace

import numpy as np

from examples.synthetic.draws import FloatArray, draw_counts, poisson_table
from examples.synthetic.logs import ByteArray, Log
from examples.synthetic.rates import BANDS, INDICATIONS, PRACTICE_SPREAD, SEASON, Stream
from examples.synthetic.rates_besides import MORE_MEDICINES, MORE_SERVICES
from examples.synthetic.scene import Scene

_PER_PATIENT_MONTH = 1 / 12_000
# A cell's count is the sum of as many draws: the tables of draws.py end at ten events.
_PARTS = 4
_SEXES = 2


class Cells:
    """The cells of all practices and the practices' levels of each stream."""

    def __init__(self, practices: int, rng: np.random.Generator) -> None:
        self.practices, self.rng = practices, rng
        spread = np.array(PRACTICE_SPREAD)
        streams = (*MORE_MEDICINES, *MORE_SERVICES)
        drawn = spread[rng.integers(0, len(spread), size=(len(streams), practices), dtype=np.int32)]
        self.levels = {stream.name: level for stream, level in zip(streams, drawn, strict=True)}

    def prescriptions(self, scene: Scene, first_code: int) -> list[Log]:
        """One row per prescription of the month, in the codes from `first_code` on; what for is "andet"."""
        found = [self._events(scene, stream, first_code + place) for place, stream in enumerate(MORE_MEDICINES)]
        other = INDICATIONS.index("andet")
        return [replace(log, indication=np.full(len(log.code), other, dtype=np.uint8)) for log in found]

    def services(self, scene: Scene, first_code: int) -> list[Log]:
        """One row per service of the month, in the codes from `first_code` on."""
        return [self._events(scene, stream, first_code + place) for place, stream in enumerate(MORE_SERVICES)]

    def _events(self, scene: Scene, stream: Stream, code: int) -> Log:
        expected = (self._listed(scene) * self._rates(stream, scene.month)).reshape(-1)
        some = np.flatnonzero(expected)
        row = np.repeat(np.arange(len(some), dtype=np.int32), _PARTS)
        drawn = draw_counts(self.rng, poisson_table(expected[some] / _PARTS), row)
        counts = np.zeros(expected.size, dtype=np.int32)
        counts[some] = drawn.reshape(-1, _PARTS).sum(axis=1, dtype=np.int32)
        return self._empty(scene.month).repeat(counts, code)

    def _listed(self, scene: Scene) -> FloatArray:
        """Listed patients by practice, sex and age band."""
        shape = (self.practices, _SEXES, len(BANDS))
        log = scene.log
        flat = (log.practice.astype(np.int32) * _SEXES + log.sex) * len(BANDS) + log.band
        return np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)

    def _rates(self, stream: Stream, month: int) -> FloatArray:
        cells = np.array([stream.women, stream.men], dtype=np.float64) * _PER_PATIENT_MONTH
        swing = 1.0 + stream.winter * (SEASON[month % 12] - 1.0)
        return self.levels[stream.name][:, None, None] * (cells * swing)

    def _empty(self, month: int) -> Log:
        """One row per cell, without any event."""
        practice, sex, band = (part.reshape(-1) for part in np.indices((self.practices, _SEXES, len(BANDS))))
        none: ByteArray = np.zeros(len(practice), dtype=np.uint8)
        return Log(
            practice=practice.astype(np.uint8),
            month=np.full(len(practice), month, dtype=np.uint8),
            code=none,
            indication=none,
            sex=sex.astype(np.uint8),
            band=band.astype(np.uint8),
            late=none.astype(np.bool_),
        )
