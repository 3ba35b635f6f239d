"""From fact rows to a month's sums: what was read, code by code, for one unit in one window."""

from __future__ import annotations

from typing import Literal

import polars as pl

from transforms.categories import in_category
from transforms.filters import Selection
from transforms.package_figures import MeasureRun
from transforms.selection import selected

TOLD_APART_BY = ("code", "condition", "patient_group", "questionnaire", "answer", "indication", "sex", "age_band")
_OFTEN = 12


def row_lines(run: MeasureRun, side: Literal["before", "now"], level: str, unit: str) -> list[str]:
    """One line per thing counted, numerator first: in how many rows it came, and what those rows add up to.

    Rows of the practice-months behind the unit's figure alone. Codes are the newest ones, as they are chosen by.
    """
    months = run.months_behind(side, level, unit).select("practice_id", "period")
    lines: list[str] = []
    for part, selection in (("numerator", run.measure.numerator), ("denominator", run.measure.denominator)):
        rows = _chosen(run, part, selection).join(months.lazy(), on=["practice_id", "period"], how="semi").collect()
        lines += [f"{part}, {line}" for line in _told(selection, rows)]
    return lines


def _chosen(run: MeasureRun, part: str, selection: Selection) -> pl.LazyFrame:
    rows = selected(selection, run.facts.by_source, run.facts.codes)
    if part == "numerator" and run.measure.category is not None:
        rows = rows.filter(in_category(run.measure, rows, run.facts.codes.get(selection.source)))
    return rows


def _told(selection: Selection, rows: pl.DataFrame) -> list[str]:
    column = next((name for name in _names(rows) if rows[name].n_unique() > 1), None)
    whole = f"{rows.height} rows of {selection.source}: {selection.column} {_sum(selection, rows)}"
    if column is None:
        return [whole]
    grouped = rows.group_by(column).agg(pl.len().alias("rows"), pl.col(selection.column).sum().alias("sum"))
    largest = grouped.sort("sum", column, descending=[True, False], nulls_last=True)
    told = [
        f"{column} {row[column] if row[column] is not None else 'not stated'}: {row['rows']} rows, {row['sum']:.10g}"
        for row in largest.head(_OFTEN).iter_rows(named=True)
    ]
    rest = largest.slice(_OFTEN)
    more = [f"{rest.height} more: {rest['rows'].sum()} rows, {rest['sum'].sum():.10g}"] if rest.height else []
    return [whole, *told, *more]


def _names(rows: pl.DataFrame) -> list[str]:
    return [name for name in TOLD_APART_BY if name in rows.columns]


def _sum(selection: Selection, rows: pl.DataFrame) -> str:
    return f"{float(rows[selection.column].sum()):.10g}"
