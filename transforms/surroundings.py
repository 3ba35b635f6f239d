"""What a cluster is held against: how much practices and clusters elsewhere in the region vary and change.

One row per cluster, made from everybody of its region but itself, so that a change of its own neither widens its
yardstick nor moves its background. Prescriptions repeat per patient and practices drift, both more than independent
events would; how much more is measured here and not assumed:

- `dispersion`: the variance of a change over that of independent events (1: none more), never below 1;
- `drift`: the variance of practices' changes beyond that, however many events there are;
- `cluster_drift`: the same for clusters, beyond what drifting practices give them.

Changes are on the scale of `transforms.scales`; priors are values as fractions of 1.
"""

from __future__ import annotations

import polars as pl

from transforms import scales
from transforms.definitions import Measure

INFORMATIVE = 5
"""Fewest events on each side of a change that tells how much changes vary: the logarithm of fewer is too skewed."""
PRIOR = ("prior_mean", "prior_variance", "prior_observed", "prior_units", "freedom")
_FIGURES = tuple(
    f"{side}_{part}" for side in ("before", "now") for part in ("numerator", "denominator", "value", "lower", "upper")
)
_TYPICAL_DRIFT = 0.05
"""Standard deviation of drift that the weights of the first fit are made for; the estimate does not rest on it."""


def surroundings(measure: Measure, pairs: pl.DataFrame) -> pl.DataFrame:
    """One row per `cluster_id`: what the units outside it show.

    `pairs` has one row per practice that can be compared: unit_id, cluster_id, region_id and both windows' numerator,
    denominator, value, lower, upper under the prefixes before_ and now_. Without a cluster (it moved, or is in no
    report) a practice is around every cluster of its region. Columns: background_change and
    background_variance (on the scale), background_ratio; dispersion, drift, cluster_drift; and for practices and
    clusters apart prior_mean, prior_variance, prior_observed (the baselines' variance, sampling and all), prior_units
    (how many of equal size they are worth), freedom (`*_practice`, `*_cluster`). Null where too few others are there.
    Source: the moments of DerSimonian & Laird 1986, Control Clin Trials 7:177-88, with the variance as a line in the
    events' own (dispersion + drift x information); priors by Marshall 1991, Appl Stat 40:283-94.
    """
    placed = _placed(measure, pairs)
    clusters = pairs.select("cluster_id", "region_id").drop_nulls().unique().sort("cluster_id")
    around = clusters.join(
        placed.rename({"cluster_id": "other_id"}), on="region_id", maintain_order="left_right"
    ).filter(pl.col("cluster_id").ne_missing(pl.col("other_id")))
    of_practices = _dispersion(around)
    pooled = _pooled(measure, around.drop_nulls("other_id"))
    of_clusters = _cluster_drift(pooled.join(of_practices, on="cluster_id"))
    found = clusters.join(_background(measure, around), on="cluster_id", how="left")
    for part in (of_practices, of_clusters):
        found = found.join(part, on="cluster_id", how="left")
    with_priors = found.join(_priors(measure, around, "practice"), on="cluster_id", how="left").join(
        _priors(measure, pooled, "cluster"), on="cluster_id", how="left"
    )
    return _without_noise(measure, with_priors).sort("cluster_id")


def placed_pairs(measure: Measure, pairs: pl.DataFrame) -> pl.DataFrame:
    """`pairs` with `moved` (change of position) and `noise` (its variance if events were independent)."""
    kind, per = measure.kind, measure.per
    return pairs.with_columns(
        moved=scales.position(kind, "now_", per) - scales.position(kind, "before_", per),
        noise=scales.variance(kind, "now_", per) + scales.variance(kind, "before_", per),
    )


def concentration(measure: Measure, pairs: pl.DataFrame) -> pl.DataFrame:
    """One row per `cluster_id`: how much of the cluster's events few practices have, from 1 / practices to 1."""
    placed = pairs.drop_nulls("cluster_id")
    return placed.group_by("cluster_id").agg(concentration=_crowding(_mass(measure))).sort("cluster_id")


def _crowding(mass: pl.Expr) -> pl.Expr:
    """1 over how many units of equal mass would be as concentrated; units without any count alike."""
    return pl.when(mass.sum() > 0).then((mass**2).sum() / mass.sum() ** 2).otherwise(1 / pl.len())


def _mass(measure: Measure) -> pl.Expr:
    part = "denominator" if scales.link(measure.kind) == "identity" else "numerator"
    return pl.col(f"before_{part}") + pl.col(f"now_{part}")


