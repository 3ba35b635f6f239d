"""truth/measures.csv: the true numerator and denominator of every measure of the packages, practice and window."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from examples.synthetic.counted import shows_care_plans
from examples.synthetic.draws import BoolArray
from examples.synthetic.ears import EarContacts
from examples.synthetic.health import Health
from examples.synthetic.months import month_number
from examples.synthetic.plan import COUNTED_TO, EFFECT_FROM, LESSONS
from examples.synthetic.region import Practice, event_of
from examples.synthetic.staff import Survey
from examples.synthetic.true_measures import (
    OF_LIST,
    TrueMeasure,
    of_care_plans,
    of_patients,
    of_prescriptions,
    of_services,
)
from examples.synthetic.true_own_counts import of_ears, of_staff
from examples.synthetic.true_tables import Tables
from examples.synthetic.write import write_lines

HALF_YEARS = (("2025-01", "2025-06"), ("2026-01", "2026-06"))
YEARS = (("2024-07", "2025-06"), ("2025-07", "2026-06"))
AUTUMNS = (("2024-10", "2024-12"), ("2025-10", "2025-12"))
# First and last month of each package's two windows.
WINDOWS_OF = {
    "antibiotika": HALF_YEARS,
    "crp": HALF_YEARS,
    "nsaid": YEARS,
    "kol_behandling": YEARS,
    "diabetes_behandling": YEARS,
    "trivsel": (("2025-04", "2025-06"), ("2026-04", "2026-06")),
    "oeregener_hos_boern": (("2025-01", "2025-03"), ("2026-01", "2026-03")),
    "conjunctivitis": YEARS,
    "diabetes_organisering": YEARS,
    "kol_diagnostik": YEARS,
    "covid19_i_klinikken": HALF_YEARS,
    "nedre_luftveje": HALF_YEARS,
    "dosisdispensering": YEARS,
    "hjerte_kar": YEARS,
    "tvaersektorielt_samarbejde": AUTUMNS,
    "ppi": YEARS,
    "smerte_og_opioider": YEARS,
    "spirometri": YEARS,
    "hjemmebesoeg": YEARS,
    "attester": AUTUMNS,
    "afhaengighedsskabende": YEARS,
    "antipsykotika": YEARS,
    "fmk_ajourfoering": (("2024-11", "2024-11"), ("2025-11", "2025-11")),
}
HEAD = (
    "package,measure,category,window_start,window_end,"
    "ydernummer,cluster,numerator,denominator,denominator_times,submitted"
)


def write_measures(truth: Path, tables: Tables, measures: Iterable[TrueMeasure]) -> None:
    """One row per measure, window, practice with patients in it, and cluster that it belonged to in those months.

    `numerator` and `denominator` are sums of whole things, and of person-months where a list is divided by: times
    `denominator_times` (a fraction) it is the denominator. Both cover the months whose files came; where none did,
    `submitted` is 0 and they are empty.
    """
    lines = [HEAD]
    for measure in measures:
        for first, last in WINDOWS_OF[measure.package]:
            window = range(month_number(first), month_number(last) + 1)
            name = f"{measure.package},{measure.measure},{measure.category},{first},{last}"
            lines += [f"{name},{row}" for row in _rows(tables, measure, window)]
    write_lines(truth / "measures.csv", lines)


def write_lessons(truth: Path) -> None:
    """One row per measure that a cluster truly changed between the two counts of patients."""
    rows = [f"{each.package},{each.measure},{each.cluster},{each.factor:.2f},{EFFECT_FROM}" for each in LESSONS]
    write_lines(truth / "lessons.csv", ["package,measure,cluster,true_factor,from", *rows])


def true_measures(tables: Tables, counts: tuple[Health, ...], ears: EarContacts, found: Survey) -> list[TrueMeasure]:
    """Every measure of every package."""
    return [
        *of_prescriptions(tables),
        *of_services(tables),
        *of_patients(tables, counts),
        *of_care_plans(tables, counts, care_plans_came(tables)),
        *of_staff(tables, found),
        *of_ears(tables, ears),
    ]


def care_plans_came(tables: Tables) -> BoolArray:
    """Of which practices the care plans were shown, in the months of the counts."""
    came: BoolArray = np.zeros_like(tables.patients(), dtype=np.bool_)
    for count, month in enumerate(COUNTED_TO):
        came[:, month_number(month)] = [shows_care_plans(practice, count) for practice in tables.practices]
    return came


def _rows(tables: Tables, measure: TrueMeasure, window: range) -> list[str]:
    listed = tables.patients() > 0
    counted = listed & measure.came
    if measure.at_end:
        # Counted once, for the list as it is at the end: whoever has no list then has no count.
        counted = listed & counted[:, window[-1]][:, None]
    times = f"1/{len(window)}" if measure.times == OF_LIST else measure.times
    lines: list[str] = []
    for index, practice in enumerate(tables.practices):
        for cluster, months in _stays(practice, window, at_end=measure.at_end).items():
            here = [month for month in months if listed[index, month]]
            kept = [month for month in here if counted[index, month]]
            if here:
                lines.append(f"{practice.number},{cluster},{_sums(measure, index, kept)},{times},{int(bool(kept))}")
    return lines


def _stays(practice: Practice, window: range, *, at_end: bool) -> dict[str, list[int]]:
    """The months of the window by the cluster that the practice belonged to; all of them by the last one, if so."""
    event = event_of(practice.number)
    moved = month_number(f"{event.day:%Y-%m}") if event and event.kind == "moves" else None
    stays: dict[str, list[int]] = {}
    for month in window:
        asked = window[-1] if at_end else month
        there = event.target if event and moved is not None and asked >= moved else practice.cluster
        stays.setdefault(there, []).append(month)
    return stays


def _sums(measure: TrueMeasure, index: int, months: list[int]) -> str:
    if not months:
        return ","
    above, below = (int(table[index, months].sum()) for table in (measure.numerator, measure.denominator))
    return f"{above // 10}.{above % 10},{below}" if measure.tenths else f"{above},{below}"
