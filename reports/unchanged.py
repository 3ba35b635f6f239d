"""What a document is made from, as one digest; and the files that stand from the last time it was made from the same.

A digest is kept in the workspace alone and never delivered: whoever has it could try figures until one fits.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import cast

import polars as pl

import reports
import transforms
from reports.pack import CLUSTER, COORDINATOR, COORDINATOR_FOLDER, Document, PackTables, RenderedFile
from reports.render import Renderer
from transforms.definitions import Package
from warehouse.files import write_whole

_DRAWERS = (
    "babel",
    "fonttools",
    "fontpkg-inter",
    "jinja2",
    "matplotlib",
    "numpy",
    "polars",
    "pypandoc-binary",
    "python-docx",
    "python-pptx",
    "typst",
    "xlsxwriter",
)
"""The libraries that write into a document."""
_TEXTS_ALONE = ("fact_sheet", "reflection", "agreed")


@dataclass(frozen=True)
class Place:
    """Where a pack's files lie: its folder in the outbox, the coordinator's own, and the record of what made them."""

    folder: Path
    keys: Path
    record: Path

    def of(self, name: str) -> Path:
        """Where the file stands that was rendered as `name`."""
        inner, _, own = name.rpartition("/")
        return (self.keys if inner == COORDINATOR_FOLDER else self.folder) / own


Made = Mapping[str, tuple[str, Mapping[str, str]]]
"""By the name of a document: the digest of what it was made from, and of each of its files by name."""


def made(place: Place) -> Made:
    """What the record says; nothing where there is none, or none that can be read."""
    try:
        read = json.loads(place.record.read_bytes())
        return {name: (each["inputs"], dict(each["files"])) for name, each in read.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def keep_made(place: Place, found: Made) -> None:
    """Write the record, once its files stand where they belong."""
    told = {name: {"inputs": inputs, "files": dict(files)} for name, (inputs, files) in found.items()}
    write_whole(place.record, json.dumps(told, indent=1, sort_keys=True).encode())


def take_over(document: Document, files: Mapping[str, str], place: Place, aside: Path) -> list[RenderedFile] | None:
    """Put the document's standing files into `aside`; none and None where one is gone or is not what was written."""
    if not files or any(not _stands(place.of(name), digest) for name, digest in files.items()):
        return None
    taken: list[RenderedFile] = []
    for name, digest in files.items():
        target = aside / name
        target.parent.mkdir(parents=True, exist_ok=True)
        _link(place.of(name), target)
        taken.append(RenderedFile(target, digest, document.audience))
    return taken


def _stands(path: Path, digest: str) -> bool:
    try:
        return not path.is_symlink() and sha256(path.read_bytes()).hexdigest() == digest
    except OSError:
        return False


def _link(standing: Path, target: Path) -> None:
    """The same file under a second name until the folder before is cleared away; a copy where disks know no links."""
    try:
        os.link(standing, target)
    except OSError:
        shutil.copyfile(standing, target)


class Inputs:
    """The digests of documents that one renderer makes."""

    def __init__(self, renderer: Renderer) -> None:
        self._maker = _digest([renderer.name, renderer.version, _files_of(renderer.fonts), _code(), _libraries()])
        self._packages: dict[int, tuple[Package, str]] = {}

    def of(self, document: Document) -> str:
        """The digest of all that `document` can be made from: it holds no table that is not part of it."""
        told = [(field.name, getattr(document, field.name)) for field in fields(document)]
        plain = [(name, _plain(value)) for name, value in told if name not in ("tables", "package")]
        return _digest(
            [self._maker, type(document).__name__, *plain, self._package(document.package), *_rows(document.tables)]
        )

    def _package(self, package: Package) -> str:
        if id(package) not in self._packages:
            self._packages[id(package)] = (package, _digest([package.model_dump_json()]))
        return self._packages[id(package)][1]


def narrowed(document: Document) -> Document:
    """The document with the rows of its reader and of the cluster alone: nothing else can get into it, or change it."""
    tables = document.tables
    if getattr(document, "kind", "") in _TEXTS_ALONE:
        # Words of the package: the same for all clusters, whatever their figures are.
        frames = (field.name for field in fields(tables) if field.name != "pack")
        return replace(document, tables=replace(tables, **{name: getattr(tables, name).clear() for name in frames}))
    if document.audience in (CLUSTER, COORDINATOR):
        return document
    seen = pl.col("audience").is_in([document.audience, CLUSTER])
    parts = {name: getattr(tables, name).filter(seen) for name in ("figures", "profiles", "months")}
    own = replace(tables, **parts)
    return replace(document, tables=own)


def _rows(tables: PackTables) -> Iterable[object]:
    for field in fields(tables):
        frame: pl.DataFrame = getattr(tables, field.name)
        yield field.name, frame.columns, frame.rows()


def _plain(value: object) -> object:
    return sorted(cast("Mapping[str, object]", value).items()) if isinstance(value, Mapping) else value


def _digest(parts: Iterable[object]) -> str:
    found = sha256()
    for part in parts:
        found.update(repr(part).encode())
        found.update(b"\0")
    return found.hexdigest()


@lru_cache(maxsize=1)
def _code() -> str:
    """Words, templates, theme and the code itself, of this room and of the one it takes its types from."""
    return _digest([_files_of(Path(room.__path__[0])) for room in (reports, transforms)])


def _files_of(folder: Path) -> list[tuple[str, str]]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    return [(path.relative_to(folder).as_posix(), sha256(path.read_bytes()).hexdigest()) for path in found]


def _libraries() -> list[tuple[str, str]]:
    def of(name: str) -> str:
        try:
            return version(name)
        except PackageNotFoundError:
            return ""

    return [("python", platform.python_version()), *((name, of(name)) for name in _DRAWERS)]
