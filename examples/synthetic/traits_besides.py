"""What patients have and get in the rest of the catalogue: draws of their own, beside all other streams."""

from dataclasses import replace

import numpy as np

from examples.synthetic.draws import BoolArray, FloatArray, IntArray, generator, on_grid, uniforms
from examples.synthetic.health import Health
from examples.synthetic.rates import ADULT_BAND, BANDS, PRACTICE_SPREAD
from examples.synthetic.scene import Scene
from examples.synthetic.seen import Seen

_MOST = 0.97
_FROM_65 = BANDS.index("65-74")
# An item of A02BC01 is 100 DDD: two of them in a year are more than 180.
_MANY_PPI = 2
# Shares by age band of everybody.
_BY_AGE = {
    "ppi_before": (0.0, 0.0, 0.0, 0.006, 0.02, 0.05, 0.09, 0.12, 0.13),
    "eye_antibiotic": (0.30, 0.05, 0.03, 0.03, 0.04, 0.05, 0.07, 0.09, 0.10),
    "benzodiazepine": (0.0, 0.0, 0.0, 0.012, 0.025, 0.04, 0.06, 0.085, 0.11),
    "melatonin": (0.0, 0.015, 0.03, 0.022, 0.014, 0.014, 0.012, 0.013, 0.015),
    "antipsychotic": (0.0, 0.0, 0.0, 0.018, 0.022, 0.022, 0.02, 0.024, 0.03),
    "dementia_medicine": (0.0, 0.0, 0.0, 0.0, 0.0, 0.001, 0.008, 0.03, 0.05),
    "hypertension": (0.0, 0.0, 0.0, 0.008, 0.05, 0.19, 0.38, 0.48, 0.52),
    "ischaemic_heart": (0.0, 0.0, 0.0, 0.001, 0.006, 0.03, 0.09, 0.14, 0.18),
    "new_inhaler": (0.0, 0.0, 0.0, 0.0, 0.006, 0.011, 0.016, 0.018, 0.014),
    "visited": (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.01, 0.06, 0.24),
    "dose_dispensed": (0.0, 0.0, 0.0, 0.01, 0.01, 0.02, 0.04, 0.08, 0.16),
    "five_medicines": (0.0, 0.0, 0.0, 0.01, 0.04, 0.13, 0.28, 0.41, 0.52),
    "pneumonia_treated": (0.02, 0.012, 0.008, 0.010, 0.014, 0.018, 0.026, 0.034, 0.040),
}
# Shares of those who have what stands before them in a group.
_OF_THOSE = {
    "ppi_reason": 0.38,
    "ppi_stopped": 0.17,
    "benzodiazepine_long": 0.24,
    "opioid_long": 0.27,
    "with_benzodiazepine": 0.11,
    "antipsychotic_dementia": 0.19,
    "quetiapine_low": 0.34,
    "without_diagnosis": 0.58,
    "pressure_target": 0.57,
    "annual_status": 0.74,
    "ldl_ischaemic_measured": 0.86,
    "ldl_ischaemic_target": 0.48,
    "statin": 0.79,
    "antithrombotic": 0.83,
    "albumin": 0.78,
    "feet": 0.71,
    "eyes": 0.62,
    "smoking_known": 0.85,
    "fev1": 0.77,
    "gold": 0.66,
    "no_spirometry": 0.44,
    "spirometry": 0.70,
    "started": 0.22,
    "stopped_early": 0.16,
    "second_course": 0.13,
}
_TRAITS = (*_BY_AGE, *_OF_THOSE)


class BesidesDraws:
    """Who has what in one count, and how much practices make of it; `count` is 0 for the first and 1 for the second."""

    def __init__(self, practices: int, seed: int, count: int) -> None:
        spread = np.array(PRACTICE_SPREAD)
        rng = generator(seed, 13)
        drawn = spread[rng.integers(0, len(spread), size=(len(_TRAITS), practices), dtype=np.int32)]
        self.levels = dict(zip(_TRAITS, drawn, strict=True))
        self.rng = generator(seed, 14 + count)

    def having(self, trait: str, share: FloatArray, practice: IntArray) -> BoolArray:
        """Who has the trait, when this share of each has it."""
        wanted = np.minimum(share * self.levels[trait][practice], _MOST)
        return uniforms(self.rng, len(practice)) < on_grid(wanted)


def with_besides(health: Health, scene: Scene, seen: Seen, draws: BesidesDraws) -> Health:
    """The same patients with everything that the rest of the catalogue counts them by."""
    found = {
        trait: draws.having(trait, np.array(shares)[health.band], health.practice) for trait, shares in _BY_AGE.items()
    }
    everybody = np.ones(len(health.practice), dtype=np.float64)
    found |= {trait: draws.having(trait, everybody * share, health.practice) for trait, share in _OF_THOSE.items()}
    packs = seen.within(("A02BC01",), scene.month, 12, scene.rows)
    found |= {"ppi": packs > 0, "ppi_long": packs >= _MANY_PPI}
    found |= {"low_without": found["quetiapine_low"] & found["without_diagnosis"]}
    found |= {"child": health.band == 0, "adult": health.band >= ADULT_BAND, "from_65": health.band >= _FROM_65}
    return replace(health, masks=health.masks | found)
