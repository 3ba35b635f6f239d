"""A cluster's letters in other hands: the old ones end, and the next pack draws new ones."""

from __future__ import annotations

from flows.settings import Workspace
from flows.starting import require_warehouse
from transforms.errors import UserError
from warehouse import meetings, packs
from warehouse.locks import one_command


class NoLettersError(UserError):
    """There are no letters to end."""


def end_letters(workspace: Workspace, cluster: str, package_id: str, why: str) -> int:
    """End the letters of `cluster` in the package; returns how many there were.

    Raises:
        NoLettersError: `why` is empty, or the cluster has no letters in that package.
    """
    workspace.package(package_id)
    require_warehouse(workspace)
    if not why.strip():
        raise NoLettersError("--why is empty. Say why the letters change, such as: new coordinator.")
    with one_command(workspace.store):
        ended = packs.end_letters(workspace.store, cluster, package_id, why.strip())
    if not ended:
        named = ", ".join(f"{key} ({name})" for key, name in sorted(meetings.clusters(workspace.store).items())[:8])
        raise NoLettersError(
            f"The cluster {cluster!r} has no letters in {package_id}: none have been drawn. Clusters are: {named}."
        )
    return ended
