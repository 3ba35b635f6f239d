"""An extract beside what is known already: the frames on which the checks of a whole delivery rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from transforms.calendar import Window, last_day, month_after
from transforms.codes import CodeSystem
from transforms.contract import Contract
from transforms.delivery import Delivery, near_months, submitters, year_months
from transforms.jumps import grouped
from warehouse.connection import reading
from warehouse.queries import run
from warehouse.workspace import Store

MONTHS_BACK = 36
MONTHS_AHEAD = 15
_COUNTED = ("integer", "number")


@dataclass(frozen=True)
class Source:
    """What of a source is added up, and by which codes."""

    contract: Contract
    system: CodeSystem | None

    @property
    def quantities(self) -> list[str]:
        """The columns of counts and amounts."""
        contract = self.contract
        return [
            column.name for column in contract.columns if column.type in _COUNTED and column.name not in contract.key
        ]

    @property
    def code(self) -> str | None:
        """The column with the codes; None where the source has no `code` to tell its rows apart by."""
        return "code" if any(column.name == "code" for column in self.contract.columns) else None

    @property
    def parts(self) -> dict[str, Any]:
        """What the statements of this module are filled in with."""
        contract = self.contract
        return {
            "table": contract.table,
            "quantities": self.quantities,
            "code": self.code,
            "months_held": contract.months_held,
        }


def read_delivery(store: Store, source: Source, extract_id: int, staged: Path) -> Delivery | None:
    """The staged extract beside what is known now; None where it covers no period."""
    with reading(store.database) as connection:
        start, end, _ = run(connection, "extract_period", {"extract_id": extract_id}).fetchall()[0]
        if start is None or end is None:
            return None
        window = Window(start.replace(day=1), last_day(end))
        span = {
            "start": window.start,
            "end": window.end,
            "from": month_after(window.start, -MONTHS_BACK),
            "until": month_after(window.months[-1], MONTHS_AHEAD),
            "source": source.contract.source,
        }
        history = run(connection, "known_months", span, **source.parts).pl()
        submitted = run(connection, "submitted_months", span).pl()
        practices = run(connection, "delivery_practices", {"day": window.end}).pl()
        sides = _sides(window, submitted)
        # Both yardsticks are the same months where only the year before is known: they are read once.
        by_months = {
            months: run(connection, "known_codes_of_months", {"months": list(months)}, **source.parts).pl()
            for months in dict.fromkeys(sides.values())
        }
        known = {side: by_months[months] for side, months in sides.items()}
    with reading(staged, "staging") as connection:
        months = run(connection, "delivered_months", **source.parts).pl()
        known["now"] = run(connection, "delivered_codes", **source.parts).pl()
    return Delivery(window, months, history, submitted, practices, _coded(known, source))


def _sides(window: Window, submitted: pl.DataFrame) -> dict[str, tuple[date, ...]]:
    known = submitters(submitted)
    return {"near": near_months(window, known), "year": year_months(window.months, known)}


def _coded(known: dict[str, pl.DataFrame], source: Source) -> pl.DataFrame:
    parts: list[pl.DataFrame] = []
    for side, frame in known.items():
        newest = frame if source.system is None else source.system.renamed(frame.lazy()).collect()
        sums = newest.group_by("practice_id", "code").agg(pl.col(source.quantities).sum())
        parts.append(sums.with_columns(pl.lit(side).alias("side"), pl.col("code").cast(pl.String)))
    levels = source.system.levels if source.system else ()
    return grouped(pl.concat(parts, how="vertical_relaxed"), levels)


def staged_codes(staged: Path, code: str) -> dict[str, int]:
    """How many staged rows each code has."""
    with reading(staged, "staging") as connection:
        return dict(run(connection, "staged_codes", code=code).fetchall())


def codes_ever(store: Store, contract: Contract, code: str) -> frozenset[str]:
    """Every code that an accepted extract of the source brought, also where another has come in its place since."""
    with reading(store.database) as connection:
        return frozenset(row[0] for row in run(connection, "codes_ever", table=contract.table, code=code).fetchall())


def codes_in_use(store: Store, contract: Contract, code: str) -> pl.DataFrame:
    """One row per code of the facts known now: rows, first and last month, and the file it came with first."""
    with reading(store.database) as connection:
        return run(connection, "codes_in_use", table=contract.table, code=code).pl()
