"""For the `recompute_*` modules: a function of one confidence over a file that has a confidence on every row."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import polars as pl

Columns = dict[str, pl.Series]


def by_level(frame: pl.DataFrame, expressions: Callable[[float], Iterable[pl.Expr]]) -> Columns:
    """What `expressions(confidence)` gives on the rows of each confidence, in the frame's order; null without one."""
    rows = frame.with_row_index("row_number")
    parts = [
        part.select("row_number", *expressions(float(confidence)))
        for (confidence,), part in rows.filter(pl.col("confidence").is_not_null()).group_by("confidence")
    ]
    if not parts:
        parts = [rows.clear().select("row_number", *expressions(0.95))]
    ours = rows.select("row_number").join(pl.concat(parts), on="row_number", how="left", maintain_order="left")
    return {name: ours[name] for name in ours.columns if name != "row_number"}
