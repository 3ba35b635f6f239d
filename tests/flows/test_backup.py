"""Backups: whole or not there, sealed, put back as they were, and gone on from as if nothing had happened."""

from __future__ import annotations

import io
import os
import tarfile
from datetime import date, datetime
from pathlib import Path

import pytest
from small_workspace import KEPT, bring_in, delivered, extract, prescribed, rows_of

from flows import auditing, backing_up
from flows.backing_up import back_up, make_backup, restore
from flows.settings import Workspace, load_workspace
from transforms.audit import RESTORED
from transforms.errors import UserError
from warehouse import audit
from warehouse.backup import LIST, BackupError, DamagedBackupError
from warehouse.head import acknowledged
from warehouse.publishing import publish
from warehouse.sealed import SealError, new_key


def with_settings(workspace: Workspace, more: str) -> Workspace:
    settings = workspace.root / "klyngeflow.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + more, encoding="utf-8")
    return load_workspace(workspace.root)


def next_quarter(workspace: Workspace) -> None:
    path = delivered(workspace, "recepter_2025K1.csv", extract("prescriptions", prescribed(Recepter="9")))
    bring_in(workspace, "prescriptions", path)


def without_times(workspace: Workspace) -> dict[str, set[tuple[object, ...]]]:
    rows = rows_of(workspace, KEPT)
    return {
        table: {tuple(isinstance(cell, datetime) or cell for cell in row) for row in each}
        for table, each in rows.items()
    }


def repacked(backup: Path, change: dict[str, bytes | None]) -> Path:
    """The backup with other bytes in some members, or (None) without them."""
    target = backup.with_name(f"changed_{backup.name}")
    with tarfile.open(backup) as before, tarfile.open(target, "w:gz", compresslevel=1) as after:
        for member in before:
            source = before.extractfile(member)
            assert source is not None
            content = change.get(member.name, source.read())
            if content is not None:
                member.size = len(content)
                after.addfile(member, io.BytesIO(content))
    return target


def test_what_is_restored_goes_on_as_the_original_does(workspace: Workspace, tmp_path: Path) -> None:
    backup = make_backup(workspace, tmp_path / "disk")
    next_quarter(workspace)
    again = restore(backup, tmp_path / "again", None)
    assert without_times(again) != without_times(workspace)
    next_quarter(again)
    assert without_times(again) == without_times(workspace)
    assert publish(again.store).exists()
    assert audit.fault(again.store) is None
    landed = [sorted(path.name for path in each.store.landing.rglob("*")) for each in (workspace, again)]
    assert landed[0] == landed[1]


def test_a_restore_writes_its_own_line_in_the_log(workspace: Workspace, tmp_path: Path) -> None:
    backup = make_backup(workspace, tmp_path / "disk")
    before = acknowledged(workspace.store.database)
    again = restore(backup, tmp_path / "again", None)
    after = acknowledged(again.store.database)
    assert after.sequence == before.sequence + 1  # the audit trail says that a backup was put back
    log = again.store.database.with_name("runs.log").read_text(encoding="utf-8")
    assert log.count('"event": "restored"') == 1
    assert [entry.event.what for entry in auditing.trail(again)][-1] == RESTORED


def test_a_backup_holds_no_inbox_no_caches_and_nothing_half_written(workspace: Workspace, tmp_path: Path) -> None:
    inside = with_settings(workspace, "")
    (inside.root / "klyngeflow.toml").write_text('name = "Prøven"\ninbox = "inbox"\n', encoding="utf-8")
    inside = load_workspace(inside.root)
    delivered(inside, "nobody_has_searched.csv", b"1")
    for name in ("warehouse/cache/font", "logs/a.log", "staged/x/y", "landing/.z.1.part", "outbox/.pack.part/file"):
        path = inside.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"left out")
    (inside.root / "outbox" / "noegler").mkdir()
    (inside.root / "outbox" / "noegler" / "P.csv").write_bytes(b"a key")
    (inside.root / "outbox" / "noegler" / "P.csv").chmod(0o600)
    backup = make_backup(inside)
    again = restore(backup, tmp_path / "again", None)
    names = {path.relative_to(again.root).as_posix() for path in again.root.rglob("*") if path.is_file()}
    assert {name for name in names if not name.startswith(("landing/", "warehouse/"))} == {
        "klyngeflow.toml",
        "outbox/noegler/P.csv",
    }
    assert not names & {"warehouse/cache/font", "landing/.z.1.part"}
    if os.name != "nt":
        assert (again.root / "outbox" / "noegler").stat().st_mode & 0o777 == 0o700
        assert (again.root / "outbox" / "noegler" / "P.csv").stat().st_mode & 0o777 == 0o600


