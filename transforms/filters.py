"""A structured filter: which facts of a source count, and what is added up of them. Parsed once, never changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal, Self, cast

from pydantic import Field, PrivateAttr, ValidationInfo, model_validator

from transforms.codes import CodeSystem
from transforms.model import Strict
from transforms.naming import nearest, unknown
from transforms.sources import COLUMNS, DERIVED, FILTERS, INDIVIDUAL, MONTHS_IN, PATIENT_COUNTS, QUANTITIES, Known

_CODED = ("codes", "exclude_codes")
_CHOICES = (*_CODED, *COLUMNS, "sex", "age")
_AGE = re.compile(r"^(?P<low>\d+)(?:\+|-(?P<high>\d+))$")


class Selection(Strict):
    """Which facts count: a source, what is added up, and filters. An empty filter lets everything through.

    `codes` and `exclude_codes` are code prefixes (`J01` holds `J01CE02`). `age` is `18+` or `0-5`, in whole years.
    Patients do not add up, so a count of patients names the one group it is of, and over how many months they were
    counted (`window_months`). Sources and names that only a workspace has are known by the `Known` that the parser is
    given as context.
    """

    source: str
    quantity: str
    codes: tuple[str, ...] = ()
    exclude_codes: tuple[str, ...] = ()
    indications: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    questionnaires: tuple[str, ...] = ()
    window_months: int | None = Field(default=None, ge=1)
    sex: Literal["female", "male"] | None = None
    age: str | None = None
    _model: str = PrivateAttr(default="")

    @model_validator(mode="after")
    def _known(self, info: ValidationInfo) -> Self:
        known = context(info)
        if self.source not in known.sources:
            raise ValueError(unknown("source", self.source, known.sources))
        self._model = known.model_of(self.source)
        quantities = (*QUANTITIES[self._model], *DERIVED.get(self._model, {}))
        if self.quantity not in quantities:
            near = nearest(self.quantity, quantities)
            raise ValueError(
                f"quantity {self.quantity!r} is not in {self.source}; write one of: {', '.join(quantities)}{near}"
            )
        for name in _CHOICES:
            if getattr(self, name) and name not in FILTERS[self._model]:
                there = ", ".join(FILTERS[self._model])
                raise ValueError(f"{self.source} has nothing to choose by {name}; leave {name} out, or use: {there}")
        self._refuse_unknown_codes(known.systems.get(self.source))
        self._refuse_unknown_names(known)
        return self

    @model_validator(mode="after")
    def _has_an_age(self) -> Self:
        if self.age is not None and not _AGE.match(self.age):
            raise ValueError(f"age {self.age!r} is neither like '18+' nor like '0-5'")
        low, high = self.age_range or (0, None)
        if high is not None and high < low:
            raise ValueError(f"age {self.age!r} ends before it begins; write the lower year first")
        return self

    @model_validator(mode="after")
    def _adds_no_patients(self) -> Self:
        if not self.counts_patients:
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

    def _refuse_unknown_codes(self, system: CodeSystem | None) -> None:
        for code in (*self.codes, *self.exclude_codes) if system else ():
            if not cast("CodeSystem", system).may_begin(code):
                near = cast("CodeSystem", system).nearest(code)
                raise ValueError(
                    f"{code!r} is no code of {cast('CodeSystem', system).system}, the code system of {self.source}; "
                    f"the nearest is {near}"
                )

    def _refuse_unknown_names(self, known: Known) -> None:
        for name, column in COLUMNS.items():
            there = known.values.get(self.source, {}).get(column, ())
            wanted: Sequence[str] = getattr(self, name)
            for value in wanted if there else ():
                if value not in there:
                    raise ValueError(f"{self.source}, {name}: {unknown(column, value, there)}")

    @property
    def model(self) -> str:
        """The shipped source whose facts those of `source` look like: itself, unless it is a workspace's own."""
        return self._model

    @property
    def column(self) -> str:
        """The column that is added up."""
        return DERIVED.get(self.model, {}).get(self.quantity, self.quantity)

    @property
    def counts_patients(self) -> bool:
        """Whether the facts are counts of patients, which do not add up."""
        return self.model in PATIENT_COUNTS

    @property
    def is_stock(self) -> bool:
        """Whether the facts say how many there are and not what happened: over time they make person-months."""
        return self.model == "list_sizes"

    @property
    def individual(self) -> bool:
        """Whether every single value is known, and not only sums."""
        return self.quantity in INDIVIDUAL.get(self.model, ())

    def share(self, months: int) -> float:
        """What a sum over a window of `months` is divided by."""
        return MONTHS_IN.get(self.quantity, months) if self.is_stock else 1

    @property
    def age_range(self) -> tuple[int, int | None] | None:
        """Lowest and highest whole year (None: no highest), or None where every age counts."""
        match = _AGE.match(self.age) if self.age else None
        if match is None:
            return None
        return int(match["low"]), int(match["high"]) if match["high"] else None


def context(info: ValidationInfo) -> Known:
    """What the parser was told is known; the shipped sources alone where it was told nothing."""
    given: Any = info.context
    return given if isinstance(given, Known) else Known()
