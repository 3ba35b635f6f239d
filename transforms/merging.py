"""Merging facts that no selection tells apart, so that fewer rows have to be added up again for each measure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import cast

import polars as pl
from pydantic import BaseModel

from transforms.codes import CodeSystem
from transforms.definitions import Package
from transforms.filters import Selection

MERGED = {"prescriptions": ("code", "indication"), "services": ("code",)}
"""The sources whose facts are merged, and by what columns. Others are small, are patients, or have one answer a row."""

STRATA = ("sex", "age_band")
"""What standardisation adds up by, besides."""

Filter = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


ADDED_UP = frozenset({"rate", "proportion", "ratio", "mean"})
"""The kinds of measure that are made of sums alone. Any other may ask for more of a fact than what selects it."""


@dataclass(frozen=True)
class Asked:
    """What is asked of the facts: some selections, and every fact as it is of the sources `as_they_are`."""

    selections: frozenset[Selection]
    as_they_are: frozenset[str] = frozenset()

    @property
    def sources(self) -> frozenset[str]:
        """The sources of the selections."""
        return frozenset(each.source for each in self.selections)

    @property
    def merged(self) -> tuple[str, ...]:
        """Those of the sources whose facts may be merged."""
        return tuple(sorted((self.sources & set(MERGED)) - self.as_they_are))


def asked_by(package: Package) -> Asked:
    """What the measures of `package` ask for."""
    rows = [each for measure in package.measures if measure.kind not in ADDED_UP for each in _selections(measure)]
    return Asked(frozenset(_selections(package)), frozenset(each.source for each in rows))


def together(asked: Iterable[Asked]) -> Asked:
    """What all of them ask for."""
    every = list(asked)
    return Asked(
        frozenset[Selection]().union(*(each.selections for each in every)),
        frozenset[str]().union(*(each.as_they_are for each in every)),
    )


def _selections(part: object) -> Iterator[Selection]:
    """Every selection in a definition, wherever it stands."""
    if isinstance(part, Selection):
        yield part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _selections(getattr(part, name))
    elif isinstance(part, tuple):
        for each in cast("tuple[object, ...]", part):
            yield from _selections(each)


@dataclass(frozen=True)
class Merging:
    """How the facts of one source are merged for `selections`, all of them of that source.

    `combinations` has one row per code, indication (where the source has it), sex and age band found, with `rows`, the
    number of facts. `keep`: what stays apart also where no selection asks for it.
    """

    selections: frozenset[Selection]
    combinations: pl.DataFrame
    system: CodeSystem | None = None
    keep: Collection[str] = STRATA

    @property
    def quantities(self) -> tuple[str, ...]:
        """The quantities that some selection adds up."""
        return tuple(sorted({each.column for each in self.selections}))

    @property
    def strata(self) -> tuple[str, ...]:
        """Which of sex and age band stay apart."""
        asked = {
            "sex": any(each.sex for each in self.selections),
            "age_band": any(each.age for each in self.selections),
        }
        return tuple(name for name in STRATA if name in self.keep or asked[name])

    def classes(self) -> pl.DataFrame:
        """One row per code and indication that a selection may let through: those that stand for it, as `as_<name>`.

        What every selection treats alike has one and the same row to stand for it, itself one of them: a selection
        lets that one through exactly where it would have let the others. What none lets through has no row. A code
        that was split, or meant something else before a day, stands for itself, since the month decides.
        """
        keys = [name for name in ("code", "indication") if name in self.combinations.columns]
        found = self.combinations.select(keys).unique().sort(keys)
        alike: dict[object, tuple[str | None, ...]] = {}
        rows: list[tuple[str | None, ...]] = []
        for combination in found.iter_rows():
            if signature := self._signature(*combination):
                rows.append((*combination, *alike.setdefault(signature, combination)))
        names = [*keys, *(f"as_{name}" for name in keys)]
        return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")

    def presence(self) -> pl.DataFrame:
        """One row per indication, sex and age band found, of no practice, month or code and with a quantity of 0.

        What the extracts hold and how they are split is asked of all rows of a source, also of those that no selection
        lets through.
        """
        quantities = [pl.lit(0).alias(name) for name in self.quantities]
        return self.combinations.drop("code", "rows").unique().sort(pl.all()).with_columns(*quantities)

    def most_rows(self, practice_months: int) -> int:
        """How many rows there can be once merged, where there are facts of so many practice-months."""
        classes = self.classes()
        keys = [name for name in classes.columns if not name.startswith("as_")]
        counted = self.combinations.join(classes, on=keys, nulls_equal=True)
        kinds = counted.select(pl.struct([f"as_{name}" for name in keys] + list(self.strata)).n_unique()).item()
        return min(int(counted["rows"].sum()), kinds * practice_months)

    @cached_property
    def _filters(self) -> tuple[Filter, ...]:
        """Each filter by code and indication once: code prefixes in and out in the newest codes, indications."""
        newest = self.system.newest_prefixes if self.system else tuple
        return tuple(
            {(newest(each.codes), newest(each.exclude_codes), each.indications): None for each in self.selections}
        )

    @cached_property
    def _passing(self) -> dict[str | None, tuple[int, ...]]:
        """By code as received: the numbers of the filters that let its newest code through."""
        return {
            code: tuple(number for number, each in enumerate(self._filters) if _lets_through(each, self._newest(code)))
            for code in self.combinations["code"].unique()
        }

    def _newest(self, code: str | None) -> str | None:
        return code if code is None or self.system is None else self.system.newest(code, date.max)[0]

    def _signature(self, code: str | None, indication: str | None = None) -> object:
        """Which filters let the two through; nothing where none does."""
        if self.system is not None and code in self.system.dated:
            return code, indication
        return tuple(
            number
            for number in self._passing[code]
            if not self._filters[number][2] or indication in self._filters[number][2]
        )


def _lets_through(filter_by: Filter, code: str | None) -> bool:
    wanted, unwanted, _ = filter_by
    if code is None:
        return not wanted and not unwanted
    return (not wanted or code.startswith(wanted)) and not code.startswith(unwanted)
