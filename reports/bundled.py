"""The engines that come as wheels: pandoc and typst, driven as Quarto drives them."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from reports.render import REFERENCE, SOURCE, RenderError, Sources, put, workplace
from reports.standing_pandoc import standing_pandoc

ACCESSIBLE = "ua-1"
"""PDF/UA: tags, title, language and a text for every picture, which typst then checks."""


@dataclass(frozen=True)
class BundledRenderer:
    """pandoc to HTML and DOCX; pandoc to typst source, typst to PDF."""

    fonts: Path
    name: str = "pandoc+typst"

    @property
    def version(self) -> str:
        from importlib.metadata import version

        import pypandoc

        return f"pandoc {pypandoc.get_pandoc_version()}, typst {version('typst')}"

    def render_left(self, source: Path, formats: tuple[str, ...], stem: Path) -> list[Path]:
        """The files of a report whose folder lies on the disk and may have been edited; the folder stays as it is."""
        with TemporaryDirectory(prefix="klyngeflow-report-") as name:
            folder = Path(name) / "report"
            shutil.copytree(source.parent, folder)
            (folder / source.name).rename(folder / SOURCE)
            return self._make(folder, Sources("", {}, {}, formats), stem)

    def render(self, sources: Sources, stem: Path) -> list[Path]:
        with workplace(sources, self.fonts) as folder:
            return self._make(folder, sources, stem)

    def _make(self, folder: Path, sources: Sources, stem: Path) -> list[Path]:
        written = [_WRITERS[each] for each in sources.formats if each in _WRITERS]
        if written:
            standing_pandoc().convert(folder, written)
        if "pdf" in sources.formats:
            (folder / "report.pdf").write_bytes(_typst(folder, self.fonts))
        if "docx" in sources.formats:
            _docx(folder, sources)
        return [put(folder / f"report.{each}", stem.with_name(f"{stem.name}.{each}")) for each in sources.formats]


_WRITERS = {"html": "html", "pdf": "typst"}
"""What pandoc writes for a format; typst makes a PDF of the latter."""


def _docx(folder: Path, sources: Sources) -> None:
    """By a pandoc of its own, whose surroundings say which date to write."""
    import pypandoc

    command = [pypandoc.get_pandoc_path(), SOURCE, "--from", "markdown", "--to", "docx", "--standalone"]
    command += ["--wrap", "none", "--lua-filter", "layout.lua", "--fail-if-warnings", "--output", "report.docx"]
    command += ["--reference-doc", REFERENCE, "--lua-filter", "office.lua"]
    done = subprocess.run(
        command, cwd=folder, env=sources.environment, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise RenderError(f"pandoc could not write the report (exit code {done.returncode})")


def _typst(folder: Path, fonts: Path) -> bytes:
    """The PDF's bytes. The date inside is a fixed one: the same sources give the same file on any day."""
    import typst

    compiler = typst.Compiler(root=folder, font_paths=_fonts(fonts))
    compile_as = partial(compiler.compile, folder / "report.typ", format="pdf", timestamp=0)
    try:
        try:
            made = compile_as(pdf_standards=ACCESSIBLE)
        except typst.TypstError:  # a letter that Inter lacks: the page is made, but is not called accessible
            made = compile_as()
    except typst.TypstError as error:
        raise RenderError(f"typst could not write the PDF ({type(error).__name__})") from None
    if not isinstance(made, bytes):
        raise RenderError("typst gave no PDF")
    return made


@lru_cache(maxsize=2)
def _fonts(fonts: Path) -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
