"""The practices of the region and the clusters they belong to."""

from dataclasses import dataclass
from datetime import date

from examples.synthetic.draws import IntArray, generator
from examples.synthetic.months import MONTHS, month_of
from examples.synthetic.names import CLUSTERS, practice_name, practice_number
from examples.synthetic.plan import EVENTS, TINY, TINY_PATIENTS, Event

FOUNDED = date(2018, 9, 1)
_DOCTORS = (1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 4, 5)


@dataclass(frozen=True)
class Practice:
    """One practice: its number and name, its first cluster, and how large and how old its list is.

    `opens` and `shuts` are months: it has patients from the first and up to, not including, the second.
    `profile` is 0 for a young list, 1 for a mixed one and 2 for an elderly one.
    """

    number: str
    name: str
    cluster: str
    patients: int
    profile: int
    founded: date
    opens: int
    shuts: int


def event_of(number: str) -> Event | None:
    """What happens to the practice within the period; nothing happens to most, and never twice to one."""
    return next((event for event in EVENTS if event.practice == number), None)


def build_practices(seed: int) -> tuple[Practice, ...]:
    """One entry per practice, in the order of their numbers."""
    rng = generator(seed, 1)
    places = [(number, place) for number, cluster in enumerate(CLUSTERS) for place in range(cluster[2])]
    drawn = rng.integers(0, 1200, size=(len(places), 4), dtype="int32")
    return tuple(_practice(index, place, drawn[index]) for index, place in enumerate(places))


def _practice(index: int, place: tuple[int, int], drawn: IntArray) -> Practice:
    number = practice_number(*place)
    event = event_of(number)
    size = _DOCTORS[int(drawn[0]) % len(_DOCTORS)] * (900 + 40 * (int(drawn[1]) % 5)) + int(drawn[3]) % 97
    opening = event.day if event and event.kind == "opens" else None
    return Practice(
        number=number,
        name=practice_name(index),
        cluster=CLUSTERS[place[0]][0],
        patients=TINY_PATIENTS if number == TINY else size,
        profile=int(drawn[2]) % 3,
        founded=opening or date(1986 + int(drawn[3]) % 30, 1 + int(drawn[3]) % 12, 1),
        opens=month_of(opening) if opening else 0,
        shuts=month_of(event.day) + 1 if event and event.kind in ("closes", "merges") else MONTHS,
    )


def index_of(practices: tuple[Practice, ...], number: str) -> int:
    """Where the practice stands in the row of practices."""
    return next(index for index, practice in enumerate(practices) if practice.number == number)


def open_neighbours(practices: tuple[Practice, ...], index: int, month: int) -> list[int]:
    """The other practices of the same cluster that are open both before and in the month."""
    here = practices[index]
    return [
        other
        for other, practice in enumerate(practices)
        if other != index and practice.cluster == here.cluster and practice.opens < month < practice.shuts
    ]
