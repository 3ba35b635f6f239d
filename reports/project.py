"""A pack as a Quarto project: what one `quarto render` makes whole, and what is left for those who want to edit it.

Each report has a folder of its own with all that it is made of: text, charts, theme, style sheet and letters. One
`quarto render` in the project renders them all; so does pandoc with typst, report by report.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from reports.pack import Document
from reports.render import Sources, lay_out
from reports.sheets import sources_of
from reports.templating import templates

SETTINGS = "_quarto.yml"
README = "README.md"
RENDERED = "rendered"
LETTERS = "fonts"
_DECLARED = re.compile(r"^  (html|typst|docx):\n(?:    .*\n)*", re.MULTILINE)
"""One format in the front matter of a report."""
_WRITTEN = {"html": "html", "typst": "pdf", "docx": "docx"}
"""How Quarto calls a format, and what its file is called."""


def write_project(documents: Sequence[Document], folder: Path, fonts: Path) -> list[Path]:
    """Write the project of a pack's reports and sheets into `folder`, with a README; returns their sources.

    What is written depends on report.* and the program alone: the same pack gives the same project.
    """
    reports = {document.name: sources_of(document, fonts) for document in documents}
    found = lay_out_project(reports, folder, fonts)
    (folder / README).write_text(_readme(documents[0].tables.row, list(reports)), encoding="utf-8")
    return found


def lay_out_project(reports: Mapping[str, Sources], folder: Path, fonts: Path) -> list[Path]:
    """Write what Quarto reads into `folder`; returns the reports' sources, in the order of `reports`."""
    folder.mkdir(parents=True, exist_ok=True)
    found: list[Path] = []
    # Quarto up to 1.8 looks for `font-paths` where it is called, and from then on beside the report.
    shutil.copytree(fonts, folder / LETTERS)
    for name, sources in reports.items():
        own = folder / name
        own.mkdir()
        source = own / f"{name}.qmd"
        lay_out(own, sources, fonts, source.name)
        source.write_text(declaring(sources.markdown, sources.formats), encoding="utf-8")
        shutil.copytree(fonts, own / LETTERS)
        found.append(source)
    (folder / SETTINGS).write_text(_settings(list(reports)), encoding="utf-8")
    return found


def declaring(markdown: str, formats: Sequence[str]) -> str:
    """The report with no other format in its front matter than `formats`: Quarto makes each that it finds there."""
    start, head, body = markdown.split("---\n", 2)
    kept = _DECLARED.sub(lambda found: found[0] if _WRITTEN[found[1]] in formats else "", head)
    return "---\n".join((start, kept, body))


def declared(source: Path) -> tuple[str, ...]:
    """What is made of the report `source`, by its front matter."""
    _, head, *_ = source.read_text(encoding="utf-8").split("---\n", 2)
    return tuple(_WRITTEN[name] for name in _DECLARED.findall(head))


def reports_in(project: Path) -> list[Path]:
    """The sources of a project's reports, in the order of their names."""
    return sorted(source for source in project.glob("*/*.qmd") if source.stem == source.parent.name)


def _settings(names: Sequence[str]) -> str:
    """Each report by name: what else lies in the folder is not rendered. No cell of a report is ever run."""
    listed = "".join(f"    - {name}/{name}.qmd\n" for name in names)
    return f"project:\n  type: default\n  output-dir: {RENDERED}\n  render:\n{listed}execute:\n  enabled: false\n"


def _readme(pack: Mapping[str, object], names: Sequence[str]) -> str:
    template = templates().get_template(f"project_{pack['language']}.md")
    return template.render(pack_id=pack["pack_id"], first=names[0], count=len(names), rendered=RENDERED)
