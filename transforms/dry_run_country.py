"""A synthetic Denmark: who would be asked for data, before anyone is. No practice in it is a real one."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.special import ndtri  # pyright: ignore[reportMissingTypeStubs]

REGIONS = {"hovedstaden": 37, "sjaelland": 17, "syddanmark": 24, "midtjylland": 26, "nordjylland": 12}
"""Clusters of each region: the country's 116, shared out by inhabitants. Our assumption; no list of them was used."""
SMALLEST, LARGEST = 17_117, 110_140
"""Patients of the smallest and the largest cluster, as the clusters' secretariat gives them."""
TAIL = 0.0165
"""How far out in a normal the smallest and largest cluster lie: chosen so that all together have 5.5 million."""
LIST, LIST_SPREAD = 3235, 0.5
"""Mean list size (5.5 million over some 1,700 practices), and the spread of its logarithm within a cluster: our
assumption, from practices with one doctor to those with five."""
SEED = 20261122


def country(seed: int = SEED) -> pl.DataFrame:
    """One row per practice: practice_id, cluster_id, region_id, patients (listed, whole). The same for the same seed.

    116 clusters in five regions, some 1,700 practices, 5.5 million listed. Sizes of clusters are quantiles of a normal
    on the logarithm and no draw, so that the country is the same size with every seed.
    """
    draw = np.random.default_rng(seed)
    sizes = _cluster_sizes()
    regions = np.repeat(list(REGIONS), list(REGIONS.values()))
    draw.shuffle(sizes)
    practices = np.round(sizes / LIST).astype(np.int64)
    of_cluster = np.repeat(np.arange(len(sizes)), practices)
    drawn = draw.lognormal(0, LIST_SPREAD, len(of_cluster))
    shares = drawn / np.bincount(of_cluster, drawn)[of_cluster]
    return pl.DataFrame(
        {
            "practice_id": [f"p{number:04d}" for number in range(len(of_cluster))],
            "cluster_id": [f"k{number:03d}" for number in of_cluster],
            "region_id": regions[of_cluster],
            "patients": np.round(shares * sizes[of_cluster]),
        }
    )


def _cluster_sizes() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    places = ndtri(np.linspace(TAIL, 1 - TAIL, sum(REGIONS.values())))
    part = (places - places[0]) / (places[-1] - places[0])
    return SMALLEST * (LARGEST / SMALLEST) ** part
