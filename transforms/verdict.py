"""Is the change real? One answer per practice and cluster, that the words and the pictures share.

*Likely* only when two things hold: the change net of the rest of the region excludes none, and the follow-up lies
outside what the baseline, shrunken towards the other units, led to expect. The first asks whether the region alone
explains it, the second whether an extreme baseline does (regression to the mean). 99 % for a practice, 95 % for a
cluster. Both allow for events that repeat per patient and for the drift that others show (`transforms.surroundings`).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl
from scipy.special import stdtrit  # pyright: ignore[reportMissingTypeStubs]

from transforms import scales
from transforms.definitions import Measure
from transforms.intervals import tail_probability

Verdict = Literal["likely change", "cannot be told from chance", "too few data", "not comparable"]
Why = Literal["background", "expected", "check"]
"""Why a verdict is as it is, where the figures alone do not say: too few around to hold it against; the change exceeds
the region's, but not what the baseline led to expect; a failed check could overturn it."""

CONFIDENCE = {"practice": 0.99, "cluster": 0.95}
POWER_SCORE = 0.8416212335729143
"""A detectable change is found four times of five."""
FIGURES = ("expected", "expected_lower", "expected_upper", "net_ratio", "net_lower", "net_upper", "detectable_change")
YARDSTICK = (
    "background_change",
    "background_variance",
    "background_ratio",
    "dispersion",
    "drift",
    "cluster_drift",
    "prior_mean",
    "prior_variance",
    "freedom",
    "concentration",
    "check_bias",
)
"""What a unit's change is held against; unknown where a column is not there."""


