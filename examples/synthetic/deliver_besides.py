"""The files that only the rest of the catalogue asks for: dose dispensing, municipal data, the autumn's counts."""

from pathlib import Path

from examples.synthetic.autumn import CERTIFICATE, CERTIFICATES, KINDS, OWN, Autumn
from examples.synthetic.deliver_counts import OWN_HEAD, ordered_lines
from examples.synthetic.groups_besides import DOSE_DISPENSED
from examples.synthetic.health import Health
from examples.synthetic.months import month_number, quarter_text
from examples.synthetic.plan import COUNTED_TO, MUNICIPAL_MONTHS, MUNICIPALITY_OF, OWN_MONTHS
from examples.synthetic.region import Practice
from examples.synthetic.write import WINDOWS, write_lines

DOSE_HEAD = "Ydernummer;Måned;Opgjort over;Patientgruppe;Aldersgruppe;Patienter"
MUNICIPAL_HEAD = "Ydernummer;Måned;Kommunekode;Slags;Antal;Efter fristen"
Practices = tuple[Practice, ...]


def write_dose_dispensing(inbox: Path, practices: Practices, counts: tuple[Health, ...]) -> None:
    """One file per count; a practice that has nobody in a group has no row."""
    for month, health in zip(COUNTED_TO, counts, strict=True):
        lines = [line for group in DOSE_DISPENSED for line in ordered_lines(practices, month, health, group)]
        write_lines(inbox / f"dosisdispensering_{month}.csv", [DOSE_HEAD, *lines])


def write_municipal(inbox: Path, practices: Practices, found: Autumn) -> None:
    """One file per quarter; nought is a row with 0, and what has no deadline has nothing after it."""
    quarters: dict[str, list[str]] = {quarter_text(month_number(month) // 3): [] for month in MUNICIPAL_MONTHS}
    for month in MUNICIPAL_MONTHS:
        column = month_number(month)
        quarters[quarter_text(column // 3)] += [
            f"{practice.number};{month};{MUNICIPALITY_OF[practice.cluster]};{kind};"
            f"{found.counted[kind][index, column]};{found.overdue[kind][index, column] if kind in CERTIFICATES else ''}"
            for index, practice in enumerate(practices)
            if found.municipal_came[index, column]
            for kind in KINDS
        ]
    for quarter, lines in quarters.items():
        write_lines(inbox / f"kommune_{quarter}.csv", [MUNICIPAL_HEAD, *lines], WINDOWS)


def write_autumn(inbox: Path, practices: Practices, found: Autumn) -> None:
    """One file per autumn with what the practices counted themselves; time where it was taken."""
    for month in OWN_MONTHS:
        column = month_number(month)
        lines = [
            f"{practice.number};{month};{code};{found.counted[code][index, column]};"
            + (str(found.minutes[index, column]) if code == CERTIFICATE else "")
            for index, practice in enumerate(practices)
            if found.own_came[index, column]
            for code in OWN
        ]
        write_lines(inbox / f"registreringer_{month}.csv", [f"{OWN_HEAD};Minutter", *lines])
