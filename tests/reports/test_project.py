"""The sources of a pack, left for others: the same words when rendered as the README says."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pypandoc
import pytest
import report_packs as packs
import typst
import yaml

from reports.edited import EditedError, render_edited
from reports.pack import Document
from reports.project import write_project
from reports.quarto import OFF, SETTING


@pytest.fixture(scope="module")
def project(ordinary: dict[str, Document], fonts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project") / "kilder"
    write_project([ordinary["klyngerapport"], ordinary["medlem_F"]], folder, fonts)
    return folder


def commands(project: Path, name: str) -> list[list[str]]:
    """The pandoc commands of the README, for the report `name`."""
    text = (project / "README.md").read_text(encoding="utf-8").replace("klyngerapport", name)
    return [shlex.split(line) for line in text.splitlines() if line.startswith("    pandoc ")]


def front_matter(source: Path) -> dict:
    return yaml.safe_load(source.read_text(encoding="utf-8").split("---\n")[1])


@pytest.mark.parametrize("name", ["klyngerapport", "medlem_F"])
def test_rendered_as_the_readme_says_it_is_the_report_that_was_delivered(
    project: Path, rendered: Path, name: str
) -> None:
    folder = project / name
    for _, *arguments in commands(project, name):
        subprocess.run([pypandoc.get_pandoc_path(), *arguments, "--fail-if-warnings"], cwd=folder, check=True)
    assert (folder / f"{name}.html").read_bytes() == (rendered / f"{name}.html").read_bytes()
    letters = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder / "fonts"])
    compiler = typst.Compiler(root=folder, font_paths=letters)
    assert "--pdf-standard ua-1" in (project / "README.md").read_text(encoding="utf-8")
    made = compiler.compile(folder / f"{name}.typ", format="pdf", timestamp=0, pdf_standards="ua-1")
    assert made == (rendered / f"{name}.pdf").read_bytes()


def test_one_call_renders_every_report_and_runs_no_code(project: Path) -> None:
    settings = yaml.safe_load((project / "_quarto.yml").read_text(encoding="utf-8"))
    listed = settings["project"]["render"]
    assert listed == ["klyngerapport/klyngerapport.qmd", "medlem_F/medlem_F.qmd"]
    assert sorted(listed) == sorted(path.relative_to(project).as_posix() for path in project.rglob("*.qmd"))
    assert settings["execute"] == {"enabled": False}
    assert not [path for path in project.rglob("*.qmd") if "```" in path.read_text(encoding="utf-8")]


def test_everything_a_report_names_lies_beside_it(project: Path) -> None:
    for source in project.glob("*/*.qmd"):
        head, text = front_matter(source), source.read_text(encoding="utf-8")
        html, pdf = head["format"]["html"], head["format"]["typst"]
        named = [*head["filters"], html["template"], html["include-in-header"], pdf["template"], pdf["font-paths"]]
        charts = re.findall(r"\]\(([^)]*\.svg)\)", text)
        assert len(charts) > 3
        assert [name for name in (*named, *charts) if not (source.parent / name).exists()] == []
        # An older Quarto looks for the letters where it is called.
        assert (project / pdf["font-paths"] / "Inter-400.ttf").exists()


def test_the_same_pack_gives_the_same_project(
    project: Path, ordinary: dict[str, Document], fonts: Path, tmp_path: Path
) -> None:
    for source in write_project([ordinary["medlem_F"]], tmp_path / "igen", fonts):
        for path in source.parent.iterdir():
            if path.is_file():
                assert path.read_bytes() == (project / "medlem_F" / path.name).read_bytes()


def test_the_readme_is_in_the_language_of_the_pack(fonts: Path, tmp_path: Path) -> None:
    from reports.pack import documents

    made = documents(packs.tables(packs.Plan(language="en")), packs.package(), packs.VERSIONS)[:1]
    write_project(made, tmp_path / "sources", fonts)
    text = (tmp_path / "sources" / "README.md").read_text(encoding="utf-8")
    assert "the pack's 1 reports and sheets" in text
    assert "    quarto render\n" in text
    assert "<<" not in text


def test_an_edited_sentence_is_in_what_is_rendered_again_and_the_rest_is_as_delivered(
    project: Path, rendered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, OFF)
    folder = tmp_path / "kilder"
    shutil.copytree(project, folder, ignore=lambda *_: ["klyngerapport", "rendered"])
    source = folder / "medlem_F" / "medlem_F.qmd"
    html, pdf = render_edited(folder)
    assert html == folder / "rendered" / "medlem_F" / "medlem_F.html"
    assert html.read_bytes() == (rendered / "medlem_F.html").read_bytes()
    assert pdf.read_bytes() == (rendered / "medlem_F.pdf").read_bytes()
    source.write_text(source.read_text(encoding="utf-8") + "\nEn sætning, vi selv har skrevet.\n", encoding="utf-8")
    assert "En sætning, vi selv har skrevet." in packs.text_of(render_edited(folder)[0].read_text(encoding="utf-8"))
    assert pdf.read_bytes() != (rendered / "medlem_F.pdf").read_bytes()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Ord uden hoved.", "names no format"),
        ("---\ntitle: x\n---\nOrd.\n", "names no format"),
        ("---\nformat:\n  html:\n    theme: none\nlang: [\n---\nOrd.\n", "cannot be rendered as it stands now"),
    ],
)
def test_what_was_broken_by_editing_is_said(
    text: str, sentence: str, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, OFF)
    (tmp_path / "fonts").mkdir()
    shutil.copytree(project / "medlem_F", tmp_path / "medlem_F")
    (tmp_path / "medlem_F" / "medlem_F.qmd").write_text(text, encoding="utf-8")
    with pytest.raises(EditedError, match=sentence):
        render_edited(tmp_path)
    with pytest.raises(EditedError, match="holds no reports"):
        render_edited(tmp_path / "fonts")
