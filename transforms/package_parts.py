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
