"""Whole reports: the numbers agree everywhere, nothing leaks, nothing is fetched, nothing changes by itself."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
import report_packs as packs

from reports.assemble import assemble
from reports.bundled import BundledRenderer
from reports.manifest import NAME, Origin, write_manifest
from reports.pack import Document, PackTables, RenderedFile, documents, render_document, render_pack
from reports.render import Sources

ODD = 'Læger *_#$<script>@[ {{< x >}} | `a` \\ "q" \''


def member(plan: packs.Plan, letter: str = "F") -> Document:
    made = packs.tables(plan) if plan.followup else packs.baseline(plan)
    reader = packs.practice_id(letter)
    return next(one for one in documents(made, packs.package(), packs.VERSIONS) if one.audience == reader)


def html_of(document: Document, renderer: BundledRenderer, folder: Path) -> str:
    return render_document(document, folder, renderer)[0].path.read_text(encoding="utf-8")


def test_every_number_of_a_chart_is_in_a_table(rendered: Path) -> None:
    html = (rendered / "medlem_F.html").read_text(encoding="utf-8")
    cells = {cell.replace("\u00a0%", "") for row in packs.table_rows(html) for cell in row}
    drawn = {word for svg in packs.svgs_of(html) for word in re.findall(r">([\d.,]+)</text>", svg)}
    bells = "".join(svg for svg in packs.svgs_of(html) if "Regionen" in svg)
    in_bells = set(re.findall(r">(?:før |efter |ventet )?([\d.,]+)</text>", bells))
    assert in_bells <= {cell.removesuffix(" (for få)").replace("\u00a0%", "") for cell in cells}
    assert in_bells & drawn


def test_own_value_is_the_same_in_sentence_chart_and_table(rendered: Path) -> None:
    html = (rendered / "medlem_F.html").read_text(encoding="utf-8")
    text = packs.text_of(html).replace("\u00a0", " ")
    assert "Fra 29,8 % til 33,3 %, hvor 31,2 % var ventet" in text
    assert "efter 33,3" in text
    own = next(row for row in packs.table_rows(html) if row[0] == "F (din praksis)")
    assert own[3:5] == ["29,8\u00a0%", "33,3\u00a0%"]


def test_the_table_holds_what_report_figure_holds(rendered: Path, tables: PackTables) -> None:
    html = (rendered / "medlem_F.html").read_text(encoding="utf-8")
    rows = {row[0]: row for row in packs.table_rows(html) if len(row) == 9}
    shown = tables.figures_for(packs.practice_id("F")).filter(measure_id=packs.MEASURES[0], level="practice", own=False)
    for record in shown.filter(now_state="value").iter_rows(named=True):
        assert rows[record["label"]][2] == f"{record['now_value']:.0f}"


def test_states_have_their_words_in_the_table(rendered: Path) -> None:
    html = (rendered / "klyngerapport.html").read_text(encoding="utf-8")
    rows = {row[0]: row[-1] for row in packs.table_rows(html)}
    assert rows["E"] == "(skjult)"
    assert rows["G"] == "0\u00a0%"
    assert rows["T"] == "(intet at måle)"
    assert rows["Andre praksis"] == "4 (ikke leveret), 1 (gælder ikke)"
    assert rows["F"].endswith("(for få)")


def test_a_measure_that_withholds_the_others_says_hidden_in_the_table(fonts: Path) -> None:
    made = packs.tables()
    last = (pl.col("measure_id") == packs.MEASURES[3]) & (pl.col("level") == "practice") & ~pl.col("own")
    document = documents(replace(made, figures=made.figures.filter(~last)), packs.package(), {})[1]
    rows = [line for line in assemble(document, fonts).markdown.splitlines() if line.startswith("| A |")]
    assert rows[0].replace("\\", "").endswith("| (skjult) | (skjult) |")


def test_nothing_is_fetched_and_the_file_is_light(rendered: Path) -> None:
    for file in rendered.glob("*.html"):
        html = file.read_text(encoding="utf-8")
        assert set(re.findall(r'(?:https?:)?//[^"\s<>)]+', re.sub(r"base64,[^)]*", "", html))) == {
            "http://www.w3.org/2000/svg"
        }
        assert not re.search(r"<(?:script|link|iframe|img)\b|@import", html)
        assert len(html.encode()) < 600_000


def test_no_provider_number_and_no_size_of_another_practice_is_printed(tables: PackTables, rendered: Path) -> None:
    html = packs.text_of((rendered / "medlem_F.html").read_text(encoding="utf-8"))
    assert not [letter for letter in packs.LETTERS if packs.practice_id(letter) in html]
    exact = packs.tables(packs.Plan(readers="G")).figures_for(packs.practice_id("G")).filter(own=True)
    numerator = exact["now_numerator"][0]
    assert f"{numerator:.0f}" not in re.findall(r"\d+", html)


def test_the_same_tables_give_the_same_bytes(
    ordinary: dict[str, Document], rendered: Path, renderer: BundledRenderer, tmp_path: Path
) -> None:
    again = render_document(ordinary["medlem_F"], tmp_path, renderer)
    assert [file.path.read_bytes() for file in again] == [(rendered / file.path.name).read_bytes() for file in again]


def test_a_run_in_another_order_gives_the_same_words(ordinary: dict[str, Document], fonts: Path) -> None:
    first = assemble(ordinary["medlem_G"], fonts)
    assemble(ordinary["medlem_F"], fonts)
    assert assemble(ordinary["medlem_G"], fonts) == first


def test_names_are_printed_letter_for_letter(renderer: BundledRenderer, tmp_path: Path) -> None:
    names = {letter: f"{ODD} {letter}" for letter in packs.LETTERS}
    document = member(packs.Plan(mode="open", names=names, cluster=f"Klynge {ODD}", readers="F"))
    html = html_of(document, renderer, tmp_path)
    text = packs.text_of(html)
    assert f"{ODD} K" in text
    assert f"Klynge {ODD}" in text
    assert "<script" not in html
    assert document.name.isascii()


def test_english(renderer: BundledRenderer, tmp_path: Path) -> None:
    html = html_of(member(packs.Plan(language="en")), renderer, tmp_path)
    text = packs.text_of(html)
    assert '<html lang="en">' in html
    assert "The essentials in 20 seconds" in text
    assert "33.3%" in text
    assert not re.search(r"\b(praksis|klyngen|før|efter)\b", text.replace("Åbakke-klyngen", ""))


def test_a_baseline_has_no_before(renderer: BundledRenderer, tmp_path: Path) -> None:
    text = packs.text_of(html_of(member(packs.Plan(followup=False)), renderer, tmp_path))
    assert "Første møde" in text
    assert "754 recepter: 221" in text
    assert not re.search(
        r"\b(før|Før|Ændring|efter)\b", text.replace("sorteret efter tal", "").replace("er for få", "")
    )


def test_one_with_nothing_delivered_gets_a_report_that_says_so(fonts: Path, ordinary: dict[str, Document]) -> None:
    markdown = assemble(ordinary["medlem_N"], fonts).markdown
    assert "Der er ikke modtaget tal for perioden" in markdown
    assert "Ikke leveret" in markdown
    assert "Sandsynlig ændring" in markdown


def test_drafts_and_example_data_are_marked(rendered: Path, fonts: Path) -> None:
    text = packs.text_of((rendered / "medlem_F.html").read_text(encoding="utf-8"))
    assert "Kladde: endnu ikke gennemgået af en kliniker" in text
    assert "Kladde: Koderne for receptens indikation er ikke bekræftet." in text
    assert "Eksempeldata: alle tal er opdigtede" in text
    assert "Eksempeldata" not in assemble(member(packs.Plan(example=False)), fonts).markdown


def test_what_it_rests_on(ordinary: dict[str, Document], fonts: Path) -> None:
    markdown = assemble(ordinary["medlem_F"], fonts).markdown.replace("\\", "")
    assert "14 af 18 praksis har leveret. 13 har tal i begge perioder" in markdown
    assert "**Tilmeldte:** 6 udtræk, jan. 2025–jun. 2026, foreløbigt (" in markdown
    assert "3 rækker hører ikke til opgørelsen og er holdt ude." in markdown


def test_every_chart_has_a_text_alternative(rendered: Path) -> None:
    html = (rendered / "medlem_F.html").read_text(encoding="utf-8")
    labels = re.findall(r'role="img" aria-label="([^"]*)"', html)
    assert len(labels) == len(packs.svgs_of(html)) == 9
    assert all(len(label) > 40 for label in labels)


def test_templates_hold_no_code_cell_shortcode_or_cross_reference() -> None:
    for file in (Path(__file__).parents[2] / "reports" / "templates").glob("*.qmd"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"```|\{\{<|\{#|callout|[<%][^>]*[*+/] *\d", text), file.name


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_the_pdf_opens_and_holds_four_measures_on_two_pages(rendered: Path) -> None:
    text = subprocess.run(
        ["pdftotext", "-layout", rendered / "medlem_F.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout.replace("\u00a0", " ")
    assert "Fra 262 til 221 pr. 1.000" in text
    assert "klyngen 206" in text
    assert [f"Side {page} af 2" in text for page in (1, 2)] == [True] * 2
    assert text.count("Eksempeldata: alle tal er opdigtede") == 3


def test_documents_are_named_by_letter(tables: PackTables) -> None:
    names = {one.name: one.audience for one in documents(tables, packs.package(), {})}
    assert list(names) == ["klyngerapport", "medlem_F", "medlem_G", "medlem_N", "oplaeg"]
    assert names["medlem_F"] == packs.practice_id("F")


class FakeRenderer:
    """Writes the Markdown: for what comes after rendering."""

    name, version = "fake", "1"

    def __init__(self, fonts: Path) -> None:
        self.fonts = fonts

    def render(self, sources: Sources, stem: Path) -> list[Path]:
        target = stem.with_suffix(".html")
        target.write_text(sources.markdown, encoding="utf-8")
        return [target]


def test_the_manifest_is_written_last_and_knows_every_file(tables: PackTables, fonts: Path, tmp_path: Path) -> None:
    files = render_pack(tables, packs.package(), tmp_path, FakeRenderer(fonts), packs.VERSIONS)
    manifest = json.loads((tmp_path / NAME).read_text(encoding="utf-8"))
    on_disk = {file.name: sha256(file.read_bytes()).hexdigest() for file in tmp_path.iterdir() if file.name != NAME}
    assert manifest["files"] == on_disk == {file.path.name: file.sha256 for file in files}
    assert manifest["package"]["definition_sha256"] == packs.package().sha256
    assert manifest["renderer"] == {"name": "fake", "version": "1"}
    assert len(manifest["extracts"]) == 8


def test_run_facts_stand_in_the_manifest_alone(tables: PackTables, fonts: Path, tmp_path: Path) -> None:
    origin = Origin(FakeRenderer(fonts), {}, {"run_id": "r-1"})
    file = write_manifest(tmp_path, [RenderedFile(tmp_path / "a", "0", "cluster")], tables, packs.package(), origin)
    assert json.loads(file.read_text(encoding="utf-8"))["run"] == {"run_id": "r-1"}
