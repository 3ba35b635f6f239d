"""Answer forms: the questions of a questionnaire, or about a meeting and its package, as they stand on a form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from transforms.definitions import Package
from transforms.errors import UserError
from transforms.model import Text
from transforms.package_parts import Choice, OnlyIf, Questionnaire

SCALE = ("1", "2", "3", "4", "5")
MEETING: tuple[tuple[str, Literal["scale", "yes_no", "text"]], ...] = (
    ("meeting_worth", "scale"),
    ("meeting_safe", "scale"),
    ("meeting_figures", "yes_no"),
    ("meeting_try", "yes_no"),
    ("meeting_other", "text"),
)
"""What every meeting is asked about, whatever its package; the words are in reports/words, [answer_form]."""
LONGEST = 300
"""Letters of a free text."""


class NoQuestionnaireError(UserError):
    """The package has no questionnaire."""


@dataclass(frozen=True)
class FormQuestion:
    """One question of a form; `words` None where they are klyngeflow's own. A text has no `choices`."""

    code: str
    words: Text | None
    choices: tuple[Choice, ...] = ()
    only_if: OnlyIf | None = None


def questionnaire_of(package: Package) -> Questionnaire:
    """The package's questionnaire, the first where it has several.

    Raises:
        NoQuestionnaireError: it has none.
    """
    if not package.questionnaires:
        raise NoQuestionnaireError(f"The package {package.id} has no questionnaire: see [[questionnaires]] in trivsel.")
    return package.questionnaires[0]


def of_questionnaire(package: Package) -> tuple[FormQuestion, ...]:
    """The questions of the package's questionnaire, in their order.

    Raises:
        NoQuestionnaireError: it has none.
    """
    asked = questionnaire_of(package).asked
    return tuple(FormQuestion(each.code, each.text, each.answers, each.only_if) for each in asked)


def of_evaluation(package: Package) -> tuple[FormQuestion, ...]:
    """What is asked after a meeting: five questions that all packages share, then the package's own `feedback`."""
    shared = [FormQuestion(code, None, _choices(answer)) for code, answer in MEETING]
    return (*shared, *(FormQuestion(each.id, each.text, _choices(each.answer)) for each in package.feedback))


def _choices(answer: str) -> tuple[Choice, ...]:
    """Short names alone: their words are those of the form's language."""
    names = {"scale": SCALE, "yes_no": ("ja", "nej"), "text": ()}[answer]
    return tuple(Choice(id=name, text=Text(da=""), score=float(name) if answer == "scale" else None) for name in names)


def unasked(given: dict[str, str], questions: tuple[FormQuestion, ...]) -> str | None:
    """The first question that was answered though an earlier answer leads past it; None where there is none."""
    for question in questions:
        rule = question.only_if
        if question.code in given and rule is not None and given.get(rule.code) not in rule.answers:
            return question.code
    return None
