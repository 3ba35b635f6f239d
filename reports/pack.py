"""From report.* to files: one cluster report and one member report per practice, each as HTML and PDF."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import polars as pl

from reports.markdown import CONTROL
from reports.render import Renderer
from transforms.definitions import Package
from transforms.published import BOUND, GOAL, MISSING, MONTH, PAIRED, PROFILE

CLUSTER = "cluster"
COORDINATOR = "coordinator"
COORDINATOR_FOLDER = "noegler"
"""Where a pack's coordinator sheet is rendered: with the keys, and never in the folder that is sent around."""


@dataclass(frozen=True)
class PackTables:
    """report.* of one pack; the schemas are in transforms/published.py."""

    pack: pl.DataFrame
    figures: pl.DataFrame
    sources: pl.DataFrame
    checks: pl.DataFrame
    notes: pl.DataFrame
    profiles: pl.DataFrame = field(default_factory=PROFILE.to_frame)
    goals: pl.DataFrame = field(default_factory=GOAL.to_frame)
    bounds: pl.DataFrame = field(default_factory=BOUND.to_frame)
    missing: pl.DataFrame = field(default_factory=MISSING.to_frame)
    months: pl.DataFrame = field(default_factory=MONTH.to_frame)
    paired: pl.DataFrame = field(default_factory=PAIRED.to_frame)

    def __post_init__(self) -> None:
        """A practice or cluster may be called anything: its name is one line of letters in every format."""
        for name in ("pack", "figures", "sources", "checks"):
            frame: pl.DataFrame = getattr(self, name)
            texts = pl.col("label") if name == "figures" else pl.col(pl.String)
            object.__setattr__(self, name, frame.with_columns(_sound(texts)))

    @cached_property
    def row(self) -> dict[str, Any]:
        """The pack itself."""
        return self.pack.row(0, named=True)

    def figures_for(self, audience: str) -> pl.DataFrame:
        """What one audience may see."""
        return self.figures.filter(pl.col("audience") == audience)

    def case_mix_for(self, audience: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The profiles and figures that one audience may see."""
        return self.profiles.filter(pl.col("audience") == audience), self.figures_for(audience)


@dataclass(frozen=True)
class Document:
    """One document: the name of its files, and who it is for ("cluster", "coordinator" or a practice_id)."""

    name: str
    audience: str
    tables: PackTables
    package: Package
    versions: Mapping[str, str]
    form: Literal["report", "deck"] = "report"


@dataclass(frozen=True)
class RenderedFile:
    """One file as written."""

    path: Path
    sha256: str
    audience: str


def documents(tables: PackTables, package: Package, versions: Mapping[str, str]) -> list[Document]:
    """Every report of the pack: the cluster's first, then the members' in the order of their labels, then the slides.

    A member's file carries the letter (or, in `open` mode, the name), never the practice's number.
    """
    from reports.deck import deck_name

    cluster = "klyngerapport"
    found = [Document(cluster, CLUSTER, tables, package, versions)]
    own = tables.figures.filter(pl.col("own")).select("audience", "label").unique().sort("label", "audience")
    taken = {cluster}
    for audience, label in own.iter_rows():
        name = _free(f"medlem_{_file_safe(label)}", taken)
        taken.add(name)
        found.append(Document(name, audience, tables, package, versions))
    name = _free(deck_name(tables.row["language"]), taken)
    return [*found, Document(name, CLUSTER, tables, package, versions, "deck")]


def render_document(document: Document, folder: Path, renderer: Renderer) -> list[RenderedFile]:
    """The document's files in `folder`: pages and figures, or slides. Same tables, words and renderer: same bytes."""
    from reports.assemble import assemble
    from reports.deck import write_deck
    from reports.figures_file import write_figures
    from reports.sheets import Sheet, render_sheet

    if isinstance(document, Sheet):
        return render_sheet(document, folder, renderer)
    folder.mkdir(parents=True, exist_ok=True)
    if document.form == "deck":
        path = write_deck(document, folder, renderer.fonts)
        return [RenderedFile(path, sha256(path.read_bytes()).hexdigest(), document.audience)]
    sources = assemble(document, renderer.fonts)
    paths = [*renderer.render(sources, folder / document.name), *write_figures(document, folder, renderer.fonts)]
    return [RenderedFile(path, sha256(path.read_bytes()).hexdigest(), document.audience) for path in paths]


def render_pack(
    tables: PackTables, package: Package, folder: Path, renderer: Renderer, versions: Mapping[str, str]
) -> list[RenderedFile]:
    """All reports of a pack in this process, then their manifest."""
    from reports.manifest import Origin, write_manifest

    files = [
        file
        for document in documents(tables, package, versions)
        for file in render_document(document, folder, renderer)
    ]
    write_manifest(folder, files, tables, package, Origin(renderer, versions))
    return files


def _sound(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(CONTROL, " ").str.strip_chars(" ")


def _file_safe(label: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", label.translate(_DANISH)).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "_", ascii_only).strip("_")[:60] or "praksis"


_DANISH = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "Æ": "Ae", "Ø": "Oe", "Å": "Aa"})


def _free(name: str, taken: set[str]) -> str:
    if name.lower() not in {one.lower() for one in taken}:
        return name
    return next(f"{name}_{at}" for at in range(2, len(taken) + 3) if f"{name}_{at}" not in taken)
