"""The kinds of measure: what the value, the interval and the state of each are, and how two windows of it are compared.

A figure stands in the columns numerator, denominator, and where they are needed numerator_base and denominator_base (a
ratio of two rates: what each side is counted over) and observations (a mean or median: every single value, sorted). Two
windows have them under the prefixes before_ and now_.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

from transforms.differences import Estimate, newcombe, rate_difference, rate_ratio, square_and_add
from transforms.intervals import poisson, wilson
from transforms.means import mean_interval, median_of

Kind = Literal["rate", "proportion", "mean", "median", "distribution", "ratio"]
KINDS: tuple[Kind, ...] = ("rate", "proportion", "mean", "median", "distribution", "ratio")
SHARES = ("proportion", "distribution")
AVERAGES = ("mean", "median")
PER: dict[Kind, int] = {"mean": 1, "median": 1, "distribution": 100, "ratio": 1}
"""What a value is given per where a measure does not say: for rates and proportions it is 1,000."""
COUNTS = ("numerator", "denominator", "numerator_base", "denominator_base")
"""The columns that add up over practices; `observations` are put together instead."""


def with_figures(kind: Kind, per: int, rows: pl.DataFrame, side: str = "") -> pl.DataFrame:
    """`rows` with `<side>value`, `<side>lower` and `<side>upper`, all null where there is nothing to divide by."""
    if kind == "median":
        return _with_medians(per, rows, side)
    value, lower, upper = _estimate(kind, side)
    known = has_ground(kind, side)
    named = {"value": value, "lower": lower, "upper": upper}
    return rows.with_columns(pl.when(known).then(part * per).alias(f"{side}{name}") for name, part in named.items())


def has_ground(kind: Kind, side: str = "") -> pl.Expr:
    """Whether there is something to divide by: on both sides of a ratio of two rates."""
    ground = pl.col(f"{side}denominator") > 0
    if kind != "ratio":
        return ground
    bases = [pl.col(f"{side}{name}").is_null() | (pl.col(f"{side}{name}") > 0) for name in COUNTS[2:]]
    return ground & pl.all_horizontal(bases)


def state(kind: Kind, minimum: int, side: str = "") -> pl.Expr:
    """`not_computable`, `zero` (none happened), `too_few` (under `minimum`) or `value` of a figure that was submitted.

    Too few events of a rate, on either side of a ratio; too few observations of a share or of an average. An average of
    0 is a value: it does not say that nothing happened.
    """
    numerator, denominator = pl.col(f"{side}numerator"), pl.col(f"{side}denominator")
    observed = {"rate": numerator, "ratio": pl.min_horizontal(numerator, denominator)}.get(kind, denominator)
    none_happened = pl.lit(value=False) if kind in AVERAGES else numerator == 0
    if kind != "rate":
        none_happened &= denominator >= minimum
    return (
        pl.when(~has_ground(kind, side))
        .then(pl.lit("not_computable"))
        .when(none_happened)
        .then(pl.lit("zero"))
        .when(observed < minimum)
        .then(pl.lit("too_few"))
        .otherwise(pl.lit("value"))
    )


def difference(kind: Kind, per: int) -> Estimate:
    """now - before in the measure's unit, with its interval.

    Proportion and part of a distribution: Newcombe. Rate: square-and-add of the two rates' own intervals. Mean, median
    and ratio: the same from the printed intervals of both windows; limits are null where either has no interval.
    Source: Newcombe 1998, Stat Med 17:873-90; Zou & Donner 2008, Stat Med 27:1693-702.
    """
    if kind in SHARES or kind == "rate":
        of_counts = newcombe if kind in SHARES else rate_difference
        now, before = ((pl.col(f"{side}_numerator"), pl.col(f"{side}_denominator")) for side in ("now", "before"))
        return Estimate(*(part * per for part in of_counts(*now, *before)))
    now, before = (
        Estimate(*(pl.col(f"{side}_{part}") for part in ("value", "lower", "upper"))) for side in ("now", "before")
    )
    bounded = square_and_add(now, before)
    return Estimate(now.value - before.value, bounded.lower, bounded.upper)


def without(whole: pl.DataFrame, part: pl.DataFrame, side: str) -> pl.DataFrame:
    """`whole` (one row) less `part` (one row, or none): counts less counts, single values without those of the part."""
    counts = [f"{side}{name}" for name in COUNTS]
    inside = part.select(pl.col(counts).sum().name.suffix("_inside"))  # one row, of zeros where there is no part
    rest = whole.join(inside, how="cross").with_columns(pl.col(name) - pl.col(f"{name}_inside") for name in counts)
    values = f"{side}observations"
    left = _left_over(whole[values].explode(), part[values].explode())
    single = pl.when(pl.col(values).is_not_null()).then(pl.lit(left.implode())).alias(values)
    return rest.with_columns(single).drop(f"{name}_inside" for name in counts)


def _left_over(every: pl.Series, taken: pl.Series) -> pl.Series:
    """Each value of `every` as many times more as it is there than in `taken`, sorted."""
    more, fewer = (values.drop_nulls().rename("each").value_counts(name="times") for values in (every, taken))
    counted = more.join(fewer, on="each", how="left", suffix="_taken")
    times = pl.col("times").cast(pl.Int64) - pl.col("times_taken").fill_null(0).cast(pl.Int64)
    kept = counted.with_columns(times=times).filter(pl.col("times") > 0)
    return kept.select(pl.col("each").repeat_by("times").explode().sort())["each"].cast(pl.Float64)


def completed(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with the columns that only some kinds fill, null where they are missing."""
    wanted = dict.fromkeys(COUNTS[2:], pl.Float64()) | {"observations": pl.List(pl.Float64)}
    return rows.with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in wanted.items() if name not in rows.columns
    )


def completed_pairs(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` of two windows with the columns that only some kinds fill, null where they are missing."""
    wanted = dict.fromkeys(COUNTS[2:], pl.Float64()) | {"observations": pl.List(pl.Float64)}
    named = {f"{side}_{name}": dtype for side in ("before", "now") for name, dtype in wanted.items()}
    return rows.with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in named.items() if name not in rows.columns
    )


def _estimate(kind: Kind, side: str) -> Estimate:
    """Value and limits before they are multiplied by what they are per."""
    numerator, denominator = pl.col(f"{side}numerator"), pl.col(f"{side}denominator")
    if kind == "ratio":
        over, under = (pl.col(f"{side}{name}").fill_null(1.0) for name in COUNTS[2:])
        return rate_ratio(numerator, over, denominator, under)
    value = numerator / denominator
    if kind in SHARES:
        return Estimate(value, *wilson(numerator, denominator))
    if kind == "rate":
        return Estimate(value, *(limit / denominator for limit in poisson(numerator)))
    squares = pl.col(f"{side}observations").list.eval(pl.element() ** 2).list.sum()
    spread = pl.when(pl.col(f"{side}observations").is_not_null())
    return Estimate(value, *(spread.then(limit) for limit in mean_interval(denominator, numerator, squares)))


def _with_medians(per: int, rows: pl.DataFrame, side: str) -> pl.DataFrame:
    numbered = rows.with_row_index("row")
    single = numbered.select("row", each=f"{side}observations").explode("each", empty_as_null=True)
    found = single.group_by("row").agg(median_of(pl.col("each")))
    names = {name: f"{side}{name}" for name in ("value", "lower", "upper")}
    scaled = found.select("row", *(pl.col(name).mul(per).alias(named) for name, named in names.items()))
    kept = numbered.drop(list(names.values()), strict=False)
    return kept.join(scaled, on="row", how="left", maintain_order="left").drop("row")
