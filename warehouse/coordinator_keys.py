"""Whose age key a cluster's letter keys are sealed to: another key is another coordinator, and ends the letters."""

from __future__ import annotations

from transforms.audit import Event
from warehouse import audit
from warehouse.connection import reading, writing
from warehouse.ledger import utc_now
from warehouse.queries import run
from warehouse.workspace import Store


def known_key(store: Store, cluster_id: str) -> str | None:
    """The public key that was last handed over to, if any was."""
    with reading(store.database) as connection:
        row = run(connection, "read_coordinator_key", {"cluster_id": cluster_id}).fetchone()
    return None if row is None else row[0]


def first_key(store: Store, cluster_id: str, public_key: str, who: str) -> None:
    """Remember the key of a cluster's first coordinator."""
    with writing(store.database) as connection:
        now = utc_now()
        run(connection, "enter_coordinator_key", {"cluster_id": cluster_id, "public_key": public_key, "since": now})
        audit.append(connection, Event(now, who, "letter key", detail=f"{cluster_id}: sealed to {public_key}"))


def hand_over(store: Store, cluster_id: str, public_key: str, why: str, who: str) -> dict[str, int]:
    """Another coordinator: the letters of every package of the cluster end; how many, by package."""
    with writing(store.database) as connection:
        now, ended = utc_now(), dict[str, int]()
        topics = [row[0] for row in run(connection, "read_lettered_packages", {"cluster_id": cluster_id}).fetchall()]
        for package_id in topics:
            topic = {"cluster_id": cluster_id, "package_id": package_id}
            ended[package_id] = len(run(connection, "read_letters", topic).fetchall())
            run(connection, "end_letters", topic | {"ended_at": now, "why": why})
        run(connection, "enter_coordinator_key", {"cluster_id": cluster_id, "public_key": public_key, "since": now})
        words = f"{cluster_id}: handed over to {public_key}; letters of {', '.join(topics) or 'no package'} end: {why}"
        audit.append(connection, Event(now, who, "letter key", detail=words))
    return ended


def opened(store: Store, pack_id: str, who: str, why: str) -> None:
    """The key of a pack's letters is about to be opened."""
    with writing(store.database) as connection:
        audit.append(connection, Event(utc_now(), who, "letter key", None, pack_id, None, f"opened: {why}"))


def current_letters(store: Store, cluster_id: str, package_id: str) -> dict[str, str]:
    """The letter of each practice that holds now; none after they were ended and before the next pack draws."""
    with reading(store.database) as connection:
        return dict(run(connection, "read_letters", {"cluster_id": cluster_id, "package_id": package_id}).fetchall())
