"""Erasing a practice: from the files that came, the warehouse and its copies, what was made and what lies in the inbox.

The list of erased practices is written first. What follows can be cut off anywhere and is begun anew by the next
command, for it asks of everything that is there whether the list covers it; the warehouse, which knows the names, is
the last to forget them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flows.documenting import data_docs_index
from flows.ingesting import deliveries, prepare
from flows.keys import FOLDER as KEYS
from flows.parcel_folders import folder_of
from flows.progress import DISPLAY
from flows.reminded_sheets import FOLDER as SHEETS
from flows.settings import SettingsError, Workspace, load_workspace
from flows.starting import require_warehouse
from flows.taking_out import take_out
from transforms.errors import MachineError, UserError
from warehouse import erasing, returned
from warehouse.compacting import compact
from warehouse.deliveries import of_pack
from warehouse.erased import NAME, ErasedList, erased_list
from warehouse.erasing import Named, Pack, Replaced
from warehouse.files import clear_leftovers, write_whole
from warehouse.locks import one_command
from warehouse.own_process import in_own_process
from warehouse.publishing import publish
from warehouse.traces import traces
from warehouse.without_rows import Covers, without_rows
from warehouse.workspace import Store


class NothingOfPracticeError(UserError):
    """Nothing here is about that practice."""


@dataclass(frozen=True)
class Goes:
    """What an erasure takes away: rows by table, files with how many of their rows, packs."""

    rows: dict[str, int]
    files: tuple[tuple[str, int], ...]
    packs: tuple[Pack, ...]


def what_goes(workspace: Workspace, practice: str) -> Goes:
    """What `erase` would take away; nothing is changed.

    Raises:
        NothingOfPracticeError: there is nothing.
    """
    require_warehouse(workspace)
    store = workspace.store
    with one_command(store):
        clear_leftovers(store)
        rows = _rows(store, practice)
        files: list[tuple[str, int]] = []
        for _, _, name, removed, aside in _cleaned(workspace, lambda each: each == practice):
            aside.unlink()
            files.append((name, len(removed)))
        packs = erasing.packs_of(store, [erasing.named(store, practice)])
    return Goes(rows, tuple(files), tuple(packs))


def _rows(store: Store, practice: str) -> dict[str, int]:
    rows = erasing.rows_of(store, practice)
    if not rows:
        raise NothingOfPracticeError(
            f"Nothing here is about a practice {practice}. Write its provider number as the registry has it."
        )
    return rows


def erase(workspace: Workspace, practice: str) -> list[Path]:
    """Erase the practice; the files of the workspace that name it still, for a person to look at.

    Raises:
        NothingOfPracticeError: there is nothing of it.
        NoSpaceError: the next command goes on.
    """
    require_warehouse(workspace)
    with one_command(workspace.store):
        clear_leftovers(workspace.store)
        _rows(workspace.store, practice)
        listed = erased_list(workspace.root)
        listed.add(practice)
        keep_beside_backups(workspace)
        return carry_out(workspace, listed)


def resume(workspace: Workspace) -> None:
    """Go on with an erasure that was cut off. Only whoever holds the command lock may call this."""
    listed = erased_list(workspace.root)
    if listed.pending:
        DISPLAY.say("An erasure before this command was cut off; it is carried out now.")
        carry_out_apart(workspace)


def finish_what_was_cut_off(workspace: Workspace) -> None:
    """As `resume`, for whoever does not hold the command lock yet; nothing where no erasure is pending."""
    if erased_list(workspace.root).pending:
        with one_command(workspace.store):
            resume(workspace)


def carry_out(workspace: Workspace, listed: ErasedList, *, inbox: bool = True) -> list[Path]:
    """Apply the whole list to everything there is; the files that still name one of its practices."""
    store = workspace.store
    practices = erasing.named_in(store, listed)
    packs = erasing.packs_of(store, practices)
    words = sorted({word for each in practices for word in (each.practice_id, *each.names) if len(word) > 4})
    _clear_what_was_made(workspace, packs, words)
    _clear_what_was_handed_over(workspace, packs, practices, words)
    _clear_returned_sheets(workspace, practices)
    files = _replaced(workspace, listed)
    erasing.erase(store, practices, packs, files, len(listed.numbers))
    for source, old, new in erasing.erased_files(store):
        listed.replaced(old, new)
        if old != new:
            store.landed(source, old).unlink(missing_ok=True)
    if inbox:
        _clean_inbox(workspace, listed)
    compact(store)
    in_own_process(publish, store)  # see `compact`: this process has read what is gone
    left = traces(workspace.root, words, [workspace.root / NAME]) if words else []
    listed.finish()
    return left


def carry_out_apart(workspace: Workspace, *, inbox: bool = True) -> None:
    """`carry_out` in a process of its own: what this one writes later holds nothing of what was read for it."""
    in_own_process(_carry_out_at, workspace.root, inbox)


def _carry_out_at(root: Path, inbox: bool) -> None:
    workspace = load_workspace(root)
    prepare(workspace)
    carry_out(workspace, erased_list(root), inbox=inbox)


def keep_beside_backups(workspace: Workspace) -> None:
    """Lay a copy of the list beside the backups: one of before an erasure is put back with what was erased since."""
    from flows.backing_up import folder_of, list_beside

    held = workspace.root / NAME
    if held.exists() and (folder := folder_of(workspace)).is_dir():
        write_whole(list_beside(workspace, folder), held.read_bytes())


def _clear_what_was_made(workspace: Workspace, packs: Sequence[Pack], words: Sequence[str]) -> None:
    """Packs of its clusters, their keys, and pages and logs that may name it: all but what was sent is made again."""
    store = workspace.store
    if not words:
        return
    for pack in packs:
        for folder in (store.outbox / pack.pack_id, store.outbox / KEYS / pack.pack_id):
            shutil.rmtree(folder, ignore_errors=True)
        (store.outbox / KEYS / f"{pack.pack_id}.csv").unlink(missing_ok=True)
        (store.cache / "rendered" / f"{pack.pack_id}.json").unlink(missing_ok=True)
    for folder in (store.outbox / SHEETS, store.root / "staged"):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(data_docs_index(workspace).parent, ignore_errors=True)
    for path in traces(store.logs, words):
        path.unlink(missing_ok=True)
    store.public.unlink(missing_ok=True)


def _clear_what_was_handed_over(
    workspace: Workspace, packs: Sequence[Pack], practices: Sequence[Named], words: Sequence[str]
) -> None:
    """Its own folder, the coordinator's and any that names it, its Digital Post, and the letters that it may be in."""
    for pack in packs:
        letters = [path for each in practices for path in take_out(workspace, pack.pack_id, each.practice_id)]
        for each in of_pack(workspace.store, pack.pack_id):
            if each.folder is None:
                continue
            folder = folder_of(workspace, each)
            if each.recipient == "coordinator" or (folder.is_dir() and traces(folder, words)):
                shutil.rmtree(folder, ignore_errors=True)
        for path in letters:
            path.unlink(missing_ok=True)


