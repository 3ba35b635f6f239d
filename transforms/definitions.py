"""A klyngepakke and its measures, parsed once from package.toml into frozen objects."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self, cast

from pydantic import Field, model_validator

from transforms.bands import Band, refuse_overlapping
from transforms.filters import Selection
from transforms.kinds import AVERAGES, KINDS, PER, Kind
from transforms.model import Strict, Text
from transforms.naming import unknown
from transforms.package_parts import (
    AgendaItem,
    Aim,
    Change,
    Counted,
    Feedback,
    LaidOver,
    Question,
    Questionnaire,
    Reference,
    refuse_unknown_names,
    refuse_wrong_times,
)
from transforms.ratios import with_measures_of_ratios
from transforms.sources import DIVIDERS, INDIVIDUAL, PATIENT_COUNTS, QUANTITIES, Known
from transforms.toml_text import read_toml

__all__ = [
    "PATIENT_COUNTS",
    "QUANTITIES",
    "Band",
    "Kind",
    "Measure",
    "Package",
    "Pair",
    "Selection",
    "Windows",
    "parse_package",
]

Direction = Literal["none", "lower", "higher"]


class Expected(Strict):
    """What is reckoned with before there are data: a typical value in the measure's unit, and what it is over.

    `denominator` is per 1,000 listed patients and year: how large the denominator of a practice is. Needed where the
    denominator is not the list itself.
    """

    value: float = Field(gt=0)
    denominator: float | None = Field(default=None, gt=0)


class Measure(Strict):
    """One målepunkt: numerator over denominator, times `per`. It has a direction only where a guideline gives one.

    What the two are depends on `kind` (docs/measures.md). A ratio of two rates has bases beside them, what each of the
    two is counted over. A distribution is divided `by` a column, into `bands` where those are named; `category` is set
    on the parts it is computed in, never in a file. `guidelines` are the references that its direction rests on;
    `expected` is what a dry run reckons with and changes no figure.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: Kind
    numerator: Selection
    denominator: Selection
    numerator_base: Selection | None = None
    denominator_base: Selection | None = None
    by: str | None = None
    bands: tuple[Band, ...] = ()
    category: str | None = None
    per: int = Field(default=1000, ge=1)
    direction: Direction = "none"
    decimals: int = 1
    title: Text
    definition: Text
    unit: Text
    events: Text
    pitfalls: Text | None = None
    national_aim: Aim | None = None
    guidelines: tuple[str, ...] = ()
    expected: Expected | None = None
    draft: bool = False
    draft_why: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, data: Any) -> Any:
        """What a kind does not need written: the number of values behind a mean, the whole of a distribution, `per`."""
        if not isinstance(data, Mapping):
            return data
        described = dict(cast("Mapping[str, Any]", data))
        kind, numerator = described.get("kind"), described.get("numerator")
        if isinstance(kind, str) and kind not in KINDS:
            told = "; alternatives are declared on the package, as [[pairs]]" if kind == "pair" else ""
            raise ValueError(unknown("kind of measure", kind, KINDS) + told)
        if kind in PER and described.get("per") is None:
            described["per"] = PER[kind]
        if kind in (*AVERAGES, "distribution") and described.get("denominator") is None and numerator is not None:
            described["denominator"] = numerator
        return described

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.draft and self.draft_why is None:
            raise ValueError(f"measure {self.id!r} is a draft: draft_why must say why")
        of_people = self.numerator.is_stock or self.numerator.counts_patients
        if self.kind == "proportion" and self.denominator.is_stock and not of_people:
            raise ValueError(f"measure {self.id!r}: events over listed patients are a rate, not a proportion")
        if self.category is not None:
            raise ValueError(f"measure {self.id!r}: leave category out, a distribution is computed for each of them")
        return self

    @model_validator(mode="after")
    def _averages_what_can_be(self) -> Self:
        if self.kind not in AVERAGES:
            return self
        single = ", ".join(f"{name} of {source}" for source, names in INDIVIDUAL.items() for name in names)
        if self.kind == "median" and not self.numerator.individual:
            raise ValueError(f"measure {self.id!r}: a median needs every single value, which only {single} is known by")
        if self.numerator.individual and self.denominator != self.numerator:
            raise ValueError(f"measure {self.id!r}: every single value is known; leave denominator out")
        if not self.numerator.individual and self.denominator == self.numerator:
            raise ValueError(
                f"measure {self.id!r}: {self.numerator.source} holds sums of {self.numerator.quantity}; "
                "write the denominator that they are shared among"
            )
        return self

    @model_validator(mode="after")
    def _divides_by_a_column(self) -> Self:
        if self.kind != "distribution":
            if self.by is not None or self.bands:
                raise ValueError(f"measure {self.id!r} is no distribution: leave by and bands out")
            return self
        there = DIVIDERS[self.numerator.model]
        if self.by is None:
            raise ValueError(
                f"measure {self.id!r}: a distribution is by a column; write by, one of: {', '.join(there)}"
            )
        if self.by not in there:
            raise ValueError(f"measure {self.id!r}: {unknown(f'column of {self.numerator.source}', self.by, there)}")
        if self.denominator != self.numerator:
            raise ValueError(f"measure {self.id!r}: parts of a distribution are of its whole; leave denominator out")
        refuse_overlapping(self.by, self.bands)
        return self

    @model_validator(mode="after")
    def _compares_like_with_like(self) -> Self:
        bases = (self.numerator_base, self.denominator_base)
        if self.kind != "ratio" and any(bases):
            raise ValueError(f"measure {self.id!r} is no ratio: leave numerator_base and denominator_base out")
        if (bases[0] is None) != (bases[1] is None):
            raise ValueError(f"measure {self.id!r}: a ratio of two rates has both numerator_base and denominator_base")
        return self

    @property
    def selections(self) -> tuple[Selection, ...]:
        """Every selection of facts that the measure is made of."""
        every = (self.numerator, self.denominator, self.numerator_base, self.denominator_base)
        return tuple(selection for selection in every if selection is not None)

    @property
    def individual(self) -> bool:
        """Whether it is the mean or median of values of which every single one is known."""
        return self.kind in AVERAGES and self.numerator.individual

    def of_category(self, category: str | None) -> Measure:
        """The part of a distribution that `category` is; the measure itself where it is None."""
        return self if category is None else self.model_copy(update={"category": category})


