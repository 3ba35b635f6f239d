"""Choosing facts: a definition's filters as Polars expressions, and the sums they give per practice and month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import inf

import polars as pl

from transforms.calendar import Window
from transforms.codes import CodeSystem
from transforms.errors import UserError
from transforms.filters import Selection
from transforms.sources import COLUMNS

_MOST_DAYS = 1 << 20


class DefinitionError(UserError):
    """A measure asks for something that the extracts do not tell apart."""


def monthly_sums(
    selection: Selection, facts: Mapping[str, pl.LazyFrame], codes: Mapping[str, CodeSystem] | None = None
) -> pl.LazyFrame:
    """One row per practice and month with a fact that `selection` lets through: `total` of its quantity.

    A month without such a fact has no row: whether that is a zero is the submission's to say.

    Raises:
        DefinitionError: as `selected`.
    """
    chosen = selected(selection, facts, codes)
    return added_up(selection, chosen, pl.col("practice_id").cast(pl.String), pl.col("period"))


def added_up(selection: Selection, chosen: pl.LazyFrame, *by: pl.Expr) -> pl.LazyFrame:
    """One row per group of the facts `chosen`: `total` of the selection's quantity."""
    return chosen.group_by(by).agg(pl.col(selection.column).sum().cast(pl.Float64).alias("total"))


def place(practices: pl.Enum) -> pl.Expr:
    """`place`, practice and month as one number: to join or group millions of rows by one takes half the time of two.

    Null: of a practice that `practices` does not name. Where the facts have that type it costs next to nothing.
    """
    practice = pl.col("practice_id").cast(practices, strict=False).to_physical().cast(pl.UInt64)
    return (practice * _MOST_DAYS + pl.col("period").to_physical()).alias("place")


def selected(
    selection: Selection, facts: Mapping[str, pl.LazyFrame], codes: Mapping[str, CodeSystem] | None = None
) -> pl.LazyFrame:
    """The facts that `selection` lets through, one row per fact as it came.

    Facts are chosen by their newest code: `codes` has the code system of each source that has one.

    Raises:
        DefinitionError: an age group cuts through the extracts' age bands, they are not split as asked for, or a
            part is asked for of what came under one code.
    """
    system = (codes or {}).get(selection.source)
    received = facts[selection.source]
    rows = received if system is None else system.renamed(received)
    return rows.filter(*by_code(selection, rows, system), *_filters(selection, rows))


def refuse_adding_patients(selection: Selection, facts: Mapping[str, pl.LazyFrame], window: Window) -> None:
    """Nothing, where the selection's figures may be added up over `window` in a practice.

    Raises:
        DefinitionError: it counts patients, and counts of a practice would be added in which the same patient may be
            twice; or they were counted over another window than the one asked for.
    """
    if not selection.counts_patients:
        return
    if selection.window_months != len(window.months):
        raise DefinitionError(
            f"A measure asks for patients of {selection.source} counted over {selection.window_months} months in a "
            f"window of {len(window.months)}. Patients do not add up: ask for counts over exactly the window's months."
        )
    rows = facts[selection.source]
    inside = rows.filter(pl.col("period").is_between(window.start, window.end), *_filters(selection, rows))
    if over := _counted_twice(inside.collect()):
        raise DefinitionError(
            f"A measure would add up patients of {selection.source} over {over}, and whoever is in two of them would "
            "be counted twice. Name one group and condition, counted once for the whole window."
        )


def _counted_twice(rows: pl.DataFrame) -> str | None:
    """What the counts of one practice overlap in, if they do. Women and men, and bands without overlap, do add up."""
    for column, plural in (("period", "months"), ("condition", "conditions")):
        if column in rows.columns and rows.group_by("practice_id").agg(pl.col(column).n_unique())[column].gt(1).any():
            return f"several {plural}"
    by_practice = rows.group_by("practice_id").agg(pl.col("sex", "age_band").unique())
    if any(None in sexes and len(sexes) > 1 for sexes in by_practice["sex"].to_list()):
        return "both sexes and everybody"
    return "overlapping ages" if any(_overlap(bands) for bands in by_practice["age_band"].to_list()) else None


def _overlap(bands: list[str | None]) -> bool:
    if None in bands:
        return len(bands) > 1
    limits = sorted((low, inf if high is None else high) for low, high in map(band_limits, filter(None, bands)))
    return any(high >= after for (_, high), (after, _) in pairwise(limits))


