"""How Quarto is called: once for a meeting, with all it needs, and nothing is lost where it fails."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
import report_packs as packs
import yaml
from quarto_stand_in import SECRET, StandIn
from typer.testing import CliRunner

from flows import doctor
from flows.cli import app
from reports import quarto as engine
from reports.pack import COORDINATOR_FOLDER, Document, PackTables
from reports.project import declaring
from reports.quarto import OFF, SETTING, QuartoError, QuartoRenderer, find_quarto, standing
from reports.render import THEME, Sources, find_renderer
from reports.sheets import sheets
from reports.together import render_documents, renders_whole_packs

TEXTS = {"fact_sheet": "## Det vi ved\n\nEn sætning.", "reflection": "En sætning."}
HEADS = ("_front.qmd", "_sheet_front.qmd", "booklet.qmd")
TEMPLATES = THEME.parent / "templates"


@pytest.fixture(scope="module")
def meeting(ordinary: dict[str, Document], tables: PackTables) -> list[Document]:
    """A report and every sheet."""
    return [ordinary["medlem_F"], *sheets(tables, packs.package(), packs.VERSIONS, TEXTS)]


@pytest.fixture
def stand_in(tmp_path: Path, fonts: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[StandIn, Path]]:
    def made(behaviour: str) -> tuple[StandIn, Path]:
        stands = StandIn(tmp_path / "bin", behaviour=behaviour)
        monkeypatch.setenv(SETTING, str(stands.command))
        return stands, tmp_path / "pack"

    return made


def rendered_by(stands: StandIn, meeting: list[Document], folder: Path, fonts: Path) -> list[str]:
    made = render_documents(meeting, folder, QuartoRenderer(fonts, stands.command, "1.9.38"))
    assert list(made) == [document.name for document in meeting]
    files = [file for each in made.values() for file in each]
    assert [file.sha256 for file in files] == [sha256(file.path.read_bytes()).hexdigest() for file in files]
    return [file.path.relative_to(folder).as_posix() for file in files]


def test_a_meeting_is_one_call(stand_in, meeting: list[Document], fonts: Path) -> None:
    stands, folder = stand_in("well")
    made = rendered_by(stands, meeting, folder, fonts)
    (call,) = stands.calls
    assert call["arguments"] == ["render", "--quiet"]
    assert call["formats"] == {
        "medlem_F/medlem_F.qmd": ["html", "pdf"],
        "drejebog/drejebog.qmd": ["html", "pdf", "docx"],
        "faktaark/faktaark.qmd": ["html", "pdf"],
        "refleksionsark/refleksionsark.qmd": ["html", "pdf"],
    }
    assert yaml.safe_load(call["settings"])["execute"] == {"enabled": False}
    told = meeting[0].tables.row
    day = told["meeting_date"] or told["now_end"]
    assert datetime.fromtimestamp(int(call["day"]), UTC).date() == day
    kept = [f"{COORDINATOR_FOLDER}/drejebog.{each}" for each in ("html", "pdf", "docx")]
    assert [name for name in made if name.startswith(COORDINATOR_FOLDER)] == kept
    assert {"medlem_F.html", "medlem_F.pdf", "medlem_F.xlsx", "faktaark.pdf", "refleksionsark.html"} < set(made)
    assert sorted(made) == sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert not Path(call["place"]).exists()
    files = set(call["files"])
    head = yaml.safe_load((folder / COORDINATOR_FOLDER / "drejebog.pdf").read_text(encoding="utf-8").split("---\n")[1])
    html, typst, docx = (head["format"][name] for name in ("html", "typst", "docx"))
    named = [*head["filters"], *docx["filters"], docx["reference-doc"], html["template"], html["include-in-header"]]
    assert {f"drejebog/{name}" for name in (*named, typst["template"], *typst["template-partials"])} < files
    assert {"fonts/Inter-400.ttf", "drejebog/fonts/Inter-400.ttf"} < files


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [("fails", "could not render the reports (exit code 1)"), ("half", "ended well without having made a.pdf")],
)
def test_where_it_fails_nothing_is_put_and_nothing_it_printed_is_repeated(
    stand_in, fonts: Path, behaviour: str, sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    stands, folder = stand_in(behaviour)
    folder.mkdir()
    margins = dict.fromkeys(("running", "footer", "example", "page", "of"), "ord")
    text = "---\ntitle: a\nformat:\n  html:\n    theme: none\n  typst:\n    template: page.typ\n---\nOrd.\n"
    quarto = QuartoRenderer(fonts, stands.command, "1.9.38")
    with pytest.raises(QuartoError) as caught:
        quarto.render(Sources(text, {}, margins), folder / "a")
    assert sentence in str(caught.value)
    assert f"set {SETTING}={OFF}" in str(caught.value)
    assert caught.value.exit_code == 2
    assert SECRET not in str(caught.value) + "".join(capfd.readouterr())
    assert list(folder.iterdir()) == []


def test_one_that_does_not_end_is_ended(stand_in, fonts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stands, _ = stand_in("sleeps")
    (tmp_path / "_quarto.yml").write_text("execute:", encoding="utf-8")
    monkeypatch.setattr(engine, "_SECONDS_PER_REPORT", 5)
    with pytest.raises(QuartoError, match="was not done after 5 s"):
        QuartoRenderer(fonts, stands.command, "1.9.38").run(tmp_path, 0, os.environ)
    with pytest.raises(ProcessLookupError):
        os.kill(stands.calls[0]["process"], 0)


@pytest.mark.parametrize(
    ("version", "fault"),
    [("1.7.0", ""), ("1.9.38", ""), ("99.9.9", ""), ("1.10.2-rc", ""), ("1.6.43", "too old"), ("quarto", "no Quarto")],
)
def test_an_old_one_is_refused_where_it_is_named_and_left_alone_on_the_path(
    version: str, fault: str, fonts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stands = StandIn(tmp_path / "bin", version)
    monkeypatch.setattr("reports.fonts.cut_fonts", lambda _: fonts)
    monkeypatch.delenv(SETTING, raising=False)
    monkeypatch.setenv("PATH", str(stands.command.parent))
    found = find_renderer(fonts)
    assert (found.name, renders_whole_packs(found)) == (("pandoc+typst", False) if fault else ("quarto", True))
    assert fault in standing()
    monkeypatch.setenv(SETTING, str(stands.command))
    if fault:
        with pytest.raises(QuartoError, match=rf"{fault}.* set {SETTING}={OFF}"):
            find_quarto(fonts)
        lines = [finding.line() for finding in doctor._renderer()]
        assert any(line.startswith("MISS  Rendering: not possible") and fault in line for line in lines)
    else:
        assert found.version == version.removesuffix("-rc")


def test_one_that_is_not_there_is_said_and_one_that_is_off_is_not_used(
    fonts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, str(tmp_path / "nowhere" / "quarto"))
    with pytest.raises(QuartoError, match="is no Quarto that can be started here"):
        find_quarto(fonts)
    monkeypatch.setenv("PATH", str(StandIn(tmp_path / "bin").command.parent))
    monkeypatch.setenv(SETTING, OFF)
    assert find_renderer(fonts).name == "pandoc+typst"
    assert standing() == f"Quarto is switched off ({SETTING}={OFF})"
    monkeypatch.delenv(SETTING)
    assert standing().startswith("One call of ")
    monkeypatch.setenv("PATH", "")
    assert standing() == "No Quarto was found, and none is needed"


def test_front_matter_names_every_part_that_the_page_may_ask_for() -> None:
    """Quarto copies the template away from its folder: a part that is not named is not found, even where unused."""
    asked = set(re.findall(r"\$([\w.-]+\.typ)\(\)\$", (THEME / "page.typ").read_text(encoding="utf-8")))
    assert asked
    for name in HEADS:
        text = (TEMPLATES / name).read_text(encoding="utf-8")
        assert asked <= set(re.findall(r"^      - (\S+\.typ)$", text, re.MULTILINE)), name


def test_only_the_formats_that_are_asked_for_are_declared() -> None:
    head = (TEMPLATES / "_sheet_front.qmd").read_text(encoding="utf-8") + "\nText\n\n---\n\n  docx:\n    more\n"
    assert declaring(head, ("html", "pdf", "docx")) == head
    less = declaring(head, ("html",))
    assert "  html:\n    theme: none\n" in less
    assert "typst" not in less
    assert less.endswith("\nText\n\n---\n\n  docx:\n    more\n")


def test_an_edited_folder_is_rendered_by_the_command(stand_in, tmp_path: Path, fonts: Path) -> None:
    stands, _ = stand_in("well")
    (tmp_path / "fonts").mkdir()
    (tmp_path / "_quarto.yml").write_text("project:\n  render:\n    - a/a.qmd\n", encoding="utf-8")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "a.qmd").write_text("---\nformat:\n  html:\n    theme: none\n---\nOrd.\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["render", "--project", str(tmp_path)])
    assert (done.exit_code, done.output) == (0, f"Rendered 1 files in {tmp_path / 'rendered'}\n")
    assert len(stands.calls) == 1
