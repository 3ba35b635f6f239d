"""What happened in a registry: moves, openings, closures and mergers, with their days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby

import polars as pl

EVENTS: tuple[str, ...] = (
    "moved",
    "came",
    "back",
    "gone",
    "closed",
    "merged",
    "cluster_began",
    "cluster_ended",
    "cluster_to_other_region",
)
"""Moved: from one cluster to another. Came: into its first cluster. Back: into the one it had left. Gone: left its
cluster for none, and no last day of the practice is known. Closed: its last day, without a successor. Merged: with one.
Clusters begin, end and change region."""

EVENT: dict[str, type[pl.DataType]] = {
    "day": pl.Date,
    "event": pl.String,
    "unit_id": pl.String,
    "from_id": pl.String,
    "to_id": pl.String,
}
Row = tuple[date, str, str, str | None, str | None]


def events(tables: Mapping[str, pl.DataFrame], begins: date | None = None) -> pl.DataFrame:
    """One row per event: the day it took effect, what happened, to which practice or cluster, from and to where.

    `begins` is the first day anything is known of, when that was a snapshot: who is found on it did not come on it. A
    practice's last day and its leaving are one event: of a practice that closed, `closed` or `merged` alone.
    """
    rows = [*_practice_events(tables), *_closings(tables["practice"]), *_cluster_events(tables["cluster"])]
    known = [row for row in rows if begins is None or row[0] > begins]
    return pl.DataFrame(known, schema=EVENT, orient="row").sort("day", "event", "unit_id")


def per_year(happened: pl.DataFrame) -> pl.DataFrame:
    """One row per year with an event: how often each of EVENTS happened in it."""
    counted = happened.group_by(pl.col("day").dt.year().alias("year"), "event").len()
    years = counted.select("year").unique()
    for event in EVENTS:
        count = counted.filter(pl.col("event") == event).select("year", pl.col("len").cast(pl.Int64).alias(event))
        years = years.join(count, on="year", how="left")
    return years.with_columns(pl.col(EVENTS).fill_null(0)).sort("year")


def _practice_events(tables: Mapping[str, pl.DataFrame]) -> Iterator[Row]:
    shut = set(tables["practice"].drop_nulls("closed")["practice_id"])
    stays = tables["membership"].sort("practice_id", "valid_from", "cluster_id", nulls_last=False).rows()
    for practice, group in groupby(stays, key=lambda stay: stay[0]):
        before: tuple[str, str, date | None, date | None] | None = None
        for stay in group:
            _, cluster, first, _ = stay
            if first is not None and before is None:
                yield first, "came", practice, None, cluster
            elif first is not None and before is not None:
                event = "back" if before[1] == cluster else "moved"
                yield first, event, practice, before[1], cluster
            before = stay
        if before is not None and before[3] is not None and practice not in shut:
            yield before[3] + timedelta(days=1), "gone", practice, before[1], None


def _closings(practices: pl.DataFrame) -> Iterator[Row]:
    for practice, closed, successor in practices.select("practice_id", "closed", "successor_id").iter_rows():
        if closed is not None:
            yield closed, "merged" if successor else "closed", practice, None, successor


def _cluster_events(clusters: pl.DataFrame) -> Iterator[Row]:
    columns = ("cluster_id", "region_id", "successor_id", "valid_from", "valid_to")
    lines = clusters.sort("cluster_id", "valid_from", nulls_last=False).select(columns).rows()
    for cluster, group in groupby(lines, key=lambda line: line[0]):
        region: str | None = None
        successor: str | None = None
        last: date | None = None
        for number, line in enumerate(group):
            _, placed, successor, first, last = line
            if first is not None and number == 0:
                yield first, "cluster_began", cluster, None, placed
            elif first is not None and placed != region:
                yield first, "cluster_to_other_region", cluster, region, placed
            region = placed
        if last is not None:
            yield last + timedelta(days=1), "cluster_ended", cluster, region, successor
