"""Logs of what happened, one row per event; every count, delivered or true, is taken from them."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from examples.synthetic.draws import BoolArray, IntArray

ByteArray = NDArray[np.uint8]


@dataclass(frozen=True)
class Log:
    """One row per event: practice, month, code, indication, sex, age band, each as its place in its own list.

    Without a meaning for the kind of event, `code` and `indication` are 0. `late` is true of a prescription that
    had not reached the register when the provisional file was made.
    """

    practice: ByteArray
    month: ByteArray
    code: ByteArray
    indication: ByteArray
    sex: ByteArray
    band: ByteArray
    late: BoolArray

    def repeat(self, counts: IntArray, code: int = 0) -> "Log":
        """Each row as many times as `counts` says, with the code."""
        rows = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        events = Log(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})
        return replace(events, code=np.full(len(rows), code, dtype=np.uint8))

    def where(self, keep: BoolArray) -> "Log":
        """The rows to keep."""
        return Log(**{field.name: getattr(self, field.name)[keep] for field in fields(self)})


def join(logs: list[Log]) -> Log:
    """All rows of all logs, in order."""
    return Log(**{field.name: np.concatenate([getattr(log, field.name) for log in logs]) for field in fields(Log)})
