"""A cluster's letters in other hands: the old ones end, the next pack draws new ones; who opens a key is on record."""

from __future__ import annotations

from pathlib import Path

from flows.keys import FOLDER as KEYS
from flows.parcel_folders import SEALED, folder_of
from flows.recipients import FILE, coordinator_contact, read_contacts
from flows.settings import Workspace
from flows.starting import require_warehouse
from transforms.errors import UserError
from warehouse import coordinator_keys, deliveries, meetings, packs
from warehouse.files import write_whole
from warehouse.locks import one_command
from warehouse.sealed import new_key, open_file


class NoLettersError(UserError):
    """There are no letters to end, or no key to open."""


def end_letters(workspace: Workspace, cluster: str, package_id: str, why: str) -> int:
    """End the letters of `cluster` in the package; returns how many there were.

    Raises:
        NoLettersError: `why` is empty, or the cluster has no letters in that package.
    """
    workspace.package(package_id)
    require_warehouse(workspace)
    _require_why(why)
    with one_command(workspace.store):
        ended = packs.end_letters(workspace.store, cluster, package_id, why.strip())
    if not ended:
        raise NoLettersError(
            f"The cluster {cluster!r} has no letters in {package_id}: none have been drawn. Clusters are: "
            f"{_clusters(workspace)}."
        )
    return ended


def hand_over_key(workspace: Workspace, cluster: str, why: str, who: str) -> dict[str, int]:
    """A new coordinator, whose age key stands in modtagere.csv: the cluster's letters end in every package.

    Returns how many letters ended, by package. Packs that were rendered with them are no longer handed over.

    Raises:
        NoLettersError: `why` is empty, there is no such cluster, or its coordinator's key is none or the old one.
    """
    require_warehouse(workspace)
    _require_why(why)
    if cluster not in meetings.clusters(workspace.store):
        raise NoLettersError(f"There is no cluster {cluster!r}. Write one of: {_clusters(workspace)}.")
    public = coordinator_contact(read_contacts(workspace), cluster).public_key
    if not public:
        raise NoLettersError(
            f"{FILE} has no age key for the coordinator of {cluster}. The new one makes it with klyngeflow letters "
            "keypair and sends the public half, which begins with age1."
        )
    if public == coordinator_keys.known_key(workspace.store, cluster):
        raise NoLettersError(
            f"{FILE} still has the old age key for the coordinator of {cluster}. Write the new coordinator's into "
            "it first."
        )
    with one_command(workspace.store):
        return coordinator_keys.hand_over(workspace.store, cluster, public, why.strip(), who)


def make_key(target: Path) -> str:
    """Write a new secret key to `target`, for its owner alone; returns the public half.

    Raises:
        NoLettersError: something stands there already; a secret key is never written over.
    """
    if target.exists():
        raise NoLettersError(f"{target} is there already, and a key that is written over opens nothing any more.")
    made = new_key()
    write_whole(target, f"# public key: {made.public}\n{made.secret}\n".encode())
    target.chmod(0o600)
    return made.public


def open_key(workspace: Workspace, pack_id: str, identity: Path, target: Path, entry: tuple[str, str]) -> Path:
    """Open the sealed key of a delivered pack into `target`; `entry`, who opens it and why, goes on record first.

    Raises:
        NoLettersError: no sealed key was delivered, `target` is there, or no reason is given.
        SealError: the identity is not the one it was sealed for.
    """
    require_warehouse(workspace)
    who, why = entry
    _require_why(why)
    sealed = _sealed(workspace, pack_id)
    if target.exists():
        raise NoLettersError(f"{target} is there already. Name a file that is not.")
    secret = _secret(identity)
    with one_command(workspace.store):
        coordinator_keys.opened(workspace.store, pack_id, who, why.strip())
    open_file(sealed, target, secret)
    target.chmod(0o600)
    return target


def _sealed(workspace: Workspace, pack_id: str) -> Path:
    for each in reversed(deliveries.of_pack(workspace.store, pack_id)):
        path = folder_of(workspace, each) / f"{pack_id}.csv{SEALED}"
        if each.recipient == "coordinator" and each.folder and path.is_file():
            return path
    raise NoLettersError(
        f"No sealed key of {pack_id!r} has been delivered. The workspace's own, unsealed, lies in outbox/{KEYS}/."
    )


def _secret(identity: Path) -> str:
    """The secret key in a file as age-keygen and `make_key` write it: the line that is no comment."""
    if not identity.is_file():
        raise NoLettersError(f"There is no file {identity}. Name the one with the coordinator's secret key.")
    lines = identity.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.strip() for line in lines if line.strip() and not line.startswith("#")), "")


def _require_why(why: str) -> None:
    if not why.strip():
        raise NoLettersError("--why is empty. Say why, such as: new coordinator.")


def _clusters(workspace: Workspace) -> str:
    return ", ".join(f"{key} ({name})" for key, name in sorted(meetings.clusters(workspace.store).items())[:8])
