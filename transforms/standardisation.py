"""Standardisation for age and sex: direct (to a given population) and indirect (observed over expected events).

Both take one row per unit and stratum and give one row per unit. The strata of a unit are all there are: one that is
left out is taken to hold nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from scipy.special import gammainccinv, gammaincinv  # pyright: ignore[reportMissingTypeStubs]

from transforms.intervals import Interval, byar, is_count, is_size, poisson, tail_probability

FEWEST_EVENTS = 10
"""With fewer events Dobson's limits are not given (PHEindicatormethods gives nothing at all); Fay and Feuer's are."""


class Indirect(NamedTuple):
    """A ratio of observed to expected events with its limits."""

    ratio: pl.Expr
    lower: pl.Expr
    upper: pl.Expr


def direct(
    strata: pl.DataFrame, unit: Sequence[str], *, multiplier: float = 1.0, confidence: float = 0.95
) -> pl.DataFrame:
    """One row per `unit`: its rate if its population were composed as the standard population is.

    `strata` has events, population and weight (the standard population's, in any scale) per stratum. Gives events,
    population, value, lower and upper (Dobson), gamma_lower and gamma_upper (Fay and Feuer), all per `multiplier`.
    A rate is not negative: Dobson's lower limit is 0 where the formula falls below, as it does when a few events in a
    small stratum carry much of the weight. Null: everything of a unit with a stratum that has weight and nobody in it,
    or whose events are not known (null is not zero: fill it where a missing row means that none happened); Dobson's
    limits where a unit has fewer than ten events.
    Raises ValueError unless 0 < confidence < 1.
    Source: see `dobson` and `fay_feuer`.
    """
    sums = direct_sums(strata, unit)
    lower, upper = dobson(confidence)
    enough = pl.col("events") >= FEWEST_EVENTS
    gamma = fay_feuer(confidence)
    return sums.select(
        *unit,
        "events",
        "population",
        pl.col("value") * multiplier,
        (pl.when(enough).then(lower).clip(lower_bound=0) * multiplier).alias("lower"),
        (pl.when(enough).then(upper) * multiplier).alias("upper"),
        (gamma.lower * multiplier).alias("gamma_lower"),
        (gamma.upper * multiplier).alias("gamma_upper"),
    )


def direct_sums(strata: pl.DataFrame, unit: Sequence[str]) -> pl.DataFrame:
    """One row per `unit`: events, population, value (a rate), variance of it and largest_share (of one event in it)."""
    weight = pl.col("weight")
    known = is_size(pl.col("population")) & is_count(pl.col("events")) & is_count(weight)
    share = weight / weight.sum() / pl.col("population")
    every = (known | (weight == 0)).fill_null(value=False).all() & (weight.sum() > 0)
    counted = pl.when(weight > 0).then(pl.col("events"))
    return (
        strata.with_columns(pl.col("events", "population", "weight").cast(pl.Float64))
        .group_by(*unit, maintain_order=True)
        .agg(
            pl.when(every).then(pl.col("events").sum()).alias("events"),
            pl.col("population").sum(),
            pl.when(every).then((counted * share).sum()).alias("value"),
            pl.when(every).then((counted * share**2).sum()).alias("variance"),
            pl.when(every).then(pl.when(weight > 0).then(share).max()).alias("largest_share"),
        )
    )


def dobson(confidence: float = 0.95) -> Interval:
    """Limits of a directly standardised rate in a row of `direct_sums`, as the formula gives them: below 0 at times.

    Value + sqrt(variance / events) x (Byar's limit of events - events). Null without an event.
    Source: Dobson, Kuulasmaa, Eberle & Scherer 1991, Stat Med 10:457-62.
    """
    scale = (pl.col("variance") / pl.col("events")).sqrt()
    lower, upper = (
        pl.when(pl.col("events") > 0).then(pl.col("value") + scale * (limit - pl.col("events")))
        for limit in byar(pl.col("events"), confidence)
    )
    return Interval(lower.alias("lower"), upper.alias("upper"))


def fay_feuer(confidence: float = 0.95) -> Interval:
    """Gamma limits of a directly standardised rate in a row of `direct_sums`; good with few events too.

    Without an event the lower limit is 0 and the upper one as wide as the largest weight makes it.
    Source: Fay & Feuer 1997, Stat Med 16:791-801.
    """
    tail = tail_probability(confidence)
    value, variance, largest = (pl.col(name) for name in ("value", "variance", "largest_share"))
    scale = pl.when(value > 0).then(variance / value)
    lower = pl.when(value == 0).then(0.0).otherwise(_quantile(value / scale, gammaincinv, tail) * scale)
    above, spread = value + largest, variance + largest**2
    upper = _quantile(above**2 / spread, gammainccinv, tail) * (spread / above)
    return Interval(lower.alias("lower"), upper.alias("upper"))


def indirect(
    strata: pl.DataFrame, unit: Sequence[str], *, multiplier: float = 1.0, confidence: float = 0.95
) -> pl.DataFrame:
    """One row per `unit`: observed and expected events, their ratio, and ratio times the reference's rate.

    `strata` has events and population of the unit, reference_events and reference_population of the reference. Gives
    observed, expected, ratio, lower, upper, reference (its rate), value, value_lower and value_upper; the last four per
    `multiplier`. The limits take the expected as known: the reference is much larger than the unit.
    A stratum without anybody in the unit expects nothing. Null: a unit with people in a stratum where the reference has
    nobody, or whose events are not known (as in `direct`); the ratio of a unit that expects nothing.
    Raises ValueError unless 0 < confidence < 1.
    Source: Breslow & Day 1987, Statistical Methods in Cancer Research vol. II, IARC Sci Publ 82.
    """
    sums = _indirect_sums(strata, unit)
    ratio = observed_over_expected(pl.col("observed"), pl.col("expected"), confidence)
    reference = pl.col("reference") * multiplier
    return sums.select(
        *unit,
        "observed",
        "expected",
        *(limit.alias(name) for limit, name in zip(ratio, ("ratio", "lower", "upper"), strict=True)),
        reference,
        *(
            (limit * reference).alias(name)
            for limit, name in zip(ratio, ("value", "value_lower", "value_upper"), strict=True)
        ),
    )


def observed_over_expected(observed: pl.Expr, expected: pl.Expr, confidence: float = 0.95) -> Indirect:
    """Observed over expected events: exact limits below 10 events, Byar's from 10. Null where nothing is expected."""
    has_ground = is_size(expected)
    lower, upper = poisson(observed, confidence)
    ratio, low, high = (pl.when(has_ground).then(part / expected) for part in (observed, lower, upper))
    return Indirect(ratio, low, high)


def expected_events(population: pl.Expr, reference_events: pl.Expr, reference_population: pl.Expr) -> pl.Expr:
    """Events of a stratum if they came as often as in the reference: 0 where nobody is, null where it has nobody."""
    rate = pl.when(is_size(reference_population)).then(reference_events / reference_population)
    return pl.when(population == 0).then(0.0).otherwise(population * rate)


def _indirect_sums(strata: pl.DataFrame, unit: Sequence[str]) -> pl.DataFrame:
    numbers = ("events", "population", "reference_events", "reference_population")
    typed = strata.with_columns(pl.col(numbers).cast(pl.Float64))
    expected = expected_events(*(pl.col(name) for name in numbers[1:]))
    known = pl.col("events").is_not_null().all()
    reference = pl.col("reference_events").sum() / pl.col("reference_population").sum()
    return (
        typed.with_columns(expected=expected)
        .group_by(*unit, maintain_order=True)
        .agg(
            pl.when(known).then(pl.col("events").sum()).alias("observed"),
            pl.when(pl.col("expected").is_not_null().all()).then(pl.col("expected").sum()).alias("expected"),
            pl.when(pl.col("reference_population").sum() > 0).then(reference).alias("reference"),
        )
    )


def _quantile(shape: pl.Expr, inverse: np.ufunc, tail: float) -> pl.Expr:
    def of_batch(batch: pl.Series) -> pl.Series:
        return pl.Series(batch.name, inverse(batch.to_numpy(), tail), dtype=pl.Float64).fill_nan(None)

    return shape.map_batches(of_batch, return_dtype=pl.Float64, is_elementwise=True)
