"""How practices differ: their level, their choice of agent, and what the topic changed."""

from dataclasses import dataclass

import numpy as np

from examples.synthetic.draws import FloatArray, IntArray, cumulative, generator
from examples.synthetic.months import month_of
from examples.synthetic.plan import BROAD_TO_PENICILLIN_V, EFFECT_FROM, TRUE_FACTOR
from examples.synthetic.rates import AGENTS, BROAD, FIRST_ATC, INDICATIONS, PRACTICE_SPREAD
from examples.synthetic.region import Practice

_BROAD_COLUMNS = [FIRST_ATC.index(code) for code in BROAD]
_URINARY = INDICATIONS.index("urinvejsinfektion")
_PENICILLIN_V = FIRST_ATC.index("J01CE02")


@dataclass(frozen=True)
class Habits:
    """One entry per practice: its levels, the factor after the meeting, and its choice of agents.

    `agents` has cumulative weights by [after the meeting, practice, indication, code].
    """

    antibiotics: FloatArray
    medicines: FloatArray
    services: FloatArray
    factor: FloatArray
    agents: IntArray

    def antibiotic_level(self, month: int) -> FloatArray:
        """Each practice's level of antibiotics in the month, the true effect included."""
        return self.antibiotics * self.factor if is_after(month) else self.antibiotics


def is_after(month: int) -> bool:
    """Whether the practices that worked with the topic have changed by then."""
    return month >= month_of(EFFECT_FROM)


def build_habits(practices: tuple[Practice, ...], seed: int) -> Habits:
    """Draw what each practice is like."""
    rng = generator(seed, 3)
    spread = np.array(PRACTICE_SPREAD)
    drawn = spread[rng.integers(0, len(spread), size=(4, len(practices)), dtype=np.int32)]
    before = _agent_weights(drawn[3])
    worked = np.array([practice.number in TRUE_FACTOR for practice in practices])
    after = np.where(worked[:, None, None], _shifted(before), before)
    return Habits(
        antibiotics=drawn[0],
        medicines=drawn[1],
        services=drawn[2],
        factor=np.array([TRUE_FACTOR.get(practice.number, 1.0) for practice in practices]),
        agents=np.stack([_steps(before), _steps(after)]),
    )


def _agent_weights(taste: FloatArray) -> FloatArray:
    """Weights by practice, indication and code, each summing to 1; taste scales all but the first choice."""
    weights = np.zeros((len(taste), len(INDICATIONS), len(FIRST_ATC)))
    for indication, agents in AGENTS.items():
        row = INDICATIONS.index(indication)
        for place, (code, weight) in enumerate(agents.items()):
            weights[:, row, FIRST_ATC.index(code)] = weight * (1.0 if place == 0 else taste * taste)
    total = weights.sum(axis=2, keepdims=True)
    return np.where(total > 0, weights / np.where(total > 0, total, 1.0), 0.0)


def _shifted(weights: FloatArray) -> FloatArray:
    """The stated share of every broad-spectrum agent becomes penicillin V, which is no choice for the urinary tract."""
    moved = np.zeros_like(weights)
    for code in _BROAD_COLUMNS:
        moved[:, :, code] = weights[:, :, code] * BROAD_TO_PENICILLIN_V
    moved[:, _URINARY, :] = 0.0
    shifted = weights - moved
    shifted[:, :, _PENICILLIN_V] += moved.sum(axis=2)
    return shifted


def _steps(weights: FloatArray) -> IntArray:
    """Cumulative weights; the row of the empty indication is never used, and is made a choice of the first code."""
    first = np.zeros(len(FIRST_ATC))
    first[0] = 1.0
    empty = weights.sum(axis=2, keepdims=True) == 0
    return cumulative(np.where(empty, first, weights))
