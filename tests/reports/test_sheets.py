"""Fact sheet and reflection sheet: the package's own words, the same for every cluster; and where each file belongs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import docx
import pytest
import report_packs as packs

from reports.bundled import BundledRenderer
from reports.manifest import Origin, write_manifest
from reports.pack import COORDINATOR_FOLDER, RenderedFile, documents, render_document
from reports.sheets import Sheet, sheets, text_sources

FOLDER = packs.PACKAGE.parent
TEXTS = {
    name: (FOLDER / f"{name}.md").read_text(encoding="utf-8") for name in ("fact_sheet", "reflection", "coordinator")
}


def made(texts: dict[str, str] | None = None, plan: packs.Plan | None = None) -> dict[str, Sheet]:
    tables = packs.tables(plan)
    return {one.kind: one for one in sheets(tables, packs.package(), packs.VERSIONS, TEXTS if texts is None else texts)}


def test_a_package_without_texts_has_the_sheets_that_can_be_made() -> None:
    assert list(made({})) == ["coordinator", "reflection"]
    assert list(made()) == ["coordinator", "fact_sheet", "reflection"]
    silent = packs.package().model_copy(update={"questions": ()})
    assert [one.kind for one in sheets(packs.tables(), silent, {}, {})] == ["coordinator"]


def test_the_fact_sheet_lists_what_it_cites_and_nothing_of_a_cluster() -> None:
    markdown = text_sources(made()["fact_sheet"]).markdown
    assert "Det vi ved" in markdown
    cited = {at for at in range(1, len(packs.package().references) + 1) if f"](#kilde-{at})" in markdown}
    listed = {at for at in range(1, len(packs.package().references) + 1) if f"{{#kilde-{at}}}" in markdown}
    assert cited == listed != set()
    assert "Åbakke" not in markdown


def test_the_reflection_sheet_asks_the_packages_questions_with_lines_to_write_on() -> None:
    markdown = text_sources(made()["reflection"]).markdown
    assert markdown.count("{.asked}") == len(packs.package().questions)
    assert markdown.count("{.ruled}") == 2 * len(packs.package().questions)


def test_every_cluster_gets_the_same_bytes(renderer: BundledRenderer, tmp_path: Path) -> None:
    here, there = made()["fact_sheet"], made(plan=packs.Plan(cluster="Another", mode="open"))["fact_sheet"]
    files = [render_document(one, tmp_path / name, renderer) for one, name in ((here, "a"), (there, "b"))]
    assert [file.path.name for file in files[0]] == ["faktaark.html", "faktaark.pdf"]
    assert [file.sha256 for file in files[0]] == [file.sha256 for file in files[1]]
    assert {file.audience for file in files[0]} == {"cluster"}


def test_the_coordinators_files_lie_apart_and_open_in_word(renderer: BundledRenderer, tmp_path: Path) -> None:
    files = render_document(made()["coordinator"], tmp_path, renderer)
    assert {file.path.parent.name for file in files} == {COORDINATOR_FOLDER}
    assert {file.audience for file in files} == {"coordinator"}
    document = docx.Document(str(files[-1].path))
    assert [paragraph for paragraph in document.paragraphs if paragraph.style.paragraph_format.page_break_before] == []
    said = [paragraph.text for paragraph in document.paragraphs]
    assert "Hvem der kan have noget at fortælle" in said
    assert len(document.tables[0].rows) == len(packs.package().agenda) + 2


def test_the_manifest_tells_audiences_without_telling_who_is_who(renderer: BundledRenderer, tmp_path: Path) -> None:
    tables = packs.tables()
    every = [*documents(tables, packs.package(), {}), *made().values()]
    files = [RenderedFile(tmp_path / f"{one.name}.html", "0" * 64, one.audience) for one in every]
    written = write_manifest(tmp_path, files, tables, packs.package(), Origin(renderer, {}))
    manifest = json.loads(written.read_text(encoding="utf-8"))
    sheet = f"{COORDINATOR_FOLDER}/{packs.PACK_ID}/drejebog.html"
    assert manifest["coordinator_files"] == {sheet: "0" * 64}
    assert "drejebog.html" not in manifest["files"]
    assert manifest["audiences"]["medlem_F.html"] == "member"
    assert manifest["audiences"][sheet] == "coordinator"
    assert manifest["audiences"]["faktaark.html"] == "cluster"
    assert not any(packs.practice_id(letter) in written.read_text(encoding="utf-8") for letter in packs.LETTERS)


@pytest.mark.parametrize("language", ["da", "en"])
def test_both_languages_have_their_sheets(language: str) -> None:
    for sheet in made(plan=packs.Plan(language=language)).values():
        if sheet.kind != "coordinator":
            assert ("lang=da" in text_sources(sheet).markdown) is (language == "en")


def test_a_text_is_acted_on_by_nobody() -> None:
    hostile = made({"fact_sheet": "## Det vi ved\n\n<script>alert(1)</script> {{< include /etc/hosts >}}\n"})
    markdown = text_sources(replace(hostile["fact_sheet"])).markdown
    assert "<script>" not in markdown
    assert "{{<" not in markdown
