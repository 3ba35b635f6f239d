"""Our values for diff_proportions.csv, rate_ratio.csv and diff_paired.csv."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
from by_level import Columns, by_level

from transforms.differences import newcombe, rate_ratio, rate_ratio_p
from transforms.paired import mcnemar_exact, newcombe_paired, newcombe_paired_uncorrected, tango


def independent(frame: pl.DataFrame) -> Columns:
    x1, n1, x2, n2 = (pl.col(name) for name in ("x1", "n1", "x2", "n2"))

    def at(level: float) -> list[pl.Expr]:
        difference = newcombe(x1, n1, x2, n2, level)
        return [(x1 / n1).alias("p1"), (x2 / n2).alias("p2"), difference.value.alias("difference"), *difference[1:]]

    return by_level(frame, at)


def ratios(frame: pl.DataFrame) -> Columns:
    counts = [pl.col(name) for name in ("x1", "t1", "x2", "t2")]

    def at(level: float) -> list[pl.Expr]:
        ratio = rate_ratio(*counts, level)
        return [ratio.value.alias("rate_ratio"), *ratio[1:], rate_ratio_p(*counts).alias("p_value")]

    return by_level(frame, at)


def paired(frame: pl.DataFrame) -> Columns:
    counts = a, b, c, _ = [pl.col(name) for name in "abcd"]
    people = pl.sum_horizontal(counts, ignore_nulls=False)
    ways = {"newcombe10": newcombe_paired, "newcombe8": newcombe_paired_uncorrected, "tango": tango}

    def at(level: float) -> list[pl.Expr]:
        found = {name: way(*counts, level) for name, way in ways.items()}
        limits = [limit.name.prefix(f"{name}_") for name, estimate in found.items() for limit in estimate[1:]]
        shares = [people.alias("n"), ((a + b) / people).alias("p1"), ((a + c) / people).alias("p2")]
        difference = found["newcombe10"].value.alias("difference")
        return [*shares, difference, *limits, mcnemar_exact(b, c).alias("mcnemar_exact_p")]

    return by_level(frame, at)


RECOMPUTED: dict[str, Callable[[pl.DataFrame], Columns]] = {
    "diff_proportions": independent,
    "rate_ratio": ratios,
    "diff_paired": paired,
}
# PropCIs stops its search for Tango's limits at a step of about 1e-6 of a difference, however near 0 the limit is.
TOLERANCE: dict[str, float] = {"diff_paired.tango_lower": 1e-6, "diff_paired.tango_upper": 1e-6}
ABSOLUTE: dict[str, float] = {"diff_paired.tango_lower": 1e-6, "diff_paired.tango_upper": 1e-6}
