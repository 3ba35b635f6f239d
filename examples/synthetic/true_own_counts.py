"""The true figures of what practices and their staff counted and answered themselves."""

import numpy as np

from examples.synthetic.draws import BoolArray
from examples.synthetic.ears import EAR_CODES, EarContacts, ears_counted
from examples.synthetic.months import month_number
from examples.synthetic.plan import EAR_MONTHS, WAVES
from examples.synthetic.staff import QUESTIONS, Answer, Survey
from examples.synthetic.true_measures import OF_LIST, TrueMeasure
from examples.synthetic.true_tables import Table, Tables

_TO_15 = 1
_PACKAGE, _EARS = "trivsel", "oeregener_hos_boern"


def of_staff(tables: Tables, found: Survey) -> list[TrueMeasure]:
    """trivsel: by practice and month of the wave."""

    def given(question: str, *answers: str) -> Table:
        return _tally(tables, [each for each in found.answers if each.question == question and each.answer in answers])

    came = _tally(tables, list(found.answers)) > 0
    glad = given("arbejdsglaede", *QUESTIONS["arbejdsglaede"])
    score = np.sum([int(step) * given("arbejdsglaede", step) for step in QUESTIONS["arbejdsglaede"]], axis=0)
    shares = {
        "stressed_share": ("stress", ("ofte", "altid")),
        "scheduled_break_share": ("pause", ("ja",)),
        "agreed_change_share": ("aftalt_aendring", ("ja",)),
    }
    return [
        TrueMeasure(_PACKAGE, "response_rate", glad, _invited(tables, found), came),
        TrueMeasure(_PACKAGE, "job_satisfaction", score, glad, came),
        *(
            TrueMeasure(_PACKAGE, "job_satisfaction_spread", given("arbejdsglaede", step), glad, came, category=step)
            for step in QUESTIONS["arbejdsglaede"]
        ),
        *(
            TrueMeasure(_PACKAGE, name, given(question, *answers), given(question, *QUESTIONS[question]), came)
            for name, (question, answers) in shares.items()
        ),
    ]


def of_ears(tables: Tables, contacts: EarContacts) -> list[TrueMeasure]:
    """oeregener_hos_boern: by practice and month that the practice delivered."""
    came: BoolArray = np.zeros_like(tables.patients(), dtype=np.bool_)
    for month in EAR_MONTHS:
        came[:, month_number(month)] = [ears_counted(practice, month) for practice in tables.practices]
    done = {code: _done(tables, contacts, place) for place, code in enumerate(EAR_CODES)}
    shares = {
        "tympanometry_share": "oere_trykmaaling",
        "wait_and_see_share": "oere_se_an",
        "antibiotics_same_day_share": "oere_antibiotika",
    }
    every = done["oere_kontakt"]
    return [
        TrueMeasure(_EARS, "ear_contacts_per_1000", every, tables.patients(0, _TO_15), came, OF_LIST),
        *(TrueMeasure(_EARS, name, done[code], every, came) for name, code in shares.items()),
    ]


def _done(tables: Tables, contacts: EarContacts, place: int) -> Table:
    table = np.zeros_like(tables.patients())
    chosen = contacts.done[:, place]
    np.add.at(table, (contacts.practice[chosen], contacts.month[chosen]), 1)
    return table


def _tally(tables: Tables, answers: list[Answer]) -> Table:
    table = np.zeros_like(tables.patients())
    for each in answers:
        table[each.practice, month_number(WAVES[each.wave])] += 1
    return table


def _invited(tables: Tables, found: Survey) -> Table:
    table = np.zeros_like(tables.patients())
    for (practice, wave), count in found.invited.items():
        table[practice, month_number(WAVES[wave])] = count
    return table
