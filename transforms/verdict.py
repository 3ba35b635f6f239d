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
from transforms.prediction import limits

Verdict = Literal["likely change", "cannot be told from chance", "too few data", "not comparable"]
Why = Literal["background", "expected", "check"]
"""Why a verdict is as it is, where the figures alone do not say: too few around to hold it against; the change exceeds
the region's, but not what the baseline led to expect; a failed check could overturn it."""

CONFIDENCE = {"practice": 0.99, "cluster": 0.95}
POWER = 0.8
"""A detectable change is found four times of five."""
MOST_TIMES = 1000
"""Nobody will see a rate so many times what is expected: a change that large is none that can be found."""
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
    "prior_observed",
    "prior_units",
    "freedom",
    "concentration",
    "check_bias",
)
"""What a unit's change is held against; unknown where a column is not there."""


def judged(measure: Measure, rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with expected, net_ratio (and the limits of both), detectable_change, verdict and verdict_reason.

    `rows` has one row per unit: level, reason, both windows' state, numerator, denominator, value, lower and upper
    under before_ and now_, and what `surroundings` found for its level: background_change, background_variance,
    dispersion, drift, cluster_drift, prior_mean, prior_variance, prior_observed, prior_units, freedom; further
    concentration (of the unit's events on its practices, 1 for a practice) and check_bias (by how much, as a logarithm,
    a failed check may have moved the figures; 0 where none did).

    expected: the follow-up if nothing but the background had changed, in the measure's unit, with the interval in which
    it was to be expected. net_ratio: the follow-up over what the background alone would have made of the baseline.
    detectable_change: in the measure's unit, upwards (of a share over one half downwards); such a change would have
    been found 4 times of 5. All are null where the two windows cannot be compared or nobody is around to compare with,
    and for levels without a verdict.
    """
    unknown = [pl.lit(None, dtype=pl.Float64).alias(name) for name in YARDSTICK if name not in rows.columns]
    compared = _compared(measure, rows.with_columns(unknown))
    with_net = _net(measure, _expected(measure, compared)).with_columns(_finite(pl.col(name)) for name in FIGURES)
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
    "kept",
    "apart",
    "doubt",
    "asked",
    "enough",
    "side",
    "apart_error",
    "farther",
    "detectable",
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
    by_level = [
        pl.when(pl.col("level") == level).then(_t_quantile(1 - tail_probability(confidence)))
        for level, confidence in CONFIDENCE.items()
    ]
    return pl.coalesce(by_level)


def _t_quantile(probability: float) -> pl.Expr:
    def of_batch(batch: pl.Series) -> pl.Series:
        found = stdtrit(batch.to_numpy().astype(np.float64), probability)
        return pl.Series(batch.name, found, dtype=pl.Float64).fill_nan(None)

    enough = pl.when(pl.col("freedom") >= 1).then(pl.col("freedom"))
    return enough.map_batches(of_batch, return_dtype=pl.Float64, is_elementwise=True)


def _drift() -> pl.Expr:
    """The variance of a unit's change that no number of events takes away."""
    of_cluster = pl.col("cluster_drift").fill_null(0.0) + pl.col("drift") * pl.col("concentration")
    return pl.when(pl.col("level") == "cluster").then(of_cluster).otherwise("drift")


def _expected(measure: Measure, rows: pl.DataFrame) -> pl.DataFrame:
    """The shrunken baseline moved with the background, and how far from it a follow-up may lie."""
    kind, per = measure.kind, measure.per
    prior, lasting = pl.col("prior_mean"), pl.col("prior_variance")
    baseline = scales.value_at(kind, pl.col("before_at"))
    noise = _baseline_noise(measure, prior)
    kept = pl.when(lasting > 0).then(lasting / (lasting + noise)).when(lasting.is_not_null()).then(0.0)
    rows = rows.with_columns(kept=kept, apart=baseline - prior, doubt=_doubt(lasting + noise, kept, baseline - prior))
    shrunken = prior + pl.col("kept") * pl.col("apart")
    # Marshall's weight is made for a unit like the mean. A unit that lies high (low) has its own noise, on the scale.
    own = (pl.col("kept") * _baseline_noise(measure, shrunken) + pl.col("doubt")) / scales.slope(kind, shrunken) ** 2
    moved = rows.with_columns(lasting_variance=own, expected_at=scales.at(kind, shrunken) + pl.col("background_change"))
    follow_up = pl.col("dispersion") * _now_noise_at(measure, pl.col("expected_at")) + _drift() / 2
    moved = moved.with_columns(
        expected_error=(pl.col("lasting_variance") + follow_up + pl.col("background_variance")).sqrt()
    )
    middle = scales.value_at(kind, pl.col("expected_at"))
    lower, upper = limits(kind, middle, pl.col("expected_error"), pl.col("critical"))
    places = {"expected": middle, "expected_lower": lower, "expected_upper": upper}
    return moved.with_columns((value * per).alias(name) for name, value in places.items())


def _baseline_noise(measure: Measure, level: pl.Expr) -> pl.Expr:
    """The variance of a baseline about what lasts, if that is `level`: sampling, and half of what drifts away."""
    kind = measure.kind
    sampling = pl.col("dispersion") * scales.unit_variance(kind, level) / _size(measure)
    return sampling + _drift() / 2 * scales.slope(kind, level) ** 2


def _doubt(spread: pl.Expr, kept: pl.Expr, apart: pl.Expr) -> pl.Expr:
    """The variance of the shrunken baseline because mean and variance of the others are themselves estimates.

    By the delta method, as the last term of Morris 1983, J Am Stat Assoc 78:47-55 (eq. 5.3), with the variance of a
    variance 2 s^4 / (n - 1). It matters where few clusters are around and a baseline lies far from theirs.
    """
    observed, units = pl.col("prior_observed"), pl.col("prior_units")
    of_mean = (1 - kept) ** 2 * observed / units
    of_weight = ((1 - kept) * apart * observed / spread) ** 2 * 2 / (units - 1)
    return of_mean + pl.when((units > 1) & (spread > 0)).then(of_weight)


def _size(measure: Measure) -> pl.Expr:
    return scales.weight(measure.kind, "before_", measure.per)


def _now_noise_at(measure: Measure, position: pl.Expr) -> pl.Expr:
    """The sampling variance of the follow-up's position if it were at `position`; of a mean, as it is."""
    if scales.link(measure.kind) == "identity":
        return pl.col("now_noise")
    value = scales.value_at(measure.kind, position)
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
    # A mean of nothing or less is no multiple of another.
    net = (
        pl.when(alone > 0).then(scales.value_at(kind, ground + shift) / alone).alias(name)
        for name, shift in shifts.items()
    )
    detectable = (pl.col("detectable") - scales.value_at(kind, pl.col("expected_at"))).abs() * per
    return _detectable(measure, rows.with_columns(*net)).with_columns(detectable_change=detectable)


def _detectable(measure: Measure, rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with `detectable`: the value from which on a follow-up would be called a likely change 4 times of 5.

    A higher count is surer on its scale, so that how large the change must be depends on itself: two rounds settle it.
    Each round is a column of its own: within one expression the first would be worked out many times.
    Null where none would.
    """
    enough = pl.col("critical") + _t_quantile(POWER)
    downwards = (pl.col("expected_at") > 0) & (scales.link(measure.kind) == "logit")
    rows = rows.with_columns(
        enough=enough,
        side=pl.when(downwards).then(-1).otherwise(1),
        apart_error=pl.col("error") ** 2 - pl.col("dispersion") * pl.col("now_noise"),
        farther=enough * pl.col("error"),
    )
    position = pl.col("expected_at") + pl.col("side") * pl.col("farther")
    for _ in range(2):
        noise = pl.col("dispersion") * _now_noise_at(measure, position)
        rows = rows.with_columns(farther=pl.col("enough") * (pl.col("apart_error") + noise).sqrt())
    rows = rows.with_columns(detectable=scales.value_at(measure.kind, position))
    value = pl.col("detectable")
    return rows.with_columns(detectable=pl.when(_seen(measure, value)).then(value))


def _seen(measure: Measure, value: pl.Expr) -> pl.Expr:
    """Whether a follow-up can be `value` at all: a share between 0 and 1, a rate not a thousand times the expected."""
    by_link = {
        "logit": (value > 0) & (value < 1),
        "log": value < MOST_TIMES * scales.value_at(measure.kind, pl.col("expected_at")),
    }
    return by_link.get(scales.link(measure.kind), pl.lit(value=True))


def _verdict(measure: Measure) -> pl.Expr:
    reach = pl.col("critical") * pl.col("error")
    excludes_none = pl.col("shift").abs() > reach + _bias(measure)
    unexpected = _unexpected()
    words: list[tuple[pl.Expr, Verdict]] = [
        (~pl.col("asked"), "not comparable"),
        (_too_few() | pl.col("critical").is_null() | pl.col("error").is_null(), "too few data"),
        (excludes_none & unexpected, "likely change"),
        (pl.lit(value=True), "cannot be told from chance"),
    ]
    found = pl.coalesce([pl.when(condition).then(pl.lit(word)) for condition, word in words])
    has_two_windows = pl.col("level").is_in(list(CONFIDENCE)) & pl.col("before_state").is_not_null()
    return pl.when(has_two_windows).then(found).alias("verdict")


def _unexpected() -> pl.Expr:
    return ~pl.col("now_value").is_between(pl.col("expected_lower"), pl.col("expected_upper"))


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
    unexpected = _unexpected()
    told = pl.col("verdict") == "cannot be told from chance"
    reasons: list[tuple[pl.Expr, Why]] = [
        ((pl.col("verdict") == "too few data") & ~_too_few(), "background"),
        (told & net & ~unexpected, "expected"),
        (told & net & unexpected, "check"),
    ]
    return pl.coalesce([pl.when(condition).then(pl.lit(word)) for condition, word in reasons]).alias("verdict_reason")


def _finite(column: pl.Expr) -> pl.Expr:
    return pl.when(column.is_finite()).then(column)
