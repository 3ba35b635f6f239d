"""report.month of invented packs: eighteen months around two windows, every state of a month among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import report_packs as packs

from reports.pack import PackTables
from transforms.calendar import month_after
from transforms.published import MONTH

RATE, SHARE = packs.MEASURES[0], packs.MEASURES[1]
FLAT = [30.0, 34.0, 31.0, 35.0, 29.0, 36.0, 30.5, 35.5, 31.5, 34.5, 29.5, 36.5, 30.2, 35.2, 31.2, 34.2, 29.2, 36.2]
SHIFT = [36.0, 35.0, 37.0, 36.5, 35.5, 36.2, 37.1, 35.2, 36.8, 30.0, 29.0, 31.0, 30.5, 29.5, 30.2, 31.1, 29.2, 30.8]


def row(measure: str, at: int, value: float | None, **changed: Any) -> dict[str, Any]:
    """One month; hidden where there is no value. The meeting is in the ninth, and the last is provisional."""
    side = "before" if at < 6 else "now" if at >= 12 else "between"
    known = {
        "pack_id": packs.PACK_ID, "audience": "cluster", "measure_id": measure, "level": "cluster",
        "label": "Åbakke-klyngen", "period_start": month_after(date(2025, 1, 1), at), "months": 1, "side": side,
        "meeting": at == 8, "provisional": at == 17, "state": "suppressed" if value is None else "value",
        "numerator": None if value is None else 500.0, "denominator": None if value is None else 5000.0, "value": value,
    }  # fmt: skip
    return known | changed


def months(values: Sequence[float | None], measure: str = RATE) -> list[dict[str, Any]]:
    """The months of one measure."""
    return [row(measure, at, value) for at, value in enumerate(values)]


def of_a_pack() -> list[dict[str, Any]]:
    """A rate in thousands with a month that is hidden, and a share with one of zero and one that did not come."""
    rate = months([None if at == 10 else round(value * 34.27, 1) for at, value in enumerate(SHIFT)])
    share = months(FLAT, SHARE)
    share[4] |= {"state": "zero", "numerator": 0.0, "value": 0.0}
    share[10] |= {"state": "not_submitted", "numerator": None, "denominator": None, "value": None}
    own = [row(RATE, at, value + 4, audience=packs.practice_id("F"), level="practice") for at, value in enumerate(FLAT)]
    return [*rate, *share, *({**each, "label": "F"} for each in own)]


def with_months(made: PackTables) -> PackTables:
    """The pack with its months."""
    return replace(made, months=pl.DataFrame(of_a_pack(), schema=MONTH))
