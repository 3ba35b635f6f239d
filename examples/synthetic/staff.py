"""The staff who were asked how they thrive, and what each of them answered."""

from typing import NamedTuple

import numpy as np

from examples.synthetic.draws import choose, cumulative, generator, on_grid, uniforms
from examples.synthetic.months import month_number
from examples.synthetic.plan import ASKED, SILENT, WAVES
from examples.synthetic.region import Practice

QUESTIONS = {
    "arbejdsglaede": ("1", "2", "3", "4", "5"),
    "stress": ("aldrig", "sjaeldent", "af_og_til", "ofte", "altid"),
    "pause": ("ja", "nej"),
    "aftalt_aendring": ("ja", "nej"),
}
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_SIGNS = "23456789" + _LETTERS
_FEWEST, _MOST = 5, 12
_STAYS, _ANSWERS, _LEAVES_OUT = 0.8, 0.72, 0.04
# Weights of the answers: of all, and of stress for those who are glad to work there and for those who are not.
_GLAD = cumulative([3, 8, 22, 43, 24])
_STRESS = cumulative([[2, 8, 32, 40, 18], [14, 34, 36, 13, 3]])
_YES = {"pause": 0.62, "aftalt_aendring": 0.41}
_CONTENT = 3


class Answer(NamedTuple):
    """One answer of one respondent, whose code is the same in both waves, to one question."""

    practice: int
    wave: int
    respondent: str
    question: str
    answer: str


class Survey(NamedTuple):
    """Every answer, and how many were asked by practice and wave."""

    answers: tuple[Answer, ...]
    invited: dict[tuple[int, int], int]


def survey(practices: tuple[Practice, ...], seed: int) -> Survey:
    """Both waves of the questionnaire."""
    rng = generator(seed, 11)
    seats = rng.integers(_FEWEST, _MOST + 1, size=len(practices), dtype=np.int32)
    place = np.repeat(np.arange(len(practices), dtype=np.int32), seats)
    codes = _codes(rng, len(place))
    answers: list[Answer] = []
    invited: dict[tuple[int, int], int] = {}
    for wave, month in enumerate(WAVES):
        asked = [_is_asked(practice, month) for practice in practices]
        invited |= {(index, wave): int(seats[index]) for index, is_asked in enumerate(asked) if is_asked}
        # Some seats are taken by somebody else the second time.
        stays = uniforms(rng, len(place)) < on_grid(_STAYS)
        who = [first if stay or wave == 0 else then for first, then, stay in zip(*codes, stays.tolist(), strict=True)]
        given = _answers(rng, len(place))
        replies = uniforms(rng, len(place)) < on_grid(_ANSWERS)
        for seat, practice in enumerate(place.tolist()):
            if asked[practice] and replies[seat] and practices[practice].number not in SILENT:
                found = ((question, chosen[seat]) for question, chosen in given.items())
                answers += [Answer(practice, wave, who[seat], each, text) for each, text in found if text]
    return Survey(tuple(answers), invited)


def _is_asked(practice: Practice, month: str) -> bool:
    named = ASKED[practice.cluster]
    return practice.opens <= month_number(month) < practice.shuts and (not named or practice.number in named)


def _answers(rng: np.random.Generator, count: int) -> dict[str, list[str]]:
    """One answer per seat and question; empty where the question was left out."""
    glad = choose(rng, _GLAD, count)
    stress = choose(rng, _STRESS[(glad >= _CONTENT).astype(np.int32)], count)
    chosen = {"arbejdsglaede": glad, "stress": stress}
    chosen |= {name: (uniforms(rng, count) >= on_grid(share)).astype(np.int32) for name, share in _YES.items()}
    left_out = {name: uniforms(rng, count) < on_grid(_LEAVES_OUT) for name in QUESTIONS}
    return {
        name: ["" if out else QUESTIONS[name][place] for place, out in zip(places, left_out[name], strict=True)]
        for name, places in ((name, found.tolist()) for name, found in chosen.items())
    }


def _codes(rng: np.random.Generator, seats: int) -> tuple[list[str], list[str]]:
    """A code for whoever has each seat first, and one for whoever has it then; no two are the same."""
    room = len(_LETTERS) * len(_SIGNS) ** 3
    codes = [_code(number) for number in rng.choice(room, size=2 * seats, replace=False).tolist()]
    return codes[:seats], codes[seats:]


def _code(number: int) -> str:
    number, first = divmod(number, len(_LETTERS))
    signs = [_LETTERS[first]]
    for _ in range(3):
        number, sign = divmod(number, len(_SIGNS))
        signs.append(_SIGNS[sign])
    return "".join(signs)
