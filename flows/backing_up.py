"""Backups of a workspace: when one is made, where it lies and how many are kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from flows.erasing import carry_out_apart, finish_what_was_cut_off
from flows.ingesting import prepare
from flows.progress import DISPLAY
from flows.settings import Workspace, load_workspace
from flows.starting import require_warehouse
from transforms.audit import RESTORED, Event
from transforms.errors import UserError
from warehouse import audit, notices, packs, requests
from warehouse.backup import PACKED, SEALED, Left, Tell, refuse_target, restored, write_backup
from warehouse.erased import NAME, erased_list, read_lines
from warehouse.files import clear_leftovers, write_whole
from warehouse.ledger import utc_now
from warehouse.locks import one_command

_STAMP = "%Y-%m-%dT%H%M%SZ"


class KeyFileError(UserError):
    """The file of a secret key cannot be read."""


def back_up(workspace: Workspace, today: date) -> Path | None:
    """The monthly step: a backup where none was made in today's month; None: there is one.

    A month in which the machine was off is not made up for: a backup holds everything, so the next one has it too.
    """
    made = backups(workspace, folder_of(workspace))
    if any(_name_part(workspace) + f"{today:%Y-%m}" in path.name for path in made):
        return None
    return make_backup(workspace, today=today)


def make_backup(
    workspace: Workspace, to: Path | None = None, keys: Sequence[str] = (), today: date | None = None
) -> Path:
    """A backup in `to`, else where the settings say, sealed for `keys`, else for those of the settings.

    The oldest beyond those that the settings keep go, once the new one stands.

    Raises:
        UserError: nothing has been brought in yet, a key is none, there is no room.
    """
    rules = workspace.definition.backup
    require_warehouse(workspace)
    finish_what_was_cut_off(workspace)
    folder = to or folder_of(workspace)
    sealed_for = tuple(keys) or rules.sealed_for
    now = datetime.now(UTC)
    stamp = now.strftime(_STAMP) if today is None else f"{today:%Y-%m-%d}T{now:%H%M%SZ}"
    target = folder / f"{_name_part(workspace)}{stamp}{SEALED if sealed_for else PACKED}"
    with one_command(workspace.store):
        clear_leftovers(workspace.store)
        with DISPLAY.running():
            write_backup(workspace.store, target, _left_out(workspace), sealed_for, _telling("Backing up"))
    if (workspace.root / NAME).exists():
        write_whole(list_beside(workspace, folder), (workspace.root / NAME).read_bytes())
    for old in backups(workspace, folder)[: -rules.keep]:
        old.unlink(missing_ok=True)
    return target


def restore(backup: Path, target: Path, key: Path | None, erased: Path | None = None) -> Workspace:
    """The workspace of `backup` in the new folder `target`, without the practices that were erased since.

    They are on the list in the backup, the one beside it, and the list `erased`.

    Raises:
        BackupError: something is at `target`, or the file is no whole backup.
        SealError: the key does not open it.
    """
    refuse_target(target)
    secret = _secret(key) if key else None
    with DISPLAY.running(), restored(backup, target.absolute(), secret, _telling("Restoring")) as store:
        opened = load_workspace(store.root)
        listed = erased_list(store.root)
        beside = (list_beside(opened, backup.parent), *((erased,) if erased else ()))
        listed.merge(line for path in beside for line in read_lines(path))
        if listed.pending:
            carry_out_apart(opened, inbox=False)
        prepare(opened)
        _hold_what_may_have_left(opened)
    return load_workspace(target)


def _hold_what_may_have_left(workspace: Workspace) -> None:
    """Mails and packs may have gone off after the backup was made: a person says which, nothing goes by itself."""
    for each in notices.every(workspace.store):
        if each.state == "queued":
            held = replace(each, state="unknown", reason="A backup was put back: it may have been sent after that.")
            notices.settle(workspace.store, held, requests.PROGRAM)
    audit.tell(workspace.store, Event(utc_now(), requests.PROGRAM, RESTORED, detail="a backup was put back"))


def to_render(workspace: Workspace) -> list[str]:
    """The packs that are built and lie in no folder: a backup leaves out what can be rendered again."""
    outbox = workspace.store.outbox
    return [pack for pack in packs.built(workspace.store) if not (outbox / pack).is_dir()]


def list_beside(workspace: Workspace, folder: Path) -> Path:
    """Where the list of erased practices lies beside the backups in `folder`."""
    return folder / f"{_name_part(workspace)}{NAME}"


def folder_of(workspace: Workspace) -> Path:
    """Where the settings put backups."""
    return (workspace.root / workspace.definition.backup.folder).resolve()


def backups(workspace: Workspace, folder: Path) -> list[Path]:
    """This workspace's backups in `folder`, the oldest first."""
    mine = re.compile(re.escape(_name_part(workspace)) + r"\d{4}-\d\d-\d\dT\d{6}Z\.tar\.gz(\.age)?")
    return sorted(path for path in folder.glob("*") if mine.fullmatch(path.name)) if folder.is_dir() else []


def _left_out(workspace: Workspace) -> Left:
    """The inbox, which nobody has searched for person numbers yet, the mail server's password, and packs that were not
    delivered."""
    store = workspace.store
    delivered = {each.pack_id for each in requests.every(store) if each.state == "delivered"}
    again = [pack for pack in packs.built(store) if pack not in delivered]
    places = [place / pack for pack in again for place in (store.outbox, store.outbox / "noegler")]
    mail = workspace.definition.mail
    secrets = (workspace.root / mail.password_file,) if mail and mail.password_file else ()
    return Left((workspace.root / workspace.definition.inbox, *secrets, *places))


def _name_part(workspace: Workspace) -> str:
    name = re.sub(r"\W+", "-", workspace.definition.name.casefold()).strip("-") or "workspace"
    return f"klyngeflow_{name}_"


def _telling(step: str) -> Tell:
    return lambda done, total: DISPLAY.advance(step, done, total)


def _secret(key: Path) -> str:
    try:
        lines = key.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise KeyFileError(f"The key file {key} cannot be read. Name the file with AGE-SECRET-KEY-1 in it.") from None
    return next((line.strip() for line in lines if line.strip().startswith("AGE-SECRET-KEY-")), "")
