"""What a run found, for the end of a command and for the Prefect page: rounded figures only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
from babel.numbers import format_decimal

from flows.ingesting import Outcome
from flows.orders import Order
from flows.settings import Workspace
from transforms.categories import title_of
from transforms.definitions import Measure
from warehouse import packs

NOT_USED = ("refused", "blocked", "left_out")
"""Outcomes of an extract that was refused, a pack that was blocked, and a package whose packs were left out."""


@dataclass(frozen=True)
class Line:
    """One cluster's figure for one measure."""

    cluster: str
    measure: str
    figure: str


@dataclass(frozen=True)
class Findings:
    """What came in, what was made and what it says."""

    outcomes: tuple[Outcome, ...]
    folders: tuple[Path, ...]
    lines: tuple[Line, ...]

    def count(self, state: str) -> int:
        """How many deliveries ended as `state`."""
        return sum(outcome.state == state for outcome in self.outcomes)


def cluster_lines(workspace: Workspace, order: Order) -> list[Line]:
    """One line per measure: the cluster's printed figures."""
    tables = packs.read_pack(workspace.store, order.pack_id)
    name = tables["report.pack"]["cluster_name"].item()
    rows = tables["report.figure"].filter(pl.col("audience") == "cluster", pl.col("level") == "cluster")
    rows = rows.drop("practices").join(tables["report.bound"].drop("pack_id", "reason"), on="measure_id", how="left")
    package = order.package_in(workspace)
    language = workspace.definition.language
    return [
        Line(
            name,
            _title(package.measure(row["measure_id"]), row["category"], language),
            _figure(row, package.measure(row["measure_id"]), language),
        )
        for row in rows.iter_rows(named=True)
    ]


def _title(measure: Measure, category: str | None, language: str) -> str:
    title = measure.title.in_language(language)
    return title if category is None else f"{title}: {title_of(measure, category, language)}"


def _figure(row: dict[str, float | None], measure: Measure, language: str) -> str:
    unit = measure.unit.in_language(language)

    def number(value: float | None) -> str:
        pattern = "#,##0" + ("." + "0" * measure.decimals if measure.decimals else "")
        # Adding 0.0 turns a rounded -0.0 into 0.
        return "-" if value is None else format_decimal(round(value, measure.decimals) + 0.0, pattern, locale=language)

    if row["now_value"] is None and row["practices"] is not None:
        between = f": between {number(row['lower'])} and {number(row['upper'])} {unit}"
        return f"{row['practices']} delivered, too few{between if row['lower'] is not None else ''}"
    now = f"{number(row['now_value'])} {unit}"
    if row["change"] is None:
        return now
    interval = f"{number(row['change_lower'])} to {number(row['change_upper'])}"
    return f"{number(row['before_value'])} -> {now}, change {number(row['change'])} (95 % interval {interval})"


def markdown(found: Findings) -> str:
    """The findings as a Markdown page."""
    refused = [f"- {outcome.sentence}" for outcome in found.outcomes if outcome.state in NOT_USED]
    rows = [f"| {line.cluster} | {line.measure} | {line.figure} |" for line in found.lines]
    parts = [
        f"{found.count('accepted')} extracts accepted, {found.count('known')} known already, "
        f"{found.count('refused')} refused.",
        *(["## Refused or blocked", *refused] if refused else []),
        f"## Packs\n\n{len(found.folders)} packs made.",
        "| cluster | measure | figure |\n|---|---|---|",
    ]
    return "\n\n".join(parts) + "\n" + "\n".join(rows) + "\n"
