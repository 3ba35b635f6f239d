"""What happens to the listed patients in one month: infections treated, medicines renewed, services given."""

from dataclasses import replace

import numpy as np

from examples.synthetic.codes import ATC
from examples.synthetic.draws import BoolArray, IntArray, chance, choose, cumulative
from examples.synthetic.habits import Habits, is_after
from examples.synthetic.logs import ByteArray, Log
from examples.synthetic.plan import PROVISIONAL_LATE_SHARE
from examples.synthetic.rates import (
    INDICATION_OF,
    INDICATIONS,
    INFECTIONS,
    MEDICINES,
    MISSING_INDICATION,
    RESPIRATORY_ADULT,
    RESPIRATORY_CHILD,
    SERVICES,
    TREND_PER_MONTH,
    Stream,
)
from examples.synthetic.scene import Scene, damped, happenings
from examples.synthetic.seen import Seen

_RESPIRATORY = cumulative([RESPIRATORY_CHILD, RESPIRATORY_ADULT])
_FIRST_ADULT_BAND = 2


def infections(scene: Scene, habits: Habits, rng: np.random.Generator) -> list[Log]:
    """One row per antibiotic prescription of the month."""
    level = habits.antibiotic_level(scene.month) * (1.0 + TREND_PER_MONTH * scene.month)
    logs: list[Log] = []
    for stream in INFECTIONS:
        log = scene.log.repeat(happenings(scene, stream, level, rng))
        indication = _indication(stream, log, rng)
        steps = habits.agents[int(is_after(scene.month)), log.practice, indication]
        recorded = np.where(chance(rng, MISSING_INDICATION, len(indication)), 0, indication)
        code = choose(rng, steps, len(indication))
        logs.append(replace(log, code=_bytes(code), indication=_bytes(recorded), late=_late(rng, len(code))))
    return logs


def medicines(scene: Scene, habits: Habits, seen: Seen, rng: np.random.Generator) -> list[Log]:
    """One row per other prescription of the month; its indication, where one was recorded, is "andet"."""
    logs: list[Log] = []
    for stream in MEDICINES:
        counts = happenings(scene, stream, habits.medicines, rng)
        seen.note(stream, scene.month, scene.rows, counts)
        log = scene.log.repeat(counts, ATC.index(stream.name))
        recorded = np.where(chance(rng, MISSING_INDICATION, len(log.code)), 0, INDICATIONS.index("andet"))
        logs.append(replace(log, indication=_bytes(recorded), late=_late(rng, len(log.code))))
    return logs


def services(scene: Scene, habits: Habits, seen: Seen, rng: np.random.Generator) -> list[Log]:
    """One row per service of the month."""
    level = damped(habits.services)
    logs: list[Log] = []
    for code, stream in enumerate(SERVICES):
        counts = happenings(scene, stream, level, rng)
        seen.note(stream, scene.month, scene.rows, counts)
        logs.append(scene.log.repeat(counts, code))
    return logs


def _indication(stream: Stream, log: Log, rng: np.random.Generator) -> IntArray:
    """What each antibiotic is for."""
    if stream.name in INDICATION_OF:
        return np.full(len(log.band), INDICATIONS.index(INDICATION_OF[stream.name]), dtype=np.int32)
    adult = (log.band >= _FIRST_ADULT_BAND).astype(np.int32)
    return choose(rng, _RESPIRATORY[adult], len(adult))


def _late(rng: np.random.Generator, count: int) -> BoolArray:
    return chance(rng, PROVISIONAL_LATE_SHARE, count)


def _bytes(values: IntArray) -> ByteArray:
    return values.astype(np.uint8)
