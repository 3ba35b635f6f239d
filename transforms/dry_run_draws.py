"""Drawing what practices of a country did in two windows between which nobody did anything new."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from transforms import scales
from transforms.definitions import Measure
from transforms.dry_run_habits import (
    GROUND_APART,
    GROWTH,
    SCORE_LEAST,
    SCORE_SPREAD,
    Habits,
    drawn_as,
    happens,
    listed_part,
    score_top,
)
from transforms.filters import Selection

Numbers = npt.NDArray[np.float64]


def repeated(practices: pl.DataFrame, times: int) -> pl.DataFrame:
    """The country `times` times, each with regions, clusters and practices of its own."""
    names = ("practice_id", "cluster_id", "region_id")
    copies = [
        practices.with_columns(pl.concat_str(pl.lit(f"{number}/"), name).alias(name) for name in names)
        for number in range(times)
    ]
    return pl.concat(copies)


def drawn(
    measure: Measure, habits: Habits, practices: pl.DataFrame, months: int, seed: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both windows as `counted_months` would have them, one row per practice for the whole window.

    Listed patients are person-months. Nobody changes but by drift, and a list by what patients come and go; so every
    change that is called likely is a false alarm.
    """
    draw = np.random.default_rng(seed)
    usual = _usual(draw, measure, habits, practices)
    grown = draw.normal(0, GROWTH, practices.height)
    busy = np.exp(draw.normal(0, GROUND_APART, practices.height))
    sides: list[pl.DataFrame] = []
    for times in (np.ones(practices.height), np.exp(grown)):
        listed = practices["patients"].to_numpy() * times
        here = usual + _strays(draw, habits, practices) / 2**0.5  # a change has both windows'
        value = pl.DataFrame({"at": here}).select(scales.value_at(drawn_as(measure), pl.col("at"))).to_series()
        counts = _counts(draw, measure, habits, (value.to_numpy(), listed, busy, months))
        sides.append(practices.select("practice_id", "cluster_id", "region_id").with_columns(**counts))
    return sides[0], sides[1]


def _usual(draw: np.random.Generator, measure: Measure, habits: Habits, practices: pl.DataFrame) -> Numbers:
    """Each practice's place on the measure's scale, where it stays."""
    fraction = pl.lit(habits.value / measure.per)
    middle = pl.select(scales.at(drawn_as(measure), fraction)).item()
    return middle + _of_two(draw, practices, habits.practices_apart, habits.clusters_apart)


def _strays(draw: np.random.Generator, habits: Habits, practices: pl.DataFrame) -> Numbers:
    return _of_two(draw, practices, habits.drift, habits.cluster_drift)


def _of_two(draw: np.random.Generator, practices: pl.DataFrame, alone: float, together: float) -> Numbers:
    place = practices["cluster_id"].rank("dense").to_numpy().astype(np.int64) - 1
    of_clusters = draw.normal(0, together, int(place.max()) + 1)
    return draw.normal(0, alone, practices.height) + of_clusters[place]


def _counts(
    draw: np.random.Generator, measure: Measure, habits: Habits, what: tuple[Numbers, Numbers, Numbers, int]
) -> dict[str, pl.Series]:
    value, listed, busy, months = what
    expected = _ground(measure, habits.ground, listed, months)
    if measure.denominator.is_stock:
        denominator = np.maximum(1.0, np.round(expected))
    else:
        expected = expected * busy
        repeats = happens(measure.denominator) and measure.denominator.model != "questionnaire"
        denominator = _events(draw, expected, habits.dispersion if repeats else 1.0)
    if measure.individual:
        return _scores(draw, habits, value, denominator)
    shared = measure.denominator.share(months)
    if scales.link(measure.kind) == "logit":
        size = np.round(denominator / shared)
        numerator = _successes(draw, size, value, habits.dispersion)
    elif measure.kind == "ratio":
        bases, over = _bases(measure, listed, months)
        numerator = _events(draw, value * expected * over, habits.dispersion)
        return _columns(numerator, denominator) | bases
    else:
        numerator = _events(draw, value * denominator / shared, habits.dispersion)
    return _columns(numerator, denominator)


def _columns(numerator: Numbers, denominator: Numbers) -> dict[str, pl.Series]:
    return {"numerator": pl.Series(numerator), "denominator": pl.Series(denominator)}


def _bases(measure: Measure, listed: Numbers, months: int) -> tuple[dict[str, pl.Series], Numbers]:
    """What each side of a ratio of two rates is counted over, and the one over the other."""
    if measure.numerator_base is None or measure.denominator_base is None:
        return {}, np.ones(len(listed))
    each = [_base(selection, listed, months) for selection in (measure.numerator_base, measure.denominator_base)]
    shares = [selection.share(months) for selection in (measure.numerator_base, measure.denominator_base)]
    named = {"numerator_base": pl.Series(each[0]), "denominator_base": pl.Series(each[1])}
    return named, (each[0] / shares[0]) / (each[1] / shares[1])


def _base(selection: Selection, listed: Numbers, months: int) -> Numbers:
    part = 1000 * listed_part(selection) if selection.is_stock else 1000.0
    return np.maximum(1.0, listed * part / 1000 * months)


def _ground(measure: Measure, per_1000: float, listed: Numbers, months: int) -> Numbers:
    """What to expect in a denominator: person-months of lists, a year's part of what happens, else as it stands."""
    times = months if measure.denominator.is_stock else months / 12 if happens(measure.denominator) else 1
    return listed * per_1000 / 1000 * times


def _events(draw: np.random.Generator, expected: Numbers, dispersion: float) -> Numbers:
    """Counts of which the variance is `dispersion` times the mean: negative binomial, patients who come back."""
    over = dispersion - 1
    level = draw.gamma(expected / over, over) if over > 0 else expected
    return draw.poisson(level).astype(np.float64)


def _successes(draw: np.random.Generator, size: Numbers, share: Numbers, dispersion: float) -> Numbers:
    """How many of `size`, of which the variance is `dispersion` times the binomial one: beta binomial."""
    over = dispersion - 1
    if over > 0:
        certain = np.maximum(size - dispersion, 0.01) / over
        share = draw.beta(share * certain, (1 - share) * certain)
    return draw.binomial(size.astype(np.int64), share).astype(np.float64)


def _scores(draw: np.random.Generator, habits: Habits, value: Numbers, persons: Numbers) -> dict[str, pl.Series]:
    """Each person's score: whole, on a scale that ends."""
    top = score_top(habits.value)
    whose = np.repeat(np.arange(len(persons)), persons.astype(np.int64))
    each = draw.normal(value[whose], SCORE_SPREAD * (top - SCORE_LEAST))
    scores = np.clip(np.round(each), SCORE_LEAST, top)
    lists = np.split(scores, np.cumsum(persons.astype(np.int64))[:-1])
    sums = np.bincount(whose, scores, minlength=len(persons)).astype(np.float64)
    observations = pl.Series([np.sort(some) for some in lists], dtype=pl.List(pl.Float64))
    return _columns(sums, persons) | {"observations": observations}
