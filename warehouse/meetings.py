"""Meetings and requests: who asked for which pack, and what a request can be made from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import uuid4

from transforms.pack import Meeting
from warehouse.connection import reading, writing
from warehouse.ledger import utc_now
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


def named_until(store: Store, source: str, table: str, named: Mapping[str, Collection[str]]) -> date | None:
    """The newest month of `source` that half the practices or more have facts in whose column begins with a name.

    `named` has the one column of `table`, and the names. None where there are no such facts.
    """
    ((column, names),) = named.items()
    values = {"source": source, "names": sorted(names)}
    with reading(store.database) as connection:
        return one_value(connection, "delivered_names_until", values, table=table, column=column)


def baseline_meeting(store: Store, cluster_id: str, package_id: str) -> date | None:
    """When the cluster last had a baseline meeting on the package, as far as requests say."""
    with reading(store.database) as connection:
        return one_value(connection, "baseline_meeting", {"cluster_id": cluster_id, "package_id": package_id})


def record_request(store: Store, meeting: Meeting, package_id: str, requested_by: str) -> None:
    """Enter the meeting and that its pack was asked for; a pack that is made again was asked for once."""
    row = {
        "request_id": uuid4().hex,
        "meeting_id": meeting.pack_id,
        "cluster_id": meeting.cluster_id,
        "package_id": package_id,
        "meeting_date": meeting.meeting_date,
        "kind": "followup" if meeting.followup else "baseline",
        "mode": meeting.mode,
        "requested_at": utc_now(),
        "requested_by": requested_by,
        "state": "requested",
    }
    with writing(store.database) as connection:
        run(connection, "forget_meeting", row)
        run(connection, "enter_meeting", row)
        run(connection, "enter_request", row)
