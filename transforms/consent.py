"""Consent that was taken back by a letter or a call, laid over what the registry says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl

_DAY = timedelta(days=1)


def without_taken_back(told: pl.DataFrame, taken_back: Mapping[str, date]) -> pl.DataFrame:
    """The rows of registry.consent, each with its days, where the practices of `taken_back` have said no from a day on.

    A registry often says yes for months after a practice has said no: its yes counts again only where it begins on a
    later day than the one on which the consent was taken back. A no of the registry stays as it is.
    """
    rows = told.to_dicts()
    kept = [each for row in rows for each in _left(row, taken_back.get(row["practice_id"]))]
    for practice, first in taken_back.items():
        anew = [row["valid_from"] for row in rows if row["practice_id"] == practice and _is_anew(row, first)]
        last = min(anew) - _DAY if anew else None
        kept.append({"practice_id": practice, "given": False, "valid_from": first, "valid_to": last})
    frame = pl.DataFrame(kept, told.schema).unique()
    return frame.sort(frame.columns, nulls_last=False)


def _left(row: dict[str, Any], day: date | None) -> Iterator[dict[str, Any]]:
    """What of a row of the registry still counts, where the practice has said no from `day` on."""
    if day is None or not row["given"] or _is_anew(row, day):
        yield row
    elif row["valid_from"] is None or row["valid_from"] < day:
        yield row | {"valid_to": min(row["valid_to"] or date.max, day - _DAY)}


def _is_anew(row: dict[str, Any], day: date) -> bool:
    return bool(row["given"]) and row["valid_from"] is not None and row["valid_from"] > day
