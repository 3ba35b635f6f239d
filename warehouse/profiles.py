"""Who the patients are and who is like whom, in the mart: exact, and the same for every package."""

from __future__ import annotations

from typing import Any

import duckdb
import polars as pl

from transforms.calendar import Window
from transforms.practice_months import Facts
from transforms.profile import likeness, profiles
from warehouse.connection import reading
from warehouse.queries import run
from warehouse.workspace import Store


def keep(connection: duckdb.DuckDBPyConnection, facts: Facts, window: Window, values: dict[str, Any]) -> None:
    """Put the profiles of `window` and the practices nearest by them in the mart, in place of those it had."""
    made = profiles(window, facts)
    consented = facts.practices.filter("consented").select("practice_id").collect()
    near = likeness(made, consented).with_columns(window_start=pl.lit(window.start), window_end=pl.lit(window.end))
    placed = values | {"start": window.start, "end": window.end}
    for table, frame in (("mart.profile", made), ("mart.likeness", near)):
        connection.register("frame", frame)
        run(connection, "forget_window", placed, table=table)
        run(connection, "enter_window", placed, table=table)


def read(store: Store, window: Window) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The profiles of `window`, and the nearest practices of each practice."""
    values = {"start": window.start, "end": window.end}
    with reading(store.database) as connection:
        found = [run(connection, "read_window", values, table=f"mart.{name}").pl() for name in ("profile", "likeness")]
    return found[0], found[1]
