"""The documents of a pack with the engine that is there: one after another, or all pages by one call of Quarto."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from reports.figures_file import write_figures
from reports.pack import COORDINATOR, COORDINATOR_FOLDER, Document, RenderedFile, render_document
from reports.quarto import QuartoRenderer
from reports.render import Renderer
from reports.sheets import Sheet, has_pages, sources_of


def renders_whole_packs(renderer: Renderer) -> bool:
    """Whether a pack is rendered by one call, so that it is not to be split among processes."""
    return isinstance(renderer, QuartoRenderer)


def render_documents(documents: Sequence[Document], folder: Path, renderer: Renderer) -> dict[str, list[RenderedFile]]:
    """The files of all `documents` in `folder`, by document, as `render_document` makes those of one."""
    if isinstance(renderer, QuartoRenderer):
        return _by_one_call(documents, folder, renderer)
    return {document.name: render_document(document, folder, renderer) for document in documents}


def _by_one_call(documents: Sequence[Document], folder: Path, quarto: QuartoRenderer) -> dict[str, list[RenderedFile]]:
    pages = [document for document in documents if has_pages(document)]
    if not pages:
        return {document.name: render_document(document, folder, quarto) for document in documents}
    stems = {document.name: _place(document, folder) / document.name for document in pages}
    for stem in stems.values():
        stem.parent.mkdir(parents=True, exist_ok=True)
    made = quarto.render_all({document.name: sources_of(document, quarto.fonts) for document in pages}, stems)
    files: dict[str, list[RenderedFile]] = {}
    for document in documents:
        if document.name not in made:
            files[document.name] = render_document(document, folder, quarto)
            continue
        figures = [] if isinstance(document, Sheet) else write_figures(document, folder, quarto.fonts)
        paths = [*made[document.name], *figures]
        digests = [sha256(path.read_bytes()).hexdigest() for path in paths]
        files[document.name] = [RenderedFile(*each, document.audience) for each in zip(paths, digests, strict=True)]
    return files


def _place(document: Document, folder: Path) -> Path:
    """The coordinator's own lie apart from what is sent around."""
    return folder / COORDINATOR_FOLDER if document.audience == COORDINATOR else folder