def _placed(measure: Measure, pairs: pl.DataFrame) -> pl.DataFrame:
    placed = placed_pairs(measure, pairs).filter(pl.col("moved").is_finite(), pl.col("noise") > 0)
    expected = sum(scales.variance(measure.kind, side, measure.per, more=1) for side in ("before_", "now_"))
    told = placed.with_columns(mass=_mass(measure), informative=_informative(measure), information=1 / expected)
    # Each practice will stand beside every other cluster of its region: no more of it than is asked for.
    return told.select("cluster_id", "region_id", *_FIGURES, "moved", "noise", "mass", "informative", "information")


def _informative(measure: Measure) -> pl.Expr:
    if scales.link(measure.kind) == "identity":
        return pl.lit(value=True)
    counts = [pl.col(f"{side}_numerator") for side in ("before", "now")]
    if scales.link(measure.kind) == "logit":
        counts += [pl.col(f"{side}_denominator") - pl.col(f"{side}_numerator") for side in ("before", "now")]
    return pl.min_horizontal(counts) >= INFORMATIVE


def _dispersion(around: pl.DataFrame) -> pl.DataFrame:
    """dispersion, drift and freedom of practices: a weighted line through squared changes over their information."""
    told = around.filter("informative").with_columns(
        weight=(1 + _TYPICAL_DRIFT**2 * pl.col("information")) ** -2,
        middle=(pl.col("moved") * pl.col("information")).sum().over("cluster_id")
        / pl.col("information").sum().over("cluster_id"),
        n=pl.len().over("cluster_id"),
    )
    squared = (pl.col("moved") - pl.col("middle")) ** 2 * pl.col("information") * pl.col("n") / (pl.col("n") - 1)
    told = told.with_columns(squared=squared)
    w, u, q = pl.col("weight"), pl.col("information"), pl.col("squared")
    sums = told.group_by("cluster_id").agg(
        n=pl.len(), w=w.sum(), wu=(w * u).sum(), wq=(w * q).sum(), wuu=(w * u * u).sum(), wuq=(w * u * q).sum()
    )
    line = (pl.col("w") * pl.col("wuq") - pl.col("wu") * pl.col("wq")) / (
        pl.col("w") * pl.col("wuu") - pl.col("wu") ** 2
    )
    # All practices of one size: no line can be told from its level.
    rising = pl.when(line.is_finite() & (line > 0)).then(line).otherwise(0.0)
    level = (pl.col("wq") - rising * pl.col("wu")) / pl.col("w")
    from_one = ((pl.col("wuq") - pl.col("wu")) / pl.col("wuu")).clip(lower_bound=0)
    return sums.filter(pl.col("n") > 2).select(
        "cluster_id",
        dispersion=level.clip(lower_bound=1),
        drift=pl.when(level < 1).then(from_one).otherwise(rising),
        freedom_practice=(pl.col("n") - 2).cast(pl.Float64),
    )


def _pooled(measure: Measure, around: pl.DataFrame) -> pl.DataFrame:
    """One row per cluster and other cluster of its region: sum over sum of both windows, and its change."""
    kind = measure.kind
    counts = [f"{side}_{part}" for side in ("before", "now") for part in ("numerator", "denominator")]
    columns: list[pl.Expr] = [pl.col(counts).sum(), _crowding(pl.col("mass")).alias("concentration")]
    if scales.link(kind) == "identity":
        columns += _pooled_means()
    pooled = around.group_by("cluster_id", "other_id").agg(columns).sort("cluster_id", "other_id")
    return placed_pairs(measure, pooled).filter(pl.col("moved").is_finite(), pl.col("noise") > 0)


def _pooled_means() -> list[pl.Expr]:
    """Means of a cluster from those of its practices: by their denominators, with the interval's width alike."""
    columns: list[pl.Expr] = []
    for side in ("before", "now"):
        share = pl.col(f"{side}_denominator") / pl.col(f"{side}_denominator").sum()
        middle = (share * pl.col(f"{side}_value")).sum()
        half = ((share * (pl.col(f"{side}_upper") - pl.col(f"{side}_lower")) / 2) ** 2).sum().sqrt()
        columns += [
            middle.alias(f"{side}_value"),
            (middle - half).alias(f"{side}_lower"),
            (middle + half).alias(f"{side}_upper"),
        ]
    return columns


