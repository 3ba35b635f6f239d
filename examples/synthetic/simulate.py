"""The month loop: who is listed, what they are prescribed, what services they receive."""

from typing import NamedTuple

from examples.synthetic.cells import Cells
from examples.synthetic.codes import FIRST_SERVICES
from examples.synthetic.draws import generator
from examples.synthetic.events import infections, medicines, services
from examples.synthetic.habits import build_habits
from examples.synthetic.logs import Log, join
from examples.synthetic.months import MONTHS, month_number
from examples.synthetic.moves import apply_events
from examples.synthetic.patients import build_patients, leave
from examples.synthetic.plan import COUNTED_TO, EAR_MONTHS
from examples.synthetic.rates import FIRST_ATC
from examples.synthetic.region import Practice
from examples.synthetic.scene import Scene, set_scene
from examples.synthetic.seen import Seen

_KEPT = frozenset(map(month_number, (*COUNTED_TO, *EAR_MONTHS)))


class Simulation(NamedTuple):
    """Everything that happened: one row per patient and month, per prescription, and per service.

    `seen` tells who had what, and `scenes` who was listed where in the months in which somebody counted patients.
    """

    listed: Log
    prescriptions: Log
    services: Log
    seen: Seen
    scenes: dict[int, Scene]


def simulate(practices: tuple[Practice, ...], seed: int) -> Simulation:
    """Run the region from the first month to the last."""
    people, habits = build_patients(practices, seed), build_habits(practices, seed)
    rng, cells = generator(seed, 4), Cells(len(practices), generator(seed, 12))
    listed: list[Log] = []
    prescribed: list[Log] = []
    served: list[Log] = []
    seen, scenes = Seen.nothing(len(people.practice)), dict[int, Scene]()
    for month in range(MONTHS):
        apply_events(practices, people, month, rng)
        scene = set_scene(people, month)
        listed.append(scene.log)
        prescribed += infections(scene, habits, rng) + medicines(scene, habits, seen, rng)
        served += services(scene, habits, seen, rng)
        prescribed += cells.prescriptions(scene, len(FIRST_ATC))
        served += cells.services(scene, len(FIRST_SERVICES))
        if month in _KEPT:
            scenes[month] = scene
        leave(people, scene.rows, month, rng)
    return Simulation(join(listed), join(prescribed), join(served), seen, scenes)
