"""Who had what: how often each patient met the kinds of event that patients are counted by."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from examples.synthetic.draws import IntArray
from examples.synthetic.months import MONTHS
from examples.synthetic.rates import Stream

TRACKED = ("7120", "A02BC01", "M01AE01", "M01AE02", "N02AX02", "R03AC02")


@dataclass(frozen=True)
class Seen:
    """For each tracked kind of event a table of months by patients: how many each patient had in the month."""

    tables: dict[str, NDArray[np.uint8]]

    @classmethod
    def nothing(cls, patients: int) -> "Seen":
        """Before anything has happened."""
        return cls({name: np.zeros((MONTHS, patients), dtype=np.uint8) for name in TRACKED})

    def note(self, stream: Stream, month: int, rows: IntArray, counts: IntArray) -> None:
        """Keep what happened to the patients `rows` in the month, if patients are counted by it."""
        if stream.name in self.tables:
            self.tables[stream.name][month, rows] = counts

    def within(self, names: tuple[str, ...], last: int, months: int, rows: IntArray) -> IntArray:
        """How many events of these kinds each of the patients `rows` had in the months up to and with the last."""
        every = sum(self.tables[name][last - months + 1 : last + 1].sum(axis=0, dtype=np.int32) for name in names)
        return np.asarray(every, dtype=np.int32)[rows]

    @property
    def patients(self) -> int:
        """How many patients there are, listed or not."""
        return self.tables[TRACKED[0]].shape[1]