def _clear_returned_sheets(workspace: Workspace, practices: Sequence[Named]) -> None:
    """The workbooks that it filled in, as they were kept and as they lie in the inbox."""
    digests = {digest for each in practices for digest in returned.landed_of(workspace.store, each.practice_id)}
    for digest in digests:
        workspace.store.landed(returned.FOLDER, digest).unlink(missing_ok=True)
    for path in workspace.inbox.glob("*.xlsx") if digests and workspace.inbox.is_dir() else ():
        if _digest(path) in digests:
            path.unlink()


def _replaced(workspace: Workspace, listed: ErasedList) -> list[Replaced]:
    found: list[Replaced] = []
    for source, old, _, removed, aside in _cleaned(workspace, listed.covers):
        new = _digest(aside)
        size = aside.stat().st_size
        aside.replace(workspace.store.landed(source, new))
        found.append(Replaced(source, old, new, size, tuple(removed)))
    return found


def _cleaned(workspace: Workspace, covers: Covers) -> Iterator[tuple[str, str, str, list[int], Path]]:
    """Source, digest and name of each landed file that names a practice, the rows left out, and the file without."""
    store = workspace.store
    landed = erasing.landed_files(store)
    for number, (source, digest, name) in enumerate(landed):
        DISPLAY.advance("Looking through landed files", number, len(landed))
        path = store.landed(source, digest)
        aside = path.with_name(f".{digest}.part")
        if path.exists() and (removed := _without(workspace, source, name, (path, aside), covers)) is not None:
            yield source, digest, name, removed, aside
    DISPLAY.advance("Looking through landed files", len(landed), len(landed))


def _without(
    workspace: Workspace, source: str, name: str, paths: tuple[Path, Path], covers: Covers
) -> list[int] | None:
    """The rows left out of the second path; None: nothing had to be, or the file was never one that could be read."""
    path, aside = paths
    try:
        removed = without_rows(name, path, workspace.contract(source), covers, aside)
    except MachineError:
        raise
    except (UserError, SettingsError):
        removed = None  # a refused file; where it names the practice, the search at the end says so
    if removed is None:
        aside.unlink(missing_ok=True)
    return removed


def _clean_inbox(workspace: Workspace, listed: ErasedList) -> None:
    """The inbox's own copies: with the rows in them, every night's run would refuse them anew."""
    if not workspace.inbox.is_dir():
        return
    by = {line["file"]: line["by"] for line in listed.lines if "file" in line}
    for delivery in deliveries(workspace)[0]:
        landed = by.get(_digest(delivery.path))
        if landed is not None and (kept := workspace.store.landed(delivery.source, landed)).exists():
            write_whole(delivery.path, kept.read_bytes())
            continue
        folder = workspace.store.spill  # what a kill leaves there is cleared by the next command
        folder.mkdir(parents=True, exist_ok=True)
        try:
            aside = folder / delivery.path.name
            paths = (delivery.path, aside)
            if _without(workspace, delivery.source, delivery.path.name, paths, listed.covers) is not None:
                write_whole(delivery.path, aside.read_bytes())
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while piece := file.read(2**20):
            digest.update(piece)
    return digest.hexdigest()
