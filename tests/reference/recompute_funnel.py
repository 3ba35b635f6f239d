"""Our values for the expected columns of four reference files: funnel limits, overdispersion and empirical Bayes.

`RECOMPUTED` maps a file's stem to a function from the file's frame to our columns, one value per row, in its order;
null is a value not to be compared, for the reasons in README.md beside this file. Numbers, flags (0/1) and words are
compared each as what they are. Where a package does what the product does not, it is done here, from the product's
functions. `TOLERANCE` is the largest relative error that agrees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from statistics import NormalDist

import polars as pl

from transforms.funnel import arcsine_limits, chi_square_limits, expected_on_limit, position, proportion_limits
from transforms.intervals import Interval, poisson
from transforms.overdispersion import (
    PROPORTION,
    RATIO,
    RATIO_LOG,
    RATIO_OF_COUNTS,
    Scale,
    adjusted_limits,
    overdispersion,
)
from transforms.shrinkage import binomial, gamma, marshall

Columns = dict[str, pl.Series]

TOLERANCE = {"funnel_limits": 1e-9, "funnel_limits_grid": 1e-4, "overdispersion": 1e-9, "eb_shrinkage": 1e-8}
"""Largest relative error (absolute 1e-12 around 0): 1e-4 where the reference was found by bisection, 1e-8 where by
iteration."""

X, N, MULTIPLIER = pl.col("numerator"), pl.col("denominator"), pl.col("multiplier")
IS_PROPORTION = pl.col("statistic") == "proportion"
TAGS = (("95", 0.95), ("998", 0.998))
# FunnelPlotR writes its normal quantiles with six decimals.
ROUNDED = tuple((tag, 2 * NormalDist().cdf(z) - 1) for tag, z in (("95", 1.959964), ("998", 3.090232)))
# Up to here its arcsine limits fold back and are patched by what its plotting grid happens to hold.
FOLDING = 15
SEEN_FROM_THE_UNIT = {
    "inside": "Not significant",
    "below_95": "High (0.025)",
    "below_998": "High (0.001)",
    "above_95": "Low (0.025)",
    "above_998": "Low (0.001)",
}
SCALES = {("PR", None): PROPORTION, ("SR", "CQC"): RATIO, ("SR", "SHMI"): RATIO_LOG, ("RC", None): RATIO_OF_COUNTS}
PACKAGE_SCALES = {
    **SCALES,
    # FunnelPlotR compares the ratio with limits of its square root; ours are squared, see README.md.
    ("SR", "CQC"): RATIO._replace(back=lambda root: root),
}


def funnel_limits(frame: pl.DataFrame) -> Columns:
    pooled = pl.when(pl.col("statistic") == "ratio").then(1.0).otherwise((X.sum() / N.sum()).over("set_id"))
    whole = frame.select("set_id", "statistic", X, N, MULTIPLIER, crude=X / N, pooled=pooled)
    limited = whole.with_columns(*_phe_limits(), *_package_limits())
    inner, outer = (_read("phe", tag) for tag, _ in TAGS)
    by_limit = position(pl.col("value"), inner, outer).replace_strict(
        {where: _turned(where) for where in SEEN_FROM_THE_UNIT}, return_dtype=pl.String
    )
    flagged = limited.with_columns(value=pl.col("crude") * MULTIPLIER, baseline=pl.col("pooled") * MULTIPLIER)
    ours = flagged.with_columns(
        *(_outside("value", _read("fpr", tag)).alias(f"fpr_outlier{tag}") for tag, _ in TAGS),
        phe_significance=pl.when(IS_PROPORTION).then(by_limit).otherwise(_by_own_interval()),
    )
    return _columns(ours.drop("crude", "pooled", "set_id", "statistic", "numerator", "denominator", "multiplier"))


def _phe_limits() -> list[pl.Expr]:
    pairs = ((tag, proportion_limits(pl.col("pooled"), N, level)) for tag, level in TAGS)
    return [
        pl.when(IS_PROPORTION).then(limit * MULTIPLIER).alias(f"phe_{side}{tag}")
        for tag, pair in pairs
        for side, limit in pair._asdict().items()
    ]


def _package_limits() -> list[pl.Expr]:
    made: list[pl.Expr] = []
    for (tag, level), (_, rounded) in zip(TAGS, ROUNDED, strict=True):
        share, events = arcsine_limits(pl.col("pooled"), N, rounded), chi_square_limits(pl.col("pooled") * N, level)
        for side in ("lower", "upper"):
            per_unit = pl.when(IS_PROPORTION).then(getattr(share, side)).otherwise(getattr(events, side) / N)
            folds = IS_PROPORTION & (N <= FOLDING)
            made.append(pl.when(~folds).then(per_unit * MULTIPLIER).alias(f"fpr_{side}{tag}"))
    return made


def _by_own_interval() -> pl.Expr:
    """Where the baseline lies of the unit's own interval, exact or Byar, told as where the unit lies."""
    inner, outer = (Interval(lower / N, upper / N) for lower, upper in (poisson(X, level) for _, level in TAGS))
    return position(pl.col("pooled"), inner, outer).replace_strict(SEEN_FROM_THE_UNIT, return_dtype=pl.String)


def _turned(where: str) -> str:
    mirrored = {"above": "below", "below": "above"}
    side, _, tag = where.partition("_")
    return SEEN_FROM_THE_UNIT[f"{mirrored[side]}_{tag}" if tag else where]


