"""A delivered folder against its manifest.json: every file there, whole and unchanged, and no file more."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from reports.manifest import NAME
from transforms.errors import UserError

OfFiles = Literal["manifest", "missing", "renamed", "cut off", "changed", "added"]
OfWorkspace = Literal["pack", "printed", "extract", "definition", "figure", "month"]


class NothingDeliveredHereError(UserError):
    """No such folder, or none with a manifest."""


@dataclass(frozen=True)
class Finding:
    """One thing to tell. `differs`: the delivery is not what it should be; otherwise it is only worth knowing."""

    kind: OfFiles | OfWorkspace
    subject: str
    sentence: str
    differs: bool = True


def _plain_name(name: str) -> str:
    if not name or name in (".", "..", NAME) or any(sign in name for sign in "/\\\0"):
        raise ValueError("a file's name alone, without a folder")
    return name


Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
FileName = Annotated[str, AfterValidator(_plain_name)]


class _Part(BaseModel):
    """Strict about what is read here; what a later version adds is left alone."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class PackageOfManifest(_Part):
    id: str
    version: str
    definition_sha256: Digest


class ExtractOfManifest(_Part):
    source: str
    file_name: str
    sha256: Digest


class Manifest(_Part):
    """What manifest.json says of a pack."""

    pack_id: str
    package: PackageOfManifest
    files: Mapping[FileName, Digest] = Field(min_length=1)
    extracts: list[ExtractOfManifest]
    renderer: Mapping[str, str]
    versions: Mapping[str, str]


def extracts_of(folder: Path) -> set[tuple[str, str]]:
    """Source and digest of every extract that a delivered pack was made from; none where no manifest says."""
    try:
        manifest = Manifest.model_validate_json((folder / NAME).read_bytes())
    except (OSError, ValidationError):
        return set()
    return {(each.source, each.sha256) for each in manifest.extracts}


def definition_of(folder: Path) -> str | None:
    """The digest of the definition that a delivered pack was made with; None where no manifest says."""
    try:
        return Manifest.model_validate_json((folder / NAME).read_bytes()).package.definition_sha256
    except (OSError, ValidationError):
        return None


def check_folder(folder: Path) -> tuple[Manifest | None, list[Finding]]:
    """The manifest, None where it is not well-formed, and what is wrong with the folder's files.

    Raises:
        NothingDeliveredHereError: there is no such folder, or no manifest in it.
    """
    if not folder.is_dir():
        raise NothingDeliveredHereError(f"There is no folder {folder}. Name the folder of a pack, as in the outbox.")
    if not (folder / NAME).is_file():
        raise NothingDeliveredHereError(
            f"There is no {NAME} in {folder}: it is not the folder of a pack, or its manifest was left behind."
        )
    try:
        manifest = Manifest.model_validate_json((folder / NAME).read_bytes())
    except ValidationError as error:
        return None, [Finding("manifest", NAME, _malformed(error))]
    return manifest, list(_differences(folder, manifest.files))


def _malformed(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = ", ".join(str(part) for part in first["loc"])
    at = f" at {place}" if place else ""
    more = f" ({error.error_count()} faults in all)" if error.error_count() > 1 else ""
    said = first["msg"].removeprefix("Value error, ")
    return f"{NAME} is not well-formed{at}: {said}{more}. Nothing else could be checked: get the folder again."


def _differences(folder: Path, files: Mapping[str, str]) -> Iterator[Finding]:
    there = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if not _is_folder(path)}
    there.pop(NAME)
    digests = {name: _digest(path) for name, path in there.items()}
    unlisted = {name: digest for name, digest in digests.items() if name not in files}
    for name, digest in sorted(files.items()):
        if name not in digests:
            moved = next((other for other, found in unlisted.items() if found == digest), None)
            yield _gone(name, moved)
            unlisted.pop(moved or "", None)
        elif digests[name] != digest:
            yield _other(name, there[name])
    for name in unlisted:
        yield Finding("added", name, f"{name} is no file of this pack: the manifest does not name it. Take it out.")


def _is_folder(path: Path) -> bool:
    # A link to a folder is itself something that was added.
    return path.is_dir() and not path.is_symlink()


def _digest(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _gone(name: str, moved: str | None) -> Finding:
    if moved is not None:
        return Finding("renamed", name, f"{name} is called {moved} here. Its content is unchanged: give it its name.")
    return Finding("missing", name, f"{name} is missing. Get it again from whoever sent the folder.")


def _other(name: str, path: Path) -> Finding:
    size = path.stat().st_size
    if not _is_whole(path):
        return Finding("cut off", name, f"{name} is cut off after {size:,} bytes: its end is missing. Get it again.")
    return Finding("changed", name, f"{name} is not the file that was delivered: its content has changed.")


_ENDS = {".pdf": b"%%EOF", ".html": b"</html>", ".svg": b"</svg>", ".csv": b"\n"}
_CONTAINERS = (".xlsx", ".docx", ".pptx", ".zip")


def _is_whole(path: Path) -> bool:
    """Whether the file ends as files of its kind do: the list of a container's parts stands at its end."""
    if path.suffix in _CONTAINERS:
        return zipfile.is_zipfile(path)
    content = path.read_bytes()
    end = _ENDS.get(path.suffix, b"")
    return bool(content) and (content if end == b"\n" else content.rstrip()).endswith(end)
