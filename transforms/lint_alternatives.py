"""Treatments that are chosen between: whoever measures one of them measures the other, and shows both."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from transforms.definitions import Measure, Selection
from transforms.lint import Alternative, Finding, Subject, found
from transforms.model import Strict, Text


class Side(Strict):
    """One of the treatments: its code prefixes, and what the names of patient groups that have it begin with."""

    name: Text
    codes: tuple[str, ...] = Field(min_length=1)
    groups: tuple[str, ...] = ()


class Choice(Strict):
    """Treatments that a patient gets one or the other of, and what a change in one may mean."""

    why: Text
    sides: tuple[Side, ...] = Field(min_length=2)


class Choices(Strict):
    """klyngepakker/alternatives.toml: every choice that is known."""

    choices: tuple[Choice, ...]


def parse_alternatives(path: Path) -> tuple[tuple[Alternative, ...], ...]:
    """The alternatives in the TOML file `path`: one set for each choice.

    Raises:
        tomllib.TOMLDecodeError, pydantic.ValidationError: the file does not hold choices.
    """
    parsed = Choices.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    return tuple(
        tuple(Alternative(side.name.en or side.name.da, side.codes, side.groups) for side in choice.sides)
        for choice in parsed.choices
    )


def alternatives(subject: Subject) -> Iterator[Finding]:
    """A measure of one of the treatments, where no declared pair shows the other beside it."""
    for choice in subject.alternatives:
        about = {side.name: _about(subject, side) for side in choice}
        first = next((measures[0] for measures in about.values() if measures), None)
        if first is None or any(_compares(measure, choice) for measure in subject.package.measures):
            continue
        lacking = [name for name, measures in about.items() if not measures]
        index, measure = first
        place = subject.at("measures", index)
        if lacking:
            wrong = f"measure {measure.id!r} is about one side of a choice, and nothing measures {' or '.join(lacking)}"
            yield found("alternatives", place, wrong, "Measure that too, and declare both in [[pairs]]")
        elif not _paired(subject, [{one.id for _, one in measures} for measures in about.values()]):
            wrong = f"{' and '.join(about)} are chosen between, and are in no pair"
            yield found("alternatives", place, wrong, "Declare a measure of each in [[pairs]]: they are shown together")


def _about(subject: Subject, side: Alternative) -> list[tuple[int, Measure]]:
    """The measures that are about `side` alone, each with its number."""
    return [
        (index, measure) for index, measure in enumerate(subject.package.measures) if _is_of(measure.numerator, side)
    ]


def _is_of(selection: Selection, side: Alternative) -> bool:
    if selection.model == "prescriptions":
        return bool(selection.codes) and all(code.startswith(side.codes) for code in selection.codes)
    return bool(selection.groups and side.groups) and all(name.startswith(side.groups) for name in selection.groups)


def _compares(measure: Measure, choice: tuple[Alternative, ...]) -> bool:
    """Whether the measure itself sets one against the other: a share of both, or a ratio between them."""
    sides = (measure.numerator, measure.denominator)
    return all(any(_touches(selection, side) for selection in sides) for side in choice)


def _touches(selection: Selection, side: Alternative) -> bool:
    return selection.model == "prescriptions" and any(
        code.startswith(side.codes) or any(each.startswith(code) for each in side.codes) for code in selection.codes
    )


def _paired(subject: Subject, sides: list[set[str]]) -> bool:
    return any(all(set(pair.measures) & ids for ids in sides) for pair in subject.package.pairs)
