"""Who moved the cluster: its change from everybody then to everybody now, split into practices and composition."""

from __future__ import annotations

import polars as pl

PARTS = ("own_change", "weight", "joined", "left")
"""What a practice of both windows changed itself; what came of its weight in the cluster; who came; who left."""


def contributions(before: pl.DataFrame, now: pl.DataFrame, per: float) -> pl.DataFrame:
    """One row per cluster, practice and part: by how much it moved the cluster's value, in the measure's unit.

    `before` and `now` have one row per cluster and practice in it: cluster_id, practice_id, numerator, denominator.
    A practice of both windows has two rows: `own_change` (its value changed) and `weight` (it has another share of the
    cluster's denominator); one that is in one window alone has the row `joined` or `left`. share_before and share_now
    are shares of the cluster's denominator. The parts of a cluster sum to its value now less its value before. Clusters
    that have no value in one of the windows have no rows.
    Source: Kitagawa 1955, J Am Stat Assoc 50:1168-94, each effect at the mean of the two windows, and weights against
    the cluster's own mean value, so that a practice as the cluster is moves nothing by coming or going.
    """
    sides = _shares(before, "before").join(
        _shares(now, "now"), on=["cluster_id", "practice_id"], how="full", coalesce=True
    )
    both = sides.with_columns(
        pl.col(f"total_{side}").max().over("cluster_id").alias(f"total_{side}") for side in ("before", "now")
    )
    both = both.drop_nulls(["total_before", "total_now"]).with_columns(pl.col("share_before", "share_now").fill_null(0))
    rows = [both.filter(_of(part)).with_columns(part=pl.lit(part), contribution=_part(part) * per) for part in PARTS]
    ordered = pl.concat(rows).sort("cluster_id", "practice_id", "part")
    return ordered.select("cluster_id", "practice_id", "part", "share_before", "share_now", "contribution")


def _shares(counts: pl.DataFrame, side: str) -> pl.DataFrame:
    """Each practice's value and its share of the cluster's denominator; practices without a denominator have none."""
    numerator, denominator = pl.col("numerator"), pl.col("denominator")
    # A sum of fractions depends on their order: same facts, same bytes.
    known = counts.filter(denominator > 0).sort("cluster_id", "practice_id")
    return known.select(
        "cluster_id",
        "practice_id",
        (numerator / denominator).alias(f"value_{side}"),
        (denominator / denominator.sum().over("cluster_id")).alias(f"share_{side}"),
        (numerator.sum() / denominator.sum()).over("cluster_id").alias(f"total_{side}"),
    )


def _of(part: str) -> pl.Expr:
    was, is_now = pl.col("value_before").is_not_null(), pl.col("value_now").is_not_null()
    return {"joined": ~was & is_now, "left": was & ~is_now}.get(part, was & is_now)


def _part(part: str) -> pl.Expr:
    share = {side: pl.col(f"share_{side}") for side in ("before", "now")}
    value = {side: pl.col(f"value_{side}") for side in ("before", "now")}
    middle = (pl.col("total_before") + pl.col("total_now")) / 2
    if part == "own_change":
        return (share["before"] + share["now"]) / 2 * (value["now"] - value["before"])
    if part == "weight":
        return (share["now"] - share["before"]) * ((value["before"] + value["now"]) / 2 - middle)
    if part == "joined":
        return share["now"] * (value["now"] - middle)
    return -share["before"] * (value["before"] - middle)
