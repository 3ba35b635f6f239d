"""What a klyngepakke has beside its measures: references, an agenda, questions, a change log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal, Self

from pydantic import Field, HttpUrl, model_validator

from transforms.model import Strict, Text
from transforms.naming import unknown

AGENDAS = ("40", "90", "120", "virtual")
"""The meetings an agenda has times for: of 40, 90 and 120 minutes, and one on a screen."""


class Question(Text):
    """An open question for the meeting; `measures` are those whose figures it is about, none where it is about all."""

    measures: tuple[str, ...] = ()


class Reference(Strict):
    """A source that whoever wrote the package has opened. Texts cite it as a footnote, `[^id]`."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    title: str
    publisher: str
    year: int = Field(ge=1900, le=2100)
    url: HttpUrl | None = None
    opened: date


class Aim(Text):
    """A national aim, for information only; `origin` is the reference it stands in."""

    origin: str


class Change(Strict):
    """One line of the change log: what this version changed, and why."""

    version: str
    on: date
    what: Text


class AgendaItem(Strict):
    """One item of a meeting: how many minutes it takes in each of the meetings that have it."""

    what: Text
    form: Text | None = None
    minutes: dict[Literal["40", "90", "120", "virtual"], int] = Field(min_length=1)

    @model_validator(mode="after")
    def _takes_time(self) -> Self:
        if any(minutes < 1 for minutes in self.minutes.values()):
            raise ValueError(
                f"agenda, {self.what.da!r}: an item takes a minute or more; leave out the meetings without it"
            )
        return self


class LaidOver(Strict):
    """What a region, a municipality or a cluster laid over a package, so that reports can say so.

    `added` and `left_out` are titles of measures; `months` and `minimum_events` are set where they were changed.
    """

    by: Text
    added: tuple[Text, ...] = ()
    left_out: tuple[Text, ...] = ()
    months: int | None = None
    minimum_events: int | None = None
    questions: bool = False
    words: bool = False


class Feedback(Strict):
    """One question that clusters answer when they have used the package."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    text: Text
    answer: Literal["scale", "yes_no", "text"]


class Counted(Strict):
    """What practices count themselves under `code`: as a counting sheet says it, and how it is to be counted."""

    code: str = Field(pattern=r"^[a-zæøå][a-zæøå0-9_]{1,39}$")
    what: Text
    how: Text | None = None


class Choice(Strict):
    """One answer to choose: its short name in the data, its words, and its figure where the question has a scale."""

    id: str = Field(pattern=r"^(?:[a-zæøå][a-zæøå0-9_]{0,19}|[0-9]{1,2})$")
    text: Text
    score: float | None = Field(default=None, ge=0, le=10)


class OnlyIf(Strict):
    """Who is asked: those who gave one of `answers` to the earlier question `code`."""

    code: str
    answers: tuple[str, ...] = Field(min_length=1)


class Asked(Strict):
    """One question of a questionnaire with the answers there are; `only_if` where not everybody is asked it."""

    code: str = Field(pattern=r"^[a-zæøå][a-zæøå0-9_]{1,29}$")
    text: Text
    answers: tuple[Choice, ...] = Field(min_length=2)
    only_if: OnlyIf | None = None

    @model_validator(mode="after")
    def _offers_each_answer_once(self) -> Self:
        for names in ([each.id for each in self.answers], [each.text.da for each in self.answers]):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"question {self.code!r} offers {', '.join(twice)} more than once")
        return self


class Questionnaire(Strict):
    """Questions that doctors and staff answer under a code of their own; `id` is its name in the data."""

    id: str = Field(pattern=r"^[a-zæøå][a-zæøå0-9_]{1,29}$")
    title: Text
    intro: Text | None = None
    asked: tuple[Asked, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _routes_forwards(self) -> Self:
        before: dict[str, set[str]] = {}
        for question in self.asked:
            if question.code in before:
                raise ValueError(f"questionnaire {self.id!r} asks {question.code!r} more than once")
            rule = question.only_if
            if rule is not None:
                refuse_unknown_names("earlier question", [rule.code], before, f"question {question.code!r}, only_if")
                there = sorted(before[rule.code])
                refuse_unknown_names("answer", rule.answers, there, f"question {question.code!r}, only_if")
            before[question.code] = {each.id for each in question.answers}
        return self


def refuse_wrong_times(agenda: Iterable[AgendaItem]) -> None:
    """Nothing, where the items of the meetings of 40, 90 and 120 minutes add up to just that.

    Raises ValueError where they do not.
    """
    items = list(agenda)
    for length in AGENDAS[:-1]:
        total = sum(minutes for item in items for name, minutes in item.minutes.items() if name == length)
        if items and total != int(length):
            raise ValueError(f"agenda: the items of the meeting of {length} minutes take {total}; change one of them")


def refuse_unknown_names(what: str, named: Iterable[str], there: Iterable[str], place: str) -> None:
    """Nothing, where every one of `named` is `there`.

    Raises ValueError that names `place` and the nearest name where one is not.
    """
    known = tuple(there)
    for name in named:
        if name not in known:
            raise ValueError(
                f"{place}: {unknown(what, name, known)}" if known else f"{place}: there is no {what} {name!r}"
            )
