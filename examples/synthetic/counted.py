"""Both counts of patients: who was listed at the end of each window, and what they have."""

from examples.synthetic.health import Health, health_of, taught
from examples.synthetic.months import month_number
from examples.synthetic.plan import COUNTED_TO, NO_CARE_PLANS, NO_CARE_PLANS_NOW
from examples.synthetic.region import Practice
from examples.synthetic.simulate import Simulation
from examples.synthetic.traits import draw_traits
from examples.synthetic.traits_besides import BesidesDraws, with_besides


def counts_of_patients(practices: tuple[Practice, ...], happened: Simulation, seed: int) -> tuple[Health, ...]:
    """One entry per count, in the order of COUNTED_TO."""
    found: list[Health] = []
    patients = happened.seen.patients
    for count, month in enumerate(COUNTED_TO):
        scene = happened.scenes[month_number(month)]
        traits = draw_traits(practices, scene, patients, seed, count)
        health = health_of(scene, happened.seen, taught(practices, traits) if count else traits)
        found.append(with_besides(health, scene, happened.seen, BesidesDraws(len(practices), seed, count)))
    return tuple(found)


def shows_care_plans(practice: Practice, count: int) -> bool:
    """Whether the practice's care plans were in that count."""
    absent = (*NO_CARE_PLANS, *(NO_CARE_PLANS_NOW if count else ()))
    return practice.opens <= month_number(COUNTED_TO[count]) < practice.shuts and practice.number not in absent
