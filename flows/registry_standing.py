"""What `klyngeflow registry` is asked for: a cluster's standing on a day, and what happened year by year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import polars as pl

from flows.registry_words import Background, Load
from flows.settings import Workspace
from flows.starting import require_warehouse
from transforms.cluster_standing import Standing, standing
from transforms.errors import UserError
from transforms.registry_changes import events, per_year
from warehouse import meetings
from warehouse.facts import last_known
from warehouse.registry import registry_known, registry_loads, submitted


class NoSuchClusterError(UserError):
    """The cluster does not exist on the day asked for, or there is no registry."""


def examined(workspace: Workspace, cluster: str, day: date) -> tuple[Standing, Background]:
    """The cluster on `day` as it is known now.

    Raises:
        NoSuchClusterError: with the clusters there are.
    """
    loads = _loads(workspace)
    known_at = last_known(workspace.store)
    tables = registry_known(workspace.store, known_at)
    found = standing(tables, cluster, day, _begins(loads))
    if found is None:
        raise _unknown(workspace, cluster, day)
    last = loads.row(loads.height - 1, named=True)
    load = Load(
        last["file_name"] or "a registry of before this version",
        last["as_at"],
        last["loaded_at"],
        last["memberships_begun"],
        last["memberships_ended"],
        last["memberships_taken_back"],
    )
    rules = workspace.definition
    missing = _missing(workspace, found, known_at)
    return found, Background(load, rules.mode, rules.consent.default == "given", missing)


def as_dict(found: Standing, background: Background) -> dict[str, Any]:
    """The same for a program to read."""
    missing = {
        source: {"month": month, "practices": list(practices)}
        for source, (month, practices) in background.missing.items()
    }
    rest = {"registry": asdict(background.load), "workspace_mode": background.mode, "missing": missing}
    return asdict(found) | rest | {"silence_is_consent": background.silence_is_consent}


def yearly(workspace: Workspace, year: int | None) -> list[dict[str, int]]:
    """One entry per year, or for `year` alone: how many practices moved, closed and so on."""
    loads = _loads(workspace)
    tables = registry_known(workspace.store, last_known(workspace.store))
    counted = per_year(events(tables, _begins(loads)))
    return (counted if year is None else counted.filter(pl.col("year") == year)).to_dicts()


def _loads(workspace: Workspace) -> pl.DataFrame:
    require_warehouse(workspace)
    loads = registry_loads(workspace.store)
    if loads.is_empty():
        raise NoSuchClusterError("The registry is empty. Bring it in first: klyngeflow ingest registry FILE.")
    return loads


def _begins(loads: pl.DataFrame) -> date | None:
    """The day of the first snapshot, where nothing but snapshots has come: who is found on it did not come on it."""
    return None if "list" in loads["shape"] else loads["as_at"].to_list() and min(loads["as_at"].to_list())


def _unknown(workspace: Workspace, cluster: str, day: date) -> NoSuchClusterError:
    known = sorted(meetings.clusters(workspace.store).items())
    named = ", ".join(f"{key} ({name})" for key, name in known[:8])
    return NoSuchClusterError(
        f"There is no cluster {cluster!r} in the registry on {day.isoformat()}. Write a code such as: {named}."
    )


def _missing(workspace: Workspace, found: Standing, known_at: datetime) -> Mapping[str, tuple[date, tuple[str, ...]]]:
    """By source: its newest month delivered, and the members without it. A source that never came is left out."""
    sources = [source for source in workspace.definition.sources if source != "registry"]
    newest = meetings.delivered_until(workspace.store, sources)
    missing: dict[str, tuple[date, tuple[str, ...]]] = {}
    for source, month in newest.items():
        delivered = submitted(workspace.store, source, month, known_at)
        absent = tuple(member.practice_id for member in found.members if member.practice_id not in delivered)
        missing[source] = (month, absent)
    return missing
