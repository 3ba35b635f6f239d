"""What a coordinator must confirm before an extract: who is in the cluster on a day, what changed, who answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from transforms.registry_changes import EVENT, events

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Member:
    """A practice that is in the cluster on the day. `consent` null: it has not answered; `since` null: ever so long."""

    practice_id: str
    name: str
    since: date | None
    consent: bool | None
    withheld: bool


@dataclass(frozen=True)
class Standing:
    """A cluster on a day, with rows of registry_changes.events, named: those of the year before and those announced.

    `modes` (package or null for every package, mode) are in force on the day.
    """

    cluster_id: str
    name: str
    region: str
    members: tuple[Member, ...]
    happened: tuple[dict[str, object], ...]
    coming: tuple[dict[str, object], ...]
    modes: tuple[tuple[str | None, str], ...]


def valid_on(table: pl.DataFrame, day: date) -> pl.DataFrame:
    """The rows of `table` that hold on `day`."""
    begun = pl.col("valid_from").is_null() | (pl.col("valid_from") <= day)
    return table.filter(begun & (pl.col("valid_to").is_null() | (pl.col("valid_to") >= day)))


def standing(tables: Tables, cluster: str, day: date, begins: date | None = None) -> Standing | None:
    """The cluster on `day`, or None when there is no such cluster on it."""
    placed = valid_on(tables["cluster"], day).filter(pl.col("cluster_id") == cluster)
    if placed.is_empty():
        return None
    row = placed.row(0, named=True)
    region = valid_on(tables["region"], day).filter(pl.col("region_id") == row["region_id"])
    concerned = _concerning(events(tables, begins), tables, cluster)
    year_ago = day - timedelta(days=365)
    return Standing(
        cluster,
        row["cluster_name"] or cluster,
        region["region_name"].to_list()[0] if region.height else row["region_id"] or "",
        _members(tables, cluster, day),
        tuple(concerned.filter(pl.col("day") > year_ago, pl.col("day") <= day).to_dicts()),
        tuple(concerned.filter(pl.col("day") > day).to_dicts()),
        _modes(tables, cluster, day),
    )


def _members(tables: Tables, cluster: str, day: date) -> tuple[Member, ...]:
    inside = valid_on(tables["membership"], day).filter(pl.col("cluster_id") == cluster).sort("practice_id")
    names = _names(tables, "practice")
    answers = _answers(tables["consent"], day)
    kept_back = set(valid_on(tables["anonymity"], day).filter(pl.col("mode") == "withheld")["practice_id"])
    return tuple(
        Member(practice, names.get(practice, ""), since, answers.get(practice), practice in kept_back)
        for practice, since in inside.select("practice_id", "valid_from").iter_rows()
    )


def _answers(consents: pl.DataFrame, day: date) -> dict[str, bool]:
    """What each practice answered. A no holds as soon as it is known, also when it was announced for later."""
    begun = pl.col("valid_from").is_null() | (pl.col("valid_from") <= day)
    holding = consents.filter(pl.col("valid_to").is_null() | (pl.col("valid_to") >= day), begun | ~pl.col("given"))
    return dict(holding.group_by("practice_id").agg(pl.col("given").all()).iter_rows())


def _modes(tables: Tables, cluster: str, day: date) -> tuple[tuple[str | None, str], ...]:
    modes = valid_on(tables["anonymity"], day).filter(pl.col("cluster_id") == cluster)
    return tuple(modes.select("package_id", "mode").sort("package_id", nulls_last=False).iter_rows())


def _concerning(happened: pl.DataFrame, tables: Tables, cluster: str) -> pl.DataFrame:
    """Events of the cluster: of itself, of practices that came to it or left it, and closures of its members."""
    ever = tables["membership"].filter(pl.col("cluster_id") == cluster)["practice_id"].to_list()
    last = (
        tables["membership"].sort("practice_id", "valid_from").group_by("practice_id").agg(pl.col("cluster_id").last())
    )
    own = last.filter(pl.col("cluster_id") == cluster)["practice_id"].to_list()
    touches = (pl.col("unit_id") == cluster) | (
        pl.col("unit_id").is_in(ever) & ((pl.col("from_id") == cluster) | (pl.col("to_id") == cluster))
    )
    shut = pl.col("event").is_in(["closed", "merged"]) & (pl.col("unit_id").is_in(own) | pl.col("to_id").is_in(own))
    return _named(happened.filter((touches | shut).fill_null(False)), tables)


_PLACES = {"merged": "practice", "cluster_began": "region", "cluster_to_other_region": "region"}


def _named(happened: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """With `name` of the practice or cluster, and `from_name` and `to_name`; empty where none is known."""
    rows: list[dict[str, Any]] = []
    names = {table: _names(tables, table) for table in ("practice", "cluster", "region")}
    for row in happened.iter_rows(named=True):
        event = str(row["event"])
        units = names["cluster" if event.startswith("cluster_") else "practice"]
        places = names[_PLACES.get(event, "cluster")]
        rows.append(
            row
            | {"name": units.get(row["unit_id"], "")}
            | {f"{end}_name": places.get(row[f"{end}_id"], "") for end in ("from", "to")}
        )
    named = dict.fromkeys(("name", "from_name", "to_name"), pl.String)
    return pl.DataFrame(rows, schema={**EVENT, **named})


def _names(tables: Tables, table: str) -> dict[str, str]:
    """The newest name of each unit of a table."""
    frame = tables[table]
    if "valid_from" in frame.columns:
        frame = frame.sort("valid_from", nulls_last=False)
    return {unit: name or "" for unit, name in frame.select(f"{table}_id", f"{table}_name").iter_rows()}