def test_sealed_it_opens_for_its_key_alone(workspace: Workspace, tmp_path: Path) -> None:
    mine, other = new_key(), new_key()
    backup = make_backup(workspace, tmp_path / "disk", [mine.public])
    assert b"010101" not in backup.read_bytes()
    assert not list(workspace.store.database.parent.rglob("*.tar.gz"))
    for name, key in (("mine", mine), ("other", other)):
        (tmp_path / name).write_text(f"# a key\n{key.secret}\n", encoding="utf-8")
    with pytest.raises(BackupError, match="sealed"):
        restore(backup, tmp_path / "again", None)
    with pytest.raises(SealError):
        restore(backup, tmp_path / "again", tmp_path / "other")
    with pytest.raises(UserError, match="cannot be read"):
        restore(backup, tmp_path / "again", tmp_path / "none")
    assert not (tmp_path / "again").exists()
    assert without_times(restore(backup, tmp_path / "again", tmp_path / "mine")) == without_times(workspace)


def test_nothing_is_written_over(workspace: Workspace, tmp_path: Path) -> None:
    backup = make_backup(workspace, tmp_path / "disk")
    with pytest.raises(BackupError, match="not empty"):
        restore(backup, workspace.root, None)
    (tmp_path / "empty").mkdir()
    assert restore(backup, tmp_path / "empty", None).store.database.exists()


def test_what_was_cut_off_or_changed_is_never_taken_for_a_whole_backup(workspace: Workspace, tmp_path: Path) -> None:
    backup = make_backup(workspace, tmp_path / "disk")
    whole = backup.read_bytes()
    size = len(whole)
    for kept in (0, 10, size // 3, size // 2, size - 4000, size - 300, size - 9, size - 1):
        backup.write_bytes(whole[:kept])
        with pytest.raises(DamagedBackupError, match="cut off or changed"):
            restore(backup, tmp_path / "again", None)
    backup.write_bytes(whole)
    landed = next(path for path in workspace.store.landing.rglob("*") if path.is_file())
    name = landed.relative_to(workspace.root).as_posix()
    escaping = {LIST: b'{"files": {"../out": {"sha256": "", "bytes": 0}}}'}
    for change in ({name: b"other"}, {name: None}, {LIST: None}, {LIST: b"[]"}, escaping):
        with pytest.raises(DamagedBackupError):
            restore(repacked(backup, change), tmp_path / "again", None)
    assert [path.name for path in tmp_path.iterdir() if "again" in path.name or path.name == "out"] == []


def test_the_oldest_go_and_a_month_has_one(workspace: Workspace, tmp_path: Path) -> None:
    monthly = with_settings(workspace, f'[backup]\nfolder = "{(tmp_path / "disk").as_posix()}"\nkeep = 2\n')
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "of_somebody_else.tar.gz").write_bytes(b"")
    made = [back_up(monthly, date(2026, month, 3)) for month in (1, 2, 3)]
    assert back_up(monthly, date(2026, 3, 31)) is None
    assert backing_up.backups(monthly, tmp_path / "disk") == made[1:]
    assert (tmp_path / "disk" / "of_somebody_else.tar.gz").exists()


def test_nothing_brought_in_is_nothing_to_back_up(tmp_path: Path) -> None:
    (tmp_path / "klyngeflow.toml").write_text('name = "Tom"\n', encoding="utf-8")
    with pytest.raises(UserError, match="Nothing has been brought in"):
        make_backup(load_workspace(tmp_path))
