"""What tests of the registry share: deliveries made of a few words."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from transforms.registry import DELIVERED, Delivery


def day(text: str) -> date:
    return date.fromisoformat(text)


def row(practice: str, cluster: str | None = "K1", region: str = "R1", **cells: Any) -> dict[str, Any]:
    """One row of a delivery; `cells` are given as text, days too."""
    told = {"practice_id": practice, "cluster_id": cluster, "cluster_name": cluster, "region_id": region} | cells
    return {
        name: day(value) if DELIVERED.get(name) == pl.Date and isinstance(value, str) else value
        for name, value in told.items()
    }


def delivery(as_at: str, *rows: dict[str, Any], shape: Any = "snapshot", order: int = 0) -> Delivery:
    """A delivery of `rows`, numbered like the lines of a file."""
    full = [dict.fromkeys(DELIVERED) | each | {"row_number": number} for number, each in enumerate(rows, 2)]
    return Delivery(day(as_at), shape, order, pl.DataFrame(full, schema=DELIVERED))


def listed(as_at: str, *rows: dict[str, Any], order: int = 0) -> Delivery:
    """A whole list."""
    return delivery(as_at, *rows, shape="list", order=order)


def stays(frame: pl.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """The chosen columns of a table, with days as text."""
    kept = frame.select(columns).with_columns(pl.col(pl.Date).cast(pl.String))
    return kept.sort(columns, nulls_last=False).rows()
