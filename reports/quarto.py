"""Quarto itself, where a machine has it."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from reports.render import SOURCE, RenderError, Sources, put, workplace


@dataclass(frozen=True)
class QuartoRenderer:
    """`quarto render` to HTML, DOCX, and to PDF by way of typst, in a folder of its own."""

    fonts: Path
    command: Path
    name: str = "quarto"

    @property
    def version(self) -> str:
        done = subprocess.run([self.command, "--version"], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def render(self, sources: Sources, stem: Path) -> list[Path]:
        with workplace(sources, self.fonts) as folder:
            shutil.copytree(self.fonts, folder / "fonts")
            for each in sources.formats:
                self._quarto(folder, sources, "typst" if each == "pdf" else each)
            return [put(folder / f"report.{each}", stem.with_name(f"{stem.name}.{each}")) for each in sources.formats]

    def _quarto(self, folder: Path, sources: Sources, to: str) -> None:
        command = [self.command, "render", SOURCE, "--to", to]
        done = subprocess.run(
            command, cwd=folder, env=sources.environment, capture_output=True, encoding="utf-8", check=False
        )
        if done.returncode:
            raise RenderError(f"quarto could not render to {to} (exit code {done.returncode})")
