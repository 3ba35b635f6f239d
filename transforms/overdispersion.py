"""Overdispersion: how much more the units of a funnel vary than chance explains, and limits that allow for it.

`overdispersion` is the entry point for a frame of units on a chosen scale; `adjusted_funnel` is the funnel of
`transforms.funnel`, widened: what a chart and a verdict use. Under them lie expressions.
Additive throughout: a variance between units, tau2, is added to each unit's own (Spiegelhalter et al. 2012). The
multiplicative form, every limit times √phi, is left out: it narrows to nothing for the largest units, which differ
from each other as much as the small ones do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import polars as pl

from transforms.funnel import (
    DENOMINATOR,
    INNER,
    NAMED,
    NUMERATOR,
    OUTER,
    Frame,
    Kind,
    funnel,
    named_limits,
    position,
    within,
)
from transforms.intervals import Interval, is_count, is_size, z_score

Change = Callable[[pl.Expr], pl.Expr]

TRIM_BY = 0.1
"""The share of z-scores held back at each end when dispersion is estimated (Spiegelhalter's 10 %): a few true outliers
must not hide themselves by widening the limits. The price: chance alone has a phi of about 0.68, and where all units
vary more than chance, about one in ten instead of one in twenty lies outside the 95 % limits."""


class Scale(NamedTuple):
    """A scale on which figures are about normal, with an error that their size alone decides.

    `forward` and `back` turn a value into the scale and back; `error` is the standard error on it from numerator and
    denominator; `added` is added to both before they are divided; `pooled` says whether the centre is the pooled value
    (else 1), `truncating` whether extreme z-scores are dropped (else drawn in to the limit of the trim).
    """

    forward: Change
    back: Change
    error: Callable[[pl.Expr, pl.Expr], pl.Expr]
    pooled: bool
    truncating: bool = False
    added: float = 0.0


def _half_root_error(_: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    return 1 / (2 * denominator.sqrt())


def _root_error(_: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    return 1 / denominator.sqrt()


def _two_counts_error(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    return (numerator / (numerator + 0.5) ** 2 + denominator / (denominator + 0.5) ** 2).sqrt()


def _angle(proportion: pl.Expr) -> pl.Expr:
    return proportion.sqrt().arcsin()


def _proportion(angle: pl.Expr) -> pl.Expr:
    # Outside 0..90 degrees the sine folds back: a proportion that far out is 0 or 1.
    return angle.clip(0, math.pi / 2).sin() ** 2


def _square(root: pl.Expr) -> pl.Expr:
    return root.clip(lower_bound=0) ** 2


PROPORTION = Scale(_angle, _proportion, _half_root_error, pooled=True)
"""A proportion, on the arcsine scale."""
RATIO = Scale(pl.Expr.sqrt, _square, _half_root_error, pooled=False)
"""Observed over expected events, on the square-root scale (Spiegelhalter et al. 2012)."""
RATIO_LOG = Scale(pl.Expr.log, pl.Expr.exp, _root_error, pooled=False, truncating=True)
"""Observed over expected events, on the log scale, truncated: the way of the English hospital mortality indicator
(SHMI). 0 events have no logarithm: the unit has limits, but no z-score, and does not count in phi."""
RATIO_OF_COUNTS = Scale(pl.Expr.log, pl.Expr.exp, _two_counts_error, pooled=True, added=0.5)
"""One chance count over another, on the log scale, half an event added to each (Spiegelhalter 2005)."""


def overdispersion(units: Frame, scale: Scale, trim_by: float = TRIM_BY, by: Sequence[str] = ()) -> Frame:
    """One row per unit, with its z-score, the dispersion of its group, and limits that allow for it.

    Reads `numerator` and `denominator`; a group is the units alike in the columns `by`. Adds `target` (the centre),
    `value`, `s` (standard error on the scale), `z_score`, `z_trimmed` (null where truncation drops the unit), `phi`
    (mean square of the trimmed z-scores: about 1 when chance explains all, less when trimmed), `tau2` (variance between
    units on the scale, 0 where phi says no more than chance), and at the unit's own denominator `lower_95`, `upper_95`,
    `lower_998` and `upper_998`. Value and limits are fractions of 1, or ratios.
    All of a unit's own are null, and it counts in no group, where the numerator is null, negative or not finite, the
    denominator null, not finite or not above 0, or a proportion above 1. Raises ValueError unless 0 <= trim_by < 0.5.
    Source: Spiegelhalter 2005, Stat Med 24:1185-202; Spiegelhalter et al. 2012, J R Stat Soc A 175:1-47.
    """
    spread = _dispersed(units.with_columns(*_scores(scale, NUMERATOR, DENOMINATOR, by)), scale, trim_by, by)
    target, size = pl.col("target"), pl.when(pl.col("s").is_not_null()).then(DENOMINATOR)
    # At its limits a unit has the events the target expects, not those it had.
    error = (scale.error(target * size, size) ** 2 + pl.col("tau2")).sqrt()
    inner, outer = (adjusted_limits(target, error, scale, level) for level in (INNER, OUTER))
    return spread.with_columns(*named_limits(inner, outer))


def adjusted_funnel(units: Frame, kind: Kind, by: Sequence[str] = ()) -> Frame:
    """One row per unit: the columns of `funnel.funnel`, its limits widened for overdispersion, and `phi` and `tau2`.

    Proportions on the arcsine scale; rates and ratios as observed over expected on the square-root scale, winsorised.
    Each limit is the outer of the plain and the adjusted one: to allow for more variation can only widen a funnel, and
    where the scales disagree, in small units, nobody is outside by an approximation alone. So a unit without events
    is not low where 0 events may come by chance, and without overdispersion the funnel stays the plain one.
    Nulls as in `funnel.funnel`; phi and tau2 are null in rows without a figure.
    """
    plain = funnel(units, kind, by)
    scale, centre = (PROPORTION, pl.lit(1.0)) if kind == "proportion" else (RATIO, pl.col("baseline"))
    figure = pl.when(pl.col("lower_95").is_not_null())
    # Not the score's own value: of a rate that is observed over expected.
    target, _, error, score = _scores(scale, figure.then(NUMERATOR), figure.then(DENOMINATOR * centre), by)
    scored = plain.with_columns(target, error, score)
    spread = _dispersed(scored, scale, TRIM_BY, by)
    inner, outer = (_wider(scale, centre, tag, level) for tag, level in (("95", INNER), ("998", OUTER)))
    placed = spread.with_columns(
        *named_limits(inner, outer), *(figure.then(pl.col(name)).alias(name) for name in ("phi", "tau2"))
    )
    return placed.with_columns(position(pl.col("value"), *NAMED)).drop("target", "s", "z_score", "z_trimmed")


def winsorised(z: pl.Expr, trim_by: float = TRIM_BY) -> pl.Expr:
    """Z-scores with the outermost `trim_by` at each end drawn in to the quantile there (R type 7). Null stays null."""
    low, high = (z.quantile(share, "linear") for share in (trim_by, 1 - trim_by))
    return pl.when(z < low).then(low).when(z > high).then(high).otherwise(z)


def truncated(z: pl.Expr, trim_by: float = TRIM_BY) -> pl.Expr:
    """Z-scores without the lowest and the highest of 1 / `trim_by` groups of rank: null there.

    Nothing is dropped when `trim_by` is 0. Ties share their mean rank.
    Source: NHS Digital, Summary Hospital-level Mortality Indicator, methodology specification.
    """
    if trim_by == 0:
        return z
    groups = 1 / trim_by
    group = (z.rank("average") * groups / (z.count() + 1)).floor()
    return pl.when(group.is_between(1, groups - 1, closed="left")).then(z)


def dispersion(z: pl.Expr, error: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Over the rows: phi, the mean square of `z`, and tau2, the variance between units beyond their own `error`.

    Rows where `z` is null do not count. Phi is null without any; tau2 is 0 with fewer than two, and never negative.
    Source: phi as Spiegelhalter 2005, Stat Med 24:1185-202; tau2 = (Nφ - (N - 1)) / (Σw - Σw²/Σw) with w = 1/s²,
    DerSimonian & Laird 1986, Control Clin Trials 7:177-88.
    """
    units, phi = z.count(), (z**2).mean()
    weight = 1 / error.filter(z.is_not_null()) ** 2
    excess = units * phi - (units - 1)
    tau2 = excess / (weight.sum() - (weight**2).sum() / weight.sum())
    return phi, pl.when((units > 1) & (excess > 0)).then(tau2).otherwise(0.0)


def adjusted_limits(target: pl.Expr, error: pl.Expr, scale: Scale, confidence: float = INNER) -> Interval:
    """The limits around `target`, in its own unit, of a unit whose standard error on the scale is `error`.

    Give √(s² + tau2) for limits that allow for overdispersion. Raises ValueError unless 0 < confidence < 1.
    """
    centre, arm = scale.forward(target), z_score(confidence) * error
    return Interval(scale.back(centre - arm).alias("lower"), scale.back(centre + arm).alias("upper"))


def _scores(scale: Scale, numerator: pl.Expr, denominator: pl.Expr, by: Sequence[str]) -> list[pl.Expr]:
    """`target`, `value`, `s` and `z_score` of each unit; null where it has no figure on this scale."""
    on_scale = scale.forward((numerator + scale.added) / (denominator + scale.added))
    figure = pl.when(is_count(numerator) & is_size(denominator) & on_scale.is_not_nan())
    x, n = figure.then(numerator.cast(pl.Float64)), figure.then(denominator.cast(pl.Float64))
    target = figure.then(within(x.sum() / n.sum(), by) if scale.pooled else pl.lit(1.0))
    error = scale.error(x, n)
    z = (on_scale - scale.forward(target)) / error
    score = pl.when(z.is_finite()).then(z)
    return [target.alias("target"), (x / n).alias("value"), error.alias("s"), score.alias("z_score")]


def _dispersed(scored: Frame, scale: Scale, trim_by: float, by: Sequence[str]) -> Frame:
    """Scored units with `z_trimmed`, and `phi` and `tau2` of their group."""
    if not 0 <= trim_by < 0.5:
        raise ValueError(f"trim_by is {trim_by}; write the share to trim at each end, from 0 to under 0.5, such as 0.1")
    z = pl.col("z_score")
    trimmed = truncated(z, trim_by) if scale.truncating else winsorised(z, trim_by)
    held = scored.with_columns(within(trimmed, by).alias("z_trimmed"))
    phi, tau2 = dispersion(pl.col("z_trimmed"), pl.col("s"))
    return held.with_columns(within(phi, by).alias("phi"), within(tau2, by).alias("tau2"))


def _wider(scale: Scale, centre: pl.Expr, tag: str, confidence: float) -> Interval:
    """The outer of the plain limit and the adjusted one at each side; the plain one where nothing is to be adjusted."""
    spread = pl.when(pl.col("tau2") > 0).then((pl.col("s") ** 2 + pl.col("tau2")).sqrt())
    adjusted = adjusted_limits(pl.col("target"), spread, scale, confidence)
    lower = pl.min_horizontal(f"lower_{tag}", adjusted.lower * centre)
    return Interval(lower, pl.max_horizontal(f"upper_{tag}", adjusted.upper * centre))