def funnel_limits_grid(frame: pl.DataFrame) -> Columns:
    kind, x = pl.col("statistic"), pl.col("x").cast(pl.Float64)
    per = pl.when(kind == "rate").then(1000.0).otherwise(100.0)
    baseline = pl.col("baseline").cast(pl.Float64) / per
    made: list[pl.Expr] = []
    for tag, level in TAGS:
        share, expected = proportion_limits(baseline, x, level), expected_on_limit(x, level)
        for side in ("lower", "upper"):
            at = getattr(expected, side)
            rate = pl.when(kind == "rate").then(x / (at / baseline)).otherwise(x / at)
            made.append((pl.when(IS_PROPORTION).then(getattr(share, side)).otherwise(rate) * per).alias(f"{side}{tag}"))
            if tag == "95":
                made.append(pl.when(kind == "rate").then(at / baseline).alias(f"pop_{side}95"))
    return _columns(frame.select(made))


def dispersed(frame: pl.DataFrame) -> Columns:
    rows = frame.select("set_id", "data_type", "sr_method", "trim_by", X, N).with_row_index("row")
    rows = rows.with_columns(pl.col("sr_method").cast(pl.String).replace("", None))
    parts = rows.partition_by("set_id", "data_type", "sr_method", "trim_by")
    ours = pl.concat([_dispersed_set(part) for part in parts]).sort("row")
    return _columns(ours.drop("row"))


def _dispersed_set(part: pl.DataFrame) -> pl.DataFrame:
    first = part.row(0, named=True)
    key = first["data_type"], first["sr_method"]
    found = overdispersion(part.select("row", X, N), SCALES[key], float(first["trim_by"]))
    error = SCALES[key].error(X, N) if key[0] != "RC" else 1 / (2 * N.sqrt())
    sized = found.drop(r"^(lower|upper)_.*$").with_columns(s=error, folds=pl.lit(key[0] == "PR") & (N <= FOLDING))
    limited = sized.with_columns(*_plain_limits(key[0]), *_adjusted_limits(PACKAGE_SCALES[key]))
    used = pl.when(pl.col("tau2") > 0)
    outside = (
        pl.when(~pl.col("folds"))
        .then(used.then(_outside("value", _read("od", tag))).otherwise(_outside("value", _read("unadj", tag))))
        .alias(f"outlier{tag}")
        for tag, _ in TAGS
    )
    named = used.then(pl.lit("adjusted")).otherwise(pl.lit("unadjusted"))
    return limited.with_columns(*outside, limits_used_for_outlier=named).drop("numerator", "denominator", "folds")


def _plain_limits(data_type: str) -> list[pl.Expr]:
    if data_type == "SR":
        pairs = ((tag, Interval(*(limit / N for limit in chi_square_limits(N, level)))) for tag, level in TAGS)
        return _unfolded("unadj", pairs)
    scale = PROPORTION if data_type == "PR" else RATIO_OF_COUNTS
    return _unfolded("unadj", ((tag, adjusted_limits(pl.col("target"), pl.col("s"), scale, z)) for tag, z in ROUNDED))


def _adjusted_limits(scale: Scale) -> list[pl.Expr]:
    spread = (pl.col("s") ** 2 + pl.col("tau2")).sqrt()
    return _unfolded("od", ((tag, adjusted_limits(pl.col("target"), spread, scale, z)) for tag, z in ROUNDED))


def _unfolded(prefix: str, pairs: Iterable[tuple[str, Interval]]) -> list[pl.Expr]:
    return [
        pl.when(~pl.col("folds")).then(limit).alias(f"{prefix}_{side}{tag}")
        for tag, pair in pairs
        for side, limit in pair._asdict().items()
    ]


def eb_shrinkage(frame: pl.DataFrame) -> Columns:
    units = frame.select("set_id", numerator="x", denominator="n")
    poissons, binomials, gammas = (form(units, ["set_id"]) for form in (marshall, binomial, gamma))
    kind, mean, variance = frame["kind"], gammas["mean"], gammas["variance"]
    # spdep lets a weight leave 0..1; ours does not.
    sound = (kind == "proportion") & frame["eb_binomial_weight"].cast(pl.Float64).is_between(0, 1)
    # A variance as small as this is DCluster on its way to none, where all are shrunk to the mean.
    settled = (kind == "ratio") & (variance > 1e-8 * mean)
    return {
        "crude": units["numerator"] / units["denominator"],
        "marshall_b": poissons["mean"],
        "marshall_a": poissons["variance"],
        "eb_poisson": poissons["shrunk"],
        "eb_binomial": _only(sound, binomials["shrunk"]),
        "eb_binomial_weight": _only(sound, binomials["weight"]),
        "gamma_nu": _only(settled, mean**2 / variance),
        "gamma_alpha": _only(settled, mean / variance),
        "eb_gamma_ck": _only(settled, gammas["shrunk"]),
    }


def _only(where: pl.Series, numbers: pl.Series) -> pl.Series:
    return pl.select(pl.when(where).then(numbers)).to_series()


def _read(prefix: str, tag: str) -> Interval:
    return Interval(pl.col(f"{prefix}_lower{tag}"), pl.col(f"{prefix}_upper{tag}"))


def _outside(value: str, limits: Interval) -> pl.Expr:
    return ((pl.col(value) < limits.lower) | (pl.col(value) > limits.upper)).cast(pl.Int64)


def _columns(frame: pl.DataFrame) -> Columns:
    return {column.name: column for column in frame}


RECOMPUTED: dict[str, Callable[[pl.DataFrame], Columns]] = {
    "funnel_limits": funnel_limits,
    "funnel_limits_grid": funnel_limits_grid,
    "overdispersion": dispersed,
    "eb_shrinkage": eb_shrinkage,
}
