"""What more kinds of measure stand on is kept in the mart as it was computed."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from warehouse.connection import reading, writing
from warehouse.queries import run
from warehouse.schema import migrate


def test_single_values_bases_and_categories_come_back_from_the_mart(tmp_path: Path) -> None:
    database = tmp_path / "mart.duckdb"
    migrate(database)
    frame = pl.DataFrame(
        {
            "measure_id": ["wellbeing", "breaks"],
            "category": [None, "ofte"],
            "observations": [[1.0, 2.5], None],
            "numerator_base": [None, 12.5],
            "denominator_base": [None, 3.0],
        },
        schema_overrides={"observations": pl.List(pl.Float64)},
    )
    moment = "2026-01-01"
    with writing(database) as connection:
        connection.register("frame", frame)
        run(connection, "enter_measures", {"known_at": moment, "run_id": "r"})
    with reading(database) as connection:
        kept = connection.execute("from mart.measure order by measure_id desc").pl().select(frame.columns)
    assert kept.rows() == frame.rows()