def _filters(selection: Selection, rows: pl.LazyFrame) -> list[pl.Expr]:
    filters: list[pl.Expr] = []
    if selection.indications:
        _require_any_indication(selection, rows)
        filters.append(pl.col("indication").is_in(selection.indications))
    for name, column in COLUMNS.items():
        wanted: tuple[str, ...] = getattr(selection, name)
        if wanted and name != "indications":
            filters.append(pl.col(column).is_in(wanted))
    if selection.window_months is not None:
        filters.append(pl.col("window_months") == selection.window_months)
    if selection.sex is not None:
        _require_split(selection, rows.filter(*filters), "sex")
        filters.append(pl.col("sex") == selection.sex)
    if selection.age_range is not None:
        filters.append(pl.col("age_band").is_in(_bands_within(selection, rows.filter(*filters))))
    return filters


def by_code(selection: Selection, rows: pl.LazyFrame, system: CodeSystem | None) -> list[pl.Expr]:
    """Whether the selection's codes let a fact through (empty: every code does); `rows` carry the newest codes."""
    if not selection.codes and not selection.exclude_codes:
        return []
    wanted, unwanted = selection.codes, selection.exclude_codes
    if system is not None:
        wanted, unwanted = system.newest_prefixes(wanted), system.newest_prefixes(unwanted)
    few = rows.collect_schema()["code"] == pl.Categorical
    chosen = _starts_with_any(wanted, few=few) if wanted else pl.lit(value=True)
    if unwanted:
        chosen &= ~_starts_with_any(unwanted, few=few)
    for old, (until, ends) in ({} if system is None else system.splits).items():
        counted = {_is_chosen(code, wanted, unwanted) for code in ends}
        before = (pl.col("code") == old) & (pl.lit(value=True) if until is None else pl.col("period") <= until)
        if len(counted) > 1:
            _refuse_a_part(selection, rows.filter(before), old, ends)
        chosen = pl.when(before).then(pl.lit(value=all(counted))).otherwise(chosen)
    return [chosen]


def _is_chosen(code: str, wanted: tuple[str, ...], unwanted: tuple[str, ...]) -> bool:
    return (not wanted or code.startswith(wanted)) and not (unwanted and code.startswith(unwanted))


def _refuse_a_part(selection: Selection, before: pl.LazyFrame, old: str, ends: tuple[str, ...]) -> None:
    # One code was several things at once: a part of it would be a guess, and all or nothing a step in the trend.
    if before.select(pl.len()).collect().item():
        raise DefinitionError(
            f"A measure counts only some of {', '.join(ends)}, and the extracts of {selection.source} hold months in "
            f"which all of them were {old}. Take all or none of them in package.toml, or begin after the split."
        )


def _starts_with_any(prefixes: tuple[str, ...], *, few: bool) -> pl.Expr:
    """`few`: codes are numbers under their names, and each name is looked at once."""
    code = pl.col("code")
    return pl.any_horizontal([(code.cat if few else code.str).starts_with(prefix) for prefix in prefixes])


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
    bands: list[str] = _require_split(selection, rows, "age_band").to_list()
    for band in bands:
        band_low, band_high = band_limits(band)
        inside = band_low >= low and (high is None or (band_high is not None and band_high <= high))
        outside = (band_high is not None and band_high < low) or (high is not None and band_low > high)
        if not (inside or outside):
            raise cuts_through(selection.age or "", band, selection.source, bands)
        if inside:
            within.append(band)
    return within


def cuts_through(age: str, band: str, source: str, there: Iterable[str]) -> DefinitionError:
    """The complaint about an age group that a band of the facts lies only partly in, with the bands there are."""
    listed = ", ".join(sorted(there, key=band_limits_in_order))
    return DefinitionError(
        f"The age group {age} cuts through the band {band} of {source}. "
        f"Choose an age in package.toml that begins and ends where bands do: {listed}."
    )


def band_limits_in_order(band: str) -> tuple[int, float]:
    """Lowest and highest year of a band, so that bands sort by age."""
    low, high = band_limits(band)
    return low, inf if high is None else high


def band_limits(band: str) -> tuple[int, int | None]:
    """Lowest and highest whole year of a band such as `0-5` or `80+` (None: no highest)."""
    if band.endswith("+"):
        return int(band[:-1]), None
    low, _, high = band.partition("-")
    return int(low), int(high)
