"""What those listed at the end of a window have and get: lungs, diabetes, and medicines from the simulated events."""

from dataclasses import dataclass, replace

import numpy as np

from examples.synthetic.draws import BoolArray, IntArray
from examples.synthetic.plan import FEWER_STEROIDS, MORE_HEART_AND_KIDNEY, Lesson
from examples.synthetic.rates import BANDS
from examples.synthetic.region import Practice
from examples.synthetic.scene import Scene
from examples.synthetic.seen import Seen
from examples.synthetic.traits import Traits

# Shares by age band.
_COPD = (0.0, 0.0, 0.0, 0.001, 0.006, 0.035, 0.085, 0.12, 0.11)
_DIABETES = (0.0, 0.0, 0.0, 0.004, 0.025, 0.075, 0.14, 0.17, 0.16)
_BLOOD_THINNER = (0.0, 0.0, 0.0, 0.002, 0.006, 0.03, 0.10, 0.17, 0.24)
_HEART_OR_KIDNEY = (0.0, 0.0, 0.0, 0.10, 0.15, 0.24, 0.33, 0.40, 0.45)
_FROM_35 = BANDS.index("35-49")
_FROM_75 = BANDS.index("75-79")
# Beyond 600 doses: an item of R03AC02 is 50 DDD of 0.8 mg, that is 400 doses of 0.1 mg.
_MANY_ITEMS = 2


@dataclass(frozen=True)
class Health:
    """One entry per patient listed at the end of a window, in the order of the scene."""

    practice: IntArray
    band: IntArray
    masks: dict[str, BoolArray]
    hba1c: IntArray

    def all(self, *names: str) -> BoolArray:
        """Who has everything named; a name after "not " is what they must not have."""
        kept = np.ones(len(self.practice), dtype=np.bool_)
        for name in names:
            kept &= ~self.masks[name[4:]] if name.startswith("not ") else self.masks[name]
        return kept


def health_of(scene: Scene, seen: Seen, traits: Traits) -> Health:
    """Everything that patients are counted by at the end of the scene's month."""
    masks = _medicines(scene, seen) | _lungs(traits) | _diabetes(traits)
    masks |= {"blood_thinner": traits.having("blood_thinner", _BLOOD_THINNER), "plan": traits.drawn("plan", 0.78)}
    treated = masks["copd"] & (masks["steroids"] | masks["long_acting"])
    masks["maintenance"] = treated | (~masks["copd"] & traits.drawn("maintenance", 0.6))
    return Health(traits.practice, traits.band, masks, traits.hba1c)


def taught(practices: tuple[Practice, ...], traits: Traits) -> Traits:
    """The traits when the planted lessons have been learned."""
    habits = dict(traits.habits)
    for trait, lesson in (("steroids", FEWER_STEROIDS), ("sglt2_glp1", MORE_HEART_AND_KIDNEY)):
        habits[trait] = habits[trait] * _factor(practices, lesson)
    return replace(traits, habits=habits)


def _factor(practices: tuple[Practice, ...], lesson: Lesson) -> np.ndarray:
    return np.array([lesson.factor if practice.cluster == lesson.cluster else 1.0 for practice in practices])


def _medicines(scene: Scene, seen: Seen) -> dict[str, BoolArray]:
    year, half = 12, 6
    inhaled = seen.within(("R03AC02",), scene.month, year, scene.rows)
    return {
        "from_35": scene.log.band >= _FROM_35,
        "crp": seen.within(("7120",), scene.month, half, scene.rows) > 0,
        "nsaid": seen.within(("M01AE01", "M01AE02"), scene.month, year, scene.rows) > 0,
        "opioid": seen.within(("N02AX02",), scene.month, year, scene.rows) > 0,
        "saba": inhaled > 0,
        "many_saba": inhaled >= _MANY_ITEMS,
    }


def _lungs(traits: Traits) -> dict[str, BoolArray]:
    copd, breathless = traits.having("copd", _COPD), traits.drawn("mrc", 0.36)
    two_or_more, any_at_all = traits.drawn("exacerbations", 0.16), traits.drawn("exacerbations", 0.38)
    steroids = traits.drawn("steroids", np.where(two_or_more, 0.60, 0.36))
    return {
        "copd": copd,
        "mrc3": breathless,
        "mrc_recorded": traits.drawn("mrc_recorded", 0.88),
        "two_exacerbations": two_or_more,
        "steroids": steroids,
        "long_acting": traits.drawn("long_acting", np.where(breathless, 0.78, 0.60)),
        "two_courses": traits.drawn("courses", np.where(two_or_more, 0.75, np.where(any_at_all, 0.15, 0.02))),
        "rehabilitation": traits.drawn("rehabilitation", 0.45),
        "technique": traits.drawn("technique", 0.58),
    }


def _diabetes(traits: Traits) -> dict[str, BoolArray]:
    return {
        "type2_diabetes": traits.having("type2_diabetes", _DIABETES),
        "from_75": traits.band >= _FROM_75,
        "su_or_insulin": traits.drawn("su_or_insulin", 0.30),
        "heart_or_kidney": traits.having("heart_or_kidney", _HEART_OR_KIDNEY),
        "sglt2_glp1": traits.drawn("sglt2_glp1", 0.52),
        "hba1c_measured": traits.drawn("hba1c_measured", 0.94),
        "ldl_measured": traits.drawn("ldl_measured", 0.88),
        "ldl_in_target": traits.drawn("ldl", 0.55),
        "pressure_measured": traits.drawn("pressure_measured", 0.91),
        "pressure_in_target": traits.drawn("pressure", 0.58),
        "hba1c_below_48": traits.hba1c < 48,
        "hba1c_48_53": (traits.hba1c >= 48) & (traits.hba1c <= 53),
        "hba1c_54_58": (traits.hba1c >= 54) & (traits.hba1c <= 58),
        "hba1c_59_74": (traits.hba1c >= 59) & (traits.hba1c <= 74),
        "hba1c_above_58": traits.hba1c > 58,
        "hba1c_75_or_more": traits.hba1c >= 75,
    }
