"""Tables of practices by months behind the true figures, summed straight from the simulated events and individuals."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from examples.synthetic.codes import ATC, DDD_TENTHS, SERVICE_CODES
from examples.synthetic.draws import BoolArray
from examples.synthetic.health import Health
from examples.synthetic.logs import Log
from examples.synthetic.months import MONTHS, month_number, quarter_text
from examples.synthetic.plan import COUNTED_TO, NO_SERVICES, NOT_SUBMITTED
from examples.synthetic.rates import INDICATIONS
from examples.synthetic.region import Practice
from examples.synthetic.simulate import Simulation

Table = NDArray[np.int64]


@dataclass(frozen=True)
class Tables:
    """What happened, by practice and month; `listed` by age band too."""

    practices: tuple[Practice, ...]
    happened: Simulation
    listed: NDArray[np.int64]

    @classmethod
    def of(cls, practices: tuple[Practice, ...], happened: Simulation) -> "Tables":
        """The tables of one simulated region."""
        log = happened.listed
        flat = (log.practice.astype(np.int32) * MONTHS + log.month) * 9 + log.band
        counted = np.bincount(flat, minlength=len(practices) * MONTHS * 9)
        return cls(practices, happened, counted.reshape(len(practices), MONTHS, 9))

    def patients(self, first_band: int = 0, last_band: int = 8) -> Table:
        """Listed patients of these age bands: person-months."""
        return self.listed[:, :, first_band : last_band + 1].sum(axis=2)

    def items(self, codes: Callable[[str], bool], keep: BoolArray | None = None) -> Table:
        """Prescriptions of the codes, of those to keep."""
        chosen = np.isin(self.happened.prescriptions.code, [place for place, code in enumerate(ATC) if codes(code)])
        return self._tally(self.happened.prescriptions, chosen if keep is None else chosen & keep)

    def ddd_tenths(self, codes: Callable[[str], bool]) -> Table:
        """Tenths of defined daily doses of the codes."""
        wanted = [code for code in ATC if codes(code)]
        parts = [DDD_TENTHS[code] * self.items(lambda other, code=code: other == code) for code in wanted]
        return np.sum(parts, axis=0)

    def indicated(self, *indications: str) -> BoolArray:
        """The prescriptions with one of these indications recorded."""
        wanted = [INDICATIONS.index(indication) for indication in indications]
        return np.isin(self.happened.prescriptions.indication, wanted)

    def services(self, code: str, last_band: int = 8, first_band: int = 0) -> Table:
        """Services of the code to patients from and up to the age bands."""
        log = self.happened.services
        inside = (log.band >= first_band) & (log.band <= last_band)
        return self._tally(log, (log.code == SERVICE_CODES.index(code)) & inside)

    def at_ends(self, counts: tuple[Health, ...], chosen: Callable[[Health], BoolArray]) -> Table:
        """Patients chosen in each count, in the month it was made to."""
        table = np.zeros((len(self.practices), MONTHS), dtype=np.int64)
        for month, health in zip(COUNTED_TO, counts, strict=True):
            inside = health.practice[chosen(health)]
            table[:, month_number(month)] = np.bincount(inside, minlength=len(self.practices))
        return table

    def came(self, source: Literal["prescriptions", "services"]) -> BoolArray:
        """Whether the practice's quarterly file of the month ever came."""
        table = np.ones((len(self.practices), MONTHS), dtype=np.bool_)
        for month in range(MONTHS):
            quarter = quarter_text(month // 3)
            if source == "services":
                table[:, month] = quarter not in NO_SERVICES
            else:
                table[:, month] = [(practice.number, quarter) not in NOT_SUBMITTED for practice in self.practices]
        return table

    def _tally(self, log: Log, keep: BoolArray) -> Table:
        flat = log.practice[keep].astype(np.int32) * MONTHS + log.month[keep]
        return np.bincount(flat, minlength=len(self.practices) * MONTHS).reshape(len(self.practices), MONTHS)
