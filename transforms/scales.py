"""The scale on which a kind of measure is compared: where changes add up and an interval is near symmetric.

Rates and ratios on the logarithm, shares on the log odds, means as they are. `position` is where a figure lies on it,
`variance` how sure that is when every event is independent of the others.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

from transforms.definitions import Kind

Link = Literal["log", "logit", "identity"]
HALF = 0.5
"""Stands in for a count of 0 (or for none left over) on a scale that ends there."""
_Z = 1.959963984540054


def link(kind: Kind) -> Link:
    """The scale of a kind of measure."""
    scales: dict[str, Link] = {"proportion": "logit", "distribution": "logit", "mean": "identity", "median": "identity"}
    return scales.get(kind, "log")


def position(kind: Kind, side: str, per: int) -> pl.Expr:
    """Where the figure in the columns `<side>numerator`, `<side>denominator`, `<side>value` lies on the scale.

    Null where there is no figure. `per` is what the measure's values are given per; positions are of fractions of 1.
    """
    scale = link(kind)
    if scale == "identity":
        return pl.col(f"{side}value") / per
    successes, others = _counts(kind, side)
    return (successes / others).log()


def variance(kind: Kind, side: str, per: int) -> pl.Expr:
    """The sampling variance of `position`, by the delta method; of a mean from its 95 % interval."""
    if link(kind) == "identity":
        return ((pl.col(f"{side}upper") - pl.col(f"{side}lower")) / (2 * _Z * per)) ** 2
    successes, others = _counts(kind, side)
    return 1 / successes if kind == "rate" else 1 / successes + 1 / others


def at(kind: Kind, fraction: pl.Expr) -> pl.Expr:
    """The position of a value given as a fraction of 1 (events per person, share)."""
    scale = link(kind)
    if scale == "identity":
        return fraction
    return fraction.log() if scale == "log" else (fraction / (1 - fraction)).log()


def value_at(kind: Kind, where: pl.Expr) -> pl.Expr:
    """The value, as a fraction of 1, at a position: the inverse of `at`."""
    scale = link(kind)
    if scale == "identity":
        return where
    return where.exp() if scale == "log" else 1 / (1 + (-where).exp())


def slope(kind: Kind, fraction: pl.Expr) -> pl.Expr:
    """By how much a value moves when its position moves by a little: the derivative of `value_at`."""
    scale = link(kind)
    if scale == "identity":
        return pl.lit(1.0)
    return fraction if scale == "log" else fraction * (1 - fraction)


def unit_variance(kind: Kind, fraction: pl.Expr) -> pl.Expr:
    """The variance of one unit of the denominator about a value, if events are independent: Poisson or binomial."""
    if link(kind) == "identity":
        return pl.lit(1.0)
    if kind == "rate":
        return fraction
    return fraction * (1 + fraction) if link(kind) == "log" else fraction * (1 - fraction)


def weight(kind: Kind, side: str, per: int) -> pl.Expr:
    """How many units of the denominator a value stands on, so that its variance is `unit_variance / weight`."""
    return 1 / variance(kind, side, per) if link(kind) == "identity" else pl.col(f"{side}denominator")


def _counts(kind: Kind, side: str) -> tuple[pl.Expr, pl.Expr]:
    """Events and what they are held against, kept away from the ends of the scale."""
    events, ground = pl.col(f"{side}numerator"), pl.col(f"{side}denominator")
    some = pl.when(ground > 0).then(ground)
    if link(kind) == "logit":
        inside = events.clip(HALF, (some - HALF).clip(lower_bound=HALF))
        return inside, (some - inside).clip(lower_bound=HALF)
    return events.clip(lower_bound=HALF) + some * 0, some if kind == "rate" else some.clip(lower_bound=HALF)
