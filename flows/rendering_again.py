"""A pack that was built, rendered once more without computing anything; or its sources, for others to render."""

from __future__ import annotations

import shutil
from pathlib import Path

from flows.erasing import finish_what_was_cut_off
from flows.orders import order_of_pack
from flows.progress import DISPLAY
from flows.rendering import pages_of, render_packs
from flows.settings import Workspace
from flows.starting import require_warehouse
from reports.delivered import definition_of
from reports.fonts import cut_fonts
from reports.project import write_project
from transforms.errors import UserError
from warehouse import packs, runs
from warehouse.files import clear_leftovers
from warehouse.goals import goals_of
from warehouse.locks import one_command
from warehouse.publishing import publish


class RenderAgainError(UserError):
    """What was asked for cannot be rendered as it stands."""


def render_again(workspace: Workspace, pack_id: str | None) -> Path:
    """Render the pack out of report.* and put it in the place of the one before; returns its folder.

    Nothing is computed, but what the cluster agreed on is as it is recorded now.
    """
    finish_what_was_cut_off(workspace)
    with one_command(workspace.store):
        chosen = _chosen(workspace, pack_id)
        clear_leftovers(workspace.store)
        with runs.recorded(workspace.store, "render") as run_id, DISPLAY.running():
            fetch_goals(workspace, chosen)
            (folder,) = render_packs(workspace, [chosen], run_id, _tell)
        publish(workspace.store)
    return folder


def leave_sources(workspace: Workspace, pack_id: str | None, folder: Path) -> list[Path]:
    """Write the pack's Quarto project to `folder`, whole or not at all; returns the sources.

    Raises:
        RenderAgainError: something lies in `folder` already, or there is no such pack.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RenderAgainError(f"{folder} is there already. Name a folder that is not there yet, or an empty one.")
    chosen = _chosen(workspace, pack_id)
    with one_command(workspace.store):
        fetch_goals(workspace, chosen)
    target = folder.absolute()
    aside = target.with_name(f".{target.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        found = write_project(pages_of(workspace, chosen), aside, cut_fonts(workspace.store.cache / "fonts"))
        if target.exists():
            target.rmdir()
        aside.replace(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return [folder / source.relative_to(aside) for source in found]


def fetch_goals(workspace: Workspace, pack_id: str) -> bool:
    """Put the goals of report.goal in step with those recorded since the pack was built; whether any was another.

    No figure is touched: those of the pack are what the rules let through when it was built, and a goal's words were
    looked at when it was recorded.
    """
    tables = packs.read_pack(workspace.store, pack_id)
    row = tables["report.pack"].row(0, named=True)
    meeting = order_of_pack(row).meeting_of(workspace)
    agreed = goals_of(workspace.store, meeting, row["package_id"])
    if agreed.sort("number").equals(tables["report.goal"].sort("number")):
        return False
    packs.write_pack(workspace.store, pack_id, {"report.goal": agreed})
    DISPLAY.say(f"What was agreed has changed since {pack_id} was built: it has {_many(agreed.height)} now.")
    return True


def _many(goals: int) -> str:
    return {0: "no goal", 1: "one goal"}.get(goals, f"{goals} goals")


def require_one(pack_id: str | None, sources: Path | None) -> None:
    """Refuse --project together with what is of a pack: it is about a folder alone."""
    if pack_id is not None or sources is not None:
        raise RenderAgainError("--project renders a folder as it stands. Leave --pack and --sources out.")


def _chosen(workspace: Workspace, pack_id: str | None) -> str:
    """The pack that is meant: the only one where none is named."""
    require_warehouse(workspace)
    built = packs.built(workspace.store)
    if not built:
        raise RenderAgainError("No pack has been built yet. Begin with: klyngeflow run, or klyngeflow request.")
    named = ", ".join(built[:6]) + (f" and {len(built) - 6} more" if len(built) > 6 else "")
    if pack_id is None and len(built) > 1:
        raise RenderAgainError(f"Name the pack with --pack. Write one of: {named}.")
    chosen = pack_id or built[0]
    if chosen not in built:
        raise RenderAgainError(f"There is no pack {chosen!r}. Write one of: {named}.")
    _require_same_definition(workspace, chosen)
    return chosen


def _require_same_definition(workspace: Workspace, pack_id: str) -> None:
    """Refuse words of one definition beside figures of another; where nothing was delivered yet there is no telling."""
    before = definition_of(workspace.store.outbox / pack_id)
    row = packs.read_pack(workspace.store, pack_id)["report.pack"].row(0, named=True)
    package = workspace.package(row["package_id"], row["cluster_id"])
    if before is not None and before != package.sha256:
        raise RenderAgainError(
            f"The definition of {package.id} has changed since {pack_id} was built, so its figures have to be made "
            "anew: klyngeflow request, or klyngeflow run."
        )


def _tell(done: int, total: int) -> None:
    DISPLAY.advance("Rendering reports", done, total)
