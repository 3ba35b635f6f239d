"""Choosing facts: a definition's filters as Polars expressions, and the sums they give per practice and month."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from transforms.definitions import Selection
from transforms.errors import UserError


class DefinitionError(UserError):
    """A measure asks for something that the extracts do not tell apart."""


def monthly_sums(selection: Selection, facts: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """One row per practice and month with a fact that `selection` lets through: `total` of its quantity.

    A month without such a fact has no row: whether that is a zero is the submission's to say.

    Raises:
        DefinitionError: an age group cuts through the extracts' age bands, or they are not split as asked for.
    """
    rows = facts[selection.source]
    chosen = rows.filter(*_filters(selection, rows))
    return chosen.group_by("practice_id", "period").agg(
        pl.col(selection.quantity).sum().cast(pl.Float64).alias("total")
    )


def _filters(selection: Selection, rows: pl.LazyFrame) -> list[pl.Expr]:
    filters: list[pl.Expr] = []
    if selection.codes:
        filters.append(_starts_with_any(selection.codes))
    if selection.exclude_codes:
        filters.append(~_starts_with_any(selection.exclude_codes))
    if selection.indications:
        _require_any_indication(selection, rows)
        filters.append(pl.col("indication").is_in(selection.indications))
    if selection.sex is not None:
        _require_split(selection, rows, "sex")
        filters.append(pl.col("sex") == selection.sex)
    if selection.age_range is not None:
        filters.append(pl.col("age_band").is_in(_bands_within(selection, rows)))
    return filters


def _starts_with_any(prefixes: tuple[str, ...]) -> pl.Expr:
    return pl.any_horizontal([pl.col("code").str.starts_with(prefix) for prefix in prefixes])


def _require_any_indication(selection: Selection, rows: pl.LazyFrame) -> None:
    # A prescription may lack its indication; extracts in which all do have no such column, and zero would be untrue.
    known, every = rows.select(pl.col("indication").count().alias("known"), pl.len()).collect().row(0)
    if every and not known:
        raise DefinitionError(
            f"A measure asks for an indication, but the extracts of {selection.source} hold none. "
            "Leave the filter out of package.toml, or load extracts with that column."
        )


def _require_split(selection: Selection, rows: pl.LazyFrame, column: str) -> pl.Series:
    values = rows.select(pl.col(column).unique().sort()).collect()[column]
    if values.null_count():
        raise DefinitionError(
            f"A measure asks for one {column} of {selection.source}, but the extracts hold rows that are not split by "
            f"{column}. Leave the filter out of package.toml, or load extracts with that column."
        )
    return values


def _bands_within(selection: Selection, rows: pl.LazyFrame) -> list[str]:
    low, high = selection.age_range or (0, None)
    within: list[str] = []
    for band in _require_split(selection, rows, "age_band").to_list():
        band_low, band_high = band_limits(band)
        inside = band_low >= low and (high is None or (band_high is not None and band_high <= high))
        outside = (band_high is not None and band_high < low) or (high is not None and band_low > high)
        if not (inside or outside):
            raise DefinitionError(
                f"The age group {selection.age} cuts through the band {band} of {selection.source}. "
                "Choose an age in package.toml that begins and ends where bands do."
            )
        if inside:
            within.append(band)
    return within


def band_limits(band: str) -> tuple[int, int | None]:
    """Lowest and highest whole year of a band such as `0-5` or `80+` (None: no highest)."""
    if band.endswith("+"):
        return int(band[:-1]), None
    low, _, high = band.partition("-")
    return int(low), int(high)