def judged(measure: Measure, rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with expected, net_ratio (and the limits of both), detectable_change, verdict and verdict_reason.

    `rows` has one row per unit: level, reason, both windows' state, numerator, denominator, value, lower and upper
    under before_ and now_, and from `surroundings`: background_change, background_variance, dispersion, drift,
    cluster_drift, prior_mean, prior_variance, freedom; further concentration (of the unit's events on its practices,
    1 for a practice) and check_bias (by how much, as a logarithm, a failed check may have moved the figures; 0 where
    none did).

    expected: the follow-up if nothing but the background had changed, in the measure's unit, with the interval in which
    it was to be expected. net_ratio: the follow-up over what the background alone would have made of the baseline.
    detectable_change: in the measure's unit, upwards; such a change would have been found 4 times of 5. All are null
    where the two windows cannot be compared or nobody is around to compare with, and for levels without a verdict.
    """
    unknown = [pl.lit(None, dtype=pl.Float64).alias(name) for name in YARDSTICK if name not in rows.columns]
    compared = _compared(measure, rows.with_columns(unknown))
    with_net = _net(measure, _expected(measure, compared))
    return with_net.with_columns(_verdict(measure)).with_columns(_why()).drop(*_WORKING)


_WORKING = (
    "before_at",
    "now_at",
    "before_noise",
    "now_noise",
    "critical",
    "shift",
    "error",
    "lasting_variance",
    "expected_at",
    "expected_error",
    "asked",
)


def _compared(measure: Measure, rows: pl.DataFrame) -> pl.DataFrame:
    kind, per = measure.kind, measure.per
    asked = pl.col("level").is_in(list(CONFIDENCE)) & pl.col("reason").is_null()
    columns = {
        "before_at": scales.position(kind, "before_", per),
        "now_at": scales.position(kind, "now_", per),
        "before_noise": scales.variance(kind, "before_", per),
        "now_noise": scales.variance(kind, "now_", per),
    }
    known = asked & pl.col("before_value").is_not_null() & pl.col("now_value").is_not_null()
    return rows.with_columns(
        *(pl.when(known).then(_finite(column)).alias(name) for name, column in columns.items()),
        critical=_critical(),
        asked=known,
    )


def _critical() -> pl.Expr:
    """How many standard errors an interval reaches to each side; null without enough others to learn from."""
    enough = pl.when(pl.col("freedom") >= 1).then(pl.col("freedom"))
    by_level = [
        pl.when(pl.col("level") == level).then(_t_quantile(enough, confidence))
        for level, confidence in CONFIDENCE.items()
    ]
    return pl.coalesce(by_level)


def _t_quantile(freedom: pl.Expr, confidence: float) -> pl.Expr:
    upper = 1 - tail_probability(confidence)

    def of_batch(batch: pl.Series) -> pl.Series:
        found = stdtrit(batch.to_numpy().astype(np.float64), upper)
        return pl.Series(batch.name, found, dtype=pl.Float64).fill_nan(None)

    return freedom.map_batches(of_batch, return_dtype=pl.Float64, is_elementwise=True)


def _drift() -> pl.Expr:
    """The variance of a unit's change that no number of events takes away."""
    of_cluster = pl.col("cluster_drift").fill_null(0.0) + pl.col("drift") * pl.col("concentration")
    return pl.when(pl.col("level") == "cluster").then(of_cluster).otherwise("drift")


def _expected(measure: Measure, rows: pl.DataFrame) -> pl.DataFrame:
    """The shrunken baseline moved with the background, and how far from it a follow-up may lie."""
    kind, per = measure.kind, measure.per
    passing = _drift() / 2
    prior, lasting = pl.col("prior_mean"), pl.col("prior_variance")
    baseline = scales.value_at(kind, pl.col("before_at"))
    noise = (
        pl.col("dispersion") * scales.unit_variance(kind, prior) / _size(measure)
        + passing * scales.slope(kind, prior) ** 2
    )
    kept = pl.when(lasting > 0).then(lasting / (lasting + noise)).otherwise(0.0)
    shrunken = prior + kept * (baseline - prior)
    moved = rows.with_columns(
        lasting_variance=lasting * (1 - kept) / scales.slope(kind, shrunken) ** 2,
        expected_at=scales.at(kind, shrunken) + pl.col("background_change"),
    )
    follow_up = pl.col("dispersion") * _noise_at_expected(measure) + passing
    moved = moved.with_columns(
        expected_error=(pl.col("lasting_variance") + follow_up + pl.col("background_variance")).sqrt()
    )
    reach = pl.col("critical") * pl.col("expected_error")
    places = {
        "expected": pl.col("expected_at"),
        "expected_lower": pl.col("expected_at") - reach,
        "expected_upper": pl.col("expected_at") + reach,
    }
    return moved.with_columns((scales.value_at(kind, where) * per).alias(name) for name, where in places.items())


def _size(measure: Measure) -> pl.Expr:
    return scales.weight(measure.kind, "before_", measure.per)


def _noise_at_expected(measure: Measure) -> pl.Expr:
    """The sampling variance of the follow-up's position if it were as expected; of a mean, as it is."""
    if scales.link(measure.kind) == "identity":
        return pl.col("now_noise")
    value = scales.value_at(measure.kind, pl.col("expected_at"))
    spread = scales.unit_variance(measure.kind, value) / pl.col("now_denominator")
    return spread / scales.slope(measure.kind, value) ** 2


def _net(measure: Measure, rows: pl.DataFrame) -> pl.DataFrame:
    kind, per = measure.kind, measure.per
    independent = pl.col("before_noise") + pl.col("now_noise")
    rows = rows.with_columns(
        shift=pl.col("now_at") - pl.col("before_at") - pl.col("background_change"),
        error=(pl.col("dispersion") * independent + _drift() + pl.col("background_variance")).sqrt(),
    )
    ground = pl.col("before_at") + pl.col("background_change")
    alone = scales.value_at(kind, ground)
    reach = pl.col("critical") * pl.col("error")
    shifts = {
        "net_ratio": pl.col("shift"),
        "net_lower": pl.col("shift") - reach,
        "net_upper": pl.col("shift") + reach,
    }
    detectable = pl.col("expected_at") + (pl.col("critical") + POWER_SCORE) * pl.col("error")
    return rows.with_columns(
        *((scales.value_at(kind, ground + shift) / alone).alias(name) for name, shift in shifts.items()),
        detectable_change=(scales.value_at(kind, detectable) - scales.value_at(kind, pl.col("expected_at"))) * per,
    )


def _verdict(measure: Measure) -> pl.Expr:
    reach = pl.col("critical") * pl.col("error")
    excludes_none = pl.col("shift").abs() > reach + _bias(measure)
    unexpected = (pl.col("now_at") - pl.col("expected_at")).abs() > pl.col("critical") * pl.col("expected_error")
    words: list[tuple[pl.Expr, Verdict]] = [
        (~pl.col("asked"), "not comparable"),
        (_too_few() | pl.col("critical").is_null() | pl.col("error").is_null(), "too few data"),
        (excludes_none & unexpected, "likely change"),
        (pl.lit(value=True), "cannot be told from chance"),
    ]
    found = pl.coalesce([pl.when(condition).then(pl.lit(word)) for condition, word in words])
    has_two_windows = pl.col("level").is_in(list(CONFIDENCE)) & pl.col("before_state").is_not_null()
    return pl.when(has_two_windows).then(found).alias("verdict")


def _bias(measure: Measure) -> pl.Expr:
    """What a failed check may have moved the change by, on the scale of the measure."""
    if scales.link(measure.kind) == "identity":
        return pl.col("check_bias").fill_null(0.0) * scales.value_at(measure.kind, pl.col("before_at")).abs()
    return pl.col("check_bias").fill_null(0.0)


def _too_few() -> pl.Expr:
    few = pl.any_horizontal(pl.col("before_state", "now_state") == "too_few")
    return few | pl.all_horizontal(pl.col("before_state", "now_state") == "zero")


def _why() -> pl.Expr:
    net = pl.col("shift").abs() > pl.col("critical") * pl.col("error")
    unexpected = (pl.col("now_at") - pl.col("expected_at")).abs() > pl.col("critical") * pl.col("expected_error")
    told = pl.col("verdict") == "cannot be told from chance"
    reasons: list[tuple[pl.Expr, Why]] = [
        ((pl.col("verdict") == "too few data") & ~_too_few(), "background"),
        (told & net & ~unexpected, "expected"),
        (told & net & unexpected, "check"),
    ]
    return pl.coalesce([pl.when(condition).then(pl.lit(word)) for condition, word in reasons]).alias("verdict_reason")


def _finite(column: pl.Expr) -> pl.Expr:
    return pl.when(column.is_finite()).then(column)
