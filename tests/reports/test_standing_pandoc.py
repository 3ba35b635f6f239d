"""One pandoc for many reports writes what a pandoc for each would, and the next report does not feel a bad one."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pypandoc
import pytest
import report_packs as packs

from reports.assemble import assemble
from reports.pack import documents
from reports.render import RenderError, lay_out
from reports.standing_pandoc import StandingPandoc

COMMON = ["--from", "markdown", "--standalone", "--wrap", "none", "--lua-filter", "layout.lua", "--fail-if-warnings"]
BOTH = {
    "report.html": ["--to", "html", "--template", "page.html", "--include-in-header", "style.html"],
    "report.typ": ["--to", "typst", "--template", "page.typ"],
}


@pytest.fixture
def pandoc() -> Iterator[StandingPandoc]:
    made = StandingPandoc()
    yield made
    made.end()


@pytest.fixture
def folder(tmp_path: Path, fonts: Path) -> Path:
    """A folder laid out for the cluster's report, its name and words as odd as they come."""
    made = tmp_path / "a folder æ ' $x"
    made.mkdir()
    plan = packs.Plan(cluster='Å*_#$<b>@[ {{< x >}} | `a` \\ "q"', readers="F")
    lay_out(made, assemble(documents(packs.tables(plan), packs.package(), packs.VERSIONS)[0], fonts), fonts)
    return made


def test_the_bytes_are_those_of_a_pandoc_for_each(pandoc: StandingPandoc, folder: Path) -> None:
    wanted: dict[str, bytes] = {}
    for name, options in BOTH.items():
        command = [pypandoc.get_pandoc_path(), "report.qmd", *COMMON, *options, "--output", name]
        subprocess.run(command, cwd=folder, check=True)
        wanted[name] = (folder / name).read_bytes()
        (folder / name).unlink()
    for _ in range(2):
        pandoc.convert(folder, ["html", "typst"])
        assert {name: (folder / name).read_bytes() for name in BOTH} == wanted


@pytest.mark.parametrize("source", ["---\nlang: [\n---\n", "# A {#x}\n\n# B {#x}\n", "![](gone.svg){width=1mm}\n"])
def test_what_pandoc_warns_of_is_refused_and_the_next_report_is_made(
    source: str, pandoc: StandingPandoc, folder: Path
) -> None:
    sound = (folder / "report.qmd").read_text(encoding="utf-8")
    (folder / "report.qmd").write_text(source, encoding="utf-8")
    with pytest.raises(RenderError, match="warned or failed"):
        pandoc.convert(folder, ["html"])
    (folder / "report.qmd").write_text(sound, encoding="utf-8")
    pandoc.convert(folder, ["html"])
    assert (folder / "report.html").stat().st_size > 100_000


def test_one_that_was_killed_is_told_and_another_takes_its_place(pandoc: StandingPandoc, folder: Path) -> None:
    pandoc.convert(folder, ["typst"])
    process = pandoc._process  # pyright: ignore[reportPrivateUsage]
    assert process is not None
    process.kill()
    process.wait()
    with pytest.raises(RenderError, match="it died"):
        pandoc.convert(folder, ["typst"])
    pandoc.convert(folder, ["typst"])
    assert (folder / "report.typ").is_file()
