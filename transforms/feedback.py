"""What clusters answered about packages after their meetings, by package and version, where enough of them did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from transforms.disclosure_kinds import FEWEST_ANSWERS, FEWEST_CLINICS

_SCALE = 5
_STEPS = frozenset(str(step) for step in range(1, _SCALE + 1))
_YES = "ja"


@dataclass(frozen=True)
class Answered:
    """One question: how many answered, and their mean from 1 to 5, the share of yes in per cent, or their words.

    Nothing but `question` is known (`shown` false) where fewer than 5 answered, or they are of one practice.
    """

    question: str
    shown: bool
    answers: int | None = None
    mean: float | None = None
    yes: float | None = None
    texts: tuple[str, ...] = ()

    @property
    def standing(self) -> float:
        """From 0 (nobody is content) to 1, for the order; 2 where there is no figure."""
        if self.mean is not None:
            return (self.mean - 1) / (_SCALE - 1)
        return 2.0 if self.yes is None else self.yes / 100


@dataclass(frozen=True)
class Feedback:
    """What came back about one version of a package: how many forms, and each question, least content first."""

    package: str
    version: str
    forms: int
    questions: tuple[Answered, ...]


def collected(rows: Iterable[Mapping[str, Any]]) -> list[Feedback]:
    """The answers in `rows` (package_id, version, form, practice_id, question_id, answer) by package and version."""
    ordered = sorted(rows, key=lambda row: (row["package_id"], row["version"], row["question_id"]))
    found: list[Feedback] = []
    for (package, version), group in groupby(ordered, key=lambda row: (row["package_id"], row["version"])):
        answers = list(group)
        by_question = groupby(answers, key=lambda row: row["question_id"])
        questions = [_answered(question, list(each)) for question, each in by_question]
        questions.sort(key=lambda each: (each.standing, each.question))
        found.append(Feedback(package, version, len({row["form"] for row in answers}), tuple(questions)))
    return found


def _answered(question: str, rows: list[Mapping[str, Any]]) -> Answered:
    if len(rows) < FEWEST_ANSWERS or len({row["practice_id"] for row in rows}) < FEWEST_CLINICS:
        return Answered(question, shown=False)
    answers = [str(row["answer"]) for row in rows]
    if all(answer in _STEPS for answer in answers):
        return Answered(question, True, len(answers), mean=sum(map(int, answers)) / len(answers))
    if set(answers) <= {_YES, "nej"}:
        return Answered(question, True, len(answers), yes=100 * answers.count(_YES) / len(answers))
    # In the order of the alphabet, which is nobody's.
    return Answered(question, True, len(answers), texts=tuple(sorted(map(_plain, answers), key=str.casefold)))


def _plain(text: str) -> str:
    """`text` without what a terminal obeys or what turns the direction of the line around."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
