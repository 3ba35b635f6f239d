"""Meetings and requests: who asked for which pack, and what a request can be made from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from transforms.pack import Meeting
from warehouse import requests
from warehouse.connection import reading, writing
from warehouse.queries import one_value, run
from warehouse.workspace import Store


def clusters(store: Store) -> dict[str, str]:
    """The clusters of the registry as it is now: code and name."""
    with reading(store.database) as connection:
        return dict(run(connection, "read_cluster_names").fetchall())


def delivered_until(store: Store, sources: Sequence[str]) -> dict[str, date]:
    """The newest month that half the practices or more have submitted, by source; a source without any is left out."""
    with reading(store.database) as connection:
        return dict(run(connection, "delivered_until", {"sources": list(sources)}).fetchall())


def named_until(
    store: Store, source: str, table: str, named: Mapping[str, Collection[str]], practices: Collection[str] = ()
) -> date | None:
    """The newest month of `source` that half the practices or more have facts in whose column begins with a name.

    `named` has the one column of `table`, and the names; `practices` are the only ones looked at, where there are any.
    None where there are no such facts.
    """
    ((column, names),) = named.items()
    values = {"source": source, "names": sorted(names), "practices": sorted(practices)}
    with reading(store.database) as connection:
        return one_value(connection, "delivered_names_until", values, table=table, column=column)


def baseline_meeting(store: Store, cluster_id: str, package_id: str, day: date) -> date | None:
    """When the cluster last had a baseline meeting on the package up to `day`, as far as requests say.

    One that was called off, such as by moving it to another day, was not held.
    """
    values = {"cluster_id": cluster_id, "package_id": package_id, "day": day}
    with reading(store.database) as connection:
        return one_value(connection, "baseline_meeting", values)


def held_before(store: Store, cluster_id: str, package_id: str, day: date) -> bool:
    """Whether the cluster has met about the package before `day`, as far as packs that were made say."""
    values = {"cluster_id": cluster_id, "package_id": package_id, "day": day}
    with reading(store.database) as connection:
        return one_value(connection, "count_meetings_held", values) > 0


def record_meeting(store: Store, cluster_id: str, package_id: str, kind: str, day: date) -> None:
    """Enter a meeting that klyngeflow made no pack for, such as a baseline meeting of before it was here."""
    row = {"meeting_id": f"{cluster_id}_{package_id}_{kind}_{day}", "cluster_id": cluster_id, "package_id": package_id}
    row |= {"kind": kind, "meeting_date": day}
    with writing(store.database) as connection:
        run(connection, "forget_meeting", row)
        run(connection, "enter_meeting", row)


def record_request(
    store: Store, meeting: Meeting, package_id: str, requested_by: str, asked: str | None = None
) -> None:
    """Enter the meeting, and that its pack was asked for: a pack of klyngeflow.toml is asked for by being planned.

    Raises:
        CalledOffError: it was made for the request `asked`, which was called off meanwhile; nothing was entered.
    """
    row = {
        "meeting_id": meeting.pack_id,
        "cluster_id": meeting.cluster_id,
        "package_id": package_id,
        "meeting_date": meeting.meeting_date,
        "kind": "followup" if meeting.followup else "baseline",
    }
    with writing(store.database) as connection:
        run(connection, "forget_meeting", row)
        run(connection, "enter_meeting", row)
        requests.planned(connection, meeting, package_id, requested_by, asked)
