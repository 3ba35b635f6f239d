"""The quarterly files as they were delivered, with all that is wrong with them."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from examples.synthetic.aggregate import Counted, count
from examples.synthetic.codes import ATC, DDD_TENTHS, FIRST_SERVICES, SERVICE_CODES
from examples.synthetic.draws import BoolArray, IntArray, chance, generator
from examples.synthetic.logs import Log
from examples.synthetic.months import MONTHS, QUARTERS, month_text, quarter_number, quarter_text
from examples.synthetic.plan import (
    DOUBLED,
    DOUBLED_MONTH,
    DOUBLED_QUARTER,
    NO_SERVICES,
    NOT_SUBMITTED,
    PROVISIONAL_QUARTER,
)
from examples.synthetic.rates import BANDS, INDICATIONS, SEXES
from examples.synthetic.region import Practice, index_of
from examples.synthetic.write import UTF8, WINDOWS, tenths, thousands, write_lines

Practices = tuple[Practice, ...]
PRESCRIPTIONS = "Ydernummer;Måned;ATC;Indikation;Køn;Aldersgruppe;Recepter;DDD"
SERVICES = "Ydernummer;Måned;Ydelseskode;Køn;Aldersgruppe;Antal"
LIST_SIZES = "Ydernummer;Måned;Køn;Aldersgruppe;Tilmeldte"
_MONTHS = [month_text(month) for month in range(MONTHS)]
_CORRECTED_SHARE = 0.003


def write_prescriptions(inbox: Path, practices: Practices, log: Log) -> None:
    """One file per quarter, and the two that came besides: a provisional one and a correction."""
    counted = count(log)
    counted = counted.where(_submitted(practices, counted))
    for quarter in range(QUARTERS):
        name = quarter_text(quarter)
        right = _quarter(counted, name)
        _prescription_file(inbox, f"recepter_{name}", practices, _doubled(practices, right))
    corrected = _quarter(counted, DOUBLED_QUARTER)
    corrected = corrected.where(_among(practices, corrected, DOUBLED))
    _prescription_file(inbox, f"recepter_{DOUBLED_QUARTER}_rettet", practices, corrected)
    first = count(log.where(~(log.late & (log.month == MONTHS - 1))))
    _prescription_file(
        inbox, f"recepter_{PROVISIONAL_QUARTER}_foreloebig", practices, _quarter(first, PROVISIONAL_QUARTER)
    )


def write_services(inbox: Path, practices: Practices, log: Log, seed: int) -> None:
    """One file per quarter; some lines are followed by one that takes a part of them back."""
    counted = count(log)
    back = _taken_back(counted, seed)
    for quarter in range(QUARTERS):
        name = quarter_text(quarter)
        if name in NO_SERVICES:
            continue
        here = counted.month // 3 == quarter
        amounts = back[here].tolist()
        lines: list[str] = []
        for row, amount in zip(counted.where(here).rows(), amounts, strict=True):
            key = f"{practices[row[0]].number};{_MONTHS[row[1]]};{SERVICE_CODES[row[2]]};{_who(row)}"
            lines.append(f"{key};{row[6] + amount}")
            lines += [f"{key};-{amount}"] if amount else []
        write_lines(inbox / f"ydelser_{name}.csv", [SERVICES, *lines], WINDOWS)


def write_list_sizes(inbox: Path, practices: Practices, log: Log) -> None:
    """One file per quarter, with every month of it."""
    counted = count(log)
    for quarter in range(QUARTERS):
        name = quarter_text(quarter)
        rows = _quarter(counted, name).rows()
        lines = [f"{practices[row[0]].number};{_MONTHS[row[1]]};{_who(row)};{row[6]}" for row in rows]
        write_lines(inbox / f"tilmeldte_{name}.csv", [LIST_SIZES, *lines], UTF8)


def _prescription_file(inbox: Path, name: str, practices: Practices, counted: Counted) -> None:
    lines: list[str] = []
    for row in counted.rows():
        code = ATC[row[2]]
        what = f"{practices[row[0]].number};{_MONTHS[row[1]]};{code};{INDICATIONS[row[3]]};{_who(row)}"
        lines.append(f"{what};{thousands(row[6])};{tenths(row[6] * DDD_TENTHS[code])}")
    write_lines(inbox / f"{name}.csv", [PRESCRIPTIONS, *lines], UTF8)


def _who(row: tuple[int, ...]) -> str:
    return f"{SEXES[row[4]]};{BANDS[row[5]]}"


def _quarter(counted: Counted, name: str) -> Counted:
    return counted.where(counted.month // 3 == quarter_number(name))


def _among(practices: Practices, counted: Counted, numbers: tuple[str, ...]) -> BoolArray:
    return np.isin(counted.practice, [index_of(practices, number) for number in numbers])


def _submitted(practices: Practices, counted: Counted) -> BoolArray:
    """False for the rows of a practice that is missing from a quarter's file."""
    keep = np.ones(len(counted.practice), dtype=np.bool_)
    for number, quarter in NOT_SUBMITTED:
        keep &= ~(_among(practices, counted, (number,)) & (counted.month // 3 == quarter_number(quarter)))
    return keep


def _doubled(practices: Practices, counted: Counted) -> Counted:
    """The rows with the error: everything twice, for some practices in one month."""
    wrong = _among(practices, counted, DOUBLED) & (counted.month == _MONTHS.index(DOUBLED_MONTH))
    return replace(counted, count=np.where(wrong, 2 * counted.count, counted.count))


def _taken_back(counted: Counted, seed: int) -> IntArray:
    """For each row, how many services too many it has: 0 for nearly all, else 1 to 3; none of the rarer services."""
    rng = generator(seed, 5)
    first = counted.code < len(FIRST_SERVICES)
    hit = chance(rng, _CORRECTED_SHARE, int(first.sum()))
    back = np.zeros(len(counted.count), dtype=np.int32)
    back[first] = np.where(hit, rng.integers(1, 4, size=len(hit), dtype=np.int32), np.int32(0))
    return back
