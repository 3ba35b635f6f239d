"""A klyngepakke and its measures, parsed once from package.toml into frozen objects."""

from __future__ import annotations

import hashlib
import re
import tomllib
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from transforms.model import Strict, Text

Direction = Literal["none", "lower", "higher"]
Kind = Literal["rate", "proportion"]

QUANTITIES: dict[str, tuple[str, ...]] = {
    "prescriptions": ("items", "ddd"),
    "services": ("services",),
    "list_sizes": ("patients",),
    "care_plans": ("patients", "out_of"),
    "questionnaire": ("answers", "score"),
    "dose_dispensing": ("patients",),
    "registrations": ("count", "out_of", "minutes"),
    "municipal": ("count", "overdue"),
    "benchmarks": ("value", "per", "numerator", "denominator"),
}
"""What can be counted of each source. A list size is a stock: over a window it is person-months / months."""

PATIENT_COUNTS = frozenset({"care_plans", "dose_dispensing"})
"""Sources whose quantities are patients, counted before they came: they do not add up over codes, groups or months."""

FILTERS: dict[str, tuple[str, ...]] = {
    "prescriptions": ("codes", "exclude_codes", "indications"),
    "services": ("codes", "exclude_codes"),
    "list_sizes": (),
    "care_plans": ("conditions", "groups"),
    "questionnaire": ("codes", "exclude_codes", "answers"),
    "dose_dispensing": ("groups",),
    "registrations": ("codes", "exclude_codes", "groups"),
    "municipal": ("codes", "exclude_codes"),
    "benchmarks": ("codes", "exclude_codes"),
}
"""What facts of each source can be chosen by, besides sex and age."""

CHOICES = ("codes", "exclude_codes", "indications", "conditions", "groups", "answers")

_AGE = re.compile(r"^(?P<low>\d+)(?:\+|-(?P<high>\d+))$")


class Selection(Strict):
    """Which facts count: a source, what is added up, and filters. An empty filter lets everything through.

    `codes` and `exclude_codes` are code prefixes (`J01` holds `J01CE02`). `age` is `18+` or `0-5`, in whole years.
    Patients do not add up, so a count of patients names the one group it is of, and over how many months they were
    counted (`window_months`).
    """

    source: Literal[
        "prescriptions",
        "services",
        "list_sizes",
        "care_plans",
        "questionnaire",
        "dose_dispensing",
        "registrations",
        "municipal",
    ]
    quantity: str
    codes: tuple[str, ...] = ()
    exclude_codes: tuple[str, ...] = ()
    indications: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    window_months: int | None = Field(default=None, ge=1)
    sex: Literal["female", "male"] | None = None
    age: str | None = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        allowed = QUANTITIES[self.source]
        if self.quantity not in allowed:
            raise ValueError(f"quantity {self.quantity!r} is not in {self.source}; write one of: {', '.join(allowed)}")
        for name in CHOICES:
            if getattr(self, name) and name not in FILTERS[self.source]:
                raise ValueError(f"{self.source} has nothing to choose by {name}; leave {name} out")
        if self.age is not None and not _AGE.match(self.age):
            raise ValueError(f"age {self.age!r} is neither like '18+' nor like '0-5'")
        low, high = self.age_range or (0, None)
        if high is not None and high < low:
            raise ValueError(f"age {self.age!r} ends before it begins; write the lower year first")
        return self

    @model_validator(mode="after")
    def _adds_no_patients(self) -> Self:
        if self.source not in PATIENT_COUNTS:
            if self.window_months is not None:
                raise ValueError(f"{self.source} is counted month by month; leave window_months out")
            return self
        if len(self.groups) != 1 or len(self.conditions) > 1:
            raise ValueError(
                f"{self.source} counts patients, and patients do not add up: name exactly one of groups, and one of "
                "conditions at most"
            )
        if self.window_months is None:
            raise ValueError(f"{self.source} counts patients over a window: write window_months, such as 12")
        return self

    @property
    def age_range(self) -> tuple[int, int | None] | None:
        """Lowest and highest whole year (None: no highest), or None where every age counts."""
        match = _AGE.match(self.age) if self.age else None
        if match is None:
            return None
        return int(match["low"]), int(match["high"]) if match["high"] else None


class Measure(Strict):
    """One målepunkt: numerator over denominator, times `per`. It has a direction only where a guideline gives one."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: Kind
    numerator: Selection
    denominator: Selection
    per: int = Field(default=1000, ge=1)
    direction: Direction = "none"
    decimals: int = 1
    title: Text
    definition: Text
    unit: Text
    events: Text
    pitfalls: Text | None = None
    national_aim: Text | None = None
    draft: bool = False
    draft_why: Text | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.draft and self.draft_why is None:
            raise ValueError(f"measure {self.id!r} is a draft: draft_why must say why")
        if (
            self.kind == "proportion"
            and self.denominator.source == "list_sizes"
            and self.numerator.source != "list_sizes"
        ):
            raise ValueError(f"measure {self.id!r}: events over listed patients are a rate, not a proportion")
        return self


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
    """Length of a window, how long after the baseline the follow-up is, and the periods that no window may touch."""

    months: int = Field(ge=1, le=36)
    followup_after_months: int = Field(default=12, ge=12, multiple_of=12)
    excluded: tuple[Era, ...] = ()


class Package(Strict):
    """A klyngepakke: its measures in the order they are shown, and what makes a figure readable."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: str
    status: Literal["draft", "reviewed"]
    owner: str
    review_due: date
    title: Text
    focus: Text
    windows: Windows
    minimum_events: int = Field(default=20, ge=1)
    questions: tuple[Text, ...] = ()
    measures: tuple[Measure, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_each_measure_once(self) -> Self:
        ids = [measure.id for measure in self.measures]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"package {self.id!r} has more than one measure called {', '.join(twice)}")
        return self

    @cached_property
    def sha256(self) -> str:
        """Digest of the parsed definition: two files that mean the same have the same one."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def measure(self, measure_id: str) -> Measure:
        """The measure called `measure_id`."""
        return next(measure for measure in self.measures if measure.id == measure_id)


def parse_package(path: Path) -> Package:
    """The package in the TOML file `path`.

    Raises:
        tomllib.TOMLDecodeError, pydantic.ValidationError: the file is not a package.
    """
    return Package.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
