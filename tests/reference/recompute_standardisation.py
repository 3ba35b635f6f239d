"""Our values for every row of dsr.csv and isr.csv: `make reference` holds them against the files' own."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from transforms.standardisation import FEWEST_EVENTS, direct_sums, dobson, fay_feuer, indirect

LEVELS = {"95": 0.95, "998": 0.998}


def dsr(frame: pl.DataFrame) -> dict[str, pl.Series]:
    """PHEindicatormethods takes missing events for none, does not clip a limit, and gives nothing below ten events."""
    unit, per = ["set_id", "group_id"], pl.col("multiplier")
    strata = frame.select(*unit, events=pl.col("x").fill_null(0), population="n", weight="stdpop")
    sums = direct_sums(strata, unit).join(frame.select(*unit, "multiplier").unique(), on=unit)
    enough, gamma = pl.col("events") >= FEWEST_EVENTS, fay_feuer(0.95)
    limits = {
        f"{side}{level}": pl.when(enough).then(getattr(dobson(confidence), side) * per)
        for level, confidence in LEVELS.items()
        for side in ("lower", "upper")
    }
    ours = sums.select(
        *unit,
        total_count="events",
        total_pop="population",
        dsr=pl.when(enough).then(pl.col("value") * per),
        dsr_any_count=pl.col("value") * per,
        gamma_lower95=gamma.lower * per,
        gamma_upper95=gamma.upper * per,
        **limits,
    )
    return _row_by_row(frame, ours, unit)


def isr(frame: pl.DataFrame) -> dict[str, pl.Series]:
    """Ratio, and the rate per 1,000 that the file gives."""
    unit = ["group_id"]
    strata = frame.select(
        *unit, events=pl.col("x").fill_null(0), population="n", reference_events="x_ref", reference_population="n_ref"
    )
    at95, at998 = (indirect(strata, unit, multiplier=1000, confidence=level) for level in LEVELS.values())
    renamed = {"lower": "lower95", "upper": "upper95", "reference": "ref_rate_per_1000", "value": "is_rate_per_1000"}
    renamed |= {"value_lower": "is_rate_lower95", "value_upper": "is_rate_upper95"}
    ours = at95.rename(renamed).join(
        at998.select(*unit, lower998="lower", upper998="upper"), on=unit, maintain_order="left"
    )
    return _row_by_row(frame, ours, unit)


def _row_by_row(frame: pl.DataFrame, ours: pl.DataFrame, unit: list[str]) -> dict[str, pl.Series]:
    rows = frame.select(unit).join(ours, on=unit, how="left", maintain_order="left")
    return {name: rows[name] for name in rows.columns if name not in unit}


RECOMPUTED: dict[str, Callable[[pl.DataFrame], dict[str, pl.Series]]] = {"dsr": dsr, "isr": isr}
TOLERANCE: dict[str, float] = {"dsr": 1e-9, "isr": 1e-9}
