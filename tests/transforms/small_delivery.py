"""A made-up region's deliveries: plain counts per practice, month and code, and the frames made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

import polars as pl

from transforms.calendar import Window, month_after
from transforms.delivery import Delivery, near_months, submitters, year_months
from transforms.jumps import grouped

PRACTICES = tuple(f"P{number:02d}" for number in range(24))
CODES = ("J01CE02", "J01CA04", "A02BC01", "A02BC02")
FIRST = date(2023, 1, 1)
WINDOW = Window.of(date(2025, 1, 1), 3)
SEASON = (1.3, 1.25, 1.15, 1.0, 0.95, 0.9, 0.75, 0.85, 0.95, 1.0, 1.1, 1.2)
Count = dict[tuple[str, date, str], float]
SCHEMA = {"practice_id": pl.String, "period": pl.Date, "code": pl.String, "items": pl.Float64}


def counts(months: Iterable[date]) -> Count:
    """Practices differ in size, months in season, codes in use; every figure differs a little from its neighbours."""
    made: Count = {}
    for number, practice in enumerate(PRACTICES):
        for month in months:
            size = (20 + number) * SEASON[month.month - 1] * (1 + (number + month.month) % 7 / 50)
            made |= {(practice, month, code): round(size / (1 + rank)) for rank, code in enumerate(CODES)}
    return made


def history(months: int = 24) -> tuple[date, ...]:
    return tuple(month_after(WINDOW.start, -back) for back in range(months, 0, -1))


def delivery(
    extract: Count, known: Count, *, window: Window = WINDOW, submitted: Iterable[tuple[str, date]] | None = None
) -> Delivery:
    """The frames of an extract beside what is `known`; what is known was submitted, unless told otherwise."""
    held = sorted({key[:2] for key in known} if submitted is None else submitted)
    outside = {key: items for key, items in known.items() if key[1] not in window.months}
    sent = pl.DataFrame(held, schema={"practice_id": pl.String, "period": pl.Date}, orient="row")
    by_month = submitters(sent)
    sides = {"near": near_months(window, by_month), "year": year_months(window.months, by_month)}
    parts = [_frame(extract).with_columns(side=pl.lit("now"))]
    parts += [
        _frame({key: items for key, items in outside.items() if key[1] in months}).with_columns(side=pl.lit(side))
        for side, months in sides.items()
    ]
    coded = grouped(pl.concat(parts).drop("period"), (3, 5, 7))
    return Delivery(window, _by_month(extract), _by_month(outside), sent, practices(), coded)


def practices() -> pl.DataFrame:
    """Four clusters of six, in two regions; nobody opens or closes."""
    rows = [
        (practice, None, None, f"K{number // 6}", f"Klynge {number // 6}", f"R{number // 12}", f"Region {number // 12}")
        for number, practice in enumerate(PRACTICES)
    ]
    names = ("practice_id", "opened", "closed", "cluster_id", "cluster_name", "region_id", "region_name")
    dates = {"opened": pl.Date, "closed": pl.Date}
    return pl.DataFrame(rows, schema={name: dates.get(name, pl.String) for name in names}, orient="row")


def changed(count: Count, change: Callable[[str, date, str, float], float | None]) -> Count:
    """`count` with each figure replaced; None takes the row away."""
    new = {key: change(*key, items) for key, items in count.items()}
    return {key: items for key, items in new.items() if items is not None}


def _frame(count: Count) -> pl.DataFrame:
    return pl.DataFrame([(*key, float(items)) for key, items in count.items()], schema=SCHEMA, orient="row")


def _by_month(count: Count) -> pl.DataFrame:
    grouped_rows = _frame(count).group_by("practice_id", "period")
    return grouped_rows.agg(pl.len().cast(pl.Int64).alias("rows"), pl.col("items").sum())
