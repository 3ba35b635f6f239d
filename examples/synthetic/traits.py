"""What patients are like, and what their practice does with them: draws of their own, beside all other streams."""

from dataclasses import dataclass

import numpy as np

from examples.synthetic.draws import BoolArray, FloatArray, IntArray, choose, cumulative, generator, on_grid, uniforms
from examples.synthetic.rates import PRACTICE_SPREAD
from examples.synthetic.region import Practice
from examples.synthetic.scene import Scene

# What a patient has stays from one count to the next.
LASTING = ("copd", "type2_diabetes", "blood_thinner", "heart_or_kidney", "su_or_insulin", "mrc")
# What is done or measured may be done otherwise next time.
PASSING = (
    *("exacerbations", "steroids", "long_acting", "courses", "maintenance"),
    *("plan", "mrc_recorded", "rehabilitation", "technique"),
    *("hba1c_measured", "ldl_measured", "ldl", "pressure_measured", "pressure", "sglt2_glp1"),
)
# How practices differ in these, and in nothing else of the above.
HABITS = (
    *("steroids", "long_acting", "maintenance", "plan", "rehabilitation"),
    *("technique", "ldl", "pressure", "sglt2_glp1"),
)
_DRAWN_AGAIN = 0.3
_MOST = 0.97
_HBA1C = (38, 40, 42, 44, 45, 46, 48, 49, 50, 52, 53, 55, 56, 58, 60, 63, 66, 71, 78, 90)
_SWING = 5


@dataclass(frozen=True)
class Traits:
    """Uniform draws by trait for the patients of one count, and how much their practices make of each habit.

    `hba1c` is in mmol/mol, whoever has diabetes or not.
    """

    practice: IntArray
    band: IntArray
    draws: dict[str, IntArray]
    habits: dict[str, FloatArray]
    hba1c: IntArray

    def having(self, trait: str, shares: tuple[float, ...]) -> BoolArray:
        """Who has what these shares of each age band have."""
        return self.drawn(trait, np.array(shares)[self.band])

    def drawn(self, trait: str, share: float | FloatArray) -> BoolArray:
        """Who has the trait, when this share of all has it, or this share of each; practices' habits are in it."""
        wanted = np.broadcast_to(np.asarray(share, dtype=np.float64), self.practice.shape)
        if trait in self.habits:
            wanted = np.minimum(wanted * self.habits[trait][self.practice], _MOST)
        return self.draws[trait] < on_grid(wanted)


def draw_traits(practices: tuple[Practice, ...], scene: Scene, patients: int, seed: int, count: int) -> Traits:
    """The traits of everybody listed in the scene; `count` is 0 for the first count and 1 for the second."""
    first, again = generator(seed, 6), generator(seed, 7 + count)
    draws = {trait: uniforms(first, patients) for trait in (*LASTING, *PASSING)}
    level = choose(first, cumulative(np.ones(len(_HBA1C))), patients)
    for trait in PASSING:
        anew = uniforms(again, patients) < on_grid(_DRAWN_AGAIN)
        draws[trait] = np.where(anew, uniforms(again, patients), draws[trait])
    swing = again.integers(-_SWING, _SWING + 1, size=patients, dtype=np.int32)
    hba1c = np.array(_HBA1C, dtype=np.int32)[level] + swing
    return Traits(
        practice=scene.log.practice.astype(np.int32),
        band=scene.log.band.astype(np.int32),
        draws={trait: drawn[scene.rows] for trait, drawn in draws.items()},
        habits=_habits(practices, seed),
        hba1c=hba1c[scene.rows],
    )


def _habits(practices: tuple[Practice, ...], seed: int) -> dict[str, FloatArray]:
    spread = np.array(PRACTICE_SPREAD)
    rng = generator(seed, 9)
    drawn = spread[rng.integers(0, len(spread), size=(len(HABITS), len(practices)), dtype=np.int32)]
    return dict(zip(HABITS, drawn, strict=True))
