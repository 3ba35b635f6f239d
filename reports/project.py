"""The sources of a pack as a Quarto project, for those who want to edit and render it themselves.

Each report has a folder of its own with all that it is made of: text, charts, theme, style sheet and letters. One
`quarto render` in the project renders them all; so does pandoc with typst, report by report.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from reports.assemble import assemble
from reports.pack import Document
from reports.render import lay_out
from reports.templating import templates

SETTINGS = "_quarto.yml"
README = "README.md"
RENDERED = "rendered"
LETTERS = "fonts"


def write_project(documents: Sequence[Document], folder: Path, fonts: Path) -> list[Path]:
    """Write the project into `folder`; returns the reports' sources.

    What is written depends on report.* and the program alone: the same pack gives the same project.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found: list[Path] = []
    # Quarto up to 1.8 looks for `font-paths` where it is called, and from then on beside the report.
    shutil.copytree(fonts, folder / LETTERS)
    for document in documents:
        own = folder / document.name
        own.mkdir()
        source = own / f"{document.name}.qmd"
        lay_out(own, assemble(document, fonts), fonts, source.name)
        shutil.copytree(fonts, own / LETTERS)
        found.append(source)
    names = [document.name for document in documents]
    (folder / SETTINGS).write_text(_settings(names), encoding="utf-8")
    (folder / README).write_text(_readme(documents[0].tables.row, names), encoding="utf-8")
    return found


def _settings(names: Sequence[str]) -> str:
    """Each report by name: what else lies in the folder is not rendered. No cell of a report is ever run."""
    listed = "".join(f"    - {name}/{name}.qmd\n" for name in names)
    return f"project:\n  type: default\n  output-dir: {RENDERED}\n  render:\n{listed}execute:\n  enabled: false\n"


def _readme(pack: Mapping[str, object], names: Sequence[str]) -> str:
    template = templates().get_template(f"project_{pack['language']}.md")
    return template.render(pack_id=pack["pack_id"], first=names[0], count=len(names), rendered=RENDERED)
