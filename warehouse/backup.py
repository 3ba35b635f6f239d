"""A backup: one packed file with every file of a workspace that cannot be made again, and their digests as its end.

The bytes come first and the list of digests last, and the file takes its name when all of it is on the disk: what was
cut off anywhere has no list, and is never taken for a whole one.
"""

from __future__ import annotations

import gzip
import json
import shutil
import tarfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any

from transforms.errors import UserError
from warehouse.connection import checkpoint
from warehouse.faults import is_full, no_space
from warehouse.files import sync_folder, written_whole
from warehouse.head import acknowledge, acknowledged, log_of
from warehouse.locks import LOCK_WAIT_SECONDS, writer_lock
from warehouse.sealed import open_file, require_public, seal_file
from warehouse.workspace import Store

LIST = "backup.json"
"""The last member: by path, the sha256 and the bytes of each file."""
FORMAT = 1
PACKED, SEALED = ".tar.gz", ".tar.gz.age"
NOT_KEPT = ("staged", "logs", ".prefect", "backups")
"""Folders of a workspace that can be made again, or that say nothing anybody needs to go on."""
NOT_KEPT_BESIDE = (".lock", ".holder", ".writer", ".part", ".part.wal", ".utf8", ".aside", ".aside.wal", PACKED, SEALED)
_PIECE = 2**20
Tell = Callable[[int, int], None]
"""Called with how many files are done, and of how many."""


class BackupError(UserError):
    """A backup cannot be made or put back; nothing was changed."""


class DamagedBackupError(BackupError):
    """The file is no whole backup."""

    exit_code = 3


@dataclass(frozen=True)
class Left:
    """What of a workspace is left out: `folders` below its root (the inbox, packs that can be rendered again)."""

    folders: tuple[Path, ...] = ()


def kept(store: Store, left: Left) -> list[Path]:
    """The files that a backup holds, by path; half written ones, locks, caches and copies are none."""
    beside = store.database.parent
    warehouse = {store.database, store.database.with_name(f"{store.database.name}.wal"), log_of(store.database)}
    out = {*(store.root / name for name in NOT_KEPT), *left.folders}
    found: list[Path] = []
    for path in sorted(store.root.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.name.endswith(NOT_KEPT_BESIDE):
            continue
        if (path.is_relative_to(beside) and path not in warehouse) or any(path.is_relative_to(each) for each in out):
            continue
        if not any(part.startswith(".") and part.endswith((".part", ".old")) for part in path.parts):
            found.append(path)
    return found


def write_backup(store: Store, target: Path, left: Left, keys: Sequence[str], tell: Tell) -> Path:
    """The workspace as one file at `target`, sealed for the owners of the public `keys` where there are any.

    Only whoever holds the command lock may call this.

    Raises:
        SealError: a key is none.
        NoSpaceError: there is no room; nothing of the file is left.
    """
    publics = [require_public(key) for key in keys]
    checkpoint(store.database)
    with writer_lock(store.database, LOCK_WAIT_SECONDS):
        if not publics:
            with written_whole(target) as file:
                _pack(store, kept(store, left), file, tell)
            return target
        # The plain file stays where the plain workspace is: the target may be a disk that others carry away.
        plain = store.spill / f"backup{PACKED}"
        try:
            with written_whole(plain) as file:
                _pack(store, kept(store, left), file, tell)
            seal_file(plain, target, publics)
        finally:
            plain.unlink(missing_ok=True)
    return target


def _pack(store: Store, paths: Sequence[Path], file: IO[bytes], tell: Tell) -> None:
    listed: dict[str, dict[str, Any]] = {}
    with (
        gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0, filename="") as packed,
        tarfile.open(fileobj=packed, mode="w|") as archive,
    ):
        for number, path in enumerate(paths):
            tell(number, len(paths))
            name = path.relative_to(store.root).as_posix()
            listed[name] = _add(archive, path, name)
        content = json.dumps({"format": FORMAT, "files": listed}, ensure_ascii=False, indent=1).encode()
        member = tarfile.TarInfo(LIST)
        member.size = len(content)
        archive.addfile(member, BytesIO(content))
    tell(len(paths), len(paths))


