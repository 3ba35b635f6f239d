"""Practices like mine: the nearest practices by profile, pooled to one figure, of which nobody is named."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from transforms.definitions import Measure
from transforms.pack import Mart, Meeting

_POOLED = ("numerator", "denominator")


def neighbours(likeness: pl.DataFrame, readers: Collection[str], consented: pl.DataFrame) -> pl.DataFrame:
    """One row per reader and practice like it that (still) consents: `reader`, `unit_id`."""
    mine = likeness.filter(pl.col("practice_id").is_in(list(readers)))
    pairs = mine.select(reader="practice_id", unit_id="neighbour_id")
    return pairs.join(consented.select(unit_id="practice_id"), on="unit_id", how="semi").sort("reader", "unit_id")


def similar_figures(measure: Measure, meeting: Meeting, mart: Mart, pairs: pl.DataFrame) -> pl.DataFrame:
    """One row per reader: the sum over sum of the practices like it in the later window, exact, in the shape of a unit.

    Only practices with a figure count; `practices` is how many. `now_factor` is what turns the value into the
    standardised one, null where one of them has none. A distribution has none: its categories are no counts to add up.
    """
    practice_set = "now" if meeting.followup else "then"
    rows = mart.measures.filter(
        pl.col("measure_id") == measure.id,
        pl.col("category").is_null(),
        pl.col("level") == "practice",
        pl.col("practice_set") == practice_set,
        pl.col("window_start") == meeting.later.start,
        pl.col("denominator") > 0,
    )
    inside = pairs.join(rows, on="unit_id").sort("reader", "unit_id")
    pooled = inside.group_by("reader", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("practices"),
        *(pl.col(part).sum().alias(f"now_{part}") for part in _POOLED),
        pl.when(pl.col("expected").is_not_null().all()).then(pl.col("expected").sum()).alias("expected"),
        pl.col("reference").first(),
    )
    state = pl.when(pl.col("now_numerator") == 0).then(pl.lit("zero")).otherwise(pl.lit("value"))
    nothing = {f"before_{part}": pl.lit(None, dtype=pl.Float64) for part in _POOLED}
    return pooled.select(
        "practices",
        *(f"now_{part}" for part in _POOLED),
        now_factor=factor(measure, "now_denominator"),
        level=pl.lit("similar"),
        unit_id="reader",
        label=pl.lit(""),
        reason=pl.lit(None, dtype=pl.String),
        reason_for_all=pl.lit(None, dtype=pl.String),
        now_state=state,
        before_state=pl.lit(None, dtype=pl.String),
        **nothing,
    )


def factor(measure: Measure, denominator: str) -> pl.Expr:
    """What the crude value times gives the standardised one: the reference's over what the unit's would be by it."""
    would_be = pl.col("expected") / pl.col(denominator) * measure.per
    return pl.when((pl.col("expected") > 0) & (pl.col(denominator) > 0)).then(pl.col("reference") / would_be)


def similar_profiles(profiles: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """One row per reader: who the patients of the practices like it are, exact: counts are sums over those practices.

    A count that one of them cannot tell is null.
    """
    counts = ("patients", "women", "age_0_17", "age_65", "age_80")
    rows = profiles.filter(level="practice").drop("level", "practices")
    inside = pairs.join(rows, on="unit_id").sort("reader", "unit_id")
    whole = pl.col("patients").sum()
    return inside.group_by("reader", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("practices"),
        *(pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()).alias(name) for name in counts),
        pl.col("list_size").mean(),
        ((pl.col("mean_age") * pl.col("patients")).sum() / whole * _all_known("mean_age")).alias("mean_age"),
    )


def _all_known(name: str) -> pl.Expr:
    return pl.when(pl.col(name).is_not_null().all()).then(1.0)
