"""The engines that come as wheels: pandoc and typst, driven as Quarto drives them."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from reports.render import SOURCE, RenderError, Sources, put, workplace

_READER = "markdown"


@dataclass(frozen=True)
class BundledRenderer:
    """pandoc to HTML; pandoc to typst source, typst to PDF."""

    fonts: Path
    name: str = "pandoc+typst"

    @property
    def version(self) -> str:
        from importlib.metadata import version

        import pypandoc

        return f"pandoc {pypandoc.get_pandoc_version()}, typst {version('typst')}"

    def render(self, sources: Sources, stem: Path) -> list[Path]:
        with workplace(sources, self.fonts) as folder:
            _pandoc(folder, "html", "report.html", ("--include-in-header", "style.html"))
            _pandoc(folder, "typst", "report.typ", ())
            (folder / "report.pdf").write_bytes(_typst(folder, self.fonts))
            return [put(folder / f"report{kind}", stem.with_name(stem.name + kind)) for kind in (".html", ".pdf")]


def _pandoc(folder: Path, to: str, output: str, options: tuple[str, ...]) -> None:
    import pypandoc

    template = {"html": "page.html", "typst": "page.typ"}[to]
    command = [pypandoc.get_pandoc_path(), SOURCE, "--from", _READER, "--to", to, "--standalone", "--wrap", "none"]
    command += [
        "--template",
        template,
        "--lua-filter",
        "layout.lua",
        "--fail-if-warnings",
        "--output",
        output,
        *options,
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RenderError(f"pandoc could not write the report (exit code {done.returncode})")


def _typst(folder: Path, fonts: Path) -> bytes:
    """The PDF's bytes. The date inside is a fixed one: the same sources give the same file on any day."""
    import typst

    compiler = typst.Compiler(root=folder, font_paths=_fonts(fonts))
    try:
        made = compiler.compile(folder / "report.typ", format="pdf", timestamp=0)
    except typst.TypstError as error:
        raise RenderError(f"typst could not write the PDF ({type(error).__name__})") from None
    if not isinstance(made, bytes):
        raise RenderError("typst gave no PDF")
    return made


@lru_cache(maxsize=2)
def _fonts(fonts: Path) -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
