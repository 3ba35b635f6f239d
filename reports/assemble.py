"""One report's sources in memory: the filled `.qmd` and the charts it shows. Nothing is rendered here."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reports.content import Material, charts, content, shared_layouts
from reports.markdown import class_name, file_name, finalize, quoted
from reports.render import Sources
from reports.rows import measures
from reports.setting import Setting
from reports.wording import voice

if TYPE_CHECKING:
    from reports.pack import Document

TEMPLATES = Path(__file__).parent / "templates"


def assemble(document: Document, fonts: Path) -> Sources:
    """The Markdown of a report and its charts, by file name."""
    from reports.pack import CLUSTER

    tables, member = document.tables, document.audience != CLUSTER
    pack = tables.row
    setting = Setting(pack, voice(pack["language"]), fonts, member)
    rows = measures(document.package, tables.figures_for(document.audience), pack)
    clusters = measures(document.package, tables.figures_for(CLUSTER), pack) if member else ()
    layouts = shared_layouts(clusters, setting)
    material = Material(document.package, rows, layouts, tables, document.versions, document.audience)
    values = content(material, setting)
    template = templates().get_template("member.qmd" if member else "cluster.qmd")
    margins = {key: values[key] for key in ("running", "footer", "example", "page", "of")}
    return Sources(template.render(values), {chart.name: chart.svg for chart in charts(values)}, margins)


@lru_cache(maxsize=1)
def templates() -> Environment:
    """Jinja with marks of its own, since braces and percent signs mean something in a `.qmd`."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        finalize=finalize,
        autoescape=False,
    )
    environment.filters.update(quoted=quoted, class_name=class_name, file_name=file_name)
    return environment
