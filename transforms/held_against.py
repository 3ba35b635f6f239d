"""Every unit beside what it is held against: one way for the mart and for a dry run."""

from __future__ import annotations

import polars as pl

from transforms.definitions import Measure
from transforms.surroundings import concentration, surroundings
from transforms.verdict import CONFIDENCE


def held_against(measure: Measure, rows: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """`rows` with the yardstick of `transforms.verdict`: what the rest of the region shows for each unit's level.

    `rows` has one row per unit with level and cluster_id (a cluster's own, a practice's cluster); `pairs` are the
    practices that others are held against, as `surroundings` wants them. Levels without a verdict get what all levels
    share and null for the rest.
    """
    found = surroundings(measure, pairs)
    shared = found.select(pl.exclude("^.*_practice$", "^.*_cluster$"))
    parts: list[pl.DataFrame] = []
    for level in CONFIDENCE:
        own = found.select("cluster_id", pl.col(f"^.*_{level}$").name.map(lambda name: name.rpartition("_")[0]))
        parts.append(rows.filter(level=level).join(own, on="cluster_id", how="left"))
    parts.append(rows.filter(~pl.col("level").is_in(list(CONFIDENCE))))
    every = pl.concat(parts, how="diagonal_relaxed").join(shared, on="cluster_id", how="left")
    weighed = every.join(concentration(measure, pairs), on="cluster_id", how="left")
    alone = pl.when(pl.col("level") == "practice").then(1.0).otherwise("concentration")
    return weighed.with_columns(concentration=alone)
