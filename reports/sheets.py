"""The documents of a pack beside its reports: coordinator, fact and reflection sheet, and the form of goals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from reports import goal_form
from reports.booklet import Booklet
from reports.booklet_content import content as booklet_content
from reports.coordinator import Coordinated, coordinator_sources
from reports.pack import CLUSTER, COORDINATOR, COORDINATOR_FOLDER, Document, PackTables, RenderedFile
from reports.package_texts import cited, read
from reports.render import Renderer, Sources, put
from reports.templating import templates
from reports.wording import voice
from transforms.definitions import Package

Kind = Literal["coordinator", "fact_sheet", "reflection", "agreed"]
NAMES: Mapping[Kind, str] = {
    "coordinator": "drejebog",
    "fact_sheet": "faktaark",
    "reflection": "refleksionsark",
    "agreed": goal_form.NAME,
}
PAGES: tuple[Kind, ...] = ("coordinator", "fact_sheet", "reflection")
"""Those that are rendered from a `.qmd`."""
MARGINS = ("running", "footer", "example", "page", "of")


@dataclass(frozen=True)
class Sheet(Document):
    """One of them; `texts` are the package's own, by name."""

    kind: Kind = "coordinator"
    texts: Mapping[str, str] = field(default_factory=dict[str, str])


def sheets(tables: PackTables, package: Package, versions: Mapping[str, str], texts: Mapping[str, str]) -> list[Sheet]:
    """The coordinator sheet, and the two that the cluster gets where the package has texts for them.

    Before a baseline meeting the coordinator also gets the form for what is agreed there.
    """
    kinds: list[Kind] = ["coordinator"]
    if tables.row["kind"] == "baseline" and tables.row["meeting_date"] is not None:
        kinds.append("agreed")
    if "fact_sheet" in texts:
        kinds.append("fact_sheet")
    if "reflection" in texts or package.questions:
        kinds.append("reflection")
    audience = dict.fromkeys(kinds, CLUSTER) | {"coordinator": COORDINATOR, "agreed": COORDINATOR}
    return [Sheet(NAMES[kind], audience[kind], tables, package, versions, kind=kind, texts=texts) for kind in kinds]


def render_sheet(sheet: Sheet, folder: Path, renderer: Renderer) -> list[RenderedFile]:
    """Its files: those of the coordinator in a folder of their own, which is never sent around with the others."""
    if sheet.audience == COORDINATOR:
        folder = folder / COORDINATOR_FOLDER
        folder.mkdir(parents=True, exist_ok=True)
    if sheet.kind == "agreed":
        paths = [_write(folder / f"{sheet.name}.xlsx", _form(sheet))]
    elif sheet.kind == "coordinator":
        paths = renderer.render(sources_of(sheet, renderer.fonts), folder / sheet.name)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        sources = sources_of(sheet, renderer.fonts)
        words = tuple(sources.margins.items())
        made = _made(sources.markdown, words, sources.formats, renderer)
        paths = [_write(folder / f"{sheet.name}.{each}", content) for each, content in made]
    return [RenderedFile(path, sha256(path.read_bytes()).hexdigest(), sheet.audience) for path in paths]


def _form(sheet: Sheet) -> bytes:
    row = sheet.tables.row
    form = goal_form.FormOf(row["cluster_id"], row["cluster_name"], row["meeting_date"])
    return goal_form.goal_form(sheet.package, form, voice(row["language"]))


def has_pages(document: Document) -> bool:
    """Whether a document is rendered from a `.qmd`: slides are not."""
    return document.kind in PAGES if isinstance(document, Sheet) else document.form == "report"


def sources_of(document: Document, fonts: Path) -> Sources:
    """What a report or a sheet is rendered from."""
    from reports.assemble import assemble

    if not isinstance(document, Sheet):
        return assemble(document, fonts)
    if document.kind == "coordinator":
        return coordinator_sources(Coordinated(document.tables, document.package, document.texts), fonts)
    return text_sources(document)


def text_sources(sheet: Sheet) -> Sources:
    """The filled `.qmd` of a fact sheet or a reflection sheet: nothing of a cluster, so all clusters have the same."""
    package, speaking = sheet.package, voice(sheet.tables.row["language"])
    texts = read({sheet.kind: sheet.texts[sheet.kind]}, package, speaking) if sheet.kind in sheet.texts else {}
    values: dict[str, Any] = booklet_content(Booklet(package, texts, speaking.language), texts)
    values |= {
        "part": sheet.kind,
        "name": speaking.write("part", sheet.kind),
        "references": cited(values["references"], texts.values()),
        "changes": (),
    }
    margins = {key: values[key] for key in MARGINS}
    return Sources(templates().get_template("text_sheet.qmd").render(values), {}, margins, booklet=True, sheet=True)


@lru_cache(maxsize=32)
def _made(
    markdown: str, margins: tuple[tuple[str, str], ...], formats: tuple[str, ...], renderer: Renderer
) -> tuple[tuple[str, bytes], ...]:
    """The bytes by format; kept, since a hundred clusters get the same sheet of one package."""
    sources = Sources(markdown, {}, dict(margins), formats=formats, booklet=True, sheet=True)
    with TemporaryDirectory(prefix="klyngeflow-sheet-") as name:
        made = renderer.render(sources, Path(name) / "sheet")
        return tuple((path.suffix[1:], path.read_bytes()) for path in made)


def _write(path: Path, content: bytes) -> Path:
    with TemporaryDirectory(prefix="klyngeflow-sheet-") as name:
        made = Path(name) / path.name
        made.write_bytes(content)
        return put(made, path)
