"""The engines that come as wheels: pandoc and typst, driven as Quarto drives them."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from reports.render import REFERENCE, SOURCE, RenderError, Sources, put, workplace

_READER = "markdown"
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

    def render(self, sources: Sources, stem: Path) -> list[Path]:
        with workplace(sources, self.fonts) as folder:
            for each in sources.formats:
                _MAKERS[each](folder, sources, self.fonts)
            return [put(folder / f"report.{each}", stem.with_name(f"{stem.name}.{each}")) for each in sources.formats]


def _html(folder: Path, sources: Sources, _fonts: Path) -> None:
    options = ("--template", "page.html", "--include-in-header", "style.html")
    _pandoc(folder, sources, "report.html", options)


def _pdf(folder: Path, sources: Sources, fonts: Path) -> None:
    _pandoc(folder, sources, "report.typ", ("--template", "page.typ"))
    (folder / "report.pdf").write_bytes(_typst(folder, fonts))


def _docx(folder: Path, sources: Sources, _fonts: Path) -> None:
    _pandoc(folder, sources, "report.docx", ("--reference-doc", REFERENCE, "--lua-filter", "office.lua"))


_MAKERS = {"html": _html, "pdf": _pdf, "docx": _docx}
_WRITERS = {".html": "html", ".typ": "typst", ".docx": "docx"}


def _pandoc(folder: Path, sources: Sources, output: str, options: tuple[str, ...]) -> None:
    import pypandoc

    command = [pypandoc.get_pandoc_path(), SOURCE, "--from", _READER, "--to", _WRITERS[Path(output).suffix]]
    command += ["--standalone", "--wrap", "none", "--lua-filter", "layout.lua", "--fail-if-warnings"]
    command += ["--output", output, *options]
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
