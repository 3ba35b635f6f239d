"""manifest.json: written last, so that a folder that has one is whole. Times and ids live here alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reports.pack import CLUSTER, COORDINATOR, COORDINATOR_FOLDER, PackTables, RenderedFile
from reports.render import Renderer
from transforms.definitions import Package

NAME = "manifest.json"


@dataclass(frozen=True)
class Origin:
    """What made the files. `run` may hold the run's id, the time of delivery and the head of the audit trail."""

    renderer: Renderer
    versions: Mapping[str, str]
    run: Mapping[str, str] = field(default_factory=dict)


def write_manifest(
    folder: Path, files: Sequence[RenderedFile], tables: PackTables, package: Package, origin: Origin
) -> Path:
    """The manifest of one pack's folder, put in place whole."""
    words = json.dumps(_manifest(files, tables, package, origin), ensure_ascii=False, indent=2, sort_keys=True)
    aside = folder / f".{NAME}.tmp"
    aside.write_text(words + "\n", encoding="utf-8")
    return aside.replace(folder / NAME)


def _manifest(files: Sequence[RenderedFile], tables: PackTables, package: Package, origin: Origin) -> dict[str, Any]:
    sources = tables.sources.drop("pack_id").sort("source", "period_start", "sha256")
    return {
        "pack_id": tables.row["pack_id"],
        "package": {"id": package.id, "version": package.version, "definition_sha256": package.sha256},
        "files": {file.path.name: file.sha256 for file in files if file.audience != COORDINATOR},
        "audiences": {_name(file, tables): _audience(file) for file in files},
        "coordinator_files": {_name(file, tables): file.sha256 for file in files if file.audience == COORDINATOR},
        "extracts": [
            {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in record.items()}
            for record in sources.iter_rows(named=True)
        ],
        "renderer": {"name": origin.renderer.name, "version": origin.renderer.version},
        "versions": dict(origin.versions),
        "run": dict(origin.run),
    }


def _name(file: RenderedFile, tables: PackTables) -> str:
    """Its name in the pack's folder; the coordinator's files lie beside the key, from the outbox on."""
    if file.audience != COORDINATOR:
        return file.path.name
    return f"{COORDINATOR_FOLDER}/{tables.row['pack_id']}/{file.path.name}"


def _audience(file: RenderedFile) -> str:
    """Who a file is for: a member's is told as such and not by provider number, which would be the key."""
    return file.audience if file.audience in (CLUSTER, COORDINATOR) else "member"
