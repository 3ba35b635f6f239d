"""The files besides the quarterly ones: counts of patients, care plans, the questionnaire and practices' own counts."""

from pathlib import Path

import numpy as np

from examples.synthetic.counted import shows_care_plans
from examples.synthetic.draws import BoolArray
from examples.synthetic.ears import EAR_CODES, EarContacts, ears_counted
from examples.synthetic.groups import LOOKED, ORDERED, who
from examples.synthetic.groups_shape import Ordered
from examples.synthetic.health import Health
from examples.synthetic.months import month_number
from examples.synthetic.plan import COUNTED_TO, EAR_MONTHS, WAVES
from examples.synthetic.rates import BANDS
from examples.synthetic.region import Practice
from examples.synthetic.staff import Survey
from examples.synthetic.write import write_lines

Practices = tuple[Practice, ...]
ORDERED_HEAD = "Ydernummer;Måned;Opgjort over;Patientgruppe;Aldersgruppe;Patienter"
LOOKED_HEAD = "Ydernummer;Måned;Opgjort over;Sygdom;Patientgruppe;Patienter;Ud af"
ANSWERS_HEAD = "Ydernummer;Måned;Skema;Besvarelse;Spørgsmål;Svar;Værdi"
OWN_HEAD = "Ydernummer;Måned;Registrering;Antal"
QUESTIONNAIRE = "trivsel"
INVITED = "trivsel_inviterede"
_ON_A_SCALE = "arbejdsglaede"


def write_ordered(inbox: Path, practices: Practices, counts: tuple[Health, ...]) -> None:
    """One file per count; a practice that has nobody in a group has no row."""
    for month, health in zip(COUNTED_TO, counts, strict=True):
        lines = [line for group in ORDERED for line in ordered_lines(practices, month, health, group)]
        write_lines(inbox / f"patienttal_{month}.csv", [ORDERED_HEAD, *lines])


def write_looked(inbox: Path, practices: Practices, counts: tuple[Health, ...]) -> None:
    """One file per count, with every group of each practice whose plans are shown."""
    for number, (month, health) in enumerate(zip(COUNTED_TO, counts, strict=True)):
        lines: list[str] = []
        for group in LOOKED:
            inside, out_of = (_by_practice(health, who(health, have)) for have in (group.have, group.of))
            lines += [
                f"{practice.number};{month};12;{group.condition};{group.name};{inside[index]};{out_of[index]}"
                for index, practice in enumerate(practices)
                if shows_care_plans(practice, number)
            ]
        write_lines(inbox / f"forloebsplaner_{month}.csv", [LOOKED_HEAD, *lines])


def write_answers(inbox: Path, practices: Practices, survey: Survey) -> None:
    """One file per wave, sorted by what the answer sheets are called: their order tells nothing of who came first."""
    for wave, month in enumerate(WAVES):
        lines = [
            f"{practices[each.practice].number};{month};{QUESTIONNAIRE};{each.respondent};{each.question};{each.answer};"
            + (each.answer if each.question == _ON_A_SCALE else "")
            for each in survey.answers
            if each.wave == wave
        ]
        write_lines(inbox / f"spoergeskema_{QUESTIONNAIRE}_{month}.csv", [ANSWERS_HEAD, *sorted(lines)])


def write_own_counts(inbox: Path, practices: Practices, ears: EarContacts, survey: Survey) -> None:
    """One file per month in which practices counted something themselves; what did not happen is a row with 0."""
    for month in EAR_MONTHS:
        here = ears.month == month_number(month)
        done = np.stack(
            [np.bincount(ears.practice[here & ears.done[:, code]], minlength=len(practices)) for code in range(4)]
        )
        lines = [
            f"{practice.number};{month};{code};{done[place, index]}"
            for index, practice in enumerate(practices)
            if ears_counted(practice, month)
            for place, code in enumerate(EAR_CODES)
        ]
        write_lines(inbox / f"registreringer_{month}.csv", [OWN_HEAD, *lines])
    for wave, month in enumerate(WAVES):
        asked = [
            f"{practices[index].number};{month};{INVITED};{count}"
            for (index, in_wave), count in survey.invited.items()
            if in_wave == wave
        ]
        write_lines(inbox / f"registreringer_{month}.csv", [OWN_HEAD, *asked])


def ordered_lines(practices: Practices, month: str, health: Health, group: Ordered) -> list[str]:
    """One line per practice that has patients in the group, and per age band where it is split."""
    members = who(health, group.have)
    ages = [(band, members & (health.band == place)) for place, band in enumerate(BANDS)] if group.by_age else []
    parts = [(age, _by_practice(health, inside)) for age, inside in ages or [("", members)]]
    return [
        f"{practice.number};{month};{group.months};{group.name};{age};{counted[index]}"
        for index, practice in enumerate(practices)
        for age, counted in parts
        if counted[index]
    ]


def _by_practice(health: Health, inside: BoolArray) -> list[int]:
    return np.bincount(health.practice[inside], minlength=64).tolist()
