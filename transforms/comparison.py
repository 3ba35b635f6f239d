"""Before and after: which practices can be compared, and what changed for each, for the cluster and around it."""

from __future__ import annotations

from typing import Literal

import polars as pl

from transforms.calendar import Window
from transforms.definitions import Measure
from transforms.kinds import difference

Reason = Literal["joined", "left", "closed", "merged", "moved", "missing_before", "missing_now"]
REASONS: tuple[Reason, ...] = ("joined", "left", "closed", "merged", "moved", "missing_before", "missing_now")
"""Why a practice's two windows hold different things. First in this order of asking: merged, then the others."""


def comparability(
    before: pl.DataFrame, now: pl.DataFrame, practices: pl.DataFrame, windows: tuple[Window, Window]
) -> pl.DataFrame:
    """One row per practice of the registry: `reason` it cannot be compared (null: it can), its cluster then and now.

    `before` and `now` are the counted months of the two windows. Comparable means: the same calendar months count in
    both, in the same cluster, and no other practice was merged into this one in between. That is also who is in the set
    `matched`.
    """
    baseline, followup = windows
    sides = practices.join(_ground(before, baseline, "before"), on="practice_id", how="left").join(
        _ground(now, followup, "now"), on="practice_id", how="left"
    )
    merged = _successors(practices, baseline, followup)
    return sides.with_columns(reason=_reason(merged, baseline, followup)).select(
        "practice_id", "reason", "cluster_before", "cluster_now"
    )


def _ground(months: pl.DataFrame, window: Window, side: str) -> pl.DataFrame:
    """One row per practice: which months of the window count (their places in it), and its last cluster there."""
    place = (pl.col("period").dt.year() - window.start.year) * 12 + pl.col("period").dt.month() - window.start.month
    ordered = months.sort("practice_id", "period").with_columns(place=place)
    return ordered.group_by("practice_id", maintain_order=True).agg(
        pl.col("place").alias(f"places_{side}"),
        pl.col("cluster_id").alias(f"clusters_{side}"),
        pl.col("cluster_id").last().alias(f"cluster_{side}"),
    )


def _successors(practices: pl.DataFrame, baseline: Window, followup: Window) -> list[str]:
    merged = practices.filter(
        pl.col("successor_id").is_not_null(), pl.col("closed").is_between(baseline.start, followup.end)
    )
    return merged["successor_id"].unique().to_list()


def _reason(merged: list[str], baseline: Window, followup: Window) -> pl.Expr:
    handed_over = pl.col("successor_id").is_not_null() & (pl.col("closed") <= followup.end)
    opened_late = pl.col("opened") > baseline.start
    closed_early = pl.col("closed") < followup.end
    differs = (pl.col("places_before") != pl.col("places_now")).fill_null(True)
    moved = (pl.col("clusters_before") != pl.col("clusters_now")).fill_null(False)
    shorter_before = pl.col("places_before").list.len().fill_null(0) < len(baseline.months)
    reasons: list[tuple[pl.Expr, Reason]] = [
        (pl.col("practice_id").is_in(merged) | handed_over, "merged"),
        (differs & closed_early, "closed"),
        (differs & opened_late, "joined"),
        (differs & shorter_before, "missing_before"),
        (differs, "missing_now"),
        (moved, "moved"),
    ]
    return pl.coalesce([pl.when(condition).then(pl.lit(reason)) for condition, reason in reasons])


def changes(measure: Measure, paired: pl.DataFrame) -> pl.DataFrame:
    """`paired` with change, change_lower, change_upper (in the measure's unit) and ratio.

    They are null where a side has no value or `reason` says that the two cannot be compared. `paired` has numerator,
    denominator and value of both windows under the prefixes before_ and now_, and lower and upper of a kind whose
    difference is made of intervals. The interval takes every event by itself; where patients have several each, the
    real uncertainty is larger.
    """
    change, lower, upper = difference(measure.kind, measure.per)
    comparable = pl.col("reason").is_null()
    ratio = pl.when(pl.col("before_value") > 0).then(pl.col("now_value") / pl.col("before_value"))
    return paired.with_columns(
        change=pl.when(comparable).then(change),
        change_lower=pl.when(comparable).then(lower),
        change_upper=pl.when(comparable).then(upper),
        ratio=pl.when(comparable).then(ratio),
    )
