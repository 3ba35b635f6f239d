"""Reading the facts that some packages ask for, with what none of them tells apart added up in the engine already."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

import polars as pl

from transforms.codes import CodeSystem
from transforms.merging import MERGED, STRATA, Asked, Merging, together
from warehouse.connection import reading
from warehouse.facts import TABLES, read_source
from warehouse.queries import run
from warehouse.workspace import Store

MOST_ROWS = 5_000_000
"""How many merged rows are held at a time: with their sums on the way, about a gigabyte and a half."""

_REPEATED = ("code", "indication", "sex", "age_band")
"""Few values in millions of rows: as numbers they are chosen, joined and added up in half the time."""

FRACTIONS = {"prescriptions": ("ddd",), "services": ()}
"""Quantities of merged sources that are not whole numbers."""


@dataclass(frozen=True)
class ReadFacts:
    """What was read for several packages at once."""

    as_they_are: dict[str, pl.LazyFrame]
    merged: dict[str, pl.DataFrame]
    reader: MergedFacts

    def narrowed(self, asked: Asked) -> dict[str, pl.LazyFrame]:
        """By source, the facts for one of the packages: without those of codes that none of its selections counts."""
        own = {source: frame for source, frame in self.merged.items() if source in asked.sources}
        counted = {source: pl.col("code").is_in(self.reader.codes_of(source, asked)) for source in own}
        of_no_code = pl.col("code").is_null()
        return self.as_they_are | {
            source: frame.filter(counted[source] | of_no_code).lazy() for source, frame in own.items()
        }


@dataclass(frozen=True)
class MergedFacts:
    """The facts between the first and the last day of `span`, as they were known at `known_at`.

    `codes` has the code system of each source that has one. `keep`: which of sex and age band stay apart although no
    selection asks for one of them, since figures may be standardised by both. `practices` names those whose months can
    count (`Facts.listed`); facts of any other are of no practice here.
    """

    store: Store
    span: tuple[date, date]
    known_at: datetime
    codes: Mapping[str, CodeSystem] = field(default_factory=dict[str, CodeSystem])
    keep: Collection[str] = STRATA
    practices: pl.Enum | None = None

    def read(self, asked: Iterable[Asked]) -> ReadFacts:
        """By source what is asked for: merged where it may be, else as it is. List sizes are everybody's ground."""
        every = together(asked)
        as_they_are = sorted(every.sources - {"list_sizes", *every.merged})
        merged = {source: self._merged(source, every) for source in every.merged}
        return ReadFacts({source: self._as_it_is(source) for source in as_they_are}, merged, self)

    def batches(self, asked: Sequence[Asked]) -> list[list[int]]:
        """`asked` by number, in its order: those together that are read at once without holding too many rows."""
        found: list[list[int]] = []
        for number, each in enumerate(asked):
            joined = together([*(asked[other] for other in found[-1]), each]) if found else each
            if found and self._most_rows(joined) <= MOST_ROWS:
                found[-1].append(number)
            else:
                found.append([number])
        return found

    def codes_of(self, source: str, asked: Asked) -> list[str | None]:
        """The codes of `source` that a selection may let through."""
        return self._merging(source, asked).classes()["code"].unique().to_list()

    def _most_rows(self, asked: Asked) -> int:
        return sum(self._merging(source, asked).most_rows(self._practice_months) for source in asked.merged)

    def _merging(self, source: str, asked: Asked) -> Merging:
        own = frozenset(each for each in asked.selections if each.source == source)
        return Merging(own, self._combinations[source], self.codes.get(source), self.keep)

    def _merged(self, source: str, asked: Asked) -> pl.DataFrame:
        merging = self._merging(source, asked)
        parts: dict[str, Any] = {
            "columns": MERGED[source],
            "strata": merging.strata,
            "unsplit": [name for name in STRATA if name not in merging.strata],
            "quantities": merging.quantities,
            "fractions": FRACTIONS[source],
        }
        large = merging.most_rows(self._practice_months) > MOST_ROWS
        with reading(self.store.database, spill=self.store.spill if large else None) as connection:
            connection.register("classes", merging.classes())
            rows = run(connection, "read_merged_facts", self._values(source), table=TABLES[source], **parts).pl()
        every = pl.concat([rows, merging.presence()], how="diagonal_relaxed")
        repeated = [name for name in _REPEATED if name in every.columns]
        practice = pl.col("practice_id").cast(self.practices or pl.Categorical, strict=False)
        return every.with_columns(pl.col(repeated).cast(pl.Categorical), practice)

    def _values(self, source: str) -> dict[str, object]:
        return {"start": self.span[0], "end": self.span[1], "known_at": self.known_at, "source": source}

    @cached_property
    def _combinations(self) -> dict[str, pl.DataFrame]:
        with reading(self.store.database) as connection:
            return {
                source: run(
                    connection, "read_combinations", self._values(source), table=TABLES[source], columns=columns
                ).pl()
                for source, columns in MERGED.items()
            }

    @cached_property
    def _practice_months(self) -> int:
        with reading(self.store.database) as connection:
            submitted = run(connection, "read_submissions", self._values("")).pl()
        return submitted.select(pl.struct("practice_id", "period").n_unique()).item()

    @cached_property
    def _kept(self) -> dict[str, pl.LazyFrame]:
        return {}

    def _as_it_is(self, source: str) -> pl.LazyFrame:
        """Every fact of a source, read once."""
        if source not in self._kept:
            self._kept[source] = read_source(self.store, source, self.span, self.known_at)
        return self._kept[source]
