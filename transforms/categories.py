"""The categories of a distribution: which there are, and which fact is in which."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from transforms.bands import NOT_STATED, OTHER, years
from transforms.codes import CodeSystem
from transforms.definitions import Measure
from transforms.selection import band_limits_in_order, by_code, cuts_through


def categories_of(measure: Measure, chosen: pl.LazyFrame, system: CodeSystem | None) -> list[str]:
    """The categories that the facts `chosen` for the measure's whole are divided into, in the order they are shown.

    Every named band, also where nothing is in it; then what is in none of them and what has nothing in the column, each
    only where there is such a fact. Without bands: the values there are, ages by age and numbers by size.
    """
    found = chosen.select(_category(measure, chosen, system).unique().alias("category")).collect()["category"].to_list()
    return in_order(measure, [*(band.id for band in measure.bands), *found])


def in_order(measure: Measure, categories: Iterable[str]) -> list[str]:
    """`categories` once each, in the order they are shown."""
    found, named = set(categories), [band.id for band in measure.bands]
    last = [name for name in (OTHER, NOT_STATED) if name in found]
    plain = sorted(found - set(named) - set(last), key=_order)
    return [*(name for name in named if name in found), *plain, *last]


def in_category(measure: Measure, chosen: pl.LazyFrame, system: CodeSystem | None) -> pl.Expr:
    """Whether a fact is in the measure's category; `chosen` are the facts of its whole, with the newest codes.

    Raises:
        DefinitionError: a band cuts through what the extracts tell apart.
    """
    return _category(measure, chosen, system) == measure.category


def title_of(measure: Measure, category: str | None, language: str) -> str:
    """What a category is called: its band's title, else the value itself."""
    band = next((band for band in measure.bands if band.id == category), None)
    return band.title.in_language(language) if band is not None and band.title is not None else category or ""


def _category(measure: Measure, chosen: pl.LazyFrame, system: CodeSystem | None) -> pl.Expr:
    column = pl.col(measure.by or "")
    if not measure.bands:
        named = column
    elif measure.by == "code":
        named = _by_prefix(measure, chosen, system)
    else:
        every = _age_bands(measure, chosen) if measure.by == "age_band" else _values(measure)
        named = column.replace_strict(every, default=OTHER, return_dtype=pl.String)
    return pl.when(column.is_null()).then(pl.lit(NOT_STATED)).otherwise(named)


def _values(measure: Measure) -> dict[str, str]:
    return {value: band.id for band in measure.bands for value in band.values}


def _by_prefix(measure: Measure, chosen: pl.LazyFrame, system: CodeSystem | None) -> pl.Expr:
    parts: list[pl.Expr] = []
    for band in measure.bands:
        within = measure.numerator.model_copy(update={"codes": band.values, "exclude_codes": ()})
        parts += [pl.when(inside).then(pl.lit(band.id)) for inside in by_code(within, chosen, system)]
    return pl.coalesce([*parts, pl.lit(OTHER)])


def _age_bands(measure: Measure, chosen: pl.LazyFrame) -> dict[str, str]:
    there = chosen.select(pl.col("age_band").drop_nulls().unique().sort()).collect()["age_band"].to_list()
    inside: dict[str, str] = {}
    for age, band_id in _values(measure).items():
        low, high = years(age)
        for band in there:
            band_low, band_high = band_limits_in_order(band)
            if band_high < low or band_low > high:
                continue
            if band_low < low or band_high > high:
                raise cuts_through(age, band, measure.numerator.source, there)
            inside[band] = band_id
    return inside


def _order(value: str) -> tuple[int, tuple[int, float], str]:
    """Ages by age, numbers by size, words by the alphabet."""
    number = value.rstrip("+").partition("-")[0]
    if not number.isdigit():
        return 1, (0, 0), value
    return 0, (int(number), 0), value