def _add(archive: tarfile.TarFile, path: Path, name: str) -> dict[str, Any]:
    member = tarfile.TarInfo(name)
    with path.open("rb") as file:
        about = archive.gettarinfo(fileobj=file)
        member.size, member.mode, member.mtime = about.size, about.mode & 0o777, int(about.mtime)
        read = _Digesting(file)
        archive.addfile(member, read)
    return {"sha256": read.digest.hexdigest(), "bytes": member.size}


class _Digesting:
    """A file that is read once, and the digest of what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest = file, sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(size)
        self.digest.update(piece)
        return piece


@contextmanager
def restored(backup: Path, target: Path, secret: str | None, tell: Tell) -> Iterator[Store]:
    """The workspace of `backup` beside `target`, every digest checked, for what must be done before it stands there.

    When the block ends without an error, it stands at `target`; else nothing of it is left.

    Raises:
        BackupError: there is something at `target`, or the file is sealed and no key was given.
        DamagedBackupError: it is no whole backup.
        NoSpaceError: there is no room.
    """
    refuse_target(target)
    aside = target.with_name(f".{target.name}.restoring")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside.mkdir(mode=0o700)
        plain = _opened(backup, aside, secret)
        root = aside / "workspace"
        with _named(backup):
            _unpack(backup, plain, root, tell)
        store = Store(root)
        checkpoint(store.database)  # its head is held against the log's, and a log of the engine is brought in
        acknowledge(store.database, acknowledged(store.database), "restored")
        yield store
        refuse_target(target)
        root.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        if is_full(error):
            raise no_space(target.parent) from None
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def refuse_target(target: Path) -> None:
    """Nothing, where a workspace may be put at `target`.

    Raises:
        BackupError: something is there.
    """
    if target.is_file() or (target.is_dir() and any(target.iterdir())):
        raise BackupError(f"{target} is not empty. Name a folder that is not there yet: nothing is ever written over.")


def _opened(backup: Path, aside: Path, secret: str | None) -> Path:
    if not backup.is_file():
        raise BackupError(f"There is no backup {backup}. Name one of klyngeflow's files: they end in {PACKED} or .age.")
    with backup.open("rb") as file:
        sealed = file.read(21) == b"age-encryption.org/v1"
    if not sealed:
        return backup
    if secret is None:
        raise BackupError(f"{backup.name} is sealed. Name the file with the secret key that opens it: --key FILE.")
    plain = aside / f"backup{PACKED}"
    open_file(backup, plain, secret)
    return plain


@contextmanager
def _named(backup: Path) -> Iterator[None]:
    """Turns what the libraries say of a cut or changed file into one sentence."""
    try:
        yield
    except (tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile, ValueError, KeyError, TypeError):
        raise DamagedBackupError(
            f"{backup.name} is no whole backup: it was cut off or changed since it was made. Nothing was restored: "
            "take the one before it."
        ) from None


def _unpack(backup: Path, plain: Path, root: Path, tell: Tell) -> None:
    root.mkdir()
    found: dict[str, dict[str, Any]] = {}
    listed: dict[str, dict[str, Any]] | None = None
    with gzip.open(plain) as packed, tarfile.open(fileobj=packed, mode="r|") as archive:
        for member in archive:
            source = archive.extractfile(member)
            if listed is not None or source is None or not member.isreg():
                raise ValueError
            if member.name == LIST:
                listed = json.loads(source.read())["files"]
                continue
            found[member.name] = _put(source, root / _inside(member.name), member.mode)
            tell(len(found) - 1, len(found))
        packed.read()  # to its end, where its own checksum stands
    if listed is None or listed != found:
        raise ValueError
    if not Store(root).database.exists():
        raise BackupError(f"{backup.name} holds no warehouse. Take another backup.")
    tell(len(found), len(found))


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or "\\" in name or ":" in path.parts[0]:
        raise ValueError
    return path


def _put(source: IO[bytes], target: Path, mode: int) -> dict[str, Any]:
    digest, size = sha256(), 0
    with written_whole(target) as file:
        while piece := source.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            file.write(piece)
    if not mode & 0o077:  # for one reader alone, as was its folder
        target.parent.chmod(0o700)
    target.chmod(mode & 0o777)
    return {"sha256": digest.hexdigest(), "bytes": size}
