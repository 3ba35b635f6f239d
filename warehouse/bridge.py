"""Bridges: a figure that was reported and has changed since: shown then, restated now, and why.

Exact, and so the quality unit's own: two exact figures beside each other give away the practice between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import polars as pl

from transforms.calendar import Window
from transforms.codes import CodeSystem
from transforms.definitions import Package
from transforms.package_figures import MeasureRun, parts_of
from transforms.topics import of_topic
from warehouse.connection import reading
from warehouse.facts import last_known, read_facts
from warehouse.mart import Period
from warehouse.queries import one_value, run
from warehouse.workspace import Store

KEY = ("measure_id", "category", "level", "unit_id", "practice_set", "window_start")
SHOWN = ("numerator", "denominator", "value", "state")
OTHER_REASON = "the package's definition or the program changed"


@dataclass(frozen=True)
class Printed:
    """A pack that was printed: its windows, when it was first printed, and the practices that were given a report."""

    pack_id: str
    package_id: str
    cluster_id: str
    period: Period
    printed_at: datetime
    own: pl.DataFrame

    @property
    def practices(self) -> list[str]:
        """The practices whose members have read it."""
        return self.own["unit_id"].unique().to_list()


def printed_packs(
    store: Store, codes: Mapping[str, CodeSystem] | None = None, *, silence_is_consent: bool
) -> list[Printed]:
    """Every pack that was printed, by its name; `codes` has the code system of each source that has one."""
    with reading(store.database) as connection:
        rows = run(connection, "read_printed_packs").pl().iter_rows(named=True)
        return [
            Printed(
                row["pack_id"],
                row["package_id"],
                row["cluster_id"],
                replace(_period(row, silence_is_consent), codes=codes or {}),
                row["printed_at"],
                run(connection, "read_printed_own", {"pack_id": row["pack_id"]}).pl(),
            )
            for row in rows
        ]


def _period(row: dict[str, Any], silence_is_consent: bool) -> Period:
    now = Window(row["now_start"], row["now_end"])
    if row["before_start"] is None:
        return Period(now, None, silence_is_consent)
    return Period(Window(row["before_start"], row["before_end"]), now, silence_is_consent)


def bridge(store: Store, package: Package, printed: Printed) -> pl.DataFrame:
    """One row per measure, unit, set and window of the pack whose figure is another one now.

    Columns: KEY, then `then_` and `now_` with numerator, denominator, value and state, and `why` in words. Units are
    the pack's practices, its cluster and the region; a figure that is there only once has nulls on the other side.
    """
    with reading(store.database) as connection:
        then = one_value(connection, "known_by", {"printed_at": printed.printed_at})
    before = _with_printed(_figures(store, package, printed.period, then), printed)
    after = _figures(store, package, printed.period, last_known(store))
    both = before.join(after, on=KEY, how="full", coalesce=True, suffix="_now", nulls_equal=True)
    renamed = both.rename({name: f"then_{name}" for name in SHOWN} | {f"{name}_now": f"now_{name}" for name in SHOWN})
    differs = pl.any_horizontal(
        pl.col(f"then_{name}").ne_missing(pl.col(f"now_{name}")) for name in ("numerator", "denominator", "state")
    )
    inside = (
        (pl.col("level") == "region")
        | ((pl.col("level") == "cluster") & (pl.col("unit_id") == printed.cluster_id))
        | ((pl.col("level") == "practice") & pl.col("unit_id").is_in(printed.practices))
    )
    changed = renamed.filter(differs & inside).sort(KEY)
    reasons = _reasons(store, package, printed, then)
    why = [_why(row, printed, reasons) for row in changed.iter_rows(named=True)]
    return changed.select(
        *KEY, *(f"{side}_{name}" for name in SHOWN for side in ("then", "now")), pl.Series("why", why, pl.String)
    )


def _figures(store: Store, package: Package, period: Period, known_at: datetime) -> pl.DataFrame:
    span = (period.span.start, period.span.end)
    facts = read_facts(store, span, known_at, silence_is_consent=period.silence_is_consent, codes=period.codes)
    facts = of_topic(facts, package)
    runs = [
        MeasureRun(part, facts, period.baseline, period.followup, package.minimum_events)
        for each in package.measures
        for part in parts_of(each, facts)
    ]
    return pl.concat([each.figures() for each in runs]).select(*KEY, *SHOWN)


def _with_printed(figures: pl.DataFrame, printed: Printed) -> pl.DataFrame:
    """`figures` as computed now out of what was known then, but for the own practices: those as they were printed.

    The two are the same unless the definition or the program has changed since.
    """
    window = printed.period.followup or printed.period.baseline
    shown = printed.own.with_columns(
        level=pl.lit("practice"),
        practice_set=pl.lit("now" if printed.period.followup else "then"),
        window_start=pl.lit(window.start),
    )
    joined = figures.join(shown, on=KEY, how="left", nulls_equal=True)
    return joined.with_columns(
        pl.coalesce("printed_numerator", "numerator").alias("numerator"),
        pl.coalesce("printed_denominator", "denominator").alias("denominator"),
    ).select(*KEY, *SHOWN)


def _reasons(store: Store, package: Package, printed: Printed, then: datetime) -> list[tuple[str | None, str]]:
    """Practice (None: of all of them) and what has changed about its data since."""
    used = {part.source for each in package.measures for part in each.selections} | {"list_sizes"}
    span = printed.period.span
    values = {"then": then, "start": span.start, "end": span.end, "sources": sorted(used)}
    with reading(store.database) as connection:
        files = [(row[0], row[2]) for row in run(connection, "read_changes_since", values).fetchall()]
        registries = [(None, f"{row[0]} came") for row in run(connection, "registries_since", values).fetchall()]
    return [*files, *registries]


def _why(row: dict[str, Any], printed: Printed, reasons: list[tuple[str | None, str]]) -> str:
    members = {"practice": [row["unit_id"]], "cluster": printed.practices}.get(row["level"])
    told = [why for practice, why in reasons if practice is None or members is None or practice in members]
    return "; ".join(dict.fromkeys(told)) or OTHER_REASON