def _cluster_drift(pooled: pl.DataFrame) -> pl.DataFrame:
    """cluster_drift and freedom of clusters, beyond what dispersion and drifting practices give them."""
    base = pooled.with_columns(
        base=pl.col("dispersion") * pl.col("noise") + pl.col("drift") * pl.col("concentration")
    ).with_columns(certainty=1 / pl.col("base"))
    centred = base.with_columns(
        middle=(pl.col("moved") * pl.col("certainty")).sum().over("cluster_id")
        / pl.col("certainty").sum().over("cluster_id")
    )
    c = pl.col("certainty")
    excess = ((pl.col("moved") - pl.col("middle")) ** 2 * c).sum() - (pl.len() - 1)
    found = centred.group_by("cluster_id").agg(
        n=pl.len(),
        cluster_drift=(excess / (c.sum() - (c**2).sum() / c.sum())).clip(lower_bound=0),
        mean_concentration=pl.col("concentration").mean(),
    )
    return found.filter(pl.col("n") > 1).select(
        "cluster_id",
        "cluster_drift",
        "mean_concentration",
        freedom_cluster=(pl.col("n") - 1).cast(pl.Float64),
    )


def _background(measure: Measure, around: pl.DataFrame) -> pl.DataFrame:
    """How everybody else together changed, with the variance of independent events and how few they are."""
    whole = around.with_columns(other_id=pl.lit("everybody"))
    pooled = _pooled(measure, whole)
    before, now = (_fraction(measure, side) for side in ("before", "now"))
    ratio = pl.when(before > 0).then(now / before)
    # Sums of floating numbers depend on their order, and the same facts are to give the same bytes.
    spread = (
        around.group_by("cluster_id", "other_id", maintain_order=True).agg(pl.col("mass").sum()).group_by("cluster_id")
    )
    few = spread.agg(few_clusters=_crowding(pl.col("mass")))
    return pooled.join(few, on="cluster_id").select(
        "cluster_id",
        pl.col("moved").alias("background_change"),
        pl.col("noise").alias("background_noise"),
        ratio.alias("background_ratio"),
        pl.col("concentration").alias("few_practices"),
        "few_clusters",
    )


def _priors(measure: Measure, units: pl.DataFrame, level: str) -> pl.DataFrame:
    """Marshall's mean and observed variance of the baselines of `units`, and the mean size they stand on."""
    kind, per = measure.kind, measure.per
    size = scales.weight(kind, "before_", per)
    # A mean of values that are all alike has no width to weigh it by.
    known = (pl.col("size") > 0) & pl.col("size").is_finite() & pl.col("fraction").is_finite()
    sized = units.with_columns(size=size, fraction=_fraction(measure, "before")).filter(known)
    n, p = pl.col("size"), pl.col("fraction")
    sized = sized.with_columns(middle=(n * p).sum().over("cluster_id") / n.sum().over("cluster_id"))
    return sized.group_by("cluster_id").agg(
        pl.col("middle").first().alias(f"prior_mean_{level}"),
        ((n * (p - pl.col("middle")) ** 2).sum() / n.sum()).alias(f"prior_observed_{level}"),
        n.mean().alias(f"size_{level}"),
        (n.sum() ** 2 / (n**2).sum()).alias(f"prior_units_{level}"),
    )


def _fraction(measure: Measure, side: str) -> pl.Expr:
    """A value as a fraction of 1, from the counts where there are any."""
    if scales.link(measure.kind) == "identity":
        return pl.col(f"{side}_value") / measure.per
    return pl.col(f"{side}_numerator") / pl.col(f"{side}_denominator")


def _without_noise(measure: Measure, found: pl.DataFrame) -> pl.DataFrame:
    """The variances of priors without sampling and without what drifts away: what lasts says what to expect."""
    kind = measure.kind
    passing = {
        "practice": pl.col("drift"),
        "cluster": pl.col("cluster_drift") + pl.col("drift") * pl.col("mean_concentration"),
    }
    variances: list[pl.Expr] = []
    for level, drift in passing.items():
        mean = pl.col(f"prior_mean_{level}")
        sampling = pl.col("dispersion") * scales.unit_variance(kind, mean) / pl.col(f"size_{level}")
        lasting = pl.col(f"prior_observed_{level}") - sampling - drift / 2 * scales.slope(kind, mean) ** 2
        variances.append(lasting.clip(lower_bound=0).alias(f"prior_variance_{level}"))
    shared = pl.col("drift") * pl.col("few_practices") + pl.col("cluster_drift").fill_null(0.0) * pl.col("few_clusters")
    return found.with_columns(
        *variances, background_variance=pl.col("dispersion") * pl.col("background_noise") + shared
    ).select(
        "cluster_id",
        "background_change",
        "background_variance",
        "background_ratio",
        "dispersion",
        "drift",
        "cluster_drift",
        *(f"{part}_{level}" for part in PRIOR for level in passing),
    )
