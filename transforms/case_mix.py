"""Case-mix: how many events a unit's patients would have had at the region's rates for their sex and age."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf

import polars as pl

from transforms.calendar import Window
from transforms.definitions import Measure, Selection
from transforms.practice_months import Facts
from transforms.selection import added_up, band_limits, place, selected
from transforms.standardisation import expected_events

STANDARDISED = ("expected", "standardised", "standardised_lower", "standardised_upper", "reference")
KEY = ("level", "unit_id", "matched", "window_start")
"""Which figure: of what unit, over which window, and whether of the practices alone that both windows have."""
REASONS = ("kind", "no_region", "two_regions", "not_split", "bands_differ", "none_expected")
"""Why a unit has no standardised figure. `kind`: a measure of its kind has none. `no_region`: it has a month in no
cluster. `two_regions`: its months lie in two. `not_split`: too many facts do not say sex or age. `bands_differ`: the
age bands of numerator and denominator have no limit in common. `none_expected`: in the region nothing happened to
patients of such sex and age."""

MOST_UNSPLIT = 0.01
"""Of a practice's numerator or denominator. So much may lack sex or age: the expected is then at most a hundredth off,
and one bad row does not take the figures of a whole region. With more, what is missing would be a guess."""

EVERY_AGE = "0+"
"""A band that does not tell any age from another."""

_KINDS: frozenset[str] = frozenset({"rate", "proportion"})
_PARTS = ("numerator", "denominator")
_UNITS = ("practice_id", "cluster_id", "region_id")
_BY = ("sex", "age_band")
_STRATUM = ("sex", "ages")
Months = Callable[[], pl.DataFrame]
_NOBODY = pl.DataFrame(schema={"practice_id": pl.String})
_NOTHING = pl.DataFrame(
    schema={
        **dict.fromkeys(_UNITS, pl.String),
        **dict.fromkeys(_STRATUM, pl.Categorical),
        **dict.fromkeys(_PARTS, pl.Float64),
    }
)


def expectations(measure: Measure, window: Window, months: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """One row per practice, cluster and region it counts months in: `expected` events there, and the region's value.

    `months` are all the counted months of `window` (practice_id, period, cluster_id, region_id): facts outside them
    do not count, on either side. The reference is every counted month of the region whose facts are split by sex and
    age (all but MOST_UNSPLIT of them), whoever consented. `reference` is its value in the measure's unit. Where
    `expected` is null, `reason` is one of REASONS.
    """
    return expected_of(measure, window, months, split_of(measure, window, lambda: months, facts))


@dataclass(frozen=True)
class Split:
    """What of a measure's facts is split by sex and age.

    `counted`: one row per unit and stratum of a region, both parts. `unsplit`: one row per practice of whose facts too
    many are not split. `unlike`: one row per practice where the bands of the two parts have no limit in common.
    """

    counted: pl.DataFrame
    unsplit: pl.DataFrame
    unlike: pl.DataFrame


def split_of(measure: Measure, window: Window, months: Months, facts: Facts) -> Split:
    """What of the facts in the counted `months` can be standardised; nothing of a kind that has no standardised value.

    `months` is asked only where no other measure of the same sources asked before.
    """
    if measure.kind not in _KINDS:
        return Split(_NOTHING, _NOBODY, _NOBODY)
    # Measures of the same sources count in the same months: what one was asked of them need not be asked again.
    of = window, frozenset(selection.source for selection in measure.selections)
    places = facts.once.get(lambda: _places(months(), facts), "places", *of)

    def of_part(part: str) -> pl.DataFrame:
        selection: Selection = getattr(measure, part)
        return facts.once.get(lambda: _strata(selection, places, facts), "strata", selection, *of)

    strata = {part: of_part(part) for part in _PARTS}
    unsplit = pl.concat([_too_unsplit(rows, places) for rows in strata.values()]).unique().sort("practice_id")
    of_split = places.units.filter(pl.col("region_id").is_not_null()).join(unsplit, on="practice_id", how="anti")
    left_out = places.units.join(unsplit, on="practice_id")["unit"].implode()
    split = {part: rows.remove(_is_unsplit() | pl.col("unit").is_in(left_out)) for part, rows in strata.items()}
    ages = common_ages(*(rows["age_band"].unique().to_list() for rows in split.values()))
    if ages is None:
        return Split(_NOTHING, unsplit, months().select(pl.col("practice_id").unique().sort()))
    return Split(_side_by_side(split, ages).join(of_split, on="unit").select(_NOTHING.columns), unsplit, _NOBODY)


def expected_of(measure: Measure, window: Window, months: pl.DataFrame, split: Split) -> pl.DataFrame:
    """The rows of `expectations`, of what is split by sex and age."""
    units = months.select(_UNITS).unique().sort(_UNITS)
    if measure.kind not in _KINDS:
        return _unknown(units, pl.lit("kind"))
    reference = _reference(measure, window, split.counted)
    expected = _expected(measure, window, split.counted)
    found = units.join(expected, on=_UNITS, how="left", nulls_equal=True).join(reference, on="region_id", how="left")
    without = [*split.unsplit["practice_id"].to_list(), *split.unlike["practice_id"].to_list()]
    known = pl.col("region_id").is_not_null() & ~pl.col("practice_id").is_in(without)
    return found.select(
        *_UNITS,
        # A split practice without a single event or patient expects nothing.
        expected=pl.when(known).then(pl.col("expected").fill_null(0.0)),
        reference="reference",
        reason=pl.when(~known).then(_no_stratum(split.unsplit)),
    )


def standardised(measure: Measure, rows: pl.DataFrame, expected: pl.DataFrame) -> pl.DataFrame:
    """`rows` (one per unit, with the crude figure) with STANDARDISED and `standardised_reason`.

    `expected` has the rows of `expected_by`; both have the columns KEY. The standardised value is observed over
    expected events, times the reference's value; its limits are the crude ones (of the observed, over the unit's own
    denominator) by the same factor, since the expected is taken as known. A share is no more than everything.
    Null: units without `expected`, or whose `expected` is not known for every part.
    """
    with_expected = rows.join(expected, on=KEY, how="left", maintain_order="left")
    some = pl.col("expected") > 0
    factor = pl.when(some).then(pl.col("reference") * pl.col("denominator") / (pl.col("expected") * measure.per))
    most = float(measure.per) if measure.kind == "proportion" else inf
    none = pl.when((pl.col("expected") == 0) & pl.col("value").is_not_null()).then(pl.lit("none_expected"))
    figures = [
        (pl.col(crude) * factor).clip(upper_bound=most).alias(name)
        for crude, name in zip(("value", "lower", "upper"), STANDARDISED[1:4], strict=True)
    ]
    return with_expected.with_columns(*figures, standardised_reason=pl.coalesce("reason", none)).drop("reason")


def common_ages(*sides: Iterable[str]) -> dict[str, str] | None:
    """The finest ages that the bands of every side can be put together to: each band with the age it falls in.

    `0-4`, `5-9` on one side and `0-5`, `6-9` on another have `0-9` in common. None where nothing smaller than every
    age is left: then there is nothing to standardise by.
    """
    bands = sorted({(*_limits(band), band) for side in sides for band in side})
    groups: list[tuple[float, float, list[str]]] = []
    for low, high, band in bands:
        if groups and low <= groups[-1][1]:
            start, end, members = groups.pop()
            groups.append((start, max(end, high), [*members, band]))
        else:
            groups.append((low, high, [band]))
    if any((low, high) == (0, inf) for low, high, _ in groups):
        return None
    return {band: _name(low, high) for low, high, members in groups for band in members}


def _limits(band: str) -> tuple[float, float]:
    low, high = band_limits(band)
    return low, inf if high is None else high


def _name(low: float, high: float) -> str:
    return f"{low:.0f}+" if high == inf else f"{low:.0f}-{high:.0f}"


@dataclass(frozen=True)
class _Places:
    """Where months count: `units` one row per practice with a cluster and region, and `months` one per month there.

    Both have `unit`, a number; a month has `place` besides.
    """

    units: pl.DataFrame
    months: pl.DataFrame


def _places(months: pl.DataFrame, facts: Facts) -> _Places:
    units = months.select(_UNITS).unique().sort(_UNITS).with_row_index("unit")
    counted = months.join(units, on=_UNITS, nulls_equal=True).select("period", place(facts.listed), "unit")
    return _Places(units, counted)


def _strata(selection: Selection, places: _Places, facts: Facts) -> pl.DataFrame:
    """One row per unit, sex and age band with any of the quantity in the months that count: `total`."""
    rows = selected(selection, facts.by_source, facts.codes).filter(pl.col(selection.column) != 0)
    known = rows.collect_schema()
    by = [(pl.col(name) if name in known else pl.lit(None, pl.String)).cast(pl.Categorical).alias(name) for name in _BY]
    first, last = places.months["period"].min(), places.months["period"].max()
    near = rows.filter(pl.col("period").is_between(first, last)).select(place(facts.listed), *by, selection.column)
    inside = near.join(places.months.lazy(), on="place")
    return added_up(selection, inside, pl.col("unit"), *(pl.col(name) for name in _BY)).collect()


def _is_unsplit() -> pl.Expr:
    return pl.col("sex").is_null() | pl.col("age_band").is_null() | (pl.col("age_band") == EVERY_AGE)


def _too_unsplit(rows: pl.DataFrame, places: _Places) -> pl.DataFrame:
    """The practices of whose quantity more than MOST_UNSPLIT is of no stratum."""
    if not rows.select(_is_unsplit().any()).item():
        return _NOBODY
    by_unit = rows.group_by("unit").agg(pl.col("total").sum(), without=pl.col("total").filter(_is_unsplit()).sum())
    of_practice = by_unit.join(places.units, on="unit").group_by("practice_id").agg(pl.col("total", "without").sum())
    return of_practice.filter(pl.col("without") / pl.col("total") > MOST_UNSPLIT).select("practice_id")


def _no_stratum(unsplit: pl.DataFrame) -> pl.Expr:
    return (
        pl.when(pl.col("region_id").is_null())
        .then(pl.lit("no_region"))
        .when(pl.col("practice_id").is_in(unsplit["practice_id"].to_list()))
        .then(pl.lit("not_split"))
        .otherwise(pl.lit("bands_differ"))
    )


def _unknown(units: pl.DataFrame, reason: pl.Expr) -> pl.DataFrame:
    nothing = pl.lit(None, dtype=pl.Float64)
    return units.with_columns(expected=nothing, reference=nothing, reason=reason)


def _side_by_side(strata: dict[str, pl.DataFrame], ages: dict[str, str]) -> pl.DataFrame:
    """One row per unit and stratum: both parts, 0 where there is none of one."""
    named = pl.col("age_band").replace_strict(ages, return_dtype=pl.Categorical).alias("ages")
    sides = [
        rows.select(
            "unit", "sex", named, *((pl.col("total") if name == part else pl.lit(0.0)).alias(name) for name in _PARTS)
        )
        for part, rows in strata.items()
    ]
    return pl.concat(sides).group_by("unit", *_STRATUM).agg(pl.col(_PARTS).sum())


def _shares(measure: Measure, window: Window) -> tuple[float, float]:
    """What the sums are divided by: listed patients are person-months, as in `measures.summed`."""
    months = len(window.months)
    return float(measure.numerator.share(months)), float(measure.denominator.share(months))


def _reference(measure: Measure, window: Window, counted: pl.DataFrame) -> pl.DataFrame:
    of_numerator, of_denominator = _shares(measure, window)
    sums = counted.group_by("region_id").agg(_ordered_sum("numerator"), _ordered_sum("denominator"))
    # By the inverse, as in `measures.summed`.
    parts = pl.col("numerator") * (1 / of_numerator), pl.col("denominator") * (1 / of_denominator)
    value = parts[0] / parts[1] * measure.per
    return sums.select("region_id", reference=pl.when(pl.col("denominator") > 0).then(value))


def _expected(measure: Measure, window: Window, counted: pl.DataFrame) -> pl.DataFrame:
    of_numerator, _ = _shares(measure, window)
    stratum = ["region_id", *_STRATUM]
    rates = counted.group_by(stratum).agg(
        _ordered_sum("numerator").alias("reference_numerator"),
        _ordered_sum("denominator").alias("reference_denominator"),
    )
    events = expected_events(pl.col("denominator"), pl.col("reference_numerator"), pl.col("reference_denominator"))
    each = counted.join(rates, on=stratum).with_columns(expected=events * (1 / of_numerator))
    return each.group_by(_UNITS).agg(_ordered_sum("expected"))


def _ordered_sum(name: str) -> pl.Expr:
    # A sum of fractions depends on their order, and threads have none of their own: same facts, same bytes.
    return pl.col(name).sort().sum()


def expected_by(expected: pl.DataFrame, level: str) -> pl.DataFrame:
    """One row per unit of the level (unit_id): the expected of all its parts, if each is known and of one region.

    `expected` has the rows of `expectations` that the units consist of.
    """
    unit = f"{level}_id"
    parts = expected.filter(pl.col(unit).is_not_null())
    one_region = pl.col("region_id").n_unique() == 1
    every = pl.col("expected").is_not_null().all()
    elsewhere = pl.when(~one_region).then(pl.lit("two_regions"))
    return parts.group_by(pl.col(unit).alias("unit_id")).agg(
        pl.when(one_region & every).then(_ordered_sum("expected")).alias("expected"),
        pl.when(one_region & every).then(pl.col("reference").first()).alias("reference"),
        pl.coalesce(pl.col("reason").drop_nulls().sort().first(), elsewhere).alias("reason"),
    )
