"""Fonts are cut once per session; the ordinary pack is rendered once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import report_packs as packs
from report_months import with_months

from reports.bundled import BundledRenderer
from reports.fonts import cut_fonts
from reports.pack import Document, PackTables, documents, render_document


@pytest.fixture(scope="session")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cut_fonts(tmp_path_factory.mktemp("cache") / "fonts")


@pytest.fixture(scope="session")
def renderer(fonts: Path) -> BundledRenderer:
    return BundledRenderer(fonts)


@pytest.fixture(scope="session")
def tables() -> PackTables:
    return with_months(packs.tables())


@pytest.fixture(scope="session")
def ordinary(tables: PackTables) -> dict[str, Document]:
    """The documents of the ordinary pack by name."""
    return {one.name: one for one in documents(tables, packs.package(), packs.VERSIONS)}


@pytest.fixture(scope="session")
def rendered(
    ordinary: dict[str, Document], renderer: BundledRenderer, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with the cluster report and the report of F."""
    folder = tmp_path_factory.mktemp("pack")
    for name in ("klyngerapport", "medlem_F"):
        render_document(ordinary[name], folder, renderer)
    return folder


@pytest.fixture(scope="session")
def whole(
    rendered: Path, tables: PackTables, renderer: BundledRenderer, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with one of each of the ordinary pack: reports, slides, figures and sheets, the coordinator's too."""
    folder = tmp_path_factory.mktemp("whole")
    for file in rendered.iterdir():
        shutil.copyfile(file, folder / file.name)
    return packs.render_rest(tables, folder, renderer)


@pytest.fixture(scope="session")
def english(renderer: BundledRenderer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of an English pack."""
    made, folder = with_months(packs.tables(packs.Plan(language="en"))), tmp_path_factory.mktemp("english")
    for document in documents(made, packs.package(), packs.VERSIONS)[:2]:
        render_document(document, folder, renderer)
    return packs.render_rest(made, folder, renderer)
