"""Reading the facts that some packages ask for, with what none of them tells apart added up in the engine already."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

import polars as pl

from transforms.codes import CodeSystem
from transforms.definitions import Selection
from transforms.merging import MERGED, STRATA, Merging
from warehouse.connection import reading
from warehouse.facts import TABLES
from warehouse.queries import run
from warehouse.workspace import Store

MOST_ROWS = 3_000_000
"""How many merged rows are held at a time: with their sums on the way, about one gigabyte."""

FRACTIONS = {"prescriptions": ("ddd",), "services": ()}
"""Quantities of merged sources that are not whole numbers."""


@dataclass(frozen=True)
class MergedFacts:
    """The facts between the first and the last day of `span`, as they were known at `known_at`.

    `codes` has the code system of each source that has one. `keep`: which of sex and age band stay apart although no
    selection asks for one of them, since figures may be standardised by both.
    """

    store: Store
    span: tuple[date, date]
    known_at: datetime
    codes: Mapping[str, CodeSystem] = field(default_factory=dict[str, CodeSystem])
    keep: Collection[str] = STRATA

    def read(self, selections: Iterable[Selection]) -> dict[str, pl.LazyFrame]:
        """By source what `selections` need: merged where the source is, else as it is; list sizes in any case."""
        asked = frozenset(selections)
        whole = sorted(({each.source for each in asked} | {"list_sizes"}) - set(MERGED))
        merged = {
            source: self._merged(source, asked) for source in sorted({each.source for each in asked} & set(MERGED))
        }
        return {source: self._whole(source) for source in whole} | merged

    def batches(self, asked: Sequence[frozenset[Selection]]) -> list[list[int]]:
        """`asked` by number, in its order: those together that are read at once without holding too many rows."""
        together: list[list[int]] = []
        for number, selections in enumerate(asked):
            if together:
                joined = selections.union(*(asked[other] for other in together[-1]))
                if self._most_rows(joined) <= MOST_ROWS:
                    together[-1].append(number)
                    continue
            together.append([number])
        return together

    def _most_rows(self, selections: frozenset[Selection]) -> int:
        merged = {each.source for each in selections} & set(MERGED)
        return sum(self._merging(source, selections).most_rows(self._practice_months) for source in merged)

    def _merging(self, source: str, selections: frozenset[Selection]) -> Merging:
        own = frozenset(each for each in selections if each.source == source)
        return Merging(own, self._combinations[source], self.codes.get(source), self.keep)

    def _merged(self, source: str, selections: frozenset[Selection]) -> pl.LazyFrame:
        merging = self._merging(source, selections)
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
        return pl.concat([rows, merging.presence()], how="diagonal_relaxed").lazy()

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

    def _whole(self, source: str) -> pl.LazyFrame:
        """The facts of a source as they are, read once."""
        if source not in self._kept:
            with reading(self.store.database) as connection:
                found = run(connection, "read_facts", self._values(source), table=TABLES[source]).pl()
            self._kept[source] = found.lazy()
        return self._kept[source]