class Era(Strict):
    """A period in which figures say nothing of ordinary practice (an epidemic, a strike): no window may touch it."""

    start: date
    end: date
    why: Text

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"an excluded period ends on {self.end}, before it begins; write the earlier day first")
        return self


class Windows(Strict):
    """Length of a window, how long after the baseline the follow-up is and why, and the periods none may touch."""

    months: int = Field(ge=1, le=36)
    followup_after_months: int = Field(default=12, ge=12, multiple_of=12)
    followup_why: Text | None = None
    excluded: tuple[Era, ...] = ()


class Pair(Strict):
    """Alternatives of each other, such as two medicines for one illness: computed and shown together, always."""

    measures: tuple[str, ...] = Field(min_length=2)
    title: Text
    why: Text


NOT_OF_THE_FIGURES = frozenset(
    {"author", "clinical_reviewer", "reviewed_on", "review_due", "owner", "population", "sources", "references"}
    | {"agenda", "feedback", "changes", "counts", "questionnaires"}
)
"""What of a package may change without any figure, or the words beside it, being another."""


class Package(Strict):
    """A klyngepakke: its measures, which of them are alternatives, and what makes a figure readable.

    A package of a topic that cannot be counted has no measures and says why (`without_numbers`). The longer texts lie
    beside package.toml as Markdown.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: str
    status: Literal["draft", "reviewed"]
    owner: str
    author: str = ""
    clinical_reviewer: str = ""
    reviewed_on: date | None = None
    review_due: date
    title: Text
    focus: Text
    population: Text | None = None
    windows: Windows
    minimum_events: int = Field(default=20, ge=1)
    sources: tuple[str, ...] = ()
    without_numbers: Text | None = None
    questions: tuple[Question, ...] = ()
    measures: tuple[Measure, ...] = ()
    pairs: tuple[Pair, ...] = ()
    references: tuple[Reference, ...] = ()
    agenda: tuple[AgendaItem, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    counts: tuple[Counted, ...] = ()
    questionnaires: tuple[Questionnaire, ...] = ()
    changes: tuple[Change, ...] = ()
    laid_over: tuple[LaidOver, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _knows_the_measures_of_a_ratio(cls, data: Any) -> Any:
        return with_measures_of_ratios(data)

    @model_validator(mode="after")
    def _names_each_measure_once(self) -> Self:
        ids = [measure.id for measure in self.measures]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"package {self.id!r} has more than one measure called {', '.join(twice)}")
        return self

    @model_validator(mode="after")
    def _pairs_its_own_measures(self) -> Self:
        ids = [measure.id for measure in self.measures]
        named = [name for pair in self.pairs for name in pair.measures]
        for name in named:
            if name not in ids:
                raise ValueError(f"package {self.id!r}, pairs: {unknown('measure', name, ids)}")
        if twice := sorted({name for name in named if named.count(name) > 1}):
            raise ValueError(f"package {self.id!r}, pairs: {', '.join(twice)} is named more than once")
        return self

    @model_validator(mode="after")
    def _has_numbers_or_says_why_not(self) -> Self:
        if not self.measures and self.without_numbers is None:
            raise ValueError(
                f"package {self.id!r} has no measures; write one, or say in without_numbers why it has none"
            )
        if self.measures and self.without_numbers is not None:
            raise ValueError(f"package {self.id!r} has measures; leave without_numbers out")
        return self

    @model_validator(mode="after")
    def _is_reviewed_by_somebody(self) -> Self:
        if self.status == "reviewed" and not (self.clinical_reviewer and self.reviewed_on):
            raise ValueError("a package is reviewed by a clinician on a day: write clinical_reviewer and reviewed_on")
        return self

    @model_validator(mode="after")
    def _names_what_it_has(self) -> Self:
        ids = [measure.id for measure in self.measures]
        known = [reference.id for reference in self.references]
        for question in self.questions:
            refuse_unknown_names("measure", question.measures, ids, "questions")
        for measure in self.measures:
            cited = [*measure.guidelines, *([measure.national_aim.origin] if measure.national_aim else [])]
            refuse_unknown_names("reference", cited, known, f"measure {measure.id!r}")
        refuse_wrong_times(self.agenda)
        return self

    @property
    def shown(self) -> tuple[Measure, ...]:
        """The measures in the order they are shown: the package's own, but alternatives stand beside each other."""
        partners = {name: pair.measures for pair in self.pairs for name in pair.measures}
        ids = [name for measure in self.measures for name in partners.get(measure.id, (measure.id,))]
        return tuple(self.measure(name) for name in dict.fromkeys(ids))

    @cached_property
    def sha256(self) -> str:
        """Digest of what figures and the words beside them rest on: two files that mean the same have the same one."""
        unasked = {"measures": {"__all__": {"expected", "guidelines"}}}
        described = self.model_dump_json(exclude={**dict.fromkeys(NOT_OF_THE_FIGURES, True), **unasked})
        return hashlib.sha256(described.encode()).hexdigest()

    def measure(self, measure_id: str) -> Measure:
        """The measure called `measure_id`."""
        return next(measure for measure in self.measures if measure.id == measure_id)


def parse_package(path: Path, known: Known | None = None) -> Package:
    """The package in the TOML file `path`; `known` is what it may name beside the shipped sources.

    Raises:
        tomllib.TOMLDecodeError, pydantic.ValidationError: the file is not a package.
    """
    described = read_toml(path)
    return Package.model_validate(described, context=known or Known())
