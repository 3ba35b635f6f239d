"""From events to counted rows, as an extract has them."""

from dataclasses import dataclass

import numpy as np

from examples.synthetic.draws import BoolArray, IntArray
from examples.synthetic.logs import Log

_SIZES = {"practice": 64, "month": 30, "code": 40, "indication": 8, "sex": 2, "band": 9}


@dataclass(frozen=True)
class Counted:
    """One row per practice, month, code, indication, sex and age band with at least one event, in that order."""

    practice: IntArray
    month: IntArray
    code: IntArray
    indication: IntArray
    sex: IntArray
    band: IntArray
    count: IntArray

    def where(self, keep: BoolArray) -> "Counted":
        """The rows to keep."""
        return Counted(*(column[keep] for column in self.columns()))

    def columns(self) -> tuple[IntArray, ...]:
        """The columns in order, the count last."""
        return (self.practice, self.month, self.code, self.indication, self.sex, self.band, self.count)

    def rows(self) -> list[tuple[int, ...]]:
        """The rows as plain whole numbers."""
        return list(zip(*(column.tolist() for column in self.columns()), strict=True))


def count(log: Log) -> Counted:
    """Count the events of a log by everything that is known of them."""
    flat = np.zeros(len(log.practice), dtype=np.int32)
    for name, size in _SIZES.items():
        flat = flat * size + getattr(log, name)
    totals = np.bincount(flat)
    present = np.flatnonzero(totals)
    keys = np.unravel_index(present, tuple(_SIZES.values()))
    return Counted(*(column.astype(np.int32) for column in (*keys, totals[present])))
