"""The folder of one recipient: its files as they were rendered, the sealed key of a coordinator, and a manifest."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flows.auditing import head_for_manifest
from flows.keys import FOLDER as KEYS
from flows.settings import Workspace
from transforms.errors import DataRefusedError
from transforms.parcels import Delivery, Parcel
from warehouse.deliveries import FileMade
from warehouse.files import sync_folder, write_whole
from warehouse.sealed import seal_file

FOLDER = "modtagere"
MANIFEST = "manifest.json"
SEALED = ".age"


class NotAsRenderedError(DataRefusedError):
    """The outbox does not hold what was rendered: nothing of it is handed over."""


@dataclass(frozen=True)
class Source:
    """Where a parcel's files come from; `public_key` is the coordinator's, empty for everybody else."""

    parcel: Parcel
    delivery: Delivery
    public_key: str = ""


def folder_of(workspace: Workspace, delivery: Delivery) -> Path:
    """Where a recipient's files lie."""
    return workspace.store.outbox / FOLDER / (delivery.folder or "")


def rendered_path(workspace: Workspace, pack_id: str, parcel: Parcel, name: str) -> Path:
    """Where a file of the parcel lies as it was rendered."""
    outbox = workspace.store.outbox
    if name.endswith(SEALED):
        return outbox / KEYS / name.removesuffix(SEALED)
    return (outbox / KEYS / pack_id if parcel.recipient == "coordinator" else outbox / pack_id) / name


def require_as_rendered(workspace: Workspace, pack_id: str, parcel: Parcel) -> None:
    """Nothing, where each of the parcel's files has the bytes that were rendered.

    Raises:
        NotAsRenderedError: names the file.
    """
    for name, digest in parcel.files.items():
        path = rendered_path(workspace, pack_id, parcel, name)
        if not path.is_file() or sha256(path.read_bytes()).hexdigest() != digest:
            raise NotAsRenderedError(
                f"{path.name} of {pack_id} is not in the outbox as it was rendered. Nothing of the pack was handed "
                f"over; render it once more: klyngeflow render --pack {pack_id}."
            )


def write_folder(workspace: Workspace, source: Source) -> list[FileMade]:
    """Put the recipient's folder in place, whole, in the place of the version before; returns what is in it."""
    final = folder_of(workspace, source.delivery)
    final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    final.parent.chmod(0o700)  # a folder's name is all that keeps it: nobody else may list them
    aside, old = final.with_name(f".{final.name}.part"), final.with_name(f".{final.name}.old")
    for left in (aside, old):
        shutil.rmtree(left, ignore_errors=True)
    aside.mkdir(mode=0o700)
    made = [_put(workspace, source, name, aside) for name in sorted(source.parcel.files)]
    _write_manifest(workspace, source.delivery, made, aside)
    if final.exists():
        final.replace(old)
    aside.replace(final)
    sync_folder(final.parent)
    shutil.rmtree(old, ignore_errors=True)
    return made


def _put(workspace: Workspace, source: Source, name: str, aside: Path) -> FileMade:
    plain = rendered_path(workspace, source.delivery.pack_id, source.parcel, name)
    if not name.endswith(SEALED):
        content = plain.read_bytes()
        write_whole(aside / name, content)
        (aside / name).chmod(0o600)
        return FileMade(name, _as_rendered(source.parcel, name, content))
    seal_file(plain, aside / name, [source.public_key])
    return FileMade(name, sha256((aside / name).read_bytes()).hexdigest(), source.parcel.files[name])


def _as_rendered(parcel: Parcel, name: str, content: bytes) -> str:
    digest = sha256(content).hexdigest()
    if digest != parcel.files[name]:
        raise NotAsRenderedError(f"{name} was changed while it was handed over. Run klyngeflow deliver once more.")
    return digest


def _write_manifest(workspace: Workspace, delivery: Delivery, made: list[FileMade], folder: Path) -> None:
    """What is here, and how far the audit trail had come; not who it is for, which beside a letter would be a key."""
    content = {
        "pack_id": delivery.pack_id,
        "recipient": delivery.recipient,
        "version": delivery.version,
        "files": {file.name: file.sha256 for file in made},
        "run": head_for_manifest(workspace),
    }
    words = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)
    write_whole(folder / MANIFEST, f"{words}\n".encode())
