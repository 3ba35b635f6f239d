"""What openings, closures and mergers do to the lists of patients."""

import numpy as np

from examples.synthetic.draws import IntArray, chance
from examples.synthetic.patients import Patients
from examples.synthetic.plan import EVENTS, Event
from examples.synthetic.region import Practice, index_of, open_neighbours


def apply_events(practices: tuple[Practice, ...], people: Patients, month: int, rng: np.random.Generator) -> None:
    """Re-list patients at the start of the month; a practice that changes cluster keeps its patients."""
    for event in EVENTS:
        here = index_of(practices, event.practice)
        if event.kind == "opens" and practices[here].opens == month:
            _open(practices, people, here, rng)
        elif event.kind in ("closes", "merges") and practices[here].shuts == month:
            _close(practices, people, event, rng)


def _open(practices: tuple[Practice, ...], people: Patients, here: int, rng: np.random.Generator) -> None:
    """The new practice draws its first list from the others of its cluster."""
    month = practices[here].opens
    neighbours = open_neighbours(practices, here, month)
    rows = people.listed(month)
    rows = rows[np.isin(people.practice[rows], neighbours)]
    moves = chance(rng, practices[here].patients / len(rows), len(rows))
    people.practice[rows[moves]] = here


def _close(practices: tuple[Practice, ...], people: Patients, event: Event, rng: np.random.Generator) -> None:
    """All patients, and those who would have come later, go to the successor or spread over the cluster."""
    here = index_of(practices, event.practice)
    rows = np.flatnonzero(people.practice == here)
    if event.target:
        people.practice[rows] = index_of(practices, event.target)
        return
    receivers: IntArray = np.array(open_neighbours(practices, here, practices[here].shuts), dtype=np.int32)
    people.practice[rows] = receivers[rng.integers(0, len(receivers), size=len(rows), dtype=np.int32)]
