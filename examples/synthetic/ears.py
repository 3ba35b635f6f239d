"""Children's ear trouble as some clusters count it themselves: contacts, and what was done at each."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from examples.synthetic.draws import chance, generator
from examples.synthetic.months import month_number
from examples.synthetic.plan import EAR_CLUSTERS, EAR_MONTHS, FORGOTTEN_EARS, NO_EARS
from examples.synthetic.rates import PRACTICE_SPREAD, Stream
from examples.synthetic.region import Practice
from examples.synthetic.scene import Scene, damped, happenings

EAR_CODES = ("oere_kontakt", "oere_trykmaaling", "oere_se_an", "oere_antibiotika")
_CONTACTS = Stream("oere", (520, 130, 0, 0, 0, 0, 0, 0, 0), (540, 120, 0, 0, 0, 0, 0, 0, 0), 0.8)
_PRESSURE, _WAIT, _ANTIBIOTICS_OF_THE_REST = 0.45, 0.52, 0.55


@dataclass(frozen=True)
class EarContacts:
    """One entry per contact: practice, month, and what was done; `done` has a column for each of EAR_CODES."""

    practice: NDArray[np.uint8]
    month: NDArray[np.uint8]
    done: NDArray[np.bool_]


def ear_contacts(practices: tuple[Practice, ...], scenes: dict[int, Scene], seed: int) -> EarContacts:
    """All contacts of the months in which they are counted, whoever counts them."""
    rng = generator(seed, 10)
    spread = np.array(PRACTICE_SPREAD)
    levels = spread[rng.integers(0, len(spread), size=(3, len(practices)), dtype=np.int32)]
    parts = [_of_month(scenes[month_number(month)], levels, rng) for month in EAR_MONTHS]
    return EarContacts(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(EarContacts)))


def ears_counted(practice: Practice, month: str) -> bool:
    """Whether the practice delivered its count of the month."""
    is_open = practice.opens <= month_number(month) < practice.shuts
    takes_part = practice.cluster in EAR_CLUSTERS and practice.number not in NO_EARS
    return is_open and takes_part and (practice.number, month) not in FORGOTTEN_EARS


def _of_month(scene: Scene, levels: NDArray[np.float64], rng: np.random.Generator) -> EarContacts:
    log = scene.log.repeat(happenings(scene, _CONTACTS, damped(levels[0]), rng))
    count = len(log.practice)
    pressure = chance(rng, np.minimum(_PRESSURE * levels[1][log.practice], 0.97), count)
    waits = chance(rng, np.minimum(_WAIT * levels[2][log.practice], 0.97), count)
    antibiotics = ~waits & chance(rng, _ANTIBIOTICS_OF_THE_REST, count)
    done = np.stack([np.ones(count, dtype=np.bool_), pressure, waits, antibiotics], axis=1)
    return EarContacts(log.practice, log.month, done)
